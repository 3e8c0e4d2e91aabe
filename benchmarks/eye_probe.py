"""What does the eye see, and how fast? A linear probe and copies among pictures it never saw.

    python benchmarks/eye_probe.py --pictures DIR --cache DIR --teacher FILE [--model eye]

Every probe is a ridge regression to one-hot classes. Only works that the eye did not learn
from are used (`haiga.training.eye.labels`), one crop of each; what is told of a work was
learned from all others, and the strength for one half of them is the one that served the
other half best (mean over five halvings; the middle 95 % over works drawn with replacement).

makers    of a work, among those with 20 works or more in all: share told right
genres    by keywords of its title: share told right, each genre counting alike
tags      the 40 most frequent, as average precision, the mean over tags
copies    share of disturbed crops whose nearest, among many, is of their work (recall at 1)

Colours are 8 x 8 x 8 bins of RGB; `random` is the eye's network before training.
"""

from __future__ import annotations

import argparse
import io
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from machine import machine_line
from PIL import Image

from haiga.features.eye import Eye
from haiga.training.export import to_onnx
from haiga.training.eye.labels import Labels, maker_of, read_labels, records_of
from haiga.training.eye.session import OUTPUTS, eye_case
from haiga.training.nets.eye import EyeNet
from haiga.training.nets.teacher import Teacher
from haiga.training.picture_cache import PictureCache, open_cache

GENRES = ("religious", "landscape", "portrait", "animal", "still life")
STRENGTHS = (0.003, 0.03, 0.3, 3.0, 30.0)
SPLITS = 5


def colours(pixels: np.ndarray) -> np.ndarray:
    """Square roots of the shares of 512 colours: (N, 512)."""
    out = []
    for crop in pixels:
        bins = (crop.reshape(-1, 3) >> 5).astype(np.int64) @ np.array([64, 8, 1])
        out.append(np.sqrt(np.bincount(bins, minlength=512) / len(bins)))
    return np.array(out, np.float32)


@torch.no_grad()
def taught(pixels: np.ndarray, teacher: Teacher) -> np.ndarray:
    """The mean of the teacher's last layer, on what the eye is shown: (N, 1024)."""
    out = []
    for start in range(0, len(pixels), 16):
        small = [Image.fromarray(p).resize((128, 128), 3) for p in pixels[start : start + 16]]
        x = torch.from_numpy(np.stack(small)).permute(0, 3, 1, 2).float() / 127.5 - 1
        out.append(teacher(x, (12,))[0].float().mean((2, 3)))
    return torch.cat(out).numpy()


def left_out(x: np.ndarray, y: np.ndarray) -> list[np.ndarray]:
    """What ridge regressions of each strength tell of each row when learned from all others.

    The residuals of leaving one out are the plain ones over 1 - leverage (Allen 1974).
    """
    z = x - x.mean(0)
    z /= np.sqrt(np.mean(z**2)) + 1e-9  # one scale for all: what hardly varies stays small
    count, width = z.shape
    if count <= width:
        values, rows = np.linalg.eigh(z @ z.T)
    else:
        values, axes = np.linalg.eigh(z.T @ z)
        rows = z @ axes / np.sqrt(np.maximum(values, 1e-6))
    level = y.mean(0)
    inner = rows.T @ (y - level)
    out = []
    for strength in STRENGTHS:
        shrunk = np.maximum(values, 0) / (np.maximum(values, 0) + strength * count)
        told = level + rows @ (shrunk[:, None] * inner)
        leverage = (rows**2) @ shrunk + 1 / count
        out.append(y - (y - told) / np.maximum(1 - leverage, 1e-3)[:, None])
    return out


def right(told: np.ndarray, y: np.ndarray) -> np.ndarray:
    return (told.argmax(1) == y.argmax(1)).astype(float)


def average_precision(told: np.ndarray, y: np.ndarray) -> float:
    """Mean over columns of the mean precision at each positive, for columns with any."""
    found = []
    for column in np.flatnonzero(y.sum(0) > 0):
        hits = y[np.argsort(-told[:, column], kind="stable"), column]
        found.append(float((np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits > 0].mean()))
    return float(np.mean(found))


def by_halves(
    x: np.ndarray, y: np.ndarray, score: Callable[..., float], splits: int
) -> list[np.ndarray]:
    """What is told of every work by the others, for each way to halve them.

    The strength for one half is the one that serves the other half best.
    """
    tries, out = left_out(x, y), []
    for seed in range(splits):
        order = np.random.default_rng(seed).permutation(len(x))
        told = np.zeros(y.shape)
        halves = np.array_split(order, 2)
        for mine, other in (halves, halves[::-1]):
            best = int(np.argmax([score(one[other], y[other]) for one in tries]))
            told[mine] = tries[best][mine]
        out.append(told)
    return out


