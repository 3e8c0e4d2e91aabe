"""Put a picture into the colours and strokes of one artwork or of several."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from haiga.actions.compose import style_for_mood
from haiga.actions.inputs import PictureInput, read_input
from haiga.actions.makers import Makers
from haiga.actions.mood_choice import check_mood, picture_mood
from haiga.actions.recipe import Recipe, digest, write_recipe
from haiga.actions.style_choice import Follow, Region, named_paths, read_follow, read_region
from haiga.actions.targets import check_not_input, check_target
from haiga.core.errors import JobError, UserError
from haiga.core.nouns import Picture, Style, check_picture
from haiga.engine import local
from haiga.engine.events import Event
from haiga.engine.plan import Pipeline, Step
from haiga.media.picture_judging import MOST_PIXELS, has_alpha, remarks_on
from haiga.media.pictures import open_header, write_png

Listener = Callable[[Event], None]


@dataclass(frozen=True)
class Styled:
    """A restyled picture on disk and the artwork it follows; None where only regions do.

    `regions` are the styles of its regions; `remarks` say what a reader should know of the
    files it was made from, a file's name and a few words each.
    """

    path: Path
    seed: int
    style: Style | None
    strength: float
    seconds: float
    regions: tuple[Style, ...] = ()
    remarks: tuple[str, ...] = ()


FLAT = 8
"""Levels: a picture that varies by less is of one flat colour."""


@dataclass(frozen=True)
class StyleRequest:
    """What a picture is to follow: a mood (or `random` or `from-picture`) or styles, not both,
    and styles of regions."""

    picture: PictureInput
    strength: float
    mood: str | None = None
    follows: tuple[Follow, ...] = ()
    regions: tuple[Region, ...] = field(default=())

    def table(self) -> dict[str, Any]:
        """What the recipe keeps of it."""
        return {
            "mood": self.mood,
            "like": [follow.table() for follow in self.follows],
            "regions": [region.table() for region in self.regions],
            "strength": self.strength,
            "picture": self.picture.table(),
        }


def restyle_file(
    makers: Makers,
    source: Path,
    *,
    mood: str | None = None,
    likes: Sequence[str] = (),
    regions: Sequence[str] = (),
    strength: float | None,
    seed: int,
    out: Path,
    on_event: Listener = lambda event: None,
) -> Styled:
    """Restyle a picture file and write it as a PNG.

    It follows an artwork of a mood, or the pictures and artworks in `likes`, each
    `NAME` or `NAME:WEIGHT`; and in each of `regions`, `MASK.png=NAME`, another one. With
    regions alone the rest stays as it is. Raises `UserError` for a choice that does not
    serve and a strength (the artist's own when none) outside [0, 1], and `BadPicture` for
    files that are no pictures, before anything is made.
    """
    if (mood is not None and likes) or not (mood is not None or likes or regions):
        raise UserError("give either --mood or --like: a mood, or a picture to follow")
    force = makers.artist.stylist.strength if strength is None else strength
    if not 0 <= force <= 1:
        raise UserError(f"strength: must be from 0 to 1, not {force:g}")
    check_not_input(out, source, *named_paths(likes, regions))
    check_target(out)
    named = check_mood(mood)
    follows = tuple(map(read_follow, likes))
    asked = tuple(map(read_region, regions))
    request = StyleRequest(read_input(source), force, named, follows, asked)
    picture, style, places, recipe, seconds = make_styled(makers, request, seed, on_event)
    write_png(out, picture, recipe=recipe.for_file("styled"))
    return Styled(out, seed, style, force, seconds, places, tuple(_remarks(request)))


def _remarks(request: StyleRequest) -> Iterator[str]:
    source = request.picture.path
    with open_header(source, MOST_PIXELS) as image:
        said = remarks_on(image, source)
        if has_alpha(image):
            said.append("transparency is laid on white and not kept")
    if said:
        yield f"{source}: {', '.join(said)}"
    styles = [*request.follows, *(region.follow for region in request.regions)]
    for one in styles:
        if one.picture is not None and int(np.ptp(one.picture.picture, axis=(0, 1)).max()) < FLAT:
            yield f"{one.picture.path}: is of one flat colour, so there is little to follow"


def make_styled(
    makers: Makers, request: StyleRequest, seed: int, on_event: Listener = lambda event: None
) -> tuple[Picture, Style | None, tuple[Style, ...], Recipe, float]:
    """The restyled picture, its style, those of its regions, its recipe and the seconds it
    took; writes nothing."""
    plan = Pipeline(tuple(_steps(makers, request)), given=("picture", *_masks(request.regions)))
    given = {"picture": request.picture.picture}
    for name, region in zip(_masks(request.regions), request.regions, strict=True):
        given[name] = region.mask.picture
    run = local.run(plan, seed, given=given, digest=digest, on_event=on_event)
    styled: Picture = run.values["styled"]
    recipe = write_recipe(
        "style",
        seed,
        request=request.table(),
        artist=makers.artist.model_dump(mode="json"),
        provenance=list(run.provenance.values()),
        pictures={"styled": styled},
    )
    places: tuple[Style, ...] = tuple(run.values.get("region_styles", ()))
    return styled, run.values.get("style"), places, recipe, sum(run.seconds.values())


def _masks(regions: Sequence[Region]) -> tuple[str, ...]:
    return tuple(f"mask{i}" for i in range(1, len(regions) + 1))


def _steps(makers: Makers, request: StyleRequest) -> list[Step]:
    """The styles, then the picture; a region's mask is checked before anything is painted."""
    choice = makers.artist.stylist
    follows, regions = request.follows, request.regions

    def step(
        name: str, work: Callable[..., Any], inputs: tuple[str, ...] = (), **more: Any
    ) -> Step:
        return Step(
            name,
            work,
            inputs,
            role="stylist",
            use=choice.use,
            settings={**choice.settings, **more},
            models=lambda: makers.stylist.models,
        )

    def style(inputs: Mapping[str, Any], step_seed: int) -> Style:
        from haiga.roles.stylists.mixing import mixed

        if follows:
            return mixed([f.style(makers.stylist) for f in follows], [f.weight for f in follows])
        assert request.mood is not None
        feeling = picture_mood(makers.artist, request.mood, request.picture.picture, step_seed)
        return style_for_mood(makers, feeling, step_seed, ())

    def region_styles(inputs: Mapping[str, Any], step_seed: int) -> tuple[Style, ...]:
        return tuple(region.follow.style(makers.stylist) for region in regions)

    def styled(inputs: Mapping[str, Any], step_seed: int) -> Picture:
        from haiga.roles.stylists.mixing import joined_regions, region_of

        picture = inputs["picture"]
        places = [
            region_of(inputs[name], picture, region.mask.path.name)
            for name, region in zip(_masks(regions), regions, strict=True)
        ]
        base = painted(picture, inputs["style"], step_seed) if "style" in inputs else picture
        if not regions or request.strength == 0:
            return base
        each = [painted(picture, s, step_seed) for s in inputs["region_styles"]]
        return joined_regions(base, each, places)

    def painted(picture: Picture, style: Style, step_seed: int) -> Picture:
        made = makers.stylist.restyle(
            [picture], styles=[style], strength=request.strength, seeds=[step_seed]
        )
        if len(made) != 1:
            raise JobError(f"the stylist was asked for one and made {len(made)}")
        return check_picture(made[0], "styled picture")

    steps, read = [], ["picture"]
    if follows or request.mood is not None:
        steps.append(step("style", style))
        read.append("style")
    if regions:
        steps.append(step("region_styles", region_styles))
        read += [*_masks(regions), "region_styles"]
    return [*steps, step("styled", styled, tuple(read), strength=request.strength)]
