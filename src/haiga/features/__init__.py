"""What can be measured of words and pictures."""
