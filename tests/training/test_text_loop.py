"""A poet's training that is cut off goes on as if it had not been."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch

from haiga.training.nets.lstm import WordLstm
from haiga.training.text_loop import Plan, train_stream


def _epoch(number: int) -> np.ndarray:
    return np.random.default_rng(number).integers(1, 40, 8 * 60)


def _train(folder: Path, steps: int) -> tuple[WordLstm, list[dict[str, object]]]:
    torch.manual_seed(0)
    net = WordLstm(40, dropout=0.2)
    said: list[dict[str, object]] = []
    plan = Plan(
        steps=steps, rows=8, span=10, rate=1e-3, least_rate=1e-3, warmup=1, checkpoint_s=0.0,
        report_steps=3, sampled=12,
    )  # fmt: skip
    train_stream(net, _epoch, plan, folder, held_out={}, say=lambda s: said.append(json.loads(s)))
    return net, said


def test_a_resumed_training_gives_the_same_network_as_an_unbroken_one(tmp_path: Path) -> None:
    whole, _ = _train(tmp_path / "whole", 12)
    _train(tmp_path / "broken", 6)
    resumed, said = _train(tmp_path / "broken", 12)
    assert said[0] == {"resumed": 6}
    for a, b in zip(whole.parameters(), resumed.parameters(), strict=True):
        assert torch.equal(a, b)


def test_a_checkpoint_is_safetensors_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    _train(tmp_path, 3)
    assert [path.name for path in tmp_path.iterdir()] == ["last.safetensors"]


def test_the_last_step_is_kept_even_between_two_reports(tmp_path: Path) -> None:
    _, said = _train(tmp_path, 4)
    assert said[-1]["step"] == 4
    assert _train(tmp_path, 4)[1] == [{"resumed": 4}]
