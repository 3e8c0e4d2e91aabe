"""Writing letter by letter, with a network that knows no words: lines, but nothing counted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from haiga.core.errors import JobError, UserError
from haiga.core.forms import Form
from haiga.core.nouns import Poem
from haiga.core.seeds import generator
from haiga.features.copy_gate import CopyGate
from haiga.features.loops import find_loop
from haiga.features.words import words
from haiga.roles.poets.choosing import NEVER, nucleus
from haiga.roles.poets.network import PoetNetwork
from haiga.roles.poets.opening import EMPTY, lines_of
from haiga.roles.poets.ranking import Score
from haiga.roles.poets.writing import ATTEMPTS, Settings, copies, told

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

SOFT, HARD = 60, 90
"""Characters after which a line ends at the next blank, and at once."""


def no_counting(form: Form) -> str:
    """The message about a form that no poet of letters can keep."""
    return (
        f"form '{form.name}': this poet writes letter by letter and cannot keep syllables or "
        "rhymes; take a poet of words (`haiga train poet --level word`), or let it write free "
        "verse (`haiga write --form free`)"
    )


class CharacterWriter:
    """Writes poems of one form with one character-level network.

    UserError for a form with syllables or rhymes: it does not know where words end.
    `about`, seasons and diction steer nothing here: `unheeded` names the settings a user
    gave in vain, and the details of each poem name them again.
    """

    def __init__(
        self,
        network: PoetNetwork,
        form: Form,
        settings: Settings,
        gate: CopyGate | None,
        unheeded: Sequence[str] = (),
    ) -> None:
        self._unheeded = list(unheeded)
        if form.is_counted or form.is_rhymed:
            raise UserError(no_counting(form))
        self._network, self._form, self._settings, self._gate = network, form, settings, gate
        self._newline, self._blank = network.index.get("\n", -1), network.index.get(" ", -1)
        if self._newline < 0:
            raise UserError(f"form '{form.name}': this poet has never seen a line end")
        self._opening = lines_of(settings.begin)
        if settings.begin and not self._opening:
            raise UserError(EMPTY)
        if len(self._opening) > len(form.lines):
            raise UserError(
                f"begin: has {len(self._opening)} lines, and form '{form.name}' {len(form.lines)}"
            )

    def write(self, about: str, seed: int) -> Poem:
        """The poem of a seed; JobError where every draft copied what the poet read."""
        greedy = self._settings.decoding.greedy
        fallback: tuple[list[str], Score] | None = None
        for attempt in range(1 if greedy else ATTEMPTS):
            draw = None if greedy else generator(seed, "poet", attempt)
            for lines, score in self._drafts(draw):
                if copies(lines, self._opening, self._gate):
                    continue
                if greedy or find_loop(lines) is None:
                    return self._poem(lines, score, about)
                fallback = fallback or (lines, score)
        if fallback is not None:
            return self._poem(*fallback, about)
        raise JobError(
            "every draft copied what the poet read: ask for more candidates, a higher "
            "temperature or another seed"
        )

    def _poem(self, lines: Sequence[str], score: Score, about: str) -> Poem:
        details = told(lines, self._form, self._settings, self._gate, score)
        known = self._network.index
        letters = dict.fromkeys(c for line in self._opening for c in line if c not in known)
        details["unknown_begin"] = list(letters)
        details["unheeded"] = self._unheeded
        details["decoding"].pop("repetition")
        if about:
            details["unknown_about"] = list(dict.fromkeys(words(about)))
        return Poem(tuple(lines), self._form.name, details=details)

    def _drafts(self, draw: np.random.Generator | None) -> list[tuple[list[str], Score]]:
        """Finished drafts with their scores, the best first."""
        count, lines = self._settings.candidates, len(self._form.lines)
        network, d = self._network, self._settings.decoding
        start = [network.end, *network.encode("\n".join(self._opening))]
        state = network.begin(count)
        for token in start:
            log_p, state = network.step(np.full(count, token), state)
        text = ["\n".join(self._opening)] * count
        fit: list[list[float]] = [[] for _ in range(count)]
        writing = np.ones(count, bool)
        for _ in range(HARD * lines):
            mask = np.stack([self._fitting(t) for t in text])
            if self._blank >= 0:  # a long line breaks where a word ends
                long = np.array([len(t.rpartition("\n")[2]) >= SOFT for t in text])
                log_p[long, self._newline] = np.logaddexp(
                    log_p[long, self._newline], log_p[long, self._blank]
                )
            score = np.where(mask, log_p / np.float32(d.temperature), NEVER).astype(np.float32)
            if draw is not None:
                token = (nucleus(score, d.top_p) + draw.gumbel(size=score.shape)).argmax(1)
            else:
                token = score.argmax(1)
            for row in np.flatnonzero(writing):
                fit[row].append(float(log_p[row, token[row]]))
                text[row] += network.tokens[token[row]]
                writing[row] = text[row].count("\n") < lines
            if not writing.any():
                break
            log_p, state = network.step(token, state)
        found = [self._scored(t, f) for t, f in zip(text, fit, strict=True)]
        return sorted(found, key=lambda pair: -pair[1].total)

    def _fitting(self, text: str) -> npt.NDArray[np.bool_]:
        """(V,) the characters that may come next."""
        network = self._network
        line = text.rpartition("\n")[2]
        mask = np.ones(len(network.tokens), bool)
        mask[[network.end, network.unknown]] = False
        said = bool(words(line))
        mask[self._newline] = said
        if self._blank >= 0:
            mask[self._blank] = bool(line) and not line.endswith(" ") and len(line) < SOFT
        if said and len(line) >= HARD:
            mask[:] = False
            mask[self._newline] = True
        return mask

    def _scored(self, text: str, fit: list[float]) -> tuple[list[str], Score]:
        lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
        said = words(text)
        mean = float(np.mean(fit)) if fit else -9.0
        parts = {
            "fluency": float(np.clip((mean + 3) / 2.5, 0, 1)),
            "distinct": len(set(said)) / max(1, len(said)),
        }
        return lines, Score(parts)