def interval(
    told: list[np.ndarray], y: np.ndarray, score: Callable[..., float]
) -> tuple[float, float, float]:
    """The mean over splits, and the middle 95 % with works drawn with replacement."""
    rng, drawn = np.random.default_rng(0), []
    for n in range(100):
        some = rng.integers(0, len(y), len(y))
        drawn.append(score(told[n % len(told)][some], y[some]))
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(np.mean([score(t, y) for t in told])), float(low), float(high)


def tasks(cache: PictureCache, labels: Labels, root: Path) -> dict[str, tuple]:
    """For each task the rows, the one-hot targets and the score; one crop for each work."""
    records = records_of(root)
    names = [maker_of(records[(i.collection, i.file)]) for i in cache.items]
    works: dict[str, set[int]] = {}
    for name, work in zip(names, labels.work, strict=True):
        works.setdefault(name, set()).add(int(work))
    makers = sorted(n for n, some in works.items() if n and len(some) >= 20)
    held = np.flatnonzero(labels.held_out)
    _, first = np.unique(labels.work[held], return_index=True)
    held = held[first]

    rows = np.array([r for r in held if names[r] in makers])
    found = {"makers": (rows, np.array([[names[r] == m for m in makers] for r in rows], float))}
    tags = [set(item.tags) for item in cache.items]
    rows = np.array([r for r in held if sum(g in tags[r] for g in GENRES) == 1])
    found["genres"] = (rows, np.array([[g in tags[r] for g in GENRES] for r in rows], float))
    counted: dict[str, int] = {}
    for r in held:
        for tag in tags[r]:
            counted[tag] = counted.get(tag, 0) + 1
    top = sorted(counted, key=lambda t: (-counted[t], t))[:40]
    rows = np.array([r for r in held if tags[r]])
    found["tags"] = (rows, np.array([[t in tags[r] for t in top] for r in rows], float))

    def accuracy(told: np.ndarray, y: np.ndarray) -> float:
        return float(right(told, y).mean())

    def balanced(told: np.ndarray, y: np.ndarray) -> float:
        hit = right(told, y)
        return float(np.mean([hit[y[:, c] > 0].mean() for c in range(y.shape[1]) if y[:, c].any()]))

    score = {"makers": accuracy, "genres": balanced, "tags": average_precision}
    return {name: (*rows_y, score[name]) for name, rows_y in found.items()}


def disturbances() -> dict[str, Callable[[Image.Image], Image.Image]]:
    """What a copy may have gone through."""

    def pressed(image: Image.Image) -> Image.Image:
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=40)
        return Image.open(buffer).convert("RGB")

    def recoloured(image: Image.Image) -> Image.Image:
        h, s, v = image.convert("HSV").split()
        h = h.point(lambda value: (value + 64) % 256)
        return Image.merge("HSV", (h, s, v)).convert("RGB")

    return {
        "mirror": lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        "90 % crop": lambda image: image.crop((7, 7, 137, 137)),
        "recolour": recoloured,
        "grey": lambda image: image.convert("L").convert("RGB"),
        "JPEG 40": pressed,
        "half size": lambda image: image.resize((64, 64), Image.Resampling.BICUBIC),
    }


def standard(x: np.ndarray, mean: np.ndarray, deviation: np.ndarray) -> np.ndarray:
    z = (x - mean) / deviation
    return z / np.maximum(np.linalg.norm(z, axis=1, keepdims=True), 1e-9)


def copies(eye: Eye, cache: PictureCache, labels: Labels, count: int, among: int) -> None:
    """Print recall at 1 of disturbed crops, by both views, each channel at unit deviation."""
    rng, held = np.random.default_rng(0), np.flatnonzero(labels.held_out)
    rows = np.sort(rng.permutation(held)[:count])
    others = np.setdiff1d(np.arange(len(labels.work)), rows)
    kept = np.sort(np.concatenate([rows, rng.permutation(others)[: max(0, among - count)]]))
    whole = eye.embed([cache.pixels[row] for row in kept])
    wanted, works = labels.work[rows], labels.work[kept]
    print(f"\n{len(rows)} copies among {len(kept):,} crops of {len(set(works)):,} works")
    images = [Image.fromarray(cache.pixels[r]) for r in rows]
    spaces = {}
    for name, values in (("early", whole.early), ("late", whole.late)):
        mean, deviation = values.mean(0), values.std(0) + 1e-6
        spaces[name] = (standard(values, mean, deviation), mean, deviation)
    print("\n| copy | early | early, mirrored too | late |\n|---|---:|---:|---:|")
    for name, disturb in disturbances().items():
        made = [np.asarray(disturb(image)) for image in images]
        seen, turned = eye.embed(made), eye.embed([m[:, ::-1] for m in made])
        base, mean, deviation = spaces["early"]
        near = standard(seen.early, mean, deviation) @ base.T
        both = np.maximum(near, standard(turned.early, mean, deviation) @ base.T)
        base, mean, deviation = spaces["late"]
        late = standard(seen.late, mean, deviation) @ base.T
        told = " | ".join(
            f"{np.mean(works[s.argmax(1)] == wanted):.3f}" for s in (near, both, late)
        )
        print(f"| {name} | {told} |", flush=True)


