"""Drafts of one poem by any word-level network, side by side, line by line, within a form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields

import numpy as np
import numpy.typing as npt

from haiga.features.bare_words import bare_words, word_keys
from haiga.features.copy_gate import CopyGate
from haiga.roles.poets.keeping import FREE_WORDS, Keeper
from haiga.roles.poets.network import PoetNetwork, State
from haiga.roles.poets.opening import Opening
from haiga.roles.poets.steering import Steer
from haiga.roles.poets.vocabulary import Vocabulary

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint64]

NEVER = np.float32(-1e9)
_MOST_TOKENS = 60  # of one line


@dataclass(frozen=True)
class Decoding:
    """How the next word is drawn, or taken (`greedy`: the likeliest, no help against loops).

    `temperature` divides the log-probabilities; the likeliest words that hold `top_p`
    of what is left are drawn from; `repetition` nats are taken from a word of meaning
    for each time its stem has been said, a quarter of it from a small word.
    """

    temperature: float = 0.7
    top_p: float = 0.95
    greedy: bool = False
    repetition: float = 1.5
    longlist: int = 160
    """Words looked at closely at each step."""
    context: float = 0.5
    """Likeness to the content words already there."""
    rhyme: float = 1.5
    """For a word that ends the line on its rhyme where the line may already end."""
    doubt: float = 0.7
    """Against words with more than one listed number of syllables, where lines are counted."""
    again: float = 12.0
    """Against what only a loop says: a word twice running, three words a second time."""


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
        self._table, self._d, self._gate = table, decoding, gate
        self._held = gate.max_shared_words if gate else 1
        self._counted = keeper.form.is_counted
        self._most_said = 1 if len(keeper.form.lines) <= 5 else 2
        bare = [
            bare_words(word) if w else []
            for word, w in zip(vocabulary.words, vocabulary.is_word, strict=True)
        ]
        self._bare = [word_keys(words) for words in bare] if gate else []
        self._first_key = np.array([keys[0] if len(keys) else 0 for keys in self._bare], np.uint64)
        self._a, self._an = vocabulary.index.get("a", -2), vocabulary.index.get("an", -2)
        self._opening_word = ""
        self._small = vocabulary.is_word & ~vocabulary.content

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
            token = self._choose(drafts, rows, mask, [endings[r] for r in rows], line, steer, draw)
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

    def _choose(
        self,
        drafts: Drafts,
        rows: Ints,
        mask: Bools,
        endings: Sequence[Bools],
        line: int,
        steer: Steer,
        draw: np.random.Generator | None,
    ) -> Ints:
        """Draws each row's next token out of those its mask leaves, -1 where none is left."""
        v, d = self._v, self._d
        log_p = drafts.log_p[rows]
        if line == len(self._keeper.form.lines) - 1:
            log_p[:, v.newline] = np.logaddexp(log_p[:, v.newline], log_p[:, v.end])
        score = log_p * np.float32(1 / d.temperature) + self._bias(
            drafts, rows, endings, line, steer
        )
        score[~mask] = NEVER
        top, best = longlist_of(score, d.longlist)
        if self._gate is not None:
            self._gate_out(drafts, rows, top, best, self._gate)
        if draw is not None:
            best = nucleus(best, d.top_p) + draw.gumbel(size=best.shape).astype(np.float32)
        chosen = best.argmax(1)[:, None]
        found = np.take_along_axis(best, chosen, 1)[:, 0] > NEVER / 2
        return np.where(found, np.take_along_axis(top, chosen, 1)[:, 0], -1)

    def _bias(
        self, drafts: Drafts, rows: Ints, endings: Sequence[Bools], line: int, steer: Steer
    ) -> Floats:
        """(n, V) nats added to each word; finite, so that what must be said can be."""
        v, d = self._v, self._d
        bias = np.broadcast_to(steer.bias, (len(rows), len(steer.bias))).copy()
        if self._counted:
            bias -= d.doubt * v.is_doubtful
        norm = np.linalg.norm(drafts.context[rows], axis=1, keepdims=True)
        context = drafts.context[rows] / np.maximum(norm, 1e-6)
        bias += d.context * np.maximum(0, context @ self._table.T)
        span = self._keeper.form.lines[line]
        if span is not None and self._keeper.form.is_rhymed:
            letter = self._keeper.form.rhyme[line] != "x"
            for i, row in enumerate(rows):
                after = drafts.spoken[row] + v.syllables
                if letter:
                    bias[i] += d.rhyme * (endings[i] & (after >= span.least))
        bias += self._against_repeats(drafts, rows)
        last = drafts.last[rows]
        bias[(last == self._a)[:, None] & v.vowel & v.is_word] -= d.again
        bias[(last == self._an)[:, None] & ~v.vowel & v.is_word] -= d.again
        if d.greedy:
            return bias
        for i, row in enumerate(rows):
            first, second = drafts.recent[row]
            if second >= 0 and v.is_word[second]:
                bias[i, second] -= d.again
            for one, two, three in drafts.triples[row]:
                if one == first and two == second:
                    bias[i, three] -= d.again
        return bias

    def _against_repeats(self, drafts: Drafts, rows: Ints) -> Floats:
        v, d = self._v, self._d
        if d.repetition <= 0:
            return np.zeros((len(rows), len(v.words)), np.float32)
        said = drafts.said[rows][:, v.stem].astype(np.float32)  # (n, V)
        weight = np.where(v.content, d.repetition, np.where(self._small, d.repetition / 4, 0))
        bias = -said * weight.astype(np.float32)
        if not d.greedy:
            bias -= d.again * ((said >= self._most_said) & v.content)
        return bias

    def _gate_out(
        self, drafts: Drafts, rows: Ints, top: Ints, best: Floats, gate: CopyGate
    ) -> None:
        """Bars the words that would make a run too long to be one's own."""
        live = best > NEVER / 2
        row, place = np.nonzero(live & (self._first_key[top] != 0))
        bad = gate.too_long(drafts.heard[rows[row]], self._first_key[top[row, place]])
        best[row[bad], place[bad]] = NEVER

    def _add(self, drafts: Drafts, rows: Ints, token: Ints, endings: Sequence[Bools]) -> None:
        """Appends one token to each of these drafts and lets the network read it."""
        if not rows.size:
            return
        v = self._v
        fit = drafts.log_p[rows, token]
        stops = np.append(np.flatnonzero(v.is_stop), v.end)
        ready = np.logaddexp.reduce(drafts.log_p[np.ix_(rows, stops)], axis=1)
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
                    self._hold(drafts, np.array([row]), self._bare[number])
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


def longlist_of(score: Floats, most: int) -> tuple[Ints, Floats]:
    """The best columns of each row, in order of column, with their scores."""
    if score.shape[1] <= most:
        return np.broadcast_to(np.arange(score.shape[1]), score.shape), score
    place = np.argpartition(score, -most, axis=1)[:, -most:]
    place.sort(axis=1)
    return place, np.take_along_axis(score, place, 1)


def nucleus(score: Floats, top_p: float) -> Floats:
    """The scores with NEVER for all but the likeliest that hold `top_p` of each row.

    Nucleus sampling (Holtzman et al. 2020); the likeliest always stays.
    """
    order = np.argsort(-score, axis=1, kind="stable")
    ranked = np.take_along_axis(score, order, 1)
    share = np.exp(ranked - ranked[:, :1])
    share /= share.sum(1, keepdims=True)
    out = np.cumsum(share, 1) - share >= top_p
    barred = np.zeros(score.shape, bool)
    np.put_along_axis(barred, order, out, 1)
    return np.where(barred, NEVER, score).astype(np.float32)
