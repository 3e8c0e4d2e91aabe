"""What the eye is taught by: the teacher's features, words, makers, and the picture's layout."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from haiga.training.nets.eye import EARLY, GRID, LATE, EyeNet
from haiga.training.nets.teacher import Teacher

LAYERS = (6, 11, 12)
CHANNELS = (512, 512, 1024)
TEMPERATURE = 0.1
WEIGHTS = {
    "map": 1.0,
    "pooled": 1.0,
    "which": 0.3,
    "alike": 2.0,
    "early": 0.5,
    "layout": 0.5,
    "words": 0.15,
    "maker": 0.15,
}
"""How much each loss counts."""


@dataclass(frozen=True)
class Told:
    """The teacher's features of a batch, centred and of unit deviation per channel.

    `coarse` (B, 512, 4, 4), `mapped` (B, 512, 8, 8), `pooled` (B, 1024).
    """

    coarse: Tensor
    mapped: Tensor
    pooled: Tensor


class Tutor(nn.Module):
    """The frozen teacher with the mean and deviation of each channel it is asked for."""

    def __init__(self, teacher: Teacher) -> None:
        super().__init__()
        self.teacher = teacher
        for name, width in zip(("coarse", "mapped", "pooled"), CHANNELS, strict=True):
            self.register_buffer(f"{name}_mean", torch.zeros(width))
            self.register_buffer(f"{name}_deviation", torch.ones(width))

    @torch.no_grad()
    def features(self, view: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        with torch.autocast(view.device.type, dtype=torch.bfloat16):
            coarse, mapped, late = self.teacher(view, LAYERS)
        return (
            F.adaptive_avg_pool2d(coarse.float(), GRID),
            mapped.float(),
            late.float().mean((2, 3)),
        )

    @torch.no_grad()
    def measure(self, views: list[Tensor]) -> None:
        """Set means and deviations from some batches of views."""
        found = [self.features(view) for view in views]
        for n, name in enumerate(("coarse", "mapped", "pooled")):
            flat = torch.cat([f[n].flatten(2) if n < 2 else f[n][:, :, None] for f in found])
            deviation, mean = torch.std_mean(flat, (0, 2))
            self.get_buffer(f"{name}_mean").copy_(mean)
            self.get_buffer(f"{name}_deviation").copy_(deviation.clamp_min(0.02))

    def forward(self, view: Tensor) -> Told:
        coarse, mapped, pooled = self.features(view)
        return Told(
            self._standard(coarse, "coarse"),
            self._standard(mapped, "mapped"),
            self._standard(pooled, "pooled"),
        )

    def _standard(self, x: Tensor, name: str) -> Tensor:
        shape = (1, -1, *[1] * (x.ndim - 2))
        mean = self.get_buffer(f"{name}_mean").view(shape)
        return ((x - mean) / self.get_buffer(f"{name}_deviation").view(shape)).clamp(-6, 6)


class Pupil(nn.Module):
    """The eye with the heads it is taught through, which are dropped afterwards."""

    def __init__(self, words: int, makers: int, eye: EyeNet | None = None) -> None:
        super().__init__()
        self.eye = eye or EyeNet()
        cell = EARLY // GRID**2
        self.to_coarse = nn.Conv2d(cell, CHANNELS[0], 1)
        self.to_layout = nn.Conv2d(cell, 16, 1)
        self.to_map = nn.Conv2d(LATE, CHANNELS[1], 1)
        self.to_pooled = nn.Linear(LATE, CHANNELS[2])
        self.to_words = nn.Linear(LATE, max(1, words))
        self.to_maker = nn.Linear(LATE, max(1, makers))

    def forward(
        self, seen: Tensor, view: Tensor, told: Told, words: Tensor, maker: Tensor
    ) -> dict[str, Tensor]:
        """The losses by name; `seen` is the eye's disturbed view, `view` what the teacher saw.

        `words` (B, V) bool; `maker` (B,) with -1 for nobody known.
        """
        with torch.autocast(seen.device.type, dtype=torch.bfloat16):
            early, late, mapped = self.eye(seen)
            cells = early.view(len(early), -1, GRID, GRID)
            coarse, layout = self.to_coarse(cells).float(), self.to_layout(cells).float()
            near, pooled = self.to_map(mapped).float(), self.to_pooled(late).float()
            said, made = self.to_words(late).float(), self.to_maker(late).float()
        return {
            "map": 1 - F.cosine_similarity(near, told.mapped, dim=1).mean(),
            "pooled": 1 - F.cosine_similarity(pooled, told.pooled, dim=1).mean(),
            "which": which_loss(pooled, told.pooled),
            "alike": alike_loss(late.float(), told.pooled),
            "early": 1 - F.cosine_similarity(coarse, told.coarse, dim=1).mean(),
            "layout": 1 - F.cosine_similarity(layout.flatten(1), layout_of(view), dim=1).mean(),
            "words": words_loss(said, words),
            "maker": maker_loss(made, maker),
        }


def layout_of(view: Tensor) -> Tensor:
    """Where a view is light and where dark, freed of its colours and contrast: (B, 256).

    Brightness on a 16 by 16 grid as 16 values for each cell of 4 by 4, less its mean.
    """
    light = F.adaptive_avg_pool2d(view.mean(1, keepdim=True), 16)
    cells = F.pixel_unshuffle(light, 4)  # (B, 16, 4, 4)
    return (cells - cells.mean((1, 2, 3), keepdim=True)).flatten(1)


def which_loss(pooled: Tensor, told: Tensor) -> Tensor:
    """Cross-entropy of finding one's own teacher vector among the batch's (InfoNCE).

    van den Oord et al. 2018, "Representation Learning with Contrastive Predictive
    Coding", eq. 4, with cosines over a temperature as the scores.
    """
    scores = F.normalize(pooled, dim=1) @ F.normalize(told, dim=1).T / TEMPERATURE
    return F.cross_entropy(scores, torch.arange(len(scores), device=scores.device))


def alike_loss(late: Tensor, told: Tensor) -> Tensor:
    """How far the pictures' likenesses to each other are from those the teacher sees.

    After Tung and Mori 2019, "Similarity-Preserving Knowledge Distillation",
    eq. 4, with cosines of centred vectors, so that `late` serves as it is.
    """
    ours = F.normalize(late - late.mean(0), dim=1)
    theirs = F.normalize(told - told.mean(0), dim=1)
    apart = ours @ ours.T - theirs @ theirs.T
    return apart.square().sum() / max(1, len(late) * (len(late) - 1))


def words_loss(said: Tensor, words: Tensor) -> Tensor:
    """Cross-entropy to equal shares for a picture's words; a picture without any is left out.

    Mahajan et al. 2018, "Exploring the Limits of Weakly Supervised Pretraining",
    section 2.2.
    """
    share = words.float()
    count = share.sum(1)
    told = count > 0
    if not told.any():
        return said.sum() * 0
    each = -(F.log_softmax(said, 1) * share).sum(1) / count.clamp_min(1)
    return each[told].mean()


def maker_loss(made: Tensor, maker: Tensor) -> Tensor:
    """Cross-entropy over the makers; a picture by nobody known is left out."""
    if not (maker >= 0).any():
        return made.sum() * 0
    return F.cross_entropy(made, maker, ignore_index=-1, label_smoothing=0.1)


def total(losses: dict[str, Tensor]) -> Tensor:
    """The losses' weighted sum."""
    return torch.stack([WEIGHTS[name] * loss for name, loss in losses.items()]).sum()
