"""How often judges find faults, how often they call good pictures, and how long they take.

    python benchmarks/judges.py --pictures DIR [--good 1000] [--faults 200] [--run 10000]

False alarms are counted on real paintings and photographs, among them those whose scans have
borders (told apart by set); finds on copies that one fault was planted in, and on drawn
screenshots, pages and clip-art (`planted_faults.py`). `--run` then lets all judges, those of
the whole collection too, judge so many files as a collection, and tells time and memory.
"""

from __future__ import annotations

import argparse
import functools
import json
import re
import resource
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
from machine import machine_line
from PIL import Image
from planted_faults import FAULTS

from haiga.core import registry
from haiga.core.collecting import Item, Looks, Passport, Seen
from haiga.core.nouns import Picture
from haiga.features.eye import Eye
from haiga.features.looks import looks_of
from haiga.roles.curators.learned import LearnedCurator
from haiga.roles.curators.running import judge_all

GOOD = {
    "square_paintings": 560, "aic_paintings": 140, "met_paintings": 100,
    "berlin_mood_paintings": 60, "documerica_photos": 60, "hokusai_fuji": 20,
    "chinese_landscapes": 60,
}  # fmt: skip
"""Paintings and photographs that false alarms are counted on, of each set so many of 1,000."""
BESIDE = ("fsa_color_photos", "usda_watercolors_large", "museum_textures")
"""Told for themselves: their film borders, pages and patterns are partly what is looked for."""
PIXELS = ("blank.v1", "blurred.v1", "border.v1", "dark.v1", "graphic.v1", "watermark.v1")


def seen(picture: Picture, looks: Looks) -> Seen:
    height, width, _ = picture.shape
    item = Item("0" * 64, 1, ".jpg", 1, width, height, "", (Passport("folder", "1"),))
    return Seen(item, looks, picture, "JPEG")


def chosen(folder: Path, count: int, rng: np.random.Generator) -> list[Path]:
    files = sorted(folder.glob("*.jpg"))
    return [files[at] for at in rng.permutation(len(files))[:count]]


def opened(file: Path) -> Image.Image:
    return Image.open(file).convert("RGB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--good", type=int, default=1_000)
    parser.add_argument("--faults", type=int, default=200)
    parser.add_argument("--run", type=int, default=10_000)
    parser.add_argument("--together", type=int, default=1, help="0: not the collections' judges")
    parser.add_argument("--called", type=Path, help="a folder for sheets of what was called")
    o = parser.parse_args()
    print(machine_line())
    rng = np.random.default_rng(0)
    if o.good:
        good = {
            name: chosen(o.pictures / name, round(share * o.good / 1_000), rng)
            for name, share in GOOD.items()
        }
        alarms(good, {name: chosen(o.pictures / name, 150, rng) for name in BESIDE}, o.called)
    if o.faults:
        finds([file for name in GOOD for file in chosen(o.pictures / name, 100, rng)], o.faults)
    if o.together:
        together(o.pictures, rng)
    if o.run:
        collection(o.pictures, o.run, rng)


