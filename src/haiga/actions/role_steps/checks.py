"""Whether a role's step could run, asked before anything is made."""

from __future__ import annotations

from collections.abc import Sequence

from haiga.actions.role_steps.making import Table, maker
from haiga.actions.role_steps.sheet import sheet_settings
from haiga.core.config import Choice
from haiga.core.errors import UserError
from haiga.core.forms import form_of
from haiga.core.moods import mood_named


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
