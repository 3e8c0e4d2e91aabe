"""The plan of a piece: poem, mood, painting, style, sheet, alt text, verdicts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from haiga.actions.alt_text import describe
from haiga.actions.makers import CAPTIONER, Makers
from haiga.actions.mood_choice import mood_step
from haiga.actions.recipe import digest
from haiga.actions.verdicts import judge
from haiga.core import registry
from haiga.core.config import Artist
from haiga.core.errors import JobError
from haiga.core.nouns import Caption, Mood, Picture, Poem, Style, Verdict, check_picture
from haiga.engine import local
from haiga.engine.plan import Pipeline, Step

if TYPE_CHECKING:
    from haiga.gallery.settings import SheetSettings
    from haiga.roles.painters.candidates import Chosen

FORM = "haiku"
PICTURES = ("painting", "styled", "sheet")


@dataclass(frozen=True)
class Request:
    """What was asked of an artist.

    `captioned` pieces say in their alt text what the painting looks like; those that were made
    before there was a captioner are made again without. `mood`, a mood or a mode, overrides the
    artist's choice of mood; `about` is a few words or nothing; `avoided` names the styles that
    rest, because the artist's last pieces were made after them.
    """

    mood: str | None = None
    about: str = ""
    avoided: tuple[str, ...] = ()
    captioned: bool = False

    def table(self) -> dict[str, Any]:
        asked = {"mood": self.mood, "about": self.about, "avoided": list(self.avoided)}
        return {**asked, "captioned": True} if self.captioned else asked


CANDIDATES = "candidates"
BEGUN = ("poem", "unseen_words", "mood", "painting", "enlarged")
"""What the first half of a piece hands to the second."""


def plan_beginning(makers: Makers, request: Request, *, enlarged: bool = True) -> Pipeline:
    """Poem, mood and painting of a piece, over its seed alone; it makes nothing yet.

    One that is not `enlarged` leaves that to `enlarge_begun`.
    """
    mood, painting = mood_step(makers, request.mood), painting_steps(makers)
    feeling_first = "painting" not in mood.inputs
    return Pipeline(
        (
            poem_step(makers, request.about),
            unseen_step(makers),
            *((mood, *painting) if feeling_first else (*painting, mood)),
            *((enlarge_step(makers),) if enlarged else ()),
        )
    )


def enlarge_begun(makers: Makers, seed: int, beginning: local.Run) -> local.Run:
    """A piece that has begun, with its painting enlarged where that was left."""
    if "enlarged" in beginning.values:
        return beginning
    plan = Pipeline((enlarge_step(makers),), given=("painting",))
    given = {"painting": beginning.values["painting"]}
    more = local.run(plan, seed, given=given, digest=digest)
    return local.Run(
        {**beginning.values, **more.values},
        {**beginning.seconds, **more.seconds},
        {**beginning.provenance, **more.provenance},
    )


def plan_finish(makers: Makers, request: Request) -> Pipeline:
    """Style, sheet, alt text and verdicts of a piece that has begun; it makes nothing yet."""
    return Pipeline(
        (
            _style_step(makers, request.avoided),
            restyle_step(makers, makers.artist.stylist.strength),
            sheet_step(makers.artist),
            *((caption_step(makers),) if request.captioned else ()),
            _alt_text_step(makers, captioned=request.captioned),
            _verdicts_step(makers),
        ),
        given=BEGUN,
    )


def poem_step(makers: Makers, about: str, form: str = FORM) -> Step:
    """A poem of a form, steered by a few words."""

    def work(inputs: Mapping[str, Any], seed: int) -> Poem:
        poem: Poem = _one(makers.poet.write([about], form=form, seeds=[seed]), "poet")
        return poem

    choice = makers.artist.poet
    return Step(
        "poem",
        work,
        role="poet",
        use=choice.use,
        settings=choice.settings,
        models=lambda: makers.poet.models,
    )


def unseen_step(makers: Makers) -> Step:
    """The words of the poem that the painter has no picture of."""

    def work(inputs: Mapping[str, Any], seed: int) -> list[str]:
        return list(makers.painter.unseen_words(inputs["poem"]))

    choice = makers.artist.painter
    return Step(
        "unseen_words",
        work,
        ("poem",),
        role="painter",
        use=choice.use,
        settings=choice.settings,
        models=lambda: makers.painter.models,
    )


def painting_steps(makers: Makers) -> tuple[Step, ...]:
    """A picture of the poem, at the painter's own size.

    Where the artist wants several candidates, a step `CANDIDATES` before it makes and
    judges them; its value is a `Chosen`.
    """
    if makers.artist.painter.candidates == 1:
        return (_painting_step(makers),)
    return (_candidates_step(makers), _chosen_step())


def candidates_table(values: Mapping[str, Any]) -> dict[str, Any]:
    """What a recipe keeps of the choice among candidates, from a run's values; empty for none."""
    return {CANDIDATES: values[CANDIDATES].table()} if CANDIDATES in values else {}


