"""`esrgan.v1`: enlarging by a downloaded network of the ESRGAN family, from a local file.

Two architectures, told apart by their weights' names: RRDBNet (Wang et al. 2018, "ESRGAN",
section 3.1; also Real-ESRGAN's) and SRVGGNetCompact (Real-ESRGAN's small one). The file is
safetensors: pickles, which can run any program, are never opened. Needs torch, of the `hub`
extra; haiga ships no such weights.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from haiga.core.errors import BadModel, MissingExtra, UserError
from haiga.core.nouns import Picture, check_picture
from haiga.models.card import sha256
from haiga.roles.upscalers.shape import (
    Levels,
    back_projected,
    check_size,
    resampled,
    rounded,
    size_for,
)
from haiga.roles.upscalers.tiles import TILE_PX, enlarged_in_tiles

if TYPE_CHECKING:
    from torch import Tensor

MARGIN_PX = 32
"""Enough that tiles do not show; the largest of these networks see further, but hardly."""
SLOPE, SHARE = 0.2, 0.2
_PREFIXES = ("params_ema.", "params.", "module.")
_OLD = (
    (r"^model\.0\.", "conv_first."),
    (r"^model\.1\.sub\.(\d+)\.RDB(\d)\.conv(\d)\.0\.", r"body.\1.rdb\2.conv\3."),
    (r"^model\.1\.sub\.\d+\.(weight|bias)$", r"conv_body.\1"),
    (r"^model\.3\.", "conv_up1."),
    (r"^model\.6\.", "conv_up2."),
    (r"^model\.8\.", "conv_hr."),
    (r"^model\.10\.", "conv_last."),
)
"""The names of the first ESRGAN files (×4), and what they are called since."""


class EsrganUpscaler:
    """Enlarges by an ESRGAN-family network in a .safetensors file of one's own.

    `model` is the file. With `back_projection` the result agrees with the picture when it is
    made small again; without, it is the network's own.
    """

    def __init__(
        self,
        *,
        model: str = "",
        back_projection: bool = True,
        threads: int = 2,
        tile_px: int = TILE_PX,
    ) -> None:
        if not 1 <= threads <= 64:
            raise UserError(f"upscaler.threads: {threads} is outside 1 to 64")
        if not 16 <= tile_px <= 2_048:
            raise UserError(f"upscaler.tile_px: {tile_px} is outside 16 to 2048")
        self.tile_px = tile_px
        if not model:
            raise UserError("upscaler.model: name the .safetensors file of a network to enlarge by")
        self._path = Path(model)
        self._back, self._threads = back_projection, threads
        if not self._path.is_file():
            raise UserError(f"{model}: there is no such file")
        if self._path.suffix.lower() != ".safetensors":
            raise UserError(
                f"{model}: is no .safetensors file; other weights may hold programs and are never "
                "opened: convert them, or look for the same weights as safetensors"
            )

    @cached_property
    def models(self) -> Mapping[str, str]:
        """The file with its sha256."""
        return {f"{self._path.stem}/{self._path.name}": sha256(self._path)}

    def enlarge(self, pictures: Sequence[Picture], *, size_px: int) -> list[Picture]:
        """Each picture with its longer side at `size_px`; the shape is kept to the nearest pixel.

        Raises UserError when `size_px` is not in [1, 16384], BadModel for a file that holds
        no such network, and MissingExtra without torch.
        """
        check_size(size_px)
        return [self._enlarged(check_picture(p, f"picture {i}"), size_px)
                for i, p in enumerate(pictures)]  # fmt: skip

    def _enlarged(self, picture: Picture, size_px: int) -> Picture:
        size = size_for(picture, size_px)
        longer = max(picture.shape[:2])
        if size_px <= longer:
            if size_px == longer:
                return picture.copy()
            return rounded(resampled(picture, size, Image.Resampling.LANCZOS))
        levels: Levels = picture.astype(np.float32)
        while max(levels.shape[:2]) < size_px:
            scale = self._net.scale
            levels = enlarged_in_tiles(levels, scale, MARGIN_PX, self._net.run, self.tile_px)
        if (levels.shape[1], levels.shape[0]) != size:
            levels = resampled(levels, size)
        return rounded(back_projected(levels, picture) if self._back else levels)

    @cached_property
    def _net(self) -> _Network:
        try:
            import torch  # noqa: F401
        except ModuleNotFoundError as error:
            raise MissingExtra(
                "enlarging by an ESRGAN network needs torch: pip install 'haiga[hub]'"
            ) from error
        return network_in(self._path, self._threads)


class _Network:
    """A network's weights, its scale, and one pass over (h, w, 3) levels."""

    def __init__(self, weights: Mapping[str, Tensor], threads: int) -> None:
        self.weights, self.threads = weights, threads
        self.scale = self._scale()
        if self.scale < 2:
            raise ValueError("it enlarges nothing")

    def run(self, levels: Levels) -> Levels:
        import torch

        torch.set_num_threads(self.threads)
        x = torch.from_numpy(np.ascontiguousarray(levels.transpose(2, 0, 1)[None])) / 255
        with torch.inference_mode():
            y = self.forward(x)[0].permute(1, 2, 0).clamp(0, 1) * 255
        out: Levels = np.ascontiguousarray(y.float().numpy())
        return out

    def forward(self, x: Tensor) -> Tensor:
        raise NotImplementedError

    def _scale(self) -> int:
        raise NotImplementedError

    def conv(self, name: str, x: Tensor) -> Tensor:
        from torch.nn import functional as F

        weight = self.weights[f"{name}.weight"]
        return F.conv2d(x, weight, self.weights[f"{name}.bias"], padding=weight.shape[-1] // 2)


class _RrdbNet(_Network):
    """Residual in residual dense blocks at low resolution, then two doublings."""

    def _scale(self) -> int:
        shuffled = {3: 4, 12: 2, 48: 1}  # what Real-ESRGAN's ×2 and ×1 lay into channels first
        self.fold = 4 // shuffled[self.weights["conv_first.weight"].shape[1]]
        self.blocks = 1 + max(int(n.split(".")[1]) for n in self.weights if n.startswith("body."))
        return 4 // self.fold

    def forward(self, x: Tensor) -> Tensor:
        from torch.nn import functional as F

        height, width = x.shape[2:]
        if self.fold > 1:
            room = (0, -width % self.fold, 0, -height % self.fold)
            x = F.pixel_unshuffle(F.pad(x, room, mode="replicate"), self.fold)
        first = h = self.conv("conv_first", x)
        for i in range(self.blocks):
            inner = h
            for j in (1, 2, 3):
                inner = self._dense(f"body.{i}.rdb{j}", inner)
            h = h + SHARE * inner
        h = first + self.conv("conv_body", h)
        for name in ("conv_up1", "conv_up2"):
            h = F.leaky_relu(self.conv(name, F.interpolate(h, scale_factor=2.0)), SLOPE)
        y = self.conv("conv_last", F.leaky_relu(self.conv("conv_hr", h), SLOPE))
        return y[:, :, : height * self.scale, : width * self.scale]

    def _dense(self, name: str, x: Tensor) -> Tensor:
        import torch
        from torch.nn import functional as F

        parts = [x]
        for k in (1, 2, 3, 4):
            parts.append(F.leaky_relu(self.conv(f"{name}.conv{k}", torch.cat(parts, 1)), SLOPE))
        return x + SHARE * self.conv(f"{name}.conv5", torch.cat(parts, 1))


class _Compact(_Network):
    """Convolutions with PReLU, a pixel shuffle at the end, over the nearest enlargement."""

    def _scale(self) -> int:
        self.last = max(int(n.split(".")[1]) for n in self.weights if n.startswith("body."))
        return int((self.weights[f"body.{self.last}.weight"].shape[0] // 3) ** 0.5)

    def forward(self, x: Tensor) -> Tensor:
        from torch.nn import functional as F

        h = x
        for i in range(self.last + 1):
            weight = self.weights[f"body.{i}.weight"]
            h = self.conv(f"body.{i}", h) if weight.ndim == 4 else F.prelu(h, weight)
        return F.pixel_shuffle(h, self.scale) + F.interpolate(x, scale_factor=float(self.scale))


def network_in(path: Path, threads: int) -> _Network:
    """The network in a safetensors file; BadModel when it is damaged or of another kind."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    try:
        weights = {_named(name): value.float() for name, value in load_file(str(path)).items()}
    except (SafetensorError, OSError) as error:
        raise BadModel(f"{path}: is not a readable safetensors file: {error}") from error
    kind = _RrdbNet if "conv_first.weight" in weights else _Compact
    try:
        network: _Network = kind(weights, threads)
        network.run(np.zeros((4, 4, 3), np.float32))  # every weight there, and of a fitting shape
    except (KeyError, ValueError, IndexError, RuntimeError) as error:
        raise BadModel(
            f"{path}: holds no network of the ESRGAN family (RRDBNet or SRVGGNetCompact); its "
            f"weights do not fit: {str(error).splitlines()[0][:100]}"
        ) from error
    return network


def _named(name: str) -> str:
    """A weight's name as newer files have it."""
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    for old, new in _OLD:
        name = re.sub(old, new, name)
    return name
