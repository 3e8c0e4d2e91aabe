"""The word-region matching of AttnGAN: a text encoder, an image encoder, and their loss.

Xu et al. 2018, "AttnGAN: Fine-Grained Text to Image Generation with Attentional Generative
Adversarial Networks", section 3.2, equations 7 to 13 (the "deep attentional multimodal
similarity model"). A painter's words come in no order, so that the text encoder is a
transformer without places instead of the paper's recurrent one.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

WIDTH = 128
"""Values of a word, a sentence, a region and a picture in the space they are matched in."""
SIDE_PX = 64
REGION_FOCUS, WORD_FOCUS, SHARPNESS = 5.0, 5.0, 10.0
"""gamma 1, 2 and 3 of equations 9, 10 and 11, as the paper has them for birds."""
_ABSENT = -10_000.0


class WordBlock(nn.Module):
    """Attention among the words of a text, and an MLP, each around a skip."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.norm2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        split = self.qkv(self.norm1(x)).unflatten(-1, (3, self.heads, -1))  # (B, T, 3, heads, d)
        q, k, v = split.permute(2, 0, 3, 1, 4).unbind(0)  # each (B, heads, T, d)
        scores = (q * q.shape[-1] ** -0.5) @ k.transpose(-1, -2) + mask.to(q.dtype)
        told = scores.softmax(-1).to(v.dtype) @ v
        x = x + self.out(told.transpose(1, 2).flatten(2))
        return x + self.mlp(self.norm2(x))  # type: ignore[no-any-return]


class TextEncoder(nn.Module):
    """Words (B, W, 128) and which are present (B, W) to tokens (B, 1 + W, width).

    Token 0 is the sentence: it is learned, always there, and all there is of a text
    without words. The tokens of absent words mean nothing.
    """

    def __init__(self, vector: int = 128, width: int = WIDTH, layers: int = 2) -> None:
        super().__init__()
        self.word_in = nn.Linear(vector, width)
        self.sentence = nn.Parameter(0.1 * torch.randn(width))
        self.blocks = nn.ModuleList([WordBlock(width, 4) for _ in range(layers)])
        self.last = nn.LayerNorm(width)

    def forward(self, words: Tensor, present: Tensor) -> Tensor:
        first = self.sentence.expand(words.shape[0], 1, -1)
        told = self.word_in(words) * present.unsqueeze(-1)
        x = torch.cat([first, told.to(first.dtype)], dim=1)
        mask = ((with_sentence(present) - 1) * -_ABSENT)[:, None, None, :]  # (B, 1, 1, 1 + W)
        for block in self.blocks:
            x = block(x, mask)
        return self.last(x)  # type: ignore[no-any-return]


def with_sentence(present: Tensor) -> Tensor:
    """Which of the tokens are there, (B, 1 + W): the sentence always is."""
    return torch.cat([torch.ones_like(present[:, :1]), present], dim=1)


class Seen(nn.Sequential):
    """A 3x3 convolution, its batch norm and a leaky ReLU."""

    def __init__(self, into: int, out: int, stride: int) -> None:
        super().__init__(
            nn.Conv2d(into, out, 3, stride, 1, bias=False),
            nn.BatchNorm2d(out),
            nn.LeakyReLU(0.2),
        )


class ImageEncoder(nn.Module):
    """Pictures (B, 3, S, S) in [-1, 1] to regions (B, width, 8, 8) and a whole (B, width).

    Pictures of another size than 64 px are resized to it first. `base` is the
    number of channels of the first layer.
    """

    def __init__(self, width: int = WIDTH, base: int = 32) -> None:
        super().__init__()
        self.lattice = nn.Sequential(
            Seen(3, base, 2),  # 32 px
            Seen(base, 2 * base, 2),  # 16 px
            Seen(2 * base, 2 * base, 1),
            Seen(2 * base, 4 * base, 2),  # 8 px
            Seen(4 * base, 4 * base, 1),
        )
        self.regions = nn.Conv2d(4 * base, width, 1)
        self.high = Seen(4 * base, 6 * base, 2)  # 4 px
        self.whole = nn.Linear(6 * base, width)

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        if pixels.shape[-1] != SIDE_PX:
            side = (SIDE_PX, SIDE_PX)
            pixels = F.interpolate(pixels.float(), side, mode="bilinear", antialias=True)
        x = self.lattice(pixels)
        return self.regions(x), self.whole(self.high(x).mean((2, 3)))


