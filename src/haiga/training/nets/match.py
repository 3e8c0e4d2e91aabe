"""The two sides of the critic: a picture and a text, each to one point of the same sphere.

A dual encoder after Radford et al. 2021, "Learning Transferable Visual Models From
Natural Language Supervision" (CLIP), section 2.4: the picture side stands on the
eye's features, the text side on word vectors.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

GRID = 4
"""The eye's map is averaged to this many places a side before it is attended to."""


@dataclass(frozen=True)
class MatchShape:
    """The sizes of both sides; `channels` is the depth of the eye's map."""

    early: int = 256
    channels: int = 384
    vector: int = 128
    width: int = 128
    heads: int = 4
    blocks: int = 1
    space: int = 128


def attend(q: Tensor, k: Tensor, v: Tensor, heads: int, mask: Tensor | None = None) -> Tensor:
    """Attention of (B, Q, d) queries to (B, T, d) tokens; `mask` (B, 1, 1, T) is added."""

    def split(x: Tensor) -> Tensor:
        return x.reshape(*x.shape[:2], heads, -1).transpose(1, 2)  # (B, heads, T, d / heads)

    q, k, v = split(q), split(k), split(v)
    scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2)
    if mask is not None:
        scores = scores + mask
    seen: Tensor = scores.softmax(-1).to(v.dtype) @ v
    return seen.transpose(1, 2).flatten(2)


class PictureSide(nn.Module):
    """The eye's early view (B, 256) and map (B, 384, 8, 8) to (B, 128) unit vectors.

    The mean of the map asks which of its places matter, so that a small thing in
    a corner can count. Both inputs are standardised by the training pictures'
    mean and deviation, which the module carries.
    """

    early_mean: Tensor
    early_scale: Tensor
    map_mean: Tensor
    map_scale: Tensor

    def __init__(self, shape: MatchShape, dropout: float = 0.2) -> None:
        super().__init__()
        d, self.heads = shape.width, shape.heads
        for name, size in (("early", shape.early), ("map", shape.channels)):
            self.register_buffer(f"{name}_mean", torch.zeros(size))
            self.register_buffer(f"{name}_scale", torch.ones(size))
        self.dropout = nn.Dropout(dropout)
        self.early_in = nn.Linear(shape.early, d // 2)
        self.whole_in = nn.Linear(shape.channels, 2 * d)
        self.query = nn.Linear(shape.channels, d)
        self.key_value = nn.Linear(shape.channels, 2 * d)
        self.place = nn.Parameter(0.02 * torch.randn(GRID**2, d))
        joined = d // 2 + 2 * d + d
        self.out = nn.Sequential(
            nn.LayerNorm(joined),
            nn.GELU(approximate="tanh"),
            nn.Dropout(dropout),
            nn.Linear(joined, shape.space),
        )

    def set_scales(self, early: Tensor, places: Tensor) -> None:
        """Take mean and deviation from (N, 256) early views and (M, 384) single places of maps."""
        for name, values in (("early", early), ("map", places)):
            getattr(self, f"{name}_mean").copy_(values.mean(0))
            getattr(self, f"{name}_scale").copy_(1 / (values.std(0) + 1e-3))

    def forward(self, early: Tensor, mapped: Tensor) -> Tensor:
        if mapped.shape[-1] != GRID:
            mapped = F.avg_pool2d(mapped, mapped.shape[-1] // GRID)
        places = mapped.flatten(2).transpose(1, 2)  # (B, 16, C)
        places = self.dropout((places - self.map_mean) * self.map_scale)
        whole = places.mean(1)
        key, value = self.key_value(places).chunk(2, dim=-1)
        seen = attend(self.query(whole)[:, None], key + self.place, value, self.heads)[:, 0]
        early = self.early_in(self.dropout((early - self.early_mean) * self.early_scale))
        joined = torch.cat([early, self.whole_in(whole), seen], dim=-1)
        return F.normalize(self.out(joined).float(), dim=-1)


class WordBlock(nn.Module):
    """Self-attention among the words and an MLP, each behind a norm."""

    def __init__(self, d: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(d), nn.LayerNorm(d)
        self.qkv, self.back = nn.Linear(d, 3 * d), nn.Linear(d, d)
        self.mlp = nn.Sequential(
            nn.Linear(d, 2 * d), nn.GELU(approximate="tanh"), nn.Linear(2 * d, d)
        )
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        q, k, v = self.qkv(self.norm1(x)).chunk(3, dim=-1)
        x = x + self.dropout(self.back(attend(q, k, v, self.heads, mask)))
        return x + self.dropout(self.mlp(self.norm2(x)))  # type: ignore[no-any-return]


class TextSide(nn.Module):
    """Words (B, W, 128) with mask `present` (B, W) to (B, 128) unit vectors, in any word order.

    A learned token that is always there stands for a text of no known word.
    """

    def __init__(self, shape: MatchShape, dropout: float = 0.1) -> None:
        super().__init__()
        d, self.heads = shape.width, shape.heads
        self.word_in = nn.Sequential(
            nn.Linear(shape.vector, 2 * d), nn.GELU(approximate="tanh"), nn.Linear(2 * d, d)
        )
        self.nobody = nn.Parameter(0.02 * torch.randn(d))
        self.blocks = nn.ModuleList(
            [WordBlock(d, self.heads, dropout) for _ in range(shape.blocks)]
        )
        self.norm = nn.LayerNorm(d)
        self.query = nn.Parameter(0.02 * torch.randn(d))
        self.key_value = nn.Linear(d, 2 * d)
        self.out = nn.Linear(d, shape.space)

    def forward(self, words: Tensor, present: Tensor) -> Tensor:
        x = torch.cat([self.nobody.expand(words.shape[0], 1, -1), self.word_in(words)], dim=1)
        there = torch.cat([torch.ones_like(present[:, :1]), present], dim=1)
        mask = ((there - 1.0) * 10_000.0)[:, None, None, :]  # (B, 1, 1, W + 1)
        for block in self.blocks:
            x = block(x, mask)
        key, value = self.key_value(self.norm(x)).chunk(2, dim=-1)
        pooled = attend(self.query.expand(words.shape[0], 1, -1), key, value, self.heads, mask)[
            :, 0
        ]
        return F.normalize(self.out(pooled).float(), dim=-1)


class MatchNet(nn.Module):
    """Both sides, and the learned temperature of the contrast between them."""

    def __init__(self, shape: MatchShape | None = None) -> None:
        super().__init__()
        self.shape = shape = shape or MatchShape()
        self.picture_side = PictureSide(shape)
        self.text_side = TextSide(shape)
        self.log_scale = nn.Parameter(torch.tensor(math.log(1 / 0.07)))

    def contrast(self, pictures: Tensor, texts: Tensor, also_true: Tensor) -> Tensor:
        """The symmetric InfoNCE loss of (B, 128) pictures and their (B, 128) texts.

        Radford et al. 2021, figure 3. `also_true` (B, B) bool marks pairs that are
        no contrast although they are not on the diagonal: text j says nothing that
        does not hold of picture i.
        """
        scale = self.log_scale.clamp(max=math.log(50.0)).exp()
        logits = scale * pictures @ texts.T
        off = ~torch.eye(len(logits), dtype=torch.bool, device=logits.device)
        logits = logits.masked_fill(also_true & off, -10_000.0)
        right = torch.arange(len(logits), device=logits.device)
        return (F.cross_entropy(logits, right) + F.cross_entropy(logits.T, right)) / 2
