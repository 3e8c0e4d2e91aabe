"""One sitting of `haiga train poet`: read, plan, train, leave the poet."""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import math
import os
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from haiga.core.errors import Stopped, UserError
from haiga.media.durable import make_folder
from haiga.media.text_choice import PoetMade, TextChoice
from haiga.media.texts import Text, keep_where, read_texts
from haiga.models.card import CARD
from haiga.training.parallel import ALONE, Crew
from haiga.training.poet.corpus import PARTS, Corpus, read_corpus
from haiga.training.poet.files import index_works, write_poet_files
from haiga.training.poet.loop import (
    LAST,
    Place,
    Run,
    batch_source,
    network_of,
    optimizer_of,
    take_step,
)
from haiga.training.poet.plan import SIZES, Plan, differences, kept_plan, size_for

Say = Callable[[str], None]
WORK, REPORT = "work", "report.html"
SAME = ("data", "level", "by", "seed", "vocabulary", "width", "hidden", "layers", "context")
"""What a resumed run must share with its plan whatever else was typed."""
DEFAULT_MINUTES = 10.0
_TRIAL_S = 4.0


def train_poet(o: argparse.Namespace, say: Say, crew: Crew = ALONE) -> PoetMade:
    """Trains as the options of `recipes.poet` say, and writes the poet to `o.out`.

    Every worker of a crew reads the texts; the first alone plans and writes. A finished run
    that lacks its report is handed on as it is. Raises UserError when the texts, the folder
    or the options do not serve, and Stopped when the user ended it.
    """
    torch.set_num_threads(o.threads or crew.threads or os.cpu_count() or 1)
    work: Path = o.out / WORK
    kept = None
    if crew.is_first:
        kept = kept_plan(work) if o.resume else None
        _check_folder(o.out, work, resume=o.resume, kept=kept)
    kept = crew.agreed(kept)
    choice = TextChoice(
        o.texts, tuple(o.where), o.min_works, o.text_column, o.author_column, o.title_column
    )
    read = read_texts(
        choice.path,
        text_column=choice.text_column,
        author_column=choice.author_column,
        title_column=choice.title_column,
    )
    for note in read.notes:
        say(note)
    texts = keep_where(read.texts, choice.where, min_works=choice.min_works)
    corpus, plan = _prepared(o, texts, kept)
    for part in PARTS:
        works = corpus.parts[part]
        say(f"{part}: {len(works):,} works, {corpus.tokens_in(part):,} tokens")
    say(f"vocabulary: {len(corpus.vocabulary):,}, {_unknown(corpus):.1%} of the training "
        "tokens outside it")  # fmt: skip
    crew.check_rows(plan.rows, "row")
    make_folder(work)
    (finished,) = crew.decided(kept is not None and (o.out / CARD).exists())
    if finished:
        say("the training is finished; only its report is missing")
        return PoetMade(o.out, choice)
    if kept is None:
        if not o.steps:
            plan = _timed(plan, corpus, o.minutes or DEFAULT_MINUTES, o.epochs, crew)
        if crew.is_first:
            plan.save(work)
    say(
        f"plan: {plan.steps:,} steps of {plan.tokens_a_step:,} tokens "
        f"({plan.steps * plan.tokens_a_step / max(1, corpus.tokens_in('train')):.1f} rounds), "
        f"{plan.layers} x {plan.hidden} LSTM"
    )
    run = Run(corpus, plan, work, index_works(corpus), crew)
    if run.resumed:
        say(f"going on from step {run.place.step:,}")
    limit = o.minutes * 60 * 1.3 + 30 if o.minutes else math.inf
    with _interrupted(crew) as stop:
        ending = run.train(lambda line: say(told(line, plan)), stop=stop, limit_s=limit)
    at = f"step {ending.place.step:,} of {plan.steps:,}"
    if ending.why == "stopped":
        raise Stopped(f"stopped at {at}, which is kept in {o.out}; go on with --resume")
    if ending.why == "late":
        say(f"ended at {at}: the machine was slower than when it was planned")
    if ending.why == "early":
        say(
            f"ended early at step {ending.place.step:,}: no better validation loss since step "
            f"{ending.place.best_step:,}, which is kept"
        )
    if crew.is_first:
        write_poet_files(o, corpus, plan, run, read, say)
    return PoetMade(o.out, choice)


