"""Trying settings of a recipe: what may be tried, which trials go on, and how each is run."""
