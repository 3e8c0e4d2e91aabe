"""Measures from the literature, one a file."""
