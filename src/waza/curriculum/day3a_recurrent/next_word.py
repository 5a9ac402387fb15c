"""E12: recurrent language models on real text."""

from functools import partial

from waza import data, models, nn
from waza.curriculum.day3a_recurrent.falling import falling_adam
from waza.curriculum.shown import Shown
from waza.data import Characters, Dataset, Words, token_stream
from waza.learners import TruncatedBPTT
from waza.report import over_steps
from waza.study import Study, final

WIDTH, STEPS, LANES = 96, 500, 32
MOST_WORDS = 10_000
DROPOUT = 0.2
FIGURES = (partial(over_steps, measure="test_loss"), partial(over_steps, measure="test_accuracy"))


def study(data_name: str = "python_reference") -> Study:
    """96 units, tied; windows of 64 characters (35 words of wikitext2), Adam 0.005 to 0, 500 steps of 32 lanes."""
    words = data_name == "wikitext2"
    stream, vocabulary = tokens(data_name, words)
    layers: dict[str, nn.RecurrentLayer] = {
        "simple RNN": nn.Recurrent(nn.SimpleRNN(WIDTH, WIDTH)),
        "GRU": nn.Recurrent(nn.GRU(WIDTH, WIDTH)),
        "LSTM": nn.Recurrent(nn.LSTM(WIDTH, WIDTH)),
        "two LSTMs": nn.StackedRecurrent((nn.Recurrent(nn.LSTM(WIDTH, WIDTH)), nn.Recurrent(nn.LSTM(WIDTH, WIDTH)))),
    }
    dropout = nn.Dropout(DROPOUT)
    return Study(
        name="next-word",
        data=stream,
        variants={
            name: TruncatedBPTT(
                models.LanguageModel(vocabulary, layer, dropout=dropout),
                falling_adam(0.005, STEPS),
                batch_size=LANES,
                window=35 if words else 64,
            )
            for name, layer in layers.items()
        },
        measure="test_perplexity",
        steps=STEPS,
        evaluate_every=125,
        figures=FIGURES,
    )


def tokens(data_name: str, words: bool) -> tuple[Dataset, int]:
    """The text as a stream of characters, or of its most frequent words, and the size of the vocabulary."""
    corpus, _ = data.corpus(data_name)
    tokenizer = Words.learn(corpus.train, MOST_WORDS) if words else Characters.learn(corpus.train)
    return token_stream(corpus, tokenizer), tokenizer.size


def perplexity(variant: str) -> Shown:
    """The mean perplexity of the test text."""
    return lambda results: float(final(results, "test_perplexity", variant).mean())


NUMBERS: dict[str, Shown] = {
    "rnn": perplexity("simple RNN"),
    "gru": perplexity("GRU"),
    "lstm": perplexity("LSTM"),
    "two_lstms": perplexity("two LSTMs"),
    "frequencies": lambda results: float(results.attrs["chance_test_perplexity"]),
}
