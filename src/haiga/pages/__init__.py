"""The one set of templates and the one stylesheet behind every page haiga writes.

A page is one HTML file: no script, nothing from elsewhere, readable from `file://`,
on a phone and in print. What stands on it is given by the room that writes it.
"""
