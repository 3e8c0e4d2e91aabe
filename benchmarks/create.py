"""How long does `haiga create` take, and how much memory?

    python benchmarks/create.py [--runs 5] [--count 6] [--artist auria]

Runs the real command in new processes and studios. Cold is from the start of
the process to the line that reports the piece, when its sheet is on disk; the
further pieces are the pauses between the lines of one run of COUNT. Peak memory
is the largest resident set of any run. Limits, on two cores: cold 4 s, each
further piece 1.5 s, peak 600 MB.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from typing import Any

from machine import machine_line

LIMITS = {"cold": 4.0, "further": 1.5, "peak_mb": 600.0}


def run_once(artist: str, seed: int, count: int) -> tuple[list[float], list[Any], float]:
    """Seconds from the start to each piece, the pieces, and the peak memory in MB."""
    with tempfile.TemporaryDirectory() as studio:
        command = [sys.executable, "-m", "haiga", "create", "--artist", artist, "--json"]
        command += ["--seed", str(seed), "--count", str(count), "--studio", studio]
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        seconds, pieces = [], []
        for line in process.stdout:
            seconds.append(time.perf_counter() - start)
            pieces.append(json.loads(line))
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            sys.exit(f"haiga create failed with status {status}")
    scale = 2**20 if sys.platform == "darwin" else 2**10
    return seconds, pieces, usage.ru_maxrss / scale


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--count", type=int, default=6)
    options.add_argument("--artist", default="auria")
    asked = options.parse_args()
    write = sys.stdout.write
    write(machine_line() + "\n\n")
    cold, peaks, first_steps = [], [], []
    run_once(asked.artist, 0, 1)  # fills the disk cache
    for seed in range(asked.runs):
        seconds, pieces, peak = run_once(asked.artist, seed, 1)
        cold += seconds
        peaks.append(peak)
        first_steps.append(pieces[0]["seconds"])
    seconds, pieces, peak = run_once(asked.artist, 1000, asked.count)
    peaks.append(peak)
    further = [b - a for a, b in itertools.pairwise(seconds)]
    further_steps = [piece["seconds"] for piece in pieces[1:]]
    rows = [
        ("cold, process start to sheet, s", cold, LIMITS["cold"]),
        ("each further piece, s", further, LIMITS["further"]),
        ("peak memory, MB", peaks, LIMITS["peak_mb"]),
    ]
    write(f"{'`haiga create`':<34} {'median':>8} {'worst':>8} {'limit':>8}\n")
    for name, values, limit in rows:
        if values:
            median = statistics.median(values)
            write(f"{name:<34} {median:>8.2f} {max(values):>8.2f} {limit:>8.1f}\n")
    write(f"\n{'step, median s':<34} {'cold':>8} {'further':>8}\n")
    for step in first_steps[0]:
        columns = [
            statistics.median(s[step] for s in part) for part in (first_steps, further_steps)
        ]
        write(f"{step:<34} {columns[0]:>8.3f} {columns[1]:>8.3f}\n")


if __name__ == "__main__":
    main()
