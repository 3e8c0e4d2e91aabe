"""Text that says nothing any more, and text that only looks so."""

from __future__ import annotations

import pytest
from poet_shelf import BigramNetwork, works

from haiga.features.tokens import NEWLINE, Tokens
from haiga.inspection.metrics.collapse import find_collapse
from haiga.inspection.poet_alone import openings_of, write_greedily
from haiga.inspection.poet_poems import count_loops
from haiga.media.texts import Text

LEARNED = works(20, 1)


@pytest.mark.parametrize(
    ("text", "begun", "said"),
    [
        ("the moon\n\n\n\n\n\n\n\n", "the moon", "nothing but spaces and empty lines after"),
        ("the moon", "the moon", "nothing after its beginning"),
        ("  the moon ", "the moon", "nothing but spaces"),
        ("", "", "nothing"),
        ("the moon...", "the moon", "nothing but marks"),
        ("the moon rises\n\n\n\nagain", "the moon", "empty lines without end"),
        ("the moon rises" + " " * 9, "the moon", "spaces without end"),
        ("the moonaaaaaaaaaaaaaaaa", "the moon", "“a”, 16 times"),
        ("the moon rises " + "- " * 9, "the moon", "“-”, "),
    ],
)
def test_a_text_that_says_nothing_more_is_a_collapse(text: str, begun: str, said: str) -> None:
    assert find_collapse(text, begun).startswith(said)


@pytest.mark.parametrize(
    "text",
    [
        "the moon rises\n\nand sets...\n\n",
        "the moon\n" + " " * 20 + "far in",
        "oh!!! haaaa — — —",
        "tick tock tick tock",
    ],
)
def test_stanzas_indents_and_cries_are_none(text: str) -> None:
    assert not find_collapse(text, "the moon")


class Letters(BigramNetwork):
    """The same of characters."""

    def __init__(self) -> None:
        super().__init__(LEARNED)
        self.splitter = Tokens("char")
        letters = sorted({char for text in LEARNED for char in text.text} - {NEWLINE})
        self.tokens = ["<unk>", "<end>", NEWLINE, *letters]
        self._index = {token: i for i, token in enumerate(self.tokens)}
        self.log_p = self.log_p[: len(self.tokens), : len(self.tokens)].copy()


@pytest.mark.parametrize(
    ("kind", "forever"),
    [
        *(("words", forever) for forever in ("newline", "end")),
        *(("characters", forever) for forever in ("newline", "end", "space", "letter")),
    ],
)
def test_a_network_that_has_collapsed_is_not_said_to_loop_in_no_poem(
    kind: str, forever: str
) -> None:
    network = Letters() if kind == "characters" else BigramNetwork(LEARNED)
    wanted = {"newline": NEWLINE, "end": "<end>", "space": " ", "letter": "e"}[forever]
    network.log_p[:] = -9
    network.log_p[:, network.tokens.index(wanted)] = 0
    openings = openings_of([*LEARNED, Text("the crow sleeps")], network, 3)
    poems = write_greedily(network, openings)
    found = count_loops(poems)
    assert poems
    assert (found.rate, found.collapsed) == (1, len(poems))
    assert found.examples
