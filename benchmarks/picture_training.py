"""What does `haiga train generator` cost over a bare PyTorch loop on the same networks?

python benchmarks/picture_training.py PICTURES [--recipe dcgan] [--steps 60] [--rounds 5]

Each round runs them over as many steps, in turn; medians of the rounds are told. The bare loop
calls the recipe's step on batches that lie ready in memory, and does nothing else: no feed, no
audit, no reading of losses, no checkpoint, no look. Ours is the loop of a real run: batches
gathered, mirrored and converted in a thread, audited, losses read, and a checkpoint at the end.
For `dcgan` a third loop is written as a tutorial would, on the same networks, without the
average of the weights. What looks take is planned (6 % of the time at most) and told apart.
The feed alone is timed too: pictures a second from the cache.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import torch
from machine import machine_line
from torch.nn import functional as F

from haiga.media.picture_choice import PictureChoice
from haiga.media.picture_folders import read_pictures
from haiga.training.generators.recipe import RECIPES, Settings, StepBatch, Trainee
from haiga.training.pictures.audit import Audit
from haiga.training.pictures.feed import Feed
from haiga.training.pictures.loop import Run
from haiga.training.pictures.parts import Parts, Verdict
from haiga.training.pictures.plan import Plan
from haiga.training.pictures.store import PictureStore, build_store

WARM = 3


def trainee_of(o: argparse.Namespace, store: PictureStore) -> Trainee:
    """A fresh trainee, the same each time."""
    return RECIPES[o.recipe](Settings(o.size, pictures=len(store.train), seed=1))


def ready(o: argparse.Namespace, store: PictureStore, batch: int) -> list[Any]:
    """The batches of a run, made beforehand."""
    with Feed(store, store.train, batch=batch, seed=1) as feed:
        return [feed.next() for _ in range(o.steps + WARM)]


def bare(o: argparse.Namespace, store: PictureStore) -> float:
    """Seconds of the steps in a loop that does nothing else."""
    trainee = trainee_of(o, store)
    batches = [StepBatch(b.pixels, indexes=b.indexes) for b in ready(o, store, trainee.batch)]
    rng = torch.Generator().manual_seed(1)
    for batch in batches[:WARM]:
        trainee.step(batch, rng)
    began = time.perf_counter()
    for batch in batches[WARM:]:
        trainee.step(batch, rng)
    return time.perf_counter() - began


def tutorial(o: argparse.Namespace, store: PictureStore) -> float:
    """Seconds of a DCGAN loop as tutorials have it, on the networks of the recipe."""
    trainee: Any = trainee_of(o, store)
    g, d = trainee.modules["generator"], trainee.modules["discriminator"]
    adam_g, adam_d = trainee.optimizers["generator"], trainee.optimizers["discriminator"]
    batches = ready(o, store, trainee.batch)
    began = 0.0
    for i, batch in enumerate(batches):
        if i == WARM:
            began = time.perf_counter()
        with torch.autocast("cpu", torch.bfloat16):
            made = g(torch.randn(len(batch.pixels), trainee.inputs["latent"]))
            real, fake = d(batch.pixels).float(), d(made.detach()).float()
        loss = F.softplus(-real).mean() + F.softplus(fake).mean()
        adam_d.zero_grad()
        loss.backward()
        adam_d.step()
        with torch.autocast("cpu", torch.bfloat16):
            fooled = d(made).float()
        loss = F.softplus(-fooled).mean()
        adam_g.zero_grad()
        loss.backward()
        adam_g.step()
    return time.perf_counter() - began


def ours(o: argparse.Namespace, store: PictureStore) -> float:
    """Seconds of the same steps in the loop of a real run, with a checkpoint at its end."""
    trainee = trainee_of(o, store)
    feed = Feed(store, store.train, batch=trainee.batch, seed=1)
    audit = Audit(store, store.train)
    parts = Parts(
        learner=trainee,
        feed=audit.watch(feed),
        prepare=lambda b: StepBatch(b.pixels, indexes=b.indexes),
        sheet=lambda: None,  # type: ignore[arg-type,return-value]
        sample=lambda count, seed: None,  # type: ignore[arg-type,return-value]
        figures=lambda made: {},
        verdict=lambda rows: Verdict(None),
        audit=audit.check,
    )
    plan = Plan(o.recipe, store.digest, len(store.train), trainee.batch, 1, WARM, (), 8)
    with tempfile.TemporaryDirectory() as folder:
        run = Run(parts, plan, Path(folder))
        run.train()
        run.plan = Plan(o.recipe, store.digest, len(store.train), trainee.batch, 1,
                        o.steps + WARM, (), 8)  # fmt: skip
        began = time.perf_counter()
        run.train()
        run._keep()
        seconds = time.perf_counter() - began
    feed.close()
    return seconds


def feed_speed(store: PictureStore, batches: int = 200, batch: int = 64) -> float:
    """Pictures a second of the feed where nothing else is done."""
    with Feed(store, store.train, batch=min(batch, len(store.train)), seed=1) as feed:
        for _ in range(10):
            feed.next()
        began = time.perf_counter()
        for _ in range(batches):
            feed.next()
        return batches * feed.batch / (time.perf_counter() - began)


def main() -> None:
    """Prints pictures a second of the loops, and their ratios."""
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("pictures", type=Path)
    p.add_argument("--recipe", default="dcgan")
    p.add_argument("--size", type=int, default=64)
    p.add_argument("--steps", type=int, default=60)
    p.add_argument("--rounds", type=int, default=5)
    o = p.parse_args()
    print(machine_line())
    with tempfile.TemporaryDirectory() as folder:
        read = read_pictures(PictureChoice(o.pictures))
        store = build_store(read, Path(folder), size_px=o.size, tell=lambda line: None)
        batch = min(trainee_of(o, store).batch, len(store.train))
        print(f"{o.recipe}, {o.size} px, batch {batch}, {o.steps} steps, {o.rounds} rounds, "
              f"{torch.get_num_threads()} threads, {len(store.train):,} pictures")  # fmt: skip
        loops = {"bare": bare, "ours": ours}
        if o.recipe == "dcgan":
            loops["tutorial"] = tutorial
        times: dict[str, list[float]] = {name: [] for name in loops}
        for _ in range(o.rounds):
            for name, loop in loops.items():
                times[name].append(loop(o, store))
        for name, seconds in times.items():
            print(f"{name:10}{o.steps * batch / statistics.median(seconds):8,.0f} img/s")
        for name in times:
            if name != "ours":
                pairs = zip(times[name], times["ours"], strict=True)
                ratio = statistics.median(b / s for b, s in pairs)
                print(f"ours over {name}: {ratio:.3f}")
        print(f"feed alone: {feed_speed(store):,.0f} pictures/s")


if __name__ == "__main__":
    main()
