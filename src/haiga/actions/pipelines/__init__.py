"""Pipelines written as files, and artists as pipelines: compiled, checked, shown, drawn and run."""
