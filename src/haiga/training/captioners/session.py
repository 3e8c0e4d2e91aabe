"""One sitting of `haiga train captioner`: gather, see, train, measure, leave the captioner."""

from __future__ import annotations

import argparse
import hashlib
import math
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from haiga.core.counted import counted
from haiga.core.errors import Stopped, UserError
from haiga.features.eye import LATE, Eye
from haiga.inspection.captioning import (
    CaptionFigures,
    caption_figures,
    commonest_caption,
    nearest_captions,
)
from haiga.inspection.metrics.captions import caption_words
from haiga.media.durable import make_folder
from haiga.media.texts import read_texts
from haiga.models.card import CARD
from haiga.models.session import Session
from haiga.roles.captioners.attend import LOOK, STEP, kind_of, said_once
from haiga.roles.captioners.decoding import Decoder, Told, searched
from haiga.training.captioners.balance import balanced
from haiga.training.captioners.export import write_captioner_card, write_layout, write_networks
from haiga.training.captioners.gathering import HELD_OUT, TRAIN, VALIDATION, Captioned, gather
from haiga.training.captioners.loop import LAST, MOST_WORDS, Plan, Run, kept_plan
from haiga.training.captioners.material import LEAST, Material, vocabulary
from haiga.training.captioners.seeing import Maps, see
from haiga.training.captioners.truth import is_true
from haiga.training.poet.session import _interrupted

Say = Callable[[str], None]
WORK = "work"
BEAM = 3
MEASURED = 150
"""So many held-out pictures of each family are measured, so that no family outweighs another."""
FEW_WORDS, FEW_MEASURED = 60, 25
"""With fewer words, or fewer held-out pictures, that is said."""
FEWEST_SURE = 25
"""So many captions of a kind are needed to tell from which score on they are sure."""
SURE = 0.8
"""Captions are relied on from the score on at which this share of them is true in every word."""
DEFAULT_STEPS = 4_000


def train_captioner(o: argparse.Namespace, say: Say) -> Path:
    """Trains as the options of `recipes.captioner` say, and writes the captioner to `o.out`.

    Raises UserError when the pictures, the folder or the options do not serve, and Stopped
    when the user ended it; what was learned is kept.
    """
    torch.set_num_threads(o.threads or os.cpu_count() or 1)
    work: Path = o.out / WORK
    kept = kept_plan(work) if o.resume else None
    _check_folder(o.out, work, resume=o.resume, kept=kept)
    texts = [text.text for path in o.texts for text in read_texts(path).texts]
    found, notes = gather(o.pictures, texts=texts, held_share=o.held_share, seed=o.seed)
    for note in notes:
        say(note)
    words = vocabulary(found)
    for part in (TRAIN, VALIDATION, HELD_OUT):
        say(f"{part}: {sum(one.part == part for one in found):,} pictures")
    say(f"vocabulary: {len(words) - 2:,} words")
    if len(words) - 2 < FEW_WORDS:
        say(f"that is few: a word needs {LEAST} captions, and names are left out; more captions, "
            "or --texts with English texts to tell names by, give it more to say")  # fmt: skip
    plan = _plan(o, found, words, kept)
    make_folder(work)
    eye = Eye(threads=o.threads or 2)
    maps = see(found, eye, o.seen or work / "seen", views=o.views, seed=o.seed)
    plan.save(work)
    run = Run(Material(found, maps, words), plan, work)
    if run.step:
        say(f"going on from step {run.step:,}")
    with _interrupted() as stop:
        limit = o.minutes * 60 if o.minutes else math.inf
        ending = run.train(lambda line: say(_told(line, plan)), stop=stop, limit_s=limit)
    at = f"step {ending.step:,} of {plan.all_steps:,}"
    if ending.why != "done":
        raise Stopped(f"stopped at {at}, which is kept in {o.out}; go on with --resume")
    say(f"the best was step {ending.best_step:,}: CIDEr-D {ending.best:.3f} on validation")
    write_captioner(o, run, found, maps, eye, say)
    return Path(o.out)


