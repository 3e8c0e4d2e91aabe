"""The style bank: measurements of real artworks with their credits, in a bundled model."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from haiga.core.errors import BadModel
from haiga.core.nouns import Style
from haiga.models.card import AGAIN
from haiga.models.store import Model, load_model
from haiga.roles.stylists.choice import Columns
from haiga.roles.stylists.network_codes import codes_file, read_codes

WORKS_FILE = "works.json.gz"
CODES_FILE = "styles.safetensors"
FIELDS = ("id", "title", "artist", "date", "museum", "credit", "url", "about")
"""What a row of `works.json.gz` says of an artwork, in this order; "" where it is not known."""
CODE_STEP = 1e-5
"""Style codes are whole numbers of these steps, as `StyleCode.packed` rounds them."""


class StyleBank:
    """A model of the role `stylist` that holds one record and one code per artwork.

    `works.json.gz` is a table of `licences`, `media` and `moods`, and of `works`: a
    row of `FIELDS` for each artwork. `styles.safetensors` holds, in the same order,
    `code` (see `pack_codes`), `affect` (n, 2) float32: valence and arousal, `palette`
    (n, k, 3) uint8, and whole numbers (n,) `licence`, `medium`, `mood` (rows of those
    lists) and `offered` (1 where it may be chosen for a mood).
    """

    def __init__(self, model: str, code: str = "") -> None:
        """`code` names the network whose codes the styles carry (see `network_codes`); without
        one they are those of `brush.v1`."""
        self._name, self._code = model, code

    @cached_property
    def _model(self) -> Model:
        return load_model(self._name, role="stylist")

    @property
    def digests(self) -> Mapping[str, str]:
        """The bank's files with their sha256."""
        return self._model.digests

    def styles(self, encoder_sha256: str = "") -> Artworks:
        """Every artwork, in the bank's order. Reads the files on the first call.

        A bank that is read for a network is told its encoder's sha256. Raises BadModel where
        the bank has no codes of that network.
        """
        if self._code and self._network is None:
            self._network = self._network_codes(encoder_sha256)
        return self._styles

    _network: npt.NDArray[np.float64] | None = None

    def _network_codes(self, encoder_sha256: str) -> npt.NDArray[np.float64]:
        where, file = f"style bank '{self._name}'", codes_file(self._code)
        if file not in {listed.name for listed in self._model.card.files}:
            raise BadModel(
                f"{where}: has no codes of {self._code}; `haiga train style_codes --bank DIR "
                "--pictures FOLDER` reads its artworks"
            )
        n = len(self._model.tensors(CODES_FILE)["affect"])
        return read_codes(self._model.tensors(file), n, encoder_sha256, f"{where}, {file}")

    @cached_property
    def _styles(self) -> Artworks:
        model, where = self._model, f"style bank '{self._name}'"
        if WORKS_FILE not in {file.name for file in model.card.files}:
            kind = "was made by an earlier haiga" if model.card.role == "stylist" else "is no bank"
            raise BadModel(f"{where}: {kind}; `haiga styles make FOLDER --out DIR` makes one anew")
        path = model.path(WORKS_FILE)
        try:
            table = json.loads(gzip.decompress(path.read_bytes()))
        except (OSError, EOFError, ValueError, zlib.error) as error:
            raise BadModel(f"{path}: is damaged: {error}; {AGAIN}") from error
        try:
            return Artworks(table, model.tensors(CODES_FILE), self._network)
        except KeyError as error:
            raise BadModel(f"{where}: {error} is missing; {AGAIN}") from error
        except (ValueError, IndexError, TypeError, zlib.error) as error:
            raise BadModel(f"{where}: its two files do not match in length; {AGAIN}") from error


