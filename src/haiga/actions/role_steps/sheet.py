"""A sheet as a step."""

from __future__ import annotations

from typing import Any

from haiga.actions.role_steps.making import Table, as_poem
from haiga.core import registry
from haiga.core.nouns import Picture
from haiga.engine.plan import Work


def sheet(use: str, settings: Table, *, seal: str = "") -> Work:
    """A picture and a poem mounted on one page."""

    def work(inputs: Table, seed: int) -> Picture:
        from haiga.gallery.sheet import mount

        page, poem = sheet_settings(use, settings), as_poem(inputs["poem"])
        return mount(inputs["picture"], poem, page, seal=seal or None, seed=seed)

    return work


def sheet_settings(use: str, settings: Table) -> Any:
    """How a sheet looks; `UserError` names every setting that is at fault."""
    from haiga.gallery.settings import SheetSettings, read_sheet_settings

    if registry.factory("sheet", use) is SheetSettings:
        return read_sheet_settings(settings)
    return registry.make("sheet", use, settings)
