"""Verdicts on poems: the form kept, the words new, the words paintable."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from haiga.core.forms import FORMS, Form
from haiga.core.nouns import Poem, Verdict
from haiga.features import syllables
from haiga.features.copy_gate import is_copied, refusal
from haiga.features.rhyme import rhyme_kind
from haiga.features.shared_run import SharedRun
from haiga.features.words import words

LEAST_NOVELTY = 0.3
"""Under this share of new turns of phrase a poem counts as taken from others."""

NEW = "no six words in a row, two of them of weight, stand in a work of the poet's copying index"


def possible_syllables(line: str) -> set[int]:
    """Every number of syllables the line can be read with; none where a word has no count."""
    if syllables.uncountable(line):
        return set()
    totals = {0}
    for word in words(line):
        totals = {total + count for total in totals for count in syllables.count(word)}
    return totals


def judge_form(poem: Poem, name: str = "form", *, form: Form | None = None) -> Verdict:
    """Keeps a poem whose every line can be read with the syllables and rhymes its form asks for.

    `form` is needed only for one that haiga has no name for. Counts from the words
    alone and believes nothing the poet recorded; any listed pronunciation will do.
    The score is the share of lines at which nothing is wrong; forms that ask for
    nothing pass.
    """
    wanted = form or FORMS.get(poem.form)
    if wanted is None or not (wanted.is_counted or wanted.is_rhymed):
        return Verdict(name, True, 1.0, f"a {poem.form} poem has no syllables to count")
    wanted = wanted.fitted(len(poem.lines))
    if len(poem.lines) != len(wanted.lines):
        reason = f"{len(poem.lines)} lines instead of {len(wanted.lines)}"
        return Verdict(name, False, 0.0, reason)
    wrong = [fault for line in range(len(poem.lines)) if (fault := _line_fault(poem, wanted, line))]
    score = 1 - len(wrong) / len(wanted.lines)
    return Verdict(name, not wrong, score, "; ".join(wrong) or f"it is {_shape(wanted)}")


def _line_fault(poem: Poem, form: Form, line: int) -> str:
    """What is wrong with a line, or nothing."""
    text, span = poem.lines[line], form.lines[line]
    if span is not None and (strange := syllables.uncountable(text)):
        return f"“{text}” holds '{strange[0]}', whose syllables cannot be counted"
    found = possible_syllables(text)
    if span is not None and not any(count in span for count in found):
        read = " or ".join(str(n) for n in sorted(found))
        unit = "syllable" if found == {1} else "syllables"
        return f"“{text}” has {read} {unit} instead of {span}"
    said = words(text)
    for other in form.earlier_rhymes(line):
        before = words(poem.lines[other])
        if not (said and before and rhyme_kind(before[-1], said[-1])):
            return f"“{text}” does not rhyme with “{poem.lines[other]}”"
    return ""


def _shape(form: Form) -> str:
    size = form.stanza or len(form.lines)
    spans = "-".join("free" if span is None else str(span) for span in form.lines[:size])
    stanzas = f" in {len(form.lines) // size} stanzas" if len(form.lines) > size else ""
    return f"{spans}{stanzas}, rhymed {form.rhyme[:size]}" if form.is_rhymed else spans + stanzas


def judge_coverage(poem: Poem, unseen: Sequence[str], name: str = "painted words") -> Verdict:
    """Keeps a poem of which the painter has seen at least half the different words."""
    every = list(dict.fromkeys(words(poem.text)))
    missing = [word for word in unseen if word in every]
    score = 1 - len(missing) / max(1, len(every))
    if not missing:
        return Verdict(name, True, 1.0, "no word is unknown to the painter")
    reason = f"the painter has never seen: {', '.join(missing)}"
    return Verdict(name, score >= 0.5, score, reason)


def judge_novelty(poem: Poem, name: str = "new words") -> Verdict:
    """Keeps a poem that shares no six words in a row, two of them of weight, with a known work.

    Reads `details["shared"]`: the runs, each as `SharedRun` has it, that the poet found in
    its copying index. The score is the share of words outside those that count, and the
    reason names author, title and words. Else `details["novelty"]`, or
    `novelty` among its `parts`: a number in [0, 1], 1 for nothing in common. A poet
    that measures nothing gets no good mark for it.
    """
    runs = _shared_runs(poem.details.get("shared"))
    if runs is not None:
        copied = [run for run in runs if is_copied(run)]
        if copied:
            return refusal(poem.lines, copied, name)
        return Verdict(name, True, 1.0, NEW)
    parts = poem.details.get("parts")
    value = poem.details.get("novelty", parts.get("novelty") if isinstance(parts, dict) else None)
    if not isinstance(value, (int, float)):
        return Verdict(name, True, 0.5, "this poet does not measure how new its words are")
    score = min(1.0, max(0.0, float(value)))
    reason = f"novelty {score:.2f} against the poems it learned from"
    return Verdict(name, score >= LEAST_NOVELTY, score, reason)


def _shared_runs(recorded: Any) -> list[SharedRun] | None:
    """Recorded runs, None where there are none to read: a plug-in may record what it likes."""
    if not isinstance(recorded, (list, tuple)):
        return None
    try:
        runs = [SharedRun(**run) for run in recorded]
    except TypeError:
        return None
    whole = all(isinstance(run.words, int) and isinstance(run.text, str) for run in runs)
    return runs if whole else None
