"""What a user of the bundled poet relies on beyond the form."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from haiga.core.errors import UserError
from haiga.features.vectors import WordVectors
from haiga.roles.poets.lstm import LstmPoet


def test_another_process_writes_the_same_poem(poet: LstmPoet) -> None:
    (here,) = poet.write(["the moon"], form="haiku", seeds=[11])
    code = (
        "from haiga.roles.poets.lstm import LstmPoet\n"
        "p = LstmPoet(candidates=12)\n"
        "p.write(['rain'], form='haiku', seeds=[5])\n"
        "print(p.write(['the moon'], form='haiku', seeds=[11])[0].text)"
    )
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert there.stdout == here.text + "\n"


@pytest.mark.parametrize("theme", ["snow", "rain", "sea", "bird"])
def test_a_theme_is_named_or_evoked_far_more_often_than_by_chance(
    poet: LstmPoet, theme: str
) -> None:
    vectors = WordVectors()
    near = {theme, *(word for word, _ in vectors.nearest(theme, 12))}

    def share(about: str) -> float:
        poems = poet.write([about] * 12, form="haiku", seeds=range(12))
        hits = [near & set(re.findall(r"[a-z']+", poem.text)) for poem in poems]
        return sum(map(bool, hits)) / len(hits)

    assert share(theme) >= 0.75
    assert share(theme) > share("")


def test_words_that_steer_nothing_are_named(poet: LstmPoet) -> None:
    (poem,) = poet.write(["the snow and xyzzy"], form="haiku", seeds=[1])
    assert poem.details["unknown_about"] == ["xyzzy"]
    (poem,) = poet.write(["snow"], form="haiku", seeds=[1])
    assert poem.details["unknown_about"] == []


def test_more_candidates_score_at_least_as_well_on_the_whole() -> None:
    few, many = LstmPoet(candidates=2), LstmPoet(candidates=24)
    seeds = range(8)
    low = [p.details["score"] for p in few.write([""] * 8, form="haiku", seeds=seeds)]
    high = [p.details["score"] for p in many.write([""] * 8, form="haiku", seeds=seeds)]
    assert sum(high) > sum(low)


def test_the_score_is_the_weighted_sum_of_its_parts(poet: LstmPoet) -> None:
    from haiga.roles.poets.scoring import PARTS

    (poem,) = poet.write([""], form="haiku", seeds=[4])
    parts = poem.details["parts"]
    assert set(parts) == set(PARTS)
    total = sum(PARTS[name] * value for name, value in parts.items())
    assert poem.details["score"] == pytest.approx(total, abs=0.01)
    assert poem.details["candidates"] == 12
    assert poem.details["syllables"] == [5, 7, 5]


@pytest.mark.parametrize("settings", [{"candidates": 0}, {"temperature": 0.0}])
def test_settings_out_of_range_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(UserError, match=next(iter(settings))):
        LstmPoet(**settings)  # type: ignore[arg-type]


def test_the_models_it_read_are_named_with_their_digests(poet: LstmPoet) -> None:
    assert any(name.startswith("haiku/") for name in poet.models)
    assert all(re.fullmatch(r"[0-9a-f]{64}", digest) for digest in poet.models.values())
