"""Ways of telling which class a picture belongs to, one file each."""
