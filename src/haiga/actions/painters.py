"""Which painter a model asks for: what its folder's card and layout say it is."""

from __future__ import annotations

from pathlib import Path

from haiga.core.config import Artist
from haiga.core.errors import UserError
from haiga.models.card import CARD
from haiga.models.store import PLAN, Model, bundled_names, load_model

FLOW, ATTENTION, GENERATOR = "flow.v1", "attngan.v1", "generator.v1"


def with_painter(artist: Artist, model: str | None) -> Artist:
    """The artist with another painter, where a model is named: a bundled one or a folder.

    What the artist wants of every painter (how many candidates) stays. Raises `UserError`
    where there is no such model, or none that paints.
    """
    if model is None:
        return artist
    use = painter_for(model)
    placed = model if model in bundled_names() else str(Path(model).resolve())
    painter = artist.painter.model_copy(update={"use": use, "settings": {"model": placed}})
    return artist.model_copy(update={"painter": painter})


def painter_for(name_or_dir: str) -> str:
    """The registered painter that paints with a model.

    Raises `UserError` where there is no such model or it is no painter's and no generator's.
    """
    model = _loaded(name_or_dir)
    files = {file.name for file in model.card.files}
    if model.card.role == "generator":
        return GENERATOR
    if model.card.role == "painter":
        if "flow.onnx" in files:
            return FLOW
        if "painter.onnx" in files:
            return ATTENTION
    raise UserError(
        f"{name_or_dir}: is the model of a {model.card.role}, and no painter can use it"
    )


def _loaded(name_or_dir: str) -> Model:
    folder = Path(name_or_dir)
    own = name_or_dir not in bundled_names() and folder.is_dir()
    if own and not (folder / CARD).is_file() and not (folder / PLAN).is_file():
        raise UserError(
            f"{folder}: holds no model ({CARD} is missing); `haiga train painter` or "
            "`haiga train generator` makes one"
        )
    if name_or_dir not in bundled_names() and not folder.exists():
        known = [n for n in bundled_names() if load_model(n).card.role in ("painter", "generator")]
        raise UserError(
            f"no painter or generator named '{name_or_dir}', and no such folder; "
            f"bundled: {', '.join(sorted(known))}"
        )
    return load_model(name_or_dir, role="painter")
