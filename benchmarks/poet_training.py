"""What does `haiga train poet` cost over a bare PyTorch loop on the same network?

python benchmarks/poet_training.py POEMS [ROUNDS]

Each round runs them over the same 200 steps, in turn, of which the last is measured
as in a real run: every 200 steps. The bare loop is written as a
tutorial would: batches cut beforehand, nn.LSTM, cross-entropy over the whole
vocabulary, AdamW, no checkpoint, no validation, no samples. Ours is the loop of a real
run: sampled softmax, measuring, samples, checkpoints. A second bare loop takes our loss,
so that what the softmax saves and what the rest costs are told apart.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

import torch
from machine import machine_line

from haiga.media.texts import read_texts
from haiga.training.poet.corpus import Corpus, read_corpus
from haiga.training.poet.files import index_works
from haiga.training.poet.loop import (
    Place,
    Run,
    batch_source,
    network_of,
    optimizer_of,
    step_loss,
)
from haiga.training.poet.plan import SIZES, Plan

STEPS = 200


def plan_of(corpus: Corpus, steps: int) -> Plan:
    """The plan that `haiga train poet` makes for a text of this size."""
    size = SIZES["large"]
    return Plan(
        data="", level="word", by="work", vocabulary=len(corpus.vocabulary), width=size.width,
        hidden=size.hidden, layers=size.layers, dropout=size.dropout, rows=size.rows,
        span=size.span, context=None, steps=steps, evaluate_steps=200, patience=10**9, seed=1,
        sampled=1500 if len(corpus.vocabulary) > 6000 else 0,
    )  # fmt: skip


def bare(corpus: Corpus, plan: Plan, *, ours: bool) -> float:
    """Seconds of the steps in a bare loop, with our loss or the plain one."""
    net = network_of(plan)
    adam = optimizer_of(net, plan)
    place = Place()
    source = batch_source(corpus, plan, place)
    batches = [next(source) for _ in range(plan.steps)]
    state = None
    net.train()
    began = time.perf_counter()
    for x, y in batches:
        if ours:
            loss, state = step_loss(net, plan, x, y, state)
        else:
            with torch.autocast("cpu", torch.bfloat16):
                logits, (hidden, cell) = net(x, state)
                loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), y.flatten())
            state = (hidden.detach(), cell.detach())
        adam.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), plan.clip)
        adam.step()
    return time.perf_counter() - began


def whole(corpus: Corpus, plan: Plan, index: object) -> float:
    """Seconds of the same steps in our loop, measuring and checkpoint included."""
    with tempfile.TemporaryDirectory() as folder:
        run = Run(corpus, plan, Path(folder), index)  # type: ignore[arg-type]
        began = time.perf_counter()
        run.train(lambda _: None)
        return time.perf_counter() - began


def main() -> None:
    """Prints tokens a second of the three, and the ratios."""
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    texts = read_texts(Path(sys.argv[1])).texts
    corpus = read_corpus(
        texts, level="word", by="work", seed=1, most_words=SIZES["large"].words, least_count=4
    )
    plan = plan_of(corpus, STEPS)
    index = index_works(corpus)
    print(machine_line())
    print(f"{torch.get_num_threads()} threads, {len(corpus.vocabulary):,} words, {STEPS} steps")
    times: dict[str, list[float]] = {"bare": [], "bare, our loss": [], "ours": []}
    for _ in range(rounds):
        times["bare"].append(bare(corpus, plan, ours=False))
        times["bare, our loss"].append(bare(corpus, plan, ours=True))
        times["ours"].append(whole(corpus, plan, index))
    tokens = STEPS * plan.tokens_a_step
    for name, seconds in times.items():
        middle = statistics.median(seconds)
        print(f"{name:16}{tokens / middle:10,.0f} tokens/s")
    for name in ("bare", "bare, our loss"):
        ratio = statistics.median(b / o for b, o in zip(times[name], times["ours"], strict=True))
        print(f"ours over {name}: {ratio:.2f}")


if __name__ == "__main__":
    main()
