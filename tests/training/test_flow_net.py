"""The painter's networks: shapes, independence of the batch, words that can be absent."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from haiga.training.export import parity, to_onnx
from haiga.training.nets.autoencoder import Decoder, Encoder
from haiga.training.nets.flow import FlowNet, FlowShape
from haiga.training.recipes.painter_export import Velocity
from haiga.training.recipes.painter_flow import sample

TINY = FlowShape(width=48, blocks=4, heads=4, words_width=24)


@pytest.fixture
def net() -> FlowNet:
    torch.manual_seed(2)
    net = FlowNet(TINY).eval()
    for parameter in net.parameters():  # the zero-initialised layers would hide mistakes
        if not parameter.any():
            torch.nn.init.normal_(parameter, std=0.1)
    return net


def _case(size: int) -> dict[str, torch.Tensor]:
    draw = torch.Generator().manual_seed(size)
    return {
        "x": torch.randn(size, 8, 16, 16, generator=draw),
        "t": torch.rand(size, generator=draw),
        "words": torch.randn(size, 12, 128, generator=draw),
        "present": (torch.rand(size, 12, generator=draw) < 0.5).float(),
    }


@torch.no_grad()
def test_the_velocity_has_the_latents_shape_and_place(net: FlowNet) -> None:
    """A change in one corner of the latent moves that corner's output most."""
    case = _case(1)
    before, _ = net(*case.values())
    assert before.shape == (1, 8, 16, 16)
    case["x"] = case["x"].clone()
    case["x"][:, :, 0:2, 14:16] += 1.0
    moved = (net(*case.values())[0] - before).abs().mean(1)[0]
    assert moved[0:2, 14:16].mean() > 2 * moved.mean()


@torch.no_grad()
def test_a_picture_does_not_depend_on_its_batch(net: FlowNet) -> None:
    case = _case(3)
    together, _ = net(*case.values())
    alone, _ = net(*(value[1:2] for value in case.values()))
    assert torch.allclose(together[1:2], alone, atol=1e-5)


@torch.no_grad()
def test_masked_words_change_nothing_and_present_ones_do(net: FlowNet) -> None:
    case = _case(1)
    case["present"][:] = 0
    before, _ = net(*case.values())
    case["words"] = case["words"] + 5.0
    assert torch.allclose(net(*case.values())[0], before, atol=1e-6)
    case["present"][0, 3] = 1
    assert not torch.allclose(net(*case.values())[0], before, atol=1e-3)


def test_guidance_of_one_is_the_conditional_model(net: FlowNet) -> None:
    case = _case(2)
    told = sample(net, case["x"], case["words"], case["present"], steps=2, guidance=1.0)
    x = case["x"]
    with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
        for t in (0.0, 0.5):
            velocity, _ = net(x, torch.full((2,), t), case["words"], case["present"])
            x = x + velocity.float() / 2
    assert torch.allclose(told, x, atol=0.03)  # bfloat16 sums in another order


def test_the_exported_flow_agrees_with_torch_for_every_batch_size(
    net: FlowNet, tmp_path: Path
) -> None:
    velocity = Velocity(net)
    to_onnx(velocity, _case(2), ["velocity"], tmp_path / "flow.onnx", compact=False)
    assert parity(velocity, tmp_path / "flow.onnx", [_case(n) for n in (1, 2, 5)]) < 1e-4


def test_the_exported_decoder_agrees_with_torch_and_halves_its_size(tmp_path: Path) -> None:
    torch.manual_seed(3)
    decoder = Decoder((64, 48, 24)).eval()
    latent = {"latent": torch.randn(2, 8, 16, 16)}
    to_onnx(decoder, latent, ["pixels"], tmp_path / "full.onnx", compact=False)
    to_onnx(decoder, latent, ["pixels"], tmp_path / "half.onnx")
    cases = [{"latent": torch.randn(n, 8, 16, 16)} for n in (1, 2, 5)]
    assert parity(decoder, tmp_path / "full.onnx", cases) < 1e-4
    assert parity(decoder, tmp_path / "half.onnx", cases) < 2e-2
    sizes = [(tmp_path / name).stat().st_size for name in ("half.onnx", "full.onnx")]
    assert sizes[0] < 0.75 * sizes[1]


def test_a_large_matrix_is_stored_in_eight_bits_with_little_loss(tmp_path: Path) -> None:
    torch.manual_seed(4)
    layer = torch.nn.Linear(600, 512).eval()
    case = {"x": torch.randn(2, 600)}
    to_onnx(layer, case, ["y"], tmp_path / "layer.onnx")
    assert (tmp_path / "layer.onnx").stat().st_size < 1.1 * 600 * 512
    assert parity(layer, tmp_path / "layer.onnx", [case]) < 0.05 * layer(case["x"]).std()


@torch.no_grad()
def test_the_autoencoder_goes_eight_times_down_and_back() -> None:
    mean, log_variance = Encoder()(torch.zeros(2, 3, 64, 48))
    assert mean.shape == log_variance.shape == (2, 8, 8, 6)
    assert Decoder()(mean).shape == (2, 3, 64, 48)
