"""What runs inside a step's own process: gets calls over a pair of pipes and does them.

Run as a file by any Python from 3.8 on, with nothing but its standard library; it is the one file
that a container or another environment is given. Two processes: the first, the keeper, reads
nothing and only waits; its child does the work. When the child ends, in whatever
way, or the pipe that calls come through is closed because who sends them is gone, the keeper
kills whatever the step started, removes the working folder, and ends with the child's
status (128 + the signal that killed it).

Standard input and output are taken as the pipes before anything of the step is loaded, and
standard output becomes standard error, which is the log: nothing a step prints can be mistaken
for a message. A message is a line of JSON, preceded by its length and followed by the
bytes whose lengths it gives.

`open_call` and `Doer` are also what other backends do calls with, in a process of theirs.
"""

from __future__ import annotations

import sys

if __name__ == "__main__":
    # this file's own folder holds names (values, events) that are the step's to use
    sys.path.pop(0)

import contextlib
import importlib
import importlib.util
import inspect
import json
import os
import re
import shutil
import signal
import stat
import struct
import time
from pathlib import Path
from typing import Any, Callable, Mapping  # noqa: UP035  # also for Python 3.8

HELLO = b"\x00haiga worker 1\n"
LENGTHS = struct.Struct("<I")
STRAY = struct.Struct("<q")
MOST_BYTES = 2**31
_PLACE = re.compile(r"\{\{|\}\}|\{([\w-]+)\}")
_SUBREAPER, _DEATH_SIGNAL = 36, 1


class CallFailed(Exception):
    """A call that gave no result, as one clause; not `retryable` where it never will."""

    def __init__(self, message: str, retryable: bool = True) -> None:
        super().__init__(message)
        self.retryable = retryable


class Doer:
    """Does one call again and again: bytes in, bytes out."""

    def __init__(self, call: Mapping[str, Any], work: Callable[..., bytes]) -> None:
        self._call, self._work = call, work

    def do(
        self,
        inputs: dict[str, list[bytes]],
        names: dict[str, list[str]],
        seed: int,
        folder: Path,
    ) -> bytes:
        """The result's bytes.

        `inputs` are each input's values as bytes (more than one, or one in a list, where the
        call gathers it), `names` what the file of each is called; `folder` is empty and the
        call's own. Raises `CallFailed`, or whatever the step itself raises.
        """
        return self._work(inputs, names, seed, folder)


def open_call(call: Mapping[str, Any]) -> Doer:
    """Loads what a call does, once.

    A call is the table that `haiga.engine.call_bytes.call_table` makes of a step: `kind` ("values",
    "files" or "command"), `target`, `command`, `settings`, `gathers` (names of the inputs that
    are lists) and `out` (the name of the result's file). Raises `CallFailed`.
    """
    kind = call["kind"]
    if kind == "values":
        return Doer(call, _values_work(call))
    if kind == "files":
        return Doer(call, _files_work(call))
    if kind == "command":
        return Doer(call, _command_work(call))
    raise CallFailed(f"there is no call of the kind '{kind}'", retryable=False)


def _values_work(call: Mapping[str, Any]) -> Callable[..., bytes]:
    try:
        from haiga.engine.values import pack, unpack
    except ImportError as error:
        raise CallFailed(f"haiga cannot be loaded there: {error}", retryable=False) from error
    work = _loaded(call["target"])(**call["settings"])

    def do(
        inputs: dict[str, list[bytes]], names: dict[str, list[str]], seed: int, folder: Path
    ) -> bytes:
        values: dict[str, Any] = {}
        for name, many in inputs.items():
            several = [unpack(one) for one in many]
            values[name] = several if name in call["gathers"] else several[0]
        return bytes(pack(work(values, seed)))

    return do


def _files_work(call: Mapping[str, Any]) -> Callable[..., bytes]:
    function = _loaded(call["target"])
    settings = dict(call["settings"])
    takes = inspect.signature(function).parameters
    anything = any(p.kind is p.VAR_KEYWORD for p in takes.values())
    strange = [name for name in settings if name not in takes and not anything]
    if strange:
        raise CallFailed(f"{call['target']} takes no setting '{strange[0]}'", retryable=False)

    def do(
        inputs: dict[str, list[bytes]], names: dict[str, list[str]], seed: int, folder: Path
    ) -> bytes:
        paths = _written(inputs, names, folder)
        given: dict[str, Any] = {
            name: many if name in call["gathers"] else many[0] for name, many in paths.items()
        }
        if "seed" in takes or anything:
            given["seed"] = seed
        out = _out(call, folder)
        function(**given, out=out, **settings)
        return _taken(out, "returned")

    return do


