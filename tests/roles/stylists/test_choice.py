"""Choosing a style for a mood."""

from __future__ import annotations

import pytest

from haiga.core.errors import UserError
from haiga.core.moods import MOODS
from haiga.core.nouns import Style
from haiga.roles.stylists.bank import StyleBank
from haiga.roles.stylists.choice import CHOOSE_AMONG, choose_style


def test_every_mood_gets_styles_of_its_own_name(bank: tuple[Style, ...]) -> None:
    for mood in MOODS.values():
        for seed in range(6):
            assert choose_style(bank, mood, seed).mood == mood.name


def test_the_same_seed_chooses_the_same_style_and_seeds_differ(bank: tuple[Style, ...]) -> None:
    chosen = [choose_style(bank, MOODS["trust"], seed).id for seed in range(40)]
    assert chosen == [choose_style(bank, MOODS["trust"], seed).id for seed in range(40)]
    assert 6 <= len(set(chosen)) <= CHOOSE_AMONG


def test_no_style_returns_within_twelve_pieces_of_one_mood(bank: tuple[Style, ...]) -> None:
    shown: list[str] = []
    for seed in range(60):
        style = choose_style(bank, MOODS["sadness"], seed, avoid=shown[-12:])
        assert style.id not in shown[-12:]
        shown.append(style.id)


def test_when_a_mood_is_used_up_the_nearest_in_feeling_follows(bank: tuple[Style, ...]) -> None:
    own = {style.id for style in bank if style.mood == "love" and style.offered}
    style = choose_style(bank, MOODS["love"], 1, avoid=own)
    assert style.mood != "love"
    assert style.valence > 0


def test_a_small_bank_keeps_to_the_mood_as_long_as_it_has_one(bank: tuple[Style, ...]) -> None:
    by_mood = {style.mood: style for style in bank if style.offered}
    few = list(by_mood.values())
    for seed in range(8):
        assert choose_style(few, MOODS["fear"], seed).mood == "fear"
    others = [style for style in few if style.mood != "fear"]
    assert {choose_style(others, MOODS["fear"], s).valence < 0 for s in range(8)} == {True}


def test_what_is_not_offered_is_never_chosen_for_a_mood(bank: tuple[Style, ...]) -> None:
    assert not all(style.offered for style in bank)
    for mood in MOODS.values():
        assert all(choose_style(bank, mood, seed).offered for seed in range(4))


def test_a_bank_read_lazily_gives_the_same_choice(bank: tuple[Style, ...]) -> None:
    lazy = StyleBank("styles").styles()
    for name in ("fear", "love"):
        assert choose_style(lazy, MOODS[name], 5, {"x"}) == choose_style(
            bank, MOODS[name], 5, {"x"}
        )


def test_the_order_of_the_bank_does_not_matter(bank: tuple[Style, ...]) -> None:
    for seed in range(5):
        forward = choose_style(bank, MOODS["fear"], seed)
        assert choose_style(tuple(reversed(bank)), MOODS["fear"], seed) == forward


def test_excluding_every_style_is_refused_with_the_remedy(bank: tuple[Style, ...]) -> None:
    few = [style for style in bank if style.offered][:3]
    with pytest.raises(UserError, match="all 3 styles were used .* lower 'rest'"):
        choose_style(few, MOODS["fear"], 1, avoid=[style.id for style in few])
    with pytest.raises(UserError, match="the style bank is empty"):
        choose_style([], MOODS["fear"], 1)
