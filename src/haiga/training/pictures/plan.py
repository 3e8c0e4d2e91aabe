"""What a training run on pictures will do, fixed before its first step and kept beside it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from haiga.core.errors import UserError
from haiga.media.durable import write_durably

FILE = "plan.json"
GROWTH = 1.5
"""Look i of n falls at the share (i / n)^1.5 of the steps: often at first, when all changes."""

Setting = str | int | float | bool | None


@dataclass(frozen=True)
class Sitting:
    """One extension of a plan: from which step, to which, and for how many minutes (0: none)."""

    first_step: int
    steps: int
    minutes: float = 0.0
    rate: float | None = None
    """The learning rate where it was set by hand; otherwise the recipe's own."""


@dataclass(frozen=True)
class Plan:
    """Which recipe, on which pictures, for how many steps, and when it is looked at.

    A step reads `batch` pictures. `settings` are the recipe's own choices (size, label,
    width …). A run whose budget is raised later keeps all but `steps`, `looks` and
    `sittings`, so that steps already made stay what they were.
    """

    recipe: str
    data: str
    """sha256 over the pictures as stored, and over how they are parted."""
    pictures: int
    """How many the network learns from."""
    batch: int
    seed: int
    steps: int
    looks: tuple[int, ...]
    """The steps after which samples are drawn, measured and written to a sheet; rising."""
    samples: int
    """How many pictures each look draws."""
    settings: Mapping[str, Setting] = field(default_factory=dict)
    sittings: tuple[Sitting, ...] = ()

    @property
    def minutes(self) -> float:
        """The minutes that the last sitting was planned for; 0 where steps were given."""
        return self.sittings[-1].minutes if self.sittings else 0.0

    @property
    def rate(self) -> float | None:
        """The learning rate set by hand at the last sitting; None for the recipe's own."""
        return self.sittings[-1].rate if self.sittings else None

    @property
    def epochs(self) -> float:
        """How many rounds over the pictures the steps make."""
        return self.steps * self.batch / max(1, self.pictures)

    def extended(self, step: int, sitting: Sitting, count: int) -> Plan:
        """The plan with other steps from `step` on, looked at `count` times from there."""
        past = tuple(look for look in self.looks if look <= step)
        return dataclasses.replace(
            self,
            steps=sitting.steps,
            looks=past + look_steps(step, sitting.steps, count),
            sittings=(*self.sittings, sitting),
        )

    def save(self, folder: Path) -> None:
        """Writes the plan beside the checkpoints."""
        write_durably(folder / FILE, json.dumps(dataclasses.asdict(self), indent=1).encode())


def look_steps(first: int, last: int, count: int) -> tuple[int, ...]:
    """At most `count` steps after `first`, the last of them `last`.

    They stand at growing intervals in a run that begins, at even ones in one that goes on.
    """
    power = GROWTH if first == 0 else 1.0
    steps = {first + round((last - first) * (i / count) ** power) for i in range(1, count + 1)}
    return tuple(sorted(step for step in steps if first < step <= last))


def kept_plan(folder: Path) -> Plan | None:
    """The plan that a folder's run was started with; None where there is none."""
    try:
        values: dict[str, Any] = json.loads((folder / FILE).read_bytes())
        values["looks"] = tuple(values["looks"])
        values["sittings"] = tuple(Sitting(**sitting) for sitting in values["sittings"])
        return Plan(**values)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError) as error:
        raise UserError(f"{folder / FILE}: is not the plan of a training run: {error}") from error


def differences(kept: Plan, asked: Plan) -> list[str]:
    """What of the settings differs from the plan a run was begun with, in words."""
    pairs: list[tuple[str, Setting, Setting]] = [
        ("recipe", kept.recipe, asked.recipe),
        ("batch", kept.batch, asked.batch),
        ("seed", kept.seed, asked.seed),
        *(
            (name, kept.settings.get(name), asked.settings.get(name))
            for name in sorted({*kept.settings, *asked.settings})
        ),
    ]
    return [
        f"{name.replace('_', ' ')}: {_told(then)} then, {_told(now)} now"
        for name, then, now in pairs
        if then != now
    ]


def _told(value: Setting) -> str:
    return "none" if value is None or value == "" else str(value)