class Artworks(Sequence[Style]):
    """The artworks of a bank; a `Style` is put together only when it is asked for."""

    def __init__(
        self,
        table: Mapping[str, Any],
        tensors: Mapping[str, npt.NDArray[Any]],
        network: npt.NDArray[np.float64] | None = None,
    ) -> None:
        self._works: list[list[str]] = table["works"]
        self._licences, self._media, self._moods = table["licences"], table["media"], table["moods"]
        self._tensors = {name: tensors[name] for name in (*_PER_WORK, "code")}
        n = len(self._works)
        if any(len(self._tensors[name]) != n for name in _PER_WORK):
            raise ValueError("rows")
        self._codes = unpack_codes(self._tensors["code"], n) if network is None else None
        self._network = network
        self._row = {work[0]: row for row, work in enumerate(self._works)}
        moods = np.array(self._moods, object)[self._tensors["mood"]]
        places = self._tensors["affect"].astype(np.float64)
        self.columns = Columns(
            tuple(self._row), tuple(moods), places, self._tensors["offered"].astype(bool)
        )

    def __len__(self) -> int:
        return len(self._works)

    @overload
    def __getitem__(self, index: int) -> Style: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Style, ...]: ...
    def __getitem__(self, index: int | slice) -> Style | tuple[Style, ...]:
        if isinstance(index, slice):
            return tuple(self._style(row) for row in range(len(self))[index])
        return self._style(range(len(self))[index])

    def __iter__(self) -> Iterator[Style]:
        return (self._style(row) for row in range(len(self)))

    def named(self, style_id: str) -> Style | None:
        """The artwork of that id, or None."""
        row = self._row.get(style_id)
        return None if row is None else self._style(row)

    def _style(self, row: int) -> Style:
        told = dict(zip(FIELDS, self._works[row], strict=True))
        holder = told["credit"] or told["museum"]
        valence, arousal = self._tensors["affect"][row].tolist()
        colours = self._tensors["palette"][row].tolist()
        return Style(
            **{**told, "credit": credit_of(told["artist"], told["title"], told["date"], holder)},
            licence=self._licences[self._tensors["licence"][row]],
            mood=self.columns.moods[row],
            valence=round(valence, 3),
            arousal=round(arousal, 3),
            palette=tuple((c[0], c[1], c[2]) for c in colours),
            code=self._code(row),
            medium=self._media[self._tensors["medium"][row]],
            offered=bool(self._tensors["offered"][row]),
        )

    def _code(self, row: int) -> tuple[float, ...]:
        if self._codes is None:
            assert self._network is not None
            return tuple(self._network[row].tolist())
        return tuple(round(int(v) * CODE_STEP, 5) for v in self._codes[row])


_PER_WORK = ("affect", "palette", "licence", "medium", "mood", "offered")


def credit_of(artist: str, title: str, date: str, holder: str) -> str:
    """The whole credit line: artist, title, date, and who keeps it or how it is to be credited."""
    by = ", ".join(part for part in (artist, title, date) if part)
    return f"{by}. {holder}" if holder else by


def pack_codes(codes: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    """Codes (n, CODE_LENGTH) as deflated bytes, exact to `CODE_STEP`.

    Whole numbers of steps as little-endian int32, a column after the other, and of each
    column the lowest bytes first: what hardly varies comes together, which takes two bytes
    a number instead of four.
    """
    steps = np.round(codes / CODE_STEP).astype("<i4")
    planes = np.ascontiguousarray(steps.T).view(np.uint8).reshape(*steps.T.shape, 4)
    return np.frombuffer(zlib.compress(planes.transpose(0, 2, 1).tobytes(), 9), np.uint8)


def unpack_codes(packed: npt.NDArray[np.uint8], n: int) -> npt.NDArray[np.int32]:
    """The codes (n, CODE_LENGTH) in steps of `CODE_STEP`; ValueError where they are not n."""
    data = np.frombuffer(zlib.decompress(packed.tobytes()), np.uint8)
    planes = data.reshape(-1, 4, n).transpose(0, 2, 1)  # (CODE_LENGTH, n, 4)
    return np.ascontiguousarray(planes).view("<i4")[..., 0].T
