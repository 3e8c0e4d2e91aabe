"""haiga: an open studio for autonomous poet-painters."""

__version__ = "0.1.0"
