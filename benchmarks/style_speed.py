"""How long does `brush.v1` take to paint one picture again, in each medium and size?

    python benchmarks/style_speed.py [--runs 5]

The first picture of a process also makes the brushes; the table tells it apart.
The processor's own seconds are what counts where other work runs beside it.
Limit, on two cores: 0.6 s for 1,024 px.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time

import numpy as np
from machine import machine_line
from PIL import Image

from haiga.roles.stylists.brush import BrushStylist
from haiga.roles.stylists.code import MEDIA, unpacked

SIZES = (512, 1024, 2048)
LIMIT_S = 0.6


def soft_picture(size: int) -> np.ndarray:
    """A painting of 128 px as the painter makes it, enlarged."""
    rng = np.random.default_rng(1)
    small = Image.fromarray(rng.integers(0, 256, (9, 9, 3), dtype=np.uint8))
    return np.asarray(small.resize((128, 128), 3).resize((size, size), Image.Resampling.LANCZOS))


def seconds_of(medium: str, size: int, runs: int) -> tuple[float, float, float]:
    """Seconds of the first picture, the median of `runs` further ones, and of their CPU time."""
    stylist = BrushStylist()
    style = next(s for s in stylist.styles() if unpacked(s.code, s.id).medium == medium)
    picture = soft_picture(size)
    taken, worked = [], []
    for seed in range(runs + 1):
        start, work = time.perf_counter(), time.process_time()
        stylist.restyle([picture], styles=[style], strength=0.6, seeds=[seed])
        taken.append(time.perf_counter() - start)
        worked.append(time.process_time() - work)
    return taken[0], statistics.median(taken[1:]), statistics.median(worked[1:])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--one", nargs=2, help=argparse.SUPPRESS)
    asked = options.parse_args()
    if asked.one:
        print(*seconds_of(asked.one[0], int(asked.one[1]), asked.runs))
        return
    print(machine_line() + "\n")
    print("| medium | px | first, s | further, s | of that, processor, s |\n|---|---|---|---|---|")
    for medium in MEDIA:
        for size in SIZES:  # a new process each, since brushes are kept
            command = [sys.executable, __file__, "--runs", str(asked.runs)]
            out = subprocess.run(
                [*command, "--one", medium, str(size)], capture_output=True, text=True, check=True
            )
            first, further, work = (float(v) for v in out.stdout.split())
            note = " (over the limit)" if size == 1024 and work > LIMIT_S else ""
            print(
                f"| {medium} | {size} | {first:.2f} | {further:.2f} | {work:.2f}{note} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