def _check_folder(out: Path, work: Path, *, resume: bool, kept: Plan | None) -> None:
    if out.exists() and not out.is_dir():
        raise UserError(f"{out}: is a file; --out names the folder for the poet")
    if resume and kept is not None and (out / CARD).exists() and (out / REPORT).exists():
        raise UserError(f"{out}: its training is finished; choose another --out for a new one")
    if resume and kept is None:
        raise UserError(f"{out}: there is no run to go on with; leave out --resume to begin one")
    if not resume and (out / CARD).exists():
        raise UserError(f"{out}: already holds a model; choose another --out")
    if not resume and (work / LAST).exists():
        raise UserError(
            f"{out}: holds a run that is not finished; go on with it by --resume, or choose "
            "another --out"
        )
    foreign = [path.name for path in out.iterdir()] if out.is_dir() and not work.exists() else []
    if foreign and not resume:
        raise UserError(
            f"{out}: holds other files ({', '.join(sorted(foreign)[:3])}); choose a new --out"
        )


def digest_of(texts: Sequence[Text]) -> str:
    """sha256 over authors, titles and texts, in order; spaces do not count."""
    total = hashlib.sha256()
    for text in texts:
        for part in (text.author, text.title, text.text):
            total.update(" ".join(part.split()).encode("utf-8", "surrogatepass") + b"\0")
    return total.hexdigest()


