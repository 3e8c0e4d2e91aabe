"""The training for fidelity: each pixel as near as it can be to what it was.

L1 after Lim et al. 2017 (EDSR, section 3.2), on colours and once more on luma, which is
what results are told by. Adam, a rate that falls in a line to nothing over the last seven
tenths of the plan, and a running average of the weights.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from haiga.training.generators.average import Average
from haiga.training.generators.precision import bfloat16, placed
from haiga.training.nets.upscaler import UpscalerNet
from haiga.training.parallel import ALONE, Crew, Rows
from haiga.training.pictures.feed import FeedBatch
from haiga.training.pictures.plan import Plan
from haiga.training.upscalers.degrade import reduced
from haiga.training.upscalers.export import WithFeatures
from haiga.training.upscalers.learner import BATCH, BLOCKS, Settings, luma, patches

RATE = 1.1e-3
"""At 2e-3 it learns faster for the first thousand steps and is then thrown back again and again."""
WARM_STEPS = 100
FALLS_OVER = 0.7
DECAY = 0.998
MOST_GRADIENT = 1.0
"""The gradient's norm is cut to this, which most batches exceed: none counts more than another."""


class Fidelity:
    """Trains an `UpscalerNet`, one that begins at bicubic, or goes on from another's weights."""

    def __init__(self, settings: Settings, start: Mapping[str, Tensor] | None = None) -> None:
        self.settings = settings
        self.rate = settings.rate or RATE
        self.batch = settings.batch or BATCH
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings.seed)
            blocks = settings.blocks or BLOCKS[settings.scale]
            self.net = UpscalerNet(settings.scale, settings.channels, blocks)
        if start is not None:
            take(self.net, start)
        placed(self.net, settings.device)
        self.average = Average(self.net, DECAY)
        self.crew, self.rows = ALONE, Rows(0, 1, 1)
        self.optimizer = torch.optim.Adam(
            self.net.parameters(), self.rate, betas=(0.9, 0.99), fused=True
        )

    @property
    def modules(self) -> Mapping[str, nn.Module]:
        """The network and its average."""
        return {"net": self.net, "average": self.average}

    @property
    def optimizers(self) -> Mapping[str, torch.optim.Optimizer]:
        """Adam alone."""
        return {"adam": self.optimizer}

    def pace(self, step: int, plan: Plan) -> None:
        """Sets the rate for a step of a plan."""
        left = (1 - step / plan.steps) / FALLS_OVER
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate * min(1.0, (step + 1) / WARM_STEPS, left)

    def join(self, crew: Crew, rows: Rows) -> None:
        """Makes the steps those of a crew, of whose batches this worker has some rows."""
        self.crew, self.rows = crew, rows

    def step(self, batch: FeedBatch, rng: torch.Generator) -> Mapping[str, Tensor]:
        """One step on a patch of each tile; its loss in levels of 255."""
        net, settings = self.net, self.settings
        wanted = patches(batch.pixels, settings.scale, rng)  # (B, 3, P, P)
        small = reduced(wanted, settings.scale, settings.faults, rng)
        with torch.no_grad():
            base = net.base(small)
        with bfloat16(settings.device):
            added = net.residual(small)
        error = base + added.float() - wanted
        loss = error.abs().mean() + luma(error).abs().mean()
        self.optimizer.zero_grad(set_to_none=True)
        mine = loss * self.rows.share if self.crew.size > 1 else loss
        mine.backward()  # type: ignore[no-untyped-call]
        self.crew.average_gradients(net.parameters())
        nn.utils.clip_grad_norm_(net.parameters(), MOST_GRADIENT)
        self.optimizer.step()
        self.average.update(net)
        return {"l1_loss": 127.5 * loss.detach()}

    @torch.no_grad()
    def enlarged(self, small: Tensor) -> Tensor:
        """(B, 3, H, W) in [0, 1] enlarged by the average, not clipped."""
        return self.average.net(small)  # type: ignore[no-any-return]

    @property
    def margin_px(self) -> int:
        """How far around it, in small pixels, a pixel of the result depends on the picture."""
        return self.net.trunk.reach_px + 1

    def networks(self) -> list[tuple[str, nn.Module, Mapping[str, Tensor], list[str]]]:
        """What is exported: file name, network, an input of each name, names of outputs."""
        small = {"picture": torch.rand(2, 3, 24, 20)}
        net = WithFeatures(self.average.net)
        return [(f"x{self.settings.scale}.onnx", net, small, ["enlarged", "features"])]

    def state(self) -> Mapping[str, Tensor]:
        """The averaged weights, for a training that goes on from them."""
        return self.average.net.state_dict()


def take(net: nn.Module, start: Mapping[str, Tensor]) -> int:
    """Takes from other weights all that has the same name and shape; returns how many values."""
    own = net.state_dict()
    shared = {k: v for k, v in start.items() if k in own and own[k].shape == v.shape}
    net.load_state_dict({**own, **shared})
    return sum(value.numel() for value in shared.values())
