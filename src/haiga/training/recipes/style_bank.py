"""Builds the style bank: measurements of real artworks, with their credits.

    haiga train style_bank --pictures FOLDER --out FOLDER

FOLDER holds the sets named in `style_sources.SOURCES`, each with its
`metadata.jsonl`. Pictures are read, measured and left where they are. Needs
no torch. A bank of any folder of pictures: `haiga styles make`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from haiga.core.nouns import Picture, Style
from haiga.roles.stylists.making import measure_all, placed, write_bank
from haiga.roles.stylists.network import CodeReader
from haiga.training.recipes.style_sources import SOURCES, Selection, select_works


def main(argv: Sequence[str]) -> None:
    """Build the bank from the arguments and print what it holds."""
    parser = argparse.ArgumentParser(prog="haiga train style_bank", description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True, help="folder of the picture sets")
    parser.add_argument("--out", type=Path, required=True, help="folder of the model to write")
    parser.add_argument("--commit", default="", help="commit of the code, for the card")
    options = parser.parse_args(argv)
    selection = select_works(options.pictures, SOURCES)
    works = selection.works

    def tell(i: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{i + 1}/{len(works)}", end="", file=sys.stderr)

    entries = [work.entry for work in works]
    codes = CodeReader()

    def picture(i: int) -> Picture:
        pixels = works[i].picture()
        codes.read(pixels)
        return pixels

    styles, affects = measure_all(entries, picture, tell)
    styles = placed(styles, affects)
    counts = Counter(work.source.name for work in works)
    write_bank(
        options.out,
        styles,
        card={
            "name": "styles",
            "role": "stylist",
            "title": "Style bank of brush.v1",
            "about": (
                f"Colour, light and brush measurements of {len(styles)} artworks; no pictures. "
                "Moods are placed by colour and arrangement, not by people."
            ),
            "licence": "CC0-1.0",
            "origin": "measured by haiga's recipe style_bank",
            "recipe": "haiga train style_bank --pictures FOLDER --out FOLDER",
            "data": [
                {"name": s.name, "items": counts[s.name], "licence": s.licence, "credit": s.credit}
                for s in SOURCES
                if counts[s.name]
            ],
            "commit": options.commit,
        },
    )
    codes.write(options.out)
    print(json.dumps(summary(styles, selection), indent=1, ensure_ascii=False))


def summary(styles: Sequence[Style], selection: Selection) -> dict[str, object]:
    """Counts by mood, medium and source, and of what was left out."""
    offered = [style for style in styles if style.offered]
    sources: Counter[str] = Counter(work.source.name for work in selection.works)
    chosen = Counter(work.source.name for work in selection.works if work.entry.offered)
    return {
        "artworks": len(styles),
        "offered for a mood": len(offered),
        "moods of those offered": dict(Counter(s.mood for s in offered).most_common()),
        "media": dict(Counter(style.medium for style in styles).most_common()),
        "sources": {name: f"{n}, {chosen[name]} offered" for name, n in sources.most_common()},
        "left out": {f"{name}: {why}": n for (name, why), n in selection.left_out.most_common()},
    }
