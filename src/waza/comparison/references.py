"""Reference rows: a constant prediction, a linear model and gradient boosting on the splits of the networks."""

import contextlib
import time
from collections.abc import Callable
from typing import Any, cast

import numpy as np
import xarray as xr

from waza.comparison.splits import Splits
from waza.data import Dataset, Split
from waza.data.targets import Task
from waza.engine.watch import Interrupted, Watch

CONSTANT, LINEAR, BOOSTING = "constant", "linear model", "gradient boosting"
REFERENCES = (CONSTANT, LINEAR, BOOSTING)
STRENGTHS = (0.1, 1.0, 10.0, 100.0, 1000.0)  # of the linear model's penalty; the validation rows choose one
MOST_NUMBERS = 2**21  # training inputs of a split; with more, the models take minutes, and the constant stands alone
SMALLEST_SHARE = 1e-15
LONG = 1.0  # second

Predict = Callable[[np.ndarray], np.ndarray]  # numbers (rows,), or the classes' shares (rows, classes)


def with_references(
    results: xr.Dataset, data: Splits | Dataset, task: Task, classes: int, watch: Watch | None = None
) -> xr.Dataset:
    """The results with the reference rows as further variants, which have test measures at the last step alone.

    The constant is the most frequent class, or the mean, of the training rows. The linear model is a logistic or ridge
    regression, whose penalty the validation rows choose. Gradient boosting has scikit-learn's settings. All are trained
    and tested on the rows of the networks' trials; where these have one split, every seed has the same value.

    Args:
        results: with the measure "test_accuracy" or "test_loss".
        data: of the networks.
        task: "classification" or "regression".
        classes: how many there are.
        watch: is told of each split, and may ask to stop.

    Raises:
        Interrupted: `watch` asked to stop.
    """
    seeds, watch = int(results.sizes["seed"]), watch or Watch()
    splits = [data] if isinstance(data, Dataset) else [_split(data, place) for place in range(seeds)]
    watch.training(len(splits))
    reached = []
    with _one_thread():
        for split in splits:
            reached.append(_reached(split, task, classes))
            watch.advance(1)
            if watch.stop_asked():
                raise Interrupted(f"stopped after the reference models of {len(reached)} of {len(splits)} splits")
    measure = "test_accuracy" if task == "classification" else "test_loss"
    last = np.broadcast_to(np.array(reached).T, (len(reached[0]), seeds))

    def values_of(name: str, values: xr.DataArray) -> tuple[Any, np.ndarray]:
        shape = (len(last), *values.shape[1:])
        if name == "diverged_at":
            return values.dims, np.full(shape, -1, values.dtype)
        found = np.full(shape, np.nan, values.dtype)
        if name == measure:
            found[:, :, -1] = last
        return values.dims, found

    added = {str(name): values_of(str(name), values) for name, values in results.data_vars.items()}
    rows = xr.Dataset(added, {**results.coords, "variant": list(REFERENCES[: len(last)])})
    return xr.concat([results, rows], dim="variant", combine_attrs="override")


def _split(data: Splits, place: int) -> Dataset:
    """The data of one seed, on the host."""
    train, validation, test = (Split(data.x[at], data.targets(place, at)) for at in data.positions(place))
    return Dataset(data.name, train, test, validation)


def seconds_of_references(data: Splits | Dataset, task: Task, classes: int) -> float:
    """How long the reference rows take for one split, measured on the first one.

    It is measured again where it is short, since the first time includes what is loaded once.
    """
    first = data if isinstance(data, Dataset) else _split(data, 0)

    def measured() -> float:
        begun = time.perf_counter()
        _reached(first, task, classes)
        return time.perf_counter() - begun

    with _one_thread():
        seconds = measured()
        return seconds if seconds > LONG else measured()


def _reached(data: Dataset, task: Task, classes: int) -> list[float]:
    """The test measure of each reference row on one split."""
    train, validation, test = (_flat(part) for part in (data.train, cast(Split, data.validation), data.test))
    fits: list[Predict] = [_constant(train, task, classes)]
    if train.x.size <= MOST_NUMBERS:
        fits += [_linear(train, validation, task, classes), _boosting(train, task, classes)]
    return [_score(predict(test.x), test.y, task) for predict in fits]


def _one_thread() -> contextlib.AbstractContextManager[Any]:
    """One thread a model: the models are small, and threads that wait for each other would use up the processor."""
    import sklearn.ensemble
    import sklearn.linear_model  # noqa: F401  # only the threads of what is loaded can be limited
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1)


def _flat(split: Split) -> Split:
    """Rows of numbers; bytes are scaled to 0..1 as for a network."""
    x = np.asarray(split.x)
    x = x.astype(np.float32) / 255 if x.dtype == np.uint8 else x
    return Split(x.reshape(len(x), -1), np.asarray(split.y))


def _score(found: np.ndarray, y: np.ndarray, task: Task) -> float:
    """The accuracy, or the mean squared error."""
    if task == "classification":
        return float(np.mean(found.argmax(axis=1) == y))
    return float(np.mean((found - y) ** 2))


def _constant(train: Split, task: Task, classes: int) -> Predict:
    shares = np.bincount(train.y, minlength=classes) / len(train.y) if task == "classification" else train.y.mean()
    return lambda x: np.repeat(np.asarray(shares)[None], len(x), axis=0)


def _linear(train: Split, validation: Split, task: Task, classes: int) -> Predict:
    """A logistic or ridge regression with the penalty that is best on the validation rows."""
    from sklearn.linear_model import LogisticRegression, Ridge

    if task == "regression":
        fits = [_numbers(Ridge(alpha=strength).fit(*train)) for strength in STRENGTHS]
        return min(fits, key=lambda predict: _score(predict(validation.x), validation.y, task))
    if len(np.unique(train.y)) < 2:
        return _constant(train, task, classes)
    fits = [_shares(LogisticRegression(C=1 / one, max_iter=300).fit(*train), classes) for one in STRENGTHS]

    def loss(predict: Predict) -> float:
        shares = predict(validation.x)[np.arange(len(validation.y)), validation.y]
        return -float(np.mean(np.log(np.maximum(shares, SMALLEST_SHARE))))

    return min(fits, key=loss)


def _boosting(train: Split, task: Task, classes: int) -> Predict:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    if task == "regression":
        return _numbers(HistGradientBoostingRegressor(random_state=0).fit(*train))
    if len(np.unique(train.y)) < 2:
        return _constant(train, task, classes)
    return _shares(HistGradientBoostingClassifier(random_state=0).fit(*train), classes)


def _numbers(model: Any) -> Predict:
    return lambda x: model.predict(x)


def _shares(model: Any, classes: int) -> Predict:
    """The shares of all classes; 0 for one that is not among the training rows."""

    def predict(x: np.ndarray) -> np.ndarray:
        shares = np.zeros((len(x), classes))
        shares[:, model.classes_] = model.predict_proba(x)
        return shares

    return predict
