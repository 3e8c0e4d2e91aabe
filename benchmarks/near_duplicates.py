"""Are near duplicates found, and nothing else?

    python benchmarks/near_duplicates.py --pictures DIR [--count 3000] [--families 300] [--seed 0]

Of so many pictures (all folders below DIR), the first 300 are given one to five relatives:
the same, saved again, a quarter of the size, mirrored, cropped to 70 % of each side, hues
turned. Told are precision, recall and F1 over pairs of pictures, and per kind of relative
how many are in a group with the picture they were made of. The pictures themselves may hold
duplicates: what was joined though not planted is laid in a sheet (`--sheet FILE`) to be
looked at; F1 is told both with those counted as false and with those left out to which
`metadata.jsonl` gives one id.
"""

from __future__ import annotations

import argparse
import itertools
import json
import resource
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
from machine import machine_line
from PIL import Image, ImageDraw
from planted_copies import planted

from haiga.core.nouns import Picture
from haiga.features.eye import Eye
from haiga.features.looks import looks_of
from haiga.features.near_duplicates import near_groups


def works(folder: Path) -> dict[Path, tuple[set[str], str]]:
    """Of each picture its id, and its title and artist, as its set's list has them."""
    found = {}
    for table in sorted(folder.rglob("metadata.jsonl")):
        for line in table.read_text().splitlines():
            row = json.loads(line)
            ids = {str(row[key]) for key in ("id", "work_id") if row.get(key)}
            ids.add(Path(row["file"]).stem)
            told = f"{row.get('title', '')} / {row.get('artist', '')}".casefold()
            found[table.parent / row["file"]] = ids, told if row.get("title") else ""
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--count", type=int, default=3_000)
    parser.add_argument("--families", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--sheet", type=Path)
    o = parser.parse_args()
    rng = np.random.default_rng(o.seed)
    files = sorted(o.pictures.rglob("*.jpg"))
    files = [files[at] for at in rng.permutation(len(files))[: o.count]]
    images = [Image.open(file).convert("RGB") for file in files]
    relatives = planted(images, o.families, rng)
    pictures: list[Picture] = [np.asarray(image) for image in images]
    pictures += [np.asarray(image) for image, _, _ in relatives]
    family = [*range(len(files)), *(base for _, base, _ in relatives)]
    kinds = [""] * len(files) + [kind for _, _, kind in relatives]
    print(machine_line())
    start, began = time.process_time(), time.perf_counter()
    eye = Eye(threads=1)
    looks = [
        look for at in range(0, len(pictures), 64) for look in looks_of(pictures[at : at + 64], eye)
    ]
    seen = time.process_time() - start
    groups = near_groups(looks, lambda place: pictures[place])
    spent, wall = time.process_time() - start - seen, time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(
        f"{len(pictures):,} pictures: looks {seen:.0f} s of CPU, groups {spent:.0f} s of CPU, "
        f"{wall:.0f} s in all, {memory:.2f} GB (all pictures are held)"
    )
    root = list(range(len(pictures)))
    why = {}
    for group in groups:
        for member in group.members:
            root[member.place] = group.representative
            why[member.place] = member.why
    told = works(o.pictures)
    score(family, root, files, told, o.sheet, pictures)
    counts: dict[str, list[bool]] = defaultdict(list)
    for place, kind in enumerate(kinds):
        if kind:
            counts[kind].append(root[place] == root[family[place]])
    for kind, hits in counts.items():
        print(f"  {kind:24} {sum(hits):4} of {len(hits):4} found ({np.mean(hits):.1%})")


def score(
    family: list[int],
    root: list[int],
    files: list[Path],
    told: dict[Path, tuple[set[str], str]],
    sheet: Path | None,
    pictures: list[Picture],
) -> None:
    """Prints precision, recall and F1 over pairs, and draws what was joined but not planted."""
    pairs = [
        {pair for places in grouped(names) for pair in itertools.combinations(places, 2)}
        for names in (family, root)
    ]
    false = sorted(pairs[1] - pairs[0])
    of_two: dict[tuple[int, int], tuple[int, int]] = {}
    for a, b in false:
        two = sorted((family[a], family[b]))
        of_two[two[0], two[1]] = (a, b)
    same = {two for two in of_two if one_work(told, files[two[0]], files[two[1]])}
    left = [p for p in false if tuple(sorted((family[p[0]], family[p[1]]))) not in same]
    hits = len(pairs[0] & pairs[1])
    for words, wrong in (("as they are", len(false)), ("without those of one work", len(left))):
        precision, recall = hits / max(1, hits + wrong), hits / max(1, len(pairs[0]))
        f1 = 2 * precision * recall / max(1e-9, precision + recall)
        print(f"pairs, {words}: precision {precision:.4f}, recall {recall:.4f}, F1 {f1:.4f}")
    print(f"joined though not planted: {len(of_two)} pairs of files, {len(same)} of them of one "
          "work by id")  # fmt: skip
    if sheet:
        draw(sheet, [two for two in of_two if two not in same], files, told, pictures)


def one_work(told: dict[Path, tuple[set[str], str]], one: Path, other: Path) -> bool:
    """By id: titles of fruits and of photographs are shared by different pictures."""
    return bool(told[one][0] & told[other][0])


def grouped(names: list[int]) -> list[list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for place, name in enumerate(names):
        found[name].append(place)
    return [places for places in found.values() if len(places) > 1]


def draw(
    sheet: Path,
    twos: list[tuple[int, int]],
    files: list[Path],
    told: dict[Path, tuple[set[str], str]],
    pictures: list[Picture],
) -> None:
    page = Image.new("RGB", (1_680, 230 * max(1, -(-len(twos) // 4))), "white")
    pen = ImageDraw.Draw(page)
    for at, two in enumerate(twos):
        x, y = at % 4 * 420, at // 4 * 230
        for step, place in enumerate(two):
            image = Image.fromarray(pictures[place])
            image.thumbnail((200, 200))
            page.paste(image, (x + 205 * step, y + 24))
            pen.text((x + 205 * step, y + 12 * step), told[files[place]][1][:60], fill="black")
    page.save(sheet)


if __name__ == "__main__":
    main()
