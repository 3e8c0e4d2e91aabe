"""The stylist `adain.v1`: one small network that follows any artwork.

Arbitrary style transfer by adaptive instance normalisation (Huang & Belongie 2017; the
modulation after MicroAST, Wang et al. 2023): an encoder turns an artwork into a style code,
a second network turns a picture and a code into the picture in that style. Both were
trained by `haiga train stylist`; the bank holds codes of artworks, no pictures.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from haiga.core.errors import BadModel, UserError
from haiga.core.nouns import Picture, Style, check_picture
from haiga.models.session import Session
from haiga.models.store import Model, load_model
from haiga.roles.stylists.bank import StyleBank
from haiga.roles.stylists.network_codes import add_codes
from haiga.roles.stylists.reading import style_of

ENCODE, RESTYLE = "encode.onnx", "restyle.onnx"
CODE = "adain"
"""Name of this network's codes in a style bank."""
STYLE_PX = 256
"""An artwork is read at about as many pixels as a square of this side."""
MULTIPLE_PX, LEAST_PX = 8, 32
"""Sides that the network takes; smaller and uneven pictures are continued by reflection."""
MOST_PX = 2048 * 2048
"""Larger pictures are painted at this many pixels, and keep their own finest detail."""
COVERED = 0.3
"""From this strength on every pixel is painted; below, the picture shines through."""
LEAST_LIGHT = 0.25
"""Deviation of light that a style must have: after one of a single flat colour, the picture
would otherwise vanish."""

Floats = npt.NDArray[np.float32]


