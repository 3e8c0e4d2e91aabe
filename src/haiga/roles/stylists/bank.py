"""The style bank: measurements of real artworks with their credits, in a bundled model."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from haiga.core.errors import BadModel
from haiga.core.nouns import Style
from haiga.models.store import Model, load_model

CREDITS_FILE = "styles.json"
CODES_FILE = "styles.safetensors"


class StyleBank:
    """A model of the role `stylist` that holds one record and one code per artwork.

    `styles.json` is a list of records (id, title, artist, date, credit,
    licence, mood, medium, url); `styles.safetensors` holds, in the same order,
    `code` (n, CODE_LENGTH), `affect` (n, 2: valence, arousal) and `palette`
    (n, k, 3) uint8.
    """

    def __init__(self, model: str) -> None:
        self._name = model

    @cached_property
    def _model(self) -> Model:
        return load_model(self._name)

    @property
    def digests(self) -> Mapping[str, str]:
        """The bank's files with their sha256."""
        return self._model.digests

    def styles(self) -> tuple[Style, ...]:
        """Every artwork, in the bank's order. Reads the files on the first call."""
        return self._styles

    @cached_property
    def _styles(self) -> tuple[Style, ...]:
        records: list[dict[str, Any]] = self._model.json(CREDITS_FILE)
        tensors = self._model.tensors(CODES_FILE)
        try:
            codes = tensors["code"].tolist()
            affects = tensors["affect"].tolist()
            palettes = tensors["palette"].tolist()
            if not len(records) == len(codes) == len(affects) == len(palettes):
                raise BadModel(f"style bank '{self._name}': its two files do not match in length")
            return tuple(
                Style(
                    id=r["id"],
                    title=r["title"],
                    artist=r["artist"],
                    date=r["date"],
                    credit=r["credit"],
                    licence=r["licence"],
                    mood=r["mood"],
                    valence=round(float(affect[0]), 3),
                    arousal=round(float(affect[1]), 3),
                    palette=tuple((int(c[0]), int(c[1]), int(c[2])) for c in colours),
                    code=tuple(float(v) for v in code),
                )
                for r, code, affect, colours in zip(records, codes, affects, palettes, strict=True)
            )
        except KeyError as error:
            raise BadModel(f"style bank '{self._name}': {error} is missing") from error
