"""Making a style bank: artworks measured, placed among the moods, and written with a card."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save

from haiga.core.moods import VOCABULARY
from haiga.core.nouns import Picture, Style
from haiga.features.affect import affect_of
from haiga.media.durable import make_folder, write_durably
from haiga.models.card import write_card
from haiga.roles.stylists.bank import CODES_FILE, FIELDS, WORKS_FILE, credit_of, pack_codes
from haiga.roles.stylists.code import MEDIA
from haiga.roles.stylists.reading import PALETTE_COLOURS, style_of

LEAST_SHARE, MOST_SHARE = 0.6, 1.6
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Entry:
    """An artwork that is to enter a bank, with what is known of it.

    `credit` is how it is to be credited where that is more than the museum's name.
    `mood` is one that somebody gave it, "" where it is to be read from the picture;
    `medium` one of the stylist's, "" where it is to be guessed.
    """

    id: str
    title: str
    artist: str = ""
    date: str = ""
    museum: str = ""
    credit: str = ""
    url: str = ""
    about: str = ""
    licence: str = ""
    medium: str = ""
    mood: str = ""
    offered: bool = True


def measured(entry: Entry, picture: Picture) -> Style:
    """The style of an artwork, its mood the one it was given or else read from the picture."""
    style = style_of(picture, entry.medium or None)
    told = {name: getattr(entry, name) for name in FIELDS}
    holder = entry.credit or entry.museum
    told["credit"] = credit_of(entry.artist, entry.title, entry.date, holder)
    if entry.mood:
        place = VOCABULARY[entry.mood]
        told |= {"mood": entry.mood, "valence": place.valence, "arousal": place.arousal}
    return replace(style, **told, licence=entry.licence, offered=entry.offered)


def placed_in_moods(
    affects: Floats, offered: npt.NDArray[np.bool_] | None = None
) -> list[tuple[str, float, float]]:
    """A mood for each artwork, with its valence and arousal among all of them.

    `affects` is (n, 3): valence, arousal, dominance as measured. Colour orders
    artworks but gives them no absolute place, so each axis is replaced by its
    rank among those that are `offered` (all where it is left out), spread over
    the range the vocabulary has. Every artwork goes to the mood nearest to it,
    where crowded moods grow a little farther and empty ones nearer (an auction)
    until each holds between `LEAST_SHARE` and `MOST_SHARE` times its fair share
    of those offered.
    """
    chosen = np.ones(len(affects), np.bool_) if offered is None else offered
    entries = list(VOCABULARY.values())
    places = np.array([(e.valence, e.arousal, e.dominance) for e in entries])
    low, high = places.min(axis=0), places.max(axis=0)
    n = int(chosen.sum())
    ranks = np.stack([_ranks(column, column[chosen]) for column in affects.T], axis=1)
    spread = low + (high - low) * ranks / n
    distance = ((spread[:, None] - places[None]) ** 2 * [1.0, 1.0, 0.4]).sum(axis=-1)  # (n, moods)
    price = np.zeros(len(entries))
    for _ in range(400):
        owner = np.argmin(distance[chosen] + price, axis=1)
        share = np.bincount(owner, minlength=len(entries)) * len(entries) / n  # 1 is a fair share
        price += 0.02 * (np.maximum(share - MOST_SHARE, 0) - np.maximum(LEAST_SHARE - share, 0))
    owner = np.argmin(distance + price, axis=1)
    names = list(VOCABULARY)
    return [
        (names[int(o)], float(place[0]), float(place[1]))
        for o, place in zip(owner, spread, strict=True)
    ]


def _ranks(values: Floats, among: Floats) -> Floats:
    """How many of `among` lie below each value, its own place counted half; no two the same
    where both are of `among`."""
    order = np.argsort(among, kind="stable")
    below = np.searchsorted(among[order], values, "left").astype(np.float64)
    seen: Counter[float] = Counter()
    for i, value in enumerate(values):
        below[i] += seen[float(value)]
        if below[i] < len(among) and among[order[int(below[i])]] == value:
            seen[float(value)] += 1
    return np.minimum(below + 0.5, len(among))


def placed(styles: Sequence[Style], affects: Floats) -> list[Style]:
    """The styles with the moods that `placed_in_moods` gives them."""
    offered = np.array([style.offered for style in styles], np.bool_)
    return [
        replace(style, mood=mood, valence=round(v, 3), arousal=round(a, 3))
        for style, (mood, v, a) in zip(styles, placed_in_moods(affects, offered), strict=True)
    ]


def measure_all(
    entries: Sequence[Entry],
    picture: Callable[[int], Picture],
    on_each: Callable[[int], None] = lambda i: None,
) -> tuple[list[Style], Floats]:
    """The style of each entry and its (n, 3) valence, arousal and dominance, one at a time."""
    styles, affects = [], []
    for i, entry in enumerate(entries):
        pixels = picture(i)
        styles.append(measured(entry, pixels))
        affect = affect_of(pixels)
        affects.append((affect.valence, affect.arousal, affect.dominance))
        on_each(i)
    return styles, np.asarray(affects, np.float64).reshape(-1, 3)


def write_bank(out: Path, styles: Sequence[Style], *, card: Mapping[str, Any]) -> None:
    """Write the two files of a bank and its card, the card last, each whole or not at all.

    `card` is what `write_card` takes besides the files and the counts.
    """
    make_folder(out)
    licences = sorted({style.licence for style in styles})
    moods = list(VOCABULARY)
    works = [[_field(style, name) for name in FIELDS] for style in styles]
    table = {"licences": licences, "media": MEDIA, "moods": moods, "works": works}
    text = json.dumps(table, ensure_ascii=False, separators=(",", ":"))
    write_durably(out / WORKS_FILE, gzip.compress(text.encode(), 9, mtime=0))
    colours = np.zeros((len(styles), PALETTE_COLOURS, 3), np.uint8)
    for row, style in zip(colours, styles, strict=True):
        repeated = (style.palette * PALETTE_COLOURS)[:PALETTE_COLOURS]
        row[:] = np.array(repeated, np.uint8)
    tensors: dict[str, npt.NDArray[Any]] = {
        "code": pack_codes(np.array([s.code for s in styles], np.float64)),
        "affect": np.array([(s.valence, s.arousal) for s in styles], np.float32),
        "palette": colours,
        "licence": np.array([licences.index(s.licence) for s in styles], np.uint16),
        "medium": np.array([MEDIA.index(s.medium) for s in styles], np.uint8),
        "mood": np.array([moods.index(s.mood) for s in styles], np.uint8),
        "offered": np.array([s.offered for s in styles], np.uint8),
    }
    write_durably(out / CODES_FILE, save(tensors))
    counts = Counter(style.mood for style in styles if style.offered)
    write_card(
        out,
        **card,
        files=[WORKS_FILE, CODES_FILE],
        quality={
            "artworks": len(styles),
            "offered for a mood": sum(counts.values()),
            "moods": len(counts),
            "fewest of a mood": min(counts.values(), default=0),
            "most of a mood": max(counts.values(), default=0),
        },
    )


def _field(style: Style, name: str) -> str:
    """A field as it is stored: of the credit line only what the other fields do not say."""
    if name != "credit":
        return str(getattr(style, name))
    said = credit_of(style.artist, style.title, style.date, "")
    holder = style.credit.removeprefix(said).removeprefix(". ")
    return "" if holder == style.museum else holder
