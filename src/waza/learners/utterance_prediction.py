"""Utterance prediction: a dialogue model learns to predict each utterance of whole dialogues after those before it."""

import math
from typing import Any, NamedTuple, get_args

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, PRNGKeyArray, PyTree

from waza.core.errors import Error
from waza.core.measure import Mean, Measure, Measures, mean_value, named
from waza.core.recipe import at
from waza.core.variables import join, trained
from waza.learners.aggressive_inference import AggressiveInference, AggressiveState, without
from waza.learners.dialogue_stream import DialogueStream, Judged
from waza.learners.learner import Learner
from waza.learners.mutual_information import active_units, mutual_information
from waza.learners.parallel_stream import SPLITS
from waza.learners.source import Source
from waza.models.hred import DialogueModel, Scored
from waza.models.hred.dialogue_model import Context
from waza.models.vhred import VHRED
from waza.nn import LatentTerms, Pass, VariationalBound, named_key
from waza.optim import Optimizer, add

INFERENCE = ("posterior", "norm")  # the variables of the posterior network
LOSS = Measure("loss", "lower", "nats", (0.0, math.inf))
LATENT = (
    Measure("kl", None, "nats", (0.0, math.inf)),
    Measure("mutual_information", None, "nats"),
    Measure("active_units", None, bounds=(0.0, math.inf)),
)
PERPLEXITIES = {"true": "perplexity", "shuffled": "shuffled_perplexity", "empty": "empty_perplexity"}
CONTEXTS: tuple[Context, ...] = get_args(Context)


class PredictionState(NamedTuple):
    """A model's variables, its optimiser's state, the number of steps done, and where aggressive inference stands."""

    variables: PyTree[Array]
    optimizer: PyTree[Array]
    step: Int[Array, ""]
    aggressive: AggressiveState | None = None


