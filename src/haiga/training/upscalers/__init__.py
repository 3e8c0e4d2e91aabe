"""Training networks that enlarge pictures."""
