"""Small samples of the data that `waza compare` and `waza fit` take: simulated, the same on every machine, and free.

The numbers, pictures and sentences are made by this file from fixed seeds. Wines, houses and prices are invented.
"""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from waza.core.errors import Error, nearest
from waza.core.files import check_path, write_whole
from waza.core.given_files import is_file
from waza.core.plain import is_there
from waza.data.sample_dialogues import Conversation, conversations
from waza.data.sample_texts import sentences, translations

Files = Mapping[str, bytes]


class Sample(NamedTuple):
    """A sample: what it is, in both languages, and the function that makes its files, by name, for a language."""

    about: Mapping[str, str]
    files: Callable[[str], Files]


def write_sample(name: str, folder: Path, language: str = "en") -> list[Path]:
    """Write the files of a sample into a folder; returns the first file, or the folder of pictures, and the others.

    Raises:
        Error: there is no such sample, or other files stand in its place.
    """
    if name not in SAMPLES:
        raise Error(f"no sample is called {name!r}: {nearest(name, SAMPLES)}")
    files = SAMPLES[name].files(language)
    check_path(folder)
    for file, content in files.items():
        path = folder / file
        if is_there(path) and (not is_file(path) or path.read_bytes() != content):
            raise Error(f"{path} is already there and has other contents: give another folder with --out")
    for file, content in files.items():
        write_whole(folder / file, content)
    return list(dict.fromkeys(folder / Path(file).parts[0] for file in files))


def wine(language: str = "en") -> Files:
    """Three cultivars told by ten measurements and a region, with missing values; and new rows without the cultivar."""
    rng = np.random.RandomState(0)
    count, new = 240, 12
    cultivar = rng.randint(0, 3, count + new)
    names = ("alcohol", "acidity", "sugar", "phenols", "tannin", "colour", "hue", "ash", "magnesium", "density")
    middle = rng.normal(0, 0.9, (3, len(names)))
    scale = np.array([0.8, 0.6, 1.4, 0.5, 0.4, 2.0, 0.2, 0.3, 12, 0.002])
    base = np.array([13.0, 2.4, 4.0, 2.3, 1.6, 5.1, 1.0, 2.4, 99, 0.995])
    values = np.maximum(base + scale * (middle[cultivar] + rng.normal(size=(count + new, len(names)))), 0.05)
    digits = (2, 2, 2, 2, 2, 2, 2, 2, 0, 4)
    regions = np.array(["north", "south", "coast"])[(cultivar + (rng.uniform(size=count + new) < 0.5)) % 3]
    rows = []
    for i in range(count + new):
        cells = [f"{value:.{places}f}" for value, places in zip(values[i], digits, strict=True)]
        if rng.uniform() < 0.1:
            cells[rng.randint(len(cells))] = ""
        rows.append([*cells, regions[i], "ABC"[cultivar[i]]])
    heads = [*names, "region", "cultivar"]
    return {
        "wine.csv": _table(heads, rows[:count]),
        "new.csv": _table(heads[:-1], [row[:-1] for row in rows[count:]]),
    }


def houses(language: str = "en") -> Files:
    """Prices of houses, which follow from their area, rooms, age, district and garden, with noise."""
    rng = np.random.RandomState(1)
    count = 400
    area = rng.gamma(9, 13, count) + 30
    rooms = np.clip(np.round(area / 28 + rng.normal(0, 0.8, count)), 1, 9)
    built = rng.randint(1900, 2024, count)
    district = rng.randint(0, 4, count)
    garden = rng.uniform(size=count) < 0.4
    to_station = rng.gamma(2, 0.6, count)
    worth = np.array([1.5, 1.1, 0.9, 0.75])[district] * (2.1 * area + 12 * rooms) * (1 - 0.002 * (2024 - built))
    price = 1000 * (60 + worth + 25 * garden - 14 * to_station + rng.normal(0, 22, count))
    rows = [
        [
            f"{area[i]:.0f}",
            f"{rooms[i]:.0f}" if rng.uniform() > 0.05 else "",
            built[i],
            ("centre", "hill", "harbour", "fields")[district[i]],
            "yes" if garden[i] else "no",
            f"{to_station[i]:.2f}",
            f"{max(price[i], 20000):.0f}",
        ]
        for i in range(count)
    ]
    return {"houses.csv": _table(["area", "rooms", "built", "district", "garden", "km_to_station", "price"], rows)}


def photos(language: str = "en") -> Files:
    """Drawn pictures of three shapes in any colour and size: photos/<class>/*.png, and holiday.png."""
    rng = np.random.RandomState(2)
    files = {
        f"photos/{shape}/{shape}-{i:03d}.png": _png(_drawn(shape, rng))
        for shape in ("cross", "disc", "stripes")
        for i in range(60)
    }
    return files | {"holiday.png": _png(_drawn("stripes", rng))}


def corpus(language: str = "en") -> Files:
    """Sentences of a small grammar, in the language of the command: corpus.txt, and other.txt."""
    rng = np.random.RandomState(3)
    return {
        "corpus.txt": sentences(rng, 1600, language).encode(),
        "other.txt": sentences(rng, 60, language).encode(),
    }


def translated(language: str = "en") -> Files:
    """Sentences of the same grammar in English with their translations into Japanese, and a letter to translate."""
    pairs = translations(np.random.RandomState(5), 1550)
    known, new = pairs[:1500], pairs[1500:]
    return {
        "sentences.en": "".join(f"{one}\n" for one, _ in known).encode(),
        "sentences.ja": "".join(f"{other}\n" for _, other in known).encode(),
        "letter.en": "".join(f"{one}\n" for one, _ in new).encode(),
    }