def _command_work(call: Mapping[str, Any]) -> Callable[..., bytes]:
    command = list(call["command"])
    if not any("{out}" in part for part in command):
        raise CallFailed("the command does not name {out}, its result", retryable=False)
    if not _PLACE.search(command[0]) and shutil.which(command[0]) is None:
        raise CallFailed(f"there is no command '{command[0]}'", retryable=False)

    def do(
        inputs: dict[str, list[bytes]], names: dict[str, list[str]], seed: int, folder: Path
    ) -> bytes:
        import subprocess

        out = _out(call, folder)
        words: dict[str, list[str]] = {
            name: [value if isinstance(value, str) else json.dumps(value)]
            for name, value in call["settings"].items()
        }
        words.update(
            (n, list(map(str, many))) for n, many in _written(inputs, names, folder).items()
        )
        words.update(seed=[str(seed)], out=[str(out)])
        vector = [word for part in command for word in _filled(part, words)]
        try:
            ended = subprocess.run(vector, stdin=subprocess.DEVNULL, cwd=str(folder), check=False)
        except OSError as error:
            raise CallFailed(f"'{vector[0]}' cannot be run: {error.strerror}", False) from error
        if ended.returncode < 0:
            raise CallFailed(f"'{vector[0]}' was ended by {_signal_name(-ended.returncode)}")
        if ended.returncode:
            raise CallFailed(f"'{vector[0]}' ended with status {ended.returncode}")
        return _taken(out, "ended with status 0")

    return do


def _loaded(target: str) -> Callable[..., Any]:
    """The function of "module:name" or "/path/file.py:name"."""
    place, _, name = target.rpartition(":")
    try:
        if place.endswith(".py"):
            if not Path(place).is_file():
                raise CallFailed(f"there is no file {place}", retryable=False)
            sys.path.insert(0, str(Path(place).parent))
            stem = Path(place).stem
            spec = importlib.util.spec_from_file_location(stem, place)
            if spec is None or spec.loader is None:
                raise CallFailed(f"{place} is no Python file", retryable=False)
            module = importlib.util.module_from_spec(spec)
            sys.modules[stem] = module
            spec.loader.exec_module(module)
        else:
            module = importlib.import_module(place)
    except (ImportError, SyntaxError) as error:
        raise CallFailed(f"{place} cannot be loaded: {error}", retryable=False) from error
    found: Any = module
    for part in name.split("."):
        found = getattr(found, part, None)
    if not callable(found):
        raise CallFailed(f"{place} has no function '{name}'", retryable=False)
    return found  # type: ignore[no-any-return]


def _written(
    inputs: dict[str, list[bytes]], names: dict[str, list[str]], folder: Path
) -> dict[str, list[Path]]:
    place = folder / "in"
    place.mkdir()
    paths: dict[str, list[Path]] = {}
    for name, many in inputs.items():
        paths[name] = [place / called for called in names[name]]
        for path, data in zip(paths[name], many):  # noqa: B905  # `strict` is of Python 3.10
            path.write_bytes(data)
    return paths


def _out(call: Mapping[str, Any], folder: Path) -> Path:
    (folder / "out").mkdir()
    return folder / "out" / str(call["out"])


def _taken(out: Path, ended: str) -> bytes:
    """The bytes of the result's file, where it is there, a plain file, and alone."""
    beside = sorted(p.name for p in out.parent.iterdir() if p != out)
    try:
        status = out.lstat()
    except OSError:
        wrong = f", but '{beside[0]}'" if beside else ""
        raise CallFailed(f"it {ended} and left no {out.name}{wrong}") from None
    if not stat.S_ISREG(status.st_mode):
        raise CallFailed(f"it left a {out.name} that is no plain file")
    if beside:
        raise CallFailed(f"it left '{beside[0]}' beside its one result, {out.name}")
    if status.st_size > MOST_BYTES:
        raise CallFailed(f"its {out.name} has {status.st_size:,} bytes, more than a result may")
    return out.read_bytes()


def _filled(part: str, words: Mapping[str, list[str]]) -> list[str]:
    """A part of a command with its places filled; one that is a gathered input is many parts."""
    alone = re.fullmatch(r"\{([\w-]+)\}", part)
    if alone and alone[1] in words:
        return list(words[alone[1]])

    def fill(found: re.Match[str]) -> str:
        if found[0] in ("{{", "}}"):
            return found[0][0]
        if found[1] not in words:
            known = ", ".join(f"{{{word}}}" for word in words)
            raise CallFailed(
                f"the command's {found[0]} stands for nothing (there are {known}; double a "
                "brace that is meant as such)",
                retryable=False,
            )
        return " ".join(words[found[1]])

    return [_PLACE.sub(fill, part)]


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


