"""The telephone: a text is painted, the picture put into words, the words painted again."""