class NetworkStylist:
    """Paints pictures again in the manner of an artwork, by one network for all artworks.

    `model`: the network, a bundled model's name or a folder with a card; `bank`: the style
    bank, likewise; `threads`: how many threads compute.
    """

    def __init__(self, *, model: str = "stylist", bank: str = "styles", threads: int = 2) -> None:
        self._name, self._threads = model, threads
        self._bank = StyleBank(bank, code=CODE)

    @cached_property
    def _model(self) -> Model:
        model = load_model(self._name, role="stylist")
        if ENCODE not in {file.name for file in model.card.files}:
            raise BadModel(f"model '{self._name}': is no network of adain.v1: {ENCODE} is missing")
        return model

    @cached_property
    def _encoder(self) -> Session:
        return self._model.session(ENCODE, threads=self._threads)

    @cached_property
    def _restyler(self) -> Session:
        return self._model.session(RESTYLE, threads=self._threads)

    @property
    def models(self) -> Mapping[str, str]:
        """The files of network and bank, each with its sha256."""
        return {**self._model.digests, **self._bank.digests}

    def styles(self) -> Sequence[Style]:
        """Every artwork in the bank. Raises BadModel when its codes are another network's."""
        return self._bank.styles(self.encoder_sha256)

    @property
    def encoder_sha256(self) -> str:
        """Which network reads styles: a bank's codes are of one."""
        return self._model.digests[f"{self._model.card.name}/{ENCODE}"]

    def read_style(self, picture: Picture) -> Style:
        """The style of any picture, even of one pixel; its id comes from its pixels."""
        return replace(style_of(picture), code=tuple(self.encode(picture).tolist()))

    def encode(self, picture: Picture) -> npt.NDArray[np.float64]:
        """The style code (CODE,) of a picture of any size, to five decimals."""
        image = Image.fromarray(check_picture(picture, "style picture"))
        scale = STYLE_PX / math.sqrt(image.width * image.height)
        width, height = (
            16 * min(64, max(2, round(side * scale / 16))) for side in (image.width, image.height)
        )
        pixels = np.asarray(image.resize((width, height), Image.Resampling.LANCZOS))
        (code,) = self._encoder.run({"style": _as_input(pixels)})
        rounded: npt.NDArray[np.float64] = np.round(code[0].astype(np.float64), 5)
        return rounded

    def restyle(
        self,
        pictures: Sequence[Picture],
        *,
        styles: Sequence[Style],
        strength: float,
        seeds: Sequence[int],
    ) -> list[Picture]:
        """One picture for each, of the same size; seeds change nothing.

        `strength` in [0, 1]: 0 is the picture itself, 1 follows the artwork as far as the
        network can; between them, it follows a style between the picture's own and the
        artwork's. Raises UserError for a strength outside, and for a style that another
        stylist measured.
        """
        if not 0.0 <= strength <= 1.0:
            raise UserError(f"strength is {strength}; it must lie between 0 and 1")
        if not len(pictures) == len(styles) == len(seeds):
            raise UserError(
                f"{len(pictures)} pictures, {len(styles)} styles and {len(seeds)} seeds "
                "cannot be paired: give one style and one seed for each picture"
            )
        return [
            self._restyled(check_picture(picture, f"picture {i + 1}"), style, strength)
            for i, (picture, style) in enumerate(zip(pictures, styles, strict=True))
        ]

    def _restyled(self, picture: Picture, style: Style, strength: float) -> Picture:
        if strength == 0:
            return picture.copy()
        code = np.asarray(style.code, np.float64)
        own = self.encode(picture)
        if code.shape != own.shape or not np.isfinite(code).all():
            raise UserError(
                f"style '{style.title or style.id}' has a code of {len(code)} numbers that "
                f"adain.v1 cannot read (it needs {len(own)}); measure the artwork again with "
                "read_style"
            )
        code = own + strength * (_followable(code, own) - own)
        made = self._painted(picture, code.astype(np.float32)[None])
        cover = min(1.0, strength / COVERED)
        if cover < 1:
            before, after = Image.fromarray(picture), Image.fromarray(made)
            return np.asarray(Image.blend(before, after, cover)).copy()
        return made

    def _painted(self, picture: Picture, code: Floats) -> Picture:
        """The picture after a code (1, CODE); one that is too large, at a smaller size first."""
        height, width = picture.shape[:2]
        if height * width <= MOST_PX:
            return self._run(picture, code)
        scale = math.sqrt(MOST_PX / (height * width))
        size = (max(1, int(width * scale)), max(1, int(height * scale)))
        small = np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BOX))
        change = self._run(small, code).astype(np.float32) - small
        out = np.empty_like(picture)
        for channel in range(3):  # one after the other, to hold one field of floats at a time
            field = Image.fromarray(np.ascontiguousarray(change[..., channel]))
            wide = np.asarray(field.resize((width, height), Image.Resampling.BICUBIC))
            out[..., channel] = (wide + picture[..., channel]).round().clip(0, 255)
        return out

    def _run(self, picture: Picture, code: Floats) -> Picture:
        height, width = picture.shape[:2]
        more = [
            max(LEAST_PX, -(-side // MULTIPLE_PX) * MULTIPLE_PX) - side for side in (height, width)
        ]
        padded = np.pad(picture, ((0, more[0]), (0, more[1]), (0, 0)), mode="symmetric")
        (made,) = self._restyler.run({"picture": _as_input(padded), "code": code})
        levels = ((made[0, :, :height, :width] + 1) * 127.5).round().clip(0, 255)
        return np.ascontiguousarray(levels.astype(np.uint8).transpose(1, 2, 0))


class CodeReader:
    """Reads the codes of artworks for the bank that is being made of them, in its order."""

    def __init__(self, stylist: NetworkStylist | None = None) -> None:
        self._stylist = stylist or NetworkStylist()
        self._codes: list[npt.NDArray[np.float64]] = []

    def read(self, picture: Picture) -> None:
        """Reads the next artwork."""
        self._codes.append(self._stylist.encode(picture))

    def write(self, bank: Path) -> None:
        """Adds the codes to the bank in a folder."""
        add_codes(bank, CODE, np.array(self._codes), self._stylist.encoder_sha256)


def _as_input(picture: Picture) -> Floats:
    """(H, W, 3) uint8 as (1, 3, H, W) float32 in [-1, 1]."""
    values = picture.astype(np.float32) * np.float32(1 / 127.5) - np.float32(1)
    return np.ascontiguousarray(values.transpose(2, 0, 1)[None])


def _followable(
    code: npt.NDArray[np.float64], own: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """A style of nearly one tone, given some of the picture's own light and dark.

    The first six numbers of a code are means and deviations: of light, of red against
    green, of yellow against blue.
    """
    lack = 1 - min(1.0, float(code[3]) / LEAST_LIGHT)
    if lack == 0:
        return code
    mixed = code + lack * (own - code)
    mixed[:3] = code[:3]
    mixed[3] = max(float(code[3]), min(LEAST_LIGHT, float(own[3])))
    mixed[4:6] = code[4:6]
    return mixed
