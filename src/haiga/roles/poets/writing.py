"""From drafts to a poem: the best of K, what it shares with other poems, what is told of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from haiga.core.errors import JobError
from haiga.core.forms import Form
from haiga.core.nouns import Poem
from haiga.core.seeds import generator
from haiga.features.copy_gate import CopyGate
from haiga.features.loops import Loop, find_loop
from haiga.features.syllables import count, is_counted_by_rule
from haiga.features.words import words
from haiga.roles.poets.choosing import Decoding
from haiga.roles.poets.drafts import Drafter, Drafts
from haiga.roles.poets.keeping import Keeper
from haiga.roles.poets.network import PoetNetwork
from haiga.roles.poets.opening import Opening, fit, read_opening, totals_of
from haiga.roles.poets.ranking import PARTS, Ranker, Score
from haiga.roles.poets.steering import Steer, Steering
from haiga.roles.poets.vocabulary import Vocabulary

ATTEMPTS = 4
"""Times a poem is begun anew where every draft ended in a copy, in a loop or nowhere."""
KEPT = 3
"""One draft in so many is copied over the others after each line."""


@dataclass(frozen=True)
class Settings:
    """What holds for every poem of a poet: drafts of each, its opening, how words are drawn."""

    candidates: int
    begin: str
    decoding: Decoding


class WordWriter:
    """Writes poems of one form with one word-level network.

    Raises UserError where its words cannot fill the form or the opening does not fit it.
    """

    def __init__(
        self,
        network: PoetNetwork,
        form: Form,
        settings: Settings,
        gate: CopyGate | None,
        steering: Steering,
        vocabulary: Vocabulary,
    ) -> None:
        self._network, self._form, self._settings, self._gate = network, form, settings, gate
        self._steering, self._v = steering, vocabulary
        keeper = Keeper(form, vocabulary, steering.allowed)
        self._opening = Opening()
        if settings.begin:
            self._opening = fit(read_opening(settings.begin, network), keeper)
        self._drafter = Drafter(
            network, vocabulary, keeper, steering.table, settings.decoding, gate
        )
        self._ranker = Ranker(vocabulary, steering.table, form)

    def write(self, about: str, seed: int) -> Poem:
        """The poem of a seed; JobError where no draft of any attempt came to an end."""
        greedy = self._settings.decoding.greedy
        steer = self._steering.of(about, None if greedy else seed)
        fallback: tuple[Drafts, int, Score] | None = None
        for attempt in range(1 if greedy else ATTEMPTS):
            draw = None if greedy else generator(seed, "poet", attempt)
            drafts = self._drafted(steer, draw)
            for row, score in self._ranked(drafts, steer):
                lines = self._lines(drafts.tokens[row])
                if copies(lines, self._opening.lines, self._gate):
                    continue
                if greedy or find_loop(lines) is None:
                    return self._poem(drafts, row, score, steer)
                fallback = fallback or (drafts, row, score)
        if fallback is not None:  # told in details["loops"]
            return self._poem(*fallback, steer)
        raise JobError(
            f"no draft of a {self._form.name} could be finished without copying what the poet "
            "read: ask for more candidates, a higher temperature or another seed"
        )

    def _drafted(self, steer: Steer, draw: np.random.Generator | None) -> Drafts:
        drafts = self._drafter.begin(self._opening, self._settings.candidates)
        for line in range(max(0, len(self._opening.lines) - 1), len(self._form.lines)):
            self._drafter.write_line(drafts, line, steer, draw)
            if line < len(self._form.lines) - 1 and draw is not None:
                drafts = self._better(drafts, steer)
        return drafts

    def _ranked(self, drafts: Drafts, steer: Steer) -> list[tuple[int, Score]]:
        """The living drafts and their scores, the best first."""
        living = np.flatnonzero(drafts.alive)
        scores = [(int(row), self._ranker.score(drafts, int(row), steer)) for row in living]
        return sorted(scores, key=lambda pair: (-pair[1].total, pair[0]))

    def _better(self, drafts: Drafts, steer: Steer) -> Drafts:
        """The best third of the drafts, no two alike, none in a loop, copied over the rest."""
        ranked = self._ranked(drafts, steer)
        sound = [
            row for row, _ in ranked if find_loop(self._lines(drafts.tokens[row])) is None
        ] or [row for row, _ in ranked]
        if not sound:
            return drafts
        different = {tuple(drafts.tokens[row]): row for row in reversed(sound)}
        order = [row for row in sound if different[tuple(drafts.tokens[row])] == row]
        count = len(drafts.tokens)
        kept = order[: max(1, count // KEPT)]
        return drafts.take(np.array([kept[i % len(kept)] for i in range(count)]))

    def _lines(self, tokens: Sequence[int]) -> list[str]:
        """The lines of a draft, its opening verbatim before them."""
        lines = list(self._opening.lines) or [""]
        words_of: list[list[str]] = [[]]
        for token in tokens:
            if token == self._v.newline:
                words_of.append([])
            else:
                words_of[-1].append(self._v.words[token])
        join = self._network.splitter.join
        if lines[-1] and words_of[0]:
            lines[-1] += join(["x", *words_of[0]])[1:]
        elif words_of[0]:
            lines[-1] = join(words_of[0])
        lines += [join(line) for line in words_of[1:] if line]
        return lines

    def _poem(self, drafts: Drafts, row: int, score: Score, steer: Steer) -> Poem:
        lines = self._lines(drafts.tokens[row])
        lines[-1] = _closed(lines[-1], bare=self._form.counts is not None)
        details = told(lines, self._form, self._settings, self._gate, score)
        details["unknown_begin"] = list(self._opening.unknown)
        details["doubts"] = _doubts(lines) if self._form.is_counted else []
        if steer.about or steer.unknown:
            details["unknown_about"] = list(steer.unknown)
        elif steer.image:
            details["image"] = steer.image
        return Poem(tuple(lines), self._form.name, details=details)


def copies(lines: Sequence[str], opening: Sequence[str], gate: CopyGate | None) -> bool:
    """Whether a poem shares too much with what its poet read, beyond what its opening quotes."""
    if gate is None:
        return False
    last = len(opening) - 1
    return any(
        not (run.end_line < last or (run.end_line == last and run.end <= len(opening[last])))
        for run in gate.copied(lines)
    )


def told(
    lines: Sequence[str], form: Form, settings: Settings, gate: CopyGate | None, score: Score
) -> dict[str, Any]:
    """What is recorded of any poem, as plain values."""
    loop = find_loop(lines)
    size = form.stanza or len(form.lines)
    used = score.parts
    return {
        "candidates": settings.candidates,
        "score": round(score.total, 4),
        "parts": {name: round(value, 4) for name, value in used.items()},
        "weights": {name: PARTS[name] for name in used},
        "decoding": _decoding(settings.decoding),
        "syllables": [_read(line, i, form) for i, line in enumerate(lines)],
        "stanzas": [len(lines[i : i + size]) for i in range(0, len(lines), size)]
        if form.repeats and size > 1
        else [len(lines)],
        "loops": _plain(loop) if loop else None,
        "shared": [asdict(run) for run in gate.index.runs(lines)] if gate else None,
    }


def _decoding(decoding: Decoding) -> dict[str, Any]:
    if decoding.greedy:
        return {"greedy": True, "repetition": decoding.repetition}
    return {
        "temperature": decoding.temperature,
        "top_p": decoding.top_p,
        "repetition": decoding.repetition,
    }


def _plain(loop: Loop) -> dict[str, Any]:
    return asdict(loop)


def _read(line: str, place: int, form: Form) -> int | None:
    """A line's syllables, as its form has them where it can be read so; None if uncountable."""
    totals = totals_of(line)
    if not totals:
        return None
    span = form.lines[place] if place < len(form.lines) else None
    return next((n for n in totals if span is not None and n in span), totals[0])


def _doubts(lines: Sequence[str]) -> list[dict[str, Any]]:
    """Words with several listed counts, and words that no dictionary lists, counted by rule."""
    said = dict.fromkeys(word for line in lines for word in words(line))
    return [
        {
            "word": word,
            "counted": count(word)[0],
            "also": list(count(word)[1:]),
            "by_rule": is_counted_by_rule(word),
        }
        for word in said
        if len(count(word)) > 1 or is_counted_by_rule(word)
    ]


def _closed(line: str, *, bare: bool) -> str:
    """The last line without a mark that leads on; without any where haiku have none."""
    line = line.rstrip(" ,;:—")
    return line.rstrip(".") if bare else line
