"""Each role's step: what it reads, what it makes, and its factory.

A factory gets `use` and `settings` (who fills the role, and how it is made) and, as keywords of
its own, what is asked of it; it gives the step's work. A factory's keyword arguments are what a
pipeline's `with` may say beside the maker's settings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from haiga.actions.role_steps.captioner import captioner
from haiga.actions.role_steps.classifier import classifier
from haiga.actions.role_steps.curator import curator
from haiga.actions.role_steps.embedder import embedder
from haiga.actions.role_steps.generator import generator
from haiga.actions.role_steps.mood import mood
from haiga.actions.role_steps.painter import painter
from haiga.actions.role_steps.poet import poet
from haiga.actions.role_steps.sheet import sheet
from haiga.actions.role_steps.stylist import stylist
from haiga.actions.role_steps.upscaler import upscaler
from haiga.engine.plan import Work


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
