"""Make a picture larger, check that the result is honest about it, and write it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from haiga.actions.generated import placed
from haiga.actions.inputs import find_input_file
from haiga.actions.memory import free_memory
from haiga.actions.recipe import Recipe, digest, write_recipe
from haiga.actions.targets import check_not_input, check_target
from haiga.core import registry
from haiga.core.errors import HaigaError, UserError
from haiga.core.nouns import Picture
from haiga.core.roles import Upscaler
from haiga.engine import local
from haiga.engine.events import Event
from haiga.engine.plan import Pipeline, Step
from haiga.inspection.enlargement import Honesty, honesty
from haiga.media.durable import write_durably
from haiga.media.layers import Layers, encode_layers, filled, read_layers
from haiga.media.picture_judging import MOST_PIXELS
from haiga.media.pictures import picture_digest
from haiga.media.recipe import read_recipe

SCALES = (2, 3, 4, 6, 8)
DEFAULT = "subpixel.v1"
STATE_DICT = "esrgan.v1"
FILE = "enlarged"
MOST_SIDE_PX = 16_384
BYTES_A_PIXEL, BYTES_AT_LEAST = 45, 400_000_000
"""What a result takes in memory while it is made and checked, as measured by
`benchmarks/enlarge.py`, and what the networks take beside it."""

Listener = Callable[[Event], None]


class Asked(BaseModel):
    """What was asked: how much larger, how faithful, by which upscaler with which settings."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    scale: int = Field(ge=2, le=8)
    use: str = DEFAULT
    settings: dict[str, Any] = {}


@dataclass(frozen=True)
class Enlarged:
    """An enlarged picture on disk and what was found of it."""

    path: Path
    size_px: tuple[int, int]
    asked: Asked
    honesty: Honesty
    remarks: tuple[str, ...]
    seconds: float


def enlarge_file(
    source: Path,
    *,
    scale: int,
    fidelity: float | None,
    upscaler: str | None,
    out: Path,
    on_event: Listener = lambda event: None,
) -> Enlarged:
    """Enlarge a picture file by a whole number into a PNG.

    `upscaler` is a registered name, the folder of a model trained here, or a .safetensors
    file of the ESRGAN family; the bundled one when None. Transparency, grey and the ICC
    profile are kept, and the recipe of the picture inside the new one. Raises `UserError`
    for a scale or fidelity that there is not, or a result that would not fit into memory,
    and `BadPicture` for a file that is no picture, before anything is made.
    """
    if scale not in SCALES:
        known = ", ".join(map(str, SCALES))
        raise UserError(f"--scale: {scale} is none of {known}")
    if fidelity is not None and not 0 <= fidelity <= 1:
        raise UserError(f"--fidelity: must be from 0 to 1, not {fidelity:g}")
    check_not_input(out, source)
    check_target(out)
    asked = choose(upscaler, fidelity, scale)
    layers = read_layers(source)
    check_size(layers, scale, source.name)
    large, recipe, found, seconds = make_enlarged(asked, layers, source, on_event)
    write_durably(out, encode_layers(large, recipe=recipe.for_file(FILE)))
    height, width = large.colours.shape[:2]
    return Enlarged(out, (width, height), asked, found, layers.remarks, seconds)


def choose(upscaler: str | None, fidelity: float | None, scale: int) -> Asked:
    """Which upscaler is meant, with its settings; UserError where there is none such."""
    use, settings = DEFAULT, dict[str, Any]()
    if upscaler is not None:
        names = registry.names("upscaler")
        short = {name.partition(".")[0]: name for name in names}
        if upscaler in names or upscaler in short:
            use = short.get(upscaler, upscaler)
        elif Path(upscaler).is_file() or upscaler.endswith(".safetensors"):
            use, settings = STATE_DICT, {"model": str(Path(upscaler).resolve())}
        else:
            settings = {"model": placed(upscaler)}
    if fidelity is not None:
        if not registry.takes("upscaler", use, "fidelity"):
            raise UserError(f"--fidelity: {use} has no such setting; leave it out")
        settings["fidelity"] = fidelity
    return Asked(scale=scale, use=use, settings=settings)


