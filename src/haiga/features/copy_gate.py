"""The gate against copying: how many words in a row a poem may share with a work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from haiga.core.errors import UserError
from haiga.core.nouns import Verdict
from haiga.features.bare_words import bare_words, word_keys
from haiga.features.bloom import Keys
from haiga.features.copy_build import CONTENT, RUN
from haiga.features.copying import Bools, CopyIndex, SharedRun
from haiga.features.function_words import function_words


class CopyGate:
    """Refuses poems that share more than `max_shared_words` words in a row with a work.

    A run counts when, somewhere in it, one word more than allowed bears two content
    words (six in a row, at the default). `allow` names quotations: a title, an author
    with a title in either order, or the quoted words themselves. `max_shared_words` is at
    least 5, or 4 on an index of stride 1: UserError otherwise.
    """

    def __init__(
        self, index: CopyIndex, max_shared_words: int = 5, allow: Iterable[str] = ()
    ) -> None:
        least = RUN - 1 if index.stride == 1 else RUN
        if max_shared_words < least:
            raise UserError(
                f"max_shared_words: must be at least {least} with this copying index, "
                f"got {max_shared_words}"
            )
        self.index = index
        self.max_shared_words = max_shared_words
        self._quotations = list(allow)
        self._allowed = [tuple(bare_words(text)) for text in self._quotations]
        self._function = np.sort(word_keys(sorted(function_words())))

    def copied(self, lines: Sequence[str]) -> list[SharedRun]:
        """The runs of a poem that count, in order; quotations allowed by name are left out."""
        runs = self.index.runs(lines, self.max_shared_words + 1)
        most = self.max_shared_words
        return [run for run in runs if is_copied(run, most) and not self._is_allowed(run)]

    def unknown_works(self) -> list[str]:
        """The quotations by which the index knows no title, and no five words of which."""
        named: set[tuple[str, ...]] = set()
        if self._quotations:
            for author, title in self.index.works:
                named |= _names(author, title)
        pairs = zip(self._quotations, self._allowed, strict=True)
        return [t for t, w in pairs if w not in named and not self.index.runs([t], RUN)]

    def verdict(self, lines: Sequence[str], name: str = "copying") -> Verdict:
        """Keeps a poem without runs that count; the reason quotes each and names its source.

        The score is the share of the poem's words outside such runs.
        """
        found = self.copied(lines)
        if not found:
            reason = f"no more than {self.max_shared_words} words in a row stand in a known work"
            return Verdict(name, True, 1.0, reason)
        return refusal(lines, found, name)

    def too_long(self, before: Keys, following: Keys) -> Bools:
        """Whether a next word would make a run that counts, so that a decoder can draw another.

        `before` (…, n) are word keys of the last n >= `max_shared_words` words, 0 where there
        is none; `following` (…) those of the word to come. Quotations are not allowed here.
        """
        most = self.max_shared_words
        if before.shape[-1] < most:
            raise ValueError(f"{most} words before are needed, got {before.shape[-1]}")
        words = np.concatenate(
            [before[..., before.shape[-1] - most :], following[..., None]], -1
        ).reshape(-1, most + 1)
        rows = np.flatnonzero((words != 0).all(1))
        words = words[rows]
        if most == RUN:  # one question settles nearly every row
            few = np.flatnonzero(self.index.has_six(words))
            rows, words = rows[few], words[few]
        place = np.minimum(np.searchsorted(self._function, words), len(self._function) - 1)
        content = self._function[place] != words  # (n, most + 1)
        copied = content.sum(1) >= CONTENT
        if most < RUN:
            copied[copied] = self.index.has(words[copied])
        for last in range(most + 1, RUN, -1):  # sixes, the newest first: it settles most rows
            six = slice(last - RUN - 1, last)
            asked = np.flatnonzero(copied)
            if self.index.stride > 1:  # sixes with little content are not kept
                asked = asked[content[asked, six].sum(1) >= CONTENT]
            copied[asked] = self.index.has_six(words[asked, six])
        found = np.zeros(following.size, bool)
        found[rows] = copied
        return found.reshape(following.shape)

    def _is_allowed(self, run: SharedRun) -> bool:
        named = _names(run.author, run.title)
        said = tuple(bare_words(run.text))
        return any(
            (bool(quote) and quote in named)
            or any(quote[i : i + len(said)] == said for i in range(len(quote) - len(said) + 1))
            for quote in self._allowed
        )


def _names(author: str, title: str) -> set[tuple[str, ...]]:
    """What a work may be called: its title, with its author before or after it or without."""
    by, called = tuple(bare_words(author)), tuple(bare_words(title))
    return {called, by + called, called + by} - {by}


def is_copied(run: SharedRun, max_shared_words: int = 5) -> bool:
    """Whether, somewhere in a run, one word more than allowed bears two content words."""
    content = [word not in function_words() for word in bare_words(run.text)]
    many = max_shared_words + 1
    return any(sum(content[i : i + many]) >= CONTENT for i in range(len(content) - many + 1))


def refusal(lines: Sequence[str], copied: Sequence[SharedRun], name: str) -> Verdict:
    """The verdict on a poem with copied runs, as `CopyGate.verdict` gives it."""
    every = sum(len(bare_words(line)) for line in lines)
    score = max(0.0, 1 - sum(run.words for run in copied) / max(1, every))
    return Verdict(name, False, score, "; ".join(map(told, copied)))


def told(run: SharedRun) -> str:
    """One clause: how much is shared, with what, and the words."""
    work = f"“{run.title}”" if run.title else "an untitled work"
    by = f" by {run.author}" if run.author else ""
    return f"shares {run.words} words with {work}{by}, line {run.source_line}: “{run.text}”"