def speed(eye: Eye, pixels: np.ndarray) -> None:
    """Print what a picture costs by the clock and of the processor, one and 32 at a time."""
    print(
        "\n| pictures at a time | ms each | pictures/s | processor ms each |\n|---:|---:|---:|---:|"
    )
    for count in (1, 32):
        pictures = [p[8:136, 8:136] for p in pixels[:count]]
        eye.embed(pictures)
        taken, busy = [], time.process_time()
        for _ in range(200 // count + 5):
            started = time.perf_counter()
            eye.embed(pictures)
            taken.append((time.perf_counter() - started) / count)
        busy = (time.process_time() - busy) / len(taken) / count
        each = float(np.median(taken))
        print(f"| {count} | {1000 * each:.1f} | {1 / each:.0f} | {1000 * busy:.1f} |", flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pictures", type=Path, required=True)
    options.add_argument("--cache", type=Path, required=True, help="from `haiga train eye`")
    options.add_argument("--teacher", type=Path, required=True)
    options.add_argument("--model", default="eye")
    options.add_argument("--splits", type=int, default=SPLITS)
    options.add_argument("--random", type=Path, default=Path("eye-random"), help="scratch folder")
    options.add_argument("--copies", type=int, default=200, help="originals; 0 leaves them out")
    options.add_argument("--among", type=int, default=20_000, help="crops to find them among")
    o = options.parse_args()
    torch.set_num_threads(2)
    print(machine_line())
    cache = open_cache(o.cache)
    labels = read_labels(cache.items, records_of(o.pictures))
    todo = tasks(cache, labels, o.pictures)
    used = np.unique(np.concatenate([task[0] for task in todo.values()]))
    place = {row: n for n, row in enumerate(used)}
    pixels = cache.pixels[used]
    pictures = list(pixels)
    eye, blind = Eye(model=o.model), Eye(model=str(random_eye(o.random)))
    seen, unseen = eye.embed(pictures), blind.embed(pictures)
    features = {
        "colours": colours(pixels),
        "random eye, early": unseen.early,
        "random eye, late": unseen.late,
        "eye, early": seen.early,
        "eye, late": seen.late,
        "teacher": taught(pixels, Teacher(o.teacher)),
    }
    for name, (rows, y, _) in todo.items():
        chance = y.mean(0).max() if name == "makers" else 1 / y.shape[1]
        chance = y.mean() if name == "tags" else chance
        print(f"{name}: {len(rows)} works, {y.shape[1]} classes, {chance:.3f} by chance")
    print("\n| features | " + " | ".join(todo) + " |\n|---|" + "---:|" * len(todo))
    for name, x in features.items():
        cells = []
        for rows, y, score in todo.values():
            part = x[[place[r] for r in rows]].astype(np.float64)
            told = by_halves(part, y, score, o.splits)
            mean, low, high = interval(told, y, score)
            cells.append(f"{mean:.3f} ({low:.3f} to {high:.3f})")
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)
    speed(eye, cache.pixels)
    if o.copies:
        copies(eye, cache, labels, o.copies, o.among)


def random_eye(folder: Path) -> Path:
    """The eye's network with the weights it begins from, as a model."""
    from haiga.models.card import write_card

    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(0)
    net = EyeNet().eval()
    to_onnx(net, eye_case(2), OUTPUTS, folder / "eye.onnx")
    write_card(
        folder,
        name="eye",
        role="embedder",
        title="The eye, untrained",
        about="Random weights, to compare with.",
        licence="Apache-2.0",
        origin="Random numbers.",
        recipe="benchmarks/eye_probe.py",
        files=["eye.onnx"],
    )
    return folder


if __name__ == "__main__":
    main()
