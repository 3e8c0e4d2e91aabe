"""Which words a poet says too often, found by letting it write."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from haiga.roles.poets.lstm import LstmPoet
from haiga.roles.poets.sense import every_word, prepositions
from haiga.roles.poets.syntax import FIXED

MOST = 0.012
"""The share of poems that any one meaning word should stand in, at most."""


def wear(
    out: Path,
    sign: Callable[[], None],
    *,
    poems: int = 400,
    rounds: int = 3,
    candidates: int = 8,
) -> dict[str, float]:
    """Notes in `vocabulary.json` how many nats to take from words the poet in `out` overuses.

    Each round it writes `poems` haiku about nothing; a meaning word in more than `MOST`
    of them loses the logarithm of the excess. `sign` writes the card anew, since
    the file's digest changes. Returns what each word lost.
    """
    file = out / "vocabulary.json"
    meaning = every_word() - set(prepositions()) - set(FIXED)
    worn: dict[str, float] = {}
    for number in range(rounds):
        seeds = range(10_000_000 * (number + 1), 10_000_000 * (number + 1) + poems)
        poet = LstmPoet(model=str(out), candidates=candidates)
        written = poet.write([""] * poems, form="haiku", seeds=seeds)
        said = (set(poem.text.replace("'s", "").split()) for poem in written)
        seen = Counter(word for words in said for word in words)
        for word, count in seen.items():
            over = count / poems / MOST
            if over > 1 and word in meaning:
                worn[word] = round(worn.get(word, 0.0) + math.log(over), 3)
        table = json.loads(file.read_text(encoding="utf-8"))
        table["worn"] = dict(sorted(worn.items()))
        file.write_text(json.dumps(table, ensure_ascii=False) + "\n", encoding="utf-8")
        sign()
    return worn
