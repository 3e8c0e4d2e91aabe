"""Is a piece new in its studio? Its painting and words beside the artist's earlier ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from difflib import SequenceMatcher

import numpy as np
import numpy.typing as npt

from haiga.actions.originality import STUDIO, WORDS, Finding
from haiga.archive.stored import Earlier
from haiga.archive.studio import Studio
from haiga.core.collecting import Looks
from haiga.core.errors import BadPicture
from haiga.core.nouns import Picture, Poem
from haiga.core.roles import Embedder
from haiga.features.bare_words import bare_words
from haiga.features.looks import VERSION, looks_of, packed, unpacked
from haiga.media.pictures import read_picture

COPY, CLOSE = 0.005, 0.012
"""Distances below which a painting is an earlier one again, or close to one: geometric means of
the cosine distances of layout, early and late view. Of 500 paintings by each of two generators
no two came nearer than 0.0099, and 1 to 2 % below 0.012; the same painting again is at 0."""
_LEAST, _FAR = 1e-5, 0.05

FILLED = 200
"""So many older paintings are looked at, at most, when a piece is made."""

SAME_SHARE = 0.8
"""A poem that shares so much of its words, three in a row or more, is an earlier one again."""
LONG_RUN = 6
"""So many words in a row of an earlier poem make it close."""
_KEY, _RUN = 4, 3

Floats = npt.NDArray[np.float32]


class OwnPieces:
    """An artist's earlier pieces in a studio, read once and added to as more are made."""

    def __init__(self, studio: Studio, artist: str, eye: Embedder) -> None:
        self._studio, self._artist, self._eye = studio, artist, eye
        self._last = 0
        self._unseen = 0
        self._ids: list[str] = []
        self._views: list[tuple[Floats, Floats, Floats]] = []
        self._poems: list[tuple[str, list[str]]] = []
        self._poems_with: dict[tuple[str, ...], list[int]] = defaultdict(list)

    def update(self) -> None:
        """Read what the studio has gained since the last time, and look at what was not yet."""
        earlier = self._studio.earlier(self._artist, VERSION, self._last)
        new: dict[int, bytes] = {}
        for piece in earlier:
            self._last = max(self._last, piece.number)
            self._add_poem(piece)
            looks = self._looks(piece, new)
            if looks is None:
                self._unseen += 1
                continue
            self._ids.append(piece.id)
            self._views.append(_views(looks))
        if new:
            self._studio.keep_looks(VERSION, new)

    def judge_painting(self, looks: Looks) -> Finding:
        """The earlier painting that a new one comes nearest to, as it is or mirrored."""
        unseen = f"; {self._unseen} older ones have not been looked at" if self._unseen else ""
        if not self._views:
            reason = f"new: no earlier painting to compare it with{unseen}"
            return Finding(STUDIO, "new", 1.0, reason)
        distances = self._distances(_views(looks))
        place = int(distances.argmin())
        distance = round(float(distances[place]), 4)
        named = f"the painting of your piece {self._ids[place]}"
        score = round(min(1.0, distance / _FAR), 4)
        if distance < COPY:
            return Finding(STUDIO, "copy", score, f"copy: is {named} again", named, distance)
        if distance < CLOSE:
            reason = f"close: to {named}{unseen}"
            return Finding(STUDIO, "close", score, reason, named, distance)
        return Finding(STUDIO, "new", score, f"new: nearest is {named}{unseen}", named, distance)

    def _distances(self, own: tuple[Floats, Floats, Floats]) -> Floats:
        """How far every earlier painting is from one, whichever way that is turned."""
        earlier = [np.stack([views[v][0] for views in self._views]) for v in range(len(own))]
        apart = np.stack([1 - e @ view.T for e, view in zip(earlier, own, strict=True)])
        means = np.log(np.maximum(apart, _LEAST)).mean(0)  # (N, 2)
        return np.asarray(np.exp(means.min(1)), np.float32)

    def judge_poem(self, poem: Poem) -> Finding:
        """The earlier poem that a new one shares most words in a row with."""
        words = _words(poem.lines)
        candidates = {n for key in _keys(words) for n in self._poems_with.get(key, ())}
        best, longest, share = -1, 0, 0.0
        for n in sorted(candidates):
            runs = _runs(words, self._poems[n][1])
            shared = sum(runs) / max(len(words), len(self._poems[n][1]))
            if (shared, max(runs)) > (share, longest):
                best, longest, share = n, max(runs), shared
        if best < 0:
            reason = f"new: no {_KEY} words in a row stand in an earlier poem"
            return Finding(WORDS, "new", 1.0, reason)
        named = f"the poem of your piece {self._poems[best][0]}"
        score = round(1 - share, 4)
        said = f"{longest} words in a row"
        if share >= SAME_SHARE:
            reason = f"copy: is {named} again, {share:.0%} of it"
            return Finding(WORDS, "copy", score, reason, named)
        if longest >= LONG_RUN:
            return Finding(WORDS, "close", score, f"close: shares {said} with {named}", named)
        return Finding(WORDS, "new", score, f"new: shares no more than {said} with {named}", named)

    def _looks(self, piece: Earlier, new: dict[int, bytes]) -> Looks | None:
        """How a painting looks, as it was kept or seen now; None where there is no time or file."""
        if piece.looks is not None:
            try:
                return unpacked(piece.looks)
            except ValueError:
                pass  # damaged: seen again
        if len(new) >= FILLED:
            return None
        try:
            picture = read_picture(piece.painting)
        except BadPicture:
            return None
        (looks,) = looks_of([picture], self._eye)
        new[piece.number] = packed(looks)
        return looks

    def _add_poem(self, piece: Earlier) -> None:
        words = _words(piece.lines)
        for key in set(_keys(words)):
            self._poems_with[key].append(len(self._poems))
        self._poems.append((piece.id, words))


def painting_looks(painting: Picture, eye: Embedder) -> Looks:
    """How a painting looks."""
    (looks,) = looks_of([painting], eye)
    return looks


def _views(looks: Looks) -> tuple[Floats, Floats, Floats]:
    """Layout, early and late view, (2, D) each, as it is and mirrored, of length 1."""
    small = looks.thumbnail.astype(np.float32)
    layout = np.stack([small.reshape(-1), small[:, ::-1].reshape(-1)])
    parts = (layout, looks.early.astype(np.float32), looks.late.astype(np.float32))
    first, second, third = (
        part / np.maximum(np.linalg.norm(part, axis=1, keepdims=True), 1e-6) for part in parts
    )
    return first, second, third


def _words(lines: Sequence[str]) -> list[str]:
    return [word for line in lines for word in bare_words(line)]


def _keys(words: Sequence[str]) -> list[tuple[str, ...]]:
    """Every few words in a row, or all of a shorter poem."""
    size = min(_KEY, len(words))
    return [tuple(words[i : i + size]) for i in range(len(words) - size + 1)] if size else []


def _runs(words: Sequence[str], others: Sequence[str]) -> list[int]:
    """How many words the runs have that two poems share in the same order."""
    blocks = SequenceMatcher(None, words, others, autojunk=False).get_matching_blocks()
    least = min(_RUN, len(words))
    return [block.size for block in blocks if block.size >= least] or [0]
