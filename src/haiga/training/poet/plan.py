"""What a training run of a poet will do, fixed before its first step and kept beside it."""

from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from haiga.core.errors import UserError
from haiga.media.durable import write_durably

FILE = "plan.json"


@dataclass(frozen=True)
class Plan:
    """How large the network is, how it reads, and how long.

    A step reads `rows` x `span` tokens with carried state or, with a `context`, `rows`
    windows of that many tokens, and is measured on the one that follows each.
    """

    data: str
    """sha256 over the texts as read."""
    level: str
    by: str
    vocabulary: int
    width: int
    hidden: int
    layers: int
    dropout: float
    rows: int
    span: int
    context: int | None
    steps: int
    evaluate_steps: int
    patience: int
    seed: int
    rate: float = 2e-3
    least_rate: float = 1e-4
    warmup: int = 60
    decay: float = 0.02
    clip: float = 1.0
    sampled: int = 0
    """How many words stand for the rest of the vocabulary in each softmax; 0 for all."""
    words: str = ""
    """sha256 over the vocabulary: another way of cutting words would give each another row."""

    def rate_at(self, step: int) -> float:
        """Linear warm-up, then a cosine down to `least_rate` at the last step."""
        if step < self.warmup:
            return self.rate * (step + 1) / self.warmup
        share = min(1.0, (step - self.warmup) / max(1, self.steps - self.warmup))
        return self.least_rate + (self.rate - self.least_rate) * 0.5 * (
            1 + math.cos(math.pi * share)
        )

    @property
    def tokens_a_step(self) -> int:
        """How many tokens each step predicts."""
        return self.rows * (1 if self.context else self.span)

    def save(self, folder: Path) -> None:
        """Writes the plan beside the checkpoints."""
        write_durably(folder / FILE, json.dumps(dataclasses.asdict(self), indent=1).encode())


@dataclass(frozen=True)
class Size:
    """A network's shape and how its text is read."""

    width: int
    hidden: int
    layers: int
    dropout: float
    rows: int
    span: int
    words: int
    least_count: int


SIZES = {
    "small": Size(128, 256, 1, 0.45, 16, 35, 4000, 2),
    "medium": Size(192, 384, 2, 0.4, 32, 40, 8000, 3),
    "large": Size(256, 512, 2, 0.2, 64, 40, 12000, 4),
}


def size_for(tokens: int, level: str) -> str:
    """The size that fits a number of training tokens; characters carry a fifth of a word each."""
    worth = tokens if level == "word" else tokens // 5
    if worth < 80_000:
        return "small"
    return "medium" if worth < 1_200_000 else "large"


def kept_plan(folder: Path) -> Plan | None:
    """The plan that a folder's run was started with; None where there is none."""
    try:
        values: dict[str, Any] = json.loads((folder / FILE).read_bytes())
        return Plan(**values)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError) as error:
        raise UserError(f"{folder / FILE}: is not the plan of a training run: {error}") from error


def differences(kept: Plan, asked: Plan, names: tuple[str, ...]) -> list[str]:
    """What of the named settings differs, in words."""
    return [
        f"{name.replace('_', ' ')}: {getattr(kept, name)} then, {getattr(asked, name)} now"
        for name in names
        if getattr(kept, name) != getattr(asked, name)
    ]
