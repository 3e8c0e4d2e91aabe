"""What happens in a run, written to a file as it happens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from haiga.core.errors import UserError
from haiga.engine.events import Event, Listener, ignore


@contextmanager
def event_log(path: Path | None) -> Iterator[Listener]:
    """A listener that adds each event to the end of a file, one JSON object a line, at once.

    None listens to nothing. Raises `UserError` where the file cannot be written.
    """
    if path is None:
        yield ignore
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a", encoding="utf-8")
    except OSError as error:
        raise UserError(f"{path}: cannot be written: {error.strerror}") from error
    with file:

        def listen(event: Event) -> None:
            file.write(event.line() + "\n")
            file.flush()

        yield listen
