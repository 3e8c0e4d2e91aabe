"""Training a captioner: what pictures are said to show, what the eye sees of them, the decoder."""
