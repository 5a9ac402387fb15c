"""`python -m waza.cli`: the command."""

from waza.cli import main

main()
