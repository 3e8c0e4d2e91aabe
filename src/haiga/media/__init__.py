"""Files to values and back: pictures, and the recipe that rides inside a PNG."""
