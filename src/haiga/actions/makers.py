"""The makers of one artist, each made when first needed and kept for further pieces."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from haiga.actions.poets import check_poet
from haiga.core import registry
from haiga.core.config import MOST_CANDIDATES, Artist
from haiga.core.errors import UserError
from haiga.core.forms import form_of
from haiga.core.roles import Captioner, MoodReader, Painter, Poet, Stylist, Upscaler

if TYPE_CHECKING:
    from haiga.actions.originality import PictureGate
    from haiga.roles.painters.candidates import CandidatePainter


CAPTIONER = "attend.v1"
"""Whoever the artist is, this says what a painting looks like."""


class Makers:
    """An artist's poet, painter, mood reader, stylist and upscaler.

    Each raises `UserError` at first use where it or a setting is not known, and
    `BadModel` where a model file is not the one its card describes.
    """

    def __init__(self, artist: Artist) -> None:
        self.artist = artist

    def check_poet(self, form: str) -> None:
        """Raise now, before anything is made, what would keep the poet from writing a form."""
        check_poet(self.artist.poet, form_of(form))
        _ = self.poet

    @cached_property
    def poet(self) -> Poet:
        check_poet(self.artist.poet)
        return registry.make("poet", self.artist.poet.use, self.artist.poet.settings)

    @cached_property
    def painter(self) -> Painter:
        return registry.make("painter", self.artist.painter.use, self.artist.painter.settings)

    @cached_property
    def candidates(self) -> CandidatePainter:
        """The painter, painting as often as the artist wants, and the critic that chooses."""
        from haiga.features.match import Critic
        from haiga.roles.painters.candidates import CandidatePainter

        return CandidatePainter(self.painter, Critic(), self.artist.painter.candidates)

    @cached_property
    def picture_gate(self) -> PictureGate:
        """What tells whether a painting is one of those that the painter's model learned from."""
        from haiga.actions.originality import PictureGate

        return PictureGate(self.painter, self.artist.painter.use)

    @cached_property
    def mood_reader(self) -> MoodReader:
        choice = self.artist.mood
        settings = dict(choice.settings)
        if choice.moods:
            # A reader that can keep to some moods by itself chooses better among them.
            narrowed = {**settings, "moods": list(choice.moods)}
            if not registry.setting_faults("mood", choice.use, narrowed):
                settings = narrowed
        return registry.make("mood", choice.use, settings)

    @cached_property
    def stylist(self) -> Stylist:
        return registry.make("stylist", self.artist.stylist.use, self.artist.stylist.settings)

    @cached_property
    def captioner(self) -> Captioner:
        return registry.make("captioner", CAPTIONER, {})

    @cached_property
    def upscaler(self) -> Upscaler:
        return registry.make("upscaler", self.artist.upscaler.use, self.artist.upscaler.settings)


def with_candidates(artist: Artist, candidates: int | None) -> Artist:
    """The artist painting `candidates` pictures a poem, or as often as before for None.

    Raises `UserError` unless 1 <= candidates <= 64.
    """
    if candidates is None:
        return artist
    if not 1 <= candidates <= MOST_CANDIDATES:
        raise UserError(f"--candidates: {candidates} is outside 1 to {MOST_CANDIDATES}")
    painter = artist.painter.model_copy(update={"candidates": candidates})
    return artist.model_copy(update={"painter": painter})
