"""Writing under a form: many drafts of many poems at once, none of which can leave the form.

A draft grows word by word along its sentence plan. Each step the network's
log-probabilities are masked to the words that fit the slot and can still complete
the line (exact look-ahead by syllables), weighed by what goes with what, by what the
verse attests and by the theme, and one word is drawn. After each line the better drafts
of a poem are copied over its worse ones, as a particle filter does. Rows never see each
other: what a draft becomes depends on its own poem's seed alone, whatever is written
beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from threading import Lock

import numpy as np
import numpy.typing as npt

from haiga.models.session import Session
from haiga.roles.poets.attested import Attested
from haiga.roles.poets.board import DASH, LONGEST, NEWLINE, Board
from haiga.roles.poets.forms import CountedForm
from haiga.roles.poets.lexicon import Lexicon
from haiga.roles.poets.roles import Roles
from haiga.roles.poets.syntax import SLOTS
from haiga.roles.poets.theme import Theme, Themes
from haiga.roles.poets.worth import Weights, fixed, steer

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

NEVER = np.float32(-1e9)
_KEEP = np.float32(60.0)  # nats for a word in the slot kept for it
_LEADING = [SLOTS.index(name) for name in ("adjective", "the_one", "the_many")]
_KEPT = 8  # boards for themes, the oldest forgotten
_ROWS = 64  # rows that the network reads at once: more leave the cache


@dataclass(frozen=True)
class Order:
    """One poem to write: what it is about, where it turns, and its own chance.

    `steer` (W,) nats for each word; `asked` (W,) the words it asks for; `slots` and
    `tables` the plans of its K drafts, `reserved` what they keep slots for
    (`Board.plans`); `chance` (K, n) in [0, 1), one for each token of each draft.
    """

    theme: Theme
    turn: int
    steer: Floats
    asked: Bools
    slots: Ints
    tables: Bools
    reserved: Ints
    chance: npt.NDArray[np.float64]


@dataclass
class Drafts:
    """N = poems x K drafts as arrays; row i of each belongs to draft i, of poem i // K."""

    hidden: Floats  # (N, layers, H)
    cell: Floats  # (N, layers, H)
    logits: Floats  # (N, V) log-probabilities of what comes next
    before: Ints  # (N,) the token before, newlines passed over
    bare: Ints  # (N, n - 1) the last words without marks, rows of the vocabulary, -1 where none
    said: npt.NDArray[np.int16]  # (N, stems) how often each stem was said
    near: Floats  # (N, W) summed cosines with the content words already there
    heard: Ints  # (N,) how many content words have a vector
    likeness: Floats  # (N,) sum of the cosines of all pairs of those
    sorts: Ints  # (N, 3) how many colours (1) and times of day (2) were named
    alive: Bools  # (N,) False once no word fitted
    slots: Ints  # (N, lines, LONGEST)
    tables: Bools  # (N, lines, LONGEST + 1, most + 1)
    reserved: Ints  # (N, lines, LONGEST) the word a slot is kept for, -1 for none
    tokens: Ints  # (N, T) words of the board, -1 where none yet
    length: Ints  # (N,) tokens so far
    chosen: Bools  # (N, T) which of them no plan had named
    log_p: Floats  # (N, T)
    paired: Floats  # (N, T) affinity with the token before
    roles: Ints  # (N, ROLES) what the last subject, verb ... were
    checks: Ints  # (N, 2) how often sense was asked, and how often it agreed

    def take(self, rows: Ints) -> None:
        """Puts the drafts of these rows in the place of all, in order."""
        for item in fields(self):
            setattr(self, item.name, getattr(self, item.name)[rows])


