"""Models by name: those inside the package, and folders that hold a card."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from haiga.core.errors import BadModel, NoModel
from haiga.core.suggest import hint
from haiga.models.card import AGAIN, CARD, ModelCard, ModelFile, read_card, sha256

if TYPE_CHECKING:
    from haiga.models.session import Session

BUNDLED = Path(__file__).parent / "bundled"
PLAN = Path("work", "plan.json")
"""What a training leaves in a model's folder before it is done."""
TRAINED = ("captioner", "classifier", "generator", "painter", "poet")
"""Roles whose models a user makes."""


def bundled_names() -> list[str]:
    """The models inside the package, sorted."""
    return sorted(card.parent.name for card in BUNDLED.glob(f"*/{CARD}"))


def load_model(name_or_dir: str | Path, *, role: str = "") -> Model:
    """A bundled model by its name, or the model in a folder that has a `card.toml`.

    Reads the card only; each file is checked when it is first used. Raises NoModel
    when there is no such model, naming near ones of the role if one is given, and
    BadModel when its card does not serve.
    """
    if isinstance(name_or_dir, str) and name_or_dir in bundled_names():
        return Model(BUNDLED / name_or_dir)
    folder = Path(name_or_dir)
    if folder.is_dir():
        if (folder / PLAN).is_file() and not (folder / CARD).exists():
            raise NoModel(
                f"{folder}: holds an unfinished run; go on with it by the command that began "
                "it and --resume (`haiga train … --resume`)"
            )
        if not (folder / CARD).exists():
            makes = f"; `haiga train {role}` makes one" if role in TRAINED else ""
            raise NoModel(f"{folder}: holds no model ({CARD} is missing){makes}")
        return Model(folder)
    if folder.is_file():
        raise NoModel(
            f"{folder}: is a file, not the folder of a model; `haiga train poet --texts FILE "
            "--out DIR` makes a poet of a file of poems"
        )
    raise NoModel(no_model(str(name_or_dir), role))


def no_model(name: str, role: str = "") -> str:
    """The message about a model that is nowhere, with the bundled ones of a role near to it."""
    known = [n for n in bundled_names() if role in ("", Model(BUNDLED / n).card.role)]
    near = hint(name, known, label="bundled")
    return f"no {role or 'model'} named '{name}', and no such folder; {near}"


def placed(model: Model) -> str:
    """What finds a model again: a bundled one's name, or the whole path of its folder."""
    folder = model.folder.resolve()
    return folder.name if folder.parent == BUNDLED.resolve() else str(folder)


class Model:
    """A model's card and its files; every file is checked against the card before use."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.card: ModelCard = read_card(folder)

    @property
    def digests(self) -> Mapping[str, str]:
        """`<model>/<file>` of every file with the sha256 its card gives, for recipes."""
        return {f"{self.card.name}/{file.name}": file.sha256 for file in self.card.files}

    def path(self, file: str) -> Path:
        """Where a file is, once its sha256 has been checked (once per process).

        Raises BadModel when it is missing, damaged, or not on the card.
        """
        listed = self._listed(file)
        path = self.folder / file
        try:
            status = path.stat()
            found = _sha256_once(path, status.st_mtime_ns, status.st_size)
        except FileNotFoundError as error:
            raise BadModel(f"{path}: is missing; {self._remedy}") from error
        except OSError as error:
            raise BadModel(f"{path}: the model file cannot be read: {error.strerror}") from error
        if found != listed.sha256:
            raise BadModel(
                f"{path}: is not the file its card describes: sha256 {found[:12]}… instead of "
                f"{listed.sha256[:12]}…; {self._remedy}"
            )
        return path

    def session(self, file: str, *, threads: int = 2) -> Session:
        """An ONNX Runtime session over an ONNX file of the model."""
        path = self.path(file)
        from haiga.models.session import Session  # onnxruntime takes 0.1 s to import

        return Session(path, threads)

    def tensors(self, file: str) -> dict[str, npt.NDArray[Any]]:
        """The arrays of a safetensors file by name."""
        path = self.path(file)
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        try:
            return load_file(path)
        except SafetensorError as error:
            raise BadModel(f"{path}: is not a safetensors file: {error}") from error

    def json(self, file: str) -> Any:
        """The value of a JSON file."""
        path = self.path(file)
        try:
            return json.loads(path.read_bytes())
        except ValueError as error:
            raise BadModel(f"{path}: is not JSON: {error}") from error

    @property
    def _remedy(self) -> str:
        if self.folder.parent == BUNDLED:
            return "install haiga again, or run `git checkout` on it"
        return AGAIN

    def _listed(self, file: str) -> ModelFile:
        for listed in self.card.files:
            if listed.name == file:
                return listed
        files = hint(file, (f.name for f in self.card.files), label="its files")
        raise BadModel(f"model '{self.card.name}' has no file '{file}'; {files}")


@functools.lru_cache(maxsize=256)
def _sha256_once(path: Path, mtime_ns: int, size: int) -> str:
    return sha256(path)
