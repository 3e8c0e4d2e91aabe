"""How long does a round of `haiga telephone` take, and a hundred chains? And how far do they drift?

    python benchmarks/telephone.py [--rounds 10] [--chains 100] [--captioner NAME|DIR] [--out DIR]

Runs the real command in new processes. A round is a picture painted, captioned, compared with
what its painter learned from, and kept: the seconds of playing, models loaded among them, by the
number of rounds. The chains are timed from the start of the process to its end, when strip,
film and page are written. Limits, on two cores: a round 1.2 s, a hundred chains of ten rounds
480 s. What was measured of the chains is printed round by round.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from machine import machine_line

TEXT = "dog standing on a grass hill"
LIMITS = {"round": 1.2, "chains": 480.0}


def play(out: Path, *arguments: str) -> tuple[float, dict[str, Any], float, float]:
    """Seconds by the clock, what the command gave, its processor seconds and peak memory in MB."""
    command = [sys.executable, "-m", "haiga", "telephone", TEXT, "--json", "--out", str(out)]
    start = time.perf_counter()
    process = subprocess.Popen([*command, *arguments], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    given = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"haiga telephone failed with status {status}")
    scale = 2**20 if sys.platform == "darwin" else 2**10
    spent = usage.ru_utime + usage.ru_stime
    return time.perf_counter() - start, json.loads(given), spent, usage.ru_maxrss / scale


def curves(measured: dict[str, Any]) -> None:
    """The curves of one game as a table, a row a round."""
    print("\n| round | words kept | text | picture to first text | to own caption | to first "
          "picture | captions | words | apart in words | in looks |")  # fmt: skip
    print("|---:" * 10 + "|")
    for i, number in enumerate(measured["rounds"]):
        row = [f"{measured[k]['mean'][i]:.2f}" for k in
               ("words_kept", "text", "picture_to_text", "own", "picture")]  # fmt: skip
        row += [str(measured[k][i]) for k in ("distinct", "vocabulary")]
        row += [f"{measured[k][i]:.2f}" for k in ("apart", "looks_apart")]
        print(f"| {number} | {' | '.join(row)} |")
    came = measured["comebacks"] or []
    print(f"\nunrelated: text {measured['chance_text']:.2f}, "
          f"picture {measured['chance_picture']:.2f}")  # fmt: skip
    print("survivors:", {w: [round(v, 2) for v in s] for w, s in measured["survivors"].items()})
    periods = [c["period"] for c in came]
    print(f"{len(came)} chains come round: period 1 in {periods.count(1)}, longer in "
          f"{len(periods) - periods.count(1)}; {measured['again']} captions said before; "
          f"ends: {measured['ends']}")  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=10)
    options.add_argument("--chains", type=int, default=100)
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--captioner", default=None)
    options.add_argument("--temperature", default=None)
    options.add_argument("--out", type=Path, default=None)
    asked = options.parse_args()
    more = ["--captioner", asked.captioner] if asked.captioner else []
    more += ["--temperature", asked.temperature] if asked.temperature else []
    more += ["--rounds", str(asked.rounds)]
    print(machine_line() + "\n")
    with tempfile.TemporaryDirectory() as folder:
        each = []
        for seed in range(asked.runs):
            _, given, *_ = play(Path(folder) / str(seed), "--seed", str(seed), *more)
            each.append(given["playing_s"] / asked.rounds)
        out = asked.out or Path(folder) / "chains"
        seconds, given, spent, peak = play(out, "--seed", "1", "--chains", str(asked.chains), *more)
    print("| `haiga telephone` | median | worst | limit |\n|---|---:|---:|---:|")
    print(f"| a round of one chain, s | {statistics.median(each):.2f} | {max(each):.2f} "
          f"| {LIMITS['round']} |")  # fmt: skip
    print(f"| {asked.chains} chains of {asked.rounds} rounds, s | {seconds:.0f} | "
          f"| {LIMITS['chains']:.0f} |")  # fmt: skip
    print(f"\nof these {given['playing_s']:.0f} s playing; {spent:.0f} s of processor time, "
          f"{peak:.0f} MB at the peak")  # fmt: skip
    curves(given["games"][0]["measured"])


if __name__ == "__main__":
    main()
