"""Steps in containers, through podman or docker: asked first, fetched only by digest, shut off.

An image named by its digest ("name@sha256:...") is always the same, so it is fetched when it is
not there. One named by a tag can be another tomorrow: it must be there already, or `pull` must
say that fetching whatever the tag means now is wanted. The lock of a step is the id of the
image's content either way.

The image needs a `python3` of 3.8 or newer and nothing of haiga's: it is given the one file
`haiga/engine/worker.py`. A step of values needs what haiga needs in the image beside.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import os
import re
import shutil
import subprocess
import uuid
from collections.abc import Sequence
from pathlib import Path

from haiga.core.errors import UserError
from haiga.engine.environments import Prepared
from haiga.engine.limits import thread_variables
from haiga.engine.plan import Environment, Step

ENGINES = ("podman", "docker")
_ASK_LIMIT_S = 20.0
_PULL_LIMIT_S = 3600.0
_INSIDE = "/haiga-step"


def prepare_image(environment: Environment, *, pull: bool = False) -> Prepared:
    """A container's image that is there, by the engine that has it.

    Raises `UserError` with one sentence where there is no engine, where none answers, or where
    the image is not there and may not be fetched, or cannot be.
    """
    image = environment.image
    if environment.requirements or environment.lock or environment.python:
        raise UserError(
            f"an environment is an image ('{image}') or requirements, not both: build an image "
            "that holds the requirements"
        )
    engine = find_engine(image)
    found = _inspected(engine, image)
    if found is None:
        if not (pull or "@sha256:" in image):
            raise UserError(
                f"there is no image '{image}' on this machine: fetch it with "
                f"'{Path(engine).name} pull {image}', or name it by its digest (name@sha256:...)"
            )
        answer = _ask([engine, "pull", "--quiet", image], _PULL_LIMIT_S)
        found = _inspected(engine, image)
        if answer.returncode or found is None:
            raise UserError(f"the image '{image}' cannot be fetched: {_last_line(answer)}")
    text = f"# image {found}\n"
    lock = hashlib.sha256(text.encode()).hexdigest()
    return Prepared(Path("python3"), lock, text, None, False, image=found, engine=engine)


def find_engine(image: str) -> str:
    """podman or docker, whichever is installed and answers."""
    silent: list[str] = []
    for name in ENGINES:
        engine = shutil.which(name)
        if engine is None:
            continue
        try:
            answer = _ask([engine, "info", "--format", "{{json .}}"], _ASK_LIMIT_S)
        except UserError as error:
            silent.append(str(error))
            continue
        if answer.returncode == 0:
            return engine
        silent.append(f"{name} does not answer ({_last_line(answer)})")
    if silent:
        raise UserError(f"the image '{image}' cannot be run: {'; '.join(silent)}")
    raise UserError(
        f"the image '{image}' needs podman or docker, and neither is installed on this machine"
    )


class Container:
    """How a worker is run inside an image: the command, and how to end it.

    No network; nothing of the machine's but the working folder (to be written), the worker's
    file and the step's own (read only; what else that one imports must be in the image); the
    caller's user; processors, memory and GPUs as the step needs; the variables that
    the step's environment names.
    """

    def __init__(
        self, prepared: Prepared, step: Step, place: Path, gpus: Sequence[int], worker: Path
    ) -> None:
        assert step.call is not None
        self._engine = prepared.engine
        self._memory_mb = step.needs.memory_mb
        self.name = f"haiga-{uuid.uuid4().hex[:16]}"
        self.path: list[str] = []
        read_only = {str(worker): "/haiga-worker.py"}
        if step.call.kind == "values":
            read_only[str(Path(__file__).resolve().parents[1])] = "/haiga-code/haiga"
            self.path = ["/haiga-code"]
        file, _, _ = step.call.target.rpartition(":")
        if step.call.kind == "files" and file.endswith(".py"):
            read_only[file] = file
        variables = {
            "HOME": _INSIDE,
            "TMPDIR": f"{_INSIDE}/tmp",
            "LANG": "C.UTF-8",
            "PYTHONHASHSEED": "0",
            **thread_variables(step.needs),
        }
        named = step.environment.variables if step.environment else ()
        command = [prepared.engine, "run", "--rm", "--interactive", "--name", self.name]
        command += ["--network", "none", "--pull", "never", "--workdir", _INSIDE]
        command += ["--user", f"{os.getuid()}:{os.getgid()}", "--cap-drop", "ALL"]
        command += ["--security-opt", "no-new-privileges", "--security-opt", "label=disable"]
        command += ["--cpus", f"{step.needs.cpu:g}"]
        if Path(prepared.engine).name == "podman" and os.getuid() != 0:
            command += ["--userns", "keep-id"]
        if self._memory_mb:
            limit = f"{self._memory_mb}m"
            command += ["--memory", limit, "--memory-swap", limit]
        if gpus:
            command += _gpu_arguments(prepared.engine, gpus)
        command += ["--volume", f"{place}:{_INSIDE}:rw"]
        for outside, inside in read_only.items():
            command += ["--volume", f"{outside}:{inside}:ro"]
        for name, value in variables.items():
            command += ["--env", f"{name}={value}"]
        for name in named:  # by name only: its value shows in no list of processes
            command += ["--env", name] if name in os.environ else []
        self.command = [
            *(*command, "--entrypoint", "python3", prepared.image),
            *("-s", "/haiga-worker.py", _INSIDE),
        ]

    def kill(self) -> None:
        """Ends the container at once and removes it."""
        for words in (["kill"], ["rm", "--force"]):
            with contextlib.suppress(OSError, subprocess.TimeoutExpired):
                subprocess.run(
                    [self._engine, *words, self.name],
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    timeout=_ASK_LIMIT_S,
                    check=False,
                )

    def ending(self, status: int, printed: str) -> str:
        """What an exit status means that is the engine's or the memory limit's; "" otherwise."""
        if status in (125, 126, 127):
            lines = printed.strip().splitlines()
            return f"could not be started in its container ({lines[-1] if lines else status})"
        if status == 137 and self._memory_mb:
            return f"was ended by SIGKILL, as one is that has more than its {self._memory_mb:,} MB"
        return ""


def _gpu_arguments(engine: str, gpus: Sequence[int]) -> list[str]:
    if Path(engine).name == "podman":
        return [word for gpu in gpus for word in ("--device", f"nvidia.com/gpu={gpu}")]
    return ["--gpus", '"device=' + ",".join(map(str, gpus)) + '"']


def _inspected(engine: str, image: str) -> str | None:
    """The id of an image's content, None where it is not there."""
    answer = _ask([engine, "image", "inspect", "--format", "{{.Id}}", image], _ASK_LIMIT_S)
    if answer.returncode:
        return None
    found = answer.stdout.strip()
    return found if re.fullmatch(r"(sha256:)?[0-9a-f]{12,}", found) else None


def _ask(command: list[str], limit_s: float) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=limit_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        name = Path(command[0]).name
        raise UserError(f"{name} did not answer within {math.ceil(limit_s)} s") from None
    except OSError as error:
        raise UserError(f"{command[0]} cannot be run: {error.strerror}") from None


def _last_line(answer: subprocess.CompletedProcess[str]) -> str:
    lines = [line.strip() for line in answer.stderr.splitlines() if line.strip()]
    return re.sub(r"(?i)^error:\s*", "", lines[-1]) if lines else f"status {answer.returncode}"
