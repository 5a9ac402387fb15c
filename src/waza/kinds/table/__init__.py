"""Models of tables, which `waza compare` keeps."""