# What follows is the process itself.


class Buffers:
    """Memory for bodies, used again for the next one of the same length: fresh memory is most
    of what it costs to pass a picture."""

    def __init__(self) -> None:
        self._spare: dict[int, bytearray] = {}

    def of(self, size: int) -> bytearray:
        """So many bytes to be written over; the caller's until it gives them back."""
        return self._spare.pop(size, None) or bytearray(size)

    def give_back(self, blobs: list[Any]) -> None:
        """Takes buffers that nobody reads any more, and lets older ones go."""
        self._spare = {len(blob): blob for blob in blobs}


def _fill(file: int, whole: bytearray) -> bytearray:
    """Reads until a buffer is full; `EOFError` where the pipe is closed before."""
    view = memoryview(whole)
    while view:
        got = os.readv(file, [view])
        if not got:
            raise EOFError
        view = view[got:]
    return whole


def frame(head: Mapping[str, Any], blobs: list[bytes]) -> list[bytes]:
    """A message as the byte strings to be written one after the other."""
    told = json.dumps({**head, "blobs": [len(blob) for blob in blobs]}).encode()
    return [LENGTHS.pack(len(told)) + told, *blobs]


def _send(file: int, head: Mapping[str, Any], blobs: list[bytes]) -> None:
    for part in frame(head, blobs):
        view = memoryview(part)
        while view:
            view = view[os.write(file, view) :]


def _receive(file: int, buffers: Buffers) -> Any:
    (length,) = LENGTHS.unpack(_fill(file, bytearray(LENGTHS.size)))
    head = json.loads(_fill(file, bytearray(length)))
    return head, [_fill(file, buffers.of(size)) for size in head["blobs"]]


def _serve(incoming: int, outgoing: int, place: Path) -> None:
    """Opens calls and does them until no more can come."""
    me = os.getpid()
    os.umask(0o077)
    buffers = Buffers()
    setting, _ = _receive(incoming, buffers)
    if setting["cores"] and hasattr(os, "sched_setaffinity"):
        with contextlib.suppress(OSError):
            os.sched_setaffinity(0, set(setting["cores"]))
    sys.path += [entry for entry in setting["path"] if entry not in sys.path]
    doers: dict[int, Doer] = {}
    strays, stray = os.pipe()
    os.set_blocking(strays, False)
    while True:
        head, blobs = _receive(incoming, buffers)
        made: list[bytes] = []
        begin = time.perf_counter()
        try:
            if "call" in head:
                doers[head["step"]] = open_call(head["call"])
            else:
                made = [_done(doers[head["step"]], head, blobs, place)]
            answer: dict[str, Any] = {"ok": True}
        except BaseException as error:
            answer = _told(error)
        if os.getpid() != me:  # a child that the step forked and that came out of it
            os.write(stray, STRAY.pack(os.getpid()))
            os._exit(0)
        answer.update(seconds=time.perf_counter() - begin, peak_kb=_peak_kb())
        if made and len(made[0]) > MOST_BYTES:
            answer.update(ok=False, error=f"its result has {len(made[0]):,} bytes", retryable=False)
            made = []
        _flush()
        with contextlib.suppress(BlockingIOError, ChildProcessError):
            while True:  # those it waits for are no children of the step's any more
                os.waitpid(STRAY.unpack(os.read(strays, STRAY.size))[0], 0)
        os.chdir(str(place))
        shutil.rmtree(str(place / f"call-{head['number']}"), ignore_errors=True)
        _send(outgoing, {**answer, "number": head["number"]}, made)
        buffers.give_back(blobs)


def _done(doer: Doer, head: Mapping[str, Any], blobs: list[bytes], place: Path) -> bytes:
    folder = place / f"call-{head['number']}"
    folder.mkdir()
    os.chdir(str(folder))
    inputs: dict[str, list[bytes]] = {name: [] for name in head["names"]}
    for name, blob in zip(head["inputs"], blobs):  # noqa: B905  # as above
        inputs[name].append(blob)
    return doer.do(inputs, head["names"], head["seed"], folder)


