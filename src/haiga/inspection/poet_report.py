"""The report on a poet: what it was measured on, how it reads, how it writes, how it learned."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from haiga.core.nouns import Poem
from haiga.inspection.poet_poems import Writing
from haiga.inspection.poet_texts import Reading


@dataclass(frozen=True)
class Moment:
    """A measurement during training; perplexities are None where they were not taken."""

    step: int
    minutes: float | None = None
    perplexity_train: float | None = None
    perplexity_validation: float | None = None
    tokens_per_s: float | None = None


@dataclass(frozen=True)
class PoetReport:
    """Everything measured of one poet.

    `about` says of the poet, `texts` of what it was measured on, `settings` how the
    poems were written: names and values as a reader sees them. `notes` must be read
    with the figures. `reading` or `writing` is None where nothing could be measured.
    """

    poet: str
    title: str
    about: Mapping[str, str]
    texts: Mapping[str, str]
    settings: Mapping[str, str]
    reading: Reading | None
    why_no_reading: str
    writing: Writing | None
    why_no_writing: str = ""
    learning: tuple[Moment, ...] = ()
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The report as plain JSON values; what has no figure is null."""
        value = plain(self)
        assert isinstance(value, dict)
        return value


def read_moments(lines: Sequence[str]) -> tuple[Moment, ...]:
    """The measurements in a run's `log.jsonl`, in order; lines of another kind are passed over.

    A line gives perplexities, or losses in nats.
    """
    moments = []
    for line in lines:
        try:
            value = json.loads(line)
            step = int(value["step"])
        except (ValueError, KeyError, TypeError):
            continue
        moments.append(
            Moment(
                step=step,
                minutes=_number(value.get("minutes")),
                perplexity_train=_perplexity(value, "perplexity_train", "loss"),
                perplexity_validation=_perplexity(
                    value, "perplexity_validation", "validation_loss"
                ),
                tokens_per_s=_number(value.get("tokens_per_s")),
            )
        )
    return tuple(moments)


def plain(value: Any) -> Any:
    """Dataclasses, mappings and sequences as JSON values; NaN and infinities become None."""
    if isinstance(value, Poem):
        return {"lines": list(value.lines), "form": value.form}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, str):
        return value
    if isinstance(value, Sequence):
        return [plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _perplexity(value: Mapping[str, Any], name: str, loss: str) -> float | None:
    given, nats = _number(value.get(name)), _number(value.get(loss))
    if given is None and nats is not None and nats < 700:
        return math.exp(nats)
    return given


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    return float(value)
