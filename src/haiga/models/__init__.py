"""Model files: their cards, where they are found, and ONNX Runtime sessions over them."""
