"""Day 2, first half: training deep models."""