class Decoder:
    """Writes drafts with one network."""

    def __init__(
        self,
        session: Session,
        lexicon: Lexicon,
        attested: Attested,
        themes: Themes,
        weights: Weights,
    ) -> None:
        self.session, self.lexicon, self.attested = session, lexicon, attested
        self.themes, self.weights = themes, weights
        self.plain = self._equipped(Board(lexicon, attested, themes))
        self._boards: dict[tuple[int, ...], Board] = {}
        self._lock = Lock()

    def board(self, themes: Sequence[Theme]) -> Board:
        """The tables for these themes: with what they ask for in every slot it may fill."""
        asked = sorted({row for theme in themes if theme.about for row in theme.asked})
        if not asked:
            return self.plain
        key = tuple(asked)
        with self._lock:
            if key not in self._boards:
                if len(self._boards) >= _KEPT:
                    self._boards.pop(next(iter(self._boards)))
                self._boards[key] = self._equipped(
                    Board(self.lexicon, self.attested, self.themes, asked, plain=self.plain)
                )
            return self._boards[key]

    def _equipped(self, board: Board) -> Board:
        board.worth = fixed(board, self.weights)
        return board

    def order(
        self,
        board: Board,
        theme: Theme,
        form: CountedForm,
        turn: int,
        count: int,
        draws: tuple[np.random.Generator, np.random.Generator],
    ) -> Order:
        """One poem's order, from a generator for its plan and words, and one for what rests."""
        draw, resting = draws
        asked = [board.place[row] for row in theme.asked if row in board.place]
        rests = resting.random(len(self.lexicon.words)) < self.weights.rested
        slots, tables, reserved = board.plans(form, turn, count, draw, asked if theme.about else ())
        tokens = sum(form.lines) + 4 * len(form.lines)  # each has a syllable, but marks and 's
        bias = steer(board, self.weights, board.worth, theme, rests[board.ids], asked)
        wanted = np.zeros(len(board.ids), bool)
        wanted[asked] = bool(theme.about)
        return Order(
            theme, turn, bias, wanted, slots, tables, reserved, draw.random((count, tokens))
        )

    def begin(self, board: Board, orders: Sequence[Order]) -> Drafts:
        """The drafts of these poems, the network having read the token that opens a haiku."""
        x = self.lexicon
        count = sum(len(order.slots) for order in orders)
        slots = np.concatenate([order.slots for order in orders])
        most = orders[0].chance.shape[1]
        drafts = Drafts(
            hidden=np.zeros((count, x.layers, x.hidden), np.float32),
            cell=np.zeros((count, x.layers, x.hidden), np.float32),
            logits=np.zeros((count, len(x.words)), np.float32),
            before=np.full(count, board.dash),
            bare=np.full((count, self.attested.copy_run - 1), -1),
            said=np.zeros((count, int(board.stem.max()) + 1), np.int16),
            near=np.zeros((count, len(board.ids)), np.float32),
            heard=np.zeros(count, np.int64),
            likeness=np.zeros(count, np.float32),
            sorts=np.zeros((count, 3), np.int64),
            alive=np.ones(count, bool),
            slots=slots,
            tables=np.concatenate([order.tables for order in orders]),
            reserved=np.concatenate([order.reserved for order in orders]),
            tokens=np.full((count, most), -1),
            length=np.zeros(count, np.int64),
            chosen=np.zeros((count, most), bool),
            log_p=np.zeros((count, most), np.float32),
            paired=np.zeros((count, most), np.float32),
            roles=np.full((count, Roles.COUNT), -1),
            checks=np.zeros((count, 2), np.int64),
        )
        for row, plan in enumerate(slots):  # what a plan will say no slot says before it
            named = board.fixed_word[plan[plan >= len(SLOTS)] - len(SLOTS)]
            drafts.said[row, board.stem[named[board.content[named]]]] = 1
        one = self.session.run(
            {
                "word": np.array([x.start], np.int64),
                "hidden": np.zeros((x.layers, 1, x.hidden), np.float32),
                "cell": np.zeros((x.layers, 1, x.hidden), np.float32),
            }
        )
        drafts.logits[:] = one[0]
        drafts.hidden[:] = one[1].transpose(1, 0, 2)
        drafts.cell[:] = one[2].transpose(1, 0, 2)
        return drafts

    def write_line(
        self, board: Board, drafts: Drafts, orders: Sequence[Order], form: CountedForm, line: int
    ) -> None:
        """Adds line `line` to every draft; a dash ends it where its poem turns."""
        each = len(drafts.tokens) // len(orders)
        poem = np.arange(len(drafts.tokens)) // each
        slots = drafts.slots[:, line].copy()  # (N, LONGEST)
        words = (slots >= 0).sum(1)
        row = np.arange(len(slots))
        turns = np.array([order.turn == line for order in orders])[poem]
        slots[row[turns], words[turns]] = DASH
        slots[row, words + turns] = NEWLINE
        roles = board.roles
        left = np.full(len(slots), form.lines[line])
        worths = np.stack([order.steer for order in orders])
        asked = np.stack([order.asked for order in orders])
        chance = np.concatenate([order.chance for order in orders])
        coming = _coming(slots, drafts.reserved[:, line])
        for place in range(LONGEST):
            rows = np.flatnonzero(drafts.alive & (slots[:, place] >= 0))
            if not rows.size:
                break
            token = np.full(rows.size, -1)
            kinds = slots[rows, place]
            for kind in np.unique(kinds):
                group = np.flatnonzero(kinds == kind)
                if kind >= len(SLOTS):
                    token[group] = self._named(board, drafts, rows[group], kind)
                    continue
                at = rows[group]
                choice = board.slot_words[kind]
                fits = self._fits(board, drafts, line, place, at, choice, left)
                fits &= board.ends[choice] | ~(place == words[at] - 1)[:, None]
                own = board.listed[kind, choice] & ~board.lofty[choice]
                fits &= own | asked[poem[at]][:, choice]
                worth = worths[poem[at][:, None], choice]
                kept = drafts.reserved[at, line, place]
                worth += _KEEP * (kept[:, None] == choice)
                luck = chance[at, drafts.length[at]]
                token[group] = self._choose(
                    board, drafts, roles, kind, at, choice, coming[at, place], fits, worth, luck
                )
            found = token >= 0
            drafts.alive[rows[~found]] = False
            self._add(board, drafts, roles, rows[found], token[found], kinds[found])
            left[rows[found]] -= board.syllables[token[found]]

    def _named(self, board: Board, drafts: Drafts, rows: Ints, kind: int) -> Ints:
        """(n,) the word that a plan names, -1 where it would end a copied run."""
        word = int(board.fixed_word[kind - len(SLOTS)])
        token = np.full(len(rows), word)
        if board.is_word[word]:
            last = np.full((len(rows), 1), board.ids[word])
            runs = np.concatenate([drafts.bare[rows], last], 1)
            whole = np.flatnonzero(runs[:, 0] >= 0)
            if whole.size:
                token[whole[self.attested.is_copy(runs[whole])]] = -1
        return token

    def _fits(
        self,
        board: Board,
        drafts: Drafts,
        line: int,
        place: int,
        rows: Ints,
        words: Ints,
        left: Ints,
    ) -> Bools:
        """(n, W') the words that leave syllables the rest of the line can take."""
        rest = drafts.tables[rows, line, place + 1]  # (n, most + 1)
        after = left[rows][:, None] - np.arange(rest.shape[1])
        sizes = np.take_along_axis(rest, np.maximum(after, 0), 1) & (after >= 0)
        return np.asarray(sizes[:, board.syllables[words]])

    def _choose(
        self,
        board: Board,
        drafts: Drafts,
        roles: Roles,
        kind: int,
        rows: Ints,
        words: Ints,
        coming: Ints,
        fits: Bools,
        worth: Floats,
        luck: npt.NDArray[np.float64],
    ) -> Ints:
        """Draws each row's next word out of `words` (W',), -1 where none fits.

        `coming` (n,) is the word that is kept for the noun to come, -1 for none; `fits` and
        `worth` (n, W') mask and steer; `luck` (n,) decides.
        """
        w = self.weights
        before = drafts.before[rows]
        score = drafts.logits[rows[:, None], board.ids[words]] * np.float32(1.0 / w.temperature)
        score += worth
        score += w.pair * board.affinity[before[:, None], words]
        near = np.maximum(0.0, drafts.near[rows[:, None], words])
        norm = np.sqrt(drafts.heard[rows] + 2.0 * drafts.likeness[rows])  # length of their sum
        score += w.context * near / np.maximum(norm, 1e-3)[:, None].astype(np.float32)
        agrees = roles.agree(SLOTS[kind], drafts.roles[rows], words, coming)
        if agrees is not None:
            score -= w.sense * ~agrees
        said = drafts.said[rows[:, None], board.stem[words]]
        score -= w.again * said
        fits &= (said == 0) | board.often[words]
        fits &= ~((before == board.a)[:, None] & board.vowel[words])
        fits &= ~((before == board.an)[:, None] & ~board.vowel[words])
        sort = board.sort[words]
        had = drafts.sorts[rows][:, sort] > 0
        score -= w.same_sort * (had & (sort > 0))
        score -= 4.0 * (board.one[before][:, None] & board.uncounted[words])
        score = np.where(fits, score, NEVER)
        for _ in range(4):
            token, found = _drawn(score, luck)
            runs = np.concatenate([drafts.bare[rows], board.ids[words[token]][:, None]], 1)
            whole = found & (runs[:, 0] >= 0)
            copied = np.zeros(len(rows), bool)
            if whole.any():
                copied[whole] = self.attested.is_copy(runs[whole])
            if not copied.any():
                break
            score[copied, token[copied]] = NEVER
        if agrees is not None:
            drafts.checks[rows, 0] += 1
            drafts.checks[rows, 1] += agrees[np.arange(len(rows)), token]
        return np.where(found & ~copied, words[token], -1)

    def _add(
        self, board: Board, drafts: Drafts, roles: Roles, rows: Ints, token: Ints, kinds: Ints
    ) -> None:
        """Appends one token to each of these drafts and lets the network read it."""
        if not rows.size:
            return
        ids = board.ids[token]
        at = drafts.length[rows]
        drafts.tokens[rows, at] = token
        drafts.chosen[rows, at] = kinds < len(SLOTS)
        drafts.log_p[rows, at] = drafts.logits[rows, ids]
        drafts.paired[rows, at] = board.affinity[drafts.before[rows], token]
        drafts.length[rows] += 1
        drafts.said[rows, board.stem[token]] += 1
        vectored = board.alike[token, token] > 0
        some, what = rows[vectored], token[vectored]
        drafts.likeness[some] += drafts.near[some, what]
        drafts.near[some] += board.alike[what]
        drafts.heard[some] += 1
        drafts.sorts[rows, board.sort[token]] += 1
        word = board.is_word[token]
        drafts.bare[rows[word]] = np.concatenate([drafts.bare[rows[word], 1:], ids[word, None]], 1)
        heard = token != board.newline
        drafts.before[rows[heard]] = token[heard]
        for kind in np.unique(kinds):
            group = kinds == kind
            roles.move(int(kind), drafts.roles, rows[group], token[group])
        self._read(drafts, rows, ids)

    def _read(self, drafts: Drafts, rows: Ints, token: Ints) -> None:
        for start in range(0, len(rows), _ROWS):
            part = rows[start : start + _ROWS]
            logits, hidden, cell = self.session.run(
                {
                    "word": np.ascontiguousarray(token[start : start + _ROWS], np.int64),
                    "hidden": np.ascontiguousarray(drafts.hidden[part].transpose(1, 0, 2)),
                    "cell": np.ascontiguousarray(drafts.cell[part].transpose(1, 0, 2)),
                }
            )
            drafts.logits[part] = logits
            drafts.hidden[part] = hidden.transpose(1, 0, 2)
            drafts.cell[part] = cell.transpose(1, 0, 2)


def _coming(slots: Ints, reserved: Ints) -> Ints:
    """(N, LONGEST) what is kept for the noun that an adjective or preposition leads to, or -1."""
    coming = np.full(slots.shape, -1)
    led = np.isin(slots, _LEADING)
    for place in range(slots.shape[1] - 2, -1, -1):
        after = reserved[:, place + 1]
        further = np.where(led[:, place + 1], coming[:, place + 1], -1)
        coming[:, place] = np.where(after >= 0, after, further)
    return coming


def _drawn(score: Floats, luck: npt.NDArray[np.float64]) -> tuple[Ints, Bools]:
    """Each row's draw from softmax(score) (n, W') by its `luck` (n,), and whether any word fits.

    A word that does not fit adds an exact zero, so that it changes no other draw.
    """
    top = score.max(1, keepdims=True)
    chance = np.exp((score - top).astype(np.float64))
    chance[score <= NEVER / 2] = 0.0
    sums = np.cumsum(chance, 1)
    target = luck * sums[:, -1]
    token = np.minimum((sums <= target[:, None]).sum(1), score.shape[1] - 1)
    return token, top[:, 0] > NEVER / 2
