"""The training loop of the poets: truncated back-propagation over carried state.

Checkpoints are written aside and renamed, every few minutes: a killed run loses
no more than that, and goes on at the very step with the same random state.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from haiga.training import checkpoints
from haiga.training.nets.lstm import State, WordLstm
from haiga.training.text_loss import sampled_words, tied_cross_entropy
from haiga.training.text_stream import Numbers


@dataclass(frozen=True)
class Plan:
    """How long and how hard to train; `steps` of `rows` x `span` tokens each."""

    steps: int
    rows: int = 64
    span: int = 40
    rate: float = 2e-3
    least_rate: float = 1e-4
    warmup: int = 100
    decay: float = 0.02
    clip: float = 1.0
    seed: int = 1
    checkpoint_s: float = 150.0
    report_steps: int = 50
    sampled: int = 0
    """How many words stand for the rest of the vocabulary in each softmax; 0 for all."""

    def rate_at(self, step: int) -> float:
        """Linear warm-up, then a cosine down to `least_rate` at the last step."""
        if step < self.warmup:
            return self.rate * (step + 1) / self.warmup
        share = min(1.0, (step - self.warmup) / max(1, self.steps - self.warmup))
        return self.least_rate + (self.rate - self.least_rate) * 0.5 * (
            1 + math.cos(math.pi * share)
        )


def in_rows(stream: Numbers, rows: int) -> Tensor:
    """A stream cut into (rows, length) contiguous rows; the remainder is left out."""
    length = len(stream) // rows
    return torch.from_numpy(stream[: rows * length].reshape(rows, length))


@torch.no_grad()
def perplexity(net: WordLstm, stream: Numbers, *, rows: int = 16, span: int = 64) -> float:
    """exp of the mean negative log-likelihood of a stream; unknown words (0) are not scored."""
    net.eval()
    grid = in_rows(stream, rows)
    state: State | None = None
    total, count = 0.0, 0
    for start in range(0, grid.shape[1] - 1, span):
        x = grid[:, start : start + span]
        y = grid[:, start + 1 : start + span + 1]
        logits, state = net(x[:, : y.shape[1]], state)
        loss = torch.nn.functional.cross_entropy(
            logits.flatten(0, 1).float(), y.flatten(), ignore_index=0, reduction="sum"
        )
        total += float(loss)
        count += int((y != 0).sum())
    net.train()
    return math.exp(total / max(1, count))


def train_stream(
    net: WordLstm,
    epoch_of: Callable[[int], Numbers],
    plan: Plan,
    folder: Path,
    *,
    held_out: dict[str, Numbers],
    say: Callable[[str], None],
) -> None:
    """Trains `net` in place on `epoch_of(0)`, `epoch_of(1)` … and leaves `folder/last.safetensors`.

    Goes on from `folder/last.safetensors` where there is one. `held_out` streams are
    measured at every checkpoint. Each report is a line of JSON.
    """
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "last.safetensors"
    adam = torch.optim.AdamW(
        net.parameters(), plan.rate, betas=(0.9, 0.98), weight_decay=plan.decay, fused=True
    )
    step, epoch, position, seconds = 0, 0, 0, 0.0
    state: State | None = None
    torch.manual_seed(plan.seed)
    if file.exists():
        meta = checkpoints.load(file, {"net": net}, {"adam": adam})
        step, epoch, position = meta["step"], meta["epoch"], meta["position"]
        seconds = meta["seconds"]
        loose = checkpoints.load_loose(file)
        state = (loose["hidden"], loose["cell"])
        torch.set_rng_state(loose["random"])
        say(json.dumps({"resumed": step}))
    grid = in_rows(epoch_of(epoch), plan.rows)
    began = reported = kept = time.monotonic()
    losses: list[float] = []
    net.train()
    while step < plan.steps:
        if position + 1 >= grid.shape[1]:
            epoch, position = epoch + 1, 0
            grid = in_rows(epoch_of(epoch), plan.rows)
        x = grid[:, position : position + plan.span]
        y = grid[:, position + 1 : position + plan.span + 1]
        x = x[:, : y.shape[1]]
        position += plan.span
        for group in adam.param_groups:
            group["lr"] = plan.rate_at(step)
        with torch.autocast("cpu", torch.bfloat16):
            features, state = net.features(x, state)
        state = (state[0].detach(), state[1].detach())
        weight: Tensor = net.embedding.weight
        bias: Tensor = net.bias
        wanted = y.flatten()
        if plan.sampled:
            chosen, raised, wanted = sampled_words(
                wanted, len(bias), common=plan.sampled // 3, sampled=plan.sampled
            )
            weight, bias = weight[chosen], bias[chosen] + raised
        loss = tied_cross_entropy(features.flatten(0, 1), weight, bias, wanted)
        adam.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(net.parameters(), plan.clip)
        adam.step()
        step += 1
        losses.append(float(loss.detach()))
        now = time.monotonic()
        if step % plan.report_steps == 0 or step >= plan.steps:
            rate = len(losses) * plan.rows * plan.span / (now - reported)
            mean = sum(losses) / len(losses)
            report: dict[str, Any] = {
                "step": step,
                "epoch": epoch,
                "loss": round(mean, 3),
                "tokens_per_s": round(rate),
                "minutes": round((seconds + now - began) / 60, 1),
            }
            losses, reported = [], now
            if now - kept > plan.checkpoint_s or step >= plan.steps:
                for name, stream in held_out.items():
                    report[f"perplexity_{name}"] = round(perplexity(net, stream), 1)
                kept = time.monotonic()
                checkpoints.save(
                    file,
                    {"net": net},
                    {"adam": adam},
                    {
                        "step": step,
                        "epoch": epoch,
                        "position": position,
                        "seconds": seconds + kept - began,
                    },
                    {"hidden": state[0], "cell": state[1], "random": torch.get_rng_state()},
                )
                reported = time.monotonic()
            say(json.dumps(report))
