"""`waza use` for a translator: texts line by line, or a picture of attention."""

from collections.abc import Sequence
from pathlib import Path

from waza.core.errors import Error
from waza.core.files import write_whole
from waza.data import Note
from waza.data.notes import listed
from waza.data.text.reading import decoded_file, split_lines
from waza.kinds.translator.model import END, Decoding, TranslatorModel
from waza.kinds.translator.options import BEAM, TranslateOptions
from waza.kinds.using import Lines


def use(model: TranslatorModel, asked: TranslateOptions, language: str) -> Lines:
    """The translation of each line; an empty line's is empty, so that the lines stand beside each other.

    Raises:
        Error: there is no line to translate, or no attention to draw.
    """
    if asked.attention is not None:
        return _drawn(model, asked, language)
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
    return Lines(found.texts, [*notes, *more, *_notes(model, lines, found.unfinished)])


def _drawn(model: TranslatorModel, asked: TranslateOptions, language: str) -> Lines:
    """Write the picture; the translation is the line."""
    from waza.kinds.translator.alignment import alignment_png

    assert asked.attention is not None and asked.png is not None
    found = model.attention(asked.attention, asked.beam or BEAM)
    write_whole(Path(asked.png), alignment_png(found, language))
    return Lines([found.text], _notes(model, [asked.attention], int(found.target[-1] != END)))


def _notes(model: TranslatorModel, lines: Sequence[str], unfinished: int) -> list[Note]:
    """What was decided about the lines."""
    notes, preparation = [], model.preparation
    unknown, cut = preparation.unknown(lines), preparation.cut(lines)
    if unknown:
        words = preparation.vocabularies.source.kind == "words"
        values = {"count": f"{unknown.total():,}", "names": listed(one for one, _ in unknown.most_common())}
        notes.append(Note("translation_unknown_words" if words else "translation_unknown_characters", values))
    if cut:
        notes.append(Note("translation_cut", {"count": f"{cut:,}", "longest": preparation.longest}))
    if unfinished:
        notes.append(Note("translation_unfinished", {"count": f"{unfinished:,}"}))
    return notes
