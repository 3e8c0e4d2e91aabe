"""How a run of the command ends: one line on standard error and an exit code."""

from __future__ import annotations

import errno
import itertools
import os
import signal
import sys
import threading
import traceback
from pathlib import Path
from types import FrameType
from typing import Any

FAILED = 1
MISTAKE = 2
INTERRUPTED = 130
PIPE_CLOSED = 141


class Debug:
    """Whether `--debug` was given: only then is a traceback shown."""

    on = False


class _Interrupts:
    """Counts Ctrl-C, because one that falls into a C callback would be swallowed there."""

    seen = 0


def listen_for_interrupts() -> None:
    """Let Ctrl-C raise KeyboardInterrupt, and remember it should something swallow it."""

    def on_signal(number: int, frame: FrameType | None) -> None:
        _Interrupts.seen += 1
        raise KeyboardInterrupt

    def on_unraisable(unraisable: Any) -> None:
        if not isinstance(unraisable.exc_value, KeyboardInterrupt):
            sys.__unraisablehook__(unraisable)

    signal.signal(signal.SIGINT, on_signal)
    sys.unraisablehook = on_unraisable


def check_interrupts() -> None:
    """Raise KeyboardInterrupt if one was swallowed; called between steps."""
    if _Interrupts.seen:
        raise KeyboardInterrupt


def run(app: Any, arguments: list[str]) -> int:
    """Run a Typer application and return its exit code; every error becomes one message."""
    told = False
    try:
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
        result = app(arguments, prog_name="haiga", standalone_mode=False)
        sys.stdout.flush()
        code = result if isinstance(result, int) else 0
    except BaseException as error:
        code = _explain(error, arguments)
        told = type(error).__name__ == "Stopped"  # it has said what is kept, and where
    if code == INTERRUPTED and not told:
        _say("stopped; nothing is half done")
    _settle_streams()
    return code


def leave(code: int) -> None:
    """End the process; the streams have been flushed."""
    # What is done is done: a late Ctrl-C must not turn into a traceback at exit.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if threading.active_count() > 1:
        # A thread is still in the middle of a network's arithmetic; taking Python
        # down under it aborts the process ("terminate called"). Nothing it does
        # needs to be finished.
        os._exit(code)
    sys.exit(code)


def _explain(error: BaseException, arguments: list[str]) -> int:
    """Say what went wrong in one message and return the exit code for it."""
    from haiga.core.errors import HaigaError, Stopped

    if isinstance(error, SystemExit):
        return error.code if isinstance(error.code, int) else FAILED
    if isinstance(error, Stopped):
        _say(str(error))
        return error.exit_code
    # Typer raises its own Abort for Ctrl-C in some versions.
    if isinstance(error, KeyboardInterrupt) or type(error).__name__ == "Abort":
        return INTERRUPTED
    if _Interrupts.seen:  # a library made another error of Ctrl-C
        return INTERRUPTED
    if isinstance(error, BrokenPipeError):
        return PIPE_CLOSED
    if Debug.on:
        traceback.print_exception(error)
    if hasattr(error, "format_message"):  # Typer's usage errors
        context = getattr(error, "ctx", None)
        path = context.command_path if context is not None else _command(arguments)
        message = _one_line(error.format_message()).removesuffix(".")
        if not message:  # bare `haiga`: the help was shown
            return MISTAKE
        _say(f"{message}{' See' if message.endswith('?') else '; see'} '{path} --help'")
        return MISTAKE
    if isinstance(error, HaigaError):
        _say(str(error))
        return error.exit_code
    if isinstance(error, OSError):
        _say(_os_sentence(error))
    elif isinstance(error, MemoryError):
        _say("out of memory; close other programs or ask for a smaller picture")
    else:
        _say(
            f"this is a bug in haiga: {type(error).__name__}: {_one_line(str(error))}; "
            "the same command with --debug shows where"
        )
    return FAILED


def _command(arguments: list[str]) -> str:
    """The command that was typed: a fault of an option's form does not say whose it is."""
    words = list(itertools.takewhile(lambda word: not word.startswith("-"), arguments))
    return " ".join(["haiga", *words[: 2 if words[:1] == ["evaluate"] else 1]])


def _os_sentence(error: OSError) -> str:
    reason = error.strerror or type(error).__name__
    where = f"{error.filename}: " if error.filename else ""
    remedy = "; free some space and run it again" if error.errno == errno.ENOSPC else ""
    return f"{where}{reason[:1].lower()}{reason[1:]}{remedy}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _say(message: str) -> None:
    try:
        sys.stderr.write(f"haiga: {message}\n")
        sys.stderr.flush()
    except OSError:
        pass  # nobody listens


def _settle_streams() -> None:
    """Keep Python's own flush at exit from failing on a pipe that is closed or a disk that is full.

    https://docs.python.org/3/library/signal.html#note-on-sigpipe
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            with Path(os.devnull).open("w") as sink:
                os.dup2(sink.fileno(), stream.fileno())
