"""How long does one sheet take?

    python benchmarks/sheet.py [COUNT]

Mounts COUNT sheets (10) of every layout from a picture of 1024 px, each with a
seed of its own, on one core where the system allows it, and prints the median and
the slowest in seconds of processor time, so that other work on the machine does not
count. The limit is 0.35 s.
"""

from __future__ import annotations

import os
import platform
import statistics
import sys
import time
from typing import get_args

import numpy as np

from haiga.core.nouns import Poem
from haiga.gallery.settings import Edge, Layout, SheetSettings
from haiga.gallery.sheet import mount

LIMIT_S = 0.35
POEM = Poem(("on a withered branch", "a crow has come to settle", "autumn nightfall now"))


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    picture = np.random.default_rng(1).integers(0, 255, (1024, 1024, 3), dtype=np.uint8)
    write = sys.stdout.write
    write(f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}\n")
    write(f"{'layout':<10} {'edge':<7} {'page':>10} {'median s':>9} {'slowest s':>10}\n")
    worst = 0.0
    for layout in get_args(Layout):
        for edge in get_args(Edge) if layout == "portrait" else ("soft",):
            settings = SheetSettings(layout=layout, edge=edge)
            mount(picture, POEM, settings, seed=10**6)  # opens the fonts
            taken = []
            for seed in range(count):
                start = time.process_time()
                mount(picture, POEM, settings, seed=seed)
                taken.append(time.process_time() - start)
            page = "{}x{}".format(*settings.size_px)
            median = statistics.median(taken)
            write(f"{layout:<10} {edge:<7} {page:>10} {median:>9.3f} {max(taken):>10.3f}\n")
            worst = max(worst, median)
    write(f"slowest median {worst:.3f} s; limit {LIMIT_S} s\n")


if __name__ == "__main__":
    main()
