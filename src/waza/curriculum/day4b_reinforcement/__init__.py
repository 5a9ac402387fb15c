"""Day 4, second half: reinforcement learning."""
