"""The report on a poet: what it was measured on, how it reads, how it writes, how it learned."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from haiga.core.counted import counted
from haiga.core.errors import JobError
from haiga.core.forms import Form
from haiga.core.nouns import Poem
from haiga.features.copying import CopyIndex, Source
from haiga.inspection.poet_alone import (
    SteppingNetwork,
    openings_of,
    write_freely,
    write_greedily,
)
from haiga.inspection.poet_poems import Writing, Written, measure_writing
from haiga.inspection.poet_texts import MOST_TOKENS, Reading, Works, measure_reading
from haiga.media.texts import Text


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
    with the figures. `model` is a sum that tells the model from every other.
    `reading` or `writing` is None where nothing could be measured.
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
    model: str = ""

    def as_json(self) -> dict[str, Any]:
        """The report as plain JSON values; what has no figure is null."""
        value = plain(self)
        assert isinstance(value, dict)
        return value


@dataclass(frozen=True)
class Assessed:
    """What a poet is assessed on.

    `network` is None where the model's cannot be scored, and `why_no_reading` says why.
    `write` makes the poem of a seed; None, with `why_no_writing`, where it can make none.
    `index` is the model's copying index, None where it has none.
    """

    works: Works
    network: SteppingNetwork | None
    write: Callable[[int], Poem] | None
    seeds: Sequence[int]
    form: Form
    index: CopyIndex | None
    why_no_reading: str = ""
    why_no_writing: str = ""


def assess(
    it: Assessed,
    *,
    most_tokens: int = MOST_TOKENS,
    seed: int = 1,
    tell: Callable[[str], None] = lambda _: None,
) -> tuple[Reading | None, Writing | None]:
    """Measures how a poet reads and how it writes; `tell` hears each thing as it begins.

    Raises JobError where not one poem could be written.
    Takes as long as scoring `most_tokens` of each part, fitting the n-gram model and
    writing a poem for each seed.
    """
    reading = None
    if it.network:
        reading = measure_reading(
            it.network, it.works, most_tokens=most_tokens, seed=seed, tell=tell
        )
    if it.write is None:
        return reading, None
    poems = []
    for number, one in enumerate(it.seeds):
        if number % 10 == 0:
            tell(f"writing poem {number + 1} of {len(it.seeds)}")
        with contextlib.suppress(JobError):  # no draft came to an end; it is counted
            poems.append(Written(it.write(one), one))
    if not poems:
        raise JobError(f"none of {len(it.seeds):,} poems could be brought to an end")
    human = human_works(it.works)
    drawn: list[Written] = []
    greedy: list[Written] = []
    if it.network:
        tell("letting the network write alone")
        every = [text for texts in human.values() for text in texts]
        drawn = write_freely(it.network, it.seeds)
        greedy = write_greedily(it.network, openings_of(every, it.network, len(it.seeds)))
    tell("looking for copies")
    index, fine, against, why_no_copies = _copies_in(it)
    writing = measure_writing(
        poems,
        form=it.form.name,
        own_form=it.form,
        unwritten=len(it.seeds) - len(poems),
        drawn=drawn,
        greedy=greedy,
        why_not_alone=it.why_no_reading,
        human=human,
        index=index,
        fine=fine,
        against=against,
        why_no_copies=why_no_copies,
    )
    return reading, writing


def human_works(works: Works) -> dict[str, Sequence[Text]]:
    """The human works that a poet's own are set beside: what it knows least, first."""
    names = {
        "test": "test works",
        "never seen": "works it never saw",
        "validation": "validation works",
        "unknown": "the texts given",
        "train": "training works",
    }
    return {said: works.parts[part] for part, said in names.items() if works.parts.get(part)}


def _copies_in(it: Assessed) -> tuple[CopyIndex | None, CopyIndex | None, str, str]:
    """Where copies are looked for: the index, a finer one, what they hold, and why there is none.

    The model's own index; where that keeps no runs of five, the training works at hand
    serve for those. Where the model has none, the texts given must do.
    """
    train = it.works.parts.get("train", ())
    if it.index is not None:
        fine, told = None, ""
        if it.index.stride != 1 and train:
            fine = _index_of(train)
            told = f"; for runs of five, with the {counted(len(train), 'training work')} at hand"
        known = counted(len(it.index.works), "work")
        return it.index, fine, f"the {known} of its copying index{told}", ""
    texts = it.works.parts.get("unknown", ())
    if not texts:
        return None, None, "", "there is no work at hand that its poems could be compared with"
    told = f"the {counted(len(texts), 'text')} given: the poet itself has no copying index"
    return _index_of(texts), None, told, ""


def _index_of(texts: Sequence[Text]) -> CopyIndex:
    return CopyIndex.of(Source(t.author, t.title, t.text.splitlines()) for t in texts)


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
