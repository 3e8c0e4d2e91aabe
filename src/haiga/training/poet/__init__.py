"""Poets of any text: its split and vocabulary, the plan, the loop, the files."""
