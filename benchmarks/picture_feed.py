"""How many pictures a second does the data side give, and how many could it at best?

python benchmarks/picture_feed.py [PICTURES] [SECONDS]

PICTURES is a folder; without it, 4,000 pictures of noise stand in, since what is in them
makes no difference to the feed. The store is made once, at 64 px; the feed then gives
batches of 64 for so many seconds, as a training that takes no time would ask for them. The
bound is a bare numpy gather of the same batches from the same memory map, which makes no
floats, mirrors nothing, and is asked for in one thread; the second bound makes floats in
[-1, 1] too, as any feed must. The three take turns, and medians are told.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from machine import machine_line
from PIL import Image

from haiga.media.picture_choice import PictureChoice
from haiga.media.picture_folders import read_pictures
from haiga.training.pictures.feed import Feed
from haiga.training.pictures.store import PictureStore, build_store

SIZE_PX, BATCH, ROUNDS, NOISE = 64, 64, 5, 4_000


def noise(folder: Path) -> Path:
    """A folder of small pictures, no two alike."""
    folder.mkdir()
    draw = np.random.default_rng(0)
    for number in range(NOISE):
        patches = draw.integers(0, 256, (8, 8, 3), dtype=np.uint8)
        Image.fromarray(patches).resize((72, 72)).save(folder / f"{number:04d}.jpg")
    return folder


def rate(give: Callable[[], object], seconds: float) -> tuple[float, float]:
    """Pictures a second of the clock when a batch is asked for as soon as the last is there,
    and a second of the processor, all threads together: what a busy machine leaves as it is.
    """
    for _ in range(5):
        give()
    began, worked, batches = time.perf_counter(), time.process_time(), 0
    while time.perf_counter() - began < seconds:
        give()
        batches += 1
    pictures = batches * BATCH
    return pictures / (time.perf_counter() - began), pictures / (time.process_time() - worked)


def gather(store: PictureStore, *, floats: bool) -> Callable[[], object]:
    """Batches in a shuffled order, by numpy alone, or made floats by torch as well."""
    draw = np.random.default_rng(1)
    waiting: list[np.ndarray] = []

    def give() -> object:
        if not waiting:
            order = draw.permutation(store.train)
            waiting.extend(order[i : i + BATCH] for i in range(0, len(order) - BATCH + 1, BATCH))
        pixels = store.pixels[waiting.pop()]
        if not floats:
            return pixels
        return torch.from_numpy(pixels).permute(0, 3, 1, 2).float().mul_(1 / 127.5).sub_(1)

    return give


def main() -> None:
    """Prints the table."""
    torch.set_num_threads(1)
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 2.0
    print(machine_line())
    with tempfile.TemporaryDirectory() as scratch:
        given = Path(sys.argv[1]) if len(sys.argv) > 1 else noise(Path(scratch) / "noise")
        began = time.perf_counter()
        read = read_pictures(PictureChoice(given))
        read_s = time.perf_counter() - began
        folder = Path(scratch) / "store"
        store = build_store(read, folder, size_px=SIZE_PX, tell=lambda _: None)
        made_s = time.perf_counter() - began - read_s
        began = time.perf_counter()
        build_store(read, folder, size_px=SIZE_PX, tell=lambda _: None)
        opened_s = time.perf_counter() - began
        with Feed(store, store.train, batch=BATCH, seed=1) as feed:
            ways = {
                "feed": feed.next,
                "bare gather": gather(store, floats=False),
                "gather and floats": gather(store, floats=True),
            }
            rates: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
            for _ in range(ROUNDS):
                for name, give in ways.items():
                    rates[name].append(rate(give, seconds))
    print(
        f"{len(store.items):,} pictures: folder read in {read_s:.1f} s, decoded in {made_s:.1f} s "
        f"({len(store.items) / made_s:,.0f} a second), opened again in {opened_s:.2f} s"
    )
    for name, found in rates.items():
        clock, worked = (statistics.median(column) for column in zip(*found, strict=True))
        ratio = statistics.median(f[0] for f in rates["feed"]) / clock
        print(
            f"{name:<18}{clock:>10,.0f} images/s of the clock ({min(found)[0]:,.0f} to "
            f"{max(found)[0]:,.0f}){worked:>10,.0f} of processor time; feed / this: {ratio:.2f}"
        )


if __name__ == "__main__":
    main()
