"""`lm.v1` with a poet of random weights: what it keeps, whatever the network says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from counting import possible_counts
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tiny_poet import CONTENT, SMALL, make_poet

from haiga.core.errors import UserError
from haiga.core.forms import FORMS, Form, Span
from haiga.core.nouns import Poem
from haiga.features.copy_gate import CopyGate
from haiga.features.copying import CopyIndex, Source
from haiga.features.diction import archaic_words
from haiga.features.loops import find_loop
from haiga.features.rhyme import rhyme_kind
from haiga.features.seasons import season_of
from haiga.inspection.poems import judge_form
from haiga.roles.poets.ranking import PARTS
from haiga.roles.poets.writer import LanguageModelPoet

LEANING = set("the a of in and on with from to is my over under i it was are by".split())


def _words(line: str) -> list[str]:
    return re.findall(r"[a-z']+", line.lower())


def _write(model: str, form: str = "haiku", count: int = 6, **more: Any) -> list[Poem]:
    about, first = more.pop("about", ""), more.pop("first", 0)
    more.setdefault("candidates", 3)
    poet = LanguageModelPoet(model=model, **more)
    return poet.write([about] * count, form=form, seeds=range(first, first + count))


@pytest.mark.parametrize("form", sorted(FORMS))
def test_every_form_is_kept_by_an_independent_count(tiny: str, form: str) -> None:
    for poem in _write(tiny, form, 12):
        assert poem.form == form
        assert len(poem.lines) == len(FORMS[form].lines)
        assert judge_form(poem).keep, judge_form(poem).reason
        for line, span in zip(poem.lines, FORMS[form].lines, strict=True):
            assert line.strip()
            assert span is None or any(n in span for n in possible_counts(line)), line


_spans = st.lists(
    st.one_of(
        st.none(), st.builds(lambda a, b: Span(a, a + b), st.integers(2, 12), st.integers(0, 4))
    ),
    min_size=1,
    max_size=4,
)


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(spans=_spans, again=st.booleans(), seed=st.integers(0, 999))
def test_any_form_of_ones_own_is_kept(
    tiny: str, tmp_path: Path, spans: list[Span | None], again: bool, seed: int
) -> None:
    lines = tuple(spans) * (2 if again else 1)
    can = again and all(span is not None for span in spans)
    form = Form("own", lines, "abcd"[: len(spans)] * 2 if can else "")
    path = tmp_path / "own.toml"
    table = form.table()
    path.write_text(f'name = "own"\nlines = {table["lines"]!r}\nrhyme = "{form.rhyme}"\n')
    (poem,) = _write(tiny, str(path), 1, candidates=2, first=seed)
    assert judge_form(poem, form=form).keep, (poem.lines, judge_form(poem, form=form).reason)


def test_no_line_ends_on_a_word_that_leans_on_the_next(tiny: str) -> None:
    poems = [p for form in ("haiku", "free", "quatrain") for p in _write(tiny, form, 12)]
    lasts = {_words(line)[-1] for poem in poems for line in poem.lines}
    assert not lasts & (LEANING - {"over", "under", "i", "was", "by", "it", "on", "in"})
    assert not {"the", "a", "of", "and", "my", "from"} & lasts


def test_stanzas_come_again_with_rhymes_of_their_own(tiny: str) -> None:
    (poem,) = _write(tiny, "couplet", 1, lines=6)
    ends = [_words(line)[-1] for line in poem.lines]
    assert all(rhyme_kind(ends[i], ends[i + 1]) for i in (0, 2, 4))
    assert poem.details["stanzas"] == [2, 2, 2]
    with pytest.raises(UserError, match="multiple of 2"):
        _write(tiny, "couplet", 1, lines=5)


def test_greedy_takes_no_part_of_the_seed_and_shows_its_loops(tiny: str, tmp_path: Path) -> None:
    poems = _write(tiny, "free", 3, greedy=True, lines=12)
    assert len({poem.lines for poem in poems}) == 1
    forgetful = str(make_poet(tmp_path / "forgetful", memory=0.0))
    (poem,) = _write(forgetful, "free", 1, greedy=True, lines=12)
    loop = find_loop(poem.lines)
    assert loop is not None
    assert poem.details["loops"]["times"] == loop.times >= 3
    assert poem.details["candidates"] == 1


def test_what_greedy_loops_on_sampling_with_a_penalty_does_not(tmp_path: Path) -> None:
    forgetful = str(make_poet(tmp_path / "forgetful", memory=0.0))
    for poem in _write(forgetful, "free", 8, lines=12):
        assert find_loop(poem.lines) is None
        assert poem.details["loops"] is None


def test_hardly_any_top_p_leaves_nothing_to_chance(tiny: str) -> None:
    poems = _write(tiny, "free", 4, top_p=1e-9, imagery=0.0, candidates=1)
    assert len({poem.lines for poem in poems}) == 1


def test_a_wilder_temperature_draws_words_the_poet_finds_less_likely(tiny: str) -> None:
    def fluency(temperature: float) -> float:
        poems = _write(tiny, "free", 8, temperature=temperature, candidates=1, imagery=0.0)
        return sum(poem.details["parts"]["fluency"] for poem in poems)

    assert fluency(0.1) > fluency(3.0)


def test_the_opening_is_kept_as_it_stands_and_gone_on_from(tiny: str) -> None:
    for poem in _write(tiny, "haiku", 6, begin="Old SNOW"):
        assert poem.lines[0].startswith("Old SNOW")
        assert poem.lines[0] != "Old SNOW"
        assert judge_form(poem).keep
        assert poem.details["unknown_begin"] == []
    poems = _write(tiny, "quatrain", 6, begin="the old snow falling in the night\nover my lane")
    for poem in poems:
        assert poem.lines[0] == "the old snow falling in the night"
        assert poem.lines[1].startswith("over my lane")
        assert judge_form(poem).keep


def test_words_of_the_opening_that_the_poet_never_learned_are_kept_and_said(tiny: str) -> None:
    for poem in _write(tiny, "free", 1, begin="мороз и солнце"):
        assert poem.details["syllables"][0] is None
        assert all(n is not None for n in poem.details["syllables"][1:])
    for poem in _write(tiny, "haiku", 1, begin="zyzzx"):
        doubt = {"word": "zyzzx", "counted": 1, "also": [], "by_rule": True}
        assert doubt in poem.details["doubts"]
    for poem in _write(tiny, "free", 3, begin="Hello world, zyzzx!"):
        assert poem.lines[0].startswith("Hello world, zyzzx!")
        assert poem.details["unknown_begin"] == ["hello", "world", "zyzzx"]


@pytest.mark.parametrize(
    ("form", "begin", "said"),
    [
        ("haiku", "over the mountain by the sea", "line 1 has 8 syllables, 3 too many for the 5"),
        ("haiku", "snow\nrain", "line 1 has 1 syllable, 4 too few for the 5"),
        ("haiku", "a\nb\nc\nd", "has 4 lines"),
        ("haiku", "the snow in the night\nthe rain on the road and lane\nthe moon by the sea",
         "to its end"),
        ("couplet", "the snow is falling on the lane\nthe rain is falling on the river moon",
         "'moon', which does not rhyme with 'lane'"),
        ("couplet", "the snow is falling on the month", "line 1 has 7|knows no rhyme for it"),
        ("haiku", "  ", "begin: is empty"),
        ("haiku", "мороз и солнце", "'мороз' cannot be counted.*--form free"),
        ("couplet", "the old snow falling in the 7", "'7' cannot be counted"),
        ("haiku", "...", "holds no word"),
    ],
)  # fmt: skip
def test_an_opening_that_does_not_fit_its_form_is_refused(
    tiny: str, form: str, begin: str, said: str
) -> None:
    if "month" in begin:  # may still be gone on from in a longer line
        begin = "the snow is falling on the cold month"
        assert form == "couplet"
        poems = _write(tiny, form, 2, begin=begin)
        assert all(poem.lines[0] != begin for poem in poems)
        return
    with pytest.raises(UserError, match=said):
        _write(tiny, form, 1, begin=begin)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"temperature": 0.0}, "use --greedy"),
        ({"temperature": -1.0}, "use --greedy"),
        ({"temperature": float("nan")}, "temperature"),
        ({"top_p": 0.0}, "top_p: must be above 0"),
        ({"top_p": 1.1}, "top_p"),
        ({"candidates": 0}, "candidates"),
        ({"repetition": -0.1}, "repetition"),
        ({"imagery": 4.0}, "imagery"),
        ({"season": "sumer"}, "did you mean 'summer'"),
        ({"diction": "none.txt"}, "no such file"),
        ({"begin": ""}, "begin: is empty"),
        ({"lines": 7}, "has 3 lines"),
    ],
)
def test_settings_out_of_range_are_refused(tiny: str, setting: dict[str, Any], said: str) -> None:
    with pytest.raises(UserError, match=said):
        _write(tiny, "haiku", 1, **setting)


def test_a_form_that_no_words_can_fill_is_refused_with_its_line(tmp_path: Path) -> None:
    even = str(make_poet(tmp_path / "even", words=["river", "water", "yellow"]))
    with pytest.raises(UserError, match=r"form 'haiku', line 1: .* 5 syllables"):
        _write(even, "haiku", 1)
    with pytest.raises(UserError, match=r"form 'couplet', line 1: no two .* rhyme"):
        _write(even, "couplet", 1)
    leaning = str(make_poet(tmp_path / "leaning", words=["the", "of"]))
    with pytest.raises(UserError, match="none of them may end a line"):
        _write(leaning, "haiku", 1)


def test_diction_bars_what_is_no_longer_spoken_or_all_but_a_list(tiny: str, tmp_path: Path) -> None:
    plain = {w for p in _write(tiny, "free", 20) for line in p.lines for w in _words(line)}
    assert not plain & archaic_words()
    period = _write(tiny, "free", 20, diction="period")
    assert {"thee", "o'er"} & {w for p in period for line in p.lines for w in _words(line)}
    own = tmp_path / "own.txt"
    own.write_text("Snow, crow; night light river, unheardof")
    said = {
        w for p in _write(tiny, "free", 8, diction=str(own)) for x in p.lines for w in _words(x)
    }
    assert said & {"snow", "crow", "night", "light", "river"}
    assert not said & (set(CONTENT) - {"snow", "crow", "night", "light", "river", "far", "o'er"}
                       - set(SMALL) - {"thee", "still"})  # fmt: skip


def test_a_theme_is_named_far_more_often_than_by_chance(tiny: str) -> None:
    def share(about: str) -> float:
        poems = _write(tiny, "free", 12, about=about, lines=4)
        return sum("crow" in _words(poem.text) for poem in poems) / 12

    assert share("crow") >= 0.8 > share("")
    (poem,) = _write(tiny, "haiku", 1, about="crow, xyzzy")
    assert poem.details["unknown_about"] == ["xyzzy"]


def test_a_season_asked_for_is_named_and_no_other(tiny: str) -> None:
    seasons = [
        season_of(word)
        for poem in _write(tiny, "free", 12, season="winter", candidates=8)
        for word in _words(poem.text)
    ]
    assert seasons.count("winter") > 6 * max(1, seasons.count("summer"))


def test_more_candidates_score_better_and_the_score_is_the_sum_of_its_parts(tiny: str) -> None:
    low = _write(tiny, "quatrain", 8, candidates=1)
    high = _write(tiny, "quatrain", 8, candidates=24)
    assert sum(p.details["score"] for p in high) > sum(p.details["score"] for p in low)
    for poem in high:
        parts = poem.details["parts"]
        assert set(parts) == set(PARTS)
        assert all(0 <= value <= 1 for value in parts.values())
        total = sum(PARTS[name] * value for name, value in parts.items())
        assert poem.details["score"] == pytest.approx(total, abs=0.01)
        assert poem.details["candidates"] == 24


def test_no_poem_copies_what_the_poet_read(tiny: str, tmp_path: Path) -> None:
    """The index is made of the poems it writes without one: the gate has to turn each away."""
    free = _write(tiny, "free", 6)
    read = [Source("Anon", f"No. {n}", poem.lines) for n, poem in enumerate(free)]
    careful = str(make_poet(tmp_path / "careful", read=read))
    gate = CopyGate(CopyIndex.of(read))
    assert all(gate.copied(poem.lines) for poem in free)
    for poem in _write(careful, "free", 6):
        assert not gate.copied(poem.lines), poem.lines
        for run in poem.details["shared"]:
            assert run["words"] <= 6
            assert run["author"] == "Anon"


def test_a_quotation_may_be_allowed_by_name(tiny: str, tmp_path: Path) -> None:
    free = _write(tiny, "free", 1, greedy=True)
    read = [Source("Anon", "The Only One", free[0].lines)]
    model = str(make_poet(tmp_path / "quoting", read=read))
    (poem,) = _write(model, "free", 1, begin="\n".join(free[0].lines[:2]), max_shared_words=60,
                     quotations=("The Only One",))  # fmt: skip
    assert poem.details["shared"][0]["title"] == "The Only One"


def test_an_opening_that_is_a_quotation_is_kept_and_its_source_named(
    tiny: str, tmp_path: Path
) -> None:
    (free,) = _write(tiny, "free", 1)
    model = str(make_poet(tmp_path / "careful", read=[Source("Anon", "One", free.lines)]))
    begin = "\n".join(free.lines[:2])
    (poem,) = _write(model, "free", 1, begin=begin)
    assert poem.text.startswith(begin)
    assert poem.details["shared"][0]["title"] == "One"
    assert len(_words(poem.details["shared"][0]["text"])) <= len(_words(begin)) + 1


def test_a_poet_with_a_window_writes_too(tmp_path: Path) -> None:
    window = str(make_poet(tmp_path / "window", context=5))
    poems = _write(window, "tanka", 3)
    assert all(judge_form(poem).keep for poem in poems)


def test_a_character_poet_writes_free_lines_and_refuses_to_count(tmp_path: Path) -> None:
    letters = [chr(c) for c in range(ord("a"), ord("z") + 1)]
    model = str(make_poet(tmp_path / "letters", level="char", words=letters))
    poems = _write(model, "free", 3, lines=4, begin="Ah snow")
    for poem in poems:
        assert len(poem.lines) == 4
        assert poem.lines[0].startswith("Ah snow")
        assert max(map(len, poem.lines)) <= 91
        assert poem.details["unknown_begin"] == ["A"]
    assert len({poem.lines for poem in poems}) == 3
    for form in ("haiku", "couplet"):
        with pytest.raises(UserError, match="letter by letter"):
            _write(model, form, 1)
