"""Ways of filling each role: one folder per role, one file per way."""
