"""A typeface with only the letters that a drawing has, small enough to lie inside it.

Source: the OpenType specification, tables `glyf`, `loca` and `kern` (version 0, format 0), and
"Calculating Checksums". Glyphs keep their numbers; those that are not wanted become empty.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path

from haiga.gallery.fontfile import read_letters

KEPT = (b"OS/2", b"cmap", b"head", b"hhea", b"hmtx", b"maxp", b"name", b"post")
_MORE_PARTS, _WORDS, _SCALE, _SCALES, _MATRIX = 0x20, 0x1, 0x8, 0x40, 0x80
_MAGIC = 0xB1B0AFBA


def subset(path: Path, text: Iterable[str]) -> bytes:
    """The font file with the outlines and kerning of these characters alone."""
    data = path.read_bytes()
    tables = _tables(data)
    long = struct.unpack_from(">h", tables[b"head"], 50)[0] == 1
    places = _places(tables[b"loca"], long)
    letters = read_letters(path)
    wanted = {0, *(letters.glyphs[ord(c)] for c in text if ord(c) in letters.glyphs)}
    todo = list(wanted)
    while todo:
        glyph = todo.pop()
        for part in _parts(tables[b"glyf"][places[glyph] : places[glyph + 1]]):
            if part not in wanted:
                wanted.add(part)
                todo.append(part)
    outlines, starts = bytearray(), []
    for glyph in range(len(places) - 1):
        starts.append(len(outlines))
        if glyph in wanted:
            outlines += tables[b"glyf"][places[glyph] : places[glyph + 1]]
            outlines += bytes(-len(outlines) % 4)
    starts.append(len(outlines))
    kept = {name: tables[name] for name in KEPT}
    kept[b"glyf"] = bytes(outlines)
    kept[b"loca"] = struct.pack(f">{len(starts)}I", *starts)
    head = bytearray(kept[b"head"])
    struct.pack_into(">h", head, 50, 1)
    struct.pack_into(">I", head, 8, 0)
    kept[b"head"] = bytes(head)
    if b"kern" in tables:
        kept[b"kern"] = _kerning(tables[b"kern"], wanted)
    return _file(kept)


def _tables(data: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">H", data, 4)
    found = {}
    for at in range(12, 12 + 16 * count, 16):
        start, length = struct.unpack_from(">II", data, at + 8)
        found[data[at : at + 4]] = data[start : start + length]
    return found


def _places(loca: bytes, long: bool) -> list[int]:
    if long:
        return [at for (at,) in struct.iter_unpack(">I", loca)]
    return [2 * at for (at,) in struct.iter_unpack(">H", loca)]


def _parts(glyph: bytes) -> Iterable[int]:
    """The glyphs that a composite one is made of."""
    if not glyph or struct.unpack_from(">h", glyph)[0] >= 0:
        return
    at, flags = 10, _MORE_PARTS
    while flags & _MORE_PARTS:
        flags, part = struct.unpack_from(">HH", glyph, at)
        yield part
        at += 4 + (4 if flags & _WORDS else 2)
        at += 2 if flags & _SCALE else 4 if flags & _SCALES else 8 if flags & _MATRIX else 0


def _kerning(kern: bytes, wanted: set[int]) -> bytes:
    """The pairs of the first table of horizontal kerning whose glyphs are both wanted."""
    (count,) = struct.unpack_from(">H", kern, 10)
    pairs = [struct.unpack_from(">HHh", kern, 18 + 6 * i) for i in range(count)]
    kept = [pair for pair in pairs if pair[0] in wanted and pair[1] in wanted]
    power = max(1, len(kept)).bit_length() - 1
    search = 6 * 2**power
    sizes = (len(kept), search, power, 6 * len(kept) - search if kept else 0)
    body = struct.pack(">4H", *sizes) + b"".join(struct.pack(">HHh", *pair) for pair in kept)
    coverage = kern[8:10]
    return struct.pack(">HHHH", 0, 1, 0, 6 + len(body)) + coverage + body


def _checksum(data: bytes) -> int:
    padded = data + bytes(-len(data) % 4)
    words = (int(word) for (word,) in struct.iter_unpack(">I", padded))
    return sum(words) & 0xFFFFFFFF


def _file(tables: dict[bytes, bytes]) -> bytes:
    names = sorted(tables)
    power = len(names).bit_length() - 1
    search = 16 * 2**power
    directory = struct.pack(">IHHHH", 0x10000, len(names), search, power, 16 * len(names) - search)
    start = 12 + 16 * len(names)
    body = bytearray()
    for name in names:
        data = tables[name]
        at = start + len(body)
        directory += name + struct.pack(">III", _checksum(data), at, len(data))
        body += data + bytes(-len(data) % 4)
    whole = bytearray(directory + body)
    head = start + sum(len(tables[n]) + -len(tables[n]) % 4 for n in names[: names.index(b"head")])
    struct.pack_into(">I", whole, head + 8, (_MAGIC - _checksum(bytes(whole))) & 0xFFFFFFFF)
    return bytes(whole)
