"""Day 2, second half: convolutional networks."""
