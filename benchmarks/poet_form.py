"""Are ten thousand haiku in a row all 5-7-5, and do none loop or copy?

Syllables are counted by the second counter that the tests use, copied words by the
copying index over the whole corpus.

python benchmarks/poet_form.py [COUNT] [CANDIDATES] [MODEL] [INDEX.safetensors]
"""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "roles" / "poets"))

from counting import possible_counts
from machine import machine_line

from haiga.features.copying import CopyIndex
from haiga.features.diction import archaic_words, coarse_words
from haiga.features.loops import find_loop
from haiga.models.store import load_model
from haiga.roles.poets.lstm import LstmPoet
from haiga.roles.poets.sources import copy_index_of


def main(count: int, candidates: int, model: str, index: str) -> None:
    """Prints form validity, repeats, loops, copied lines and what the words are."""
    poet = LstmPoet(model=model, candidates=candidates)
    began = time.perf_counter()
    poems = poet.write([""] * count, form="haiku", seeds=range(count))
    seconds = time.perf_counter() - began
    right = sum(
        all(n in possible_counts(line) for n, line in zip((5, 7, 5), poem.lines, strict=True))
        for poem in poems
    )
    said = Counter(w for poem in poems for w in set(re.findall(r"[a-z']+", poem.text)))
    barred = archaic_words() | coarse_words()
    lines = Counter(line for poem in poems for line in poem.lines)
    doubtful = sum(bool(poem.details["doubts"]) for poem in poems)
    seasons = Counter(poem.details["season"] for poem in poems)
    print(machine_line())
    print(f"{'haiku in a row':40}{count:>8}   (best of {candidates})")
    print(f"{'5-7-5 by an independent count':40}{right / count:>8.2%}")
    print(f"{'that loop':40}{sum(bool(find_loop(p.lines)) for p in poems):>8}")
    print(f"{'different poems':40}{len({p.lines for p in poems}) / count:>8.2%}")
    print(f"{'different lines':40}{len(lines) / (3 * count):>8.1%}")
    print(f"{'with an archaic or coarse word':40}{sum(w in barred for w in said):>8}")
    print(f"{'with a word of doubtful count':40}{doubtful / count:>8.1%}")
    for least in (5, 6):
        print(f"{f'lines in {least} copied words or more':40}{_copied(poems, model, index, least)}")
    print(f"{'different words':40}{len(said):>8}")
    print(f"{'seconds a haiku':40}{seconds / count:>8.3f}")
    print("seasons:", ", ".join(f"{name} {n / count:.0%}" for name, n in seasons.most_common()))
    common = [(w, n) for w, n in said.most_common(60) if len(w) > 3][:15]
    print("most common:", ", ".join(f"{word} {n / count:.1%}" for word, n in common))


def _copied(poems: list, model: str, index: str, least: int) -> str:  # type: ignore[type-arg]
    """How many lines have a part in a run of so many words that stands in the corpus."""
    folder = load_model(model)
    named = folder.json("vocabulary.json").get("index", "")
    lent = copy_index_of(folder, named)
    known = CopyIndex.open(Path(index)) if index else lent and lent[0]
    if known is None:
        return "   not counted: no copying index; name a file"
    lines = 0
    for poem in poems:
        hit = {
            line
            for run in known.runs(poem.lines, least)
            for line in range(run.line, _last(poem.lines, run.line, run.words) + 1)
        }
        lines += len(hit)
    total = 3 * len(poems)
    return f"{lines:>8}   ({lines / total:.3%} of {total})"


def _last(lines: tuple[str, ...], line: int, words: int) -> int:
    """The last line that a run of so many words can reach from its first."""
    while words > len(lines[line].split()) and line < len(lines) - 1:
        words -= len(lines[line].split())
        line += 1
    return line


if __name__ == "__main__":
    given = sys.argv[1:]
    main(
        int(given[0]) if given else 10_000,
        int(given[1]) if given[1:] else 16,
        given[2] if given[2:] else "haiku",
        given[3] if given[3:] else "",
    )
