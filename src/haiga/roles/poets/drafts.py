"""Drafts of one poem by any word-level network, side by side, line by line, within a form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields

import numpy as np
import numpy.typing as npt

from haiga.features.bare_words import bare_words, word_keys
from haiga.features.copy_gate import CopyGate
from haiga.roles.poets.choosing import Before, Chooser, Decoding
from haiga.roles.poets.keeping import FREE_WORDS, Keeper
from haiga.roles.poets.network import PoetNetwork, State
from haiga.roles.poets.opening import Opening
from haiga.roles.poets.steering import Steer
from haiga.roles.poets.vocabulary import Vocabulary

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]

_MOST_TOKENS = 60  # of one line


@dataclass
class Drafts:
    """K drafts of one poem; row i of each array belongs to draft i."""

    state: State
    log_p: Floats  # (K, V) of what comes next
    last: Ints  # (K,) the last token
    recent: Ints  # (K, 2) the last two tokens but newlines, -1 where none
    spoken: Ints  # (K,) syllables of the line so far
    in_line: Ints  # (K,) words of the line so far
    may_end: Bools  # (K,) whether the last word may end its line
    said: npt.NDArray[np.int16]  # (K, stems)
    context: Floats  # (K, 128) sum of the vectors of the content words
    heard: Keys  # (K, n) keys of the last bare words, 0 where none
    alive: Bools  # (K,) False once no word fitted
    tokens: list[list[int]]
    fit: list[list[float]]  # log-probability of each token under the network alone
    ends: list[list[str]]  # the word each finished line ends on
    triples: list[set[tuple[int, int, int]]] = field(default_factory=list)
    closing: list[float] = field(default_factory=list)  # how ready the network was to stop

    def take(self, rows: Ints) -> Drafts:
        """The drafts of these rows, copied."""
        moved: dict[str, object] = {}
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, State):
                moved[item.name] = value.take(rows)
            elif isinstance(value, list):
                picked = [value[int(i)] for i in rows]
                moved[item.name] = [v if isinstance(v, float) else type(v)(v) for v in picked]
            else:
                moved[item.name] = value[rows]
        return Drafts(**moved)  # type: ignore[arg-type]


class Drafter:
    """Writes drafts with one network, in one form, under one way of decoding."""

    def __init__(
        self,
        network: PoetNetwork,
        vocabulary: Vocabulary,
        keeper: Keeper,
        table: Floats,
        decoding: Decoding,
        gate: CopyGate | None,
    ) -> None:
        self.network, self._v, self._keeper = network, vocabulary, keeper
        self._table, self._gate = table, gate
        self._held = gate.max_shared_words if gate else 1
        self._chooser = Chooser(vocabulary, keeper.form, table, decoding, gate)
        stops = np.flatnonzero(vocabulary.is_stop)
        self._stops = np.append(stops, vocabulary.end)
        self._opening_word = ""

    def begin(self, opening: Opening, count: int) -> Drafts:
        """`count` drafts that have read the opening."""
        v, network = self._v, self.network
        state = network.begin(count)
        log_p, state = network.step(np.full(count, v.end), state)
        drafts = Drafts(
            state=state,
            log_p=log_p,
            last=np.full(count, v.newline),
            recent=np.full((count, 2), -1),
            spoken=np.zeros(count, np.int64),
            in_line=np.zeros(count, np.int64),
            may_end=np.zeros(count, bool),
            said=np.zeros((count, int(v.stem.max()) + 1), np.int16),
            context=np.zeros((count, self._table.shape[1]), np.float32),
            heard=np.zeros((count, self._held), np.uint64),
            alive=np.ones(count, bool),
            tokens=[[] for _ in range(count)],
            fit=[[] for _ in range(count)],
            ends=[[] for _ in range(count)],
            triples=[set() for _ in range(count)],
            closing=[0.0] * count,
        )
        every = np.arange(count)
        self._opening_word = opening.last_word
        for token in opening.tokens:
            self._hear(drafts, every, np.full(count, token))
        if opening.tokens:
            if self._gate:
                self._hold(drafts, every, word_keys(bare_words("\n".join(opening.lines))))
            drafts.spoken[:] = opening.spoken
            drafts.in_line[:] = opening.in_line
            drafts.may_end[:] = opening.may_end
            drafts.ends = [list(opening.ends) for _ in range(count)]
        return drafts

    def write_line(
        self, drafts: Drafts, line: int, steer: Steer, draw: np.random.Generator | None
    ) -> None:
        """Writes what is missing of a line in every living draft, and ends it.

        With no generator the likeliest word is taken.
        """
        endings = [self._keeper.endings(line, ends) for ends in drafts.ends]
        span, final = self._keeper.form.lines[line], line == len(self._keeper.form.lines) - 1
        writing = drafts.alive.copy()
        for _ in range(_MOST_TOKENS):
            rows = np.flatnonzero(writing)
            if not rows.size:
                return
            mask = np.stack([self._fitting(drafts, int(r), line, endings[r], final) for r in rows])
            token = self._chooser.choose(
                self._before(drafts, rows), mask, [endings[r] for r in rows], line, steer, draw
            )
            lost = rows[token < 0]
            drafts.alive[lost] = writing[lost] = False
            rows, token = rows[token >= 0], token[token >= 0]
            done = token == self._v.newline
            for row in rows[done]:
                drafts.ends[row].append(self._last_word(drafts, int(row)))
            writing[rows[done]] = False
            self._add(drafts, rows, token, endings)
            if final:
                for row in rows[self._v.is_stop[token] & drafts.may_end[rows]]:
                    if span is None or int(drafts.spoken[row]) in span:
                        drafts.ends[row].append(self._last_word(drafts, int(row)))
                        writing[row] = False
        drafts.alive[writing] = False

    def _last_word(self, drafts: Drafts, row: int) -> str:
        v = self._v
        for token in reversed(drafts.tokens[row]):
            if v.is_word[token]:
                return v.words[token]
            if token == v.newline:
                break
        return self._opening_word

    def _fitting(self, drafts: Drafts, row: int, line: int, endings: Bools, final: bool) -> Bools:
        """(V,) the tokens that may come next in one draft."""
        v, span = self._v, self._keeper.form.lines[line]
        spoken, in_line = int(drafts.spoken[row]), int(drafts.in_line[row])
        mask = self._keeper.words(line, spoken, endings).copy()
        whole = span is None or spoken in span
        closes = bool(drafts.may_end[row]) and in_line > 0 and whole
        if span is None and in_line >= FREE_WORDS and closes:
            mask[:] = False
        goes_on = bool(mask.any())
        mask[v.newline] = closes
        leans = not v.ends[drafts.last[row]]
        if in_line and not leans and (goes_on or closes):
            mask |= v.is_stop if final and not goes_on else v.is_mark
        return mask

    def _before(self, drafts: Drafts, rows: Ints) -> Before:
        return Before(
            log_p=drafts.log_p[rows],
            last=drafts.last[rows],
            recent=drafts.recent[rows],
            spoken=drafts.spoken[rows],
            said=drafts.said[rows],
            context=drafts.context[rows],
            heard=drafts.heard[rows],
            triples=[drafts.triples[row] for row in rows],
        )

    def _add(self, drafts: Drafts, rows: Ints, token: Ints, endings: Sequence[Bools]) -> None:
        """Appends one token to each of these drafts and lets the network read it."""
        if not rows.size:
            return
        v = self._v
        fit = drafts.log_p[rows, token]
        ready = np.logaddexp.reduce(drafts.log_p[np.ix_(rows, self._stops)], axis=1)
        for i, (row, number) in enumerate(zip(rows, token, strict=True)):
            drafts.tokens[row].append(int(number))
            drafts.fit[row].append(float(fit[i]))
            if not v.is_word[number] and v.is_word[drafts.last[row]]:
                drafts.closing[row] = float(ready[i])
            if v.is_word[number]:
                first, second = drafts.recent[row]
                drafts.triples[row].add((int(first), int(second), int(number)))
                drafts.may_end[row] = endings[row][number]
                if self._gate:
                    self._hold(drafts, np.array([row]), self._chooser.keys[number])
        self._hear(drafts, rows, token)

    def _hold(self, drafts: Drafts, rows: Ints, keys: Keys) -> None:
        if len(keys):
            new = keys[-self._held :]
            kept = np.broadcast_to(new, (len(rows), len(new)))
            drafts.heard[rows] = np.concatenate([drafts.heard[rows], kept], 1)[:, -self._held :]

    def _hear(self, drafts: Drafts, rows: Ints, token: Ints) -> None:
        """What a token changes in what the drafts remember, whoever wrote it."""
        v = self._v
        word = v.is_word[token]
        drafts.said[rows[word], v.stem[token[word]]] += 1
        drafts.context[rows] += self._table[token]
        drafts.spoken[rows] += np.where(word, v.syllables[token], 0)
        drafts.in_line[rows] += word
        broke = token == v.newline
        drafts.spoken[rows[broke]] = 0
        drafts.in_line[rows[broke]] = 0
        drafts.may_end[rows[broke]] = False
        drafts.recent[rows[~broke], 0] = drafts.recent[rows[~broke], 1]
        drafts.recent[rows[~broke], 1] = token[~broke]
        drafts.last[rows] = token
        log_p, state = self.network.step(
            np.ascontiguousarray(token, np.int64), drafts.state.take(rows)
        )
        drafts.log_p[rows] = log_p
        drafts.state.hidden[:, rows] = state.hidden
        drafts.state.cell[:, rows] = state.cell
        drafts.state.window[rows] = state.window
