"""The AttnGAN recipe: its two phases, what its losses move, and what it writes."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from haiga.models.session import Session
from haiga.training.generators.recipe import Settings, StepBatch
from haiga.training.nets.attngan import Generator, stage_sizes
from haiga.training.painters.attngan import AttnGan, wrong_texts

sys.path.insert(0, str(Path(__file__).parents[2] / "plugins"))
from tiny_painter import make_attngan


def _batch(size_px: int = 16, count: int = 6) -> StepBatch:
    draw = torch.Generator().manual_seed(4)
    present = (torch.rand(count, 12, generator=draw) < 0.4).float()
    present[0] = 0
    return StepBatch(
        torch.rand(count, 3, size_px, size_px, generator=draw) * 2 - 1,
        words=torch.randn(count, 12, 128, generator=draw),
        present=present,
    )


@pytest.fixture
def trainee() -> AttnGan:
    return AttnGan(Settings(size_px=16, width=8, batch=6))


def _weights(module: torch.nn.Module) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in module.parameters()])


@pytest.mark.parametrize(
    ("size_px", "sizes"), [(16, [8, 16]), (64, [32, 64]), (128, [32, 64, 128])]
)
def test_it_draws_in_two_or_three_stages(size_px: int, sizes: list[int]) -> None:
    assert stage_sizes(size_px) == sizes


def test_the_encoders_learn_first_and_then_only_the_generator(trainee: AttnGan) -> None:
    rng, batch = torch.Generator().manual_seed(0), _batch()
    text, made = _weights(trainee.text), _weights(trainee.generator)
    trainee.progress = 0.1
    losses = trainee.step(batch, rng)
    assert float(losses["match"]) > 0
    assert float(losses["d_loss"]) == 0
    assert not torch.equal(text, _weights(trainee.text))
    assert torch.equal(made, _weights(trainee.generator))
    text = _weights(trainee.text)
    trainee.progress = 0.3
    losses = trainee.step(batch, rng)
    assert float(losses["d_loss"]) > 0
    assert torch.equal(text, _weights(trainee.text))
    assert not torch.equal(made, _weights(trainee.generator))
    assert all(torch.isfinite(value) for value in losses.values())


def test_a_run_that_is_given_more_time_goes_not_back_to_the_matching(trainee: AttnGan) -> None:
    trainee.progress = 0.5
    trainee.step(_batch(), torch.Generator().manual_seed(0))
    trainee.progress = 0.05
    assert not trainee.matching


def test_the_same_batch_and_numbers_make_the_same_step() -> None:
    found = []
    for _ in range(2):
        trainee = AttnGan(Settings(size_px=16, width=8, batch=6))
        trainee.progress = 0.5
        trainee.step(_batch(), torch.Generator().manual_seed(9))
        found.append(_weights(trainee.generator))
    assert torch.equal(found[0], found[1])


def test_a_neighbours_text_is_wrong_unless_it_says_the_same_or_nothing() -> None:
    words = torch.randn(4, 2, 8, generator=torch.Generator().manual_seed(1))
    words[1] = words[0]
    present = torch.ones(4, 2)
    present[2] = 0
    assert wrong_texts(words, present).tolist() == [1.0, 0.0, 1.0, 0.0]


@torch.no_grad()
def test_words_that_are_absent_change_nothing_and_present_ones_do() -> None:
    torch.manual_seed(1)
    net = Generator(16, 8).eval()
    z, tokens = torch.randn(2, 100), torch.randn(2, 13, 128)
    present = torch.zeros(2, 12)
    present[:, :2] = 1
    before = net(z, tokens, present)[0][-1]
    tokens[:, 5] += 3
    assert torch.allclose(before, net(z, tokens, present)[0][-1])
    tokens[:, 2] += 3
    assert not torch.allclose(before, net(z, tokens, present)[0][-1], atol=1e-4)


@torch.no_grad()
def test_a_picture_does_not_depend_on_its_batch(trainee: AttnGan) -> None:
    z, batch = torch.randn(6, 100), _batch()
    together = trainee.sampler(z, batch.words, batch.present)
    assert batch.words is not None
    assert batch.present is not None
    alone = trainee.sampler(z[2:3], batch.words[2:3], batch.present[2:3])
    assert together.shape == (6, 3, 16, 16)
    assert torch.allclose(together[2:3], alone, atol=1e-5)


def test_what_is_written_paints_as_the_network_does_also_without_words(tmp_path: Path) -> None:
    folder = make_attngan(tmp_path / "tiny")
    session = Session(folder / "painter.onnx", threads=1)
    assert session.inputs == ("z", "words", "present")
    feeds = {"z": np.zeros((1, 100), np.float32), "words": np.zeros((1, 12, 128), np.float32),
             "present": np.zeros((1, 12), np.float32)}  # fmt: skip
    (pixels,) = session.run(feeds)
    assert pixels.shape == (1, 3, 16, 16)
    assert np.isfinite(pixels).all()
    assert pixels.std() > 0.02
