"""Training the stylist: what it sees, what it is told, how it is looked at, what is kept."""
