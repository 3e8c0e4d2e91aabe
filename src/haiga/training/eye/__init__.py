"""What the eye learns from: works and their labels, views of them, and the losses."""
