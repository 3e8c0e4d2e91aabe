"""Steps in containers: what the engine is asked for, and what is said where it cannot be done.

The engine is a small program that checks its arguments and runs the worker on this machine;
the refusals of a stopped daemon are those of the real client, where there is one.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from haiga.core.errors import UserError
from haiga.engine.backend import Attempt, Outcome, StepFailed
from haiga.engine.environments import prepare
from haiga.engine.isolated import Worker
from haiga.engine.kinds import Kind
from haiga.engine.plan import Call, Environment, Needs, Step

HERE = Path(__file__).parent
ID = "sha256:" + "ab" * 32
BY_DIGEST = "example.org/paint@sha256:" + "cd" * 32
TEXT = Kind("text", ".txt", lambda value: "", lambda value: str(value).encode(), bytes.decode)


@pytest.fixture
def podman(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a pretended podman, the only engine on PATH; it has the image `paint`."""
    place = tmp_path / "podman-bin"
    for folder in ("images", "registry"):
        (place / folder).mkdir(parents=True)
    script = f"#!{sys.executable}\n{(HERE / 'pretend_engine.py').read_text()}"
    (place / "podman").write_text(script)
    (place / "podman").chmod(0o755)
    (place / "images" / "paint").write_text(ID)
    monkeypatch.setenv("PATH", f"{place}:/usr/bin:/bin")
    if shutil.which("docker") or shutil.which("podman") != str(place / "podman"):
        monkeypatch.setenv("PATH", str(place))
    return place


def asked(podman: Path, verb: str) -> list[list[str]]:
    calls = [json.loads(line) for line in (podman / "calls").read_text().splitlines()]
    return [call for call in calls if call[0] == verb]


def files_step(function: str, environment: Environment, **more: object) -> Step:
    call = Call("files", f"{HERE / 'odd_steps.py'}:{function}", settings=more.pop("settings", {}))  # type: ignore[arg-type]
    return Step(
        function, call=call, inputs=("said",), makes="text", environment=environment, **more
    )  # type: ignore[arg-type]


def once(step: Step, tmp_path: Path, gpus: tuple[int, ...] = (), **inputs: object) -> Outcome:
    ready = prepare(step.environment, tmp_path / "home", with_haiga=False)
    worker = Worker(ready, step, {"text": TEXT}, folder=tmp_path / "work", gpus=gpus)
    try:
        return worker.run(Attempt("one", step, 7, inputs or {"said": "old pond"}, gpus=gpus))
    finally:
        worker.stop()


def test_a_step_runs_in_its_image_and_is_shut_off(podman: Path, tmp_path: Path) -> None:
    step = files_step("shouts", Environment(image="paint"), needs=Needs(cpu=1.5, memory_mb=300))
    outcome = once(step, tmp_path)
    assert outcome.error is None
    assert outcome.value == "OLD POND 7"
    (words,) = asked(podman, "run")
    said = " ".join(words)
    for part in (
        "--rm",
        "--network none",
        "--pull never",
        f"--user {os.getuid()}:{os.getgid()}",
        "--cap-drop ALL",
        "--cpus 1.5",
        "--memory 300m --memory-swap 300m",
    ):
        assert part in said
    assert ("--userns keep-id" in said) == (os.getuid() != 0)  # podman refuses it to root
    assert words[words.index("--entrypoint") + 2] == ID  # by its content, not its name
    volumes = [words[i + 1] for i, word in enumerate(words) if word == "--volume"]
    writable = [volume for volume in volumes if not volume.endswith(":ro")]
    assert len(writable) == 1
    assert writable[0].startswith(str(tmp_path / "work"))
    assert sorted(volume.split(":")[0] for volume in volumes if volume.endswith(":ro")) == sorted(
        [
            str(HERE / "odd_steps.py"),
            str(Path(sys.modules["haiga.engine"].__path__[0]).resolve() / "worker.py"),
        ]
    )
    assert list((tmp_path / "work").iterdir()) == []


