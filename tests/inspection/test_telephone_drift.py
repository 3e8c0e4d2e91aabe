"""What is measured of a telephone, on chains whose drift is known beforehand."""

from __future__ import annotations

import json

import numpy as np
import pytest

from haiga.features.match import Critic
from haiga.inspection import telephone_told as told
from haiga.inspection.telephone_drift import Drift, Spoken, TextSense, measure, spread

FIRST = "dog standing on a grass hill"


@pytest.fixture(scope="module")
def critic() -> Critic:
    return Critic()


def chain(captions: list[str], *, looks: np.ndarray | None = None) -> Spoken:
    n = len(captions)
    looks = np.eye(n, 384, dtype=np.float32) if looks is None else looks
    meant = np.tile(np.eye(1, 128, dtype=np.float32), (n, 1))
    return Spoken(FIRST, list(range(1, n + 1)), captions, looks, meant, looks[0])


def measured(critic: Critic, *chains: Spoken) -> Drift:
    return measure(chains, critic, TextSense())


def test_a_chain_that_repeats_the_beginning_has_lost_nothing(critic):
    drift = measured(critic, chain([FIRST] * 3, looks=np.ones((3, 384), np.float32)))
    assert drift.words_kept.mean == (1.0, 1.0, 1.0)
    assert drift.text.mean == pytest.approx((1, 1, 1), abs=1e-5)
    assert drift.picture.mean == pytest.approx((1, 1, 1), abs=1e-5)
    assert drift.comebacks[0].period == 1
    assert drift.again == 2


def test_a_chain_that_says_other_things_falls_to_what_unrelated_sentences_have(critic):
    drift = measured(critic, chain(["a grass hill", "portrait of a man in a black coat"]))
    assert drift.words_kept.mean == (0.5, 0.0)
    assert drift.text.mean[0] > 0.6
    assert drift.text.mean[1] < drift.chance_text + 0.15
    assert drift.chance_text < 0.4


def test_each_word_of_the_beginning_is_followed_through_the_rounds(critic):
    drift = measured(critic, chain(["a dog on a hill", "a hill"]), chain(["a dog", "a cloud"]))
    assert drift.survivors["dog"] == (1.0, 0.0)
    assert drift.survivors["hill"] == (0.5, 0.5)
    assert drift.survivors["grass"] == (0.0, 0.0)


def test_chains_that_say_one_thing_are_not_diverse(critic):
    same = measured(critic, chain(["a red barn"]), chain(["A red barn."]))
    other = measured(critic, chain(["a red barn"]), chain(["portrait of a bishop"]))
    assert same.distinct == (1,)
    assert same.apart == pytest.approx((0,), abs=1e-6)
    assert other.distinct == (2,)
    assert other.apart is not None
    assert other.apart[0] > 0.3
    assert other.vocabulary == (4,)
    assert same.vocabulary == (2,)


def test_a_chain_that_ended_early_counts_in_the_rounds_it_has(critic):
    drift = measured(critic, chain(["a hill", "a hill"]), chain(["a hill", ""]), chain(["a tree"]))
    assert drift.chains == (3, 1)
    assert drift.rounds == (1, 2)
    assert drift.words_kept.mean[1] == 0.25


def test_the_mean_distance_over_pairs_is_that_of_all_pairs():
    rng = np.random.default_rng(0)
    rows = rng.standard_normal((7, 5))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    pairs = [1 - rows[i] @ rows[j] for i in range(7) for j in range(7) if i != j]
    assert spread(list(rows.astype(np.float32))) == pytest.approx(np.mean(pairs), abs=1e-5)
    assert spread([]) == 0


def test_texts_of_no_known_word_have_a_place_and_no_likeness(critic):
    drift = measured(critic, chain(["zzyzx qwrt", "zzyzx qwrt"]))
    assert drift.text.mean == (0.0, 0.0)
    assert drift.vocabulary == (2, 2)


def test_a_beginning_of_unknown_words_is_said_not_to_be_measured(critic):
    first = "der zzug und das qwrtz"
    looks, meant = np.eye(2, 384, dtype=np.float32), np.eye(2, 128, dtype=np.float32)
    spoken = Spoken(first, [1, 2], ["a hill", "a boat"], looks, meant, looks[0])
    drift = measured(critic, spoken)
    assert told.text_told(drift) == told.picture_to_text_told(drift) == told.UNKNOWN
    assert told.words_told(drift) == "“zzug” and “qwrtz” were never said again."
    french = Spoken("un chien sur la colline", [1, 2], ["a hill", "a boat"], looks, meant, looks[0])
    assert told.words_told(measured(critic, french)) == (
        "“chien” and “colline” were never said again."
    )
    german = "ein Hund auf einem grünen Hügel"
    assert not TextSense().knows(german)
    assert TextSense().words_of(german) == ["hund", "grünen", "hügel"]
    assert TextSense().knows("a café by the river")
    assert told.UNKNOWN not in told.text_told(measured(critic, chain(["a hill", "a boat"])))


def test_words_that_are_not_followed_are_counted(critic):
    looks, meant = np.eye(1, 384, dtype=np.float32), np.eye(1, 128, dtype=np.float32)
    first = "dog cat hill river boat house tree field apple bridge"
    drift = measured(critic, Spoken(first, [1], ["a dog"], looks, meant, looks[0]))
    assert told.words_told(drift).endswith("2 further words of it are not followed.")


def test_what_is_measured_can_be_written_as_json(critic):
    table = measured(critic, chain([FIRST, "a hill"])).table()
    assert json.loads(json.dumps(table, allow_nan=False)) == table


def test_sentences_name_words_and_rounds(critic):
    alone = measured(critic, chain(["a dog on a hill", "a hill", "a boat", "a boat", "a boat"]))
    assert told.words_told(alone) == (
        "“hill” was said last in round 2; “dog” was said last in round 1; “standing” and “grass” "
        "were never said again."
    )
    assert told.returns_told(alone, 1)[0] == "It stays at “a boat” from round 3 to 5."
    both = measured(critic, chain(["a dog", "a boat"]), chain(["a dog", "a boat"]))
    assert told.distinct_told(both) == (
        "2 chains say 1 different thing in round 1, and 2 say 1 in round 2."
    )
    ends = told.returns_told(both, 2)
    assert ends[0] == "No caption follows itself, which is all that 2 of them can show."
    assert ends[-1] == "Where several chains end alike: “a boat” (2)."


def test_of_coming_round_nothing_is_said_that_so_few_rounds_cannot_show(critic):
    one = measured(critic, chain(["a hill"]))
    assert told.returns_told(one, 1) == []
    assert one.table()["comebacks"] is None
    ended = measured(critic, chain(["a hill", ""]))  # the second picture was never put into words
    assert ended.comebacks is None
    three = measured(critic, chain(["a hill", "a boat", "a hill"]))
    assert three.table()["comebacks"] == []
    assert (
        told.returns_told(three, 1)[0]
        == "No caption follows itself, which is all that 3 of them can show."
    )
    four = measured(critic, chain(["a hill", "a boat", "a dog", "a cat"]))
    assert told.returns_told(four, 1)[0].startswith("The chain never comes round")
    several = measured(critic, chain(["a hill"]), chain(["a hill"]))
    assert told.returns_told(several, 2) == ["Where several chains end alike: “a hill” (2)."]
