"""Pieces begun and finished in processes of their own, or on Ray, ahead of their turn."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

from haiga.actions.compose import Request, style_for_mood
from haiga.actions.create import BeginAll, Begun, Listener
from haiga.actions.engines import open_backend
from haiga.actions.gate import StudioGate
from haiga.actions.kept import keeping
from haiga.actions.makers import Makers
from haiga.actions.mood_choice import mood_mode
from haiga.actions.piece_steps import BEGIN, FINISH
from haiga.archive.studio import Studio
from haiga.core import registry
from haiga.core.config import FROM_POEM
from haiga.core.seeds import derive_seed
from haiga.engine import local, schedule
from haiga.engine.plan import ITEM, Call, Needs, Pipeline, Step

NEEDS = Needs(cpu=1, memory_mb=0)


@contextmanager
def pieces_apart(
    engine: str,
    studio: Studio,
    makers: Makers,
    *,
    workers: int | None = None,
    address: str | None = None,
    force: bool = False,
    tell: Callable[[str], None] = lambda sentence: None,
) -> Iterator[BeginAll]:
    """What `create` is given to make its pieces over an engine; it ends with the context.

    The styles that rest are foreseen for pieces under way: what was foreseen wrongly (a copy
    was drawn anew, someone else added a piece) is finished again in its turn. `force` is for
    pieces that are made even where the studio has them. Poems and paintings are kept in the
    studio's cache, so that a run that was killed goes on where it was. Raises as
    `engines.open_backend`.
    """
    with (
        closing(
            open_backend(engine, studio.folder, kinds={}, workers=workers, address=address)
        ) as backend,
        keeping(
            studio.folder, backend, roots={"begin": modules_of_beginning(makers)}, tell=tell
        ) as keep,
    ):

        def begin_all(
            makers: Makers, studio: Studio, request: Request, seeds: range, on_event: Listener
        ) -> Iterable[Begun]:
            plan = plan_apart(makers, studio, request, force=force)
            items = ((str(seed), seed) for seed in seeds)
            runs = schedule.run(plan, items, backend=backend, keep=keep, on_event=on_event)
            return map(_begun, runs)

        yield begin_all


def _begun(run: schedule.ItemRun) -> Begun:
    passed, piece = run.values["passed"], run.values["finish"]
    avoided = tuple(passed["avoided"]) if passed else ()
    return Begun(run.seed, run.values["begin"], piece, avoided)


def plan_apart(makers: Makers, studio: Studio, request: Request, *, force: bool) -> Pipeline:
    """A piece in three steps: begun, foreseen in its turn, finished."""
    artist = makers.artist
    foresight = _Foresight(makers, studio, request, force=force)
    settings = {"artist": artist.model_dump(mode="json"), "request": request.table()}
    return Pipeline(
        (
            Step(
                "begin",
                role="poet",
                use=artist.poet.use,
                settings=_of_beginning(makers, request),
                models=lambda: _models_of_beginning(makers, request),
                seeded_as=ITEM,
                call=Call("values", BEGIN, settings=settings, counts=False),
                needs=NEEDS,
            ),
            Step("passed", foresight.foresee, ("begin",), seeded_as=ITEM, ordered=True),
            Step(
                "finish",
                inputs=("passed",),
                settings=settings,
                seeded_as=ITEM,
                call=Call("values", FINISH, settings=settings),
                needs=NEEDS,
                kept=False,
            ),
        )
    )


class _Foresight:
    """Which styles will rest when a piece's turn has come: those kept, and those under way."""

    def __init__(self, makers: Makers, studio: Studio, request: Request, *, force: bool) -> None:
        self._makers, self._studio, self._request = makers, studio, request
        self._gate = None if force else StudioGate(makers, studio)
        self._at_first: list[str] | None = None
        self._chosen: deque[str] = deque()

    def foresee(self, inputs: Mapping[str, Any], seed: int) -> dict[str, Any] | None:
        """What `piece_steps.finish` takes, or nothing for a piece that the studio holds."""
        beginning: local.Run = inputs["begin"]
        if self._gate is not None and self._gate.held(self._request, seed, beginning) is not None:
            return None
        choice = self._makers.artist.stylist
        if self._at_first is None:
            self._at_first = self._studio.recent_styles(self._makers.artist.name, choice.rest)
        avoided = [*self._chosen, *self._at_first][: choice.rest]
        style_seed = derive_seed(seed, "style")
        style = style_for_mood(self._makers, beginning.values["mood"], style_seed, avoided)
        self._chosen.appendleft(style.id)
        return {"seed": seed, "run": beginning, "avoided": avoided}


def _of_beginning(makers: Makers, request: Request) -> dict[str, Any]:
    """Everything that enters the beginning of a piece."""
    artist = makers.artist.model_dump(mode="json")
    parts = ("name", "poet", "painter", "mood")
    asked = {"mood": request.mood, "about": request.about}
    return {**{part: artist[part] for part in parts}, "request": asked}


def _models_of_beginning(makers: Makers, request: Request) -> dict[str, str]:
    models = {**makers.poet.models, **makers.painter.models}
    if mood_mode(makers, request.mood) == FROM_POEM:
        models |= makers.mood_reader.models
    if makers.artist.painter.candidates > 1:
        models |= makers.candidates.models
    return models


def modules_of_beginning(makers: Makers) -> list[str]:
    """The modules whose code the beginning of a piece reaches by a registered name."""
    artist = makers.artist
    chosen = (("poet", artist.poet), ("painter", artist.painter), ("mood", artist.mood))
    return [registry.factory(role, choice.use).__module__ for role, choice in chosen]
