"""Train the critic, which says how well a picture and a text match.

    haiga train critic --cache DIR --out DIR

DIR of the cache is what `haiga train autoencoder` makes of folders of captioned
pictures. The bundled eye sees every crop once in each view (`--features` keeps
that for further runs); then two small heads learn the contrast between a
picture's own words and others' (Radford et al. 2021, "CLIP"). Works are held
out whole; the report is on their titles and captions as written.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from torch import nn

from haiga.core.errors import JobError, UserError
from haiga.features.eye import Eye
from haiga.features.vectors import WordVectors
from haiga.training.match.captions import Captioned, captioned, held_out, pictured_words
from haiga.training.match.export import write_critic
from haiga.training.match.features import few_crops_a_work, write_features
from haiga.training.match.material import Features, Material
from haiga.training.match.measure import by_family, critic_cosines, one_crop_a_work, ridge
from haiga.training.nets.match import MatchNet, MatchShape
from haiga.training.picture_cache import PictureCache, open_cache
from haiga.training.picture_words import picture_words

TOLD_EVERY = 25
Seconds = float


def main(argv: list[str]) -> None:
    """Embed, train, measure, and write the critic's two networks, its card and `report.json`."""
    o = _parse(argv)
    torch.set_num_threads(o.threads)
    vectors = WordVectors()
    cache = _cache(o.cache)
    crops = _captions(o, cache, vectors)
    apart = held_out(cache.items, crops, share=o.held_share, seed=o.seed)
    rows = few_crops_a_work(crops)
    folder = o.features or o.out / "work" / "features"
    eye = Eye(model=o.eye, threads=o.threads)
    features = write_features(cache.pixels, rows, eye, folder, views=o.views)
    apart = apart[rows]
    mine, theirs = np.flatnonzero(~apart), np.flatnonzero(apart)
    learned = [crops[row] for row in rows[mine]]
    if o.shuffled:
        order = np.random.default_rng(o.seed).permutation(len(learned))
        learned = [learned[i] for i in order]
    o.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(o.seed)
    net = MatchNet(MatchShape(width=o.width, blocks=o.blocks))
    known = features.at(mine)
    seconds = train(net, Material(known, learned, vectors), o)
    report = measure(net, known, learned, features.at(theirs), crops, rows[theirs], vectors)
    report["trained"] = {
        "seconds": round(seconds),
        "steps": o.steps,
        "batch": o.batch,
        "crops": len(mine),
        "held_out_crops": len(theirs),
        "seed": o.seed,
    }
    (o.out / "report.json").write_text(json.dumps(report, indent=1), encoding="utf-8")
    _tell(report)
    data = [cache.items[crops[row].index] for row in rows[mine]]
    write_critic(net, o.out, data=data, report=report, name=o.name, commit=o.commit)


def train(net: MatchNet, material: Material, o: argparse.Namespace) -> Seconds:
    """Learn for `o.steps` batches with a warm-up and a cosine decay; `log.csv` keeps the losses."""
    maps = torch.from_numpy(np.asarray(material.features.maps[0][::7], np.float32))
    early = torch.from_numpy(np.asarray(material.features.early[0], np.float32))
    net.picture_side.set_scales(early, maps.flatten(2).transpose(1, 2).flatten(0, 1))
    optimizer = torch.optim.AdamW(_groups(net, o.decay), lr=o.rate, betas=(0.9, 0.98))
    rng = np.random.default_rng(o.seed)
    started, total = time.monotonic(), 0.0
    with (o.out / "log.csv").open("w", encoding="utf-8") as log:
        print("step,seconds,loss,scale,crops seen", file=log)
        for step in range(1, o.steps + 1):
            turn = 0.5 * (1 + math.cos(math.pi * step / o.steps))
            for group in optimizer.param_groups:
                group["lr"] = o.rate * min(1.0, step / 40) * max(0.02, turn)
            batch = material.draw(o.batch, rng)
            with torch.autocast("cpu", dtype=torch.bfloat16):
                pictures = net.picture_side(batch.early, batch.maps)
                texts = net.text_side(batch.words, batch.present)
            loss = net.contrast(pictures, texts, batch.also_true)
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            total += loss.item()
            if not math.isfinite(total):
                raise JobError(f"the loss is no number any more at step {step}; try a lower --rate")
            if step % TOLD_EVERY == 0 or step == o.steps:
                spent = time.monotonic() - started
                seen = int((material.drawn > 0).sum())
                mean = total / ((step - 1) % TOLD_EVERY + 1)
                scale = float(net.log_scale.detach().exp())
                print(f"{step},{spent:.0f},{mean:.4f},{scale:.2f},{seen}", file=log, flush=True)
                print(f"step {step} of {o.steps}: loss {mean:.3f}, {spent:.0f} s", flush=True)
                total = 0.0
    return time.monotonic() - started


