"""What has come of a file so far, so that a broken transfer goes on where it stopped."""

from __future__ import annotations

import contextlib
import hashlib
import json
from pathlib import Path
from typing import Any

from haiga.core.errors import UserError
from haiga.media.durable import make_folder, unwritable


class Partial:
    """The bytes of one address so far, in a scratch folder (or in memory without one).

    `validator` is what the server calls this version of the file (a strong ETag or the date
    of its last change); only with one can a transfer go on, since a server without may give
    the rest of another file. One process at a time writes to a scratch folder.
    """

    def __init__(self, scratch: Path | None, address: str) -> None:
        name = hashlib.sha256(address.encode()).hexdigest()[:32]
        self._path = None if scratch is None else scratch / f"{name}.part"
        self._about = None if scratch is None else scratch / f"{name}.json"
        self._address = address
        self._memory = bytearray()
        self.validator = ""
        self.size = 0
        if self._path is not None and self._about is not None:
            self._find(self._path, self._about)

    def restart(self, validator: str) -> None:
        """Begin anew with a version of the file. Raises `UserError` when nothing can be written."""
        self._memory.clear()
        self.size, self.validator = 0, validator
        if self._path is not None and self._about is not None:
            try:
                make_folder(self._path.parent)
                self._path.write_bytes(b"")
                about = {"address": self._address, "validator": validator}
                self._about.write_text(json.dumps(about), encoding="utf-8")
            except OSError as error:
                raise UserError(unwritable(self._path, error)) from error

    def append(self, chunk: bytes) -> None:
        """Add what came. Raises `UserError` when it cannot be written."""
        if self._path is None:
            self._memory += chunk
        else:
            try:
                with self._path.open("ab") as file:
                    file.write(chunk)
            except OSError as error:
                raise UserError(unwritable(self._path, error)) from error
        self.size += len(chunk)

    def take(self) -> bytes:
        """All that came; nothing is kept of it."""
        data = bytes(self._memory) if self._path is None else self._path.read_bytes()
        self.drop()
        return data

    def drop(self) -> None:
        """Forget what came."""
        self._memory.clear()
        self.size, self.validator = 0, ""
        for path in (self._path, self._about):
            if path is not None:
                with contextlib.suppress(OSError):
                    path.unlink(missing_ok=True)

    def _find(self, path: Path, about: Path) -> None:
        try:
            told: Any = json.loads(about.read_text(encoding="utf-8"))
            size = path.stat().st_size
        except (OSError, ValueError):
            return
        if isinstance(told, dict) and told.get("address") == self._address and size:
            self.validator = str(told.get("validator") or "")
            self.size = size if self.validator else 0
