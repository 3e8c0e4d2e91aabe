"""Where recipes compute."""

import logging
from typing import Any

import pytest
import torch
from torch import nn

from haiga.training.generators.average import Average
from haiga.training.generators.precision import bfloat16, compiled, normal, placed


def test_a_network_is_compiled_on_a_gpu_alone() -> None:
    net = nn.Linear(2, 2)
    assert compiled(net, "cpu") is net


def test_a_compiler_that_fails_is_told_of_once_and_done_without(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(net: nn.Module) -> Any:
        raise RuntimeError("no compiler here")

    monkeypatch.setattr(torch, "compile", failing)
    net = nn.Linear(2, 2)
    run, x = compiled(net, "cuda"), torch.ones(1, 2)
    with caplog.at_level(logging.WARNING):
        assert torch.equal(run(x), net(x))
        assert torch.equal(run(x), net(x))
    assert [record.message.count("no compiler here") for record in caplog.records] == [1]


def test_convolutions_compute_in_bfloat16_with_weights_in_float32() -> None:
    net = placed(nn.Conv2d(3, 4, 3), "cpu")
    with bfloat16("cpu"):
        made = net(torch.ones(1, 3, 8, 8))
    assert made.dtype == torch.bfloat16
    assert net.weight.dtype == torch.float32
    assert net.weight.is_contiguous(memory_format=torch.channels_last)


def test_numbers_come_from_the_generator_that_is_given() -> None:
    one = normal(torch.Generator().manual_seed(1), 2, 3, device="cpu")
    again = normal(torch.Generator().manual_seed(1), 2, 3, device="cpu")
    assert one.shape == (2, 3)
    assert torch.equal(one, again)


def test_an_average_follows_quickly_at_first_and_slowly_later() -> None:
    net = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(net.weight)
    average = Average(net, decay=0.9)
    nn.init.ones_(net.weight)
    average.update(net)
    assert float(average.net.weight.detach()) == pytest.approx(0.9)  # decay 1 / 10
    average.steps = 10_000
    average.update(net)
    assert float(average.net.weight.detach()) == pytest.approx(0.9 + 0.1 * 0.1)  # decay 0.9
    other = Average(nn.Linear(1, 1, bias=False))
    other.load_state_dict(average.state_dict())
    assert other.steps == 10_001
