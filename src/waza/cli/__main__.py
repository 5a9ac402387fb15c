"""`python -m waza.cli`: the command."""

from waza.__main__ import main

main()
