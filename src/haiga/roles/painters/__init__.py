"""Painters: one file per way of turning poems into pictures."""
