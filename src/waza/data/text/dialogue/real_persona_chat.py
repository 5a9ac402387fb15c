"""RealPersonaChat: conversations between people in Japanese."""

import io
import json
import tarfile
from typing import TypedDict

from waza.core.errors import Error
from waza.core.parsing import parsed
from waza.data.published import PublishedFile
from waza.data.text.dialogue.splits import dialogue_corpus
from waza.data.text.dialogue.text import DialogueCorpus, cleaned

FOLDER = "real_persona_chat/dialogues/"
FILES = (  # an archive of github.com/nu-dialogue/real-persona-chat
    PublishedFile(
        "real_persona_chat",
        None,
        "real_persona_chat.tar.gz",
        "fb272255906aeea15f43bd42726c6a3849ff0e9e435cc3bf4af720e3e987a37d",
    ),
)


class Utterance(TypedDict):
    """A turn of a conversation; the file has more fields."""

    interlocutor_id: str
    text: str


class Conversation(TypedDict):
    """A file of the archive; it has more fields."""

    utterances: list[Utterance]


def real_persona_chat() -> DialogueCorpus:
    """RealPersonaChat: 13,583 Japanese conversations of 28 to 49 turns between two of 233 people.

    It has no published parts: 5 % of the dialogues each are held out for validation and test, always the same ones
    (`dialogue_corpus`). The same people speak in all parts.

    Source: Yamashita, Inoue, Guo, Mochizuki, Kawahara and Higashinaka, "RealPersonaChat: a realistic persona chat
    corpus with interlocutors' own personalities", 2023.

    Raises:
        Error: the archive is missing or damaged.
    """
    (file,) = FILES
    found: dict[str, list[tuple[str | None, str]]] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(file.read()), mode="r|gz") as archive:
            for member in archive:
                content = archive.extractfile(member)
                if content is None or not member.name.startswith(FOLDER):
                    continue
                utterances = parsed(Conversation, json.loads(content.read()))["utterances"]
                found[member.name] = [(one["interlocutor_id"], one["text"]) for one in utterances]
    except (tarfile.TarError, EOFError, ValueError) as error:
        raise Error(f"{file.path} has another content than expected ({error}): {file.remedy}") from error
    text, _ = cleaned("real_persona_chat", [found[name] for name in sorted(found)])
    return dialogue_corpus(text)[0]
