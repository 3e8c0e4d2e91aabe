"""What a poet's poems are like: form, loops, variety, and what they share with known works."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from haiga.core.forms import Form
from haiga.core.nouns import Poem
from haiga.features.bare_words import bare_words
from haiga.features.copy_gate import CopyGate
from haiga.features.copying import CopyIndex, SharedRun
from haiga.features.loops import find_loop
from haiga.features.words import words
from haiga.inspection.metrics.collapse import find_collapse
from haiga.inspection.metrics.diversity import as_long_as, distinct, self_repetition
from haiga.inspection.poems import judge_form
from haiga.media.texts import Text

RUNS_SHOWN = 12
FAULTS_SHOWN = 5
LOOPS_SHOWN = 3


@dataclass(frozen=True)
class Written:
    """A poem with the seed it was written from, and the words it was begun with, if any.

    `text` is all that a network wrote, empty lines too; empty for a writer's poem.
    """

    poem: Poem
    seed: int
    begun: str = ""
    text: str = ""


@dataclass(frozen=True)
class Variety:
    """distinct-1, -2, -3 and self-repetition, each in [0, 1]; NaN where there is too little."""

    distinct_1: float
    distinct_2: float
    distinct_3: float
    self_repetition: float


@dataclass(frozen=True)
class Beside:
    """The variety of poems and of passages of human works, equally many and equally long.

    `human` is None where there are no works to cut passages from; `poems` is then that
    of all poems written. `human_are` says which works they are.
    """

    compared: int
    poems: Variety
    human: Variety | None
    human_are: str


@dataclass(frozen=True)
class Loops:
    """How many poems of a kind say the same thing over and over, with examples.

    `collapsed` of the `looped` come to nothing: empty lines, spaces or one sign without
    end, or no word after their beginning. `rate` is the share that looped, NaN where none
    were written.
    """

    poems: int
    looped: int
    rate: float
    examples: tuple[str, ...] = ()
    collapsed: int = 0


@dataclass(frozen=True)
class Borrowed:
    """A run of words that a poem has in common with a known work."""

    poem: int
    """Which poem, from 0."""
    lines: tuple[str, ...]
    spans: tuple[tuple[int, int, int], ...]
    """(line, start, end) of its characters in the poem."""
    words: int
    content: int
    author: str
    title: str
    source_line: int


@dataclass(frozen=True)
class Copies:
    """What the poems share with known works.

    Shares are of all lines that hold a word; a line counts when such a run touches it.
    `lines_5` is None where no index at hand keeps runs of five. `poems_refused` is how many
    poems the gate against copying would refuse at its default of five words.
    """

    against: str
    poems: int
    lines: int
    lines_5: float | None
    lines_6: float
    poems_refused: int
    longest: tuple[Borrowed, ...] = ()


@dataclass(frozen=True)
class Alone:
    """The same of poems by the network alone, drawn and greedy: no form, no gate, no choice.

    `copies_drawn` and `copies_greedy` are None where there is nothing to compare with.
    `shown` is the first greedy poem, not chosen; None where there is none.
    """

    drawn: Loops
    greedy: Loops
    copies_drawn: Copies | None
    copies_greedy: Copies | None
    shown: Written | None = None


@dataclass(frozen=True)
class Writing:
    """All that is measured of how a poet writes; whatever could not be, with the reason."""

    poems: int
    form: str
    form_kept: float | None
    """Share of the poems that keep the form by an independent count; None: it asks nothing."""
    form_faults: tuple[str, ...]
    unwritten: int
    """Poems begun of which no draft came to an end that the writer would keep."""
    different: float
    """Share of the poems that are not the same as an earlier one."""
    loops: Loops
    variety: Beside
    copies: Copies | None
    why_no_copies: str
    alone: Alone | None = None
    why_not_alone: str = ""
    examples: tuple[Written, ...] = field(default=())


def measure_writing(
    sampled: Sequence[Written],
    *,
    form: str,
    own_form: Form | None = None,
    unwritten: int = 0,
    drawn: Sequence[Written] = (),
    greedy: Sequence[Written] = (),
    why_not_alone: str = "",
    human: Mapping[str, Sequence[Text]] | None = None,
    index: CopyIndex | None = None,
    fine: CopyIndex | None = None,
    against: str = "",
    why_no_copies: str = "",
    shown: int = 8,
) -> Writing:
    """Measures freshly written poems, at least one.

    `drawn` and `greedy` are poems by the network alone, none where there are none.
    `own_form` is the form where haiga has no name for it; `human` names the works
    (and what they are) whose variety stands beside the poems'; `index` holds the works
    that copies are looked for in, `against` says which they are, and `fine` is one that
    keeps runs of five where `index` does not.
    """
    if not sampled:
        raise ValueError("there are no poems to measure")
    verdicts = [judge_form(written.poem, form=own_form) for written in sampled]
    counted = not all("no syllables to count" in verdict.reason for verdict in verdicts)
    said = [tuple(words(written.poem.text)) for written in sampled]

    def copies(some: Sequence[Written]) -> Copies | None:
        return find_copies(some, index, against, fine) if index is not None and some else None

    return Writing(
        poems=len(sampled),
        form=form,
        form_kept=sum(v.keep for v in verdicts) / len(verdicts) if counted else None,
        form_faults=tuple(v.reason for v in verdicts if not v.keep)[:FAULTS_SHOWN],
        unwritten=unwritten,
        different=len(set(said)) / len(said),
        loops=count_loops(sampled),
        variety=compare_variety(said, human or {}),
        copies=copies(sampled),
        why_no_copies=why_no_copies,
        alone=Alone(
            count_loops(drawn),
            count_loops(greedy),
            copies(drawn),
            copies(greedy),
            greedy[0] if greedy else None,
        )
        if drawn or greedy
        else None,
        why_not_alone=why_not_alone,
        examples=tuple(sampled[:shown]),
    )


def count_loops(written: Sequence[Written]) -> Loops:
    """How many of the poems loop or collapse; a poem of words that come round only loops."""
    looped, collapsed = Counter[str](), Counter[str]()
    for one in written:
        if loop := find_loop(one.poem.lines):
            looped[f"“{loop.text}”, {loop.times} times"] += 1
        elif fault := find_collapse(one.text or one.poem.text, one.begun):
            collapsed[fault] += 1
    examples = (*looped, *collapsed)
    if collapsed:  # the commonest is always shown
        examples = (collapsed.most_common(1)[0][0], *examples)
    found = looped.total() + collapsed.total()
    return Loops(
        poems=len(written),
        looped=found,
        rate=found / len(written) if written else float("nan"),
        examples=tuple(dict.fromkeys(examples))[:LOOPS_SHOWN],
        collapsed=collapsed.total(),
    )


def compare_variety(said: Sequence[Sequence[str]], human: Mapping[str, Sequence[Text]]) -> Beside:
    """The poems' variety beside that of the first human works that can give enough passages.

    Where none can, those of the works that give most, and as many of the poems.
    """
    said = [poem for poem in said if poem]
    best: list[Sequence[str]] = []
    named = ""
    for name, texts in human.items():
        cut = as_long_as([words(text.text) for text in texts], said)
        if len(cut) > len(best):
            best, named = cut, name
        if len(best) == len(said):
            break
    if not best:
        return Beside(len(said), variety_of(said), None, "")
    # Passages come in the order of the poems they match, so these are equally long.
    return Beside(len(best), variety_of(said[: len(best)]), variety_of(best), named)


def variety_of(said: Sequence[Sequence[str]]) -> Variety:
    """The variety of poems given as words."""
    return Variety(distinct(said, 1), distinct(said, 2), distinct(said, 3), self_repetition(said))


def find_copies(
    written: Sequence[Written], index: CopyIndex, against: str, fine: CopyIndex | None = None
) -> Copies:
    """What the poems share with the works of an index, the longest runs first.

    `fine` is an index of stride 1 that runs of five are looked for in where `index`
    keeps none.
    """
    gate = CopyGate(index)
    fives = index if index.stride == 1 else fine
    lines = touched_5 = touched_6 = refused = 0
    borrowed: list[Borrowed] = []
    for number, one in enumerate(written):
        poem = one.poem.lines
        runs = index.runs(poem)
        spoken = {place for place, line in enumerate(poem) if bare_words(line)}
        lines += len(spoken)
        if fives is not None:
            shared = runs if fives is index else fives.runs(poem)
            touched_5 += len(spoken & (_touched(shared, poem, 5) | _touched(runs, poem, 5)))
        touched_6 += len(spoken & _touched(runs, poem, 6))
        refused += bool(gate.copied(poem))
        borrowed += [_borrowed(number, poem, run) for run in runs]
    borrowed.sort(key=lambda run: (-run.words, -run.content, run.poem))
    longest = {tuple(bare_words(_text(run))): run for run in reversed(borrowed)}  # each text once
    return Copies(
        against=against,
        poems=len(written),
        lines=lines,
        lines_5=None if fives is None else touched_5 / max(1, lines),
        lines_6=touched_6 / max(1, lines),
        poems_refused=refused,
        longest=tuple(reversed(longest.values()))[:RUNS_SHOWN],
    )


def _text(run: Borrowed) -> str:
    return " ".join(run.lines[line][start:end] for line, start, end in run.spans)


def _touched(runs: Sequence[SharedRun], lines: Sequence[str], least: int) -> set[int]:
    return {
        line
        for run in runs
        if run.words >= least
        for line, start, end in run.spans(lines)
        if end > start
    }


def _borrowed(number: int, lines: Sequence[str], run: SharedRun) -> Borrowed:
    return Borrowed(
        poem=number,
        lines=tuple(lines),
        spans=tuple(run.spans(lines)),
        words=run.words,
        content=run.content,
        author=run.author,
        title=run.title,
        source_line=run.source_line,
    )
