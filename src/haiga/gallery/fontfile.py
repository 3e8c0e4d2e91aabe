"""What a TrueType file says of its letters: which it has, how wide they are, how pairs close up.

Read here rather than asked of Pillow, whose basic layout draws an empty box for
what is missing and loses the kerning, and whose other layout is not in every
build. Source: the OpenType specification, tables `cmap` (formats 4 and 12),
`head`, `hhea`, `hmtx` and `kern` (version 0, format 0).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


@dataclass(frozen=True)
class Letters:
    """The letters of a font; lengths in em."""

    glyphs: Mapping[int, int]
    """Code point to glyph number, for what the font can draw."""
    advances: tuple[float, ...]
    """Width by glyph number."""
    kerning: Mapping[tuple[int, int], float]
    """What is added between two glyphs."""

    def places(self, text: str) -> list[float]:
        """Where each character starts, and where the text ends: one more than characters."""
        at = [0.0]
        before: int | None = None
        for character in text:
            glyph = self.glyphs.get(ord(character), 0)
            if before is not None:
                at[-1] += self.kerning.get((before, glyph), 0.0)
            at.append(at[-1] + self.advances[glyph])
            before = glyph
        return at


@lru_cache(maxsize=16)
def read_letters(path: Path) -> Letters:
    """Reads a font file once."""
    data = path.read_bytes()
    (count,) = struct.unpack_from(">H", data, 4)
    tables = {
        data[at : at + 4]: struct.unpack_from(">I", data, at + 8)[0]
        for at in range(12, 12 + 16 * count, 16)
    }
    (em,) = struct.unpack_from(">H", data, tables[b"head"] + 18)
    return Letters(
        glyphs=dict(_characters(data, tables[b"cmap"])),
        advances=_advances(data, tables[b"hhea"], tables[b"hmtx"], em),
        kerning=dict(_pairs(data, tables[b"kern"], em)) if b"kern" in tables else {},
    )


def _characters(data: bytes, start: int) -> Iterator[tuple[int, int]]:
    (subtables,) = struct.unpack_from(">H", data, start + 2)
    for i in range(subtables):
        platform, _, offset = struct.unpack_from(">HHI", data, start + 4 + 8 * i)
        if platform not in (0, 3):
            continue
        (form,) = struct.unpack_from(">H", data, start + offset)
        if form == 4:
            yield from _format_4(data, start + offset)
        elif form == 12:
            yield from _format_12(data, start + offset)


def _format_4(data: bytes, at: int) -> Iterator[tuple[int, int]]:
    count = struct.unpack_from(">H", data, at + 6)[0] // 2
    ends = struct.unpack_from(f">{count}H", data, at + 14)
    starts = struct.unpack_from(f">{count}H", data, at + 16 + 2 * count)
    deltas = struct.unpack_from(f">{count}H", data, at + 16 + 4 * count)
    offsets = struct.unpack_from(f">{count}H", data, at + 16 + 6 * count)
    for i in range(count):
        for code in range(starts[i], ends[i] + 1):
            glyph = code
            if offsets[i]:
                place = at + 16 + 6 * count + 2 * i + offsets[i] + 2 * (code - starts[i])
                (glyph,) = struct.unpack_from(">H", data, place)
                if glyph == 0:
                    continue
            glyph = (glyph + deltas[i]) & 0xFFFF
            if glyph and code != 0xFFFF:
                yield code, glyph


def _format_12(data: bytes, at: int) -> Iterator[tuple[int, int]]:
    (groups,) = struct.unpack_from(">I", data, at + 12)
    for i in range(groups):
        first, last, glyph = struct.unpack_from(">III", data, at + 16 + 12 * i)
        for code in range(first, last + 1):
            if glyph + code - first:
                yield code, glyph + code - first


def _advances(data: bytes, hhea: int, hmtx: int, em: int) -> tuple[float, ...]:
    (count,) = struct.unpack_from(">H", data, hhea + 34)
    widths = [width / em for width, _ in struct.iter_unpack(">Hh", data[hmtx : hmtx + 4 * count])]
    return (*widths, *[widths[-1]] * (0x10000 - count))  # the last width holds for the rest


def _pairs(data: bytes, start: int, em: int) -> Iterator[tuple[tuple[int, int], float]]:
    (subtables,) = struct.unpack_from(">H", data, start + 2)
    at = start + 4
    for _ in range(subtables):
        _, length, coverage, pairs = struct.unpack_from(">HHHH", data, at)
        if coverage >> 8 == 0:
            for i in range(pairs):
                left, right, value = struct.unpack_from(">HHh", data, at + 14 + 6 * i)
                yield (left, right), value / em
        at += length
