"""Ways of enlarging a picture, one file each."""
