"""A training that is refused leaves nothing behind."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from haiga.core.errors import UserError
from haiga.training.pictures.plan import FILE
from haiga.training.pictures.session import WORK

STORE = "pictures"


@contextlib.contextmanager
def nothing_left(out: Path) -> Iterator[None]:
    """Takes the pictures stored for a training away again when it is refused.

    What was there before, and a run that has begun, stay as they are.
    """
    work = out / WORK
    store, before = work / STORE, [path for path in (work / STORE, work, out) if path.exists()]
    try:
        yield
    except UserError:
        begun = (work / FILE).exists() or any(work.glob(f"*/{FILE}"))
        if store not in before and not begun:
            shutil.rmtree(store, ignore_errors=True)
            for folder in (work, out):
                if folder not in before:
                    with contextlib.suppress(OSError):  # the user's own files may lie in it by now
                        folder.rmdir()
        raise
