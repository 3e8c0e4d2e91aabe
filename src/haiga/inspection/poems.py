"""Verdicts on poems: the form kept, the words new, the words paintable."""

from __future__ import annotations

from collections.abc import Sequence

from haiga.core.nouns import Poem, Verdict
from haiga.features import syllables
from haiga.features.words import words

FORMS: dict[str, tuple[int, ...]] = {
    "haiku": (5, 7, 5),
    "lune": (5, 3, 5),
    "tanka": (5, 7, 5, 7, 7),
}
"""Syllables a line of the forms that are judged."""


LEAST_NOVELTY = 0.3
"""Under this share of new turns of phrase a poem counts as taken from others."""


def possible_syllables(line: str) -> set[int]:
    """Every number of syllables the line can be read with."""
    totals = {0}
    for word in words(line):
        totals = {total + count for total in totals for count in syllables.count(word)}
    return totals


def judge_form(poem: Poem, name: str = "form") -> Verdict:
    """Keeps a poem whose every line can be read with the syllables its form asks for.

    Counts from the words alone and believes nothing the poet recorded. The
    score is the share of lines that fit; forms without a count pass.
    """
    if poem.form not in FORMS:
        return Verdict(name, True, 1.0, f"a {poem.form} poem has no syllables to count")
    wanted = FORMS[poem.form]
    if len(poem.lines) != len(wanted):
        reason = f"{len(poem.lines)} lines instead of {len(wanted)}"
        return Verdict(name, False, 0.0, reason)
    wrong = []
    for line, count in zip(poem.lines, wanted, strict=True):
        found = possible_syllables(line)
        if count not in found:
            read = " or ".join(str(n) for n in sorted(found))
            wrong.append(f"“{line}” has {read} syllables instead of {count}")
    score = 1 - len(wrong) / len(wanted)
    form = "-".join(str(n) for n in wanted)
    return Verdict(name, not wrong, score, "; ".join(wrong) or f"it is {form}")


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
    """What the poet measured of its poem's nearness to what it learned from.

    Reads `details["novelty"]`, or `novelty` among its `parts`: a number in
    [0, 1], 1 for nothing in common. A poet that measures nothing gets no good
    mark for it.
    """
    parts = poem.details.get("parts")
    value = poem.details.get("novelty", parts.get("novelty") if isinstance(parts, dict) else None)
    if not isinstance(value, (int, float)):
        return Verdict(name, True, 0.5, "this poet does not measure how new its words are")
    score = min(1.0, max(0.0, float(value)))
    reason = f"novelty {score:.2f} against the poems it learned from"
    return Verdict(name, score >= LEAST_NOVELTY, score, reason)
