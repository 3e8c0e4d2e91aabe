"""Which painter recipe learns more in equal time: flow or attngan?

python benchmarks/painter_recipes.py --pictures FOLDER --minutes 30 [--size 128] [--count 300]

Both are trained from nothing on the same captioned pictures with the same split, for the
same minutes one after the other; the flow has the bundled autoencoder for its latents, which
attngan has not, and no teacher. `--learning-on` adds the flow that begins with the bundled
painter's weights: that one has seen more. Each then paints held-out captions it never read.
KID is that of the bundled eye to the held-out pictures (lower is better; `floor` is what
training pictures have); R-precision the share of pictures whose own caption the bundled
critic prefers among ten (chance 10 %).

The flow paints 128 px; `--size` is attngan's. The eye sees every picture at 128 px.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from machine import machine_line

from haiga.actions.painters import painter_for
from haiga.core import registry
from haiga.core.errors import HaigaError
from haiga.core.nouns import Picture, Poem
from haiga.core.roles import Painter
from haiga.features.eye import Eye
from haiga.inspection.metrics.bootstrap import Measure
from haiga.inspection.metrics.kid import kid
from haiga.inspection.metrics.r_precision import r_precision
from haiga.media.picture_choice import PictureChoice
from haiga.media.picture_folders import read_pictures
from haiga.training.painters.words import CaptionWords, captions_of
from haiga.training.pictures.store import PictureStore, build_store

AMONG = 10
SIZE_PX, SEED = 128, 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--where", action="append", default=[])
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--steps", type=int, help="instead of minutes: to try the benchmark out")
    parser.add_argument("--size", type=int, default=128, help="attngan's side in pixels")
    parser.add_argument("--count", type=int, default=300, help="captions each paints")
    parser.add_argument("--learning-on", action="store_true")
    parser.add_argument("--from", dest="start", default="", help="of the flow that learns on")
    parser.add_argument("--out", type=Path, default=Path("painter-recipes"))
    args = parser.parse_args()
    print(machine_line())

    trained = {"attngan": ["--recipe", "attngan", "--size", str(args.size)],
               "flow": ["--recipe", "flow", "--from", "scratch"]}  # fmt: skip
    if args.learning_on:
        trained["flow, learning on"] = ["--recipe", "flow", "--from", args.start or "bundled"]
    folders = {name: args.out / name.replace(", ", "-").replace(" ", "-") for name in trained}
    for name, more in trained.items():
        train(args, folders[name], more)

    read = read_pictures(PictureChoice(args.pictures, tuple(args.where)))
    store = build_store(read, args.out / "pictures", size_px=SIZE_PX, seed=SEED, tell=print)
    eye = Eye()
    held = eye.embed(list(store.pixels[store.held_out])).late
    floor = kid(held, eye.embed(list(store.pixels[store.train[: len(held)]])).late)
    captions, texts = held_out_captions(store, args.count)
    budget = f"{args.steps} steps" if args.steps else f"{args.minutes:g} minutes each"
    print(f"\n{len(store.train):,} pictures to learn from, {len(held):,} held out, {budget}; "
          f"{len(captions):,} captions painted; KID floor {told(floor)}\n")  # fmt: skip
    print("| recipe | px | KID | R-precision | s a picture |\n| --- | --- | --- | --- | --- |")
    for name, folder in folders.items():
        painter: Painter = registry.make(
            "painter", painter_for(str(folder)), {"model": str(folder)}
        )
        started = time.perf_counter()
        made = painter.paint([Poem((t,)) for t in captions], seeds=range(len(captions)))
        seconds = (time.perf_counter() - started) / len(captions)
        found = kid(held, eye.embed(made).late)
        side = made[0].shape[0]
        print(f"| {name} | {side} | {told(found)} | {fit(made, captions, texts, eye)} "
              f"| {seconds:.2f} |", flush=True)  # fmt: skip


def train(args: argparse.Namespace, out: Path, more: list[str]) -> None:
    """Runs `haiga train painter` in a process of its own, unless the painter is there already."""
    if (out / "card.toml").exists():
        print(f"{out}: trained already")
        return
    tried = ["--steps", str(args.steps), "--looks", "1", "--samples", "8"]
    budget = tried if args.steps else ["--minutes", str(args.minutes)]
    where = [part for condition in args.where for part in ("--where", condition)]
    places = ["--pictures", str(args.pictures), "--seed", str(SEED), "--out", str(out)]
    command = [sys.executable, "-m", "haiga", "train", "painter", *more, *where, *budget, *places]
    if (out / "work" / "last.safetensors").exists():
        command.append("--resume")
    print(" ".join(command[1:]), flush=True)
    subprocess.run(command, check=True, env=dict(os.environ))


def held_out_captions(store: PictureStore, count: int) -> tuple[list[str], list[frozenset[str]]]:
    """Captions of held-out pictures that have a known word, and those words."""
    captions = captions_of(store.items, None)
    words = CaptionWords(captions, store.train)
    chosen = [int(i) for i in store.held_out if words.words[int(i)]][:count]
    return [captions[i] for i in chosen], [frozenset(words.words[i]) for i in chosen]


def fit(made: list[Picture], captions: list[str], texts: list[frozenset[str]], eye: Eye) -> str:
    """R-precision by the bundled critic, or why there is none."""
    from haiga.features.match import Critic

    same = np.array([[a == b for b in texts] for a in texts])
    try:
        scores = Critic(eye=eye).score(made, captions)
        found = r_precision(scores, same=same, among=min(AMONG, len(set(texts))))
        return told(found, percent=True)
    except (HaigaError, ValueError) as error:
        return f"none ({error})"


def told(measure: Measure, *, percent: bool = False) -> str:
    """A measure with its interval."""
    values = [measure.value, measure.low, measure.high]
    shown = [f"{100 * v:.0f} %" if percent else f"{v:.3f}" for v in values if v is not None]
    return shown[0] + (f" ({shown[1]} to {shown[2]})" if len(shown) == 3 else "")


if __name__ == "__main__":
    main()
