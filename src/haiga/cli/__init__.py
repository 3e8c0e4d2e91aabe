"""The `haiga` command: one file per verb, which parses, calls an action and prints."""
