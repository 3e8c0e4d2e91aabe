"""How fast, how small and how right is the copying index over four million words of verse?

    python benchmarks/copying.py DATA [STRIDE]

DATA is a folder of the poems (`*.jsonl.gz` with text, author, title). Their lines,
then lines drawn anew from the poems' own pairs of words, make 4M words. Prints the
seconds to build, the bytes of the file, and from the file mapped into memory:
milliseconds of processor time a poem over 500 poems (300 passages of the data, 200 of
shuffled words), how many planted copies of 5, 6 and 8 words are found with their whole
extent, how the runs found in drawn poems compare with a dictionary of every six words,
and how many runs are found in poems of unknown words. Limits: 2 ms a poem; no copy of
six words lost.
"""

from __future__ import annotations

import gzip
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from machine import machine_line

from haiga.features.copying import CopyIndex, SharedRun, Source, bare_words
from haiga.features.function_words import function_words

WORDS = 4_000_000
LIMIT_MS = 2.0


def main(data: Path, stride: int) -> None:
    """Builds, measures and compares with a dictionary."""
    print(machine_line())
    draw = random.Random(5)
    works = read(data)
    works += drawn(works, WORDS - sum(count(w) for w in works), draw)
    began = time.perf_counter()
    index = CopyIndex.of(works, stride)
    row("seconds to build", f"{time.perf_counter() - began:.1f}")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "copies.safetensors"
        index.save(file)
        row("works, words in all readings", f"{len(works)}, {index.words}")
        row("bytes of the file", f"{file.stat().st_size} ({file.stat().st_size / 1e6:.2f} MB)")
        began = time.perf_counter()
        index = CopyIndex.open(file)
        row("ms to open", f"{1000 * (time.perf_counter() - began):.1f}")
        measure(index, works, draw)
        del index


def measure(index: CopyIndex, works: list[Source], draw: random.Random) -> None:
    """Prints every figure of an index that is open."""
    known = runs_of(works, 6)
    poems = [passage(draw.choice(works), draw) for _ in range(300)]
    poems += [shuffled(passage(draw.choice(works), draw), draw) for _ in range(200)]
    taken = []
    for poem in poems:
        began = time.process_time()  # so that other work on the machine does not count
        index.runs(poem)
        taken.append(1000 * (time.process_time() - began))
    late = sorted(taken)[int(0.99 * len(taken))]
    row(
        "ms a poem: median, one in a hundred, worst",
        f"{statistics.median(taken):.2f}, {late:.2f}, {max(taken):.2f}   (limit {LIMIT_MS:.0f})",
    )
    for words in (5, 6, 8):
        whole, any_part, named = planted(index, works, words, draw)
        row(f"planted {words} words: found, exact, right work",
            f"{any_part:.1%}, {whole:.1%}, {named:.1%}")  # fmt: skip
    fresh = drawn(works, 25_000, draw)
    true = lost = slight = wrong = 0
    for poem in fresh:
        flat = [w for line in poem.lines for w in bare_words(line)]
        there = {i for i in range(len(flat) - 5) if tuple(flat[i : i + 6]) in known}
        found = set(places(index.runs(poem.lines, 6), poem.lines))
        missed = there - found
        true += len(there)
        lost += sum(index.stride == 1 or contentful(flat[i : i + 6]) for i in missed)
        slight += len(missed)
        wrong += len(found - there)
    row("sixes of drawn poems: in the data", f"{true}")
    row("  not found; of these with two content words", f"{slight}, {lost}")
    row("  found and not there", f"{wrong}")
    odd = [[" ".join(f"{w}zq" for w in bare_words(x)) for x in passage(w, draw)] for w in
           draw.choices(works, k=2000)]  # fmt: skip
    false = [sum(bool(index.runs(poem, n)) for poem in odd) for n in (5, 6)]
    row("of 2000 poems of unknown words, with runs of 5, 6", f"{false[0]}, {false[1]}")


