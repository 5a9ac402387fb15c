"""Learners on one of several texts, which may start from vectors of words, and classifiers of sentences."""

from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray, PyTree

from waza import nn
from waza.curriculum.day3b_language.few_texts import END, Texts, learned_vectors
from waza.learners import Learner, Measure, Measures, Supervised, WordVectors


class FromVectors(Learner):
    """A learner on one of several texts, whose embedding starts from learned vectors or at random.

    The vectors are learned before the first step, from another text without labels, and are those of the seed.

    Args:
        task: the name of its data.
        vectors: the name of the text that they are learned from; "" for a random start.
        learner: of a model with an "embedding".
        pretraining: learns the vectors.
    """

    task: str
    vectors: str
    learner: Supervised
    pretraining: WordVectors | None = None

    def measures(self, data: Texts) -> tuple[Measure, ...]:
        """The learner's measures."""
        return self.learner.measures(data.tasks[self.task])

    def init(self, key: PRNGKeyArray, data: Texts) -> PyTree[Array]:
        """The learner's state, with the vectors in the embedding."""
        state: Any = self.learner.init(key, data.tasks[self.task])
        if self.pretraining is None:
            return state
        weight = learned_vectors(data.unlabelled[self.vectors], self.pretraining, key)
        return state._replace(variables={**state.variables, "embedding": {"weight": weight}})

    def batch(self, data: Texts, key: PRNGKeyArray, step: Any) -> Any:
        """The learner's batch."""
        return self.learner.batch(data.tasks[self.task], key, step)

    def update(self, state: PyTree[Array], batch: Any, key: PRNGKeyArray) -> tuple[PyTree[Array], Measures]:
        """The learner's step, which changes the vectors as well."""
        return self.learner.update(state, batch, key)

    def evaluate(self, state: PyTree[Array], data: Texts, key: PRNGKeyArray) -> Measures:
        """The learner's measures."""
        return self.learner.evaluate(state, data.tasks[self.task], key)


class SentenceClassifier(nn.Layer):
    """Logits of the classes of a sentence of any length, from a recurrent layer's output after its last word.

    Args:
        embedding: of the words; rows of tokens are filled up with `END`.
        recurrent: reads the words.
        classes: how many there are.
        dropout: on that output.
    """

    embedding: nn.Embedding
    recurrent: nn.RecurrentLayer
    classes: int
    dropout: nn.Dropout

    def parts(self) -> dict[str, Any]:
        """The embedding, the recurrent layer and the output."""
        output = nn.Dense(self.recurrent.outputs, self.classes)
        return {"embedding": self.embedding, "recurrent": self.recurrent, "output": output}

    def apply(
        self, variables: PyTree[Array], x: Int[Array, "batch time"], run: nn.Pass
    ) -> Float[Array, "batch classes"]:
        """The logits of each sentence."""
        lengths = jnp.sum(x != END, axis=1)
        z = self.embedding.apply(variables["embedding"], x, run.at("embedding"))
        outputs, _ = self.recurrent.scan(variables["recurrent"], z, run.at("recurrent"), None, lengths)
        read = jnp.take_along_axis(outputs, lengths[:, None, None] - 1, axis=1)[:, 0]
        read = self.dropout.apply({}, read, run.at("dropout"))
        return self.parts()["output"].apply(variables["output"], read, run.at("output"))
