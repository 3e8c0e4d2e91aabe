"""The training loop of `haiga train poet`.

Everything that decides the next step (weights, moments, the carried state, random
state, place in the text) is in `last.safetensors`, so that a run killed at any
instant and gone on with makes the same steps as one that was never broken.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from torch import Tensor

from haiga.core.errors import JobError, UserError
from haiga.core.seeds import generator
from haiga.features.copying import CopyIndex
from haiga.features.tokens import NEWLINE, Tokens
from haiga.training import checkpoints
from haiga.training.nets.lstm import State, WordLstm
from haiga.training.parallel import ALONE, Crew
from haiga.training.poet.corpus import Corpus, Numbers, rows_of, windows_of
from haiga.training.poet.plan import Plan
from haiga.training.text_loss import sampled_words, tied_cross_entropy

LAST, BEST, LOG = "last.safetensors", "best.safetensors", "log.jsonl"
SAMPLED = 24
"""How many samples each measurement writes, to see how much they copy."""
MOST_SCORED = 60_000
"""Validation during training reads at most so many tokens; the report reads them all."""


@dataclass
class Place:
    """Where a run stands."""

    step: int = 0
    epoch: int = 0
    position: int = 0
    seconds: float = 0.0
    best: float = math.inf
    """The lowest validation loss in nats, and the step it was measured at."""
    best_step: int = 0
    waited: int = 0
    """Measurements since the best."""
    losses: list[float] = field(default_factory=list)
    """Of the steps since the last measurement."""


@dataclass(frozen=True)
class Ending:
    """Why a run ended.

    `planned`; `early`, when validation stopped improving; `late`, when time was up before
    the planned steps were done; `stopped`, by the user.
    """

    why: str
    place: Place


def network_of(plan: Plan) -> WordLstm:
    """An untrained network of the plan's shape, drawn from its seed."""
    torch.manual_seed(plan.seed)
    return WordLstm(plan.vocabulary, plan.width, plan.hidden, plan.layers, plan.dropout)


def optimizer_of(net: WordLstm, plan: Plan) -> torch.optim.AdamW:
    """AdamW (Loshchilov and Hutter 2019) with decoupled decay."""
    return torch.optim.AdamW(
        net.parameters(), plan.rate, betas=(0.9, 0.98), weight_decay=plan.decay, fused=True
    )


def step_loss(
    net: WordLstm, plan: Plan, x: Tensor, y: Tensor, state: State | None, crew: Crew = ALONE
) -> tuple[Tensor, State]:
    """The mean loss of one step in nats, and the state after it.

    Carried: x, y (rows, span) int64. Windows: x (rows, context), y (rows,), and the
    state is not read. Of several workers each gives its share of the loss, and the state
    of its own rows.
    """
    rows = crew.rows(len(x))
    if crew.size > 1:
        net.rows, x = rows, rows.of(x)
    with torch.autocast("cpu", torch.bfloat16):
        if plan.context:
            features, state = net.features(x, None)
            features = features[:, -1]  # (rows, width)
        else:
            features, state = net.features(x, state)
            features = features.flatten(0, 1)  # (rows * span, width)
    weight: Tensor = net.embedding.weight
    bias: Tensor = net.bias
    wanted = y.flatten()
    if plan.sampled:
        chosen, raised, wanted = sampled_words(
            wanted, len(bias), common=plan.sampled // 3, sampled=plan.sampled
        )
        weight, bias = weight[chosen], bias[chosen] + raised
    if crew.size > 1:
        wanted = rows.of(wanted.view_as(y)).flatten()
    loss = tied_cross_entropy(features, weight, bias, wanted)
    if crew.size > 1:
        loss = loss * rows.share
    return loss, (state[0].detach(), state[1].detach())


