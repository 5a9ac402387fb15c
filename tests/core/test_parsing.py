"""Values from files become typed values, or an error that names the field."""

import dataclasses
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Required, TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waza.core.errors import Damaged, Error
from waza.core.measure import Measure
from waza.core.parsing import parsed
from waza.core.sealed import read_record, sealed

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@dataclasses.dataclass(frozen=True)
class Inner:
    name: str
    how: Literal["vmap", "map"]
    level: float = 0.5


@dataclasses.dataclass(frozen=True)
class Outer:
    inner: tuple[Inner, ...]
    by_name: Mapping[str, float | None]
    pair: tuple[int, int] = (0, 1)
    kept: bool = False


class Facts(TypedDict, total=False):
    step: Required[int]
    note: str


KINDS = (Outer, Inner, Facts, tuple[Measure, ...], dict[str, list[int]], float | None, Sequence[str], bool | str)
DECLARED = {"name": "x", "better": None, "unit": "", "bounds": [None, None]}
SOUND = {"inner": [{"name": "a", "how": "map"}], "by_name": {"loss": 1, "x": None}, "pair": [3, 4]}


def test_records_are_made_by_their_annotations():
    assert parsed(Outer, SOUND) == Outer((Inner("a", "map"),), {"loss": 1.0, "x": None}, (3, 4))
    assert parsed(Facts, {"step": 3, "other": [1]}) == {"step": 3, "other": [1]}
    assert parsed(Any, SOUND) is SOUND and parsed(int | None, None) is None
    assert math.isnan(parsed(float, math.nan)) and type(parsed(float, 3)) is float
    loss = Measure("loss", "lower", "nats", (0, math.inf))
    assert parsed(tuple[Measure, ...], [loss.to_json()]) == (loss,)


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        (Outer, SOUND | {"inner": [{"name": "a", "how": "p"}]}, r"^inner.0.how is 'p'; expected one of 'vmap', 'map'"),
        (Outer, SOUND | {"inner": [{"how": "map"}]}, r"^inner.0.name is missing$"),
        (Outer, SOUND | {"extra": 1}, r"^extra is not known$"),
        (Outer, SOUND | {"by_name": {"loss": "low"}}, r"^by_name.loss is 'low'; expected a number"),
        (Outer, SOUND | {"pair": [1, 2, 3]}, r"^pair has 3 values; expected 2"),
        (Outer, SOUND | {"pair": [1, True]}, r"^pair.1 is True; expected a whole number"),
        (Outer, SOUND | {"kept": 1}, r"^kept is 1; expected true or false"),
        (Outer, [], r"^the content is \[\]; expected names and values"),
        (Facts, {"note": "x"}, r"^step is missing"),
        (float, 10**400, r"expected a number"),
        (str, "\ud800", r"^the content is '\\ud800'; expected a text"),
        (list[int], "1" * 100, r"^the content is '1{39}\.\.\.; expected a list"),
        (dict[str, str], {"\x1b[2J": 3}, r"^'\\x1b\[2J' is 3; expected a text"),
        (tuple[Measure, ...], [DECLARED | {"better": "up"}], r"^0: better is 'up'; expected one of 'higher', 'lower'"),
        (tuple[Measure, ...], [DECLARED | {"bounds": [1, 0]}], r"^0: Measure\('x', bounds="),
        (tuple[Measure, ...], [{"name": "x"}], r"^0: better is missing"),
    ],
)
def test_what_does_not_fit_is_named(kind, value, words):
    with pytest.raises(ValueError, match=words):
        parsed(kind, value)


@given(value=JSON, kind=st.sampled_from(KINDS))
def test_any_value_is_parsed_or_refused(value, kind):
    try:
        parsed(kind, value)
    except ValueError as error:
        assert not isinstance(error, Error)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Expecting value"),
        (b"[1]", "it is not a JSON object"),
        (b"\xff\xfe", "can't decode byte"),
        (b"[" * 100_000, "recursion"),
        (b'{"a":' * 100_000, "recursion"),
        (b'{"step": 1, "sha256": 3}', "its checksums are damaged"),
        (sealed({"step": 1}).replace(b"1", b"2", 1), "its values have changed"),
        (sealed({"step": "1"}), "step is '1'; expected a whole number"),
        (sealed({"step": 1}, {"../../secret": "0"}), "which is no file beside it"),
        (sealed({"step": 1}, {"missing": "0"}), "No such file"),
        (json.dumps({"step": math.nan}).encode(), "step is nan; expected a whole number"),
    ],
)
def test_a_record_that_cannot_be_read_is_damaged_and_said_in_one_line(tmp_path, content, words):
    path = tmp_path / "facts.json"
    path.write_bytes(content)
    with pytest.raises(Damaged) as raised:
        read_record(path, Facts, "start over")
    said = str(raised.value)
    assert said.startswith(f"{path} is damaged (") and said.endswith("): start over") and "\n" not in said
    assert words in said
