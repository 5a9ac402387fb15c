"""Day 3, first half: recurrent networks."""