def take_step(
    net: WordLstm,
    adam: torch.optim.Optimizer,
    plan: Plan,
    batch: tuple[Tensor, Tensor],
    state: State | None,
    crew: Crew = ALONE,
) -> tuple[float, State]:
    """One step on a batch (x, y), its mean loss in nats and the state after it."""
    loss, state = step_loss(net, plan, *batch, state, crew)
    adam.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    crew.average_gradients(net.parameters())
    torch.nn.utils.clip_grad_norm_(net.parameters(), plan.clip)
    adam.step()
    return float(crew.total(loss)), state


def batch_source(corpus: Corpus, plan: Plan, place: Place) -> Iterator[tuple[Tensor, Tensor]]:
    """Endless batches from where `place` stands; moves its epoch and position along."""
    while True:
        stream = corpus.stream("train", seed=plan.seed, epoch=place.epoch)
        pieces = (
            _window_batches(stream, plan, place)
            if plan.context
            else _row_batches(stream, plan, place)
        )
        yield from pieces
        place.epoch, place.position = place.epoch + 1, 0


def _row_batches(stream: Numbers, plan: Plan, place: Place) -> Iterator[tuple[Tensor, Tensor]]:
    grid = torch.from_numpy(rows_of(stream, plan.rows))
    while place.position + 1 < grid.shape[1]:
        start = place.position
        y = grid[:, start + 1 : start + plan.span + 1]
        x = grid[:, start : start + y.shape[1]]
        place.position += plan.span
        yield x, y


def _window_batches(stream: Numbers, plan: Plan, place: Place) -> Iterator[tuple[Tensor, Tensor]]:
    order = generator(plan.seed, "windows", place.epoch).permutation(len(stream) - 1) + 1
    while place.position + plan.rows <= len(order):
        places = order[place.position : place.position + plan.rows]
        place.position += plan.rows
        x, y = windows_of(stream, plan.context or 1, places)
        yield torch.from_numpy(x.copy()), torch.from_numpy(y.copy())


