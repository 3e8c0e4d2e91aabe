"""Generators: one file per way of making pictures out of nothing but a seed."""
