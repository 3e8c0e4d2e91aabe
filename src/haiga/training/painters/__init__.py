"""Painters of one's own: from captions to words, one file a recipe, and the files they leave."""
