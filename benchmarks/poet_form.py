"""Are a thousand haiku in a row all 5-7-5? Counted by the second counter the tests use.

python benchmarks/poet_form.py [COUNT] [CANDIDATES]
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

from haiga.features.diction import archaic_words, coarse_words
from haiga.models.store import load_model
from haiga.roles.poets.attested import Attested
from haiga.roles.poets.lexicon import Lexicon
from haiga.roles.poets.lstm import LstmPoet


def main(count: int, candidates: int) -> None:
    """Prints form validity, repeats, copy share and what the words are."""
    poet = LstmPoet(candidates=candidates)
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
    print(f"{'haiku in a row':34}{count:>8}   (best of {candidates})")
    print(f"{'5-7-5 by an independent count':34}{right / count:>8.1%}")
    print(f"{'different poems':34}{len({p.lines for p in poems}) / count:>8.1%}")
    print(f"{'different lines':34}{len(lines) / (3 * count):>8.1%}")
    print(f"{'with an archaic or coarse word':34}{sum(w in barred for w in said):>8}")
    print(f"{'with a word of doubtful count':34}{doubtful / count:>8.1%}")
    print(f"{'runs of 5 words copied':34}{copied(poems):>8}")
    print(f"{'different words':34}{len(said):>8}")
    print(f"{'seconds a haiku':34}{seconds / count:>8.3f}")
    print("seasons:", ", ".join(f"{name} {n / count:.0%}" for name, n in seasons.most_common()))
    common = [(w, n) for w, n in said.most_common(40) if len(w) > 3][:15]
    print("most common:", ", ".join(f"{word} {n / count:.1%}" for word, n in common))


def copied(poems: list) -> int:  # type: ignore[type-arg]
    """How many runs of five words of these poems stand in a training text."""
    import numpy as np

    model = load_model("haiku")
    lexicon = Lexicon(model)
    table = model.json("vocabulary.json")
    known = Attested(model.tensors("tables.safetensors"), table["copy_run"])
    found = 0
    for poem in poems:
        words = [lexicon.index[w] for w in poem.text.replace("—", " ").split()]
        runs = np.lib.stride_tricks.sliding_window_view(np.array(words), table["copy_run"])
        found += int(known.is_copy(runs).sum())
    return found


if __name__ == "__main__":
    main(*(int(a) for a in (sys.argv[1:] + ["1000", "64"][len(sys.argv) - 1 :])))