def measure(
    net: MatchNet,
    known: Features,
    learned: list[Captioned],
    held: Features,
    crops: list[Captioned],
    rows: np.ndarray,
    vectors: WordVectors,
) -> dict[str, object]:
    """Retrieval of held-out captions by the critic and by the ridge, as plain values."""
    there = [crops[row] for row in rows]
    places = one_crop_a_work(there)
    asked, seen = [there[i] for i in places], held.at(places)
    pictured = pictured_words(crops)
    critic = by_family(critic_cosines(net, seen, asked, vectors), asked, pictured)
    base = by_family(ridge(known, learned, vectors)(seen, asked), asked, pictured)
    return {
        "chance_first_of_10": 0.1,
        "critic": {name: asdict(found) for name, found in critic.items()},
        "ridge": {name: asdict(found) for name, found in base.items()},
    }


def _captions(o: argparse.Namespace, cache: PictureCache, vectors: WordVectors) -> list[Captioned]:
    """The words of every crop, with guessed ones where they are wanted and can be had."""
    pooled = o.cache / "pooled.npy"
    if o.no_guesses or not pooled.exists():
        return captioned(cache.items, vectors)
    guessed = picture_words(cache, np.load(pooled).astype(np.float32))
    return captioned(
        cache.items,
        vectors,
        [(*words.scene, *words.colour) for words in guessed],
        [words.medium for words in guessed],
    )


def _cache(folder: Path) -> PictureCache:
    if not (folder / "items.json").is_file():
        raise UserError(
            f"{folder}: holds no cached pictures; `haiga train autoencoder` makes such a folder"
        )
    return open_cache(folder)


def _groups(net: nn.Module, decay: float) -> list[dict[str, object]]:
    """Matrices decay; scales, biases and the temperature do not."""
    matrices = [p for p in net.parameters() if p.ndim > 1]
    others = [p for p in net.parameters() if p.ndim <= 1]
    return [
        {"params": matrices, "weight_decay": decay},
        {"params": others, "weight_decay": 0.0},
    ]


def _tell(report: dict[str, object]) -> None:
    words = Counter({"critic": 0, "ridge": 0})
    for who in words:
        for name, found in report[who].items():  # type: ignore[attr-defined]
            print(
                f"{who:6} {name:24} {found['pictures']:5} works: first of 10 "
                f"{found['first_of_10']:.3f} [{found['low']:.3f}, {found['high']:.3f}], of "
                f"{found['field']} first {found['within'][1]:.3f}, among 5 "
                f"{found['within'][5]:.3f}, among 10 {found['within'][10]:.3f}"
            )


def _parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="haiga train critic", description=__doc__)
    parser.add_argument("--cache", type=Path, required=True, help="cached pictures and captions")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--features", type=Path, help="where the eye's views are kept")
    parser.add_argument("--eye", default="eye", help="a bundled eye's name or its folder")
    parser.add_argument("--views", type=int, default=2, help="views of each crop, the first whole")
    parser.add_argument("--steps", type=int, default=700)
    parser.add_argument("--batch", type=int, default=384, help="pictures that are told apart")
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--decay", type=float, default=0.05)
    parser.add_argument("--width", type=int, default=128)
    parser.add_argument("--blocks", type=int, default=1, help="transformer blocks over the words")
    parser.add_argument("--held-share", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=0, help="of the split and of the training")
    parser.add_argument("--no-guesses", action="store_true", help="real words alone")
    parser.add_argument("--shuffled", action="store_true", help="a control: captions exchanged")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--name", default="critic")
    parser.add_argument("--commit", default="")
    o = parser.parse_args(argv)
    for name, least in (("views", 1), ("steps", 1), ("batch", 2), ("threads", 1), ("blocks", 0)):
        if getattr(o, name) < least:
            raise UserError(f"--{name}: must be {least} or more, not {getattr(o, name)}")
    if not 0 < o.held_share < 0.9:
        raise UserError(f"--held-share: {o.held_share} is outside 0 to 0.9")
    return o
