"""The colours of verdicts on the terminal."""

COLOURS = {"holds": "green", "fails": "red", "depends": "yellow", "undecided": "cyan"}
