"""Judges what was made: measures, and verdicts with their reasons. Drops nothing."""
