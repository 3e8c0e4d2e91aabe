"""One sitting of `haiga train eye`: read the pictures, train, leave the model."""

from __future__ import annotations

import argparse
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from haiga.core.errors import Stopped, UserError
from haiga.media.durable import make_folder
from haiga.models.card import CARD, write_card
from haiga.training.export import parity, to_onnx
from haiga.training.eye.labels import read_labels, records_of
from haiga.training.eye.loop import LAST, Run, Settings
from haiga.training.eye.losses import Tutor
from haiga.training.eye.views import as_tensor, whole
from haiga.training.nets.eye import SIDE_PX, EyeNet
from haiga.training.nets.teacher import Teacher
from haiga.training.picture_cache import Item, PictureCache, build, open_cache
from haiga.training.recipes.painter_export import CREDITS

WORK = "work"
OUTPUTS = ["early", "late", "map"]
Say = Callable[[str], None]


def train_eye(o: argparse.Namespace, say: Say) -> None:
    """Trains as the options of `recipes.eye` say, and writes `eye.onnx` and its card to `o.out`.

    Raises UserError when folders or options do not serve, and Stopped when the user ended it.
    """
    device = device_of(o.device)
    torch.set_num_threads(o.threads)
    work: Path = o.out / WORK
    _check(o, work)
    make_folder(work)
    cache = _cache(o, work, say)
    labels = read_labels(cache.items, records_of(o.pictures))
    say(
        f"{len(cache.items):,} crops of {len(set(labels.work)):,} works, "
        f"{int(labels.held_out.sum()):,} crops kept apart; {len(labels.vocabulary)} words, "
        f"{len(labels.makers)} makers"
    )
    tutor = Tutor(Teacher(o.teacher))
    settings = Settings(o.minutes, o.batch, o.rate, o.seed, device)
    run = Run(cache.pixels, labels, tutor, work, settings)
    some = np.random.default_rng(0).permutation(run.train)[:512]
    parts = [np.sort(p) for p in np.array_split(some, max(1, len(some) // 32))]
    run.tutor.measure([whole(as_tensor(cache.pixels[p])).to(device) for p in parts])
    if o.resume and run.resume():
        say(f"going on from step {run.step:,}")
    with _interrupted() as stop:
        finished = run.go(say, stop)
    if not finished:
        raise Stopped(
            f"stopped at step {run.step:,}, which is kept in {o.out}; go on with --resume"
        )
    held = run.examine()
    whole_rounds = run.step // (len(run.train) // o.batch)
    unseen = int((run.seen[run.train] == 0).sum())
    say(f"{len(run.train) - unseen:,} of {len(run.train):,} crops seen, {whole_rounds} rounds")
    say("held out: " + " ".join(f"{name} {value:.3f}" for name, value in held.items()))
    figures = {
        "training_steps": run.step,
        "training_minutes": round(run.seconds / 60, 1),
        "crops to learn from": len(run.train),
        "crops seen at least once": len(run.train) - unseen,
        "pictures shown": run.shown,
        **{f"held-out loss: {k}": round(v, 3) for k, v in held.items()},
    }
    write_eye(run.average.eye.cpu(), o.out, cache.items, labels.held_out, figures, o.commit)
    say(f"the eye is in {o.out}")


def device_of(named: str) -> str:
    """cpu or cuda; `auto` takes a GPU where one is. UserError where one is asked for in vain."""
    if named not in ("auto", "cpu", "cuda"):
        raise UserError(f"--device: '{named}' is none of auto, cpu, cuda")
    if named == "cuda" and not torch.cuda.is_available():
        raise UserError("--device cuda: this machine has no GPU that torch can use; take auto")
    return "cuda" if named != "cpu" and torch.cuda.is_available() else "cpu"


def eye_case(count: int, seed: int = 0) -> dict[str, Tensor]:
    """An input of `count` random pictures for the network."""
    rng = torch.Generator().manual_seed(seed)
    return {"pixels": torch.rand(count, 3, SIDE_PX, SIDE_PX, generator=rng) * 2 - 1}


def write_eye(
    eye: EyeNet,
    out: Path,
    items: tuple[Item, ...],
    held_out: np.ndarray,
    figures: Mapping[str, float | int | str],
    commit: str = "",
) -> None:
    """Write `eye.onnx` and its card."""
    eye = eye.eval().to(memory_format=torch.contiguous_format)  # type: ignore[call-overload]
    to_onnx(eye, eye_case(2), OUTPUTS, out / "eye.onnx", tight=True)
    worst = parity(eye, out / "eye.onnx", [eye_case(n, n) for n in (1, 2, 5)])
    works: dict[str, set[str]] = {}
    licences: dict[str, Counter[str]] = {}
    for item, apart in zip(items, held_out, strict=True):
        if not apart:
            works.setdefault(item.collection, set()).add(item.file)
            licences.setdefault(item.collection, Counter())[item.licence] += 1
    write_card(
        out,
        name="eye",
        role="embedder",
        title="The eye, 128 px",
        about="Turns a picture into an early view (256 values that keep its layout), a late "
        "view (384 values) and the late view's map (384 channels on an 8 by 8 grid).",
        licence="Apache-2.0",
        origin="Trained from nothing by the haiga project on one CPU core, distilled from the "
        "features of a MobileNet v1 trained on ImageNet (Apache-2.0), whose weights are not "
        "in it.",
        recipe="runs/eye/command.sh",
        commit=commit,
        files=["eye.onnx"],
        data=[
            {
                "name": name,
                "items": len(files),
                "licence": "; ".join(licence for licence, _ in licences[name].most_common(4)),
                "credit": CREDITS.get(name, ""),
            }
            for name, files in sorted(works.items())
        ],
        quality=figures,
        parity={"eye_max_abs_difference": float(f"{worst:.2g}")},
    )


def _check(o: argparse.Namespace, work: Path) -> None:
    if not o.pictures.is_dir() or not any(o.pictures.glob("*/metadata.jsonl")):
        raise UserError(
            f"{o.pictures}: holds no collection, a folder of pictures with a metadata.jsonl"
        )
    if not o.teacher.is_file():
        raise UserError(f"{o.teacher}: there is no such file; --teacher names MobileNet's weights")
    if o.minutes <= 0 or o.batch < 2 or o.rate <= 0 or o.threads < 1:
        raise UserError("--minutes, --rate and --threads are above 0, --batch is 2 or more")
    if (o.out / CARD).exists():
        raise UserError(f"{o.out}: already holds a model; choose another --out")
    if o.resume and not (work / LAST).exists():
        raise UserError(f"{o.out}: there is no run to go on with; leave out --resume to begin one")
    if not o.resume and (work / LAST).exists():
        raise UserError(
            f"{o.out}: holds a run that is not finished; go on with it by --resume, or choose "
            "another --out"
        )


def _cache(o: argparse.Namespace, work: Path, say: Say) -> PictureCache:
    folder = o.cache or work / "cache"
    if (folder / "items.json").exists():
        return open_cache(folder)
    say("decoding the pictures")
    return build(o.pictures, folder)


@contextmanager
def _interrupted() -> Iterator[Callable[[], bool]]:
    """Whether the user asked to stop (SIGINT or SIGTERM), asked between steps."""
    asked: list[int] = []
    names = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(name, lambda number, _: asked.append(number)) for name in names]
    try:
        yield lambda: bool(asked)
    finally:
        for name, handler in zip(names, before, strict=True):
            signal.signal(name, handler)