class UtterancePrediction(Learner):
    r"""Training of a `DialogueModel` on whole dialogues; data are `DialogueTokens`.

    The objective of a batch with T tokens, each utterance's end counted, is

    $$\frac1T \sum_n \left( -\log p(w_n \mid z_n, c_{n-1}) + \beta D_{KL}(q(z_n) \,\|\, p(z_n)) + b_n \right)$$

    where $b_n$ is the bag of words of the model, if it has one, times its weight. Without a latent variable it is the
    cross entropy. The bound's beta may be a schedule, such as `optim.WarmUp(1.0, steps=1000)` (annealing), and its free
    bits are nats a dimension and utterance.

    A step is a batch of dialogues from a `DialogueStream`; an epoch has each dialogue once. Measures, on each split:

    - "perplexity": $\exp$ of the mean of $-\log p$ over all tokens; with a latent variable, of the negative lower
      bound. "loss" is its logarithm.
    - "shuffled_perplexity", "empty_perplexity": with the context of another dialogue, and without one.
    - with a latent variable: "kl", the divergence of an utterance in nats; "mutual_information" and "active_units"
      (`waza.learners.mutual_information`), each over the utterances that are evaluated together, about 200; and
      "weighted_perplexity", of the importance-weighted estimate, where `importance_samples` is given.

    Sources: Serban et al., "Building end-to-end dialogue systems using generative hierarchical neural network models",
    2016; "A hierarchical latent variable encoder-decoder model for generating dialogues", 2017.

    Args:
        model: of dialogues.
        optimizer: turns gradients into updates.
        loss: the bound, with beta and free bits; measures are without either.
        batch_size: dialogues a step.
        bag_weight: of the bag of words.
        aggressive: extra steps of the posterior network; None for none.
        importance_samples: k of the estimate; None omits it. Its cost is that of as many decoder passes.
        evaluated: dialogues of each split that are evaluated.
    """

    model: DialogueModel
    optimizer: Optimizer
    loss: VariationalBound = VariationalBound()
    batch_size: int = 32
    bag_weight: float = 1.0
    aggressive: AggressiveInference | None = None
    importance_samples: int | None = None
    evaluated: int = 300

    def __check_init__(self):
        for name in ("batch_size", "evaluated", "importance_samples"):
            value = getattr(self, name)
            if not (name == "importance_samples" and value is None) and (not isinstance(value, int) or value < 1):
                raise Error(f"UtterancePrediction({name}={value!r}); expected a whole number of at least 1")
        given = {"aggressive": self.aggressive, "importance_samples": self.importance_samples}
        for name, value in given.items():
            if value is not None and not self._latent:
                kind = type(self.model).__name__
                raise Error(
                    f"UtterancePrediction({name}=...) with a {kind}, which has no latent variable: leave it out"
                )

    @property
    def _latent(self) -> bool:
        return isinstance(self.model, VHRED)

    @property
    def targets_a_step(self) -> int:
        """The number of dialogues that one step learns from."""
        return self.batch_size

    def source(self, data: Any) -> Source:
        """A stream of batches on lanes."""
        return DialogueStream(data, self.batch_size, self.model.joined, self.evaluated)

    def measures(self, data: Any) -> tuple[Measure, ...]:
        """The measures of each split, the test's perplexity first, and the objective of the batches."""
        names = [*PERPLEXITIES.values(), *(["weighted_perplexity"] if self.importance_samples else [])]
        first, *others = (Measure(name, "lower", bounds=(1.0, math.inf)) for name in names)
        kinds = [first, LOSS, *others, *(LATENT if self._latent else ())]
        found = [_on(split, kind) for split in SPLITS for kind in kinds]
        return *found, Measure("batch_loss", "lower", "nats")

    def selection(self, data: Any) -> Measure:
        """The perplexity on the validation split."""
        return named(self.measures(data), "validation_perplexity")

    def init(self, key: PRNGKeyArray, data: Any) -> PredictionState:
        """Fresh variables, and the optimiser's state for those that are trained."""
        variables = self.model.init(named_key(key, "model"))
        parameters = trained(variables)
        aggressive = None if self.aggressive is None else self.aggressive.start(without(parameters, INFERENCE)[0])
        return PredictionState(variables, self.optimizer.init(parameters), jnp.zeros((), jnp.int32), aggressive)

    def update(self, state: PredictionState, batch: Any, key: PRNGKeyArray) -> tuple[PredictionState, Measures]:
        """One step of the optimiser on the objective; records it, and the divergence of an utterance."""
        now = at(self, state.step)
        parameters = trained(state.variables)
        gradients, (value, scored, followed) = jax.grad(now._objective, has_aux=True)(parameters, state, batch, key)
        updates, optimizer = now.optimizer.update(gradients, state.optimizer, parameters)
        variables = join(add(parameters, updates), followed)
        after = PredictionState(variables, optimizer, state.step + 1, state.aggressive)
        if now.aggressive is not None and state.aggressive is not None:
            stands = now.aggressive.followed(state.aggressive, now._information(scored, batch, key))
            after = now._inferred(after._replace(aggressive=stands), batch, named_key(key, "aggressive"))
        records: Measures = {"loss": Mean(value * jnp.sum(scored.tokens), jnp.sum(scored.tokens))}
        if scored.divergence is not None:
            records["kl"] = Mean(jnp.sum(scored.divergence), jnp.sum(scored.tokens > 0))
        return after, records

    def _objective(
        self, parameters: PyTree[Array], state: PredictionState, batch: Any, key: PRNGKeyArray
    ) -> tuple[Float[Array, ""], tuple[Float[Array, ""], Scored, PyTree[Array]]]:
        """The objective; beside it once more, what the model says, and the variables after the pass."""
        run = Pass(training=True, key=key)
        variables = join(parameters, state.variables)
        scored = self.model.score(variables, batch, run)
        tokens = jnp.maximum(jnp.sum(scored.tokens), 1)
        value = (jnp.sum(scored.loss) if scored.divergence is None else self._bound(scored)) / tokens
        if scored.bag is not None:
            value = value + self.bag_weight * jnp.sum(scored.bag) / tokens
        return value, (value, scored, run.followed(variables))

    def _bound(self, scored: Scored) -> Float[Array, ""]:
        """The negative bound of all utterances.

        The bound takes means over rows. Rows without an utterance are zeros, so that with all rows times n / N, for N
        utterances in n rows, these are means over utterances.
        """
        assert scored.divergence is not None
        rows, utterances = scored.loss.size, jnp.maximum(jnp.sum(scored.tokens > 0), 1)
        scale = rows / utterances
        divergence = scored.divergence.reshape(rows, -1) * scale
        terms = LatentTerms(-scored.loss.reshape(1, -1) * scale, jnp.zeros((1, rows)), divergence)
        return jnp.mean(self.loss(terms, None)["loss"]) * utterances

    def _inferred(self, state: PredictionState, batch: Any, key: PRNGKeyArray) -> PredictionState:
        """The state after the extra steps of the posterior network."""
        assert self.aggressive is not None and state.aggressive is not None
        own, rest = without(trained(state.variables), INFERENCE)

        def gradient(own: PyTree[Array], key: PRNGKeyArray) -> PyTree[Array]:
            found: PyTree[Array] = jax.grad(lambda own: self._objective(rest | own, state, batch, key)[0])(own)
            return found

        own, aggressive = self.aggressive.improved(own, state.aggressive, gradient, key)
        return state._replace(variables=join(rest | own, state.variables), aggressive=aggressive)

    def _information(self, scored: Scored, batch: Any, key: PRNGKeyArray) -> Float[Array, ""]:
        """The mutual information over a batch's utterances."""
        real = (batch.last >= 0).reshape(-1)
        assert scored.mean is not None and scored.log_variance is not None
        mean, log_variance = (part.reshape(len(real), -1) for part in (scored.mean, scored.log_variance))
        return mutual_information(mean, log_variance, real, named_key(key, "information"))

    def evaluate(self, state: PredictionState, data: Judged, key: PRNGKeyArray) -> tuple[Measures, dict[str, Array]]:
        """The measures of each split; and sums over each dialogue, from which `judge` computes perplexities."""
        model, variables, lanes = self.model, state.variables, data.lanes
        scored = {name: model.score(variables, lanes, Pass(key=named_key(key, name)), name) for name in CONTEXTS}
        true = scored["true"]
        rows: dict[str, Array] = {name: jnp.sum(_negative(one), axis=1) for name, one in scored.items()}
        rows |= {"tokens": jnp.sum(true.tokens, axis=1), "split": jnp.asarray(data.split)}
        if self.importance_samples:
            assert isinstance(model, VHRED)
            weighted = model.weighted(variables, lanes, named_key(key, "weighted"), self.importance_samples)
            rows["weighted"] = jnp.sum(weighted, axis=1)
        measures: Measures = {}
        for number, split in enumerate(SPLITS):
            inside = rows["split"] == number
            real = (inside[:, None] & (jnp.asarray(lanes.last) >= 0)).reshape(-1)
            tokens = jnp.sum(jnp.where(inside, rows["tokens"], 0))
            measures[f"{split}_loss"] = Mean(jnp.sum(jnp.where(inside, rows["true"], 0)), tokens)
            if true.divergence is not None:
                found = self._latent_measures(true, real, named_key(key, f"latent_{split}"))
                measures |= {f"{split}_{name}": value for name, value in found.items()}
        return measures, rows

    def _latent_measures(self, scored: Scored, real: Array, key: PRNGKeyArray) -> dict[str, Mean]:
        """What the latent variable says, over the real utterances."""
        assert scored.divergence is not None and scored.mean is not None and scored.log_variance is not None
        count = jnp.sum(real)
        mean, log_variance, divergence = (
            part.reshape(len(real), -1) for part in (scored.mean, scored.log_variance, scored.divergence)
        )
        return {
            "kl": Mean(jnp.sum(jnp.where(real[:, None], divergence, 0)), count),
            "mutual_information": Mean(mutual_information(mean, log_variance, real, key) * count, count),
            "active_units": Mean(active_units(mean, real) * count, count),
        }

    def judge(self, outputs: Any, data: Any) -> Measures:
        """The perplexities of each split."""
        measures: Measures = {}
        names = PERPLEXITIES | ({"weighted": "weighted_perplexity"} if "weighted" in outputs else {})
        for number, split in enumerate(SPLITS):
            inside = outputs["split"] == number
            tokens = outputs["tokens"][inside].sum()
            for rows, name in names.items():
                with np.errstate(over="ignore"):
                    mean = mean_value(outputs[rows][inside].astype(float).sum(), tokens)
                    measures[f"{split}_{name}"] = float(np.exp(mean))
        return measures

    def kept(self, state: PredictionState) -> PyTree[Array]:
        """The model's variables."""
        return state.variables

    def chance(self, data: Any) -> dict[str, float]:
        """The entropy of a split's tokens, and its perplexity."""
        levels: dict[str, float] = {}
        for name in SPLITS:
            utterances = getattr(data, name).utterances
            counts = np.bincount(utterances.tokens, minlength=data.end + 1)
            counts[data.end] += len(utterances.lengths)
            shares = counts[counts > 0] / counts.sum()
            levels[f"{name}_loss"] = float(-shares @ np.log(shares))
            levels[f"{name}_perplexity"] = math.exp(levels[f"{name}_loss"])
        return levels


def _on(split: str, measure: Measure) -> Measure:
    """A measure on a split."""
    return Measure(f"{split}_{measure.name}", measure.better, measure.unit, measure.bounds)


def _negative(scored: Scored) -> Float[Array, "batch utterances"]:
    """$-\\log p$ of each utterance, or its negative lower bound."""
    return scored.loss if scored.divergence is None else scored.loss + jnp.sum(scored.divergence, axis=-1)
