"""Every learner, layer, optimiser and source that waza exports keeps its laws."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

import waza as wz
from waza import learners, models, nn, optim
from waza.data import Dataset, Split
from waza.data.text.corpus import WordVocabulary, text_tokens
from waza.data.text.dialogue import DialogueTokens, TokenDialogues
from waza.data.text.parallel.tokens import ParallelTokens, TokenPairs
from waza.data.text.sentences import Sentences, digest_of
from waza.models.landscapes import Quadratic
from waza.testing import check_layer, check_learner, check_optimizer, check_source

BASES = {
    *(learners.Learner, learners.Source, learners.Stream),
    *(nn.Attention, nn.Layer, nn.Norm, nn.Pool, nn.RecurrentLayer, models.EncoderDecoder),
    models.DialogueModel,
    *(optim.Optimizer, optim.Wrapper),
}
RNG = np.random.default_rng(0)


def numbers(*shape):
    return RNG.normal(size=shape).astype(np.float32)


def ids(*shape, below=5):
    return RNG.integers(0, below, shape, np.int32)


def rows(count):
    return Split(numbers(count, 6), ids(count, below=3))


def pairs(count):
    sides = [Sentences(ids(3 * count), np.arange(0, 3 * count + 1, 3)) for _ in range(2)]
    return TokenPairs(*sides, digest_of(sides))


def dialogues(count):
    utterances = Sentences(ids(6 * count), np.arange(0, 6 * count + 1, 2))
    return TokenDialogues(utterances, np.arange(0, 3 * count + 1, 3), digest_of([utterances]))


SEQUENCES = numbers(3, 4, 3)
PAIR = models.Pair(ids(3, 4), np.array([4, 1, 2], np.int32), ids(3, 6))
HISTORY = PAIR._replace(source=ids(3, 2, 4), lengths=np.array([[4, 2], [1, 0], [2, 3]], np.int32))
ASKED = (numbers(3, 2, 4), numbers(3, 5, 4))
LAYERS = {
    nn.AdditiveAttention: [(nn.AdditiveAttention(4, 4, size=3), ASKED)],
    nn.AveragePool: [(nn.AveragePool(2), numbers(3, 4, 4, 2))],
    nn.BatchNorm: [(nn.BatchNorm(3), numbers(4, 3)), (nn.BatchNorm(2, affine=False), numbers(3, 4, 4, 2))],
    nn.Bidirectional: [(nn.Bidirectional(nn.LSTM(3, 4, peepholes=True)), SEQUENCES)],
    nn.Conv2d: [(nn.Conv2d(2, 4, 3, padding=1, groups=2), numbers(3, 5, 5, 2))],
    nn.ConvTranspose2d: [(nn.ConvTranspose2d(3, 2, 3, 2, 1, 1), numbers(3, 4, 4, 3))],
    nn.Dense: [(nn.Dense(3, 2), numbers(4, 3))],
    nn.DotAttention: [(nn.DotAttention(4, 4, scaled=True), ASKED)],
    nn.Dropout: [(nn.Dropout(0.3), numbers(4, 3))],
    nn.Embedding: [(nn.Embedding(5, 3), ids(3, 4))],
    nn.Flatten: [(nn.Flatten(), numbers(4, 3, 2))],
    nn.GeneralAttention: [(nn.GeneralAttention(4, 4), ASKED)],
    nn.LastOutput: [(nn.LastOutput(nn.Bidirectional(nn.SimpleRNN(3, 4))), SEQUENCES)],
    nn.LayerNorm: [(nn.LayerNorm(3), numbers(4, 3))],
    nn.LocalResponseNorm: [(nn.LocalResponseNorm(3), numbers(3, 2, 2, 6))],
    nn.MaxPool: [(nn.MaxPool(2), numbers(3, 4, 4, 2))],
    nn.MultiHead: [(nn.MultiHead(4, 2, dropout=nn.Dropout(0.2)), numbers(3, 5, 4))],
    nn.Recurrent: [(nn.Recurrent(nn.GRU(3, 4)), SEQUENCES), (nn.Recurrent(nn.LSTM(3, 4), reverse=True), SEQUENCES)],
    nn.StackedRecurrent: [
        (
            nn.StackedRecurrent((nn.Recurrent(nn.SimpleRNN(3, 4)), nn.Recurrent(nn.GRU(4, 4))), nn.Dropout(0.2)),
            SEQUENCES,
        )
    ],
    nn.SummedDirections: [(nn.SummedDirections(nn.SSRU(3, 4)), SEQUENCES)],
    models.AlexNet: [],  # 40 million parameters at least: `test_alexnet` counts them, and its ConvNet is below
    models.Autoencoder: [
        (models.dense_autoencoder(6, 2, (4,), tied=True), numbers(4, 6)),
        (models.convolutional_autoencoder((5, 4, 1), 2, (3,)), numbers(3, 5, 4, 1)),
    ],
    models.BagOfWords: [(models.BagOfWords(3, 4, 5), numbers(4, 3))],
    models.Chain: [(models.Chain((nn.Dense(3, 4), nn.BatchNorm(4), nn.relu, nn.Dropout(0.2))), numbers(4, 3))],
    models.ConvNet: [
        (models.ConvNet((models.Convolution(4, 3, pool=nn.MaxPool(2)),), (6,), 3, (6, 6, 2)), numbers(3, 6, 6, 2))
    ],
    models.DecoderRNN: [],  # it needs an encoder's states: see Seq2Seq
    models.DeconvNet: [
        (models.DeconvNet(models.ConvNet((models.Convolution(2, 3, 2, 1),), (4,), 3, (5, 4, 1))), numbers(4, 3))
    ],
    models.EncoderRNN: [(models.EncoderRNN(5, nn.Bidirectional(nn.GRU(3, 4)), nn.Dropout(0.2)), ids(3, 4))],
    models.HRED: [(models.gru_hred(6, 4, dropout=0.2, word_dropout=0.2, utterance_dropout=0.2), HISTORY)],
    models.JoinedSeq2Seq: [(models.gru_joined_seq2seq(6, 4, dropout=0.2), HISTORY)],
    models.LanguageModel: [(models.lstm_language_model(5, width=4, depth=1), ids(3, 4))],
    models.MLP: [(models.MLP((3, 4, 4, 2), norm=nn.BatchNorm(), dropout=nn.Dropout(0.2)), numbers(4, 3))],
    models.PosteriorNorm: [(models.PosteriorNorm(3), numbers(4, 3))],
    models.Seq2Seq: [
        (models.recurrent_translator(5, 6, 4, 2, dropout=0.2), PAIR),
        (models.recurrent_translator(5, 6, 4, 1, "gru", "concatenated", "additive", "before", True, False), PAIR),
    ],
    models.SequenceModel: [(models.SequenceModel(nn.Recurrent(nn.GRU(3, 4)), 2, read="last"), SEQUENCES)],
    models.Transformer: [
        (models.Transformer(5, 6, 4, 2, 1, 8), PAIR),
        (models.Transformer(5, 5, 4, 2, 1, 8, norm_position="after", tied=False), PAIR),
    ],
    models.VAE: [(models.dense_vae(6, 2, (4,), prior=models.VampPrior(3)), numbers(4, 6))],
    models.UtteranceDecoder: [],  # it needs a table of embeddings: see HRED
    models.UtteranceRNN: [(models.gru_utterance_rnn(6, 4, dropout=0.2), HISTORY)],
    models.VHRED: [(models.gru_vhred(6, 4, 2, norm=0.6, bag=True), HISTORY)],
}
OPTIMIZERS = {
    optim.AdaGrad: [optim.AdaGrad()],
    optim.Adam: [optim.Adam()],
    optim.ClipByNorm: [optim.ClipByNorm(optim.Momentum(), 0.5)],
    optim.FromOptax: [optim.FromOptax(optax.adamw, {"learning_rate": 0.01, "weight_decay": 0.1})],
    optim.Momentum: [optim.Momentum()],
    optim.Nesterov: [optim.Nesterov(optim.WarmUp(0.1, steps=3))],
    optim.ProximalL1: [optim.ProximalL1(optim.SGD(0.1), 0.01)],
    optim.RMSProp: [optim.RMSProp()],
    optim.SGD: [optim.SGD(optim.StepDecay(0.1, every=2))],
    optim.WeightDecay: [optim.WeightDecay(optim.Adam(), 0.1)],
}
BLOBS = Dataset("blobs", rows(40), rows(20))
GREY = Dataset("grey", *(Split(RNG.integers(0, 256, (count, 6), np.uint8), ids(count)) for count in (40, 20)))
TEXT = Dataset("text", Split(ids(60), ids(60)), Split(ids(30), ids(30)))
PAIRS = ParallelTokens("pairs", pairs(40), pairs(3), pairs(7), ends=(5, 5))
CORPUS = text_tokens("a b c a\nb a d a\nc d\n" * 9, WordVocabulary(("a", "b", "c", "d"), np.array([36, 18, 18, 18])))
WORD_VECTORS = {"threshold": 0.1, "block": 8, "piece": 48}
DIALOGUES = DialogueTokens("dialogues", dialogues(40), dialogues(3), dialogues(7), end=5)
NETWORK = models.MLP((6, 4, 3), norm=nn.BatchNorm(momentum=0.8), dropout=nn.Dropout(0.2))
SUPERVISED = learners.Supervised(
    NETWORK, optim.WeightDecay(optim.Adam(0.01), 0.1), batch_size=4, penalty=nn.L2(0.01), probes=False
)
LEARNERS = {
    learners.Descent: [(learners.Descent(Quadratic(), optim.Momentum(0.01), noise=0.1), None)],
    learners.Reconstruction: [
        (learners.Reconstruction(models.dense_autoencoder(6, 2, (4,), tied=True), optim.Adam(0.01), batch_size=4), GREY)
    ],
    learners.Supervised: [(SUPERVISED, BLOBS)],
    learners.TeacherForcing: [
        (
            learners.TeacherForcing(
                models.recurrent_translator(6, 6, 4, 1, dropout=0.2),
                optim.Adam(0.01),
                batch_size=4,
                sampling=learners.ScheduledSampling(0.3),
            ),
            PAIRS,
        )
    ],
    learners.WordVectors: [
        (learners.WordVectors(models.Word2Vec(4, 6, window=2, tile=4, shared=2), 0.1, **WORD_VECTORS), CORPUS),
        (learners.WordVectors(models.Word2Vec(4, 6, "cbow", "hierarchical", window=2), 0.1, **WORD_VECTORS), CORPUS),
    ],
    learners.TruncatedBPTT: [
        (learners.TruncatedBPTT(models.lstm_language_model(5, 4, 1), optim.SGD(0.1), batch_size=2, window=4), TEXT)
    ],
    learners.UtterancePrediction: [
        (learners.UtterancePrediction(models.gru_hred(6, 4, dropout=0.2), optim.Adam(0.01), batch_size=4), DIALOGUES)
    ],
    learners.Variational: [
        (
            learners.Variational(
                models.dense_vae(6, 2, (4,)),
                optim.Adam(0.01),
                nn.VariationalBound(optim.WarmUp(1.0, 4), free_bits=0.1),
                batch_size=4,
                dynamic_binarisation=True,
                importance_samples=3,
            ),
            GREY,
        )
    ],
}
SOURCES = {
    learners.CorpusStream: [(learners.CorpusStream(CORPUS, 48), CORPUS, learners.CorpusStream(CORPUS, 40))],
    learners.DialogueStream: [
        (learners.DialogueStream(DIALOGUES, 4), DIALOGUES, learners.DialogueStream(DIALOGUES, 4, joined=True))
    ],
    learners.ParallelStream: [(learners.ParallelStream(PAIRS, 4), PAIRS, learners.ParallelStream(PAIRS, 5))],
    learners.Resident: [(learners.Resident(BLOBS), BLOBS, learners.Resident(TEXT))],
    learners.RowStream: [
        (
            learners.RowStream(SUPERVISED, BLOBS),
            BLOBS,
            learners.RowStream(SUPERVISED, BLOBS._replace(train=rows(40))),
        )
    ],
}


def cases(table):
    return [
        pytest.param(one, id=f"{kind.__name__}{i or ''}") for kind, some in table.items() for i, one in enumerate(some)
    ]


@pytest.mark.parametrize("case", cases(LAYERS))
def test_layers(case):
    check_layer(*case)


@pytest.mark.parametrize("case", cases(OPTIMIZERS))
def test_optimizers(case):
    check_optimizer(case)


@pytest.mark.parametrize("case", cases(LEARNERS))
@pytest.mark.bits
def test_learners(case):
    check_learner(*case)


@pytest.mark.parametrize("case", cases(SOURCES))
def test_sources(case):
    source, data, other = case
    check_source(source, data=data, other=other)


@pytest.mark.bits
def test_a_learner_whose_rows_are_streamed(monkeypatch):
    monkeypatch.setattr("waza.learners.row_stream.LIMIT", 0)
    check_learner(SUPERVISED, BLOBS)


@pytest.mark.slow
@pytest.mark.bits
def test_a_learner_with_a_latent_variable_and_all_remedies():
    check_learner(
        learners.UtterancePrediction(
            models.gru_vhred(6, 4, 2, word_dropout=0.2, utterance_dropout=0.2, norm=0.6, bag=True),
            optim.Adam(0.01),
            nn.VariationalBound(optim.WarmUp(1.0, steps=3), free_bits=0.1),
            batch_size=4,
            aggressive=learners.AggressiveInference(optim.SGD(0.1), steps=2, window=2),
            importance_samples=2,
        ),
        DIALOGUES,
    )


@pytest.mark.bits
def test_a_learner_with_probes():
    check_learner(wz.vary(SUPERVISED, probes=True), BLOBS)


def exported(base):
    """The classes of a kind among the public names of waza."""
    values = [getattr(module, name) for module in (wz, learners, models, nn, optim) for name in dir(module)]
    return {value for value in values if isinstance(value, type) and issubclass(value, base)}


@pytest.mark.parametrize(
    ("base", "table"),
    [
        (learners.Learner, LEARNERS),
        (nn.Layer, LAYERS),
        (optim.Optimizer, OPTIMIZERS),
        (learners.Source, SOURCES),
    ],
)
def test_each_public_class_has_an_example(base, table):
    assert exported(base) - BASES == set(table)


def test_alexnet_by_its_shapes():
    """The laws of a network too large to run here: a row for each row, and gradients of the variables' shapes."""
    model = models.AlexNet(image=(67, 67, 3), outputs=2)

    def loss(variables, x, key):
        return model.apply(variables, x, nn.Pass(training=True, key=key)).sum()

    key = jax.random.key(0)
    variables = jax.eval_shape(model.init, key)
    gradients = jax.eval_shape(jax.grad(loss), variables, jnp.zeros((2, 67, 67, 3)), key)
    assert jax.tree.map(lambda leaf: leaf.shape, gradients) == jax.tree.map(lambda leaf: leaf.shape, variables)