def _candidates_step(makers: Makers) -> Step:
    """Several pictures of the poem, of which a critic keeps the one that matches it best."""

    def work(inputs: Mapping[str, Any], seed: int) -> Chosen:
        return makers.candidates.choose(inputs["poem"], seed=seed)

    choice = makers.artist.painter
    return Step(
        CANDIDATES,
        work,
        ("poem",),
        role="painter",
        use=choice.use,
        settings={**choice.settings, "candidates": choice.candidates},
        models=lambda: makers.candidates.models,
        seeded_as="painting",  # so that the first candidate is the picture of no choice
    )


def _chosen_step() -> Step:
    """The candidate that was kept."""

    def work(inputs: Mapping[str, Any], seed: int) -> Picture:
        chosen: Chosen = inputs[CANDIDATES]
        return chosen.picture

    return Step("painting", work, (CANDIDATES,))


def _painting_step(makers: Makers) -> Step:
    """The one picture of the poem."""

    def work(inputs: Mapping[str, Any], seed: int) -> Picture:
        painted = _one(makers.painter.paint([inputs["poem"]], seeds=[seed]), "painter")
        return check_picture(painted, "painting")

    choice = makers.artist.painter
    return Step(
        "painting",
        work,
        ("poem",),
        role="painter",
        use=choice.use,
        settings=choice.settings,
        models=lambda: makers.painter.models,
    )


def enlarge_step(makers: Makers) -> Step:
    """The painting with the longer side the artist wants."""
    choice = makers.artist.upscaler

    def work(inputs: Mapping[str, Any], seed: int) -> Picture:
        large = makers.upscaler.enlarge([inputs["painting"]], size_px=choice.size_px)
        return check_picture(_one(large, "upscaler"), "enlarged painting")

    return Step(
        "enlarged",
        work,
        ("painting",),
        role="upscaler",
        use=choice.use,
        settings={**choice.settings, "size_px": choice.size_px},
        models=lambda: makers.upscaler.models,
    )


def _style_step(makers: Makers, avoided: Sequence[str]) -> Step:
    """An artwork of the bank for the mood, none of those that rest."""

    def work(inputs: Mapping[str, Any], seed: int) -> Style:
        return style_for_mood(makers, inputs["mood"], seed, avoided)

    return Step(
        "style",
        work,
        ("mood",),
        role="stylist",
        use=makers.artist.stylist.use,
        settings=makers.artist.stylist.settings,
        models=lambda: makers.stylist.models,
    )


def style_for_mood(makers: Makers, mood: Mood, seed: int, avoided: Sequence[str]) -> Style:
    """The style a seed draws for a mood; `JobError` where the stylist has no artworks."""
    from haiga.roles.stylists.choice import choose_style

    styles = makers.stylist.styles()
    if not styles:
        raise JobError(f"stylist '{makers.artist.stylist.use}' has no artworks to follow")
    return choose_style(styles, mood, seed, avoided)