def dialogues(language: str = "en") -> Files:
    """Conversations at a market stall, in the language of the command, and beginnings of others to reply to."""
    made = conversations(np.random.RandomState(6), 1212, language)
    known, new = made[:1200], made[1200:]
    return {"dialogues.jsonl": _json_lines(known), "contexts.jsonl": _json_lines([one[: len(one) // 2] for one in new])}


def campaign(language: str = "en") -> Files:
    """Customers who received one of two mails or none, at random, and who visited; and customers of the next campaign.

    Those who bought recently visit anyway, and a coupon keeps some away; it moves those who did not buy for long.
    """
    rng = np.random.RandomState(4)
    count, new = 6000, 500
    months = rng.randint(1, 13, count + new)
    spent = rng.gamma(2, 90, count + new)
    district = rng.randint(0, 3, count + new)
    sent = rng.randint(0, 3, count + new)
    without = 0.04 + 0.6 * (13 - months) / 12
    coupon = 0.28 * (months > 6) - 0.08
    visited = rng.uniform(size=count + new) < without + np.select([sent == 1, sent == 2], [coupon, 0.03], 0)
    bought = visited & (rng.uniform(size=count + new) < 0.3)
    rows = [
        [
            months[i],
            f"{spent[i]:.2f}",
            ("city", "suburb", "country")[district[i]],
            ("no mail", "coupon", "catalogue")[sent[i]],
            int(visited[i]),
            int(bought[i]),
        ]
        for i in range(count + new)
    ]
    heads = ["months_since_purchase", "spent", "district", "mail", "visited", "bought"]
    return {
        "campaign.csv": _table(heads, rows[:count]),
        "customers.csv": _table(heads[:3], [row[:3] for row in rows[count:]]),
    }


SAMPLES: dict[str, Sample] = {
    "wine": Sample(
        {
            "en": "a table for classification: 240 invented wines, target cultivar (wine.csv, and new.csv without it)",
            "ja": "分類用の表: 架空のワイン 240 本。目的変数は cultivar(wine.csv と、それを除いた new.csv)",
        },
        wine,
    ),
    "houses": Sample(
        {
            "en": "a table for regression: 400 invented houses, target price (houses.csv)",
            "ja": "回帰用の表: 架空の住宅 400 軒。目的変数は price(houses.csv)",
        },
        houses,
    ),
    "photos": Sample(
        {
            "en": "180 drawn pictures of 3 classes (photos/, and holiday.png)",
            "ja": "描画した 3 クラスの画像 180 枚(photos/ と holiday.png)",
        },
        photos,
    ),
    "campaign": Sample(
        {
            "en": "the log of a campaign: 6,000 invented customers (campaign.csv, and customers.csv for the next one)",
            "ja": "キャンペーンの記録: 架空の顧客 6,000 人(campaign.csv と、次のキャンペーンの顧客 customers.csv)",
        },
        campaign,
    ),
    "corpus": Sample(
        {
            "en": "a text of 1,600 sentences of a small grammar (corpus.txt, and other.txt)",
            "ja": "小さな文法から作った 1,600 文のテキスト(corpus.txt と other.txt)",
        },
        corpus,
    ),
    "translations": Sample(
        {
            "en": "1,500 English sentences of a small grammar with translations into Japanese (sentences.en, "
            "sentences.ja, and letter.en)",
            "ja": "小さな文法から作った英文 1,500 文とその和訳(sentences.en と sentences.ja、訳のない letter.en)",
        },
        translated,
    ),
    "dialogues": Sample(
        {
            "en": "1,200 conversations at a market stall, from a small grammar (dialogues.jsonl, and contexts.jsonl)",
            "ja": "小さな文法から作った、市場の店での会話 1,200 件(dialogues.jsonl と、返答を待つ contexts.jsonl)",
        },
        dialogues,
    ),
}


def _table(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(heads)
    writer.writerows(rows)
    return text.getvalue().encode()


def _json_lines(made: Sequence[Conversation]) -> bytes:
    return "".join(json.dumps({"turns": turns}, ensure_ascii=False) + "\n" for turns in made).encode()


def _drawn(shape: str, rng: np.random.RandomState, side: int = 48) -> np.ndarray:
    """A light shape of any colour on a dark background, with noise, as uint8 (side, side, 3)."""
    y, x = np.mgrid[:side, :side].astype(float)
    radius = rng.uniform(0.28, 0.42) * side
    centre_y, centre_x = rng.uniform(0.45, 0.55, 2) * side
    right, down = x - centre_x, y - centre_y
    inside = {
        "disc": np.hypot(right, down) < 0.9 * radius,
        "cross": (np.minimum(abs(right), abs(down)) < 0.22 * radius) & (np.maximum(abs(right), abs(down)) < radius),
        "stripes": (np.maximum(abs(right), abs(down)) < 0.9 * radius) & (np.floor(down / 4) % 2 == 0),
    }[shape]
    paper, ink = rng.uniform(20, 80, 3), rng.uniform(130, 240, 3)
    picture = np.where(inside[..., None], ink, paper) + rng.normal(0, 10, (side, side, 3))
    return np.clip(picture, 0, 255).astype(np.uint8)


def _png(pixels: np.ndarray) -> bytes:
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()
