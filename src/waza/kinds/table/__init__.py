"""Models of tables, which `waza compare` and `waza.fit` train."""
