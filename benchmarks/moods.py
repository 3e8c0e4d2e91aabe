"""How well are moods read: of pictures against labels, of poems against a small labelled set?

    python benchmarks/moods.py --pictures berlin_mood_paintings --texts FOLDER

PICTURES is a folder with `metadata.jsonl` whose records have `mood`, `artist` and `file`.
The 81 moods of Stadtmuseum Berlin's paintings were given by a model, and 39 are of one
class, so agreement with them is agreement with another machine. `PLACES` says which
valence stands for each of their words. Compared are

relations   `sight.v1`: published relations of colour and composition, fitted to nothing here
            (two of its seven terms for valence, hard colours and light in the middle, were
            kept after a look at these pictures, so its figures are a little too good)
colour      the terms of brightness, saturation and hue among these alone
ridge       a regression on the 20 measures, by cross-validation: ten folds, no maker in
            two, the penalty chosen inside each fold
eye         the same on the eye's 384 late features
random      a mood drawn at random, as Auria drew her styles' moods

by `pairs` (of a sad and a calm picture, how often the sad one is read as sadder; chance is
0.5) and by `class` (the label itself among the three that are not rare; the largest class
alone is the figure to beat). Intervals are 95 % of bootstraps over makers.

TEXTS holds the shared poems; `poem_moods.jsonl` beside this file labels 82 of them by
whether they are glad (1), sad (-1) or neither: 44 on which the two weights of `lexicon.v2`
were chosen, and 38 that were held out. The labels were given by a language model that read
each poem before any reading of it by haiga, not by people.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from machine import machine_line

from haiga.core.moods import MOODS, known_mood
from haiga.core.nouns import Poem
from haiga.features.affect import AMONG_PAINTINGS, affect_measures, measured_affect
from haiga.features.eye import Eye
from haiga.media.pictures import read_picture
from haiga.roles.moods.lexicon import FIRST, SECOND, polarity_of, read_mood
from haiga.roles.moods.sight import read_picture_mood

PLACES = {
    "Reflective/Nostalgic": -0.2,
    "Calm/Peaceful": 0.5,
    "Sad/Melancholic": -0.7,
    "Joyful/Uplifting": 0.8,
    "Energetic/Tense": -0.1,
}
THREE = ("Reflective/Nostalgic", "Calm/Peaceful", "Sad/Melancholic")
SAD, CALM = THREE[2], THREE[1]
PENALTIES = (3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
Values = npt.NDArray[np.float64]


def ridge(seen: Values, wanted: Values, penalty: float) -> Callable[[Values], Values]:
    mean, spread = seen.mean(0), seen.std(0) + 1e-6
    z = (seen - mean) / spread
    gram = z @ z.T + penalty * np.eye(len(z))
    weights = z.T @ np.linalg.solve(gram, wanted - wanted.mean(0))
    return lambda new: (new - mean) / spread @ weights + wanted.mean(0)


def folds_of(makers: npt.NDArray[np.str_], count: int, seed: int) -> npt.NDArray[np.intp]:
    order = np.random.default_rng(seed).permutation(np.unique(makers))
    place = {maker: i % count for i, maker in enumerate(order)}
    return np.array([place[maker] for maker in makers])


def held_out(seen: Values, wanted: Values, makers: npt.NDArray[np.str_], seed: int) -> Values:
    """What a ridge says of pictures whose makers it did not see."""
    told = np.zeros(wanted.shape)
    folds = folds_of(makers, 10, seed)
    for fold in range(10):
        mine = np.flatnonzero(folds != fold)
        inner = folds_of(makers[mine], 5, seed + 100)
        errors = [
            sum(
                ((ridge(seen[a], wanted[a], p)(seen[b]) - wanted[b]) ** 2).sum()
                for i in range(5)
                for a, b in [(mine[inner != i], mine[inner == i])]
            )
            for p in PENALTIES
        ]
        best = PENALTIES[int(np.argmin(errors))]
        told[folds == fold] = ridge(seen[mine], wanted[mine], best)(seen[folds == fold])
    return told


def pairs(valence: Values, labels: npt.NDArray[np.str_]) -> float:
    """How often the sad of a sad and a calm picture has the lower valence, ties half."""
    difference = valence[labels == CALM][:, None] - valence[labels == SAD][None]
    return float((difference > 0).mean() + 0.5 * (difference == 0).mean())


def interval(figure: Callable[[npt.NDArray[np.intp]], float], makers: Values) -> str:
    """The figure with its 95 % interval over makers drawn anew."""
    rng = np.random.default_rng(0)
    names = np.unique(makers)
    rows = {name: np.flatnonzero(makers == name) for name in names}
    drawn = []
    for _ in range(1000):
        sample = np.concatenate([rows[n] for n in rng.choice(names, len(names))])
        drawn.append(figure(sample))
    low, high = np.nanquantile(drawn, (0.025, 0.975))
    return f"{figure(np.arange(len(makers))):.2f} ({low:.2f} to {high:.2f})"


def colour_valence(z: dict[str, float]) -> float:
    return 0.69 * z["bright"] + 0.22 * z["saturated"] + 0.07 * z["blue"] - 0.07 * z["yellow"]


def pictures(folder: Path) -> None:
    lines = (folder / "metadata.jsonl").read_text(encoding="utf-8").splitlines()
    records = [record for record in map(json.loads, lines) if record["mood"] in PLACES]
    images = [read_picture(folder / record["file"]) for record in records]
    measures = [affect_measures(image) for image in images]
    seen = np.array([[m[name] for name in AMONG_PAINTINGS] for m in measures])
    late = Eye(threads=1).embed(images).late.astype(np.float64)
    labels = np.array([record["mood"] for record in records])
    makers = np.array(
        [
            f"nobody {i}" if not r["artist"] or "unbekannt" in r["artist"] else r["artist"]
            for i, r in enumerate(records)
        ]
    )
    valence = np.array([PLACES[label] for label in labels])
    one = np.stack([(labels == label).astype(float) for label in THREE], axis=1)
    seeds = range(6)
    rows: dict[str, Values] = {
        "relations": np.array([measured_affect(m).valence for m in measures]),
        "colour alone": np.array([colour_valence(m) for m in measures]),
        "ridge": np.mean([held_out(seen, valence, makers, s) for s in seeds], axis=0),
        "eye": np.mean([held_out(late, valence, makers, s) for s in seeds], axis=0),
    }
    rows["relations + ridge"] = sum(rows[n] / rows[n].std() for n in ("relations", "ridge"))  # type: ignore[assignment]
    print(f"\n{len(records)} pictures, {len(np.unique(makers))} makers\n")
    print("| reading | pairs sad < calm | correlation with the labels' valence |\n|---|---|---|")
    print("| random, as Auria drew | 0.50 | 0.00 |")
    for name, read in rows.items():
        ordered = interval(lambda i, read=read: pairs(read[i], labels[i]), makers)
        agreed = interval(lambda i, read=read: np.corrcoef(read[i], valence[i])[0, 1], makers)
        print(f"| {name} | {ordered} | {agreed} |")
    print("\n| reading | class, of five | mean over three classes |\n|---|---|---|")
    print(f"| random, as Auria drew (of five) | {1 / len(PLACES):.2f} | {1 / len(PLACES):.2f} |")
    print(f"| always {THREE[0]} | {(labels == THREE[0]).mean():.2f} | 0.33 |")
    meant = [known_mood(label) or "" for label in THREE]
    own = [THREE[meant.index(read_picture_mood(image, meant).name)] for image in images]
    named = {"relations, of the three": (np.array(own), np.array(own))}
    for name, values in (("ridge", seen), ("eye", late)):
        votes = np.mean([held_out(values, one, makers, s) for s in seeds], axis=0)
        likely, fair = (v.argmax(1) for v in (votes, votes / one.mean(0)))
        named[name] = np.array(THREE)[likely], np.array(THREE)[fair]
    for name, (told, fair) in named.items():
        right = interval(lambda i, told=told: float((told[i] == labels[i]).mean()), makers)
        even = interval(
            lambda i, fair=fair: float(
                np.mean([(fair[i] == labels[i])[labels[i] == c].mean() for c in THREE])
            ),
            makers,
        )
        print(f"| {name} | {right} | {even} |")
    near = np.array([known_mood(label) or "" for label in labels])
    print(
        f"\ntheir words as haiga's moods: {dict(zip(labels.tolist(), near.tolist(), strict=True))}"
    )


def poems(folder: Path) -> None:
    beside = Path(__file__).with_name("poem_moods.jsonl").read_text(encoding="utf-8")
    every = [json.loads(line) for line in beside.splitlines()]
    found: dict[str, str] = {}
    for name in ("haiku_classic_beilenson", "poems_public_domain"):
        with gzip.open(folder / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for text in (json.loads(line)["text"] for line in lines):
                found[hashlib.sha256(text.encode()).hexdigest()[:16]] = text
    for part in ("tuned on", "held out"):
        labels = {r["text_sha256"]: r["valence"] for r in every if r["set"] == part}
        told(part, labels, found)


def told(part: str, wanted: dict[str, int], found: dict[str, str]) -> None:
    truth = np.array(list(wanted.values()))
    texts = [found[key] for key in wanted]
    poems = [Poem(tuple(text.splitlines())) for text in texts]
    readings = {
        name: np.array([read_mood(poem, tuple(MOODS), 0, weights).valence for poem in poems])
        for name, weights in (("lexicon.v2", SECOND), ("lexicon.v1", FIRST))
    } | {
        "VADER alone": np.array([polarity_of(text) for text in texts]),
        "always glad": np.ones(len(texts)),
    }
    print(f"\n{len(texts)} poems, {part}: {(truth > 0).sum()} glad, {(truth < 0).sum()} sad\n")
    print("| reading | glad or sad, right | glad < sad in pairs |\n|---|---|---|")
    decided = np.flatnonzero(truth)
    for name, read in readings.items():
        alone = np.array([str(i) for i in range(len(decided))])
        right = interval(
            lambda i, read=read: float((np.sign(read)[decided][i] == truth[decided][i]).mean()),
            alone,
        )
        difference = read[truth > 0][:, None] - read[truth < 0][None]
        ordered = float((difference > 0).mean() + 0.5 * (difference == 0).mean())
        print(f"| {name} | {right} | {ordered:.2f} |")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pictures", type=Path)
    options.add_argument("--texts", type=Path)
    asked = options.parse_args()
    print(machine_line())
    if asked.pictures:
        pictures(asked.pictures)
    if asked.texts:
        poems(asked.texts)


if __name__ == "__main__":
    main()