def write_captioner(
    o: argparse.Namespace, run: Run, found: Sequence[Captioned], maps: Maps, eye: Eye, say: Say
) -> None:
    """Write the networks, measure them as they are stored, and write words and card."""
    worst = write_networks(run.best_net(), o.out)
    words = run.material.words
    decoder = Decoder(
        Session(o.out / LOOK, o.threads or 2), Session(o.out / STEP, o.threads or 2),
        most_words=MOST_WORDS, once=said_once(words),
    )  # fmt: skip
    sure_from, share = _sure_from(decoder, found, maps, words)
    say(f"sure of {share:.0%} of the captions of validation pictures")
    layout = {
        "words": words,
        "side": 8,
        "sees_colours": True,
        "most_words": MOST_WORDS,
        "eye": dict(eye.models),
        "sure_from": sure_from,
        "split": {"seed": o.seed, "held_share": o.held_share},
        "common": sorted(
            {w for one in found for text in one.captions for w in caption_words(text)}
        ),
    }
    write_layout(o.out, layout)
    figures = measured(decoder, found, maps, words)
    count = len(balanced(found, HELD_OUT, MEASURED))
    if count < FEW_MEASURED:
        say(f"measured on {counted(count, 'picture')}: too few to say much")
    quality: dict[str, Any] = {"sure_share_validation": round(share, 3)}
    for name, one in figures.items():
        say(f"{name}: CIDEr-D {one.cider.value:.3f}, BLEU-4 {one.bleu[3].value:.3f}, "
            f"{one.distinct:.0%} distinct")  # fmt: skip
        quality |= {
            f"{name}_cider_d": round(one.cider.value, 3),
            f"{name}_bleu_4": round(one.bleu[3].value, 3),
            f"{name}_distinct": round(one.distinct, 3),
        }
    write_captioner_card(
        o.out, found, name=o.name, commit=o.commit, recipe=o.recipe, quality=quality, worst=worst
    )


def measured(
    decoder: Decoder, found: Sequence[Captioned], maps: Maps, words: Sequence[str]
) -> dict[str, CaptionFigures]:
    """The figures of the captioner, of the nearest training picture's caption, of the commonest.

    On held-out pictures, `MEASURED` of each family.
    """
    rows = balanced(found, HELD_OUT, MEASURED)
    learned = [i for i, one in enumerate(found) if one.part == TRAIN]
    seen = (np.asarray(maps[i, 0, :LATE], np.float32) for i in (*rows, *learned))
    views = np.stack([one.mean((1, 2)) for one in seen])
    references = [found[i].captions for i in rows]
    objects = [found[i].objects for i in rows]
    firsts = [found[i].captions[0] for i in learned]
    near = nearest_captions(
        views[: len(rows)], [found[i].work for i in rows],
        views[len(rows) :], [found[i].work for i in learned], firsts,
    )  # fmt: skip
    ways = {
        "captioner": [said(one, words) for one in told(decoder, maps, rows)],
        "nearest": near,
        "commonest": [commonest_caption(firsts)] * len(rows),
    }
    return {name: caption_figures(texts, references, objects) for name, texts in ways.items()}


def told(decoder: Decoder, maps: Maps, rows: Sequence[int]) -> list[Told]:
    """The captioner's own captions of the pictures in their first view."""
    out: list[Told] = []
    for start in range(0, len(rows), 50):
        seen = np.stack([maps[i, 0] for i in rows[start : start + 50]]).astype(np.float32)
        out += searched(decoder, seen, BEAM)
    return out


def said(one: Told, words: Sequence[str]) -> str:
    """A caption as text."""
    return " ".join(words[i] for i in one.words).replace(" ,", ",")


