"""Foundations: errors, files, recipes, and variables that are trained or only tracked."""
