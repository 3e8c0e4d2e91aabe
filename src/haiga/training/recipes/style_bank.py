"""Builds the style bank: measurements of real artworks, with their credits.

    haiga train style_bank --pictures FOLDER --out FOLDER

FOLDER holds the sets named in `style_sources.SOURCES`, each with its
`metadata.jsonl`. Pictures are read, measured and left where they are. Needs
numpy and Pillow only.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save_file

from haiga.core.moods import VOCABULARY
from haiga.core.nouns import Style
from haiga.models.card import write_card
from haiga.roles.stylists.bank import CODES_FILE, CREDITS_FILE
from haiga.roles.stylists.reading import PALETTE_COLOURS, affect_of, style_of
from haiga.training.recipes.style_sources import SOURCES, Work, read_works

LEAST_SHARE, MOST_SHARE = 0.6, 1.6


def main(argv: Sequence[str]) -> None:
    """Build the bank from the arguments and print what it holds."""
    parser = argparse.ArgumentParser(prog="haiga train style_bank", description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True, help="folder of the picture sets")
    parser.add_argument("--out", type=Path, required=True, help="folder of the model to write")
    parser.add_argument("--commit", default="", help="commit of the code, for the card")
    options = parser.parse_args(argv)
    works = [work for source in SOURCES for work in read_works(source, options.pictures)]
    styles, affects = [], []
    for i, work in enumerate(works):
        styles.append(_measured(work))
        affect = affect_of(work.picture())
        affects.append((affect.valence, affect.arousal, affect.dominance))
        if sys.stderr.isatty():
            print(f"\r{i + 1}/{len(works)}", end="", file=sys.stderr)
    placed = placed_in_moods(np.asarray(affects, np.float64))
    styles = [
        replace(style, mood=mood, valence=round(v, 3), arousal=round(a, 3))
        for style, (mood, v, a) in zip(styles, placed, strict=True)
    ]
    write_bank(options.out, styles, works, commit=options.commit)
    print(json.dumps(summary(styles, works), indent=1, ensure_ascii=False))


def _measured(work: Work) -> Style:
    return replace(
        style_of(work.picture(), work.medium),
        id=work.id,
        title=work.title,
        artist=work.artist,
        date=work.date,
        credit=work.credit,
        licence=work.licence,
    )


def placed_in_moods(affects: npt.NDArray[np.float64]) -> list[tuple[str, float, float]]:
    """A mood for each artwork, with its valence and arousal among all of them.

    `affects` is (n, 3): valence, arousal, dominance as measured. Colour orders
    artworks but gives them no absolute place, so each axis is replaced by its
    rank, spread over the range the vocabulary has. Every artwork goes to the
    mood nearest to it, where crowded moods grow a little farther and empty ones
    nearer (an auction) until each holds between `LEAST_SHARE` and `MOST_SHARE`
    times its fair share.
    """
    n = len(affects)
    entries = list(VOCABULARY.values())
    places = np.array([(e.valence, e.arousal, e.dominance) for e in entries])
    low, high = places.min(axis=0), places.max(axis=0)
    ranks = np.argsort(np.argsort(affects, axis=0, kind="stable"), axis=0, kind="stable")
    spread = low + (high - low) * (ranks + 0.5) / n
    distance = ((spread[:, None] - places[None]) ** 2 * [1.0, 1.0, 0.4]).sum(axis=-1)  # (n, moods)
    price = np.zeros(len(entries))
    for _ in range(400):
        owner = np.argmin(distance + price, axis=1)
        share = np.bincount(owner, minlength=len(entries)) * len(entries) / n  # 1 is a fair share
        price += 0.02 * (np.maximum(share - MOST_SHARE, 0) - np.maximum(LEAST_SHARE - share, 0))
    names = list(VOCABULARY)
    return [
        (names[int(o)], float(place[0]), float(place[1]))
        for o, place in zip(owner, spread, strict=True)
    ]


def write_bank(out: Path, styles: Sequence[Style], works: Sequence[Work], *, commit: str) -> None:
    """Write the two files of the bank and its card."""
    out.mkdir(parents=True, exist_ok=True)
    records = [
        {
            "id": s.id,
            "title": s.title,
            "artist": s.artist,
            "date": s.date,
            "credit": s.credit,
            "licence": s.licence,
            "mood": s.mood,
            "medium": w.medium,
            "url": w.url,
        }
        for s, w in zip(styles, works, strict=True)
    ]
    text = "[\n" + ",\n".join(json.dumps(r, ensure_ascii=False) for r in records) + "\n]\n"
    (out / CREDITS_FILE).write_text(text, encoding="utf-8")
    colours = np.zeros((len(styles), PALETTE_COLOURS, 3), np.uint8)
    for row, style in zip(colours, styles, strict=True):
        repeated = (style.palette * PALETTE_COLOURS)[:PALETTE_COLOURS]
        row[:] = np.array(repeated, np.uint8)
    save_file(
        {
            "code": np.array([s.code for s in styles], np.float32),
            "affect": np.array([(s.valence, s.arousal) for s in styles], np.float32),
            "palette": colours,
        },
        out / CODES_FILE,
    )
    counts = Counter(w.source.name for w in works)
    moods = Counter(s.mood for s in styles)
    write_card(
        out,
        name="styles",
        role="stylist",
        title="Style bank of brush.v1",
        about=(
            f"Colour, light and brush measurements of {len(styles)} artworks; no pictures. "
            "Moods are placed by colour and contrast, not by people."
        ),
        licence="CC0-1.0",
        origin="measured by haiga's recipe style_bank",
        recipe="haiga train style_bank --pictures FOLDER --out FOLDER",
        files=[CREDITS_FILE, CODES_FILE],
        data=[
            {"name": s.name, "items": counts[s.name], "licence": s.licence, "credit": s.credit}
            for s in SOURCES
            if counts[s.name]
        ],
        quality={
            "artworks": len(styles),
            "moods": len(moods),
            "fewest of a mood": min(moods.values()),
            "most of a mood": max(moods.values()),
        },
        commit=commit,
    )


def summary(styles: Sequence[Style], works: Sequence[Work]) -> dict[str, object]:
    """Counts by mood, medium and source."""
    return {
        "artworks": len(styles),
        "moods": dict(Counter(s.mood for s in styles).most_common()),
        "media": dict(Counter(w.medium for w in works).most_common()),
        "sources": dict(Counter(w.source.name for w in works).most_common()),
    }
