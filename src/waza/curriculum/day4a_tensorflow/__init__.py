"""Day 4, first half: the exercises that the course does in TensorFlow."""