def alarms(good: dict[str, list[Path]], beside: dict[str, list[Path]], called: Path | None) -> None:
    """Prints how many good pictures each judge of pixels calls."""
    looks = looks_of([np.zeros((8, 8, 3), np.uint8)], Eye())[0]
    total = sum(len(files) for files in good.values())
    print(f"\nfalse alarms on {total:,} real paintings and photographs")
    for name in PIXELS:
        judge = registry.make("curator", name, {})
        counts: Counter[str] = Counter()
        start, sheet = time.process_time(), []
        for folder, files in (good | beside).items():
            for file in files:
                (verdict,) = judge.judge([seen(np.asarray(opened(file)), looks)])
                if not verdict.keep:
                    counts[folder] += 1
                    sheet.append(file) if folder in good else None
        spent = (time.process_time() - start) / sum(map(len, (good | beside).values()))
        count = sum(counts[folder] for folder in good)
        told = ", ".join(f"{folder} {counts[folder]}/{len((good | beside)[folder])}"
                         for folder in good | beside if counts[folder])  # fmt: skip
        print(f"  {name:13} {count / total:6.2%}  {1_000 * spent:4.1f} ms  {told}", flush=True)
        if called and sheet:
            called.mkdir(parents=True, exist_ok=True)
            page = Image.new("RGB", (1_000, 125 * -(-len(sheet) // 8)), "white")
            for at, file in enumerate(sheet):
                image = opened(file)
                image.thumbnail((120, 120))
                page.paste(image, (at % 8 * 125, at // 8 * 125))
            page.save(called / f"{name}.png")


def finds(files: list[Path], count: int) -> None:
    """Prints how many planted faults the judge of each finds, and which others call them too."""
    rng = np.random.default_rng(1)
    looks = looks_of([np.zeros((8, 8, 3), np.uint8)], Eye())[0]
    judges = {name: registry.make("curator", name, {}) for name in PIXELS}
    print(f"\nfaults found of {count} planted each (called by its judge; by others)")
    for kind, (own, fault) in FAULTS.items():
        hits: Counter[str] = Counter()
        for at in rng.permutation(len(files))[:count]:
            picture = np.asarray(fault(opened(files[at]), rng))
            for name, judge in judges.items():
                hits[name] += not judge.judge([seen(picture, looks)])[0].keep
        others = ", ".join(f"{n} {c / count:.0%}" for n, c in hits.items() if n != own and c)
        print(f"  {kind:22} {own:13} {hits[own] / count:6.1%}   {others}", flush=True)


def looked(files: list[Path], grey: int = 0, **columns: list[str]) -> list[Seen]:
    """Files as judges of a collection see them, the first `grey` of them without colour."""
    pictures = [
        np.asarray(opened(file).convert("L").convert("RGB") if at < grey else opened(file))
        for at, file in enumerate(files)
    ]
    found = []
    for at, looks in enumerate(looks_of(pictures, Eye())):
        told = {name: values[at] for name, values in columns.items()}
        item = Item(
            f"{at:08x}" * 8, at + 1, ".jpg", 1, 1, 1, "", (Passport("f", "1", columns=told),)
        )
        found.append(Seen(item, looks, None))
    return found


def together(folder: Path, rng: np.random.Generator) -> None:
    """Prints what the judges of whole collections find of odd ones, wrong labels, and taste."""
    sets = ("square_paintings", "usda_watercolors_small", "fsa_color_photos")
    paintings, fruits, photos = (chosen(folder / name, 500, rng) for name in sets)

    def called(name: str, seen: list[Seen], **settings: object) -> np.ndarray:
        judge = registry.make("curator", name, settings)
        return np.array([not verdict.keep for verdict in judge.judge(seen)])

    print("\njudges of whole collections")
    for odd, many, among in (
        (fruits[:20], paintings, "fruits among paintings"),
        (paintings[:20], fruits, "paintings among fruits"),
        (fruits[:20], photos, "fruits among photographs"),
    ):
        hits = called("off-topic.v1", looked([*odd, *many]))
        print(f"  off-topic.v1, 20 {among}: {hits[:20].mean():.0%} found, "
              f"{hits[20:].mean():.1%} false alarms")  # fmt: skip
        examples = [f"{at:08x}" for at in range(20, 60)]
        hits = called("off-topic.v1", looked([*odd, *many]), examples=examples)
        print(f"    by 40 examples: {hits[:20].mean():.0%} found, {hits[60:].mean():.1%} false")
    right = [label for label in "abc" for _ in range(500)]
    wrong = list(right)
    flipped = rng.permutation(1_500)[:75]
    for at in flipped:
        wrong[at] = str(rng.choice([label for label in "abc" if label != right[at]]))
    hits = called("mislabelled.v1", looked([*paintings, *fruits, *photos], kind=wrong),
                  column="kind")  # fmt: skip
    print(f"  mislabelled.v1, 75 of 1,500 labels of three sets: {hits[flipped].mean():.0%} found, "
          f"{np.delete(hits, flipped).mean():.1%} false alarms")  # fmt: skip
    hits = called("greyscale.v1", looked(paintings, grey=20))
    print(f"  greyscale.v1, 20 of 500 paintings: {hits[:20].mean():.0%} found, "
          f"{hits[20:].mean():.1%} false alarms")  # fmt: skip
    for one, other, kind in (
        (paintings, photos, "paintings from photographs"),
        ([f for f in paintings if made(f) < 1_700], [f for f in paintings if made(f) >= 1_850],
         "paintings before 1700 from those after 1850"),
    ):  # fmt: skip
        for told in (10, 40):
            seen = looked([*one, *other])
            fate = np.array([True] * len(one) + [False] * len(other))
            halves = (rng.permutation(len(one)), len(one) + rng.permutation(len(other)))
            taught = np.concatenate([half[:told] for half in halves])
            for at in taught:
                item = replace(seen[at].item, fate="kept" if fate[at] else "dropped",
                               decided_by="person")  # fmt: skip
                seen[at] = replace(seen[at], item=item)
            lesson = LearnedCurator().lesson(seen)
            rest = np.delete(np.arange(len(seen)), taught)
            hits = (lesson.keep[rest] >= 0.5) == fate[rest]
            sure = np.maximum(lesson.keep, 1 - lesson.keep)[rest].mean()
            print(f"  learned.v1, {kind}, {told} of each: says {lesson.right:.0%} "
                  f"({lesson.low:.0%} to {lesson.high:.0%}) and is {sure:.0%} sure; "
                  f"right on the rest {hits.mean():.0%}")  # fmt: skip


def made(file: Path) -> int:
    """The year of a painting as its set's list has it; 1,800, between, where it has none."""
    return _years(file.parent).get(file.name, 1_800)


@functools.cache
def _years(folder: Path) -> dict[str, int]:
    found = {}
    for line in (folder / "metadata.jsonl").read_text().splitlines():
        row = json.loads(line)
        digits = re.findall(r"1[0-9]{3}", str(row.get("date") or row.get("year") or ""))
        if digits:
            found[row["file"]] = int(digits[0])
    return found


def collection(folder: Path, count: int, rng: np.random.Generator) -> None:
    """All judges over so many files as one collection: what they say, time, and memory."""
    files = sorted(folder.rglob("*.jpg"))
    files = [files[at] for at in rng.permutation(len(files))[:count]]
    rows = {}
    for table in folder.rglob("metadata.jsonl"):
        for line in table.read_text().splitlines():
            row = json.loads(line)
            rows[table.parent / row["file"]] = row
    items = []
    for number, file in enumerate(files, 1):
        with Image.open(file) as image:
            width, height = image.size
        labels = {"set": file.parent.name}
        passport = Passport("folder", file.name, columns=labels)
        items.append(Item(f"{number:064x}", number, ".jpg", file.stat().st_size, width, height,
                          "", (passport,)))  # fmt: skip
    names = registry.names("curator")
    settings = {"mislabelled.v1": {"column": "set"}}
    judges = {name: registry.make("curator", name, settings.get(name, {})) for name in names}
    start, began = time.process_time(), time.perf_counter()
    alone: list[float] = []

    def tell(done: int, of: int) -> None:
        if done == of and not alone:
            alone.extend([time.process_time() - start, time.perf_counter() - began])

    paths = dict(zip((item.id for item in items), files, strict=True))
    judged = judge_all(items, lambda item: paths[item.id], judges, eye=Eye(threads=1), tell=tell)
    wall, spent = time.perf_counter() - began, time.process_time() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"\n{len(items):,} pictures, {len(judges)} judges: {wall:.0f} s, {spent:.0f} s of CPU "
        f"({alone[1]:.0f} s, {alone[0]:.0f} s of CPU for single pictures), {memory:.2f} GB; "
        f"{len(judged.missed)} not read"
    )
    for name, verdicts in judged.verdicts.items():
        called = [v for v in verdicts if v is not None and not v.keep]
        example = called[0].reason if called else "-"
        print(f"  {name:15} {len(called):6,} called   {example}")


if __name__ == "__main__":
    main()
