"""Evaluate a painter on captioned pictures: how near to real, how true to words, what it copies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np

from haiga.actions.evaluate import sum_of
from haiga.actions.evaluate_pictures import (
    SHOWN,
    Trained,
    about_model,
    about_pictures,
    inception_network,
    measured,
    parted,
    told_seeds,
)
from haiga.actions.painters import GENERATOR, painter_for
from haiga.actions.seeds import seeds_for
from haiga.core import registry
from haiga.core.errors import HaigaError, UserError
from haiga.core.nouns import Picture, Poem
from haiga.core.seeds import generator
from haiga.features.words import words
from haiga.inspection.metrics.r_precision import AMONG, r_precision
from haiga.inspection.picture_report import Example, PictureReport
from haiga.media.picture_choice import PictureChoice
from haiga.models.store import load_model

Tell = Callable[[str], None]

MOST_TOLD = 60
"""Characters of a caption that stand under a picture."""


def evaluate_painter(
    model: str,
    choice: PictureChoice,
    *,
    count: int = 200,
    seed: int = 1,
    own_store: bool = False,
    inception: Path | None = None,
    tell: Tell = lambda _: None,
) -> PictureReport:
    """Measures `count` pictures that a painter makes of captions, seeds `seed` and on.

    Half of the captions are those of held-out pictures, on which its truth to words is
    measured; half those of pictures it learned from, whose copies would show first. The
    rest is as in `evaluate_generator`. Raises `UserError` where the model paints no texts,
    or no picture has a caption.
    """
    seeds = seeds_for(seed, count)
    network = inception_network(inception)
    use = painter_for(model)
    if use == GENERATOR:
        raise UserError(
            f"{model}: is the model of a generator, which reads no captions; "
            "`haiga evaluate generator` measures it"
        )
    painter = registry.make("painter", use, {"model": model})
    loaded = load_model(model, role="painter")
    trained = Trained.of(loaded.folder)
    size_px = len(painter.paint([Poem(("",))], seeds=[seed])[0])
    with ExitStack() as stack:
        stored = parted(choice, trained, size_px, own_store, stack, tell)
        store = stored.store
        held = [store.items[i].caption for i in store.held_out if store.items[i].caption]
        learned = [store.items[i].caption for i in store.train if store.items[i].caption]
        if not held and not learned:
            raise UserError(
                f"{choice.path}: no picture has a caption, and a painter is measured by captions; "
                "give a folder whose metadata.jsonl or .csv has them"
            )
        half = count // 2 if learned else count
        captions = [*_drawn(held or learned, half, seed), *_drawn(learned, count - half, seed)]
        made: list[Picture] = []
        for number, (caption, one) in enumerate(zip(captions, seeds, strict=True)):
            if number % 25 == 0:
                tell(f"painting picture {number + 1} of {count}")
            made += painter.paint([Poem((caption,))], seeds=[one])
        names = [f"{_short(c)} (seed {s})" for c, s in zip(captions, seeds, strict=True)]
        samples = [Example(p, n) for p, n in zip(made, names, strict=True)]
        report = PictureReport(
            model=loaded.card.name,
            kind="painter",
            title=loaded.card.title,
            about={
                **about_model(loaded),
                "paints": f"texts, in pictures of {size_px} px",
                "measured on": f"{told_seeds(seeds)}, half of held-out captions",
            },
            pictures=about_pictures(choice, store),
            samples=tuple(samples[:SHOWN]),
            log=trained.rows,
            kept_step=trained.kept_step,
            ended=trained.ended,
            saw=trained.saw(store, stored.label),
            left_out=tuple((out.key, out.reason) for out in store.left_out),
            notes=(*stored.read.notes, trained.told(store)),
            digest=sum_of(loaded.card),
        )
        tell("asking the critic which caption fits each picture")
        report = _with_fit(report, made[:half], captions[:half])
        return measured(report, store, made, names, tell, network)


def _with_fit(
    report: PictureReport, made: Sequence[Picture], captions: Sequence[str]
) -> PictureReport:
    """The report with R-precision by the bundled critic, or with the reason why it has none."""
    from haiga.features.match import Critic

    said = [frozenset(words(caption)) for caption in captions]
    different = len(set(said))
    if different < AMONG:
        return replace(
            report, why_no_fit=f"its truth to words is not measured: {different} captions differ "
            f"among those it painted, and {AMONG} must"
        )  # fmt: skip
    same = np.array([[a == b for b in said] for a in said])
    try:
        fit = r_precision(Critic().score(made, captions), same=same, among=AMONG)
    except (HaigaError, ValueError) as error:
        return replace(report, why_no_fit=f"its truth to words is not measured: {error}")
    return replace(report, fit=fit, fit_among=AMONG)


def _drawn(captions: Sequence[str], count: int, seed: int) -> list[str]:
    """So many captions in an order drawn by the seed, each as often as any other."""
    draw, out = generator(seed, "captions"), list[str]()
    while len(out) < count and captions:
        out += [captions[i] for i in draw.permutation(len(captions))]
    return out[:count]


def _short(caption: str) -> str:
    return caption if len(caption) <= MOST_TOLD else caption[: MOST_TOLD - 1] + "…"
