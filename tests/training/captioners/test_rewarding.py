"""Captions that are drawn and rewarded: what is worth how much, and that it is learned."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from haiga.inspection.metrics.captions import cider_scores
from haiga.models.session import Session
from haiga.roles.captioners.attend import LOOK, STEP, said_once
from haiga.roles.captioners.decoding import END, Decoder, searched
from haiga.training.captioners.export import write_networks
from haiga.training.captioners.rewarding import Reward, forbidden, policy_loss
from haiga.training.captioners.saying import as_text, as_words, said_words

sys.path.insert(0, str(Path(__file__).parents[2] / "plugins"))

CAPTIONS = {
    4: [["a", "red", "boat"], ["a", "boat", "at", "sea"]],
    7: [["a", "red", "cow"]],
    9: [["a", "grey", "tree", ",", "under", "the", "sky"]],
}


def worth(said: list[str], picture: int, rivalry: float) -> float:
    reward = Reward(CAPTIONS, dict.fromkeys(CAPTIONS, "all"), rivalry=rivalry, rivals=60)
    return float(reward.of([said], [picture], np.random.default_rng(0))[0])


def test_without_rivals_the_reward_ranks_captions_as_cider_does() -> None:
    tried = [["a", "red", "boat"], ["a", "red", "cow"], ["a", "tree"], ["a"]]
    ours = [worth(said, 4, 0.0) for said in tried]
    ended = {i: [[*words, "<end>"] for words in group] for i, group in CAPTIONS.items()}
    theirs = [
        cider_scores([[*said, "<end>"]], [ended[4]], documents=list(ended.values()))[0]
        for said in tried
    ]
    assert ours == pytest.approx(theirs)


def test_what_fits_the_others_too_is_worth_less_and_what_breaks_off_as_well() -> None:
    plain, rival = (worth(["a", "red", "boat"], 4, rivalry) for rivalry in (0.0, 1.0))
    assert rival < plain  # a red cow fits half of it
    assert worth(["a", "boat", "at", "sea"], 4, 1.0) > rival - (plain - rival)
    assert worth(["a", "red", "boat"], 4, 0.0) > worth(["a", "red", "boat", "at"], 4, 0.0)


def test_a_network_in_training_says_what_its_written_form_says(tmp_path: Path) -> None:
    from tiny_captioner import WORDS, tiny_net

    net = tiny_net(3)
    write_networks(net, tmp_path, compact=False)
    maps = torch.rand(6, 396, 8, 8, generator=torch.Generator().manual_seed(1))
    once = torch.zeros(len(WORDS), dtype=torch.bool)
    once[said_once(WORDS)] = True
    said = as_words(said_words(net, maps, once, 8), WORDS)
    decoder = Decoder(Session(tmp_path / LOOK), Session(tmp_path / STEP), most_words=8,
                      once=said_once(WORDS))  # fmt: skip
    for line, told in zip(said, searched(decoder, maps.numpy(), 1), strict=True):
        words = [WORDS[i] for i in told.words]
        assert line[: len(words)] == words  # a search may end sooner
    assert as_text(["a", "tree", ",", "red"]) == "a tree, red"


def test_drawn_captions_never_say_what_is_forbidden_and_every_one_ends() -> None:
    from tiny_captioner import WORDS, tiny_net

    maps = torch.rand(4, 396, 8, 8, generator=torch.Generator().manual_seed(2))
    once = torch.zeros(len(WORDS), dtype=torch.bool)
    once[said_once(WORDS)] = True
    torch.manual_seed(0)
    said = said_words(tiny_net(1), maps, once, 6, drawn=9)
    assert said.shape[0] == 36
    assert len({tuple(line) for line in said.tolist()}) > 9
    assert bool((said[:, -1] == END).all())
    before, after = said[:, :-1], said[:, 1:]
    banned = forbidden(before, once).gather(2, after.unsqueeze(2)).squeeze(2)
    assert not bool(banned.any())


def test_a_rewarded_word_becomes_likelier_and_what_is_behind_the_end_counts_nothing() -> None:
    from tiny_captioner import WORDS, tiny_net

    net = tiny_net(5)
    maps = torch.rand(3, 396, 8, 8, generator=torch.Generator().manual_seed(3))
    once = torch.zeros(len(WORDS), dtype=torch.bool)
    boat = WORDS.index("boat")
    optimizer = torch.optim.Adam(net.parameters(), 3e-3)
    torch.manual_seed(0)

    def share() -> float:
        return float((said_words(net, maps, once, 5, drawn=60) == boat).any(1).float().mean())

    begin = share()
    for _ in range(25):
        words = said_words(net, maps, once, 5, drawn=8)
        told, _ = net(maps.repeat_interleave(8, 0), words[:, :-1])
        rewards = (words == boat).any(1).double().numpy()
        longer = torch.nn.functional.pad(words, (0, 2))  # two more ENDs behind the end
        extra, _ = net(maps.repeat_interleave(8, 0), longer[:, :-1])
        loss = policy_loss(told, words, rewards, 8, once)
        same = float(policy_loss(extra, longer, rewards, 8, once).detach())
        assert same == pytest.approx(float(loss.detach()), rel=1e-4)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert share() > begin + 0.2
