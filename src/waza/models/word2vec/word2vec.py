"""Word2Vec: a vector for each word, by which it predicts the words near it."""

from typing import Any, Literal, get_args

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, PRNGKeyArray

from waza.core.errors import Error
from waza.core.measure import Mean
from waza.core.memory import check_memory
from waza.core.recipe import Recipe
from waza.models.word2vec.blocks import Block, Tiles
from waza.models.word2vec.full_softmax import full_errors, full_loss
from waza.models.word2vec.huffman import huffman_codes
from waza.models.word2vec.outputs import Outputs, draw_noise, negative_outputs, noise_table, path_outputs
from waza.models.word2vec.table_rows import added_rows, product_over_first, rows_of
from waza.nn.passes import named_key

COPIES = 3  # of both tables: in training, on the host when it begins and at checkpoints, and the ones that are kept
Method = Literal["skip-gram", "cbow"]
Objective = Literal["negative", "hierarchical", "full"]
Variables = dict[str, dict[str, Array]]
Tables = dict[str, Any]


class Word2Vec(Recipe):
    r"""Vectors of words: each context predicts the centre of its window, or the mean of all contexts does.

    The words within a window of random width around a centre $w$ are its contexts. With "skip-gram" each context c
    predicts the centre by its own vector, $h = x_c$; with "cbow" all together by $h = \frac{1}{n} \sum_c x_c$.
    The losses, summed over all predictions:

    - "negative": $-\log \sigma(u_w \cdot h) - \sum_k \log \sigma(-u_k \cdot h)$ with negatives k that are drawn in
      proportion to their counts to the power 3/4;
    - "hierarchical": $-\sum_j \log \sigma(\pm u_j \cdot h)$ over the inner nodes j of a Huffman tree on the path to w;
    - "full": $-\log \operatorname{softmax}(U h)_w$, whose cost grows with the vocabulary.

    word2vec.c and gensim do not divide the gradient of a context in CBOW by n, although h is a mean. With `corrected`
    it is divided (Irsoy, Benton and Stratos, "Corrected CBOW performs as well as skip-gram", 2021).

    A block of words is computed in tiles: all centres of a tile meet all words of the tile's windows in one matrix
    product, of which those that are no contexts do not count, and share their negatives (Ji et al., "Parallelizing
    word2vec in shared and distributed memory", 2016, share them within a window). Within a block all gradients are
    those of its beginning, and each row gets the sum of its gradients.

    Variables: "input" with "weight" (words, width), the vectors; "output" with "weight", a row a word (words, width) or
    an inner node (words - 1, width).

    Sources: Mikolov et al., "Efficient estimation of word representations in vector space", 2013, and "Distributed
    representations of words and phrases and their compositionality", 2013.

    Args:
        words: the size of the vocabulary.
        width: of a vector.
        method: "skip-gram" or "cbow".
        objective: "negative", "hierarchical" or "full".
        window: the largest number of contexts on each side.
        negatives: drawn for each prediction.
        tile: centres that are computed together.
        shared: negatives of a tile, each of which counts negatives / shared times.
        corrected: whether CBOW divides a context's gradient by the number of contexts.

    >>> model = Word2Vec(4, 8, window=1, tile=2)
    >>> variables = model.init(jax.random.key(0))
    >>> {name: part["weight"].shape for name, part in variables.items()}
    {'input': (4, 8), 'output': (4, 8)}
    """

    words: int
    width: int = 100
    method: Method = "skip-gram"
    objective: Objective = "negative"
    window: int = 5
    negatives: int = 5
    tile: int = 16
    shared: int = 8
    corrected: bool = False

    def __check_init__(self):
        for name, least in {"words": 2, "width": 1, "window": 1, "negatives": 1, "tile": 1, "shared": 1}.items():
            given = getattr(self, name)
            if not isinstance(given, int) or isinstance(given, bool) or given < least:
                raise Error(f"Word2Vec({name}={given!r}); expected a whole number of at least {least}")
        for name, known in {"method": get_args(Method), "objective": get_args(Objective)}.items():
            if getattr(self, name) not in known:
                raise Error(f"Word2Vec({name}={getattr(self, name)!r}); expected {' or '.join(map(repr, known))}")

    @property
    def tile_size(self) -> int:
        """The centres of a tile: words have no inner node of a tree in common that is worth sharing."""
        return 1 if self.objective == "hierarchical" else self.tile

    @property
    def predictors(self) -> int:
        """The predictors of a tile: its words and those around it, or with CBOW the mean before each centre."""
        return self.tile_size + (2 * self.window if self.method == "skip-gram" else 0)

    def init(self, key: PRNGKeyArray) -> Variables:
        """Vectors that are uniform between -1/(2 width) and 1/(2 width), and outputs of zeros, as in word2vec.c.

        Raises:
            Error: the tables, with the copies of them that a training makes, need more memory than is free.
        """
        what = f"vectors of {self.words:,} words of width {self.width}"
        needed = COPIES * 2 * self.words * self.width * jnp.float32(0).nbytes
        check_memory(what, needed, "raise the minimum count, limit the vocabulary, or give a smaller width")
        bound = 0.5 / self.width
        vectors = jax.random.uniform(named_key(key, "input"), (self.words, self.width), minval=-bound, maxval=bound)
        outputs = self.words - (self.objective == "hierarchical")
        return {"input": {"weight": vectors}, "output": {"weight": jnp.zeros((outputs, self.width))}}

    def tables(self, counts: np.ndarray) -> Tables:
        """What the objective needs to know of the words' counts, as arrays."""
        if self.objective == "negative":
            return {"noise": noise_table(counts)}
        return huffman_codes(counts)._asdict() if self.objective == "hierarchical" else {}

    def noise(self, tables: Tables, key: PRNGKeyArray, centres: int) -> Int[Array, "tiles shared"]:
        """The negatives of tiles with that many centres in all; none where the objective has no negatives."""
        tiles = centres // self.tile_size
        if self.objective != "negative":
            return jnp.zeros((tiles, 0), jnp.int32)
        return draw_noise(tables["noise"], key, (tiles, self.shared))

    def loss(self, variables: Variables, block: Block, noise: Array, tables: Tables) -> Mean:
        """The summed loss of a block's predictions, and their number."""
        tiles = block.tiled(self.tile_size)
        predictors = self._predictors(variables["input"]["weight"][tiles.contexts], tiles)
        outputs = self._outputs(tiles, noise, tables)
        if outputs is None:
            return full_loss(predictors @ variables["output"]["weight"].T, tiles.centres, self._weights(tiles))
        scores = jnp.einsum("tod,tpd->top", variables["output"]["weight"][outputs.rows], predictors)
        return outputs.loss(scores, self._weights(tiles))

    def update(
        self, variables: Variables, block: Block, noise: Array, tables: Tables, rate: Any
    ) -> tuple[Variables, Mean]:
        """The variables after a step of gradient descent on a block's summed loss, and the loss of the first tile.

        Only rows that occur change. With CBOW the step of a vector is n times as long, unless `corrected`.
        """
        tiles = block.tiled(self.tile_size)
        table, output = variables["input"]["weight"], variables["output"]["weight"]
        predictors = self._predictors(rows_of(table, tiles.contexts), tiles)
        weights = self._weights(tiles)
        outputs = self._outputs(tiles, noise, tables)
        if outputs is None:
            logits = predictors @ output.T
            loss = full_loss(logits[:1], tiles.centres[:1], weights[:1])
            errors = rate * full_errors(logits, tiles.centres, weights)
            above = errors @ output
            output = output + jnp.einsum("tpw,tpd->wd", errors, predictors)
        else:
            rows = rows_of(output, outputs.rows)
            scores = jnp.einsum("tod,tpd->top", rows, predictors)
            loss = outputs.first().loss(scores[:1], weights[:1])
            errors = rate * outputs.errors(scores, weights)
            output = added_rows(output, outputs.rows, jnp.einsum("top,tpd->tod", errors, predictors))
            above = product_over_first(errors, rows)
        table = added_rows(table, tiles.contexts, self._spread(above, tiles))
        return {"input": {"weight": table}, "output": {"weight": output}}, loss

    def _outputs(self, tiles: Tiles, noise: Array, tables: Tables) -> Outputs | None:
        """The rows of the output table that are used; None where all are."""
        if self.objective == "negative":
            return negative_outputs(tiles, noise, self.negatives)
        return path_outputs(tiles, **tables) if self.objective == "hierarchical" else None

    def _predictors(self, vectors: Float[Array, "tiles contexts width"], tiles: Tiles) -> Array:
        """The vectors that predict: of skip-gram the contexts', of CBOW their mean for each centre."""
        if self.method == "skip-gram":
            return vectors
        return jnp.einsum("tnc,tcd->tnd", _mean_of(tiles.near), vectors)

    def _weights(self, tiles: Tiles) -> Float[Array, "tiles size predictors"]:
        """How often each predictor predicts each centre."""
        if self.method == "skip-gram":
            return tiles.near
        return jnp.eye(tiles.near.shape[1]) * jnp.max(tiles.near, 2)[:, None, :]

    def _spread(self, steps: Float[Array, "tiles predictors width"], tiles: Tiles) -> Array:
        """The steps of the contexts' vectors, from those of the predictors."""
        if self.method == "skip-gram":
            return steps
        return product_over_first(_mean_of(tiles.near) if self.corrected else tiles.near, steps)


def _mean_of(near: Float[Array, "tiles size contexts"]) -> Float[Array, "tiles size contexts"]:
    """The weights of the mean of each centre's contexts."""
    return near / jnp.maximum(jnp.sum(near, 2, keepdims=True), 1)
