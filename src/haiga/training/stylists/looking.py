"""How a stylist in training is looked at: pictures and styles it never saw, always the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from haiga.core.seeds import generator
from haiga.training.nets.teacher import Teacher
from haiga.training.pictures.figures import Row
from haiga.training.pictures.parts import Verdict
from haiga.training.pictures.samples import Pictures, Sheet
from haiga.training.pictures.store import Indexes, PictureStore
from haiga.training.stylists import losses
from haiga.training.stylists.gathering import Uses
from haiga.training.stylists.pairs import resized
from haiga.training.stylists.trainee import LAYERS, StylistTrainee

LOOK_PX = 256
SHEET_STYLES, SHEET_CONTENTS = 7, 7
PART = 8


class Looking:
    """Restyles held-out pictures after held-out styles, and measures both distances."""

    def __init__(
        self, trainee: StylistTrainee, store: PictureStore, uses: Uses, *, seed: int, device: str
    ) -> None:
        self.trainee, self.store, self.uses = trainee, store, uses
        self.seed, self.device = seed, device

    def sheet(self) -> Sheet:
        """Styles along the top, pictures down the side, and every picture after every style."""
        draw = generator(self.seed, "sheet")
        styles = self._read(_some(draw, self.uses.held_styles, SHEET_STYLES))
        contents = self._read(_some(draw, self.uses.held_contents, SHEET_CONTENTS))
        rows = [torch.full((1, 3, LOOK_PX, LOOK_PX), 0.92), styles.cpu()]
        for content in contents:
            repeated = content[None].expand(len(styles), -1, -1, -1)
            rows += [content[None].cpu(), self._restyled(repeated, styles)]
        return Sheet(_pixels(torch.cat(rows)), len(styles) + 1)

    def sample(self, count: int, seed: int) -> Pictures:
        """(count, LOOK_PX, LOOK_PX, 3) uint8: the first of a larger count are the same."""
        contents, styles = self._pairs(count, seed)
        made = [
            self._restyled(self._read(contents[at : at + PART]), self._read(styles[at : at + PART]))
            for at in range(0, count, PART)
        ]
        return _pixels(torch.cat(made))

    @torch.no_grad()
    def figures(self, made: Pictures) -> Mapping[str, float]:
        """Mean style distance and content cosine of what `sample` made, with the plan's seed."""
        contents, styles = self._pairs(len(made), self.seed)
        teacher: Teacher = self.trainee.teacher
        distances, cosines, unstyled = [], [], []
        for at in range(0, len(made), PART):
            part = slice(at, at + PART)
            a = teacher(_as_tensor(made[part], self.device), LAYERS)
            content = teacher(self._read(contents[part]), LAYERS)
            style = teacher(self._read(styles[part]), losses.STYLE_LAYERS)
            distances.append(losses.style_distance(a[:-1], style))
            unstyled.append(losses.style_distance(content[:-1], style))
            cosines.append(losses.content_cosine(a[-1], content[-1]))
        return {
            "style_distance": float(torch.cat(distances).mean()),
            "unstyled_distance": float(torch.cat(unstyled).mean()),
            "content_cosine": float(torch.cat(cosines).mean()),
        }

    def verdict(self, rows: Sequence[Row]) -> Verdict:
        """The best look: what a hundredth of style distance costs, a tenth of cosine makes good."""
        scores = [row["style_distance"] / 0.01 + (1 - row["content_cosine"]) / 0.1 for row in rows]
        return Verdict(int(np.argmin(scores)))

    def _pairs(self, count: int, seed: int) -> tuple[Indexes, Indexes]:
        out = []
        for name in ("contents", "styles"):
            held = self.uses.held_contents if name == "contents" else self.uses.held_styles
            order = generator(seed, name).permutation(len(held))
            out.append(held[np.resize(order, count)])
        return out[0], out[1]

    def _read(self, indexes: Indexes) -> Tensor:
        return resized(_as_tensor(self.store.pixels[indexes], self.device), LOOK_PX)

    @torch.no_grad()
    def _restyled(self, contents: Tensor, styles: Tensor) -> Tensor:
        encoder, restyler = (average.net for average in self.trainee.averages.values())
        made: Tensor = restyler(contents, encoder(styles))
        return made.cpu()


def _some(draw: np.random.Generator, held: Indexes, count: int) -> Indexes:
    return held[draw.permutation(len(held))[:count]]


def _as_tensor(pixels: Pictures, device: str) -> Tensor:
    """(B, H, W, 3) uint8 as (B, 3, H, W) float32 in [-1, 1], channels last."""
    return torch.from_numpy(pixels).to(device).permute(0, 3, 1, 2).float().mul_(1 / 127.5).sub_(1)


def _pixels(values: Tensor) -> Pictures:
    levels = ((values.float().nan_to_num(-1.0) + 1) * 127.5).clamp(0, 255).round().byte()
    return np.ascontiguousarray(levels.permute(0, 2, 3, 1).cpu().numpy())
