"""Does `haiga inspect` find copies, and leave real pictures of other works alone?

    python benchmarks/originality.py --pictures DIR [--most 400] [--copies 60]

Pictures are parted by work: near duplicates, also across sets, and pictures of one work are
grouped first. A fifth of the works are held out. Copies of the rest are changed in one way
each; told is AUROC of the score, copies against the held-out pictures, and how many are called
copies at the shipped limit. The held-out pictures called copies are the false alarms. The time
of a query is measured over 100,000 made-up rows.
"""

from __future__ import annotations

import argparse
import io
import random
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from machine import machine_line
from PIL import Image, ImageDraw, ImageFont

from haiga.actions.inspect import named_of, work_of
from haiga.core.collecting import Looks
from haiga.core.nouns import Picture
from haiga.features.eye import Eye
from haiga.features.looks import looks_of
from haiga.inspection.originality import Originality, Reference, _shortlist
from haiga.inspection.originality_search import Search, groups_by_looks
from haiga.media.picture_choice import PictureChoice
from haiga.media.picture_folders import read_pictures
from haiga.media.picture_judging import judge_picture

Change = Callable[[Picture, np.random.Generator], Picture]


def jpeg(picture: Picture, rng: np.random.Generator) -> Picture:
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=30)
    return np.asarray(Image.open(buffer))


def quarter(picture: Picture, rng: np.random.Generator) -> Picture:
    height, width = picture.shape[:2]
    size = (max(8, width // 4), max(8, height // 4))
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS))


def cropped(picture: Picture, rng: np.random.Generator, share: float = 0.7) -> Picture:
    height, width = picture.shape[:2]
    high, wide = int(height * share), int(width * share)
    top, left = rng.integers(0, height - high + 1), rng.integers(0, width - wide + 1)
    return np.ascontiguousarray(picture[top : top + high, left : left + wide])


def hue_shifted(picture: Picture, rng: np.random.Generator) -> Picture:
    values = np.array(Image.fromarray(picture).convert("HSV"))
    values[..., 0] += np.uint8(rng.integers(40, 216))
    return np.asarray(Image.fromarray(values, "HSV").convert("RGB"))


def bordered(picture: Picture, rng: np.random.Generator) -> Picture:
    wide = int(0.08 * max(picture.shape[:2]))
    pad = ((wide, wide), (wide, wide), (0, 0))
    return np.pad(picture, pad, constant_values=int(rng.integers(0, 256)))


