"""From bytes to text: the one reading of encodings, for tables and for texts."""

import codecs
import contextlib
import re
import unicodedata
from pathlib import Path

from waza.core.errors import Error
from waza.data.notes import Note

MARK = "\ufeff"
UTF32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
JAPANESE_ESCAPE = re.compile(rb"\x1b(?:\$[@B]|\([JI])")
FOREIGN = re.compile("[^\x00-\x7f]+")
HALF_WIDTH = re.compile("[\uff61-\uff9f]+")
PRIVATE = re.compile("[\ue000-\uf8ff]")
KANA = re.compile("[\u3041-\u30fe]")
CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
CERTAIN = 6  # bytes that no other encoding has in this order by accident
MOST_CONTROL = 0.01  # share of control characters in a text


def decoded(raw: bytes, path: Path) -> tuple[str, list[Note]]:
    """The text of a file's bytes, and notes where they are not plain UTF-8.

    A byte order mark names UTF-8, UTF-16 or UTF-32; escape sequences name ISO-2022-JP. Other bytes are UTF-8. Lines
    that are not are read as EUC-JP or cp932 where they look like Japanese, else as latin-1, or as cp1252 where they
    have its signs, such as the euro. Byte order marks are dropped, also those inside of joined files.

    Args:
        raw: the bytes.
        path: of the file, for error messages.

    Raises:
        Error: the bytes are no text, or damaged.

    >>> decoded("Bär".encode("latin-1"), Path("a.txt"))[0], decoded("熊です".encode("cp932"), Path("b.txt"))[0]
    ('Bär', '熊です')
    """
    text, notes = _decoded(raw, path)
    if "\0" in text:
        raise Error(
            f"{path} holds a NUL character at {text.index(chr(0)):,}: if it is a text, save it as UTF-8; "
            "compressed files are not read"
        )
    text = text.removeprefix(MARK)
    if marks := text.count(MARK):
        notes.append(Note("inner_marks", {"count": marks}))
    return text.replace(MARK, ""), notes


def composed(text: str) -> str:
    """The text in Unicode's composed form (NFC): one character for a letter with its marks, where there is one.

    >>> composed("か\u3099") == "が"
    True
    """
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _decoded(raw: bytes, path: Path) -> tuple[str, list[Note]]:
    for marks, name in ((UTF32, "UTF-32"), (UTF16, "UTF-16")):  # UTF-32's first mark begins with UTF-16's
        if raw.startswith(marks):
            try:
                return raw.decode(name), [Note("encoding", {"encoding": name})]
            except UnicodeDecodeError as error:
                reason = f"not valid {name}, contrary to its first bytes"
                raise _undecodable(path, reason, error.start) from error
    if b"\0" in raw:
        position = raw.index(0)
        raise Error(
            f"{path} holds a NUL byte at {position:,}: if it is a text, save it as UTF-8; compressed files are not read"
        )
    if raw.isascii() and JAPANESE_ESCAPE.search(raw):
        with contextlib.suppress(UnicodeDecodeError):
            return raw.decode("iso2022_jp_ext"), [Note("encoding", {"encoding": "ISO-2022-JP"})]
    try:
        return raw.decode(), []
    except UnicodeDecodeError as error:
        if _is_cut(raw, error):
            return raw[: error.start].decode(), [Note("cut_character")]
    return _by_line(raw, path)


def _is_cut(raw: bytes, error: UnicodeDecodeError) -> bool:
    """Whether UTF-8 ends within a character, as a file that was cut to a length does."""
    foreign = sum(byte > 0x7F for byte in raw[: error.start])
    return error.reason == "unexpected end of data" and foreign >= CERTAIN


def _by_line(raw: bytes, path: Path) -> tuple[str, list[Note]]:
    """The text with each line as UTF-8, or else in the encoding of all lines that are not."""
    lines = raw.splitlines(keepends=True)
    texts = [_utf8(line) for line in lines]
    foreign = [line for line, text in zip(lines, texts, strict=True) if text is None]
    for number, (line, text) in enumerate(zip(lines, texts, strict=True), 1):
        if text is None and _is_damaged(line):
            raise Error(f"{path}: line {number} is damaged UTF-8: correct that line, or save the file again")
    joined = b"".join(foreign)
    encoding = _encoding(joined)
    if encoding in ("latin-1", "cp1252") and len(CONTROL.findall(raw)) > MOST_CONTROL * len(raw):
        raise Error(f"{path} is not text: save it as UTF-8")
    whole = all(text is None or text.isascii() for text in texts)
    values = {"encoding": encoding} if whole else {"lines": len(foreign), "encoding": encoding}
    text = "".join(line.decode(encoding) if text is None else text for line, text in zip(lines, texts, strict=True))
    return text, [Note("encoding" if whole else "mixed_encodings", values)]


def _utf8(line: bytes) -> str | None:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return None


def _is_damaged(line: bytes) -> bool:
    """Whether the line is UTF-8 but for a few bytes: in other encodings few characters happen to be UTF-8."""
    text = line.decode(errors="replace")
    bad = text.count("\ufffd")
    return len("".join(FOREIGN.findall(text))) > 3 * bad


def _encoding(raw: bytes) -> str:
    """The encoding of bytes that are not UTF-8."""
    with contextlib.suppress(UnicodeDecodeError):
        foreign = "".join(FOREIGN.findall(raw.decode("euc_jp")))
        if len(KANA.findall(foreign)) > len(foreign) / 5:
            return "euc_jp"
    with contextlib.suppress(UnicodeDecodeError):
        if _is_japanese(raw.decode("cp932"), raw):
            return "cp932"
    if any(0x80 <= byte < 0xA0 for byte in raw):
        with contextlib.suppress(UnicodeDecodeError):
            raw.decode("cp1252")
            return "cp1252"
    return "latin-1"


def _is_japanese(text: str, raw: bytes) -> bool:
    """Whether a text that is valid cp932 is Japanese and not Western.

    Japanese characters follow one another, or stand alone in a cell. A Western letter with an accent, or an apostrophe,
    takes the place of a single one between Latin letters. Common Japanese characters have a first byte below 0xA0.
    """
    if PRIVATE.search(text):
        return False
    japanese = western = 0
    for run in FOREIGN.finditer(text):
        beside = text[max(0, run.start() - 1) : run.start()] + text[run.end() : run.end() + 1]
        if len(run[0]) > 1:
            japanese += len(run[0])
        elif HALF_WIDTH.fullmatch(run[0]) or any(letter.isalpha() for letter in beside):
            western += 1
        else:
            japanese += 1
    common = any(0x80 < byte < 0xA0 for byte in raw) or re.search(HALF_WIDTH.pattern[:-1] + "{2}", text)
    return bool(common) and japanese > western


def _undecodable(path: Path, reason: str, position: int) -> Error:
    return Error(f"{path} is {reason} (the first bad byte is at {position:,}): save it as UTF-8")
