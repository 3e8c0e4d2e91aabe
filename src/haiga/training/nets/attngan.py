"""AttnGAN at small scale: a generator that draws, looks at the words again, and draws larger.

Xu et al. 2018, "AttnGAN", section 3.1; conditioning augmentation after Zhang et al. 2017,
"StackGAN", section 3.2.
"""

from __future__ import annotations

import math
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

from haiga.training.nets.damsm import WIDTH, TextEncoder, with_sentence

LATENT = 100
CONDITION = 64
FIRST_PX = 32
_ABSENT = -10_000.0


def stage_sizes(size_px: int) -> list[int]:
    """The sides of the pictures it draws: 32 and 64; 32, 64 and 128; or half and whole."""
    first = min(FIRST_PX, size_px // 2)
    return [first * 2**i for i in range(round(math.log2(size_px / first)) + 1)]


class Drawn(nn.Sequential):
    """A 3x3 convolution, batch norm and a leaky ReLU; `up` doubles the side before it.

    The paper's gated linear units cost twice as much at the same width.
    """

    def __init__(self, into: int, out: int, *, up: bool = False) -> None:
        layers: list[nn.Module] = [nn.Upsample(scale_factor=2, mode="nearest")] if up else []
        super().__init__(
            *layers,
            nn.Conv2d(into, out, 3, padding=1, bias=False),
            nn.BatchNorm2d(out),
            nn.LeakyReLU(0.2, inplace=True),
        )


class Refine(nn.Module):
    """Two convolutions around a skip."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = Drawn(width, width)
        self.second = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width)
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.second(self.first(x))  # type: ignore[no-any-return]


class WordAttention(nn.Module):
    """What each place of a picture is told by the words: equations 4 and 5.

    The sentence token is one of the words, so that there is always one to attend to.
    """

    def __init__(self, channels: int, width: int = WIDTH) -> None:
        super().__init__()
        self.into = nn.Linear(width, channels)  # U: words in the semantic space of the places
        self.scale = channels**-0.5

    def forward(self, h: Tensor, tokens: Tensor, there: Tensor) -> Tensor:
        e = self.into(tokens)  # (B, 1 + W, C)
        places = h.flatten(2).transpose(1, 2)  # (B, H * W, C)
        scores = (places * self.scale) @ e.transpose(1, 2)
        scores = scores + ((there - 1) * -_ABSENT).unsqueeze(1).to(scores.dtype)
        context = scores.softmax(-1).to(e.dtype) @ e  # (B, H * W, C)
        return context.transpose(1, 2).reshape(h.shape)  # type: ignore[no-any-return]


class FirstStage(nn.Module):
    """Noise and the condition to features of the first picture's side."""

    def __init__(self, side_px: int, width: int) -> None:
        super().__init__()
        ups = round(math.log2(side_px / 4))
        widths = [min(4, 2 ** (ups - i)) * width for i in range(ups)] + [width]
        self.width = widths[0]
        self.start = nn.Linear(LATENT + CONDITION, 16 * self.width, bias=False)
        self.norm = nn.BatchNorm1d(16 * self.width)
        self.ups = nn.Sequential(*[Drawn(a, b, up=True) for a, b in pairwise(widths)])

    def forward(self, z: Tensor, condition: Tensor) -> Tensor:
        x = F.leaky_relu(self.norm(self.start(torch.cat([z, condition], dim=1))), 0.2)
        return self.ups(x.view(-1, self.width, 4, 4))  # type: ignore[no-any-return]


class NextStage(nn.Module):
    """Features to features of twice the side, after looking at the words."""

    def __init__(self, into: int, out: int) -> None:
        super().__init__()
        self.attention = WordAttention(into)
        self.join = nn.Conv2d(2 * into, into, 1)
        self.refine = Refine(into)
        self.up = Drawn(into, out, up=True)

    def forward(self, h: Tensor, tokens: Tensor, there: Tensor) -> Tensor:
        told = torch.cat([h, self.attention(h, tokens, there)], dim=1)
        return self.up(self.refine(self.join(told)))  # type: ignore[no-any-return]


class Generator(nn.Module):
    """z (B, 100) and a text's tokens (B, 1 + W, 128) to one picture a stage, smallest first.

    Pictures are (B, 3, S, S) in [-1, 1]. `chance` (B, 64) standard normal draws the
    condition around its mean, as in training; without it the mean is taken.
    """

    def __init__(self, size_px: int = 64, width: int = 32) -> None:
        super().__init__()
        self.sizes = stage_sizes(size_px)
        self.condition = nn.Linear(WIDTH, 2 * CONDITION)
        widths = [max(8, width - (width // 4) * i) for i in range(len(self.sizes))]
        self.first = FirstStage(self.sizes[0], width)
        self.next = nn.ModuleList([NextStage(a, b) for a, b in pairwise(widths)])
        self.to_pixels = nn.ModuleList([nn.Conv2d(w, 3, 3, padding=1) for w in widths])

    def forward(
        self, z: Tensor, tokens: Tensor, present: Tensor, chance: Tensor | None = None
    ) -> tuple[list[Tensor], Tensor, Tensor]:
        """The pictures, and the condition's mean and log-variance, (B, 64) each."""
        mean, log_variance = self.condition(tokens[:, 0]).float().chunk(2, dim=1)
        condition = mean if chance is None else mean + chance * (0.5 * log_variance).exp()
        there = with_sentence(present)
        h = self.first(z, condition)
        pictures = [torch.tanh(self.to_pixels[0](h))]
        for stage, to_pixels in zip(self.next, list(self.to_pixels)[1:], strict=True):
            h = stage(h, tokens, there)
            pictures.append(torch.tanh(to_pixels(h)))
        return pictures, mean, log_variance


def condition_divergence(mean: Tensor, log_variance: Tensor) -> Tensor:
    """KL of the condition against a standard normal, a mean over values (StackGAN, eq. 2)."""
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).mean()


class Discriminator(nn.Module):
    """Judges pictures (B, 3, S, S) of one side, with a text's sentence (B, 128) and without."""

    def __init__(self, size_px: int, width: int = 32) -> None:
        super().__init__()
        steps = round(math.log2(size_px / 4))
        # The widest layers stand at 4 and 8 px, whatever the picture's side.
        widths = [
            max(16, min(6 * width, int(6 * width / 1.75 ** (steps - 1 - i)))) for i in range(steps)
        ]
        widths = [-(-w // 8) * 8 for w in widths]
        layers: list[nn.Module] = []
        for a, b in zip([3, *widths], widths, strict=False):
            layers += [spectral_norm(nn.Conv2d(a, b, 4, 2, 1)), nn.LeakyReLU(0.2)]
        self.down = nn.Sequential(*layers)
        top = widths[-1]
        self.alone = spectral_norm(nn.Conv2d(top, 1, 4))
        self.joined = nn.Sequential(
            spectral_norm(nn.Conv2d(top + WIDTH, top, 3, padding=1)),
            nn.LeakyReLU(0.2),
            spectral_norm(nn.Conv2d(top, 1, 4)),
        )

    def features(self, pixels: Tensor) -> Tensor:
        """(B, C, 4, 4), which both verdicts stand on."""
        return self.down(pixels)  # type: ignore[no-any-return]

    def verdicts(self, features: Tensor, sentences: Tensor) -> Tensor:
        """How well pictures of such features answer the sentences, (B,)."""
        spread = sentences[:, :, None, None].expand(-1, -1, *features.shape[2:])
        joined = torch.cat([features, spread.to(features.dtype)], dim=1)
        return self.joined(joined).flatten()  # type: ignore[no-any-return]

    def verdicts_alone(self, features: Tensor) -> Tensor:
        """How real pictures of such features are, (B,)."""
        return self.alone(features).flatten()  # type: ignore[no-any-return]


class WordPainter(nn.Module):
    """What is exported: z (B, 100), words (B, 12, 128), present (B, 12) to (B, 3, S, S)."""

    def __init__(self, text: TextEncoder, generator: Generator) -> None:
        super().__init__()
        self.text = text
        self.generator = generator

    def forward(self, z: Tensor, words: Tensor, present: Tensor) -> Tensor:
        pictures, _, _ = self.generator(z, self.text(words, present), present)
        return pictures[-1]  # type: ignore[no-any-return]
