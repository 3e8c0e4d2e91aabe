"""The copying index: which runs of words stand in a training text, and where; never the text.

The index holds hashes, line numbers and the works' authors and titles. It works on
bare words (`bare_words`), across line ends inside one work, never across works.

How: a run of five words is a 64-bit key. Its upper half names a bucket of about
two entries; an entry holds, in 40 or 48 bits, the rest of the key (r bits), a few
bits (e) of the hash of the word before the run and of the word after, and the line.
A five is found wrongly about 2 / 2**r of the time; a six, with stride 2, 4 / 2**(r + e)
of the time, and practically never with stride 1, where both of its fives must be there.
With 500,000 lines of verse r + 2e = 21; `CopyIndex.of` says which e.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from haiga.core.errors import BadModel, UserError
from haiga.features.bare_words import Spelled, bare_words, digest, spelled, word_keys
from haiga.features.bloom import Keys, run_keys
from haiga.features.copy_build import CONTENT, RUN, SPLITS, Source, choose, gather
from haiga.features.function_words import function_words
from haiga.media.durable import write_durably
from haiga.models.mapped import map_tensors

__all__ = ["CopyIndex", "SharedRun", "Source", "bare_words", "word_keys"]

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_FORMAT = "haiga.copies.v1"
_BUCKET = 2  # entries of a bucket, on average
_BLOCK = 6  # 2**6 buckets share a 32-bit start; each adds its own of 8 bits
_WIDE = {1: 40, 2: 48}  # bits of an entry by bytes of its upper part
_TYPES = {"blocks": "u4", "starts": "u1 u2 u4", "low": "u4", "high": "u1 u2",
          "first_line": "u4", "works": "u1", "digests": "u8", "splits": "u1"}  # fmt: skip


@dataclass(frozen=True)
class SharedRun:
    """Consecutive words that a poem has in common with a work of the index."""

    words: int
    content: int
    """How many of them are no function words."""
    line: int
    """The poem's line it starts in, from 0; `start` is a character of that line."""
    start: int
    end_line: int
    """The poem's line it ends in; `end` is the character of that line after its last."""
    end: int
    text: str
    """As the poem has it, lines parted by " / "."""
    author: str
    title: str
    source_line: int
    """Line of the work it starts in, from 1, blank lines not counted."""

    def spans(self, lines: Sequence[str]) -> list[tuple[int, int, int]]:
        """(line, start, end) in each line of the poem that it touches, for highlighting."""
        return [
            (n, self.start if n == self.line else 0, self.end if n == self.end_line else len(text))
            for n, text in enumerate(lines[: self.end_line + 1])
            if n >= self.line
        ]


@dataclass(frozen=True)
class _Hits:
    """Entries found for the fives of a text, in order of place."""

    place: Ints  # (H,) which five
    line: Ints  # (H,) over all works
    before: Keys  # (H,) bits of the word before
    after: Keys  # (H,)


