"""The stylist in training: both networks, their averages, and one step of them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from haiga.core.errors import UserError
from haiga.models.store import Model
from haiga.roles.stylists.network import ENCODE, RESTYLE
from haiga.training.generators.average import Average
from haiga.training.nets.stylist import Restyler, StyleEncoder
from haiga.training.nets.teacher import Teacher
from haiga.training.pictures.plan import Plan
from haiga.training.start import start_from
from haiga.training.stylists import losses
from haiga.training.stylists.pairs import PairBatch, views

RATE, WARM_STEPS, LAST_SHARE = 1e-3, 60, 0.02
DECAY = 0.997
"""Of the running averages, which are what is kept."""
LAYERS = (*losses.STYLE_LAYERS, losses.CONTENT_LAYER)
WEIGHTS = {"style": 300.0, "content": 4.0, "structure": 0.4, "same": 1.0, "grain": 9.0}
"""Of each loss; "same" is of pictures that follow themselves."""


def weights_of(words: Sequence[str]) -> dict[str, float]:
    """Weights by the loss's name, from words such as `style=300`; raises UserError."""
    found: dict[str, float] = {}
    for word in words:
        name, _, value = word.partition("=")
        try:
            found[name] = float(value)
        except ValueError:
            raise UserError(f"--weights {word}: write NAME=NUMBER, such as style=300") from None
        if name not in WEIGHTS:
            raise UserError(
                f"--weights {word}: there is no such loss; there is {', '.join(WEIGHTS)}"
            )
        if not 0 <= found[name] < math.inf:
            raise UserError(f"--weights {word}: a weight is a number from 0 on")
    return found


class StylistTrainee:
    """Learns to bring pictures to the statistics of styles while their forms stay."""

    def __init__(
        self,
        teacher: Teacher,
        *,
        seed: int,
        rate: float | None,
        device: str,
        keep_encoder: bool = False,
        weights: Mapping[str, float] = WEIGHTS,
        start: Model | None = None,
    ) -> None:
        self.weights = {**WEIGHTS, **weights}
        with torch.random.fork_rng(devices=[]):  # layers know no generator but the global one
            torch.manual_seed(seed)
            encoder, restyler = StyleEncoder(), Restyler()
        if start is not None:
            start_from(encoder, start.path(ENCODE))
            start_from(restyler, start.path(RESTYLE))
        layout = {"device": device, "memory_format": torch.channels_last}
        self.teacher = teacher.to(**layout).eval()  # type: ignore[call-overload]
        self.networks = {
            "encoder": encoder.to(**layout),  # type: ignore[call-overload]
            "restyler": restyler.to(**layout),  # type: ignore[call-overload]
        }
        self.averages = {name: Average(net, DECAY) for name, net in self.networks.items()}
        self.rate = rate or RATE
        if keep_encoder:  # a weight without a gradient is passed over
            self.networks["encoder"].requires_grad_(False)
        learned = [weight for net in self.networks.values() for weight in net.parameters()]
        self.adam = torch.optim.AdamW(learned, lr=self.rate, betas=(0.9, 0.98), weight_decay=1e-3)

    @property
    def modules(self) -> Mapping[str, nn.Module]:
        averages = {f"average {name}": net for name, net in self.averages.items()}
        return {**self.networks, **averages}

    @property
    def optimizers(self) -> Mapping[str, torch.optim.Optimizer]:
        return {"adam": self.adam}

    def pace(self, step: int, plan: Plan) -> None:
        """The learning rate rises at first and then falls along a cosine to the plan's end."""
        done = min(1.0, step / max(1, plan.steps))
        share = LAST_SHARE + (1 - LAST_SHARE) * 0.5 * (1 + math.cos(math.pi * done))
        for group in self.adam.param_groups:
            group["lr"] = self.rate * min(1.0, (step + 1) / WARM_STEPS) * share

    def step(self, batch: PairBatch, rng: torch.Generator) -> Mapping[str, Tensor]:
        """One step on views of contents and styles; the losses before weights, by name."""
        seen = views(batch, rng)
        count = len(seen.contents)
        encoder, restyler = (net.train() for net in self.networks.values())
        made = restyler(seen.contents, encoder(seen.styles))
        with torch.no_grad():
            wanted = self.teacher(torch.cat([seen.contents, seen.styles]), LAYERS)
        found = self.teacher(made, LAYERS)
        style = losses.style_distance(found[:-1], [w[count:] for w in wanted[:-1]])
        cosine = losses.content_cosine(found[-1], wanted[-1][:count])
        lines = losses.structure_cosine(found[2], wanted[2][:count])
        parts = {
            "style": style.mean(),
            "content": 1 - cosine.mean(),
            "structure": 1 - lines.mean(),
            "same": (made[0] - seen.contents[0]).abs().mean(),
            "grain": losses.restlessness(made, seen.contents).mean(),
        }
        self.adam.zero_grad(set_to_none=True)
        total = torch.stack([self.weights[name] * value for name, value in parts.items()]).sum()
        total.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.adam.param_groups[0]["params"], 20.0)
        self.adam.step()
        for name, average in self.averages.items():
            average.update(self.networks[name])
        return {name: value.detach() for name, value in parts.items()}
