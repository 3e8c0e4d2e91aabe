"""Choosing the next word: out of what the network finds plausible, by what steers the poem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from haiga.core.forms import Form
from haiga.features.bare_words import bare_words, word_keys
from haiga.features.bloom import Keys
from haiga.features.copy_gate import CopyGate
from haiga.roles.poets.steering import Steer
from haiga.roles.poets.vocabulary import BE, Vocabulary

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

NEVER = np.float32(-1e9)


@dataclass(frozen=True)
class Decoding:
    """How the next word is drawn, or taken (`greedy`: the likeliest, no help against loops).

    `temperature` divides the log-probabilities; the likeliest words that hold `top_p`
    of what is left are drawn from; `repetition` nats are taken from a word of meaning
    for each time its stem has been said, a third of it from is and are, a tenth from
    other small words.
    """

    temperature: float = 0.65
    top_p: float = 0.95
    greedy: bool = False
    repetition: float = 1.5
    longlist: int = 128
    """Words looked at closely at each step."""
    anaphora: float = 1.0
    """Against a small word said before where a line begins."""
    floor: float = 6.0
    """Nats below the likeliest word under which nothing that steers makes a word plausible."""
    asked_floor: float = 9.0
    """The same for the words a poem is to be about."""
    context: float = 0.5
    """Likeness to the content words already there."""
    rhyme: float = 1.5
    """For a word that ends the line on its rhyme where the line may already end."""
    doubt: float = 0.7
    """Against words with more than one listed number of syllables, where lines are counted."""
    again: float = 12.0
    """Against what only a loop says: a word twice running, three words a second time."""


@dataclass(frozen=True)
class Before:
    """What the drafts of these n rows have said so far."""

    log_p: Floats  # (n, V) of what comes next; overwritten
    last: Ints  # (n,) the last token
    recent: Ints  # (n, 2) the last two tokens but newlines, -1 where none
    spoken: Ints  # (n,) syllables of the line
    said: npt.NDArray[np.int16]  # (n, stems)
    context: Floats  # (n, 128) sum of the vectors of the content words
    heard: Keys  # (n, words) keys of the last bare words
    triples: Sequence[set[tuple[int, int, int]]]


class Chooser:
    """Chooses next words for drafts in one form, with one way of decoding."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        form: Form,
        table: Floats,
        decoding: Decoding,
        gate: CopyGate | None,
    ) -> None:
        self._v, self._form, self._table = vocabulary, form, table
        self._d, self._gate = decoding, gate
        self._most_said = 1 if len(form.lines) <= 5 else 2
        self._a, self._an = vocabulary.index.get("a", -2), vocabulary.index.get("an", -2)
        small = vocabulary.is_word & ~vocabulary.content
        self._tired = np.where(
            vocabulary.content, decoding.repetition, np.where(small, decoding.repetition / 10, 0)
        ).astype(np.float32)
        self._tired[vocabulary.among(BE)] = decoding.repetition / 3
        pairs = zip(vocabulary.words, vocabulary.is_word, strict=True)
        bare = [bare_words(word) if is_word else [] for word, is_word in pairs]
        self.keys = [word_keys(words) for words in bare] if gate else []
        """Keys of the bare words of each token, for the gate against copying."""
        self._first_key = np.array([keys[0] if len(keys) else 0 for keys in self.keys], np.uint64)

    def choose(
        self,
        before: Before,
        mask: Bools,
        endings: Sequence[Bools],
        line: int,
        steer: Steer,
        draw: np.random.Generator | None,
    ) -> Ints:
        """(n,) each row's next token out of those its mask (n, V) leaves, -1 where none is left.

        With no generator the likeliest is taken.
        """
        v, d = self._v, self._d
        if line == len(self._form.lines) - 1:  # a poem ends as a line does, or as a work
            ends = np.logaddexp(before.log_p[:, v.newline], before.log_p[:, v.end])
            before.log_p[:, v.newline] = ends
        masked = np.where(mask, before.log_p, NEVER)
        top, base = longlist_of(masked, d.longlist, d.floor, steer.asked)
        under = base.max(1, keepdims=True) - base
        asked = np.isin(top, steer.asked)
        live = (base > NEVER / 2) & (under <= np.where(asked, d.asked_floor, d.floor))
        score = np.where(live, base, NEVER)
        if not d.greedy:
            score = self._tempered(before, top, score, live, steer)
        score += steer.boost * (asked & (self._times(before, top) == 0))
        score -= self._against(before, top)
        if self._form.is_counted:
            score -= d.doubt * v.is_doubtful[top]
        span = self._form.lines[line]
        if span is not None and self._form.rhyme and self._form.rhyme[line] != "x":
            ready = before.spoken[:, None] + v.syllables[top] >= span.least
            score += d.rhyme * (ready & np.take_along_axis(np.stack(endings), top, 1))
        score = np.where(live, score, NEVER).astype(np.float32)
        if self._gate is not None:
            self._bar_copies(before, top, score, self._gate)
        if draw is not None:
            score = nucleus(score, d.top_p) + draw.gumbel(size=score.shape).astype(np.float32)
        chosen = score.argmax(1)[:, None]
        found = np.take_along_axis(score, chosen, 1)[:, 0] > NEVER / 2
        return np.where(found, np.take_along_axis(top, chosen, 1)[:, 0], -1)

    def _tempered(
        self, before: Before, top: Ints, base: Floats, live: Bools, steer: Steer
    ) -> Floats:
        """(n, M) log-probabilities by temperature, and what steers among words of meaning.

        Words of meaning and small words (with marks and line ends) keep the shares that
        the network gave them: a low temperature would else say little but small words,
        and a theme would make a thing of an article.
        """
        d = self._d
        norm = np.linalg.norm(before.context, axis=1, keepdims=True)
        alike = np.einsum(
            "nmd,nd->nm", self._table[top], before.context / np.maximum(norm, np.float32(1e-6))
        )
        content = self._v.content[top]
        pull = steer.bias[top] + d.context * np.maximum(0, alike)
        first = top == self._v.newline
        first = (before.last == self._v.newline)[:, None] & ~first & (before.recent[:, :1] >= 0)
        pull = pull - d.anaphora * (first & ~content & (self._times(before, top) > 0))
        score = base / np.float32(d.temperature) + pull
        for kind in (live & content, live & ~content):
            share = _log_sum(np.where(kind, base, NEVER))
            mass = _log_sum(np.where(kind, score, NEVER))
            score = np.where(kind, score + (share - mass)[:, None], score)
        return np.where(live, score, NEVER).astype(np.float32)

    def _times(self, before: Before, top: Ints) -> npt.NDArray[np.int16]:
        """(n, M) how often each word's stem has been said."""
        return np.take_along_axis(before.said, self._v.stem[top], 1)

    def _against(self, before: Before, top: Ints) -> Floats:
        """(n, M) what speaks against each word; finite, so that what must be said can be."""
        v, d = self._v, self._d
        times = self._times(before, top)
        against = self._tired[top] * np.where(v.content[top], times, np.minimum(times, 3))
        last = before.last
        wrong_a = (last == self._a)[:, None] & v.vowel[top]
        wrong_an = (last == self._an)[:, None] & ~v.vowel[top]
        against += d.again * ((wrong_a | wrong_an) & v.is_word[top])
        if d.greedy:
            return np.asarray(against, np.float32)
        if d.repetition > 0:
            against += d.again * ((times >= self._most_said) & v.content[top])
        second = before.recent[:, 1]
        against += d.again * ((top == second[:, None]) & v.is_word[top])
        for row, known in enumerate(before.triples):
            first, then = before.recent[row]
            third = [three for one, two, three in known if one == first and two == then]
            if third:
                against[row, np.isin(top[row], third)] += d.again
        return np.asarray(against, np.float32)

    def _bar_copies(self, before: Before, top: Ints, score: Floats, gate: CopyGate) -> None:
        """Bars the words that would make a run too long to be one's own."""
        row, place = np.nonzero((score > NEVER / 2) & (self._first_key[top] != 0))
        bad = gate.too_long(before.heard[row], self._first_key[top[row, place]])
        score[row[bad], place[bad]] = NEVER


