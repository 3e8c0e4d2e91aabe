"""The feature network that papers measure with: InceptionV3 as FID has it, over torch.

Szegedy, Vanhoucke, Ioffe, Shlens, Wojna: "Rethinking the Inception Architecture for
Computer Vision", CVPR 2016; up to its last pooling, "pool3", which Heusel et al. (NeurIPS
2017) measure FID over. Their network differs from the later ones of the same name: its
mean pooling leaves the border out of the mean, and its last block pools by the maximum.
Tensors are named as in the `pytorch-fid` port of those weights. haiga brings none along
and fetches none: they are a file of the user's.

It knows torch, as a way of filling a role by the `hub` extra may: import it where it is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from safetensors.torch import load_file

from haiga.core.errors import UserError
from haiga.core.nouns import Picture, check_picture
from haiga.models.card import sha256

WIDTH, SIDE_PX = 2048, 299
EPSILON = 1e-3
CLASSES = 1008
"""What the last layer of the network of 2015 tells apart; torchvision's tells 1,000."""

Conv = tuple[str, int, int, int]
"""Name, channels out, height and width of the kernel; the picture keeps its size."""
Step = str | Conv | tuple[Conv, Conv]
"""A pooling by its name, a convolution, or two of the same picture side by side."""
Branch = tuple[Step, ...]

HALVED = "!"
"""Ends the name of a convolution that halves the picture: stride 2 and no border."""


def _a(pool: int) -> tuple[Branch, ...]:
    return (
        (("branch1x1", 64, 1, 1),),
        (("branch5x5_1", 48, 1, 1), ("branch5x5_2", 64, 5, 5)),
        (("branch3x3dbl_1", 64, 1, 1), ("branch3x3dbl_2", 96, 3, 3), ("branch3x3dbl_3", 96, 3, 3)),
        ("mean", ("branch_pool", pool, 1, 1)),
    )


def _c(seven: int) -> tuple[Branch, ...]:
    return (
        (("branch1x1", 192, 1, 1),),
        (
            ("branch7x7_1", seven, 1, 1),
            ("branch7x7_2", seven, 1, 7),
            ("branch7x7_3", 192, 7, 1),
        ),
        (
            ("branch7x7dbl_1", seven, 1, 1),
            ("branch7x7dbl_2", seven, 7, 1),
            ("branch7x7dbl_3", seven, 1, 7),
            ("branch7x7dbl_4", seven, 7, 1),
            ("branch7x7dbl_5", 192, 1, 7),
        ),
        ("mean", ("branch_pool", 192, 1, 1)),
    )


def _e(pooling: str) -> tuple[Branch, ...]:
    return (
        (("branch1x1", 320, 1, 1),),
        (
            ("branch3x3_1", 384, 1, 1),
            (("branch3x3_2a", 384, 1, 3), ("branch3x3_2b", 384, 3, 1)),
        ),
        (
            ("branch3x3dbl_1", 448, 1, 1),
            ("branch3x3dbl_2", 384, 3, 3),
            (("branch3x3dbl_3a", 384, 1, 3), ("branch3x3dbl_3b", 384, 3, 1)),
        ),
        (pooling, ("branch_pool", 192, 1, 1)),
    )


BLOCKS: Mapping[str, tuple[Branch, ...]] = {
    "Mixed_5b": _a(32),
    "Mixed_5c": _a(64),
    "Mixed_5d": _a(64),
    "Mixed_6a": (
        (("branch3x3!", 384, 3, 3),),
        (("branch3x3dbl_1", 64, 1, 1), ("branch3x3dbl_2", 96, 3, 3), ("branch3x3dbl_3!", 96, 3, 3)),
        ("halved",),
    ),
    "Mixed_6b": _c(128),
    "Mixed_6c": _c(160),
    "Mixed_6d": _c(160),
    "Mixed_6e": _c(192),
    "Mixed_7a": (
        (("branch3x3_1", 192, 1, 1), ("branch3x3_2!", 320, 3, 3)),
        (
            ("branch7x7x3_1", 192, 1, 1),
            ("branch7x7x3_2", 192, 1, 7),
            ("branch7x7x3_3", 192, 7, 1),
            ("branch7x7x3_4!", 192, 3, 3),
        ),
        ("halved",),
    ),
    "Mixed_7b": _e("mean"),
    "Mixed_7c": _e("max"),
}
STEM: tuple[tuple[str, int, int, int, int], ...] = (
    ("Conv2d_1a_3x3", 32, 3, 2, 0),
    ("Conv2d_2a_3x3", 32, 3, 1, 0),
    ("Conv2d_2b_3x3", 64, 3, 1, 1),
    ("", 0, 0, 0, 0),  # the largest of nine, halved
    ("Conv2d_3b_1x1", 80, 1, 1, 0),
    ("Conv2d_4a_3x3", 192, 3, 1, 0),
    ("", 0, 0, 0, 0),
)
"""Name, channels out, side of the kernel, stride, border."""


