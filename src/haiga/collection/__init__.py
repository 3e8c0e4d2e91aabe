"""Collections of pictures: where they come from, what is decided of them, how they are parted."""
