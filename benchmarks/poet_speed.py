"""How long does a haiku take, cold and warm, and with how many candidates?

python benchmarks/poet_speed.py
"""

from __future__ import annotations

import subprocess
import sys
import time

from machine import machine_line

COLD = """
import time
began, cpu = time.perf_counter(), time.process_time()
from haiga.roles.poets.lstm import LstmPoet
LstmPoet().write([""], form="haiku", seeds=[1])
print(time.perf_counter() - began, time.process_time() - cpu)
"""


def main() -> None:
    """Prints cold seconds (import, load, one haiku) and warm seconds by candidates."""
    from haiga.roles.poets.lstm import LstmPoet

    print(machine_line())
    runs = [
        subprocess.run([sys.executable, "-c", COLD], capture_output=True, text=True, check=True)
        for _ in range(5)
    ]
    wall, cpu = min(tuple(float(v) for v in run.stdout.split()) for run in runs)
    print(f"{'cold: import, load, one haiku':34}{wall:8.2f} s{cpu:8.2f} s of CPU")
    base = 0.0
    for candidates in (16, 32, 64, 128):
        poet = LstmPoet(candidates=candidates)
        poet.write([""], form="haiku", seeds=[0])
        began, cpu = time.perf_counter(), time.process_time()
        poet.write([""] * 10, form="haiku", seeds=range(10))
        each, used = (time.perf_counter() - began) / 10, (time.process_time() - cpu) / 10
        base = base or used
        name = f"warm, best of {candidates}"
        print(f"{name:34}{each:8.3f} s{used:8.3f} s of CPU{used / base:6.2f}x")


if __name__ == "__main__":
    main()
