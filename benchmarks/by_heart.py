"""Does a poet know its poems by heart? Give it their first lines and let it go on.

python benchmarks/by_heart.py RUN TEXTS [CONDITION…]

RUN is the folder of a `haiga train poet` run with its `work/`; its last checkpoint is
asked, not the best. It is given the first 14 words and marks of works it was trained
on, and of works it never saw, and goes on for four lines with its likeliest word. Printed
is the share of those lines that lie in a run of six or more words of a training work.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import torch

from haiga.features.copying import CopyIndex, Source
from haiga.media.texts import keep_where, read_texts
from haiga.training import checkpoints
from haiga.training.nets.lstm import WordLstm
from haiga.training.poet.corpus import Corpus, Work, read_corpus
from haiga.training.poet.loop import LAST, copied_share, lines_of, network_of
from haiga.training.poet.plan import SIZES, Plan, kept_plan, size_for

GIVEN, LINES, WORKS = 14, 4, 60


@torch.no_grad()
def go_on(net: WordLstm, plan: Plan, begun: list[int], newline: int) -> list[int]:
    """What follows the tokens given, by the likeliest token, for four lines."""
    numbers = list(begun)
    while numbers[len(begun) :].count(newline) < LINES and len(numbers) < 120:
        window = ([1] * GIVEN + numbers)[-(plan.context or 10**6) :]
        logits, _ = net(torch.tensor([window]))
        row = logits[0, -1]
        row[:2] = -torch.inf
        numbers.append(int(row.argmax()))
    return numbers[len(begun) :]


def share(
    net: WordLstm, plan: Plan, corpus: Corpus, works: Sequence[Work], index: CopyIndex
) -> float:
    """The share of lines written after these works' openings that are copied."""
    number = {token: n for n, token in enumerate(corpus.vocabulary)}
    poems = []
    for work in works[:WORKS]:
        begun = [1] + [number.get(token, 0) for token in work.tokens[:GIVEN]]
        poems.append(lines_of(go_on(net, plan, begun, number["\n"]), corpus, plan))
    return copied_share([lines for lines in poems if lines], index)


def main() -> None:
    """Prints the shares for works trained on, and for works held out."""
    folder, texts, conditions = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3:]
    plan = kept_plan(folder / "work")
    if plan is None:
        raise SystemExit(f"{folder}: holds no run of `haiga train poet`")
    read = keep_where(read_texts(texts).texts, conditions)
    size = SIZES[size_for(sum(len(text.text) for text in read) // 5, plan.level)]
    corpus = read_corpus(
        read, level="word", by="work", seed=plan.seed, most_words=size.words,
        least_count=size.least_count,
    )  # fmt: skip
    net = network_of(plan)
    checkpoints.load(folder / "work" / LAST, {"net": net}, {})
    net.eval()
    index = CopyIndex.of(
        Source(w.text.author, w.text.title, w.text.text.splitlines()) for w in corpus.parts["train"]
    )
    held_out = [*corpus.parts["validation"], *corpus.parts["test"]]
    for name, works in (("trained on", corpus.parts["train"]), ("held out", held_out)):
        print(f"opened as works {name}: {share(net, plan, corpus, works, index):.0%} copied")


if __name__ == "__main__":
    main()
