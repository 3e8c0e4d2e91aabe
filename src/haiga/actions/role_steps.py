"""Every role as a step of a pipeline: one small factory each, that any process can call.

A factory gets `use` and `settings` (who fills the role, and how it is made) and, as keywords of
its own, what is asked of it; it gives the step's work. A factory's keyword arguments are what a
pipeline's `with` may say beside the maker's settings.
"""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from haiga.actions.texts import poem_of
from haiga.core import registry
from haiga.core.config import Choice
from haiga.core.errors import JobError, UserError
from haiga.core.forms import form_of
from haiga.core.moods import mood_named
from haiga.core.nouns import Mood, Picture, Poem, Style, check_picture
from haiga.engine.plan import Work

Table = Mapping[str, Any]
Strength = Annotated[float, Field(ge=0, le=1)]
SizePx = Annotated[int, Field(ge=64, le=8192)]


@dataclass(frozen=True)
class Slot:
    """Something that a step reads: what it calls it, and the kinds of value that it may be."""

    name: str
    kinds: tuple[str, ...]
    needed: bool = True


@dataclass(frozen=True)
class RoleStep:
    """How a role becomes a step: what it reads, the kind it makes, and the factory."""

    makes: str
    slots: tuple[Slot, ...]
    factory: Callable[..., Work]

    @property
    def target(self) -> str:
        """The factory as a `Call` names it."""
        return f"{self.factory.__module__}:{self.factory.__name__}"


def poet(use: str, settings: Table, *, about: str = "", form: str = "haiku") -> Work:
    """A poem of a form; what it is about is said in words, or read from another step."""

    def work(inputs: Table, seed: int) -> Poem:
        words = _words(inputs["about"]) if "about" in inputs else about
        poem: Poem = _one(maker("poet", use, settings).write([words], form=form, seeds=[seed]))
        return poem

    return work


def painter(use: str, settings: Table) -> Work:
    """A picture of a poem."""

    def work(inputs: Table, seed: int) -> Picture:
        made = maker("painter", use, settings).paint([_poem(inputs["poem"])], seeds=[seed])
        return check_picture(_one(made), "painting")

    return work


def generator(
    use: str, settings: Table, *, label: str | None = None, codes: Mapping[str, float] | None = None
) -> Work:
    """A picture out of a seed alone."""

    def work(inputs: Table, seed: int) -> Picture:
        made = maker("generator", use, settings).generate([seed], [label], [codes])
        return check_picture(_one(made), "picture")

    return work


def mood(use: str, settings: Table) -> Work:
    """The mood of a poem."""

    def work(inputs: Table, seed: int) -> Mood:
        read: Mood = _one(maker("mood", use, settings).read([_poem(inputs["poem"])], seeds=[seed]))
        return read

    return work


def stylist(
    use: str, settings: Table, *, strength: Strength = 0.6, mood: str = "", like: str = ""
) -> Work:
    """A picture in the manner of an artwork: of one for a mood, of a picture, or a named one.

    Exactly one of the inputs `mood`, `style` and `like` (a picture to follow), or of the
    settings `mood` (a mood's name) and `like` (an artwork's id), says which.
    """

    def work(inputs: Table, seed: int) -> Picture:
        made = maker("stylist", use, settings)
        restyled = made.restyle(
            [inputs["picture"]],
            styles=[_style(made, inputs, seed)],
            strength=strength,
            seeds=[seed],
        )
        return check_picture(_one(restyled), "styled picture")

    def _style(made: Any, inputs: Table, seed: int) -> Style:
        from haiga.actions.style_banks import named_style
        from haiga.roles.stylists.choice import choose_style

        if "style" in inputs:
            given: Style = inputs["style"]
            return given
        if "like" in inputs:
            seen: Style = made.read_style(inputs["like"])
            return seen
        if like:
            return named_style(made.styles(), like)
        feeling: Mood = inputs["mood"] if "mood" in inputs else mood_named(mood, "it was asked for")
        return choose_style(made.styles(), feeling, seed, ())

    return work


def upscaler(use: str, settings: Table, *, size_px: SizePx = 1024) -> Work:
    """A picture enlarged until its longer side has so many pixels."""

    def work(inputs: Table, seed: int) -> Picture:
        made = maker("upscaler", use, settings).enlarge([inputs["picture"]], size_px=size_px)
        return check_picture(_one(made), "enlarged picture")

    return work


