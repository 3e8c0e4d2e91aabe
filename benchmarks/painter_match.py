"""Do a painter's pictures fit their texts, and does choosing among candidates help?

    python benchmarks/painter_match.py --cache DIR [--texts captions|poems] [--count 150]
        [--candidates 4] [--critic critic] [--judge DIR …] [--keep FILE.npz]

R-precision (Xu et al. 2018, "AttnGAN", section 4.1): the share of pictures whose own
text scores above nine others, chance 0.1, with a 95 % bootstrap interval over
pictures. Captions are those of works that were held out from the painter (the cache
says which); poems are written by the bundled poet. With several candidates a text,
`--critic` chooses; every critic then judges both the first candidate and the chosen
one. Where the judge is the chooser the figure flatters: read the other judges'. The
flow painter uses no critic in its training. `--keep` stores the pictures, so that other
critics can judge them later.
"""

from __future__ import annotations

import argparse
import json
import time
from itertools import zip_longest
from pathlib import Path

import numpy as np
from machine import machine_line

from haiga.core import registry
from haiga.core.nouns import Poem
from haiga.features.match import Critic
from haiga.features.match_words import meaning_words
from haiga.features.vectors import WordVectors
from haiga.inspection.metrics.r_precision import AMONG, r_precision
from haiga.roles.painters.candidates import candidate_seeds
from haiga.training.match.captions import caption_of, family_of, work_of
from haiga.training.picture_cache import Item


def captions(cache: Path, count: int) -> tuple[list[str], list[str]]:
    """Captions of held-out works, all of different words and of two meaning words or more.

    Taken in turn from fruit, photographs and paintings; the second list says from which.
    """
    vectors, works, known = WordVectors(), set[str](), set[frozenset[str]]()
    found: dict[str, list[str]] = {}
    for row in json.loads((cache / "items.json").read_text(encoding="utf-8")):
        item = Item(**{**row, "tags": tuple(row["tags"])})
        text = caption_of(item)
        said = frozenset(meaning_words(text, vectors))
        if not item.held_out or len(said) < 2 or said in known or work_of(item) in works:
            continue
        works.add(work_of(item))
        known.add(said)
        found.setdefault(family_of(item), []).append(text)
    turns = [
        (text, kind)
        for row in zip_longest(*([(text, kind) for text in own] for kind, own in found.items()))
        for text, kind in filter(None, row)
    ]
    return [text for text, _ in turns[:count]], [kind for _, kind in turns[:count]]


def poems(count: int) -> list[str]:
    """Haiku of the bundled poet, seeds 0 and on."""
    poet = registry.make("poet", "lstm.v1", {})
    return [p.text for p in poet.write([""] * count, form="haiku", seeds=list(range(count)))]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cache", type=Path, help="cached pictures: needed for captions")
    parser.add_argument("--texts", choices=("captions", "poems"), default="captions")
    parser.add_argument("--count", type=int, default=150)
    parser.add_argument("--candidates", type=int, default=1)
    parser.add_argument("--painter", default="flow.v1")
    parser.add_argument("--model", default="")
    parser.add_argument("--critic", default="critic", help="which one chooses")
    parser.add_argument("--judge", action="append", default=[], help="further critics that judge")
    parser.add_argument("--keep", type=Path, help="pictures painted earlier, or to be kept")
    asked = parser.parse_args()
    print(machine_line() + "\n")
    if asked.keep and asked.keep.exists():
        stored = np.load(asked.keep)
        texts, pictures = [str(text) for text in stored["texts"]], stored["pictures"]
        kinds = [str(kind) for kind in stored["kinds"]]
        print(f"{asked.keep}: {len(texts)} texts, {pictures.shape[1]} candidates each")
    else:
        if asked.texts == "captions" and not asked.cache:
            parser.error("captions need --cache")
        if asked.texts == "poems":
            texts, kinds = poems(asked.count), ["poems"] * asked.count
        else:
            texts, kinds = captions(asked.cache, asked.count)
        painter = registry.make(
            "painter", asked.painter, {"model": asked.model} if asked.model else {}
        )
        started = time.perf_counter()
        made = [
            painter.paint(
                [Poem((text,))] * asked.candidates, seeds=candidate_seeds(i, asked.candidates)
            )
            for i, text in enumerate(texts)
        ]
        pictures = np.array(made)  # (texts, candidates, H, W, 3)
        seconds = (time.perf_counter() - started) / pictures[:, :, 0, 0, 0].size
        print(f"{len(texts)} texts, {asked.candidates} candidates each, {seconds:.2f} s a picture")
        if asked.keep:
            np.savez_compressed(asked.keep, texts=texts, kinds=kinds, pictures=pictures)
    report(texts, kinds, pictures, [asked.critic, *asked.judge])


def report(texts: list[str], kinds: list[str], pictures: np.ndarray, critics: list[str]) -> None:
    """The table: each critic's judgement of first and of chosen candidates.

    Wrong texts are drawn from all, and again from those of the same kind alone.
    """
    vectors = WordVectors()
    said = [frozenset(meaning_words(text, vectors)) for text in texts]
    same = np.array([[a == b for b in said] for a in said])
    count, candidates = pictures.shape[:2]
    flat = list(pictures.reshape(count * candidates, *pictures.shape[2:]))
    print(f"\n| R-precision, 1 of {AMONG}, {count} pictures | judge | share | 95 % interval |")
    print("| --- | --- | --- | --- |")
    kept = np.zeros(count, int)
    for number, name in enumerate(critics):
        scores = Critic(name).score(flat, texts).reshape(count, candidates, count)
        if number == 0:
            kept = scores[np.arange(count), :, np.arange(count)].argmax(1)
        role = "the chooser itself" if number == 0 and candidates > 1 else Path(name).name
        choices = {"one candidate": np.zeros(count, int)}
        if candidates > 1:
            choices[f"best of {candidates}"] = kept
        for label, choice in choices.items():
            table = scores[np.arange(count), choice]
            for kind in ("all", *sorted(set(kinds) - {"poems"})):
                own = np.array([i for i in range(count) if kind in ("all", kinds[i])])
                found = r_precision(table[np.ix_(own, own)], same=same[np.ix_(own, own)])
                print(
                    f"| {label}, {kind} ({len(own)}) | {role} | {found.value:.3f} "
                    f"| {found.low:.3f} to {found.high:.3f} |"
                )


if __name__ == "__main__":
    main()