def planted(
    index: CopyIndex, works: list[Source], words: int, draw: random.Random
) -> tuple[float, float, float]:
    """Shares of 1000 copies inside unknown words: whole, any part found, the right work named.

    With stride 3, of copies that bear two content words in every six: others need not be found.
    """
    whole = part = named = 0
    tried = 0
    while tried < 1000:
        work = draw.choice(works)
        flat = [w for line in work.lines for w in bare_words(line)]
        if len(flat) <= words:
            continue
        at = draw.randrange(len(flat) - words)
        if index.stride == 3 and not all(contentful(flat[i : i + 6]) for i in sixes(at, words)):
            continue
        tried += 1
        poem = [f"qzx vwq {' '.join(flat[at : at + words])} xkq zzv"]
        found = index.runs(poem)
        part += bool(found)
        whole += any(run.words == words for run in found)
        named += any((run.author, run.title) == (work.author, work.title) for run in found)
    return whole / tried, part / tried, named / tried


def sixes(at: int, words: int) -> range:
    """Where the sixes of a run start."""
    return range(at, at + max(1, words - 5))


def contentful(words: Sequence[str]) -> bool:
    return sum(word not in function_words() for word in words) >= 2


def places(runs: list[SharedRun], lines: tuple[str, ...]) -> list[int]:
    """The places of the sixes inside these runs, in words from the poem's start."""
    before = [0]
    for line in lines:
        before.append(before[-1] + len(bare_words(line)))
    out = []
    for run in runs:
        first = before[run.line] + len(bare_words(lines[run.line][: run.start]))
        out += range(first, first + run.words - 5)
    return out


def read(data: Path) -> list[Source]:
    """Every poem of the folder."""
    works = []
    for file in sorted(data.glob("*.jsonl.gz")):
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            records = map(json.loads, lines)
            works += [
                Source(r["author"], r["title"], tuple(r["text"].split("\n"))) for r in records
            ]
    return works


def drawn(works: list[Source], words: int, draw: random.Random) -> list[Source]:
    """Works of twenty lines, each word drawn from those that follow the last two in the poems."""
    after: dict[tuple[str, str], list[str]] = {}
    for work in works[::4]:
        flat = [w for line in work.lines for w in bare_words(line)]
        for a, b, c in zip(flat, flat[1:], flat[2:], strict=False):
            after.setdefault((a, b), []).append(c)
    starts = list(after)
    out, made = [], 0
    while made < words:
        a, b = draw.choice(starts)
        lines = []
        for _ in range(20):
            line = []
            for _ in range(7):
                a, b = b, draw.choice(after.get((a, b)) or draw.choice(starts)[:1])
                line.append(b)
            lines.append(" ".join(line))
        made += 140
        out.append(Source("drawn", f"drawn {len(out)}", tuple(lines)))
    return out


def runs_of(works: list[Source], n: int) -> set[tuple[str, ...]]:
    """Every run of n words."""
    out = set()
    for work in works:
        flat = [w for line in work.lines for w in bare_words(line)]
        out.update(zip(*(flat[i:] for i in range(n)), strict=False))
    return out


def passage(work: Source, draw: random.Random) -> tuple[str, ...]:
    """Fourteen lines of a work, from anywhere in it."""
    at = draw.randrange(max(1, len(work.lines) - 14))
    return tuple(work.lines[at : at + 14])


def shuffled(lines: tuple[str, ...], draw: random.Random) -> tuple[str, ...]:
    """The same words in another order."""
    flat = [w for line in lines for w in bare_words(line)]
    draw.shuffle(flat)
    return tuple(" ".join(flat[i : i + 7]) for i in range(0, len(flat), 7))


def count(work: Source) -> int:
    return sum(len(bare_words(line)) for line in work.lines)


def row(name: str, value: str) -> None:
    print(f"{name:52}{value}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1)
