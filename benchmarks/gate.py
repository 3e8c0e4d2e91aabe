"""Does the gate find training pictures again, and leave alone what the bundled models make?

    python benchmarks/gate.py [--made 500] [--pictures DATA/images] [--copies 100]

Told first, for each bundled picture model: how many of its own pictures are called copies and
close. With `--pictures` (the folder of the collections that the models learned from) training
pictures are asked for, changed in one way each: the share called a copy, close, and named
rightly. `decoded` goes through the bundled painter's autoencoder, as a picture that a model has
learned by heart would. Last: what a query costs.
"""

from __future__ import annotations

import argparse
import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from machine import machine_line
from PIL import Image

from haiga.core import registry
from haiga.core.nouns import Picture, Poem
from haiga.features.eye import Eye
from haiga.features.picture_index import FOLDER, Nearest, PictureIndex, Shown
from haiga.media.pictures import read_picture
from haiga.models.store import load_model
from haiga.roles.painters.flow import developed
from haiga.roles.poets.lstm import LstmPoet
from haiga.training.pictures.store_crops import without_scan_border

MODELS = {"painter": "flow.v1", "watercolours": "generator.v1", "landscapes": "generator.v1"}
BESIDE = {"watercolours": "usda_watercolors_small"}
"""The collection that an index's keys are names in, where it is of one."""


def jpeg(picture: Picture) -> Picture:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=30)
    return np.asarray(Image.open(buffer))


def part(share: float) -> Callable[[Picture], Picture]:
    def cut(picture: Picture) -> Picture:
        size = len(picture)
        edge = size * share / 2
        box = (edge, edge, size - edge, size - edge)
        image = Image.fromarray(picture).resize((size, size), Image.Resampling.BICUBIC, box=box)
        return np.asarray(image)

    return cut


def mirrored(picture: Picture) -> Picture:
    return np.ascontiguousarray(picture[:, ::-1])


def moved(picture: Picture) -> Picture:
    step = round(0.05 * len(picture))
    wide = np.pad(picture, ((step, step), (step, step), (0, 0)), mode="edge")
    return np.ascontiguousarray(wide[: len(picture), 2 * step :])


def decoded() -> Callable[[Picture], Picture]:
    painter = load_model("painter")
    encoder, decoder = (painter.session(f"{n}.onnx", threads=1) for n in ("encoder", "decoder"))

    def through(picture: Picture) -> Picture:
        image = Image.fromarray(picture).resize((128, 128), Image.Resampling.BICUBIC)
        pixels = (np.asarray(image, np.float32) / 127.5 - 1).transpose(2, 0, 1)[None]
        (latent,) = encoder.run({"pixels": pixels})
        (found,) = decoder.run({"latent": latent})
        return developed(found[0])

    return through


def made(name: str, count: int, poems: list[Poem]) -> Iterator[Picture]:
    painter: Any = registry.make("painter", MODELS[name], {"model": name})
    for seed in range(count):
        yield from painter.paint([poems[seed % len(poems)]], seeds=[seed])


def shared(found: list[Nearest]) -> str:
    values = [each.value for each in found]
    return f"{values.count('copy'):>6} {values.count('close'):>6}"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--made", type=int, default=500)
    options.add_argument("--pictures", type=Path)
    options.add_argument("--copies", type=int, default=100)
    o = options.parse_args()
    eye = Eye(threads=1)
    print(machine_line() + "\n")
    indexes = {n: PictureIndex.load(load_model(load_model(n).folder / FOLDER)) for n in MODELS}
    poet = LstmPoet()
    poems = poet.write([""] * 100, form="haiku", seeds=range(100)) if o.made else []
    print(f"{'':24} pictures  MB    limits (rates)                   of {o.made} made: copy  close")
    for name, index in indexes.items():
        size = sum(f.stat().st_size for f in (load_model(name).folder / FOLDER).iterdir())
        found = [index.find(Shown.of(p, eye)) for p in made(name, o.made, poems)]
        at = index.limits
        limits = (
            f"copy {at.copy:.3f} ({at.copy_rate:.2%}) close {at.close:.3f} ({at.close_rate:.2%})"
        )
        print(f"{name:24} {len(index):>8} {size / 1e6:>5.2f}  {limits} {shared(found)}", flush=True)
    if o.pictures:
        for name, index in indexes.items():
            planted(name, index, eye, o.pictures, o.copies)
    index = indexes["painter"]
    picture = np.random.default_rng(0).integers(0, 256, (128, 128, 3), dtype=np.uint8)
    shown = Shown.of(picture, eye)
    for what, work in (("looking", lambda: Shown.of(picture, eye)),
                       ("of it the eye", lambda: eye.embed([picture, picture])),
                       ("finding", lambda: index.find(shown))):  # fmt: skip
        work()
        began, cpu = time.perf_counter(), time.process_time()
        for _ in range(20):
            work()
        wall, spent = (time.perf_counter() - began) / 20, (time.process_time() - cpu) / 20
        print(f"{what:24} {1000 * wall:.1f} ms, {1000 * spent:.1f} ms of CPU")


def planted(name: str, index: PictureIndex, eye: Eye, root: Path, count: int) -> None:
    rng = np.random.default_rng(1)
    places = rng.permutation(len(index.works))
    folder = root / BESIDE.get(name, "")
    pictures, works = [], []
    for place in places:
        if len(pictures) == count:
            break
        work = index.works[int(place)]
        pixels = read_picture(folder / work.key)
        if name != "painter":  # whose training cut borders off in another way
            pixels = without_scan_border(pixels)
        height, width, _ = pixels.shape
        if name == "painter" and max(height, width) > 1.2 * min(height, width):
            continue  # of a long one the training saw the ends
        side = min(height, width)
        if name == "painter":  # which saw the middle, less an edge, in any of many places
            side = round(0.97 * 128 / 144 * side)
        top, left = (height - side) // 2, (width - side) // 2
        square = Image.fromarray(pixels[top : top + side, left : left + side])
        pictures.append(np.asarray(square.resize((128, 128), Image.Resampling.LANCZOS)))
        works.append(work)
    changes: dict[str, Callable[[Picture], Picture]] = {
        "exact": lambda p: p, "JPEG, quality 30": jpeg, "mirrored": mirrored,
        "5 % cut off": part(0.05), "10 % cut off": part(0.1), "20 % cut off": part(0.2),
        "moved by 5 %, both ways": moved, "decoded": decoded(),
    }  # fmt: skip
    print(f"\n{name}: {len(pictures)} training pictures{'':8} copy  close  named rightly")
    for what, change in changes.items():
        found = [index.find(Shown.of(change(p), eye)) for p in pictures]
        right = sum(f.work == w for f, w in zip(found, works, strict=True))
        print(f"{what:36} {shared(found)} {right:>8}", flush=True)


if __name__ == "__main__":
    main()
