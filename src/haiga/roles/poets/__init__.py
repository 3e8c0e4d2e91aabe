"""Ways of writing poems."""
