"""The options of word vectors, and of their use."""

import dataclasses
from typing import Any, Literal, get_args

from waza.core.errors import Error
from waza.kinds.option import Options, option
from waza.kinds.options import FitOptions

TokensName = Literal["words", "pieces"]
MethodName = Literal["skip-gram", "cbow"]
ObjectiveName = Literal["negative", "hierarchical", "full"]
ProjectionName = Literal["tsne", "pca"]
COUNT, MAPPED = 10, 2000
NEGATIVES = 5


def _names(choices: Any) -> str:
    return ", ".join(get_args(choices))


@dataclasses.dataclass(frozen=True, kw_only=True)
class Word2VecOptions(FitOptions):
    """The training options of word vectors."""

    patience: int = 0  # no option: the last vectors are kept
    epochs: int | None = option(None, "passes over the text", usual="5, more for a short text", least=1, metavar="N")
    steps: int | None = option(None, "training steps, instead of --epochs", least=1, metavar="N")
    learning_rate: float | None = option(
        None,
        "learning rate of a prediction, which falls to 0",
        usual="0.025; 0.05 for cbow",
        least=0,
        example="0.025",
        metavar="X",
        aliases=("lr",),
    )
    tokens: TokensName | None = option(
        None,
        "what gets a vector: words between blanks, or pieces (subwords)",
        usual="words; pieces for a text without blanks, such as Japanese",
        metavar="KIND",
    )
    vocabulary: int | None = option(
        None,
        "the largest number of words, or the number of pieces",
        usual="all words; 8000 pieces",
        least=2,
        metavar="N",
    )
    minimum_count: int | None = option(
        None,
        "words that occur less often get no vector",
        usual="5; 2 for fewer than 50,000 words",
        least=1,
        metavar="N",
        aliases=("min_count",),
    )
    method: MethodName = option("skip-gram", f"what predicts: {_names(MethodName)}", metavar="NAME")
    objective: ObjectiveName = option("negative", f"the objective: {_names(ObjectiveName)}", metavar="NAME")
    width: int = option(100, "values of a vector", least=1, metavar="N", aliases=("vector_size",))
    window: int = option(5, "the largest number of words on each side of a word", least=1, metavar="N")
    negatives: int | None = option(
        None, "negatives of each prediction, for the objective negative", usual=str(NEGATIVES), least=1, metavar="N"
    )
    threshold: float | None = option(
        None,
        "subsampling: occurrences of words with a larger share are left out; 0: none",
        usual="0.001, or 0 where that would leave out nearly all words",
        least=0,
        example="0.001",
        metavar="X",
    )
    corrected: bool = option(False, "divide the gradient of CBOW's contexts by their number")

    def __post_init__(self):
        super().__post_init__()
        if self.epochs is not None and self.steps is not None:
            raise Error("both epochs and steps are given; give one of them")
        if self.corrected and self.method != "cbow":
            raise Error(f"--corrected is for --method cbow, and the method is {self.method}: leave it out")
        if self.negatives is not None and self.objective != "negative":
            raise Error(f"--negatives is for --objective negative, and {self.objective} is given: leave it out")


@dataclasses.dataclass(frozen=True, kw_only=True)
class WordOptions(Options):
    """The options of `waza use` for word vectors: neighbours, an analogy, a map, or a file of vectors."""

    nearest: str | None = option(None, "the words nearest to this one", metavar="WORD")
    analogy: tuple[str, ...] | None = option(
        None, "three words A B C: A is to B as C is to which word?", metavar="WORD"
    )
    count: int | None = option(None, "how many words to print", usual=str(COUNT), least=1, metavar="N")
    map: str | None = option(None, "write a map of the words to this HTML file", metavar="FILE")
    map_words: int | None = option(None, "words on the map", usual=str(MAPPED), least=2, metavar="N")
    projection: ProjectionName | None = option(
        None, "how the map is made: tsne (t-SNE) or pca (principal components)", usual="tsne", metavar="NAME"
    )
    output: str | None = option(
        None,
        "write the vectors in word2vec's format: a text file (.txt or .vec) or a binary one (.bin)",
        metavar="FILE",
    )

    def __post_init__(self):
        super().__post_init__()
        given = {"--nearest": self.nearest, "--analogy": self.analogy, "--map": self.map, "--output": self.output}
        names = [name for name, value in given.items() if value is not None]
        if len(names) > 1:
            raise Error(f"{names[0]} and {names[1]} are both given: give one of them")
        if not names:
            raise Error("give --nearest with a word, --analogy with three words, --map or --output with a file")
        if self.analogy is not None and len(self.analogy) != 3:
            raise Error(
                f"--analogy has {len(self.analogy)} words; expected three, A B C, for 'A is to B as C is to which word'"
            )
        if self.count is not None and self.nearest is None and self.analogy is None:
            raise Error(f"--count goes with --nearest and --analogy, and {names[0]} is given: leave it out")
        if self.map is None and (self.map_words is not None or self.projection is not None):
            flag = "--map-words" if self.map_words is not None else "--projection"
            raise Error(f"{flag} goes with --map, and {names[0]} is given: leave it out")
        if self.output is not None:
            from waza.data.text.vectors.writing import check_ending

            check_ending(self.output)

    def outputs(self) -> tuple[str, ...]:
        """The files that are written."""
        return tuple(one for one in (self.output, self.map) if one is not None)
