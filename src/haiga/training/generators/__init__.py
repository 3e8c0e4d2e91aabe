"""Generators: adversarial networks that make pictures of their own, one file a recipe."""
