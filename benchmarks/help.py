"""How long does `haiga --help` take, and what does it import?

    python benchmarks/help.py [RUNS]

The wall time of RUNS (20) new processes, and the slowest imports. Limit: 0.3 s.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from machine import machine_line

LIMIT_S = 0.3


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    write = sys.stdout.write
    write(machine_line() + "\n\n")
    write(f"{'command':<20} {'median s':>9} {'slowest s':>10} {'limit s':>8}\n")
    for arguments in (["--help"], ["--version"], ["create", "--help"]):
        taken = []
        for _ in range(runs):
            start = time.perf_counter()
            subprocess.run([sys.executable, "-m", "haiga", *arguments], capture_output=True)
            taken.append(time.perf_counter() - start)
        name = "haiga " + " ".join(arguments)
        median = statistics.median(taken)
        write(f"{name:<20} {median:>9.3f} {max(taken):>10.3f} {LIMIT_S:>8.1f}\n")
    command = [sys.executable, "-X", "importtime", "-m", "haiga", "--help"]
    report = subprocess.run(command, capture_output=True, text=True).stderr
    lines = [line.removeprefix("import time:").split("|") for line in report.splitlines()[1:]]
    slowest = sorted(((int(own), name.strip()) for own, _, name in lines), reverse=True)[:8]
    write("\nslowest imports, own time in ms: ")
    write(", ".join(f"{name} {own / 1000:.1f}" for own, name in slowest) + "\n")


if __name__ == "__main__":
    main()
