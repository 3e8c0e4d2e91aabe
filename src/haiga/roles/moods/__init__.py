"""Ways of reading the mood of a poem."""