def _told(error: BaseException) -> dict[str, Any]:
    """What went wrong, as one clause, and where in the step's code, which goes to the log."""
    import traceback

    kinds = {kind.__name__ for kind in type(error).__mro__}
    message = " ".join(str(error).split())
    if isinstance(error, SystemExit):
        clause = f"it ended its process (exit status {error.code or 0}) and gave no result"
    elif "HaigaError" in kinds or isinstance(error, CallFailed):
        clause = message
    else:
        clause = f"{type(error).__name__}: {message}" if message else type(error).__name__
        with contextlib.suppress(OSError, ValueError):
            traceback.print_exception(type(error), error, _of_the_step(error))
    lasting = {"UserError", "ImportError", "SyntaxError", "NameError"} & kinds
    retryable = getattr(error, "retryable", not lasting)
    return {"ok": False, "error": clause, "retryable": bool(retryable)}


def _of_the_step(error: BaseException) -> Any:
    """The traceback from the step's own first line on: how haiga came there helps nobody."""
    first = frame = error.__traceback__
    here = _of_the_step.__code__.co_filename
    while frame is not None:
        name = frame.tb_frame.f_code.co_filename
        if name != here and not name.startswith("<frozen importlib"):
            return frame
        frame = frame.tb_next
    return first


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    if "ctypes" in sys.modules:  # what C code has printed and keeps back
        with contextlib.suppress(OSError, AttributeError):
            sys.modules["ctypes"].CDLL(None).fflush(None)


def _peak_kb() -> int:
    """The most memory this process had; the system's own count takes in its parent's at the fork,
    where /proc does not."""
    import resource

    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss  # of commands it ran
    try:
        text = Path("/proc/self/status").read_text()
        return max(most, int(text.split("VmHWM:")[1].split()[0]))
    except (OSError, IndexError, ValueError):
        most = max(most, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        return most // 1024 if sys.platform == "darwin" else most


def _prctl(option: int, value: int) -> None:
    with contextlib.suppress(Exception):
        import ctypes

        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _keep(child: int, incoming: int, place: Path) -> None:
    """Waits until the child ends or nobody can send calls any more; then leaves nothing behind."""
    import select

    woken, wake = os.pipe()
    for file in (woken, wake):
        os.set_blocking(file, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: None)
    poll = select.poll()
    poll.register(incoming, select.POLLHUP | getattr(select, "POLLRDHUP", 0))
    poll.register(woken, select.POLLIN)
    status = None
    while status is None:
        with contextlib.suppress(ChildProcessError):
            while True:  # those of the step's children that lost their parent come here too
                ended, how = os.waitpid(-1, os.WNOHANG)
                if ended == child:
                    status = how
                if not ended:
                    break
        if status is not None:
            break
        events = dict(poll.poll())
        if woken in events and signal.SIGTERM in os.read(woken, 4096):
            break
        if incoming in events:
            break
    _end_all(child)
    os.chdir("/")
    shutil.rmtree(str(place), ignore_errors=True)
    if status is None:
        os._exit(0)
    os._exit(128 + os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status))


def _end_all(child: int) -> None:
    """Kills the child, its group, and every process that comes to this one for want of a parent."""
    deadline = time.monotonic() + 5.0
    while time.monotonic() < deadline:
        for kill, number in ((os.killpg, child), (os.kill, child)):
            with contextlib.suppress(OSError):
                kill(number, signal.SIGKILL)
        for number in _children(os.getpid()):
            with contextlib.suppress(OSError):
                os.kill(number, signal.SIGKILL)
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return
        time.sleep(0.002)


def _children(parent: int) -> list[int]:
    """The processes whose parent this is, where /proc tells."""
    found = []
    with contextlib.suppress(OSError):
        for process in os.scandir("/proc"):
            with contextlib.suppress(OSError, ValueError, IndexError):
                if process.name.isdigit():
                    text = Path(process.path, "stat").read_text("utf-8", "replace")
                    if int(text.rpartition(")")[2].split()[1]) == parent:
                        found.append(int(process.name))
    return found


def main() -> None:
    """Takes the pipes, forks the child that works, and keeps it."""
    place = Path(sys.argv[1])
    incoming, outgoing = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    with contextlib.suppress(AttributeError):
        sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    _prctl(_SUBREAPER, 1)
    keeper = os.getpid()
    child = os.fork()
    if child:
        os.close(outgoing)
        _keep(child, incoming, place)
    os.setsid()
    _prctl(_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != keeper:
        os._exit(1)
    with contextlib.suppress(OSError):
        # the step, not who asked for it, is what a machine without memory should end
        Path("/proc/self/oom_score_adj").write_text("500")
    os.write(outgoing, HELLO)
    with contextlib.suppress(EOFError, BrokenPipeError):
        _serve(incoming, outgoing, place)
    os._exit(0)


if __name__ == "__main__":
    main()
