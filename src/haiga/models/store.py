"""Models by name: those inside the package, and folders that hold a card."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from haiga.core.errors import BadModel
from haiga.core.suggest import hint
from haiga.models.card import CARD, ModelCard, ModelFile, read_card, sha256

if TYPE_CHECKING:
    from haiga.models.session import Session

BUNDLED = Path(__file__).parent / "bundled"


def bundled_names() -> list[str]:
    """The models inside the package, sorted."""
    return sorted(card.parent.name for card in BUNDLED.glob(f"*/{CARD}"))


def load_model(name_or_dir: str | Path) -> Model:
    """A bundled model by its name, or the model in a folder that has a `card.toml`.

    Reads the card only; each file is checked when it is first used. Raises
    BadModel when there is no such model.
    """
    if isinstance(name_or_dir, str) and name_or_dir in bundled_names():
        return Model(BUNDLED / name_or_dir)
    folder = Path(name_or_dir)
    if folder.is_dir():
        return Model(folder)
    known = hint(str(name_or_dir), bundled_names(), label="bundled")
    raise BadModel(f"no model named '{name_or_dir}', and no such folder; {known}")


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
        except OSError as error:
            raise BadModel(f"{path}: the model file cannot be read: {error.strerror}") from error
        if found != listed.sha256:
            raise BadModel(
                f"{path}: is not the file its card describes: sha256 {found[:12]}… instead of "
                f"{listed.sha256[:12]}…; install haiga again, or run `git checkout` on it"
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

    def _listed(self, file: str) -> ModelFile:
        for listed in self.card.files:
            if listed.name == file:
                return listed
        files = hint(file, (f.name for f in self.card.files), label="its files")
        raise BadModel(f"model '{self.card.name}' has no file '{file}'; {files}")


@functools.lru_cache(maxsize=256)
def _sha256_once(path: Path, mtime_ns: int, size: int) -> str:
    return sha256(path)
