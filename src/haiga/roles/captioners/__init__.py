"""Ways of saying in words what a picture shows, one file each."""
