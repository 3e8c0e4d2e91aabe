"""How a poet reads: parts told apart honestly, and figures that agree with sums by hand."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from poet_shelf import BigramNetwork, index_of, works

from haiga.features.copying import CopyIndex
from haiga.inspection.metrics.kneser_ney import KneserNey, perplexity
from haiga.inspection.poet_texts import caution_on, joined, measure_reading, shared_part, sort_works
from haiga.media.texts import Text

TRAIN, VALIDATION, TEST = works(60, 1), works(8, 2), works(8, 3)
NEW = [Text("nobody ever wrote this strange unlikely sentence about copper kettles before\n" * 3)]


@pytest.fixture(scope="module")
def index() -> CopyIndex:
    return index_of(TRAIN, validation=VALIDATION, test=TEST)


def test_each_work_goes_to_the_part_the_index_knows_it_in(index: CopyIndex) -> None:
    found = sort_works([*TEST, *TRAIN, *NEW, *VALIDATION], index).parts
    assert found["train"] == tuple(TRAIN)
    assert found["validation"] == tuple(VALIDATION)
    assert found["test"] == tuple(TEST)
    assert found["never seen"] == tuple(NEW)


def test_a_training_work_cut_or_joined_otherwise_is_not_called_never_seen(index: CopyIndex) -> None:
    half = Text("\n".join(TRAIN[0].text.splitlines()[:3]))
    both = Text(TRAIN[1].text + "\n\n" + TRAIN[2].text)
    found = sort_works([half, both, *NEW], index)
    assert found.parts["partly seen"] == (half, both)
    assert found.parts["never seen"] == tuple(NEW)
    assert shared_part(half.text, index) > 0.9
    assert shared_part("too short", index) == 0


def test_without_an_index_nothing_is_held_out_and_the_reason_is_said() -> None:
    found = measure_reading(BigramNetwork(TRAIN), sort_works([*TRAIN, *TEST], None))
    assert found.held_out is None
    assert "no copying index" in found.why_not_held_out
    assert [part.part for part in found.parts] == ["unknown"]
    assert found.kneser_ney is None
    assert found.gap is None


def test_texts_that_were_all_trained_on_give_no_held_out_figure(index: CopyIndex) -> None:
    found = measure_reading(BigramNetwork(TRAIN), sort_works(TRAIN[:9], index))
    assert found.held_out is None
    assert found.why_not_held_out.startswith("every text was trained on")
    assert [part.part for part in found.parts] == ["train"]
    assert found.kneser_ney is None


def test_validation_works_are_not_called_held_out(index: CopyIndex) -> None:
    found = measure_reading(BigramNetwork(TRAIN), sort_works([*TRAIN, *VALIDATION], index))
    assert found.held_out is None
    assert "decided when training ended" in found.why_not_held_out


def test_the_test_works_are_held_out_and_works_never_seen_stand_in_for_them(
    index: CopyIndex,
) -> None:
    network = BigramNetwork(TRAIN)
    assert measure_reading(network, sort_works([*TRAIN, *TEST, *NEW], index)).held_out == "test"
    found = measure_reading(network, sort_works([*TRAIN, *NEW], index))
    assert found.held_out == "never seen"
    alone = measure_reading(network, sort_works(NEW, index))
    assert alone.kneser_ney is None
    assert "none of the works" in alone.why_no_kneser_ney


def test_perplexities_are_those_of_the_plain_stream(index: CopyIndex) -> None:
    network = BigramNetwork(TRAIN, leave_out=["moon"])
    found = measure_reading(network, sort_works([*TRAIN, *TEST], index))
    stream = joined([network.encode(text.text) for text in TEST], network.end)
    log_p = network.log_p[stream[:-1], stream[1:]]
    held = found.part("test")
    assert held
    assert held.perplexity == pytest.approx(np.exp(-log_p.mean()))
    assert held.perplexity_known == pytest.approx(np.exp(-log_p[stream[1:] != 0].mean()))
    moons = sum(text.text.split().count("moon") for text in TEST)
    assert held.unknown_share == pytest.approx(moons / (len(stream) - 1 - len(TEST)))
    rival = found.kneser_ney
    assert rival
    train = joined([network.encode(text.text) for text in TRAIN], network.end)
    model = KneserNey.of(train, vocabulary=len(network.tokens), boundary=network.end)
    assert rival.perplexity == pytest.approx(perplexity(model.log_probabilities(stream)))
    assert rival.lower_by == pytest.approx(1 - held.perplexity / rival.perplexity)
    assert rival.low < rival.lower_by < rival.high
    assert (rival.fitted_works, rival.fitted_tokens) == (60, len(train) - 1)


def test_a_network_that_is_the_n_gram_model_is_neither_better_nor_worse(index: CopyIndex) -> None:
    network = BigramNetwork(TRAIN)
    train = joined([network.encode(text.text) for text in TRAIN], network.end)
    model = KneserNey.of(train, vocabulary=len(network.tokens), boundary=network.end)
    network.score = model.log_probabilities
    rival = measure_reading(network, sort_works([*TRAIN, *TEST], index)).kneser_ney
    assert rival
    assert (rival.low, rival.lower_by, rival.high) == pytest.approx((0, 0, 0))


def test_a_copycat_shows_in_the_gap_and_a_fair_learner_does_not() -> None:
    train, other = works(6, 11), works(6, 12)
    index = index_of(train, validation=other)
    copycat = BigramNetwork([text for text in train for _ in range(50)])
    fair = BigramNetwork(works(400, 13))
    everything = sort_works([*train, *other], index)
    gaps = [measure_reading(network, everything).gap for network in (copycat, fair)]
    assert gaps[0]
    assert gaps[1]
    assert gaps[0] > 1.3
    assert gaps[1] == pytest.approx(1, abs=0.1)


def test_only_so_much_of_each_part_is_scored_and_always_the_same(index: CopyIndex) -> None:
    network = BigramNetwork(TRAIN)
    everything = sort_works([*TRAIN, *TEST], index)
    once = measure_reading(network, everything, most_tokens=200)
    again = measure_reading(network, everything, most_tokens=200)
    assert once == again
    assert max(network.scored) < 300
    assert once.part("train") != measure_reading(network, everything).part("train")
    assert dataclasses.asdict(once)["counts"]["train"] == 60


def test_a_figure_over_few_tokens_is_said_to_be_rough(index: CopyIndex) -> None:
    network = BigramNetwork(TRAIN)
    found = measure_reading(network, sort_works([*TRAIN, NEW[0]], index))
    held = found.part("never seen")
    assert held
    assert f"taken on 1 work of {held.tokens} tokens in all" in found.caution
    assert caution_on(dataclasses.replace(held, tokens=1_999))
    assert not caution_on(dataclasses.replace(held, tokens=2_000))
    assert not measure_reading(network, sort_works(TRAIN, index)).caution
