"""Poems by the network alone: drawn as it expects them, or always the likeliest word."""

from __future__ import annotations

import numpy as np
from poet_shelf import BigramNetwork, works

from haiga.features.loops import find_loop
from haiga.inspection.poet_alone import (
    MOST_LINES,
    openings_of,
    write_freely,
    write_greedily,
)
from haiga.media.texts import Text

LEARNED = works(80, 1)


def test_each_opening_is_gone_on_from_with_the_likeliest_word() -> None:
    network = BigramNetwork([Text("the moon sleeps\nthe moon sleeps"), Text("a crow\nburns")])
    (poem,) = write_greedily(network, [network.encode("a crow")])
    assert poem.begun == "a crow"
    assert poem.poem.lines[:2] == ("a crow", "burns")


def test_a_network_of_pairs_loops_and_is_cut_off() -> None:
    network = BigramNetwork(LEARNED)
    network.log_p[:, network.end] = -50
    poems = write_greedily(network, openings_of(LEARNED, network, 100))
    assert all(find_loop(one.poem.lines) for one in poems)
    assert max(len(one.poem.lines) for one in poems) <= MOST_LINES


def test_an_unknown_word_is_never_taken_however_likely() -> None:
    network = BigramNetwork(LEARNED)
    network.log_p[:, network.unknown] = 0
    poems = write_greedily(network, openings_of(LEARNED, network, 5))
    assert not any("…" in one.poem.text for one in poems)


def test_poems_do_not_depend_on_how_many_are_written() -> None:
    network = BigramNetwork(LEARNED)
    network.log_p += np.random.default_rng(0).normal(0, 1, network.log_p.shape)
    openings = openings_of(works(400, 2, lines=1), network, 80)
    assert len(openings) > 5
    together = write_greedily(network, openings)
    assert together == [write_greedily(network, [one])[0] for one in openings]


def test_free_poems_are_drawn_by_their_own_seed_as_often_as_the_network_expects() -> None:
    network = BigramNetwork([Text("moon"), Text("moon"), Text("crow")])
    moon, crow = (network.tokens.index(word) for word in ("moon", "crow"))
    network.log_p[network.end] = -np.inf
    network.log_p[network.end, [moon, crow]] = np.log([0.75, 0.25])
    network.log_p[[moon, crow]] = -np.inf
    network.log_p[[moon, crow], network.end] = 0
    poems = write_freely(network, range(400))
    share = sum(one.poem.text == "moon" for one in poems) / 400
    assert abs(share - 0.75) < 0.07
    assert [write_freely(network, [seed])[0] for seed in (3, 99)] == [poems[3], poems[99]]
    assert poems[3].seed == 3


def test_openings_are_different_and_hold_no_unknown_word() -> None:
    network = BigramNetwork(LEARNED, leave_out=["moon"])
    texts = [Text("the moon rises"), Text("the crow sleeps"), Text("the crow burns"), Text("the")]
    assert openings_of(texts, network, 9) == [network.encode("the crow")]
