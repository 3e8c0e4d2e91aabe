"""Which generator recipe learns more in equal time?

python benchmarks/generator_recipes.py --pictures FOLDER [--where artist_gender=female] --minutes 10

The recipes train side by side, one thread each, on the same pictures with the same split.
Each keeps the state its own rule keeps, and `haiga evaluate generator` measures that: KID by
the bundled eye to held-out pictures (lower is better; `floor` is what training pictures have),
and the share of copies. `--out` of an earlier run measures without training again.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from machine import machine_line

from haiga.models.card import CARD

HAIGA = [sys.executable, "-m", "haiga"]
ONE_THREAD = {**os.environ, "OMP_NUM_THREADS": "1"}


def trained(args: argparse.Namespace, recipe: str) -> subprocess.Popen[bytes] | None:
    """The process that trains a recipe; None where that is done."""
    out = args.out / recipe
    if (out / CARD).exists():
        return None
    command = [*HAIGA, "train", "generator", "--recipe", recipe, "--pictures", str(args.pictures),
               "--size", str(args.size), "--minutes", str(args.minutes), "--threads", "1",
               "--out", str(out)]  # fmt: skip
    for condition in args.where:
        command += ["--where", condition]
    with (args.out / f"{recipe}.log").open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, env=ONE_THREAD)


def measured(args: argparse.Namespace, recipe: str) -> dict[str, Any]:
    """The report of one trained recipe as JSON."""
    command = [*HAIGA, "evaluate", "generator", str(args.out / recipe), "--pictures",
               str(args.pictures), "--count", str(args.count), "--json"]  # fmt: skip
    for condition in args.where:
        command += ["--where", condition]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, env=ONE_THREAD)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--where", action="append", default=[])
    parser.add_argument("--recipes", default="dcgan,fastgan", help="the first is compared with")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--count", type=int, default=1000, help="pictures each makes")
    parser.add_argument("--out", type=Path, default=Path("generator-recipes"))
    args = parser.parse_args()
    recipes = args.recipes.split(",")
    args.out.mkdir(parents=True, exist_ok=True)
    print(machine_line())
    running = {recipe: trained(args, recipe) for recipe in recipes}
    for recipe, process in running.items():
        if process is not None and process.wait():
            raise SystemExit(f"{recipe} failed: see {args.out / recipe}.log")
    reports = {recipe: measured(args, recipe) for recipe in recipes}
    first = reports[recipes[0]]["look"]["kid"]["value"]
    print(f"{args.minutes:g} minutes each, {args.size} px, {args.count} pictures")
    print("| recipe | steps kept at | KID | against the first | copies |")
    print("| --- | --- | --- | --- | --- |")
    for recipe, report in reports.items():
        kid, copies = report["look"]["kid"], report["look"]["copies"]
        told = f"{kid['value']:.2f} ({kid['low']:.2f} to {kid['high']:.2f})"
        against = kid["value"] / first - 1
        print(f"| {recipe} | {report['kept_step']} | {told} | {against:+.0%} | {copies} |")
    floor = reports[recipes[0]]["floor"]
    print(f"floor, training pictures to held-out ones: {floor['value']:.2f}")


if __name__ == "__main__":
    main()
