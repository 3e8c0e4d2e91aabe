"""The training for texture: what was lost is drawn anew, so that it looks like paint or grain.

Ledig et al. 2017, "Photo-Realistic Single Image Super-Resolution Using a Generative
Adversarial Network", eq. 3: a perceptual loss on features and an adversarial one; the critic
judges patches (Isola et al. 2017). The network for fidelity stays as it is: a small one beside
it learns, from its features, what to add, so that one number can lead from one to the other.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from haiga.training.generators.average import Average
from haiga.training.generators.precision import bfloat16, placed
from haiga.training.nets.patch_critic import PatchCritic
from haiga.training.nets.teacher import Teacher
from haiga.training.nets.upscaler import TextureNet, UpscalerNet
from haiga.training.pictures.feed import FeedBatch
from haiga.training.pictures.plan import Plan
from haiga.training.upscalers.degrade import reduced, reduced_exactly
from haiga.training.upscalers.learner import BATCH, BLOCKS, Settings, patches

RATE, CRITIC_RATE = 5e-4, 2e-4
DECAY = 0.995
FALLS_OVER = 0.5
LAYERS = (0, 1, 3, 5)
"""The teacher's layers whose features are compared: 2, 2, 4 and 8 pixels apart."""
PERCEPTUAL, ADVERSARIAL, NEAR = 1.0, 0.03, 1.0
"""How much features, the critic's opinion and nearness of pixels (L1) count."""
PLAIN_STEPS = 200
"""The critic learns alone so long, and is then listened to."""


class Texture:
    """Trains a `TextureNet` beside an `UpscalerNet` whose weights are given and stay."""

    def __init__(
        self, settings: Settings, start: Mapping[str, Tensor], teacher: Path | None = None
    ) -> None:
        self.settings = settings
        self.rate = settings.rate or RATE
        self.batch = settings.batch or BATCH // 2
        blocks = settings.blocks or BLOCKS[settings.scale]
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(settings.seed)
            self.net = UpscalerNet(settings.scale, settings.channels, blocks)
            self.texture = TextureNet(settings.scale, settings.channels)
            self.critic = PatchCritic()
        self.net.load_state_dict({**self.net.state_dict(), **start})
        self.net.requires_grad_(False)
        for each in (self.net, self.texture, self.critic):
            placed(each, settings.device)
        self.teacher = None if teacher is None else Teacher(teacher).to(settings.device)
        self.average = Average(self.texture, DECAY)
        self.steps = 0
        self.adam = torch.optim.Adam(
            self.texture.parameters(), self.rate, betas=(0.9, 0.99), fused=True
        )
        self.critic_adam = torch.optim.Adam(
            self.critic.parameters(), CRITIC_RATE, betas=(0.5, 0.99), fused=True
        )

    @property
    def modules(self) -> Mapping[str, nn.Module]:
        """What learns, and the average."""
        return {"texture": self.texture, "critic": self.critic, "average": self.average}

    @property
    def optimizers(self) -> Mapping[str, torch.optim.Optimizer]:
        """One for each network that learns."""
        return {"texture": self.adam, "critic": self.critic_adam}

    def pace(self, step: int, plan: Plan) -> None:
        """Sets the rate for a step of a plan."""
        self.steps = step
        share = min(1.0, (1 - step / plan.steps) / FALLS_OVER)
        for optimizer, rate in ((self.adam, self.rate), (self.critic_adam, CRITIC_RATE)):
            for group in optimizer.param_groups:
                group["lr"] = rate * share

    def step(self, batch: FeedBatch, rng: torch.Generator) -> Mapping[str, Tensor]:
        """The critic on real and made patches, then the network on both losses."""
        settings = self.settings
        wanted = patches(batch.pixels, settings.scale, rng)  # (B, 3, P, P)
        small = reduced(wanted, settings.scale, settings.faults, rng)
        with torch.no_grad(), bfloat16(settings.device):
            features = self.net.trunk(small)
            plain = self.net.base(small).float() + self.net.drawn(features).float()
        with bfloat16(settings.device):
            made = plain + self.texture(features).float()  # (B, 3, P, P)
            real_score, made_score = self.critic(2 * wanted - 1), self.critic(2 * made.detach() - 1)
        critic_loss = F.softplus(-real_score.float()).mean() + F.softplus(made_score.float()).mean()
        self.critic_adam.zero_grad(set_to_none=True)
        critic_loss.backward()  # type: ignore[no-untyped-call]
        self.critic_adam.step()

        self.critic.requires_grad_(False)
        with bfloat16(settings.device):
            adversarial = F.softplus(-self.critic(2 * made - 1).float()).mean()
            perceptual = self._perceptual(made, wanted)
        self.critic.requires_grad_(True)
        near = (reduced_exactly(made, settings.scale) - small).abs().mean()
        heard = ADVERSARIAL if self.steps >= PLAIN_STEPS else 0.0
        loss = PERCEPTUAL * perceptual + heard * adversarial + NEAR * near
        self.adam.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.texture.parameters(), 1.0)
        self.adam.step()
        self.average.update(self.texture)
        losses = {"perceptual_loss": perceptual, "g_loss": adversarial, "d_loss": critic_loss}
        return {name: value.detach() for name, value in losses.items()}

    def _perceptual(self, made: Tensor, wanted: Tensor) -> Tensor:
        """The mean over layers of the L1 distance of features, each by its own size."""
        with torch.no_grad():
            real = self._features(2 * wanted - 1)
        pairs = zip(self._features(2 * made - 1), real, strict=True)
        apart = [(a - b).float().abs().mean() / b.float().abs().mean() for a, b in pairs]
        return torch.stack(apart).mean()

    def _features(self, pictures: Tensor) -> list[Tensor]:
        """The teacher's features; without one the critic's own (Wang et al. 2018, pix2pixHD)."""
        if self.teacher is not None:
            found: list[Tensor] = self.teacher(pictures, LAYERS)
            return found
        out = []
        for layer in list(self.critic.net)[:-1]:
            pictures = layer(pictures)
            if isinstance(layer, nn.LeakyReLU):
                out.append(pictures)
        return out

    @torch.no_grad()
    def enlarged(self, small: Tensor) -> Tensor:
        """(B, 3, H, W) in [0, 1] enlarged with all of its texture, not clipped."""
        features = self.net.trunk(small)
        plain = self.net.base(small) + self.net.drawn(features)
        return plain + self.average.net(features)  # type: ignore[no-any-return]

    @property
    def margin_px(self) -> int:
        """How far around it, in small pixels, a pixel of the result depends on the picture."""
        return self.net.trunk.reach_px + self.texture.reach_px

    def networks(self) -> list[tuple[str, nn.Module, Mapping[str, Tensor], list[str]]]:
        """What is exported: file name, network, an input of each name, names of outputs."""
        features = {"features": torch.rand(2, self.settings.channels, 24, 20)}
        net = copy.deepcopy(self.average.net)
        return [(f"x{self.settings.scale}-texture.onnx", net, features, ["texture"])]

    def state(self) -> Mapping[str, Tensor]:
        """The weights of the network for fidelity, which another training may go on from."""
        return self.net.state_dict()