def _prepared(
    o: argparse.Namespace, texts: Sequence[Text], kept: Plan | None
) -> tuple[Corpus, Plan]:
    data = digest_of(texts)
    if kept is not None and kept.data != data:
        raise UserError(
            f"{o.out}: cannot go on: the texts are not those the run began with (sha256 "
            f"{data[:12]}… now, {kept.data[:12]}… then); give the same --texts, --where and "
            "--min-works, or begin anew in another --out"
        )
    letters = sum(len(text.text) for text in texts)
    name = o.size if o.size != "auto" else size_for(_guess(letters, o.level), o.level)
    size = SIZES[name]
    if o.level == "char":
        size = dataclasses.replace(size, width=64, span=100, words=400, least_count=2)
    try:
        corpus = read_corpus(
            texts,
            level=o.level,
            by=o.by,
            seed=o.seed,
            most_words=o.words or size.words,
            least_count=1 if o.words else size.least_count,
        )
    except UserError as error:
        raise UserError(f"{o.texts}: {error}") from error
    vocabulary = len(corpus.vocabulary)
    _check_memory(vocabulary, size.width)
    train = corpus.tokens_in("train")
    rows = min(size.rows, max(1, train // (4 * size.span)))
    if o.context:
        rows = min(256, max(8, train // 8))
    a_step = rows * (1 if o.context else size.span)
    steps = o.steps or max(1, o.epochs * train // a_step)
    plan = Plan(
        data=data,
        level=o.level,
        by=o.by,
        vocabulary=vocabulary,
        width=size.width,
        hidden=size.hidden,
        layers=size.layers,
        dropout=size.dropout if o.dropout is None else o.dropout,
        rows=rows,
        span=size.span,
        context=o.context,
        steps=steps,
        evaluate_steps=_every(steps),
        patience=o.patience or 10**9,
        seed=o.seed,
        rate=o.rate,
        warmup=min(60, 1 + steps // 10),
        sampled=1500 if vocabulary > 6000 else 0,
        words=hashlib.sha256("\0".join(corpus.vocabulary).encode()).hexdigest(),
    )
    if kept is None:
        return corpus, plan
    names = SAME + (("steps",) if o.steps else ()) + (("dropout",) if o.dropout is not None else ())
    changed = differences(kept, plan, names)
    if not changed and kept.words != plan.words:
        changed = ["words: this haiga cuts the texts into others than the one that began it"]
    if changed:
        raise UserError(f"{o.out}: cannot go on with other settings: {'; '.join(changed)}")
    return corpus, kept


def _guess(letters: int, level: str) -> int:
    return letters if level == "char" else letters // 5


def _every(steps: int) -> int:
    """How many steps lie between two measurements: about thirty in a run."""
    return max(5, min(200, steps // 30))


def _unknown(corpus: Corpus) -> float:
    return corpus.counts[0] / max(1, sum(corpus.counts))


def _check_memory(vocabulary: int, width: int) -> None:
    """UserError when weights, moments and logits of so many words would not fit."""
    a_word = width * 4 * 6 + 256 * 10
    try:
        free = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_AVPHYS_PAGES")
    except (ValueError, OSError):
        return
    if vocabulary * a_word > 0.7 * free:
        raise UserError(
            f"a vocabulary of {vocabulary:,} words needs about "
            f"{vocabulary * a_word / 1e9:.1f} GB and {free / 1e9:.1f} GB are free here; "
            f"--words {int(0.7 * free / a_word):,} fits"
        )


def _timed(plan: Plan, corpus: Corpus, minutes: float, epochs: int, crew: Crew = ALONE) -> Plan:
    """The plan with as many steps as fit into so many minutes, tried on a network thrown away.

    Only the number of steps comes from the clock; the run itself starts from its seed.
    """
    net = network_of(plan)
    adam = optimizer_of(net, plan)
    place, state, spans = Place(), None, []
    began = time.monotonic()
    for batch in batch_source(corpus, plan, place):
        start = time.monotonic()
        _, state = take_step(net, adam, plan, batch, state, crew)
        spans.append(time.monotonic() - start)
        (enough,) = crew.decided(time.monotonic() - began > _TRIAL_S and len(spans) > 3)
        if enough:
            break
    # a tenth goes to measuring and to checkpoints
    fit = int(0.9 * minutes * 60 / sorted(spans)[len(spans) // 2])
    most = max(1, epochs * corpus.tokens_in("train") // plan.tokens_a_step)
    steps = crew.agreed(max(20, min(fit, most)))
    return dataclasses.replace(
        plan, steps=steps, evaluate_steps=_every(steps), warmup=min(60, 1 + steps // 10)
    )


def told(line: dict[str, Any], plan: Plan) -> str:
    """A measurement as one line for the terminal, with a sample under it."""
    done = line["step"] / plan.steps
    left = line["minutes"] * (1 - done) / done
    text = (
        f"step {line['step']:,}/{plan.steps:,} · {line['tokens_per_s']:,} tokens/s · "
        f"loss {line['loss']:.2f} · perplexity {_perplexity(line['loss'])} train, "
        f"{_perplexity(line['validation_loss'])} validation · {line['copied']:.0%} of lines "
        f"copied · {_left(left)}"
    )
    return text + "".join(f"\n      {verse}" for verse in line["sample"])


def _left(minutes: float) -> str:
    return f"about {minutes:.0f} min left" if minutes >= 1 else "under a minute left"


def _perplexity(loss: float) -> str:
    value = math.exp(min(loss, 30.0))
    return f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


@contextmanager
def _interrupted(crew: Crew = ALONE) -> Iterator[Callable[[], bool]]:
    """Within it, Ctrl-C and a polite kill ask the run to keep its place and end."""
    if crew.asked_to_stop is not None:
        yield crew.asked_to_stop
        return
    asked = False

    def ask(*_: object) -> None:
        nonlocal asked
        asked = True

    signals = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, ask) for number in signals]
    try:
        yield lambda: asked
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)
