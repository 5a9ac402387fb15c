"""Schema-Guided Dialogue: task-oriented dialogues in English."""

import gzip

from waza.data.published import PublishedFile
from waza.data.text.dialogue.reading import of_json_lines
from waza.data.text.dialogue.text import DialogueCorpus, DialogueText, cleaned
from waza.data.text.reading import split_lines

PARTS = ("train", "dev", "test")
# A compact copy of github.com/google-research-datasets/dstc8-schema-guided-dialogue, which has one file for each group
# of dialogues, with annotations: a line is a dialogue here, without annotations.
FILES = tuple(
    PublishedFile("sgd", None, f"{part}.jsonl.gz", checksum)
    for part, checksum in zip(
        PARTS,
        (
            "823263065fae989e7d3eac0142f87c832cb7346f26148e7e83446693476a134f",
            "cff56ee7231a763571c6d5a9bdf069a96b08e3b83ed35706b8821408b523d8f2",
            "d8571b642472ce3a7c56dabdc18c0149242d8c90993670d1d43440907cb44475",
        ),
        strict=True,
    )
)


def sgd() -> DialogueCorpus:
    """SGD: 12,174 training, 2,098 validation and 2,921 test dialogues between a user and a virtual assistant.

    They have 4 to 50 turns about bookings, weather, banks and other services; some services of the test dialogues
    never occur in training.

    Source: Rastogi, Zang, Sunkara, Gupta and Khaitan, "Towards scalable multi-domain conversational agents: the
    schema-guided dialogue dataset", 2020.

    Raises:
        Error: a file is missing or damaged.
    """

    def part(file: PublishedFile) -> DialogueText:
        lines = split_lines(gzip.decompress(file.read()).decode("utf-8"))
        return cleaned("sgd", of_json_lines(lines, file.path))[0]

    return DialogueCorpus("sgd", *map(part, FILES))