def embedder(use: str, settings: Table) -> Work:
    """A picture as two lists of numbers, `early` and `late`."""

    def work(inputs: Table, seed: int) -> dict[str, list[float]]:
        seen = maker("embedder", use, settings).embed([inputs["picture"]])
        return {
            "early": [float(value) for value in seen.early[0]],
            "late": [float(value) for value in seen.late[0]],
        }

    return work


def captioner(use: str, settings: Table) -> Work:
    """What a picture shows, in words."""

    def work(inputs: Table, seed: int) -> str:
        said = _one(maker("captioner", use, settings).caption([inputs["picture"]], seeds=[seed]))
        return str(said.text)

    return work


def classifier(use: str, settings: Table) -> Work:
    """The class of a picture (`name`, null for none), every class's probability, and `known`."""

    def work(inputs: Table, seed: int) -> dict[str, Any]:
        made = maker("classifier", use, settings)
        label = _one(made.classify([inputs["picture"]]))
        shares = zip(made.classes, label.probabilities, strict=True)
        return {
            "name": label.name,
            "probabilities": {name: float(share) for name, share in shares},
            "known": float(label.known),
        }

    return work


def curator(use: str, settings: Table) -> Work:
    """A judge's verdict on one picture: `keep`, `score` in [0, 1] and `reason`.

    Only for a judge whose verdict depends on the picture alone.
    """

    def work(inputs: Table, seed: int) -> dict[str, Any]:
        made = maker("curator", use, settings)
        verdict = _one(made.judge([_seen(inputs["picture"])]))
        return {"keep": verdict.keep, "score": float(verdict.score), "reason": verdict.reason}

    return work


def sheet(use: str, settings: Table, *, seal: str = "") -> Work:
    """A picture and a poem mounted on one page."""

    def work(inputs: Table, seed: int) -> Picture:
        from haiga.gallery.sheet import mount

        page, poem = sheet_settings(use, settings), _poem(inputs["poem"])
        return mount(inputs["picture"], poem, page, seal=seal or None, seed=seed)

    return work


def best_match(**settings: Any) -> Work:
    """The candidate that matches the words best, by the critic; the earlier of equal ones."""

    def work(inputs: Table, seed: int) -> Any:
        from haiga.roles.painters.candidates import DECIMALS

        (name,) = (key for key in inputs if key != "words")
        pictures: Sequence[Picture] = inputs[name]
        cosines = critic().score(pictures, [_words(inputs["words"])])[:, 0]
        scores = [round(float(cosine), DECIMALS) for cosine in cosines]
        return pictures[scores.index(max(scores))]

    return work


def first(**settings: Any) -> Work:
    """The first candidate."""

    def work(inputs: Table, seed: int) -> Any:
        (candidates,) = inputs.values()
        return candidates[0]

    return work


def best_scored(**settings: Any) -> Work:
    """The candidate with the highest of the numbers that another step gave them."""

    def work(inputs: Table, seed: int) -> Any:
        (name,) = (key for key in inputs if key != "scores")
        scores = [_number(text) for text in inputs["scores"]]
        return inputs[name][scores.index(max(scores))]

    return work


ROLE_STEPS: Mapping[str, RoleStep] = {
    "poet": RoleStep("poem", (Slot("about", ("text", "poem"), False),), poet),
    "painter": RoleStep("picture", (Slot("poem", ("poem",)),), painter),
    "generator": RoleStep("picture", (), generator),
    "mood": RoleStep("mood", (Slot("poem", ("poem",)),), mood),
    "stylist": RoleStep(
        "picture",
        (
            Slot("picture", ("picture",)),
            Slot("mood", ("mood",), False),
            Slot("style", ("style",), False),
            Slot("like", ("picture",), False),
        ),
        stylist,
    ),
    "upscaler": RoleStep("picture", (Slot("picture", ("picture",)),), upscaler),
    "embedder": RoleStep("json", (Slot("picture", ("picture",)),), embedder),
    "captioner": RoleStep("text", (Slot("picture", ("picture",)),), captioner),
    "classifier": RoleStep("json", (Slot("picture", ("picture",)),), classifier),
    "curator": RoleStep("json", (Slot("picture", ("picture",)),), curator),
    "sheet": RoleStep("picture", (Slot("picture", ("picture",)), Slot("poem", ("poem",))), sheet),
}
"""Each role's step by the role's name."""


