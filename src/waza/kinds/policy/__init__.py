"""Policies: agents that learn by reinforcement in an environment."""
