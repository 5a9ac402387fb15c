"""What every part is made of: errors, files, recipes, and variables that are trained or only tracked."""
