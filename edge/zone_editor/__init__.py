"""A page on this machine on which a person draws zones, lines and lanes over a picture of a camera."""
