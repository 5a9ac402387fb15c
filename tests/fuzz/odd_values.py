"""Texts and values that are unusual in cells, arguments and JSON."""

# Cells, values and words that readers have stumbled over somewhere.
ODD_TEXTS = (
    *(
        "",
        " ",
        "nan",
        "NaN",
        "inf",
        "-inf",
        "1e400",
        "-1e-310",
        "1e-310",
        "0x10",
        "1_000",
        "1,5",
        "１２",
        "--1",
        "1e",
        "9" * 400,
    ),
    *(
        "None",
        "null",
        "TRUE",
        "=1+1",
        "+1",
        "@SUM(1)",
        "'",
        '"',
        '""',
        '"a',
        "a\nb",
        "\t",
        "\\",
        "\x00",
        "\x1b[2J",
        "\x1b]0;t\x07",
    ),
    *(
        "[/b]",
        "[red]",
        "{}",
        "{0}",
        "%s",
        "../../x",
        "/dev/zero",
        "-",
        "--out",
        "\ufeff",
        "\u202e",
        "\U0001f600",
        "é",
        "日本語",
    ),
    *("a" * 300, "長" * 300, "<script>alert(1)</script>", "&amp;", "2024-02-30", "99:99", "1e308", "-0", "5" * 20),
)
ODD_VALUES = (
    *(
        None,
        True,
        False,
        0,
        1,
        -1,
        2**63,
        -(2**70),
        10**30,
        0.5,
        -0.5,
        1e308,
        1e-310,
        float("nan"),
        float("inf"),
        float("-inf"),
    ),
    *([], {}, [[]], [None], {"": None}, {"a": {"b": []}}, [1, "a", None], *ODD_TEXTS),
)


# Expressions for the fields of a study file: values of other kinds, and what a user's own effect may return or raise.
def _expressions(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.replace("\n", " ").split(" | "))


ODD_EXPRESSIONS = _expressions("""
None | True | -1 | 0 | 1.5 | float('nan') | float('inf') | 'x' | '' | b'x' | [] | () | {} | {1: 2} | {'a': None} |
object() | lambda *a: None | lambda results: 3 | lambda results: 1 / 0 | np.zeros((40, 6)) | np.zeros(3) |
np.array('x') | int | print | wz | [1, 'a'] | range(3) | nn.Dense | '\\x1b[2J' | '[/b]' | 'a' * 300 |
np.float32(2) | '日本語' | data | x | y | x[:, None] | x * np.nan | y + 7 | y.astype(float) + 0.5 |
x.astype(complex) | np.array([None] * 40) | np.array(['a'] * 40) | 2**70 | (1, 2) | {'slow': 3} |
{'learning_rate': 'x'} | np.sum | lambda: 0 | lambda x, y: x | lambda x: x[..., :1] | lambda x: 'x' |
type('Own', (nn.Loss,), {'__call__': lambda *a: 3})() | type('Own', (nn.CrossEntropy,), {'chance': lambda *a: 3})() |
type('Own', (nn.Initializer,), {'scale': lambda *a: None})() |
type('Own', (wz.core.recipe.Schedule,), {'__call__': lambda *a: None})()
""")
ODD_EFFECTS = _expressions("""
3 | None | 'x' | 1 / 0 | undefined | results | results.nothing | results * 0 | results['test_accuracy'] |
results['x'] | results['test_accuracy'].isel(step=-1) | np.zeros(3) | np.nan | [1, 2] |
wz.final(results, 'test_accuracy', 'none') | float('nan') | wz.final(results, 'x', 'fast') | (1, 2) |
np.array(['a', 'b']) | np.zeros((2, 2)) * np.nan | object()
""")
