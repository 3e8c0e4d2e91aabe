"""The copying index: which runs of words stand in a training text, and where; never the text.

The index holds hashes, line numbers and the works' authors and titles. It works on
bare words (`bare_words`), across line ends inside one work, never across works.

How: five words in a row (four with stride 3) make a 64-bit key. Its upper half names a
bucket of about two entries; an entry holds, in 40 or 48 bits, the rest of the key (r
bits), a few bits (e) of the hash of each word that makes six words with it, and the
line. With half a million lines of verse, five words are found wrongly once in 2**(r - 1)
= 16,000 (stride 1), six practically never (stride 1) or once in 2**(r + 2 e) / 6 = 90,000
(stride 3).
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
from haiga.features.copy_build import (
    CONTENT,
    RUN,
    SIX,
    SPLITS,
    WORDS_OF_KEY,
    Source,
    choose,
    gather,
)
from haiga.features.function_words import function_words
from haiga.features.shared_run import SharedRun
from haiga.media.durable import write_durably
from haiga.models.mapped import map_tensors

__all__ = ["CopyIndex", "SharedRun", "Source", "bare_words", "word_keys"]

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_FORMAT = "haiga.copies.v1"
_BUCKET = 2  # entries of a bucket, on average
_BLOCK = 6  # 2**6 buckets share a 32-bit start; each adds its own of 8 bits
_WIDE = {1: 40, 2: 48}  # bits of an entry by bytes of its upper part
_BESIDE = {1: 3, 3: 5}  # e, by stride
_MOST_LINES = 24  # bits
_TYPES = {"blocks": "u4", "starts": "u1 u2 u4", "low": "u4", "high": "u1 u2",
          "first_line": "u4", "works": "u1", "digests": "u8", "splits": "u1"}  # fmt: skip


@dataclass(frozen=True)
class _Hits:
    """Entries found for keys, in order of place."""

    place: Ints  # (H,) which key
    line: Ints  # (H,) over all works
    beside: Keys  # (H, 2 (6 - k)) bits of the words before, then after


class CopyIndex:
    """Which runs of words stand in the works it was made of; see `of` for what it finds."""

    def __init__(self, arrays: Mapping[str, npt.NDArray[Any]], settings: Mapping[str, int]) -> None:
        self.arrays = dict(arrays)
        self.stride = settings["stride"]
        self.words = settings["words"]
        self._settings = dict(settings)
        self._line_bits, self._beside = settings["line_bits"], settings["beside_bits"]
        self._key = WORDS_OF_KEY[self.stride]
        self._reach = SIX - self._key
        kept = self._line_bits + 2 * self._reach * self._beside
        self._rest = _WIDE[self.arrays["high"].itemsize] - kept
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

        Stride 1 finds every shared run of five words or more with its exact extent.
        Stride 3 takes two fifths of the room: it finds every run of six or more, with its
        exact extent, as long as each six of it bears two content words. Two passages
        that overlap in a poem by five words or more are found as one run; otherwise
        each six of a run stands in a work so, but for one word too many at an end of one
        run in 16 with stride 3. Building takes about 300 bytes of memory a word.
        """
        if stride not in WORDS_OF_KEY:
            raise UserError(f"stride: must be 1 or 3, got {stride}")
        got = gather(works)
        kept = choose(got, stride)
        line_bits = max(1, got.first_line[-1].bit_length())
        if line_bits > _MOST_LINES:
            raise UserError("texts: more than 16 million lines; index them in parts")
        beside = _BESIDE[stride]
        bits = line_bits + len(kept.beside) * beside
        bytes_high = 1 if bits <= 30 else 2
        rest = np.uint64(_WIDE[bytes_high] - bits)
        count = max(1, -(-len(kept.run) // _BUCKET))
        value = kept.run & ((np.uint64(1) << rest) - np.uint64(1))
        for word in kept.beside:
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

        With stride 3 not every five is known, but of every six words in a row at least one
        of the two fives is; a run with an unknown word (0) is not there.
        """
        return self._stand(keys)

    def has_six(self, keys: Keys) -> Bools:
        """Whether six words in a row stand in a work: word keys (…, 6) -> (…)."""
        return self._stand(keys)

    def _stand(self, keys: Keys) -> Bools:
        """Whether some entry vouches for all of n words, 5 or 6: (…, n) -> (…)."""
        words = keys.shape[-1]
        flat = keys.reshape(-1, words)
        rows = np.flatnonzero((flat != 0).all(1))
        flat = flat[rows]
        stands = np.zeros(len(flat), bool)
        every = np.ones(len(flat), bool)
        for first in range(words - self._key + 1):
            hits = self._find(run_keys(flat[:, first : first + self._key]))
            vouched = np.ones(len(hits.place), bool)
            for column, offset in self._columns(first, words):
                vouched &= hits.beside[:, column] == self._bits(flat[hits.place, first + offset])
            stands[hits.place[vouched]] = True
            there = np.zeros(len(flat), bool)
            there[hits.place] = True
            every &= there
        found = np.zeros(keys.size // words, bool)
        found[rows] = stands & every if self.stride == 1 else stands
        return found.reshape(keys.shape[:-1])

    def _columns(self, first: int, words: int) -> list[tuple[int, int]]:
        """(column of `beside`, offset from the key) of the words of a run around its key."""
        offsets = [*range(-self._reach, 0), *range(self._key, SIX)]
        return [(c, o) for c, o in enumerate(offsets) if 0 <= first + o < words]

    def _bits(self, keys: Keys) -> Keys:
        return keys >> np.uint64(64 - self._beside)

    def runs(self, lines: Sequence[str], least: int = RUN) -> list[SharedRun]:
        """The longest runs of at least `least` words shared with a work, none inside another.

        `least` is at least 5; with stride 3 runs of five are not told, since only some
        of them would be found.
        """
        if least < RUN:
            raise UserError(f"least: runs of fewer than {RUN} words are not kept, got {least}")
        said = [(n, word) for n, line in enumerate(lines) for word in spelled(line)]
        if len(said) < RUN:
            return []
        keys = word_keys([word.word for _, word in said])
        content = np.array([word.word not in function_words() for _, word in said], np.int64)
        hits = self._find(run_keys(np.lib.stride_tricks.sliding_window_view(keys, self._key)))
        if not hits.place.size:
            return []
        six, linked = self._sixes(keys, content, hits)
        ends = [(first, last + SIX) for first, last in _stretches(six)]
        if self.stride == 1:  # keys are of five words
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
        e, bits = np.uint64(self._beside), np.uint64(self._line_bits)
        count_beside = np.uint64(2 * self._reach)
        mask = (np.uint64(1) << np.uint64(self._rest)) - np.uint64(1)
        same = np.flatnonzero(value >> (bits + count_beside * e) == (keys & mask)[place])
        value = value[same]
        line = (value & ((np.uint64(1) << bits) - np.uint64(1))).astype(np.int64)
        shifts = bits + e * np.arange(2 * self._reach, dtype=np.uint64)[::-1]
        beside = value[:, None] >> shifts & ((np.uint64(1) << e) - np.uint64(1))
        return _Hits(place[same], line, beside)

    def _sixes(self, keys: Keys, content: Ints, hits: _Hits) -> tuple[Bools, Bools]:
        """(n - 5,) which sixes stand in a work, and (H,) which hits vouch for one."""
        bits = np.pad(self._bits(keys), self._reach)
        six = np.zeros(max(0, len(keys) - SIX + 1), bool)
        linked = np.zeros(len(hits.place), bool)
        for first in range(self._reach + 1):  # the key's place in the six
            start = hits.place - first
            vouched = (start >= 0) & (start < len(six))
            for column, offset in self._columns(first, SIX):
                vouched &= hits.beside[:, column] == bits[hits.place + self._reach + offset]
            six[start[vouched]] = True
            linked |= vouched
        if self.stride == 1:
            hit = np.zeros(len(keys) - RUN + 1, bool)
            hit[hits.place] = True
            six &= hit[:-1] & hit[1:]
            return six, linked
        # Sixes with little content are not kept: one between two found ones of a place counts.
        poor = _in_sixes(content) < CONTENT
        for (_, end), (begin, _) in zip(_stretches(six)[:-1], _stretches(six)[1:], strict=True):
            if poor[end + 1 : begin].all():
                left = hits.line[linked & (hits.place >= end) & (hits.place <= end + self._reach)]
                right = hits.line[
                    linked & (hits.place >= begin) & (hits.place <= begin + self._reach)
                ]
                apart = right[:, None] - left
                if ((apart >= 0) & (apart <= begin - end)).any():
                    six[end + 1 : begin] = True
        return six, linked

    def _run(
        self, lines: Sequence[str], said: list[tuple[int, Spelled]], content: Ints, hits: _Hits,
        linked: Bools, first: int, end: int,
    ) -> SharedRun:  # fmt: skip
        inside = (hits.place >= first) & (hits.place <= end - self._key)
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
    blocks = arrays["blocks"][bucket >> _BLOCK].astype(np.int64)
    return np.asarray(blocks + arrays["starts"][bucket], np.int64)


def _in_sixes(content: Ints) -> Ints:
    """(n,) -> (n - 5,) how many content words each six has."""
    return np.convolve(content, np.ones(SIX, np.int64), "valid")


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
    reach = SIX - WORDS_OF_KEY[settings["stride"]]
    whole = all(type(settings[name]) is int for name in ("words", "stride"))
    if not (whole and 1 <= bits <= 32 and beside >= 1 and bits + 2 * reach * beside < width):
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