def maker(role: str, use: str, settings: Table) -> Any:
    """Who fills a role, made once in this process and shared by the steps that ask for the same."""
    return _maker(role, use, json.dumps(dict(settings), sort_keys=True, default=str))


@functools.lru_cache(maxsize=16)
def _maker(role: str, use: str, settings: str) -> Any:
    if role == "poet":
        from haiga.actions.poets import check_poet

        check_poet(Choice(use=use, settings=json.loads(settings)))
    return registry.make(role, use, json.loads(settings))


@functools.cache
def critic() -> Any:
    """The critic that says how well pictures and words match."""
    from haiga.features.match import Critic

    return Critic()


def sheet_settings(use: str, settings: Table) -> Any:
    """How a sheet looks; `UserError` names every setting that is at fault."""
    from haiga.gallery.settings import SheetSettings, read_sheet_settings

    if registry.factory("sheet", use) is SheetSettings:
        return read_sheet_settings(settings)
    return registry.make("sheet", use, settings)


def check_role(role: str, use: str, settings: Table, asked: Table, read: Sequence[str]) -> None:
    """Raise `UserError` or `BadModel` now where the step could not run, and make no result.

    For what only the maker itself can judge: a form that it cannot keep, a value out of its range.
    `asked` are the factory's own keywords, `read` the names of the inputs it has.
    """
    if role == "sheet":
        from haiga.gallery.seal import read_mark

        page = sheet_settings(use, settings)
        read_mark(asked.get("seal") or page.seal)
        return
    if role == "poet":
        from haiga.actions.poets import check_poet
        from haiga.actions.texts import check_about

        check_about(asked.get("about", ""))
        try:
            form = form_of(asked.get("form", "haiku"))
        except UserError as error:
            raise UserError(f"form: {error}") from error
        check_poet(Choice(use=use, settings=settings), form)
        if asked.get("about") and "about" in read:
            raise UserError("about: is read from another step and set here; leave one out")
    if role == "stylist":
        _check_followed(asked, read)
    made = maker(role, use, settings)
    if role == "curator" and not made.alone:
        raise UserError(f"'{use}' judges whole collections, not one picture; it can be no step")
    if role == "stylist" and asked.get("like"):
        from haiga.actions.style_banks import named_style

        named_style(made.styles(), asked["like"])


def _check_followed(asked: Table, read: Sequence[str]) -> None:
    if asked.get("mood"):
        mood_named(asked["mood"], "")
    ways = [f"its input {name}" for name in ("mood", "style", "like") if name in read]
    ways += [f"with.{name}" for name in ("mood", "like") if asked.get(name)]
    if len(ways) > 1:
        raise UserError(f"what to follow is said by {' and by '.join(ways)}; leave one")
    if not ways:
        raise UserError(
            "nothing says what to follow; read a mood, a style or a picture as `like`, or write "
            'with = { mood = "sadness" } or { like = "ARTWORK" }'
        )


def _seen(picture: Picture) -> Any:
    from haiga.core.collecting import SEEN_PX, Item, Passport, Seen
    from haiga.features.eye import Eye
    from haiga.features.looks import looks_of

    height, width, _ = picture.shape
    name = hashlib.sha256(picture.tobytes()).hexdigest()
    item = Item(name, 1, ".png", picture.nbytes, width, height, "", (Passport("step", name),))
    (looks,) = looks_of([picture], _eye(Eye))
    return Seen(item, looks, _within(picture, SEEN_PX), "PNG")


@functools.cache
def _eye(kind: Callable[[], Any]) -> Any:
    return kind()


def _within(picture: Picture, size_px: int) -> Picture:
    """The picture, made smaller where its longer side has more pixels than that."""
    import numpy as np
    from PIL import Image

    if max(picture.shape[:2]) <= size_px:
        return picture
    image = Image.fromarray(picture)
    image.thumbnail((size_px, size_px), Image.Resampling.LANCZOS)
    return np.asarray(image).copy()


def _poem(value: Any) -> Poem:
    """A poem itself, or text as a free poem."""
    return value if isinstance(value, Poem) else poem_of(str(value))


def _words(value: Any) -> str:
    """A poem's or a text's words on one line."""
    return " ".join((value.text if isinstance(value, Poem) else str(value)).split())


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        shown = str(value)[:40]
        raise JobError(f"a score must be a number, and one is '{shown}'") from error


def _one(made: Sequence[Any]) -> Any:
    if len(made) != 1:
        raise JobError(f"asked for one, it made {len(made)}")
    return made[0]
