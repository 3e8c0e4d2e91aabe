"""Ways of painting a picture again after an artwork, and the bank of artworks."""
