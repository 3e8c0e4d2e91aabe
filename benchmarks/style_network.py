"""How near does `adain.v1` come to an artwork, how much of the picture stays, how fast is it?

    python benchmarks/style_network.py --pictures DATA/images --teacher FILE [--stylist MODEL]
        [--sheet OUT.png]

Over photographs x paintings of `runs/stylist/held_out.csv`, which took no part in training,
as squares of 384 px, strength 1: style distance (mean over the teacher's conv1, pw1, pw3 and
pw5 of the squared error of channel means and deviations, relative to the style's) and content
cosine (pw6, place by place). To compare with, MicroAST (Wang et al. 2023; 0.5M parameters),
measured on other photographs and paintings: 0.076 unstyled, 0.011 styled at a cosine of 0.85;
0.22 s at 512 px and 0.83 s at 1,024 px. Times are of a whole `restyle` call with two threads;
the processor's own seconds are what counts where other work runs beside it. Needs torch.
"""

from __future__ import annotations

import argparse
import csv
import statistics
import time
from pathlib import Path

import numpy as np
import torch
from machine import machine_line
from PIL import Image

from haiga.core.nouns import Picture
from haiga.roles.stylists.network import NetworkStylist
from haiga.training.nets.teacher import Teacher
from haiga.training.stylists import losses

SIDE = 384
PHOTOGRAPHS, PAINTINGS = (
    ("documerica_photos", "fsa_color_photos"),
    ("met_paintings", "aic_paintings"),
)
MOST_PHOTOGRAPHS, MOST_PAINTINGS = 10, 20
LAYERS = (*losses.STYLE_LAYERS, losses.CONTENT_LAYER)
HELD_OUT = Path(__file__).parents[1] / "runs" / "stylist" / "held_out.csv"


def held_out(collections: tuple[str, ...], most: int) -> list[str]:
    """The first `most` held-out files of the collections, taken in turn within their order."""
    with HELD_OUT.open(encoding="utf-8", newline="") as file:
        keys = [row["file"] for row in csv.DictReader(file)]
    chosen = [key for name in collections for key in keys if key.startswith(name + "/")]
    if len(collections) == 2 and collections == PAINTINGS:  # half of each museum
        first = [key for key in chosen if key.startswith(collections[0])][: most // 2]
        return (
            first + [key for key in chosen if key.startswith(collections[1])][: most - len(first)]
        )
    return chosen[:most]


def square(path: Path, side: int = SIDE) -> Picture:
    """The middle of a picture, its film or frame border of 6 % cut off."""
    with Image.open(path) as opened:
        image = opened.convert("RGB")
    cut = round(0.88 * min(image.size))
    left, top = (image.width - cut) // 2, (image.height - cut) // 2
    box = (left, top, left + cut, top + cut)
    return np.asarray(image.resize((side, side), Image.Resampling.LANCZOS, box=box))


def features(teacher: Teacher, pictures: list[Picture]) -> list[list[torch.Tensor]]:
    out = []
    for picture in pictures:
        x = torch.from_numpy(picture.copy()).permute(2, 0, 1)[None].float() / 127.5 - 1
        with torch.no_grad():
            out.append(teacher(x, LAYERS))
    return out


def timed(stylist: NetworkStylist, picture: Picture, size: int) -> tuple[float, float]:
    """The fastest of seven calls in seconds, and the least processor time of one."""
    large = np.asarray(Image.fromarray(picture).resize((size, size), Image.Resampling.LANCZOS))
    style = stylist.read_style(picture)
    walls, works = [], []
    for _ in range(7):
        start, work = time.perf_counter(), time.process_time()
        stylist.restyle([large], styles=[style], strength=1.0, seeds=[0])
        walls.append(time.perf_counter() - start)
        works.append(time.process_time() - work)
    return min(walls), min(works)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pictures", type=Path, required=True)
    options.add_argument("--teacher", type=Path, required=True)
    options.add_argument("--stylist", default="stylist")
    options.add_argument("--strength", type=float, default=1.0)
    options.add_argument("--sheet", type=Path)
    o = options.parse_args()
    print(machine_line() + "\n")
    stylist, teacher = NetworkStylist(model=o.stylist), Teacher(o.teacher)
    contents = [square(o.pictures / key) for key in held_out(PHOTOGRAPHS, MOST_PHOTOGRAPHS)]
    artworks = [square(o.pictures / key) for key in held_out(PAINTINGS, MOST_PAINTINGS)]
    styles = [stylist.read_style(artwork) for artwork in artworks]
    of_contents, of_artworks = features(teacher, contents), features(teacher, artworks)
    distances, before, cosines, rows = [], [], [], []
    for content, seen in zip(contents, of_contents, strict=True):
        made = stylist.restyle(
            [content] * len(styles), styles=styles, strength=o.strength, seeds=[0] * len(styles)
        )
        rows.append([content, *made])
        for found, wanted in zip(features(teacher, made), of_artworks, strict=True):
            distances.append(float(losses.style_distance(found[:-1], wanted[:-1])))
            before.append(float(losses.style_distance(seen[:-1], wanted[:-1])))
            cosines.append(float(losses.content_cosine(found[-1], seen[-1])))
    if o.sheet:
        some = [[np.full_like(contents[0], 235), *artworks], *rows]
        Image.fromarray(np.concatenate([np.concatenate(row[:9], 1) for row in some])).save(o.sheet)
    print(f"{len(contents)} photographs x {len(artworks)} paintings, {SIDE} px\n")
    print("| | unstyled | adain.v1 | MicroAST |\n|---|---|---|---|")
    mean = statistics.mean
    print(f"| style distance | {mean(before):.4f} | {mean(distances):.5f} | 0.011 (of 0.076) |")
    print(f"| of the unstyled | 1 | {mean(distances) / mean(before):.3f} | 0.145 |")
    print(f"| content cosine | 1 | {mean(cosines):.4f} | 0.85 |")
    for size, theirs in ((512, 0.22), (1024, 0.83), (2048, None)):
        wall, work = timed(stylist, contents[0], size)
        print(f"| {size} px, s (processor, s) | | {wall:.2f} ({work:.2f}) | {theirs or '–'} |")


if __name__ == "__main__":
    main()