def test_a_step_in_a_container_reads_only_the_variables_it_names_whose_values_show_nowhere(
    podman: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_KEY", "open sesame")
    monkeypatch.setenv("A_SECRET", "of mine")
    environment = Environment(image="paint", variables=("A_KEY",))
    told = once(files_step("tells_variables", environment), tmp_path).value.splitlines()
    assert "A_KEY=open sesame" in told
    assert not any("A_SECRET" in line for line in told)
    assert "open sesame" not in (podman / "calls").read_text()


def test_lent_gpus_are_the_containers(podman: Path, tmp_path: Path) -> None:
    step = files_step("shouts", Environment(image="paint"), needs=Needs(gpu=1))
    once(step, tmp_path, gpus=(1,))
    (words,) = asked(podman, "run")
    assert words[words.index("--device") + 1] == "nvidia.com/gpu=1"


def test_values_in_a_container_run_this_haiga(podman: Path, tmp_path: Path) -> None:
    call = Call("values", "haiga.engine.values:pack")
    step = Step("s", call=call, inputs=("x",), environment=Environment(image="paint"))
    once(step, tmp_path, x=1)  # the pretended image has no numpy for it: that it was mounted counts
    (words,) = asked(podman, "run")
    assert any(word.endswith(":/haiga-code/haiga:ro") for word in words)


def test_a_container_that_hangs_is_killed_by_its_name(podman: Path, tmp_path: Path) -> None:
    settings = {"pids": str(tmp_path / "pids")}
    step = files_step("hangs", Environment(image="paint"), settings=settings, timeout_s=0.7)
    begin = time.perf_counter()
    assert once(step, tmp_path).note == "it took more than 0.7 s and was ended"
    assert time.perf_counter() - begin < 6
    (run,), (kill, *_) = asked(podman, "run"), asked(podman, "kill")
    assert kill[-1] == run[run.index("--name") + 1]


def test_a_container_killed_for_its_memory_says_so(podman: Path, tmp_path: Path) -> None:
    environment = Environment(image="paint")
    settings = {"status": 137}
    step = files_step("leaves", environment, settings=settings, needs=Needs(memory_mb=100))
    told = once(step, tmp_path).note
    assert told.startswith("it was ended by SIGKILL, as one is that has more than its 100 MB")


def test_the_lock_of_an_image_is_its_content(podman: Path, tmp_path: Path) -> None:
    first = prepare(Environment(image="paint"), tmp_path, with_haiga=False)
    assert ID in first.lock_text
    (podman / "images" / "paint").write_text("sha256:" + "ef" * 32)
    assert prepare(Environment(image="paint"), tmp_path, with_haiga=False).lock != first.lock


def test_an_image_is_fetched_by_its_digest_and_by_a_name_only_when_asked(
    podman: Path, tmp_path: Path
) -> None:
    for name in ("by-name:latest", BY_DIGEST):
        at = name.replace("/", "_").replace(":", "_").replace("@", "_")
        (podman / "registry" / at).write_text(ID)
    assert ID in prepare(Environment(image=BY_DIGEST), tmp_path, with_haiga=False).lock_text
    with pytest.raises(UserError, match=r"podman pull by-name:latest.*or name it by its digest"):
        prepare(Environment(image="by-name:latest"), tmp_path, with_haiga=False)
    assert len(asked(podman, "pull")) == 1
    ready = prepare(Environment(image="by-name:latest"), tmp_path, with_haiga=False, pull=True)
    assert ready.image == ID


def test_an_image_that_cannot_be_fetched_is_said_with_the_reason(
    podman: Path, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=r"cannot be fetched: initializing source: name unknown$"):
        prepare(Environment(image=BY_DIGEST), tmp_path, with_haiga=False)


def test_a_container_that_cannot_be_started_is_said(podman: Path, tmp_path: Path) -> None:
    step = files_step("leaves", Environment(image="paint"), settings={"status": 125})
    assert "could not be started in its container" in once(step, tmp_path).note


def test_an_image_and_requirements_do_not_go_together(podman: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not both"):
        prepare(Environment(("numpy",), image="paint"), tmp_path, with_haiga=False)


def test_an_engine_that_does_not_answer_is_said_before_anything_runs(
    podman: Path, tmp_path: Path
) -> None:
    (podman / "asleep").write_text("Error: cannot connect to the podman socket")
    with pytest.raises(UserError) as refused:
        prepare(Environment(image="paint"), tmp_path, with_haiga=False)
    assert str(refused.value) == (
        "the image 'paint' cannot be run: podman does not answer "
        "(cannot connect to the podman socket)"
    )


def test_without_an_engine_both_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match="needs podman or docker, and neither is installed"):
        prepare(Environment(image="paint"), tmp_path, with_haiga=False)


@pytest.mark.skipif(shutil.which("docker") is None, reason="needs docker's client")
def test_a_stopped_daemon_of_docker_is_said_in_one_sentence(tmp_path: Path) -> None:
    if subprocess.run(["docker", "info"], capture_output=True).returncode == 0:
        pytest.skip("docker's daemon runs here")
    if shutil.which("podman"):
        pytest.skip("podman is here")
    with pytest.raises(UserError) as refused:
        prepare(Environment(image="paint"), tmp_path, with_haiga=False)
    assert "docker does not answer (" in str(refused.value)
    assert "daemon" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_failure_in_a_container_keeps_what_it_printed(podman: Path, tmp_path: Path) -> None:
    outcome = once(files_step("segfaults", Environment(image="paint")), tmp_path)
    assert isinstance(outcome.error, StepFailed)
    assert outcome.note.startswith("it was ended by SIGSEGV")
    assert "the last thing it said" in outcome.error.output