def longlist_of(
    score: Floats, most: int, within: float, besides: Sequence[int] = ()
) -> tuple[Ints, Floats]:
    """The best columns of each row of (n, V) in order, and `besides`, each once, with their scores.

    At most `most` of them, none further than `within` below the best. Shorter rows are
    filled up with column 0 at NEVER.
    """
    # argpartition over whole rows takes ten times as long
    row, place = np.nonzero(score >= np.maximum(score.max(1, keepdims=True) - within, NEVER / 2))
    counts = np.bincount(row, minlength=len(score))
    width = max(1, int(counts.max(initial=1)))
    at = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    top = np.zeros((len(score), width), np.int64)
    best = np.full((len(score), width), NEVER, np.float32)
    top[row, at], best[row, at] = place, score[row, place]
    if width > most:
        kept = np.sort(np.argsort(-best, axis=1, kind="stable")[:, :most], axis=1)
        top, best = np.take_along_axis(top, kept, 1), np.take_along_axis(best, kept, 1)
    if len(besides):
        more = np.broadcast_to(np.array(besides), (len(score), len(besides)))
        twice = (np.where(best > NEVER / 2, top, -1)[:, :, None] == more[:, None, :]).any(1)
        added = np.where(twice, NEVER, np.take_along_axis(score, more, 1))
        top, best = np.concatenate([top, more], 1), np.concatenate([best, added], 1)
    return top, best


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


def _log_sum(score: Floats) -> Floats:
    most = score.max(1, keepdims=True)
    total = np.log(np.exp(score - most).sum(1)) + most[:, 0]
    return np.asarray(total, np.float32)