@torch.no_grad()
def mean_loss(net: WordLstm, stream: Numbers, plan: Plan, most: int = MOST_SCORED) -> float:
    """The mean loss over a stream in nats, unknown words included; nothing is dropped out."""
    net.eval()
    stream = stream[: most + 1]
    total, count = 0.0, 0
    if plan.context:
        for start in range(1, len(stream), 512):
            places = np.arange(start, min(start + 512, len(stream)))
            x, y = windows_of(stream, plan.context, places)
            logits, _ = net(torch.from_numpy(x.copy()))
            total += _sum(logits[:, -1], torch.from_numpy(y.copy()))
            count += len(places)
    else:
        grid = torch.from_numpy(rows_of(stream, max(1, min(16, len(stream) // 200))))
        state: State | None = None
        for start in range(0, grid.shape[1] - 1, 64):
            wanted = grid[:, start + 1 : start + 65]
            logits, state = net(grid[:, start : start + wanted.shape[1]], state)
            total += _sum(logits.flatten(0, 1), wanted.flatten())
            count += wanted.numel()
    net.train()
    return total / max(1, count)


def _sum(logits: Tensor, y: Tensor) -> float:
    return float(torch.nn.functional.cross_entropy(logits.float(), y, reduction="sum"))


@torch.no_grad()
def sample_poems(
    net: WordLstm, plan: Plan, step: int, *, rows: int, length: int
) -> list[list[int]]:
    """`rows` texts of `length` tokens in the network's present voice, at temperature 0.8.

    Drawn from a generator of their own, so that looking does not change the training.
    """
    net.eval()
    draw = torch.Generator().manual_seed(plan.seed * 1_000_003 + step)
    numbers = torch.ones(rows, 1, dtype=torch.int64)  # <end> opens a work
    state: State | None = None
    while numbers.shape[1] <= length:
        if plan.context:
            before = torch.ones(rows, plan.context, dtype=torch.int64)
            window = torch.cat([before, numbers], 1)[:, -plan.context :]
            logits, _ = net(window)
        else:
            logits, state = net(numbers[:, -1:], state)
        scores = logits[:, -1].float() / 0.8  # (rows, V)
        scores[:, 0] = -math.inf  # the unknown word says nothing
        drawn = torch.multinomial(torch.softmax(scores, 1), 1, generator=draw)
        numbers = torch.cat([numbers, drawn], 1)
    net.train()
    return [row[1:] for row in numbers.tolist()]


def lines_of(numbers: Sequence[int], corpus: Corpus, plan: Plan) -> list[str]:
    """The whole lines of a sample as text; a work's end ends a line."""
    splitter = Tokens("char" if plan.level == "char" else "word")
    tokens = [NEWLINE if n == 1 else corpus.vocabulary[n] for n in numbers]
    return [line for line in splitter.join(tokens).split("\n")[:-1] if line.strip()]


def copied_share(poems: Sequence[Sequence[str]], index: CopyIndex, words: int = 6) -> float:
    """The share of lines that lie in a run of at least `words` words of a training text."""
    total, copied = 0, 0
    for lines in poems:
        touched = {n for run in index.runs(lines, words) for n, _, _ in run.spans(lines)}
        total, copied = total + len(lines), copied + len(touched)
    return copied / max(1, total)


class Run:
    """One run in a folder: begins it, or goes on where its last checkpoint was."""

    def __init__(
        self, corpus: Corpus, plan: Plan, folder: Path, index: CopyIndex, crew: Crew = ALONE
    ) -> None:
        self.corpus, self.plan, self.folder, self.index = corpus, plan, folder, index
        self.crew = crew
        crew.check_rows(plan.rows, "row")
        self.rows = crew.rows(plan.rows)
        self.net = network_of(plan)
        self.adam = optimizer_of(self.net, plan)
        self.place = Place()
        self.state: State | None = None
        self.resumed = (folder / LAST).exists()
        if self.resumed:
            self._load()
        elif crew.is_first:
            (folder / LOG).unlink(missing_ok=True)  # of a run killed before its first checkpoint

    @property
    def _length(self) -> int:
        return 60 if self.plan.level == "word" else 240

    def _load(self) -> None:
        file = self.folder / LAST
        try:
            self._restore(file)
        except (SafetensorError, KeyError, RuntimeError, ValueError, TypeError) as error:
            reason = str(error).splitlines()[0][:100]
            raise UserError(
                f"{file}: the checkpoint is damaged or of another kind ({reason}); delete "
                f"{self.folder} and begin anew"
            ) from error

    def _restore(self, file: Path) -> None:
        self.place = Place(**checkpoints.load(file, {"net": self.net}, {"adam": self.adam}))
        loose = checkpoints.load_loose(file)
        if not self.plan.context:
            self.state = (
                self.rows.of(loose["hidden"], 1).contiguous(),
                self.rows.of(loose["cell"], 1).contiguous(),
            )
        torch.set_rng_state(loose["random"])
        log = self.folder / LOG
        if (
            self.crew.is_first and log.exists()
        ):  # what a killed run said after its last checkpoint is said again
            lines = [x for x in log.read_text("utf-8").splitlines() if x.endswith("}")]
            kept = [x for x in lines if json.loads(x)["step"] <= self.place.step]
            log.write_text("".join(x + "\n" for x in kept), "utf-8")

    def _keep(self, seconds: float) -> None:
        state = (torch.zeros(0), torch.zeros(0))
        if self.state is not None:
            hidden, cell = (self.crew.joined(part, self.rows, 1) for part in self.state)
            state = (hidden, cell)
        if not self.crew.is_first:
            return
        loose = {"hidden": state[0], "cell": state[1], "random": torch.get_rng_state()}
        meta = {**vars(self.place), "seconds": seconds}
        checkpoints.save(self.folder / LAST, {"net": self.net}, {"adam": self.adam}, meta, loose)

    def train(
        self,
        say: Callable[[dict[str, Any]], None],
        *,
        stop: Callable[[], bool] = lambda: False,
        limit_s: float = math.inf,
        keep_s: float = 60.0,
    ) -> Ending:
        """Steps until the plan ends, validation stops improving, or `stop()` says so.

        Each measurement is a line of `log.jsonl` and is passed to `say`. `limit_s` ends
        a run that has become slower than its plan expected. Raises JobError when the
        loss is no number any more; the last good checkpoint stays.
        """
        plan, place = self.plan, self.place
        validation = self.corpus.stream("validation")
        source = batch_source(self.corpus, plan, place)
        began = kept = reported = time.monotonic()
        steps_timed = 0
        before = place.seconds
        self.net.train()
        why = "planned"
        if place.waited >= plan.patience:
            return Ending("early", place)
        while place.step < plan.steps:
            batch = next(source)
            for group in self.adam.param_groups:
                group["lr"] = plan.rate_at(place.step)
            value, self.state = take_step(self.net, self.adam, plan, batch, self.state, self.crew)
            if not math.isfinite(value):
                raise JobError(
                    f"{self.folder}: the loss at step {place.step} is {value}; the last good "
                    "checkpoint stays: go on from it with --resume and a lower --rate"
                )
            place.step += 1
            place.losses.append(value)
            steps_timed += 1
            now = time.monotonic()
            due, ending, late = self.crew.decided(
                now - kept > keep_s, stop(), now - began > limit_s
            )
            if place.step % plan.evaluate_steps == 0 or place.step == plan.steps:
                speed = steps_timed * plan.tokens_a_step / (now - reported)
                self._measure(validation, speed, before + now - began, say)
                self._keep(before + time.monotonic() - began)
                reported, steps_timed = time.monotonic(), 0
                kept = reported
                if place.waited >= plan.patience:
                    why = "early"
                    break
            elif due or ending:
                self._keep(before + now - began)
                kept = time.monotonic()
            if ending:
                why = "stopped"
                break
            if late and place.best_step:
                why = "late"
                break
        place.seconds = before + time.monotonic() - began
        return Ending(why, place)

    def _measure(
        self,
        validation: Numbers,
        speed: float,
        seconds: float,
        say: Callable[[dict[str, Any]], None],
    ) -> None:
        """Measures, keeps the best and says it; the other workers wait to hear what is best."""
        place = self.place
        loss = sum(place.losses) / len(place.losses)
        place.losses = []
        if self.crew.is_first:
            self._look(loss, validation, speed, seconds, say)
        place.best, place.best_step, place.waited = self.crew.agreed(
            (place.best, place.best_step, place.waited)
        )

    def _look(
        self,
        loss: float,
        validation: Numbers,
        speed: float,
        seconds: float,
        say: Callable[[dict[str, Any]], None],
    ) -> None:
        place = self.place
        held = mean_loss(self.net, validation, self.plan)
        if held < place.best:
            place.best, place.best_step, place.waited = held, place.step, 0
            checkpoints.save(self.folder / BEST, {"net": self.net}, {}, {"step": place.step})
        else:
            place.waited += 1
        samples = sample_poems(self.net, self.plan, place.step, rows=SAMPLED, length=self._length)
        poems = [lines_of(numbers, self.corpus, self.plan) for numbers in samples]
        line = {
            "step": place.step,
            "epoch": place.epoch,
            "loss": round(loss, 4),
            "validation_loss": round(held, 4),
            "copied": round(copied_share(poems, self.index), 4),
            "tokens_per_s": round(speed),
            "minutes": round(seconds / 60, 2),
            "sample": next((lines[:2] for lines in poems if len(lines) > 1), poems[0][:2]),
        }
        with (self.folder / LOG).open("a", encoding="utf-8") as log:
            log.write(json.dumps(line, ensure_ascii=False) + "\n")
        say(line)