def restyle_step(makers: Makers, strength: float, picture: str = "enlarged") -> Step:
    """The named picture in the colours and strokes of the style."""

    def work(inputs: Mapping[str, Any], seed: int) -> Picture:
        restyled = makers.stylist.restyle(
            [inputs[picture]], styles=[inputs["style"]], strength=strength, seeds=[seed]
        )
        return check_picture(_one(restyled, "stylist"), "styled painting")

    choice = makers.artist.stylist
    return Step(
        "styled",
        work,
        (picture, "style"),
        role="stylist",
        use=choice.use,
        settings={**choice.settings, "strength": strength},
        models=lambda: makers.stylist.models,
    )


def sheet_step(artist: Artist, picture: str = "styled") -> Step:
    """The named picture and the poem on one page."""
    choice = artist.sheet

    def work(inputs: Mapping[str, Any], seed: int) -> Picture:
        from haiga.gallery.sheet import mount

        page = page_settings(artist)
        return mount(inputs[picture], inputs["poem"], page, seal=choice.seal or None, seed=seed)

    return Step(
        "sheet",
        work,
        (picture, "poem"),
        use=choice.use,
        settings={**choice.settings, "seal": choice.seal},
    )


def page_settings(artist: Artist) -> SheetSettings:
    """How the artist's sheets look; `UserError` names every setting that is at fault."""
    from haiga.gallery.settings import SheetSettings, read_sheet_settings

    choice = artist.sheet
    if registry.factory("sheet", choice.use) is SheetSettings:
        return read_sheet_settings(choice.settings)
    made: SheetSettings = registry.make("sheet", choice.use, choice.settings)
    return made


def check_sheet(artist: Artist) -> None:
    """Raise `UserError` now, before any work, if no sheet of the artist could be drawn."""
    from haiga.gallery.seal import read_mark

    page = page_settings(artist)
    read_mark(artist.sheet.seal or page.seal)


def printed(picture: Picture, page: SheetSettings) -> Picture:
    """The picture in the colours that the sheet shows it in."""
    from haiga.gallery.pigment import ink_painting

    return ink_painting(picture, page.monochrome) if page.monochrome else picture


CAPTION = "caption"


def caption_step(makers: Makers) -> Step:
    """What the painting shows by the captioner, how likely, and whether that is sure enough."""

    def work(inputs: Mapping[str, Any], seed: int) -> dict[str, Any]:
        shown = printed(inputs["styled"], page_settings(makers.artist))
        said: Caption = _one(makers.captioner.caption([shown], seeds=[seed]), "captioner")
        return {"text": said.text, "score": round(said.score, 4), "sure": said.sure}

    return Step(
        CAPTION,
        work,
        ("styled",),
        role="captioner",
        use=CAPTIONER,
        models=lambda: makers.captioner.models,
    )


def _alt_text_step(makers: Makers, *, captioned: bool) -> Step:
    """The sheet in words, for those who cannot see it."""

    def work(inputs: Mapping[str, Any], seed: int) -> str:
        poem: Poem = inputs["poem"]
        shown = printed(inputs["styled"], page_settings(makers.artist))
        said = inputs[CAPTION] if captioned else {"sure": False}
        caption = str(said["text"]) if said["sure"] else ""
        unseen = inputs["unseen_words"]
        return describe(poem, inputs["mood"], shown, inputs["style"], unseen, caption)

    needs = ("poem", "unseen_words", "mood", "styled", "style")
    return Step("alt_text", work, (*needs, CAPTION) if captioned else needs)


def _verdicts_step(makers: Makers) -> Step:
    """What is to be said of the piece before anyone shows it."""

    def work(inputs: Mapping[str, Any], seed: int) -> tuple[Verdict, ...]:
        poem: Poem = inputs["poem"]
        return judge(
            poem,
            unseen=inputs["unseen_words"],
            painting=inputs["painting"],
            styled=inputs["styled"],
            page=page_settings(makers.artist),
        )

    return Step("verdicts", work, ("poem", "unseen_words", "painting", "styled"))


def _one(made: Sequence[Any], role: str) -> Any:
    if len(made) != 1:
        raise JobError(f"the {role} was asked for one and made {len(made)}")
    return made[0]