def word_scores(regions: Tensor, words: Tensor, present: Tensor) -> Tensor:
    """How well each picture's regions answer each text's words, (B, N): R(Q, D) of equation 10.

    `regions` (B, D, 8, 8), `words` (N, W, D), `present` (N, W). A null word of score 0
    stands in the softmax of equation 8, so that a lone word can choose its regions too.
    """
    v = regions.flatten(2)  # (B, D, R)
    scores = torch.einsum("nwd,bdr->bnwr", words, v) * words.shape[-1] ** -0.5  # eq. 7
    scores = scores + ((present - 1) * -_ABSENT)[None, :, :, None]
    none = torch.zeros_like(scores[:, :, :1])
    shares = torch.cat([none, scores], dim=2).softmax(2)[:, :, 1:]  # eq. 8
    attention = (REGION_FOCUS * shares).softmax(-1)  # eq. 9, over the regions
    context = torch.einsum("bnwr,bdr->bnwd", attention, v)
    cosine = F.cosine_similarity(context, words[None], dim=-1)  # (B, N, W)
    # The mean where the paper has the sum: texts of many words would win every comparison.
    masked = WORD_FOCUS * cosine + ((present - 1) * -_ABSENT)[None]
    count = present.sum(1).clamp(min=1).log()
    return (masked.logsumexp(-1) - count) / WORD_FOCUS


def sentence_scores(whole: Tensor, sentences: Tensor) -> Tensor:
    """The cosine of each picture (B, D) and each text (N, D), (B, N)."""
    return F.normalize(whole, dim=-1) @ F.normalize(sentences, dim=-1).T


def matching_loss(scores: Tensor, alike: Tensor, told: Tensor) -> Tensor:
    """Equations 11 and 12: each picture finds its text, and each text its picture.

    `scores` (B, B); `alike` (B, B) is true where text j says the same as text i, which then
    is no wrong answer; `told` (B,) is 1 for texts with words, the only ones that are asked.
    """
    same = torch.eye(len(scores), dtype=torch.bool, device=scores.device)
    unasked = (told == 0).unsqueeze(0).expand_as(alike)  # an empty text fits every picture
    logits = (SHARPNESS * scores).masked_fill((alike | unasked) & ~same, _ABSENT)
    answers = torch.arange(len(scores), device=scores.device)
    by_picture = F.cross_entropy(logits, answers, reduction="none")
    by_text = F.cross_entropy(logits.T, answers, reduction="none")
    return ((by_picture + by_text) * told).sum() / told.sum().clamp(min=1)


def alike(words: Tensor, present: Tensor) -> Tensor:
    """Which texts (B, W, 128) have the same words, in whatever order: (B, B) bool."""
    sums = (words * present.unsqueeze(-1)).sum(1)
    return (sums[:, None] - sums[None]).abs().amax(-1) < 1e-3


def damsm_loss(
    regions: Tensor, whole: Tensor, tokens: Tensor, words: Tensor, present: Tensor
) -> Tensor:
    """L_DAMSM of equation 13, the word-level and the sentence-level losses together.

    `tokens` (B, 1 + W, D) are the text encoder's, `words` (B, W, 128) what it was given.
    """
    same, told = alike(words, present), (present.sum(1) > 0).float()
    tokens, regions = tokens.float(), regions.float()
    by_word = matching_loss(word_scores(regions, tokens[:, 1:], present), same, told)
    by_sentence = matching_loss(sentence_scores(whole.float(), tokens[:, 0]), same, told)
    return by_word + by_sentence