def lettered(picture: Picture, rng: np.random.Generator) -> Picture:
    image = Image.fromarray(picture.copy())
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(size=max(8, len(picture) // 9))
    for i, line in enumerate(("winter moon over", "the old sea, a crow", "says nothing at all")):
        place = (0.08 * picture.shape[1], len(picture) * (0.2 + 0.2 * i))
        pen.text(place, line, font=font, fill=(255, 255, 255) if i % 2 else (20, 20, 20))
    return np.asarray(image)


def restyled() -> Change:
    from haiga.core import registry

    stylist = registry.make("stylist", "transport.v1", {})
    styles = list(stylist.styles())

    def change(picture: Picture, rng: np.random.Generator) -> Picture:
        style = styles[int(rng.integers(len(styles)))]
        return stylist.restyle([picture], styles=[style], strength=0.8, seeds=[1])[0]

    return change


CHANGES: dict[str, tuple[Change, float | None]] = {
    "exact": (lambda p, rng: p, 0.99),
    "JPEG, quality 30": (jpeg, 0.99),
    "a quarter of the size": (quarter, 0.99),
    "mirrored": (lambda p, rng: np.ascontiguousarray(p[:, ::-1]), 0.99),
    "cropped to 70 %": (cropped, 0.99),
    "hue shifted": (hue_shifted, 0.95),
    "with a border": (bordered, 0.95),
    "with text over it": (lettered, 0.95),
    "cropped to 52 % (told only)": (lambda p, rng: cropped(p, rng, 0.52), None),
}


KINDS = ("new", "close", "copy")


def auroc(copies: np.ndarray, others: np.ndarray) -> float:
    apart = copies[:, None] - others[None]
    return float((apart > 0).mean() + 0.5 * (apart == 0).mean())


def query_times(search: Search, looks: Looks, rng: np.random.Generator) -> None:
    count, width = 100_000, search.early.shape[1]
    for name in ("early", "late"):
        rows = rng.standard_normal((count, width), dtype=np.float32)
        setattr(search, name, rows / np.linalg.norm(rows, axis=1, keepdims=True))
    search.hashes = rng.integers(0, 1 << 63, count, dtype=np.uint64)
    spent, busy = [], time.process_time()
    for _ in range(30):
        start = time.perf_counter()
        _shortlist([search.near(looks)], None)
        spent.append(time.perf_counter() - start)
    busy = (time.process_time() - busy) / len(spent)
    print(f"a query over {count:,} pictures, exact, mirrored too: "
          f"{1000 * busy:.1f} ms of CPU, median "
          f"{1000 * np.median(spent):.1f} ms, least {1000 * min(spent):.1f} ms")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--most", type=int, default=400, help="pictures of each set")
    parser.add_argument("--copies", type=int, default=60)
    parser.add_argument("--sample", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0, help="which pictures are drawn")
    parser.add_argument("--style", action="store_true")
    o = parser.parse_args()
    rng, eye = np.random.default_rng(o.seed), Eye(threads=1)
    records = []
    for folder in sorted(p for p in o.pictures.iterdir() if p.is_dir()):
        rows = list(read_pictures(PictureChoice(folder)).records)
        random.Random(o.seed).shuffle(rows)
        records += rows[: o.most]
    print(machine_line())
    start, looks = time.process_time(), []
    for i in range(0, len(records), 16):
        part = [judge_picture(r.path, draft_px=512, least_px=1).pixels for r in records[i : i + 16]]
        looks += looks_of(part, eye)
    print(f"{len(records):,} pictures looked at, "
          f"{1000 * (time.process_time() - start) / len(records):.0f} ms of CPU each",
          flush=True)  # fmt: skip
    works = [work_of(record) for record in records]
    groups = groups_by_looks(looks, works)
    alone = groups_by_looks(looks)
    sizes = np.bincount(groups)
    print(f"{int(sizes[sizes > 1].sum()):,} pictures share a group with another, "
          f"{int((sizes > 1).sum()):,} groups of more than one; "
          f"by looks alone {int((np.bincount(alone) > 1).sum()):,}")  # fmt: skip
    firsts = rng.permutation(np.unique(groups))
    held_groups = set(firsts[: len(firsts) // 5].tolist())
    held = [i for i in range(len(records)) if groups[i] in held_groups and groups[i] == i]
    kept = [i for i in range(len(records)) if groups[i] not in held_groups]
    paths = {records[i].key + str(i): records[i].path for i in kept}

    def load(key: str) -> Picture:
        return judge_picture(paths[key], draft_px=192, least_px=1).pixels

    named = [named_of(records[i], key=records[i].key + str(i)) for i in kept]
    reference = Reference(named, [looks[i] for i in kept], load, [works[i] for i in kept])
    start = time.process_time()
    judge = Originality.calibrate(reference, eye, sample=o.sample)
    limits = judge.limits
    print(f"reference {len(reference):,}; limits learned from {limits.sample} in "
          f"{time.process_time() - start:.0f} s of CPU: copy {limits.copy:.3f}, close "
          f"{limits.close_score:.3f}, likeness {limits.close_likeness:.3f}; {limits.told}; "
          f"highest scores {[round(s, 2) for s in limits.scores[:6]]}", flush=True)  # fmt: skip

    def whole(place: int) -> Picture:
        return judge_picture(records[place].path, least_px=1).pixels

    start = time.process_time()
    real = [judge.inspect(whole(i), eye) for i in held]
    spent = 1000 * (time.process_time() - start) / len(held)
    scores = np.array([one.score for one in real])
    said = {kind: sum(one.judgement == kind for one in real) for kind in KINDS}
    print(f"held out {len(held)}: {said}; false alarms {said['copy'] / len(held):.2%}; "
          f"{spent:.0f} ms of CPU a picture; "
          f"highest {np.sort(scores)[::-1][:5].round(2)}")  # fmt: skip
    for i, one in zip(held, real, strict=True):
        if one.judgement == "copy":
            print("  ", records[i].path.name, one.score, reference.named[one.nearest.place].key)
    changes = dict(CHANGES) if o.copies else {}
    if o.style:
        changes["restyled by transport.v1 (told only)"] = (restyled(), None)
    places = rng.permutation(len(kept))[: o.copies].tolist()
    print("| change | AUROC | wanted | called a copy | right picture |\n|---|---|---|---|---|")
    for name, (change, wanted) in changes.items():
        found = [judge.inspect(change(whole(kept[p]), rng), eye) for p in places]
        area = auroc(np.array([one.score for one in found]), scores)
        called = np.mean([one.judgement == "copy" for one in found])
        right = np.mean([reference.groups[one.nearest.place] == reference.groups[p]
                         for p, one in zip(places, found, strict=True)])  # fmt: skip
        print(f"| {name} | {area:.4f} | {wanted or ''} | {called:.0%} | {right:.0%} |", flush=True)
    query_times(reference.search, looks[0], rng)


if __name__ == "__main__":
    main()
