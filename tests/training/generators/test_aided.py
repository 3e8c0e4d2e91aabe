"""What the recipe with the eye beside its discriminator promises."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_recipes import SIZE_PX, batch, tiny

from haiga.core.errors import BadModel
from haiga.features.eye import Eye
from haiga.training.eye.weights import bundled_eye, read_eye
from haiga.training.nets.projected import Projection


def test_the_eye_read_back_sees_what_the_exported_one_sees() -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (2, 128, 128, 3), dtype=np.uint8)
    seen = Eye(threads=1).embed(list(pictures))
    with torch.no_grad():
        early, late, _ = bundled_eye()(
            torch.from_numpy(pictures).permute(0, 3, 1, 2).float() / 127.5 - 1
        )
    assert np.abs(early.numpy() - seen.early).max() < 1e-4
    assert np.abs(late.numpy() - seen.late).max() < 1e-4


def test_a_file_that_is_no_eye_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "eye.onnx"
    broken.write_bytes(b"no network")
    with pytest.raises(BadModel, match="eye.onnx"):
        read_eye(broken)


def test_the_same_seed_makes_the_same_projection_and_another_one_another() -> None:
    pixels = batch().pixels
    first, again, other = (Projection(bundled_eye(), seed, 64)(pixels) for seed in (1, 1, 2))
    for a, b, c in zip(first, again, other, strict=True):
        assert torch.equal(a, b)
        assert not torch.equal(a, c)


def test_gradients_reach_the_pictures_through_the_eye_and_leave_it_as_it_is() -> None:
    eye = bundled_eye()
    before = {name: value.clone() for name, value in eye.state_dict().items()}
    pixels = torch.zeros(2, 3, SIZE_PX, SIZE_PX, requires_grad=True)
    sum(m.sum() for m in Projection(eye, 0, 64)(pixels + 0.1)).backward()
    assert pixels.grad is not None
    assert pixels.grad.abs().sum() > 0
    assert all(torch.equal(before[name], value) for name, value in eye.state_dict().items())


def test_no_checkpoint_holds_the_eye() -> None:
    kept = sum(
        value.numel()
        for net in tiny("aided").modules.values()
        for value in net.state_dict().values()
    )
    assert kept < sum(value.numel() for value in bundled_eye().state_dict().values())
