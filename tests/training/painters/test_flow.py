"""The flow recipe on a folder: weights read back, latents kept, a step that learns."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from haiga.core.errors import BadModel
from haiga.models.store import load_model
from haiga.training.export import parity
from haiga.training.generators.recipe import Settings, StepBatch
from haiga.training.nets.autoencoder import Encoder
from haiga.training.painters.export import Velocity
from haiga.training.painters.flow import Flow, FlowBatch
from haiga.training.painters.flow_weights import read_flow
from haiga.training.recipes.painter_export import write_encoder

sys.path.insert(0, str(Path(__file__).parents[2] / "plugins"))
from tiny_painter import SHAPE

STATISTICS = {"mean": [0.0] * 8, "deviation": [1.0] * 8}


@pytest.fixture
def folder(tiny_flow: Path) -> Path:
    return tiny_flow


def _decode(latents: np.ndarray) -> np.ndarray:
    """Three channels of the latents, eight times as large."""
    return latents[:, :3].repeat(8, 2).repeat(8, 3)


def _batch(count: int = 4) -> StepBatch:
    draw = torch.Generator().manual_seed(2)
    latents = torch.randn(count, 8, 1, 1, generator=draw).expand(-1, -1, 16, 16).contiguous()
    words = torch.randn(count, 12, 128, generator=draw)
    return StepBatch(latents, words=words, present=torch.ones(count, 12))


def _case(count: int) -> dict[str, torch.Tensor]:
    draw = torch.Generator().manual_seed(count)
    return {
        "x": torch.randn(count, 8, 16, 16, generator=draw),
        "t": torch.rand(count, generator=draw),
        "words": torch.randn(count, 12, 128, generator=draw),
        "present": (torch.rand(count, 12, generator=draw) < 0.5).float(),
    }


def test_weights_read_back_from_an_exported_flow_move_as_it_does(folder: Path) -> None:
    net = read_flow(folder / "flow.onnx", heads=SHAPE.heads)
    assert (net.shape.width, net.shape.blocks) == (SHAPE.width, SHAPE.blocks)
    assert parity(Velocity(net), folder / "flow.onnx", [_case(1), _case(3)]) < 1e-4


def test_the_bundled_flow_can_be_read_back() -> None:
    model = load_model("painter")
    net = read_flow(model.path("flow.onnx"))
    assert parity(Velocity(net), model.path("flow.onnx"), [_case(2)]) < 1e-3


def test_an_encoder_is_written_small_and_gives_its_latents(tmp_path: Path) -> None:
    torch.manual_seed(0)
    path = tmp_path / "encoder.onnx"
    assert write_encoder(Encoder(), path) < 0.05
    assert path.stat().st_size < 2_500_000


def test_another_network_is_refused_by_name(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(BadModel, match="decoder"):
        read_flow(folder / "decoder.onnx")
    bad = tmp_path / "flow.onnx"
    bad.write_bytes(b"no network")
    with pytest.raises(BadModel, match="flow"):
        read_flow(bad)


def test_a_few_steps_bring_the_velocity_nearer() -> None:
    flow = Flow(Settings(size_px=128, rate=4e-3), _decode, STATISTICS, shape=SHAPE)
    rng, batch = torch.Generator().manual_seed(0), _batch()
    flow.progress = 0.0
    losses = [float(flow.step(batch, rng)["velocity"]) for _ in range(80)]
    assert np.mean(losses[-10:]) < 0.8 * np.mean(losses[:10])


def test_the_rate_rises_first_and_falls_at_the_end() -> None:
    flow = Flow(Settings(size_px=128, rate=1e-3), _decode, STATISTICS, shape=SHAPE)
    rng, batch = torch.Generator().manual_seed(0), _batch(2)
    rates = []
    for progress, steps in ((0.0, 0), (0.3, 500), (1.0, 500)):
        flow.progress, flow.average.steps = progress, steps
        flow.step(batch, rng)
        rates.append(flow.optimizers["adamw"].param_groups[0]["lr"])
    assert rates[1] == pytest.approx(1e-3)
    assert rates[0] < 0.1 * rates[1]
    assert rates[2] < 0.1 * rates[1]


def test_a_teacher_is_heeded_only_where_a_batch_has_its_features() -> None:
    flow = Flow(Settings(size_px=128), _decode, STATISTICS, shape=SHAPE)
    plain = _batch(2)
    rng = torch.Generator().manual_seed(0)
    assert set(flow.step(plain, rng)) == {"velocity"}
    before = flow.net.teacher_head[0].weight.detach().clone()
    told = FlowBatch(
        plain.pixels, words=plain.words, present=plain.present, maps=torch.randn(2, 64, 64)
    )
    assert set(flow.step(told, rng)) == {"velocity", "teacher"}
    assert not torch.equal(before, flow.net.teacher_head[0].weight)


def test_samples_do_not_depend_on_their_batch() -> None:
    flow = Flow(Settings(size_px=128), _decode, STATISTICS, shape=SHAPE)
    flow.sampler.steps = 2  # type: ignore[assignment]
    torch.nn.init.normal_(flow.average.net.patch_out.weight, std=0.05)  # type: ignore[union-attr,arg-type]
    z = torch.randn(3, 2048, generator=torch.Generator().manual_seed(1))
    batch = _batch(3)
    assert batch.words is not None
    assert batch.present is not None
    together = flow.sampler(z, batch.words, batch.present)
    alone = flow.sampler(z[1:2], batch.words[1:2], batch.present[1:2])
    assert together.shape == (3, 3, 128, 128)
    assert torch.allclose(together[1:2], alone, atol=0.05)  # bfloat16 rounds by the batch
