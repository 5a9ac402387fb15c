"""Python's language reference: English prose that needs no download."""

from waza.data.text.parts import Corpus, cut


def python_reference() -> Corpus:
    """The chapters that `help()` shows, in the order of their names: about 465,000 characters, cut by `cut`.

    The text is part of Python and depends on its version. (Python Software Foundation License.)
    """
    from pydoc_data.topics import topics  # half a megabyte of source, imported only where it is used

    return cut("python_reference", "\n".join(topics[name] for name in sorted(topics)))
