"""How long does a haiku take: cold, one at a time, and many side by side?

python benchmarks/poet_speed.py [MODEL]
"""

from __future__ import annotations

import subprocess
import sys
import time

from machine import machine_line

COLD = """
import sys, time
began, cpu = time.perf_counter(), time.process_time()
from haiga.roles.poets.lstm import LstmPoet
LstmPoet(model=sys.argv[1]).write([""], form="haiku", seeds=[1])
print(time.perf_counter() - began, time.process_time() - cpu)
"""
BATCH = 64


def main(model: str) -> None:
    """Prints cold seconds (import, load, one haiku), then warm ones by candidates.

    One at a time: the median of 31 haiku. Side by side: the best of 3 batches of 64.
    """
    from haiga.roles.poets.lstm import LstmPoet

    print(machine_line())
    runs = [
        subprocess.run(
            [sys.executable, "-c", COLD, model], capture_output=True, text=True, check=True
        )
        for _ in range(5)
    ]
    wall, cpu = min(tuple(float(v) for v in run.stdout.split()) for run in runs)
    print(f"cold: import, load, one haiku, best of 64 drafts: {wall:.2f} s, {cpu:.2f} s of CPU")
    print(
        f"{'drafts':>8}{'one, ms':>12}{'CPU ms':>10}{'64 side by side, a second':>28}{'CPU ms':>10}"
    )
    for candidates in (1, 4, 8, 16, 64):
        poet = LstmPoet(model=model, candidates=candidates)
        poet.write([""] * 3, form="haiku", seeds=range(3))
        alone = sorted(_timed(poet, [seed]) for seed in range(100, 131))[15]
        batch = min(_timed(poet, range(n * BATCH, (n + 1) * BATCH)) for n in range(1, 4))
        print(
            f"{candidates:>8}{1000 * alone[0]:>12.1f}{1000 * alone[1]:>10.1f}"
            f"{BATCH / batch[0]:>28.1f}{1000 * batch[1] / BATCH:>10.1f}"
        )


def _timed(poet, seeds) -> tuple[float, float]:  # type: ignore[no-untyped-def]
    """Wall and CPU seconds for haiku about nothing."""
    began, cpu = time.perf_counter(), time.process_time()
    poet.write([""] * len(seeds), form="haiku", seeds=seeds)
    return time.perf_counter() - began, time.process_time() - cpu


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "haiku")
