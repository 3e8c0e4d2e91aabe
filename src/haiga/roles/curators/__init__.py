"""What is wrong with a picture, one file a fault: each judges, none drops."""