class Inception:
    """Sees pictures as the Inception network of FID does: 2048 numbers each.

    `weights` is a safetensors file. Any picture is resized whole to 299 px, bilinearly, as
    `pytorch-fid` does. Each is seen alone, so that its numbers are the same in any company.
    Raises UserError for a file that does not hold this network.
    """

    def __init__(self, weights: Path) -> None:
        tensors = _read(weights)
        self.name, self.sha256 = weights.name, sha256(weights)
        last = tensors.get("fc.weight")
        self.classes = None if last is None else int(last.shape[0])
        self._layers = {
            name: _folded(name, tensors, weights, shape) for name, shape in convolutions()
        }

    @property
    def remark(self) -> str:
        """What speaks against these being the weights of FID, as far as their shape tells."""
        if self.classes in (None, CLASSES):
            return ""
        return (
            f"the weights end in {self.classes:,} classes and those of FID in {CLASSES:,}: they "
            "are another network's"
        )

    def embed(self, pictures: Sequence[Picture]) -> npt.NDArray[np.float32]:
        """The (N, 2048) features of pictures (H, W, 3) uint8; BadPicture for anything else."""
        out = np.zeros((len(pictures), WIDTH), np.float32)
        with torch.inference_mode():
            for number, picture in enumerate(pictures):
                pixels = np.ascontiguousarray(check_picture(picture, f"picture {number}"))
                out[number] = self._see(torch.from_numpy(pixels.copy())).numpy()
        return out

    def _see(self, pixels: torch.Tensor) -> torch.Tensor:
        """(H, W, 3) uint8 to (2048,)."""
        x = pixels.permute(2, 0, 1)[None].float() / 255  # (1, 3, H, W) in [0, 1]
        x = F.interpolate(x, size=(SIDE_PX, SIDE_PX), mode="bilinear", align_corners=False)
        x = 2 * x - 1
        for name, _, _, stride, border in STEM:
            x = self._conv(name, x, stride, (border, border)) if name else F.max_pool2d(x, 3, 2)
        for block, branches in BLOCKS.items():
            x = torch.cat([self._branch(block, branch, x) for branch in branches], 1)
        return x.mean((2, 3))[0]  # (1, 2048, 8, 8) to (2048,)

    def _branch(self, block: str, branch: Branch, x: torch.Tensor) -> torch.Tensor:
        for step in branch:
            if isinstance(step, str):
                x = _pooled(step, x)
            elif isinstance(step[0], str):
                x = self._step(block, step, x)
            else:
                x = torch.cat([self._step(block, one, x) for one in step], 1)
        return x

    def _step(self, block: str, step: Conv, x: torch.Tensor) -> torch.Tensor:
        name, _, height, width = step
        whole = f"{block}.{name.removesuffix(HALVED)}"
        if name.endswith(HALVED):
            return self._conv(whole, x, 2, (0, 0))
        return self._conv(whole, x, 1, (height // 2, width // 2))

    def _conv(
        self, name: str, x: torch.Tensor, stride: int, border: tuple[int, int]
    ) -> torch.Tensor:
        weight, bias = self._layers[name]
        return F.relu_(F.conv2d(x, weight, bias, stride, border))


def convolutions() -> Iterator[tuple[str, tuple[int, int, int, int]]]:
    """Every convolution's name with the shape of its weight (out, in, height, width)."""
    channels = 3
    for name, out, side, _, _ in STEM:
        if name:
            yield name, (out, channels, side, side)
            channels = out
    for block, branches in BLOCKS.items():
        total = 0
        for branch in branches:
            last = channels
            for step in branch:
                if isinstance(step, str):
                    continue
                side_by_side = (step,) if isinstance(step[0], str) else step
                for name, out, height, width in side_by_side:
                    whole = f"{block}.{name.removesuffix(HALVED)}"
                    yield whole, (out, last, height, width)
                last = sum(out for _, out, _, _ in side_by_side)
            total += last
        channels = total


def _pooled(how: str, x: torch.Tensor) -> torch.Tensor:
    if how == "mean":  # over the places that there are: the border is no zero
        return F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)
    if how == "max":
        return F.max_pool2d(x, 3, 1, 1)
    return F.max_pool2d(x, 3, 2)


def _read(path: Path) -> dict[str, torch.Tensor]:
    try:
        return load_file(path)
    except FileNotFoundError as error:
        raise UserError(f"{path}: there is no such file; it names Inception weights") from error
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror or error}") from error
    except SafetensorError as error:
        raise UserError(
            f"{path}: is no safetensors file ({error}); docs/evaluate-pictures.md says how to "
            "make one of the weights that papers use"
        ) from error


def _folded(
    name: str, tensors: Mapping[str, torch.Tensor], path: Path, shape: tuple[int, int, int, int]
) -> tuple[torch.Tensor, torch.Tensor]:
    """A convolution with its batch norm in it: weight and bias."""
    wanted = {"conv.weight": shape} | {
        f"bn.{part}": shape[:1] for part in ("weight", "bias", "running_mean", "running_var")
    }
    found = []
    for part, size in wanted.items():
        tensor = tensors.get(f"{name}.{part}")
        if tensor is None or tuple(tensor.shape) != size:
            told = "is missing" if tensor is None else f"is {_told(tensor.shape)}"
            raise UserError(
                f"{path}: does not hold the Inception network of FID: {name}.{part} {told} "
                f"where {_told(size)} is needed"
            )
        found.append(tensor.double())
    weight, gain, bias, mean, variance = found
    scale = gain / torch.sqrt(variance + EPSILON)
    folded = (weight * scale[:, None, None, None]).float(), (bias - mean * scale).float()
    if not all(bool(torch.isfinite(part).all()) for part in folded):
        raise UserError(f"{path}: {name} holds values that are no numbers; get the file anew")
    return folded


def _told(shape: Sequence[int]) -> str:
    return " × ".join(map(str, shape))
