"""Does `--about` steer? Shares of haiku that name or evoke a theme, with and without asking.

python benchmarks/poet_about.py [POEMS] [CANDIDATES]
"""

from __future__ import annotations

import re
import sys

from machine import machine_line

from haiga.features.vectors import WordVectors
from haiga.roles.poets.lexicon import stem
from haiga.roles.poets.lstm import LstmPoet

THEMES = ("snow", "rain", "sea", "crow", "lantern", "love", "boat", "autumn evening")


def main(count: int, candidates: int) -> None:
    """Prints, for each theme, how many poems name it and how many hold one of its neighbours."""
    poet, vectors = LstmPoet(candidates=candidates), WordVectors()
    unasked = _words(poet, "", count)
    print(machine_line())
    print(f"{count} haiku a theme, best of {candidates}")
    print(f"{'theme':18}{'named':>8}{'unasked':>9}{'evoked':>9}{'unasked':>9}")
    total = [0.0] * 4
    for theme in THEMES:
        asked = _words(poet, theme, count)
        stems = {stem(word) for word in theme.split()}
        near = {stem(w) for t in theme.split() for w, _ in vectors.nearest(t, 12)} | stems
        row = [_share(poems, to) for to in (stems, near) for poems in (asked, unasked)]
        total = [a + b / len(THEMES) for a, b in zip(total, row, strict=True)]
        print(f"{theme:18}{row[0]:>8.0%}{row[1]:>9.0%}{row[2]:>9.0%}{row[3]:>9.0%}")
    print(f"{'mean':18}{total[0]:>8.0%}{total[1]:>9.0%}{total[2]:>9.0%}{total[3]:>9.0%}")


def _words(poet: LstmPoet, about: str, count: int) -> list[set[str]]:
    poems = poet.write([about] * count, form="haiku", seeds=range(count))
    return [{stem(w) for w in re.findall(r"[a-z']+", poem.text)} for poem in poems]


def _share(poems: list[set[str]], stems: set[str]) -> float:
    return sum(bool(words & stems) for words in poems) / len(poems)


if __name__ == "__main__":
    main(*(int(a) for a in (sys.argv[1:] + ["25", "64"][len(sys.argv) - 1 :])))
