"""The word-region matching: its loss falls where words and regions agree, and on nothing else."""

from __future__ import annotations

import math

import torch

from haiga.training.nets.damsm import (
    ImageEncoder,
    TextEncoder,
    alike,
    damsm_loss,
    matching_loss,
    sentence_scores,
    word_scores,
)


def _axes(count: int, size: int = 16) -> torch.Tensor:
    return torch.eye(size)[:count]


def test_a_word_scores_highest_where_a_region_is_like_it() -> None:
    words = 4 * _axes(3).unsqueeze(1)  # three texts of one word
    regions = torch.zeros(3, 16, 8, 8)
    for i in range(3):
        regions[i, i, 2, 5] = 8.0  # one place of each picture shows its word
    scores = word_scores(regions, words, torch.ones(3, 1))
    assert scores.argmax(0).tolist() == [0, 1, 2]
    assert scores.argmax(1).tolist() == [0, 1, 2]
    assert float(scores.diagonal().min()) > 0.9


def test_absent_words_change_no_score() -> None:
    rng = torch.Generator().manual_seed(1)
    regions = torch.randn(2, 16, 8, 8, generator=rng)
    words = torch.randn(2, 4, 16, generator=rng)
    present = torch.tensor([[1.0, 1, 0, 0], [1, 0, 0, 0]])
    before = word_scores(regions, words, present)
    words[:, 2:] += 5
    assert torch.allclose(before, word_scores(regions, words, present), atol=1e-5)


def test_the_loss_is_that_of_guessing_when_all_score_the_same() -> None:
    different, told = torch.eye(8, dtype=torch.bool), torch.ones(8)
    found = matching_loss(torch.zeros(8, 8), different, told)
    assert math.isclose(float(found), 2 * math.log(8), rel_tol=1e-4)
    assert float(matching_loss(5 * torch.eye(8), different, told)) < 1e-3


def test_texts_that_say_the_same_are_no_wrong_answers_and_empty_ones_are_not_asked() -> None:
    scores = torch.zeros(4, 4)
    same = torch.ones(4, 4, dtype=torch.bool)
    assert float(matching_loss(scores, same, torch.ones(4))) < 1e-3
    different = torch.eye(4, dtype=torch.bool)
    assert float(matching_loss(scores, different, torch.zeros(4))) == 0
    one_told = matching_loss(scores, different, torch.tensor([1.0, 1, 0, 0]))
    assert math.isfinite(float(one_told))


def test_texts_are_alike_in_whatever_order_their_words_come() -> None:
    words = torch.randn(3, 2, 8, generator=torch.Generator().manual_seed(2))
    words[1] = words[0].flip(0)
    found = alike(words, torch.ones(3, 2))
    assert found.tolist() == [[True, True, False], [True, True, False], [False, False, True]]


def test_a_text_encoder_heeds_no_order_and_no_absent_word() -> None:
    torch.manual_seed(0)
    encoder = TextEncoder().eval()
    words = torch.randn(1, 3, 128)
    present = torch.tensor([[1.0, 1, 0]])
    with torch.no_grad():
        tokens = encoder(words, present)
        turned = encoder(words[:, [1, 0, 2]], present)
        words[:, 2] += 9
        spoilt = encoder(words, present)
    assert torch.allclose(tokens[:, 0], turned[:, 0], atol=1e-5)
    assert torch.allclose(tokens[:, 1], turned[:, 2], atol=1e-5)
    assert torch.allclose(tokens[:, :3], spoilt[:, :3], atol=1e-5)


def test_matching_learns_which_words_belong_to_which_colours() -> None:
    torch.manual_seed(0)
    text, image = TextEncoder(), ImageEncoder(base=8)
    words = torch.randn(6, 1, 128)
    present = torch.ones(6, 1)
    colours = torch.tensor(
        [[1.0, -1, -1], [-1, 1, -1], [-1, -1, 1], [1, 1, -1], [1, 1, 1], [-1, -1, -1]]
    )
    pictures = colours[:, :, None, None].expand(-1, -1, 32, 32) + 0.1 * torch.randn(6, 3, 32, 32)
    optimizer = torch.optim.Adam([*text.parameters(), *image.parameters()], 2e-3)
    losses = []
    for _ in range(12):
        regions, whole = image(pictures)
        loss = damsm_loss(regions, whole, text(words, present), words, present)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert losses[-1] < 0.3 * losses[0]
    with torch.no_grad():
        _, whole = image(pictures)
        found = sentence_scores(whole, text(words, present)[:, 0]).argmax(0).tolist()
    assert found == list(range(6))
