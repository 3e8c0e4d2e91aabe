"""Writing under a form: many drafts of one poem at once, none of which can leave the form.

A draft grows word by word along its sentence plan. Each step the network's
log-probabilities are masked to the words that fit the slot and can still complete
the line (exact look-ahead by syllables), weighed by what the verse attests and by
the theme, and one word is drawn. After each line the better drafts are copied over
the worse ones, as a particle filter does.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np
import numpy.typing as npt

from haiga.models.session import Session
from haiga.roles.poets.attested import Attested
from haiga.roles.poets.forms import CountedForm
from haiga.roles.poets.lexicon import NOUNS, Lexicon
from haiga.roles.poets.syntax import (
    SLOTS,
    Plan,
    Slots,
    completable,
    groups_of,
    plan_group,
    slots_of,
)
from haiga.roles.poets.theme import Theme, Themes

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_WORN = frozenset(
    "flower flowers little sweet blossom blossoms lovely dewy mossy purple golden silver sunny"
    " murmuring whispering shining blowing blow blows slowly single".split()
)
_STALE = frozenset(["horizon", "windy", "trees", "cherry"])
_COMMON = frozenset(
    "over tiny misty softly valley valleys comes butterfly butterflies violet violets glimmering"
    " yellow forest meadow meadows".split()
)
_COLOURS = frozenset(
    "red blue green yellow white black gray brown purple crimson scarlet golden gold silver pink"
    " violet amber rosy pale bright dim dark".split()
)
_HOURS = frozenset(
    "morning mornings evening evenings night nights twilight dusk dawn noon midnight afternoon"
    " sunset sunrise daybreak nightfall today tonight".split()
)
NEVER = np.float32(-1e9)


@dataclass(frozen=True)
class Weights:
    """How much each thing counts when a word is chosen, in nats."""

    temperature: float = 0.6
    longlist: int = 96
    """Words looked at closely at each step."""
    rarity: float = 0.35
    """Content words gain this share of -log of how common they are."""
    image: float = 0.6
    theme: float = 2.5
    asked: float = 6.0
    """The very words asked for."""
    pictured: float = 4.0
    """The picture a poem starts from when nothing was asked."""
    context: float = 0.7
    """Likeness to the content words already there."""
    season: float = 0.6
    pair: float = 0.6
    """Affinity with the word before (pointwise mutual information)."""
    unseen_triple: float = 0.5
    person: float = 1.0
    worn: float = 1.5
    """Against the first words any verse reaches for."""
    abstract: float = 2.0
    doubt: float = 1.0
    same_sort: float = 3.0
    """Against a second colour, or a second time of day."""
    again: float = 0.6
    """For each time a small word has been said before."""
    rested: float = 0.65
    """Share of the meaning words that rest in a poem, drawn anew for each, so that poems differ."""
    rest: float = 5.0
    """Against a resting word that nobody asked for."""


@dataclass
class Drafts:
    """K drafts of one poem, as arrays; row i of each belongs to draft i."""

    hidden: Floats  # (layers, K, H)
    cell: Floats  # (layers, K, H)
    logits: Floats  # (K, V) log-probabilities of what comes next
    before: Ints  # (K,) the token before, newlines passed over
    before2: Ints  # (K,) the one before that, -1 where none
    bare: Ints  # (K, n - 1) the last words without marks, -1 where none
    said: npt.NDArray[np.int16]  # (K, stems) how often each stem was said
    context: Floats  # (K, 128) sum of the vectors of the content words
    sorts: Ints  # (K, 3) how many colours (1) and times of day (2) were named
    alive: Bools  # (K,) False once no word fitted
    plans: list[Plan]
    tokens: list[list[int]]
    log_p: list[list[float]] = field(default_factory=list)
    near: list[list[float]] = field(default_factory=list)

    def take(self, rows: Ints) -> Drafts:
        """The drafts of these rows, copied."""
        moved: dict[str, object] = {}
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, list):
                moved[item.name] = [list(value[int(i)]) for i in rows]
            elif item.name in ("hidden", "cell"):
                moved[item.name] = value[:, rows]
            else:
                moved[item.name] = value[rows]
        return Drafts(**moved)  # type: ignore[arg-type]


@dataclass
class _Reach:
    """What the words that fit can reach: syllable counts of slots, and line tables."""

    fits: Bools
    sizes: dict[tuple[int, bool], set[int]] = field(default_factory=dict)
    tables: dict[tuple[tuple[int, ...], int], Bools] = field(default_factory=dict)


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
        self._slots: Slots = slots_of(lexicon)
        self._slot_weight = self._slots.weight
        self._fixed = self._fixed_bias()
        self._a, self._an = lexicon.index["a"], lexicon.index["an"]
        self._one = lexicon.among({"a", "an", "one", "another", "each", "three", "these", "two"})
        # one colour and one time of day are enough for a poem
        self._sort = lexicon.among(_COLOURS) + 2 * lexicon.among(_HOURS)  # (V,) 0, 1 or 2
        self._uncounted = lexicon.uncounted
        self._reach: _Reach | None = None

    def _fixed_bias(self) -> Floats:
        w, x = self.weights, self.lexicon
        rare = np.where(x.content, -w.rarity * (x.log_rate + 7.0), 0.0)
        things = x.images & (x.tagged(*NOUNS) > 0.5)
        bias = rare + w.image * things - w.abstract * x.abstract
        bias -= w.doubt * np.array([bool(d) for d in x.doubts])
        bias -= w.worn * x.among(_WORN)
        bias -= 2.0 * w.worn * x.among(_STALE)
        bias -= 0.5 * w.worn * x.among(_COMMON)
        bias -= w.person * x.among({"i", "my", "this", "these", "another", "each", "one"})
        return np.asarray(bias, np.float32)

    def fits(self, theme: Theme) -> Bools:
        """(slots, V) the words this poem may use in each slot: lofty ones only when asked for."""
        allowed = self.lexicon.is_word & ~self.lexicon.lofty & (self.lexicon.syllables > 0)
        asked = theme.asked if theme.about else ()
        allowed[list(asked)] = True
        return self._slots.fits(allowed, asked)

    def steer(self, theme: Theme, draw: np.random.Generator) -> Floats:
        """(V,) what the theme and its season add to each word, and what resting takes away."""
        w, x = self.weights, self.lexicon
        resting = x.content & (draw.random(len(x.words)) < w.rested)
        resting[list(theme.asked)] = False
        bias = self._fixed - w.rest * resting + w.theme * np.maximum(0.0, theme.likeness - 0.15)
        if theme.season >= 0:
            bias = bias + w.season * (x.season == theme.season)
            bias = bias - 3.0 * w.season * ((x.season >= 0) & (x.season != theme.season))
        bias[list(theme.asked)] += w.asked if theme.about else w.pictured
        return np.asarray(bias, np.float32)

    def begin(
        self, form: CountedForm, turn: int, fits: Bools, count: int, draw: np.random.Generator
    ) -> Drafts:
        """`count` drafts with their plans, the network having read the token that opens a haiku."""
        x = self.lexicon
        zeros = np.zeros((x.layers, count, x.hidden), np.float32)
        drafts = Drafts(
            hidden=zeros,
            cell=zeros.copy(),
            logits=np.zeros((count, len(x.words)), np.float32),
            before=np.full(count, x.dash),
            before2=np.full(count, -1),
            bare=np.full((count, self.attested.copy_run - 1), -1),
            said=np.zeros((count, int(x.stem.max()) + 1), np.int16),
            context=np.zeros((count, self.themes.table.shape[1]), np.float32),
            sorts=np.zeros((count, 3), np.int64),
            alive=np.ones(count, bool),
            plans=[self._plan(form, turn, fits, draw) for _ in range(count)],
            tokens=[[] for _ in range(count)],
            log_p=[[] for _ in range(count)],
            near=[[] for _ in range(count)],
        )
        self._read(drafts, np.arange(count), np.full(count, x.start))
        return drafts

    def _plan(self, form: CountedForm, turn: int, fits: Bools, draw: np.random.Generator) -> Plan:
        """A plan all of whose lines this poem's words can fill."""
        plan: Plan = []
        for group in groups_of(form, turn):
            for _ in range(40):
                lines = plan_group(form, group, draw)
                if all(
                    self._table(tuple(slots), form.lines[line], fits)[0, form.lines[line]]
                    for line, slots in zip(group, lines, strict=True)
                ):
                    break
            plan += lines
        return plan

    def _table(self, slots: tuple[int, ...], most: int, fits: Bools) -> Bools:
        """`completable` for a line of these slots; kept until other words fit."""
        known = self._for(fits).tables
        if (slots, most) in known:
            return known[slots, most]
        last = self._sizes(slots[-1], fits, True)
        sizes = [self._sizes(slot, fits, False) for slot in range(len(SLOTS))]
        known[slots, most] = completable(slots, sizes, last, most)
        return known[slots, most]

    def _sizes(self, slot: int, fits: Bools, ending: bool) -> set[int]:
        """The syllable counts of a slot's words."""
        known = self._for(fits).sizes
        if (slot, ending) not in known:
            words = fits[slot] & self.lexicon.ends if ending else fits[slot]
            known[slot, ending] = set(map(int, np.unique(self.lexicon.syllables[words])))
        return known[slot, ending]

    def _for(self, fits: Bools) -> _Reach:
        if self._reach is None or self._reach.fits is not fits:
            self._reach = _Reach(fits)
        return self._reach

    def write_line(
        self,
        drafts: Drafts,
        form: CountedForm,
        line: int,
        turn: int,
        fits: Bools,
        steer: Floats,
        draw: np.random.Generator,
    ) -> None:
        """Adds line `line` to every draft; a dash ends it if `line` is `turn`."""
        x = self.lexicon
        count, most = len(drafts.tokens), form.lines[line]
        plans = [plan[line] for plan in drafts.plans]
        tables = [self._table(tuple(slots), most, fits) for slots in plans]
        left = np.full(count, most)
        for place in range(max(map(len, plans))):
            rows = np.array([i for i in range(count) if place < len(plans[i]) and drafts.alive[i]])
            if not rows.size:
                break
            slot = np.array([plans[i][place] for i in rows])
            size_fits = np.zeros((rows.size, most + 1), bool)
            for n, row in enumerate(rows):
                rest = tables[row][place + 1]
                size_fits[n, 1 : left[row] + 1] = rest[: left[row]][::-1]
            ending = np.array([place == len(plans[i]) - 1 for i in rows])
            token = np.full(rows.size, -1)
            for kind in np.unique(slot):  # rows of one slot share their words
                group = np.flatnonzero(slot == kind)
                words = np.flatnonzero(fits[kind] & (x.syllables <= most))
                sized = size_fits[group][:, x.syllables[words]]
                sized &= x.ends[words] | ~ending[group, None]
                worth = self._slot_weight[kind, words] + steer[words]
                weight = np.where(sized, worth, NEVER)
                token[group] = self._choose(drafts, rows[group], words, weight, draw)
            found = token >= 0
            drafts.alive[rows[~found]] = False
            self._add(drafts, rows[found], token[found])
            left[rows[found]] -= x.syllables[token[found]]
        living = np.flatnonzero(drafts.alive)
        if line == turn:
            self._add(drafts, living, np.full(living.size, x.dash))
        self._add(drafts, living, np.full(living.size, x.newline))

    def _choose(
        self, drafts: Drafts, rows: Ints, words: Ints, weight: Floats, draw: np.random.Generator
    ) -> Ints:
        """Draws each row's next word out of `words` (W,), -1 where none fits.

        `weight` (n, W) is NEVER where a word does not fit.
        """
        w, x = self.weights, self.lexicon
        score = drafts.logits[rows[:, None], words] * np.float32(1.0 / w.temperature) + weight
        before = drafts.before[rows]
        if len(words) > w.longlist:
            place = np.argpartition(score, -w.longlist, axis=1)[:, -w.longlist :]
            place.sort(axis=1)
            top, best = words[place], np.take_along_axis(score, place, 1)  # (n, M)
        else:
            top, best = np.broadcast_to(words, score.shape), score
        best[(before == self._a)[:, None] & x.vowel[top]] = NEVER
        best[(before == self._an)[:, None] & ~x.vowel[top]] = NEVER
        sort = self._sort[top]
        best -= w.same_sort * ((sort > 0) & (np.take_along_axis(drafts.sorts[rows], sort, 1) > 0))
        best[self._one[before][:, None] & self._uncounted[top]] -= 4.0
        said = np.take_along_axis(drafts.said[rows], x.stem[top], 1)
        best -= w.again * said
        best[(said > 0) & ~x.often[top]] = NEVER
        norm = np.linalg.norm(drafts.context[rows], axis=1, keepdims=True)
        context = drafts.context[rows] / np.maximum(norm, 1e-6)
        alike = np.einsum("nmd,nd->nm", self.themes.table[top], context)
        best += w.context * np.maximum(0.0, alike)
        best += self._attested(drafts, rows, top)
        noise = draw.gumbel(size=best.shape)
        chosen = (best + noise).argmax(1)[:, None]
        found = np.take_along_axis(best, chosen, 1)[:, 0] > NEVER / 2
        return np.where(found, np.take_along_axis(top, chosen, 1)[:, 0], -1)

    def _attested(self, drafts: Drafts, rows: Ints, top: Ints) -> Floats:
        """(n, M) what the verse says of each longlisted word after the words before it."""
        w, known = self.weights, self.attested
        before = np.broadcast_to(drafts.before[rows, None], top.shape)
        value = w.pair * known.affinity(before, top)
        before2 = drafts.before2[rows]
        triple = np.stack([np.broadcast_to(before2[:, None], top.shape), before, top], -1)
        seen = known.has_triple(np.maximum(triple, 0)) | (before2[:, None] < 0)
        value = value - w.unseen_triple * ~seen
        bare = drafts.bare[rows]
        earlier = np.broadcast_to(bare[:, None, :], (*top.shape, bare.shape[1]))
        runs = np.concatenate([earlier, top[..., None]], -1)
        copy = known.is_copy(np.maximum(runs, 0)) & (bare[:, :1] >= 0)
        return np.asarray(np.where(copy, NEVER, value), np.float32)

    def _add(self, drafts: Drafts, rows: Ints, token: Ints) -> None:
        """Appends one token to each of these drafts and lets the network read it."""
        if not rows.size:
            return
        x = self.lexicon
        log_p = drafts.logits[rows, token]
        near = self.attested.affinity(drafts.before[rows], token)
        for i, row in enumerate(rows):
            drafts.tokens[row].append(int(token[i]))
            drafts.log_p[row].append(float(log_p[i]))
            drafts.near[row].append(float(near[i]))
        drafts.said[rows, x.stem[token]] += 1
        drafts.context[rows] += self.themes.table[token]
        drafts.sorts[rows, self._sort[token]] += 1
        word = x.is_word[token]
        drafts.bare[rows[word]] = np.concatenate(
            [drafts.bare[rows[word], 1:], token[word, None]], 1
        )
        heard = token != x.newline
        drafts.before2[rows[heard]] = drafts.before[rows[heard]]
        drafts.before[rows[heard]] = token[heard]
        self._read(drafts, rows, token)

    def _read(self, drafts: Drafts, rows: Ints, token: Ints) -> None:
        logits, hidden, cell = self.session.run(
            {
                "word": np.ascontiguousarray(token, np.int64),
                "hidden": np.ascontiguousarray(drafts.hidden[:, rows]),
                "cell": np.ascontiguousarray(drafts.cell[:, rows]),
            }
        )
        drafts.logits[rows] = logits
        drafts.hidden[:, rows] = hidden
        drafts.cell[:, rows] = cell