def check_size(layers: Layers, scale: int, name: str, free: int | None = None) -> None:
    """UserError when a result does not fit, with the largest scale that does."""
    height, width = layers.colours.shape[:2]
    free = free_memory() if free is None else free

    def fault(by: int) -> str:
        pixels, longer = height * width * by * by, max(height, width) * by
        if pixels > MOST_PIXELS:
            return f"more than the {MOST_PIXELS:,} pixels that haiga reads"
        if longer > MOST_SIDE_PX:
            return f"more than {MOST_SIDE_PX:,} px a side"
        needs = BYTES_AT_LEAST + BYTES_A_PIXEL * pixels
        if free is not None and needs > free:
            return f"it takes about {needs / 1e9:.1f} GB of memory and {free / 1e9:.1f} GB are free"
        return ""

    why = fault(scale)
    if not why:
        return
    fits = [by for by in SCALES if not fault(by)]
    remedy = (
        f"the largest that fits is --scale {fits[-1]}"
        if fits
        else "it is large already: no scale fits; make it smaller first"
    )
    raise UserError(
        f"--scale {scale}: {name} has {width:,}×{height:,} px and would become "
        f"{width * scale:,}×{height * scale:,}, {why}; {remedy}"
    )


def make_enlarged(
    asked: Asked, layers: Layers, source: Path, on_event: Listener = lambda event: None
) -> tuple[Layers, Recipe, Honesty, float]:
    """The enlarged layers, their recipe, what was found of them and the seconds; writes nothing."""
    upscaler: Upscaler = registry.make("upscaler", asked.use, asked.settings)
    scale = asked.scale

    def times(picture: Picture) -> Picture:
        (large,) = upscaler.enlarge([picture], size_px=scale * max(picture.shape[:2]))
        return large

    def enlarge(inputs: Mapping[str, Any], seed: int) -> Picture:
        colours = layers.colours
        return times(colours if layers.alpha is None else filled(colours, layers.alpha))

    def check(inputs: Mapping[str, Any], seed: int) -> Honesty:
        shown = layers.colours if layers.alpha is None else filled(layers.colours, layers.alpha)
        tile_px = int(getattr(upscaler, "tile_px", 0))
        return honesty(shown, inputs["colours"], tile_px=tile_px, enlarge=times)

    steps = (
        Step(
            "colours",
            enlarge,
            role="upscaler",
            use=asked.use,
            settings=asked.settings,
            models=lambda: upscaler.models,
        ),
        Step("honesty", check, ("colours",)),
    )
    run = local.run(Pipeline(steps), 0, digest=digest, on_event=on_event)
    found: Honesty = run.values["honesty"]
    large = _layered(layers, run.values["colours"], scale)
    seen = large.seen()
    made = run.provenance["colours"]
    provenance = replace(made, step=FILE, output=digest(seen))
    recipe = write_recipe(
        "enlarge",
        0,
        request={**asked.model_dump(mode="json"), "picture": {
            "name": source.name, "pixels": picture_digest(layers.seen())}},
        artist={},
        provenance=[provenance],
        pictures={FILE: seen},
        made={"honesty": found.table(), "of": _recipe_of(source)},
    )  # fmt: skip
    return large, recipe, found, sum(run.seconds.values())


def _layered(small: Layers, colours: Picture, scale: int) -> Layers:
    """The enlarged colours with the grey, transparency and profile of what they came from."""
    if small.grey:
        grey = np.rint(colours.mean(-1, dtype=np.float32)).astype(np.uint8)
        colours = np.repeat(grey[:, :, None], 3, 2)
    alpha = None
    if small.alpha is not None:
        size = (colours.shape[1], colours.shape[0])
        image = Image.fromarray(small.alpha)
        alpha = np.asarray(image.resize(size, Image.Resampling.BICUBIC)).copy()
    return replace(small, colours=colours, alpha=alpha)


def _recipe_of(source: Path) -> dict[str, Any] | None:
    """The recipe that the small picture carries, if it is one of haiga's."""
    try:
        return read_recipe(source)
    except HaigaError:
        return None


def remake_enlarged(
    recipe: Recipe, path: Path, on_event: Listener = lambda event: None
) -> tuple[Picture, Recipe]:
    """The picture a recipe of `haiga enlarge` describes, with the recipe of its making now.

    The small picture is looked for beside `path` and in this folder.
    """
    try:
        asked = Asked.model_validate(recipe.request)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(map(str, first["loc"]))
        raise UserError(f"recipe: its request.{key} is damaged ({first['msg']})") from error
    if recipe.file != FILE:
        raise UserError(f"recipe: `haiga enlarge` makes no picture named '{recipe.file}'")
    source = find_input_file(recipe.request.get("picture"), path)
    layers = read_layers(source)
    check_size(layers, asked.scale, source.name)
    large, now, _, _ = make_enlarged(asked, layers, source, on_event)
    return large.seen(), now