def _sure_from(
    decoder: Decoder, found: Sequence[Captioned], maps: Maps, words: Sequence[str]
) -> tuple[dict[str, float], float]:
    """From which score on captions of validation pictures are `SURE` true, and which share is sure.

    For what captions call their pictures (`kind_of`) by itself, where there are `FEWEST_SURE` of
    them, for easy ones would vouch for the others; "" is for all others.
    """
    rows = balanced(found, VALIDATION, 10**6)
    told_of = told(decoder, maps, rows)
    texts = [said(one, words) for one in told_of]
    true = np.array([is_true(text, found[i]) for text, i in zip(texts, rows, strict=True)])
    scores = np.array([one.score for one in told_of])
    kinds = np.array([kind_of(text.split()) for text in texts])
    many = [k for k in sorted(set(kinds.tolist())) if k and (kinds == k).sum() >= FEWEST_SURE]
    limits = {kind: _limit(true[kinds == kind], scores[kinds == kind]) for kind in many}
    rest = ~np.isin(kinds, many)
    few = rest.sum() < FEWEST_SURE
    limits[""] = max(limits.values(), default=0.0) if few else _limit(true[rest], scores[rest])
    limits = {kind: float(np.ceil(limit * 1e4) / 1e4) for kind, limit in limits.items()}
    sure = [s >= limits.get(k, limits[""]) for s, k in zip(scores, kinds.tolist(), strict=True)]
    return limits, float(np.mean(sure))


def _limit(true: npt.NDArray[np.bool_], scores: npt.NDArray[np.float64]) -> float:
    """The least score from which on `SURE` of the captions are true; above all where none is.

    Two more are counted that are false (half of Agresti and Coull 1998), for the limit is the
    luckiest of many.
    """
    order = np.argsort(-scores)
    running = np.cumsum(true[order]) / np.arange(3, len(order) + 3)
    fine = np.flatnonzero(running >= SURE)
    return float(scores[order[fine[-1]]]) if len(fine) else float(scores.max()) + 1e-3


def _check_folder(out: Path, work: Path, *, resume: bool, kept: Plan | None) -> None:
    if out.exists() and not out.is_dir():
        raise UserError(f"{out}: is a file; --out names the folder for the captioner")
    if resume and kept is None:
        raise UserError(f"{out}: there is no run to go on with; leave out --resume to begin one")
    if (out / CARD).exists():
        raise UserError(f"{out}: already holds a model; choose another --out")
    if not resume and (work / LAST).exists():
        raise UserError(
            f"{out}: holds a run that is not finished; go on with it by --resume, or choose "
            "another --out"
        )
    foreign = [path.name for path in out.iterdir()] if out.is_dir() and not work.exists() else []
    if foreign:
        raise UserError(
            f"{out}: holds other files ({', '.join(sorted(foreign)[:3])}); choose a new --out"
        )


def _plan(
    o: argparse.Namespace, found: Sequence[Captioned], words: Sequence[str], kept: Plan | None
) -> Plan:
    data = hashlib.sha256()
    for one in found:
        data.update("\0".join((one.collection, one.path.name, one.part, *one.captions)).encode())
    steps = o.steps or (kept.steps if kept else DEFAULT_STEPS)
    plan = Plan(
        data=data.hexdigest(),
        words=len(words),
        steps=steps,
        batch=o.batch,
        look_steps=max(1, min(250, steps // 4)),
        rewarded=steps // 10 if o.rewarded is None else o.rewarded,
        seed=o.seed,
        rate=o.rate,
    )
    if kept is None:
        return plan
    if kept.data != plan.data:
        raise UserError(
            f"{o.out}: cannot go on: the pictures or their captions are not those the run began "
            "with; give the same --pictures and --texts, or begin anew in another --out"
        )
    return kept


def _told(line: Mapping[str, Any], plan: Plan) -> str:
    by_reward = "reward" in line
    learned = f"reward {line['reward']:.2f}" if by_reward else f"loss {line['loss']:.2f} train"
    text = (
        f"step {line['step']:,}/{plan.all_steps:,} · {line['seconds']:,} s · {learned}, loss "
        f"{line['validation_loss']:.2f} validation · CIDEr-D {line['cider']:.2f} · "
        f"{line['distinct']:.0%} distinct"
    )
    return text + "".join(f"\n      {sample}" for sample in line["samples"])
