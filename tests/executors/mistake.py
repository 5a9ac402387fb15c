"""An activation that raises: a user's file with a mistake in it."""


def wrong(x):
    raise ValueError("a mistake of the user's")
