"""Translators: models that learn from sentences and their translations."""
