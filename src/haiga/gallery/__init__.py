"""The sheet: a painting and its poem composed, typeset and sealed on one page."""
