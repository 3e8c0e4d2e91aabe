"""Reading moods from poems."""

from __future__ import annotations

import pytest

from haiga.core.errors import UserError
from haiga.core.moods import MOODS
from haiga.core.nouns import Poem
from haiga.roles.moods.imagery import SEASON_LEANS, leaning_of, leanings, shares
from haiga.roles.moods.lexicon import LexiconMoodReader

# Written by hand; several moods may fit one poem.
TABLE = [
    ("frost on the window / an empty chair by the stove / grandmother's cold cup", "sadness"),
    ("thunder on the hill / the red storm rages at night / fists of broken oak", "anger"),
    ("children run and laugh / kites above the sunny hill / golden afternoon", "happiness"),
    ("old pond and a stone / moss on the small temple step / a snail in the grass", "humility"),
    ("wolves howl in the dark / a shadow crosses the snow / midnight at the door", "fear"),
    ("rotten leaves and mud / flies over the stinking ditch / a rat in the drain", "disgust"),
    ("your hand in my hand / roses and a tender kiss / our hearts beat as one", "love"),
    ("bread upon the table / the harvest of ripe apples / we give thanks and share", "gratitude"),
    ("first buds at sunrise / a new green sprout in the thaw / the swallow returns",
     "optimism anticipation"),
    ("a sudden splash there / lightning over the still lake / the frog leaps again", "surprise"),
    ("mist behind the veil / the crescent moon half hidden / a fawn, a whisper", "shyness"),
    ("waiting at the gate / the road to the horizon / a ship that sets sail", "anticipation"),
    ("ashes and ruins / withered stalks in barren fields / nothing left to end", "pessimism"),
    ("a yellowed letter / the years long gone, forgotten / her faded photograph", "regret"),
    ("thorns and bitter wind / crows scold the harsh winter air / nettles sting the hand",
     "disagreeableness sadness"),
    ("a breeze in the shade / soft clouds drift over meadows / the willow murmurs",
     "agreeableness"),
]  # fmt: skip


def poem(text: str) -> Poem:
    return Poem(tuple(line.strip() for line in text.split("/")))


@pytest.mark.parametrize(("text", "expected"), TABLE)
def test_a_poem_written_in_a_mood_is_read_in_that_mood(text: str, expected: str) -> None:
    mood = LexiconMoodReader().read([poem(text)], seeds=[1])[0]
    assert mood.name in expected.split(), mood


def test_the_reason_names_words_of_the_poem_and_the_season() -> None:
    mood = LexiconMoodReader().read([poem(TABLE[0][0])], seeds=[1])[0]
    assert "'empty'" in mood.reason or "'frost'" in mood.reason
    assert "winter" in mood.reason


def test_images_without_any_feeling_word_still_have_a_mood() -> None:
    mood = LexiconMoodReader().read([poem("an old pond / a stone")], seeds=[1])[0]
    assert mood.name == "humility"


@pytest.mark.parametrize("text", ["", "...", "qwerty uiop", "日本"])
def test_a_poem_without_a_leaning_word_is_neutral_and_says_so(text: str) -> None:
    mood = LexiconMoodReader().read([poem(text)], seeds=[4])[0]
    assert (mood.name, mood.reason) == ("neutral", "no word in it leans to any mood")


def test_the_mood_of_one_poem_does_not_depend_on_its_batch() -> None:
    reader = LexiconMoodReader()
    poems = [poem(text) for text, _ in TABLE]
    together = reader.read(poems, seeds=list(range(len(poems))))
    alone = [reader.read([p], seeds=[i])[0] for i, p in enumerate(poems)]
    assert together == alone


def test_denied_images_do_not_count_as_if_they_were_there() -> None:
    reader = LexiconMoodReader()
    there, denied = reader.read(
        [poem("lanterns and stars / a candle"), poem("no lanterns, no stars / no candle")],
        seeds=[0, 0],
    )
    assert denied.valence < 0 < there.valence


def test_a_random_mood_follows_the_seed_and_says_that_nothing_was_read() -> None:
    reader = LexiconMoodReader(mode="random")
    p = poem("old pond")
    drawn = [m.name for m in reader.read([p] * 60, seeds=list(range(60)))]
    assert drawn == [m.name for m in reader.read([p] * 60, seeds=list(range(60)))]
    assert len(set(drawn)) > 10
    assert "random" in reader.read([p], seeds=[1])[0].reason


def test_a_named_mood_is_given_to_every_poem() -> None:
    moods = LexiconMoodReader(mode="trust").read([poem("rain"), poem("sun")], seeds=[1, 2])
    assert {m.name for m in moods} == {"trust"}
    assert "asked for" in moods[0].reason


def test_only_allowed_moods_are_ever_given() -> None:
    allowed = ["sadness", "happiness", "humility"]
    poems = [poem(text) for text, _ in TABLE] + [poem("")]
    for mode in ("from-poem", "random"):
        reader = LexiconMoodReader(mode=mode, moods=allowed)
        found = {m.name for m in reader.read(poems, seeds=list(range(len(poems))))}
        assert found <= set(allowed)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"mode": "hapiness"}, "did you mean 'happiness'"),
        ({"mode": "from-poems"}, "did you mean 'from-poem'"),
        ({"moods": ["joy", "sadnes"]}, "no mood named 'joy'"),
        ({"moods": []}, "the list of moods is empty"),
    ],
)
def test_wrong_settings_are_refused_with_the_nearest_names(
    settings: dict[str, object], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        LexiconMoodReader(**settings)  # type: ignore[arg-type]


def test_poems_and_seeds_must_pair() -> None:
    with pytest.raises(UserError, match="2 poems and 1 seeds"):
        LexiconMoodReader().read([poem("a"), poem("b")], seeds=[1])


def test_the_lexicon_leans_only_to_known_moods_and_serves_nearly_all_of_them() -> None:
    named = {mood for found in leanings().values() for lean in found for mood in lean.moods}
    named |= {mood for _, _, moods in SEASON_LEANS.values() for mood in shares(moods)}
    assert named <= set(MOODS)
    assert set(MOODS) - named == set()


def test_inflected_words_fall_back_on_their_stem() -> None:
    assert leaning_of("oak's") == leaning_of("oak") != ()
    assert leaning_of("kettle") == ()
