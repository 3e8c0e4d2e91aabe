"""The critic's parts: whose words, which works, what is no contrast, and how finding is counted."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from haiga.features.match_words import meaning_words
from haiga.features.vectors import WordVectors
from haiga.training.match.captions import captioned, held_out
from haiga.training.match.material import Features, Material, also_true
from haiga.training.match.retrieval import retrieval
from haiga.training.nets.match import MatchNet, MatchShape
from haiga.training.picture_cache import Item

TINY = MatchShape(early=8, channels=8, width=16, heads=2, space=16)


def item(collection: str, file: str, text: str, *tags: str, held: bool = False) -> Item:
    return Item(collection, file, text, tags, "", "", held)


@pytest.fixture(scope="module")
def vectors() -> WordVectors:
    return WordVectors()


def test_words_of_grammar_and_unknown_words_say_nothing(vectors: WordVectors) -> None:
    assert meaning_words("The river, and a River's zyxomma", vectors)[0] == "river"
    assert meaning_words("it was not of the", vectors) == []
    assert meaning_words("moon-bright", vectors) == ["moon", "bright"]


def test_the_name_of_a_sort_of_fruit_is_left_out(vectors: WordVectors) -> None:
    told = "Malus domestica: Winter Green a watercolor painting of apples, Winter Green"
    (crop,) = captioned([item("usda_watercolors_small", "a.jpg", told, "apples")], vectors)
    assert "apples" in crop.caption
    assert not {"winter", "green"} & crop.all_words


def test_both_sizes_of_one_fruit_are_one_work_on_one_side(vectors: WordVectors) -> None:
    items = [
        item("usda_watercolors_small", "POM1.jpg", "a watercolor painting of figs", held=True),
        item("usda_watercolors_large", "POM1.jpg", "a watercolor painting of figs"),
        item("met_paintings", "1.jpg", "Snow", held=False),
    ]
    crops = captioned(items, vectors)
    assert held_out(items, crops, share=0.0, seed=0).tolist() == [True, True, False]
    assert held_out(items, crops, share=1.0, seed=0).all()


def test_a_text_that_holds_of_another_picture_is_no_contrast() -> None:
    held = [frozenset(["sea", "boat"]), frozenset(["sea"]), frozenset(["snow"])]
    found = also_true(held, [["boat"], ["sea"], ["snow"]])
    assert found.tolist() == [[True, True, False], [False, True, False], [False, False, True]]


def test_what_is_no_contrast_does_not_enter_the_loss() -> None:
    net = MatchNet(TINY)
    axes = torch.eye(3, 16)
    twins = torch.stack([axes[0], axes[0], axes[2]])
    own = torch.eye(3, dtype=torch.bool)
    same = own.clone()
    same[0, 1] = same[1, 0] = True
    assert net.contrast(twins, twins, same) < 0.01 < 0.4 < net.contrast(twins, twins, own)


def test_every_crop_with_words_is_drawn_and_counted(vectors: WordVectors) -> None:
    items = [item("met_paintings", f"{i}.jpg", w) for i, w in enumerate(["Snow", "Sea", "Boat"])]
    items.append(item("met_paintings", "9.jpg", "Zyxomma"))
    crops = captioned(items, vectors)
    features = Features(np.zeros((2, 4, 8), np.float16), np.zeros((2, 4, 8, 4, 4), np.float16))
    material = Material(features, crops, vectors)
    batch = material.draw(60, np.random.default_rng(0))
    assert material.drawn[:3].min() > 5
    assert material.drawn[3] == 0
    assert batch.words.shape[1] == batch.present.shape[1] == 1
    assert batch.also_true.diagonal().all()


def test_heads_learn_which_of_two_kinds_of_picture_a_word_means(vectors: WordVectors) -> None:
    words = ["snow", "apples"] * 20
    crops = captioned([item("met_paintings", f"{i}", w) for i, w in enumerate(words)], vectors)
    rng = np.random.default_rng(0)
    maps = rng.normal(0, 0.3, (1, 40, 8, 4, 4))
    maps[0, 1::2, 0] += 1
    features = Features(np.zeros((1, 40, 8), np.float16), maps.astype(np.float16))
    material = Material(features, crops, vectors)
    torch.manual_seed(0)
    net = MatchNet(TINY)
    optimizer = torch.optim.AdamW(net.parameters(), lr=5e-3)
    for _ in range(40):
        batch = material.draw(16, rng)
        pictures = net.picture_side(batch.early, batch.maps)
        texts = net.text_side(batch.words, batch.present)
        loss = net.contrast(pictures, texts, batch.also_true)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    net.eval()
    early, seen = features.take(np.zeros(2, np.int64), np.array([0, 1]))
    batch_words = torch.from_numpy(
        np.stack([vectors.vector("snow"), vectors.vector("apples")])[:, None] * 128**0.5
    )
    with torch.no_grad():
        cosines = net.picture_side(early, seen) @ net.text_side(batch_words, torch.ones(2, 1)).T
    assert cosines[0, 0] > cosines[0, 1] + 0.2
    assert cosines[1, 1] > cosines[1, 0] + 0.2


def test_the_order_of_words_and_empty_places_change_nothing() -> None:
    torch.manual_seed(0)
    side = MatchNet(TINY).text_side.eval()
    words = torch.randn(1, 3, 128)
    padded = torch.cat([words[:, [2, 0, 1]], torch.randn(1, 4, 128)], dim=1)
    present = torch.tensor([[1.0, 1, 1, 0, 0, 0, 0]])
    plain = side(words, torch.ones(1, 3))
    assert torch.allclose(plain, side(padded, present), atol=1e-5)
    assert torch.allclose(plain.norm(dim=-1), torch.ones(1), atol=1e-5)


def test_a_map_of_eight_places_is_read_as_its_averages() -> None:
    torch.manual_seed(0)
    side = MatchNet(TINY).picture_side.eval()
    fine, early = torch.randn(2, 8, 8, 8), torch.randn(2, 8)
    coarse = fine.reshape(2, 8, 4, 2, 4, 2).mean((3, 5))
    assert torch.allclose(side(early, fine), side(early, coarse), atol=1e-5)


def texts(n: int) -> list[frozenset[str]]:
    return [frozenset([str(i)]) for i in range(n)]


def test_perfect_blind_and_reversed_cosines_are_told_apart() -> None:
    perfect = retrieval(np.eye(200, dtype=np.float32), texts(200))
    assert perfect is not None
    assert perfect.first_of_10 == perfect.low == perfect.within[1] == 1.0
    noise = np.random.default_rng(0).normal(size=(200, 200)).astype(np.float32)
    blind = retrieval(noise, texts(200))
    assert blind is not None
    assert blind.low < 0.1 < blind.high
    assert blind.field == 100
    assert blind.within[10] == pytest.approx(0.1, abs=0.03)
    worst = retrieval(-np.eye(200, dtype=np.float32), texts(200))
    assert worst is not None
    assert worst.first_of_10 == 0.0


def test_a_critic_that_says_the_same_of_everything_has_chance() -> None:
    found = retrieval(np.ones((50, 50), np.float32), texts(50))
    assert found is not None
    assert found.first_of_10 == pytest.approx(0.1)
    assert found.within[10] == 0.0


def test_a_caption_of_the_same_words_is_never_a_wrong_one() -> None:
    doubled = texts(30) * 2
    cosines = np.tile(np.eye(30, dtype=np.float32), (2, 2))
    found = retrieval(cosines, doubled)
    assert found is not None
    assert found.first_of_10 == 1.0
    assert found.field == 30


def test_too_few_captions_give_no_figure() -> None:
    assert retrieval(np.eye(10, dtype=np.float32), texts(10)) is None
