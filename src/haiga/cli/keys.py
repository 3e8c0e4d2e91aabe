"""Single keys from a terminal, or one a character from a pipe."""

from __future__ import annotations

import codecs
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

END = ""
"""What is read after the last key: the pipe is closed, or Ctrl-D was pressed."""

BACKSPACE = ("\x7f", "\x08")
ESCAPE = "\x1b"

ReadKey = Callable[[], str]


@contextmanager
def read_keys() -> Iterator[ReadKey]:
    """Gives a function that waits for the next key; the terminal is as before at the end.

    A key that sends several characters (an arrow) is passed over. Ctrl-C interrupts as ever.
    """
    if sys.platform == "win32" and sys.stdin.isatty():
        yield _windows_key
        return
    fd = sys.stdin.fileno()
    with _each_at_once(fd) if os.isatty(fd) else _as_it_is():
        yield _reader(fd)


def read_line(read_key: ReadKey, echo: Callable[[str], None]) -> str | None:
    """A line typed key by key, shown by `echo`; None where it is given up (Escape)."""
    line = ""
    while True:
        key = read_key()
        if key in ("\r", "\n", END):
            return line
        if key == ESCAPE:
            return None
        if key in BACKSPACE:
            if line:
                line = line[:-1]
                echo("\b \b")
        elif key.isprintable():
            line += key
            echo(key)


def _reader(fd: int) -> ReadKey:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    on_terminal = os.isatty(fd)

    def read_key() -> str:
        while True:
            data = os.read(fd, 1)
            if not data:
                return END
            key = decoder.decode(data)
            if key == ESCAPE and on_terminal and _more(fd):
                while _more(fd):
                    os.read(fd, 1)
                continue
            if key == "\x04" and on_terminal:
                return END
            if key:
                return key

    return read_key


def _more(fd: int) -> bool:
    import select

    return bool(select.select([fd], [], [], 0.02)[0])


@contextmanager
def _each_at_once(fd: int) -> Iterator[None]:
    if sys.platform == "win32":
        yield
        return
    import termios
    import tty

    before = termios.tcgetattr(fd)
    try:
        tty.setcbreak(fd)
        yield
    finally:
        termios.tcsetattr(fd, termios.TCSADRAIN, before)


@contextmanager
def _as_it_is() -> Iterator[None]:
    yield


def _windows_key() -> str:
    if sys.platform != "win32":
        return END
    import msvcrt

    while True:
        key = msvcrt.getwch()
        if key == "\x03":
            raise KeyboardInterrupt
        if key in ("\x04", "\x1a"):
            return END
        if key in ("\x00", "\xe0"):  # the first half of an arrow or function key
            msvcrt.getwch()
            continue
        return key
