"""How good is a classifier, what does it catch as none of its classes, and does a page agree?

    python benchmarks/classifier.py --data DATA/images --out FOLDER [--only photographs fruit …]

For each of two sets of ten classes (`classifier_folders.py` says what they are): trains a head on
the eye's features and a small network from nothing on the same pictures, and asks both about
pictures that neither they nor the eye learned from, about kinds that were never learned, and about
other sets. `dog` trains one animal against everything else, and asks about other animals.
`browser` asks Python and headless Chromium about 1,000 pictures. `--weights FILE` adds a head on
MobileNet v1's features.
"""

from __future__ import annotations

import argparse
import shutil
import time
from pathlib import Path

import numpy as np
from classifier_browser import agreement
from classifier_folders import KINDS, make_dog, make_folders
from machine import machine_line

from haiga.actions.evaluate_classifier import evaluate_classifier
from haiga.actions.train import train
from haiga.core.errors import HaigaError
from haiga.inspection.classifier_page import interval
from haiga.inspection.classifier_report import ClassifierReport
from haiga.inspection.metrics.bootstrap import Measure, measured_share
from haiga.media.picture_choice import PictureChoice
from haiga.models.card import read_card, sha256
from haiga.pages.numbers import share


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("--data", type=Path, required=True)
    p.add_argument("--out", type=Path, required=True)
    p.add_argument("--only", nargs="+", default=["photographs", "fruit", "dog", "browser"])
    p.add_argument("--weights", type=Path)
    p.add_argument("--count", type=int, default=1_000, help="pictures for the browser")
    o = p.parse_args()
    print(machine_line())
    for name in o.only:
        if name in KINDS:
            _ten(o, name)
    if "dog" in o.only:
        for subject in ("strawberries", "horses"):
            for taught in (False, True):
                _dog(o, subject, taught)
    if "browser" in o.only:
        _browser(o)


def _trained(folder: Path, out: Path, *more: str) -> float:
    """The seconds of a training; a model that is there is kept."""
    if not (out / "card.toml").exists():
        shutil.rmtree(out, ignore_errors=True)
        began = time.process_time()
        train("classifier", ["--pictures", str(folder), "--out", str(out), *more])
        print(f"  (processor {time.process_time() - began:.0f} s)")
    return float(read_card(out).quality["seconds"])


def _ten(o: argparse.Namespace, name: str) -> None:
    folder = o.out / name
    if not folder.exists():
        make_folders(o.data, name, folder)
    nets: list[tuple[str, list[str]]] = [("eye", []), ("small", ["--net", "small"])]
    if o.weights:
        nets.append(("mobilenet", ["--net", "mobilenet", "--weights", str(o.weights),
                                   "--sha256", sha256(o.weights)]))  # fmt: skip
    print(f"\n{name}")
    for net, more in nets:
        model = o.out / f"{name}-{net}"
        seconds = _trained(folder / "learn", model, *more)
        near = _asked(model, folder, "unseen")
        far = _asked(model, folder, "other")
        print(f"{net:10} {seconds:.0f} s; right {_with(near.accuracy)}, balanced "
              f"{share(near.balanced.value)} of {len(near.known)}; "
              f"rejected {_with(near.rejected)}; "
              f"calibration error {share(near.calibration_error)}")  # fmt: skip
        for what, report in (("kinds never learned", near), ("other sets", far)):
            tenth = _at_a_tenth(report)
            print(f"  {what}: caught {_with(report.caught)} of {len(report.unseen)}; where a tenth "
                  f"of the tested is rejected: {_with(tenth)}; curve "
                  + ", ".join(f"{share(q.seen.value)}: {share(q.unseen.value)}"
                              for q in report.neither))  # fmt: skip
        by_set: dict[str, list[bool]] = {}
        for one in far.unseen:
            by_set.setdefault(one.key.split("/")[1], []).append(one.label.name is None)
        print("  " + ", ".join(f"{k} {share(sum(v) / len(v))}" for k, v in by_set.items()))
        for key, value in read_card(model).quality.items():
            if "left out" in key:
                print(f"  {key}: {value}")


def _dog(o: argparse.Namespace, subject: str, taught: bool) -> None:
    folder = o.out / f"{subject}{'-taught' if taught else ''}"
    if not folder.exists():
        make_dog(o.data, folder, subject, taught_goats=taught)
    model = folder.with_name(f"{folder.name}-model")
    seconds = _trained(folder / "learn", model)
    goats = "every other one among the others" if taught else "never seen"
    print(f"\n{subject} are Mila, goats {goats}: {seconds:.0f} s")
    report = _asked(model, folder, "goats")
    mila = [one for one in report.known if one.wanted == "Mila"]
    others = [one for one in report.known if one.wanted == "other"]
    rows = {
        f"{subject} called Mila": mila,
        "others like those learned called Mila": others,
        "goats called Mila": report.unseen,
        "pictures of other sets called Mila": _asked(model, folder, "crosswalk").unseen,
    }
    for what, asked in rows.items():
        called = sum(one.label.name == "Mila" for one in asked)
        likeliest = sum(one.likeliest == "Mila" for one in asked)
        print(f"  {what}: {called} of {len(asked)} (likeliest: {likeliest})")


def _browser(o: argparse.Namespace) -> None:
    pictures = [p for name in KINDS for part in ("test", "unseen", "other")
                for p in sorted((o.out / name / part).rglob("*.jpg"))][: o.count]  # fmt: skip
    for name in KINDS:
        found = agreement(o.out / f"{name}-eye", pictures, o.out / f"{name}-page")
        print(f"\nbrowser, {name}: {found}")


def _asked(model: Path, folder: Path, probe: str) -> ClassifierReport:
    return evaluate_classifier(str(model), PictureChoice(folder / "test"), probe=folder / probe)


def _at_a_tenth(report: ClassifierReport) -> Measure:
    """The share caught at the threshold that rejects a tenth of the tested, and no more."""
    seen = np.array([one.label.known for one in report.known])
    unseen = np.array([one.label.known for one in report.unseen])
    least = max(float(r) for r in seen if (seen < r).mean() <= 0.1)
    return measured_share(int((unseen < least).sum()), len(unseen))


def _with(measure: Measure) -> str:
    return f"{share(measure.value)} ({interval(measure)})"


if __name__ == "__main__":
    try:
        main()
    except HaigaError as error:
        raise SystemExit(str(error)) from error
