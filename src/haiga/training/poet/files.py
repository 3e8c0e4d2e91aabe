"""What a finished run leaves: the network, its words, the copying index, the card, the report."""

from __future__ import annotations

import argparse
import collections
import json
import math
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

from haiga.features.copying import CopyIndex, Source
from haiga.media.durable import write_durably
from haiga.media.texts import Text, TextsRead
from haiga.models.card import write_card
from haiga.roles.poets.sources import OWN
from haiga.training import checkpoints
from haiga.training.poet.corpus import PARTS, Corpus, Work, authors_of
from haiga.training.poet.export import export_network
from haiga.training.poet.loop import BEST, Run, mean_loss
from haiga.training.poet.plan import Plan

MOST = 10**9


def write_poet_files(
    o: argparse.Namespace,
    corpus: Corpus,
    plan: Plan,
    run: Run,
    read: TextsRead,
    say: Callable[[str], None],
) -> None:
    """Writes everything but the report into `o.out`; the card comes last and makes it a model."""
    out: Path = o.out
    checkpoints.load(run.folder / BEST, {"net": run.net}, {})
    parity = export_network(run.net, out / "step.onnx")
    run.index.save(out / OWN)
    vocabulary: dict[str, Any] = {
        "kind": "lm",
        "level": plan.level,
        "context": plan.context,
        "layers": plan.layers,
        "hidden": plan.hidden,
        "index": OWN,
        "tokens": corpus.vocabulary,
        "counts": corpus.counts,
    }
    files = ["step.onnx", "vocabulary.json", OWN]
    text = json.dumps(vocabulary, ensure_ascii=False) + "\n"
    write_durably(out / "vocabulary.json", text.encode())
    figures: dict[str, Any] = {
        f"perplexity, {part}": round(
            math.exp(mean_loss(run.net, corpus.stream(part), plan, MOST)), 2
        )
        for part in ("validation", "test")
    }
    works = [work for part in corpus.parts.values() for work in part]
    write_card(
        out,
        name=o.name or out.resolve().name,
        role="poet",
        title=f"A poet of {len(corpus.parts['train']):,} works",
        about=f"{plan.layers} x {plan.hidden} LSTM over {len(corpus.vocabulary):,} "
        f"{'words' if plan.level == 'word' else 'characters'}; "
        f"works kept apart by {plan.by}.",
        licence=o.licence,
        origin="trained by haiga",
        recipe=command(o),
        files=files,
        data=sources(works),
        quality=figures,
        parity=parity,
    )
    for name, value in figures.items():
        say(f"{name}: {value}")
    say(f"the poet is in {out}; try: haiga write --with {shlex.quote(str(out))} --form free")


def index_works(corpus: Corpus) -> CopyIndex:
    """Where every run of five words of the corpus stands, and which part each work is in.

    Held-out works are indexed too: a poet should not pass them off as its own either.
    """
    return CopyIndex.of(
        Source(work.text.author, work.text.title, work.text.text.splitlines(), split=part)
        for part in PARTS
        for work in corpus.parts[part]
    )


def command(o: argparse.Namespace) -> str:
    """The command that made the poet, paths by their last names."""
    parts = ["haiga", "train", "poet", "--texts", Path(o.texts).name]
    for condition in o.where:
        parts += ["--where", condition]
    for name in ("level", "by", "size", "seed"):
        parts += [f"--{name}", str(getattr(o, name))]
    parts += ["--context", str(o.context or "none")]
    for name in ("min_works", "words", "dropout", "minutes", "steps"):
        value = getattr(o, name)
        if value:
            parts += [f"--{name.replace('_', '-')}", f"{value:g}"]
    return shlex.join([*parts, "--out", Path(o.out).name])


def sources(works: list[Work]) -> list[dict[str, Any]]:
    """Where the works come from, by source and licence, with whom to credit."""
    grouped: dict[tuple[str, str], list[Work]] = collections.defaultdict(list)
    for work in works:
        columns = work.text.columns
        source = columns.get("source") or _file(work.text)
        licence = columns.get("licence") or columns.get("license") or "unstated"
        grouped[str(source), str(licence)].append(work)
    ranked = sorted(grouped.items(), key=lambda pair: -len(pair[1]))
    out = []
    for (source, licence), some in ranked[:20]:
        authors = [name for name, _ in authors_of(some) if name != "unnamed"]
        shown = ", ".join(authors[:12]) + (f" and {len(authors) - 12} more" if authors[12:] else "")
        out.append({"name": source, "items": len(some), "licence": licence, "credit": shown})
    return out


def _file(text: Text) -> str:
    return text.where.partition(",")[0] or "texts"
