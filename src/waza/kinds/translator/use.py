"""`waza use` for a translator: texts line by line, or a picture of attention."""

from pathlib import Path
from typing import Any

from waza.core.errors import Error
from waza.core.files import write_whole
from waza.data import Note
from waza.data.notes import listed
from waza.data.text.parallel.reading import split_lines
from waza.data.text.reading import decoded_file
from waza.kinds.translator.model import Decoding, Translated, TranslatorModel
from waza.kinds.translator.options import BEAM, TranslateOptions
from waza.kinds.using import Lines


def use(model: TranslatorModel, asked: TranslateOptions) -> Lines:
    """The translation of each line; an empty line's is empty, so that the lines stand beside each other.

    Raises:
        Error: there is no line to translate, or no attention to draw.
    """
    if asked.attention is not None:
        return _drawn(model, asked)
    notes: list[Note] = []
    if asked.text is not None:
        lines = split_lines(asked.text)
        if not asked.text.strip():
            raise Error("the text is empty: give a sentence to translate")
    else:
        assert asked.input is not None
        text, notes = decoded_file(asked.input[0])
        lines = split_lines(text)
    how = Decoding(None, **asked.sampling) if asked.sampling else Decoding(asked.beam or BEAM)
    found = model.translated(lines, how)
    empty = sum(not line.strip() for line in lines)
    more = [Note("translation_empty", {"count": f"{empty:,}"})] if empty else []
    return Lines(found.texts, [*notes, *more, *_notes(model, found)])


def _drawn(model: TranslatorModel, asked: TranslateOptions) -> Lines:
    """Write the picture; the translation is the line."""
    from waza.kinds.translator.alignment import alignment_png

    assert asked.attention is not None and asked.png is not None
    found = model.attention(asked.attention, asked.beam or BEAM)
    write_whole(Path(asked.png), alignment_png(found))
    decided = model.translated([asked.attention], Decoding(asked.beam or BEAM))
    return Lines([found.text], _notes(model, decided))


def _notes(model: TranslatorModel, found: Translated) -> list[Note]:
    """What was decided about the sentences."""
    notes = []
    if found.unknown:
        words = model.preparation.vocabularies.source.kind == "words"
        values: dict[str, Any] = {
            "count": f"{found.unknown.total():,}",
            "names": listed(one for one, _ in found.unknown.most_common()),
        }
        notes.append(Note("translation_unknown_words" if words else "translation_unknown_characters", values))
    if found.cut:
        values = {"count": f"{found.cut:,}", "longest": model.preparation.longest}
        notes.append(Note("translation_cut", values))
    if found.unfinished:
        notes.append(Note("translation_unfinished", {"count": f"{found.unfinished:,}"}))
    return notes
