"""A page in which a classifier of images is tried: one HTML file that needs no network."""
