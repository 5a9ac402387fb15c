"""Day 3, second half: language and generative models."""
