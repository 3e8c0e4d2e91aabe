"""The studio folder: finished pieces on disk by digest, and the SQLite index over them."""