class CopyIndex:
    """Every run of five words of the works it was made of; see `of` for what it finds."""

    def __init__(self, arrays: Mapping[str, npt.NDArray[Any]], settings: Mapping[str, int]) -> None:
        self.arrays = dict(arrays)
        self.stride = settings["stride"]
        self.words = settings["words"]
        self._settings = dict(settings)
        self._line_bits, self._beside = settings["line_bits"], settings["beside_bits"]
        self._rest = _WIDE[self.arrays["high"].itemsize] - self._line_bits - 2 * self._beside
        self._first = self.arrays["first_line"].astype(np.int64)  # (W + 1,)
        told = json.loads(zlib.decompress(self.arrays["works"].tobytes()))
        self._authors: list[str] = told["authors"]
        self._author_of: list[int] = told["author_of"]
        self._titles: list[str] = told["titles"]
        if not len(self._titles) == len(self._author_of) == len(self._first) - 1:
            raise ValueError("its works and their lines do not match")

    @classmethod
    def of(cls, works: Iterable[Source], stride: int = 1) -> CopyIndex:
        """The index of these works; where two share a run, the first is named.

        Stride 1 finds every shared run of five words or more with its exact extent
        (e = 3). Stride 2 takes half the room: it finds every run of six or more, with
        its exact extent, as long as each six of it bears two content words (e = 5).
        Two passages of different works that overlap in a poem by five words or more
        are found as one run; otherwise every six words in a row of a run stand in a
        work so, but for one in 2**(e - 1) runs that are a word longer than they should be.
        Building takes about 300 bytes of memory a word.
        """
        if stride not in (1, 2):
            raise UserError(f"stride: must be 1 or 2, got {stride}")
        got = gather(works)
        kept = choose(got, stride)
        line_bits = max(1, (got.first_line[-1] or 1).bit_length())
        beside = 3 if stride == 1 else 5
        if line_bits > 28:
            raise UserError("texts: more than 268 million lines; index them in parts")
        bytes_high = 1 if line_bits <= 20 else 2
        rest = np.uint64(_WIDE[bytes_high] - line_bits - 2 * beside)
        count = max(1, -(-len(kept.run) // _BUCKET))
        value = kept.run & ((np.uint64(1) << rest) - np.uint64(1))
        for word in (kept.before, kept.after):
            value = value << np.uint64(beside) | word >> np.uint64(64 - beside)
        value = value << np.uint64(line_bits) | kept.line
        bucket = _bucket(kept.run, count)
        order = np.lexsort((value, bucket))
        value, bucket = value[order], bucket[order]
        authors = {name: n for n, name in enumerate(dict.fromkeys(got.authors))}
        told = {
            "authors": list(authors),
            "author_of": [authors[name] for name in got.authors],
            "titles": got.titles,
        }
        packed = zlib.compress(json.dumps(told, ensure_ascii=False).encode(), 9)
        digests = np.array(sorted(got.splits), np.uint64)
        starts = np.searchsorted(bucket, np.arange(count + 1))
        blocks = starts[:: 1 << _BLOCK].copy()
        starts -= np.repeat(blocks, 1 << _BLOCK)[: count + 1]
        arrays: dict[str, npt.NDArray[Any]] = {
            "blocks": blocks.astype(np.uint32),
            "starts": starts.astype(np.min_scalar_type(starts.max())),
            "low": value.astype(np.uint32),
            "high": (value >> np.uint64(32)).astype(f"u{bytes_high}"),
            "first_line": np.array(got.first_line, np.uint32),
            "works": np.frombuffer(packed, np.uint8),
            "digests": digests,
            "splits": np.array([got.splits[int(key)] for key in digests], np.uint8),
        }
        settings = {"stride": stride, "line_bits": line_bits, "beside_bits": beside,
                    "words": len(got.word)}  # fmt: skip
        return cls(arrays, settings)

    def save(self, path: Path) -> None:
        """Write the index as one safetensors file; the same works give the same bytes."""
        from safetensors.numpy import save

        about = json.dumps({"format": _FORMAT, **self._settings}, sort_keys=True)
        write_durably(path, save(self.arrays, {"haiga": about}))  # one key: their order is random

    @classmethod
    def open(cls, path: Path) -> CopyIndex:
        """The index in a file, memory-mapped; BadModel when the file is missing or damaged."""
        arrays, about = map_tensors(path)
        try:
            settings = json.loads(about["haiga"])
            if settings.pop("format") != _FORMAT:
                raise ValueError(f"it is not of the form {_FORMAT}")
            _check(arrays, settings)
            return cls(arrays, settings)
        except (ValueError, KeyError, TypeError, AttributeError, zlib.error) as error:
            reason = error if isinstance(error, ValueError) else "something it needs is missing"
            raise BadModel(f"{path}: is not a whole copying index: {reason}") from error

    @property
    def works(self) -> list[tuple[str, str]]:
        """(author, title) of every work, in order."""
        return [(self._authors[a], t) for a, t in zip(self._author_of, self._titles, strict=True)]

    def split_of(self, text: str) -> str | None:
        """`train`, `validation` or `test` for a whole work of the index, else None."""
        known, key = self.arrays["digests"], np.uint64(digest(bare_words(text)))
        place = int(np.searchsorted(known, key))
        if place == len(known) or known[place] != key:
            return None
        return SPLITS[int(self.arrays["splits"][place])]

    def with_splits(self, digests: Keys, splits: npt.NDArray[np.uint8]) -> CopyIndex:
        """The same runs with the split of another poet: sorted digests (W,), splits (W,)."""
        arrays = {**self.arrays, "digests": digests, "splits": splits}
        _check(arrays, self._settings)
        return CopyIndex(arrays, self._settings)

    def has(self, keys: Keys) -> Bools:
        """Whether five words in a row stand in a work: word keys (…, 5) -> (…).

        With stride 2 about half of the runs of five are known, and of every six words in
        a row at least one five; a run with an unknown word (0) is not there.
        """
        flat = keys.reshape(-1, RUN)
        found = np.zeros(len(flat), bool)
        found[self._find(run_keys(flat)).place] = True
        return (found & (flat != 0).all(1)).reshape(keys.shape[:-1])

    def has_six(self, keys: Keys) -> Bools:
        """Whether six words in a row stand in a work: word keys (…, 6) -> (…)."""
        flat = keys.reshape(-1, RUN + 1)
        # (N, 2): the five before the last word, and the five after the first
        fives = np.stack([run_keys(flat[:, :RUN]), run_keys(flat[:, 1:])], 1)
        hits = self._find(fives.ravel())
        row, second = hits.place >> 1, (hits.place & 1).astype(bool)
        beside = np.where(second, flat[row, 0], flat[row, RUN]) >> np.uint64(64 - self._beside)
        vouched = np.where(second, hits.before, hits.after) == beside
        found = np.zeros(len(flat), bool)
        found[row[vouched]] = True
        if self.stride == 1:
            both = np.zeros(2 * len(flat), bool)
            both[hits.place] = True
            found &= both.reshape(-1, 2).all(1)
        return (found & (flat != 0).all(1)).reshape(keys.shape[:-1])

    def runs(self, lines: Sequence[str], least: int = RUN) -> list[SharedRun]:
        """The longest runs of at least `least` words shared with a work, none inside another.

        `least` is at least 5; with stride 2 runs of five are not told, since only half
        of them would be found.
        """
        if least < RUN:
            raise UserError(f"least: runs of fewer than {RUN} words are not kept, got {least}")
        said = [(n, word) for n, line in enumerate(lines) for word in spelled(line)]
        if len(said) < RUN:
            return []
        keys = word_keys([word.word for _, word in said])
        content = np.array([word.word not in function_words() for _, word in said], np.int64)
        hits = self._find(run_keys(np.lib.stride_tricks.sliding_window_view(keys, RUN)))
        if not hits.place.size:
            return []
        six, linked = self._sixes(keys, content, hits)
        ends = [(first, last + RUN + 1) for first, last in _stretches(six)]
        if self.stride == 1:
            lone = np.zeros(len(keys) - RUN + 1, bool)
            lone[hits.place] = True
            lone[:-1] &= ~six
            lone[1:] &= ~six
            ends = sorted([*ends, *((int(p), int(p) + RUN) for p in np.flatnonzero(lone))])
        return [
            self._run(lines, said, content, hits, linked, first, end)
            for first, end in ends
            if end - first >= least
        ]

    def _find(self, keys: Keys) -> _Hits:
        """The entries of these runs of five, by place."""
        bucket = _bucket(keys, len(self.arrays["starts"]) - 1)
        first = _starts(self.arrays, bucket)
        count = _starts(self.arrays, bucket + 1) - first
        place = np.repeat(np.arange(len(keys)), count)
        at = np.arange(len(place)) + np.repeat(first - np.cumsum(count) + count, count)
        value = self.arrays["high"][at].astype(np.uint64) << np.uint64(32)
        value |= self.arrays["low"][at]
        shift = np.uint64(self._line_bits + 2 * self._beside)
        mask = (np.uint64(1) << np.uint64(self._rest)) - np.uint64(1)
        same = np.flatnonzero(value >> shift == (keys & mask)[place])
        value, e, bits = value[same], np.uint64(self._beside), np.uint64(self._line_bits)
        low = (np.uint64(1) << e) - np.uint64(1)
        line = (value & ((np.uint64(1) << bits) - np.uint64(1))).astype(np.int64)
        return _Hits(place[same], line, value >> (bits + e) & low, value >> bits & low)

    def _sixes(self, keys: Keys, content: Ints, hits: _Hits) -> tuple[Bools, Bools]:
        """(P - 1,) which sixes stand in a work, and (H,) which hits vouch for one."""
        bits = np.concatenate([keys >> np.uint64(64 - self._beside), np.zeros(1, np.uint64)])
        after = (hits.place + RUN < len(keys)) & (bits[hits.place + RUN] == hits.after)
        before = (hits.place > 0) & (bits[hits.place - 1] == hits.before)
        six = np.zeros(max(0, len(keys) - RUN), bool)
        six[hits.place[after]] = True
        six[hits.place[before] - 1] = True
        if self.stride == 1:
            hit = np.zeros(len(keys) - RUN + 1, bool)
            hit[hits.place] = True
            six &= hit[:-1] & hit[1:]
            return six, after | before
        # Sixes with little content are not kept: one between two found ones of a place counts.
        poor = _in_sixes(content) < CONTENT
        for (_, end), (begin, _) in zip(_stretches(six)[:-1], _stretches(six)[1:], strict=True):
            if poor[end + 1 : begin].all():
                left = hits.line[(hits.place >= end) & (hits.place <= end + 1) & (after | before)]
                right = hits.line[
                    (hits.place >= begin) & (hits.place <= begin + 1) & (after | before)
                ]
                apart = right[:, None] - left
                if ((apart >= 0) & (apart <= begin - end)).any():
                    six[end + 1 : begin] = True
        return six, after | before

    def _run(
        self, lines: Sequence[str], said: list[tuple[int, Spelled]], content: Ints, hits: _Hits,
        linked: Bools, first: int, end: int,
    ) -> SharedRun:  # fmt: skip
        inside = (hits.place >= first) & (hits.place <= end - RUN)
        if end - first > RUN:
            inside &= linked
        place, line = hits.place[inside], hits.line[inside]
        work = np.searchsorted(self._first, line, "right") - 1
        work = np.clip(work, 0, len(self._titles) - 1)
        votes = np.unique(np.unique(np.stack([work, place]), axis=1)[0], return_counts=True)
        best = int(votes[0][votes[1].argmax()])
        mine = work == best
        source = int(line[mine & (place == place[mine].min())].min() - self._first[best]) + 1
        (top, head), (bottom, tail) = said[first], said[end - 1]
        parts = list(lines[top : bottom + 1])
        parts[-1] = parts[-1][: tail.end]
        parts[0] = parts[0][head.start :]
        return SharedRun(
            words=end - first,
            content=int(content[first:end].sum()),
            line=top,
            start=head.start,
            end_line=bottom,
            end=tail.end,
            text=" / ".join(part for part in parts if part.strip()),
            author=self._authors[self._author_of[best]],
            title=self._titles[best],
            source_line=source,
        )


def _bucket(keys: Keys, count: int) -> Ints:
    """Which of `count` buckets each key falls in, by its upper half (Lemire 2019)."""
    return ((keys >> np.uint64(32)) * np.uint64(count) >> np.uint64(32)).astype(np.int64)


def _starts(arrays: Mapping[str, npt.NDArray[Any]], bucket: Ints) -> Ints:
    """The first entry of each bucket."""
    return arrays["blocks"][bucket >> _BLOCK].astype(np.int64) + arrays["starts"][bucket]


def _in_sixes(content: Ints) -> Ints:
    """(n,) -> (n - 5,) how many content words each six has."""
    return np.convolve(content, np.ones(RUN + 1, np.int64), "valid")


def _stretches(found: Bools) -> list[tuple[int, int]]:
    """The first and last place of each stretch of True."""
    edge = np.flatnonzero(np.diff(np.concatenate([[False], found, [False]])))
    return [(int(a), int(b) - 1) for a, b in zip(edge[::2], edge[1::2], strict=True)]


def _check(arrays: Mapping[str, npt.NDArray[Any]], settings: Mapping[str, Any]) -> None:
    """ValueError or KeyError for arrays that cannot be an index."""
    for name, kinds in _TYPES.items():
        if arrays[name].dtype.str[1:] not in kinds.split() or arrays[name].ndim != 1:
            raise ValueError(f"'{name}' is of another kind")
    bits, beside = settings["line_bits"], settings["beside_bits"]
    width = _WIDE[arrays["high"].itemsize]
    whole = all(type(settings[name]) is int for name in ("words", "stride"))
    if settings["stride"] not in (1, 2) or not whole or not (
        1 <= bits <= 32 and 1 <= beside <= 8 and bits + 2 * beside < width
    ):  # fmt: skip
        raise ValueError("its settings are out of range")
    count, first = len(arrays["starts"]), arrays["first_line"]
    if count < 2 or len(arrays["blocks"]) != (count - 1 >> _BLOCK) + 1:
        raise ValueError("its buckets do not match its blocks")
    starts = _starts(arrays, np.arange(count))
    if starts[0] != 0 or starts[-1] != len(arrays["low"]):
        raise ValueError("its buckets do not match its entries")
    if (starts[1:] < starts[:-1]).any() or (first[1:] < first[:-1]).any() or not len(first):
        raise ValueError("its buckets or works are out of order")
    if len(arrays["low"]) != len(arrays["high"]) or len(arrays["digests"]) != len(arrays["splits"]):
        raise ValueError("two of its arrays do not match")
    if len(arrays["splits"]) and arrays["splits"].max() >= len(SPLITS):
        raise ValueError("it names an unknown split")
