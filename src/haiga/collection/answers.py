"""Answers of services kept for a while, so that a run that was killed does not ask again."""

from __future__ import annotations

import contextlib
import hashlib
import time
from pathlib import Path

from haiga.core.errors import UserError
from haiga.media.durable import make_folder, write_durably


class Answers:
    """What addresses answered, in a scratch folder; without one nothing is kept.

    The files are named by a digest, so that no key in an address is ever written.
    """

    def __init__(self, scratch: Path | None) -> None:
        self._scratch = scratch

    def find(self, address: str, young_s: float) -> bytes | None:
        """What an address answered at most `young_s` seconds ago, or `None`."""
        path = self._path(address)
        if path is None or young_s <= 0:
            return None
        try:
            age = time.time() - path.stat().st_mtime
            return path.read_bytes() if 0 <= age < young_s else None
        except OSError:
            return None

    def keep(self, address: str, answer: bytes) -> None:
        """Keep an answer; where that cannot be done it will only be asked for again."""
        path = self._path(address)
        if path is not None:
            with contextlib.suppress(UserError):
                make_folder(path.parent)
                write_durably(path, answer)

    def _path(self, address: str) -> Path | None:
        if self._scratch is None:
            return None
        return self._scratch / f"{hashlib.sha256(address.encode()).hexdigest()[:32]}.answer"
