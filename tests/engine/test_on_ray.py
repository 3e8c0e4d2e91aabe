"""Steps on a real Ray of this machine: the same bytes as without it, and what goes wrong said."""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from haiga.core.errors import UserError
from haiga.engine import schedule
from haiga.engine.backend import StepFailed
from haiga.engine.digests import value_digest
from haiga.engine.events import Event
from haiga.engine.local_backend import LocalBackend
from haiga.engine.plan import Call, Environment, Needs, Pipeline, Step

if importlib.util.find_spec("ray") is None:
    pytest.skip("needs the ray extra", allow_module_level=True)

import ray_steps
from wheels import clash_wheels, only_from, stand_ins_for_haigas_packages, write_wheel

from haiga.engine.on_ray import Connection, RayBackend

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("ray")]

SEEDS = [(f"item-{seed}", seed) for seed in range(4)]
UPPER = """
import sys

text = open(sys.argv[1], encoding="utf-8").read()
open(sys.argv[2], "w", encoding="utf-8").write(f"{text.upper()} {sys.argv[3]}")
"""


KINDS_AT = "ray_steps:KINDS"


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    """Ray on two processors, started once for all tests here; it believes in two GPUs."""
    connection = Connection(cpus=2, gpus=2)
    yield connection
    connection.close()
    assert not connection.folder.exists()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("studio") / "environments"


@pytest.fixture(scope="module")
def backend(connection: Connection, home: Path) -> Iterator[RayBackend]:
    backend = RayBackend(
        ray_steps.KINDS, kinds_at="ray_steps:KINDS", home=home, connection=connection
    )
    yield backend
    backend.close()


def role(name: str, target: str, inputs: tuple[str, ...] = (), **more: Any) -> Step:
    call = Call("values", f"ray_steps:{target}", settings=more.pop("settings", {}))
    return Step(name, inputs=inputs, call=call, **more)


def digests(runs: Iterator[schedule.ItemRun]) -> list[str]:
    return [value_digest(dict(run.values)) for run in runs]


def test_values_files_and_commands_give_the_bytes_they_give_without_ray(
    backend: RayBackend, home: Path, tmp_path: Path
) -> None:
    (tmp_path / "upper.py").write_text(UPPER)
    (tmp_path / "plain.py").write_text(
        "def line(word, out, seed):\n    out.write_text(word.read_text() + f' and {seed}')\n"
    )
    upper = (sys.executable, str(tmp_path / "upper.py"), "{line}", "{out}", "{seed}")
    plan = Pipeline(
        (
            role("picture", "noise", count=3),
            role("mixed", "mixed", reads={"pictures": "picture"}, gathers=("pictures",)),
            role("word", "told", ("mixed",), makes="text"),
            Step(
                "line", inputs=("word",), call=Call("files", f"{tmp_path}/plain.py:line"),
                makes="text",
            ),
            Step("upper", inputs=("line",), call=Call("command", command=upper), makes="text"),
        )
    )  # fmt: skip
    local = LocalBackend(ray_steps.KINDS, home=home)
    expected = digests(schedule.run(plan, SEEDS, backend=local))
    local.close()
    assert digests(schedule.run(plan, SEEDS, backend=backend)) == expected


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels that is all the packages there are, two of them no friends."""
    folder = tmp_path / "wheels"
    only_from(folder, tmp_path / "uv-cache", monkeypatch)
    monkeypatch.setenv("UV_OFFLINE", "1")
    clash_wheels(folder)
    stand_ins_for_haigas_packages(folder)
    files = {"clashing_role.py": CLASHING_ROLE}
    for version in ("1.0", "1.1"):
        write_wheel(folder, "clashing-role", version, files, ["clash"])
    return folder


CLASHING_ROLE = """
import os
import sys

import clash


def role():
    def work(inputs, seed):
        before = inputs.get("first", "")
        secret = os.environ.get("HAIGA_TEST_SECRET", "nothing")
        return f"{before} {clash.VERSION} {seed % 10} {secret}"

    return work


def where():
    return lambda inputs, seed: "beside" if "ray" in sys.modules else "below"
"""


def of_wheel(
    name: str, target: str, version: str, roles: str, *variables: str, **more: Any
) -> Step:
    lines = (f"clashing-role=={roles}", f"clash=={version}")
    environment = Environment(lines, variables=variables)
    call = Call("values", f"clashing_role:{target}")
    return Step(name, call=call, environment=environment, makes="text", **more)


@pytest.mark.parametrize(("where", "roles"), [("below", "1.0"), ("beside", "1.1")])
def test_two_steps_that_need_two_versions_of_a_package_run_in_one_plan(
    backend: RayBackend,
    home: Path,
    wheels: Path,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
    roles: str,
) -> None:
    monkeypatch.setenv("HAIGA_TEST_SECRET", "told")
    plan = Pipeline(
        (
            of_wheel("first", "role", "1.0", roles),
            of_wheel("second", "role", "2.0", roles, "HAIGA_TEST_SECRET", inputs=("first",)),
            of_wheel("where", "where", "1.0", roles),
        )
    )
    local = LocalBackend(ray_steps.KINDS, home=home)
    expected = [dict(run.values) for run in schedule.run(plan, SEEDS, backend=local)]
    locks = local.prepare(plan.steps)
    local.close()
    assert [values["where"] for values in expected] == ["below"] * 4
    assert {values["second"].split()[0] for values in expected} == {"1.0"}
    assert {values["second"].split()[3:] == ["2.0"] for values in expected} == {False}

    if where == "beside":  # an environment can hold Ray only where there is one to be had
        write_wheel(wheels, "ray", importlib.metadata.version("ray"), {"no_ray.py": ""})
    ran = [dict(run.values) for run in schedule.run(plan, SEEDS, backend=backend)]
    assert ran == [{**values, "where": where} for values in expected]
    assert backend.prepare(plan.steps) == locks  # so that what is kept serves both


def test_a_seat_that_is_killed_on_the_way_is_replaced_and_the_run_ends_with_the_same_bytes(
    backend: RayBackend, tmp_path: Path
) -> None:
    def plan(how: str, folder: Path) -> Pipeline:
        settings = {"how": how, "folder": str(folder)}
        return Pipeline(
            (
                role("picture", "noise"),
                role("once", "fails", ("picture",), settings=settings, makes="text", retries=1),
            )
        )

    (tmp_path / "was-here").write_text("")  # whole at once
    expected = digests(schedule.run(plan("killed", tmp_path), SEEDS, backend=backend))
    folder = tmp_path / "killed"
    folder.mkdir()
    events: list[Event] = []
    runs = schedule.run(plan("killed", folder), SEEDS, backend=backend, on_event=events.append)
    assert digests(runs) == expected
    retried = [event for event in events if event.kind == "retried"]
    assert {event.note for event in retried} == {"its process ended before it was done"}
    assert (folder / "was-here").read_text()  # two seats may both have been first


def test_a_process_that_someone_kills_is_replaced(backend: RayBackend) -> None:
    plan = Pipeline((role("seen", "seen", retries=2),))
    (first,) = schedule.run(plan, SEEDS[:1], backend=backend)
    pid = first.values["seen"]["pid"]
    os.kill(pid, signal.SIGKILL)
    (second,) = schedule.run(plan, SEEDS[:1], backend=backend)
    assert second.values["seen"]["pid"] != pid


@pytest.mark.parametrize(
    ("how", "told", "retryable"),
    [
        ("hangs", "it took longer than 1 seconds", True),
        ("exits", "SystemExit: 3", True),
        ("raises", "ValueError: nothing is right", True),
        ("wrong kind", "it should make a text, and it made a int", False),
    ],
)
def test_a_step_that_fails_says_why_and_what_it_printed(
    backend: RayBackend, how: str, told: str, retryable: bool
) -> None:
    step = role("fails", "fails", settings={"how": how}, makes="text", timeout_s=1.0)
    with pytest.raises(StepFailed, match=told) as failed:
        list(schedule.run(Pipeline((step,)), SEEDS[:1], backend=backend))
    assert failed.value.retryable == retryable
    printed = {"hangs": "", "wrong kind": ""}.get(how, "what it printed")
    assert failed.value.output == printed


def test_what_a_user_can_mend_stays_a_users_error(backend: RayBackend) -> None:
    step = role("fails", "fails", settings={"how": "refuses"}, retries=5)
    events: list[Event] = []
    with pytest.raises(UserError, match="this cannot be met"):
        list(schedule.run(Pipeline((step,)), SEEDS[:1], backend=backend, on_event=events.append))
    assert "retried" not in [event.kind for event in events]


def test_a_step_holds_the_processors_it_needs_and_seats_are_used_again(backend: RayBackend) -> None:
    one, two = role("one", "seen"), role("two", "seen", needs=Needs(cpu=2), inputs=("one",))
    runs = list(schedule.run(Pipeline((one, two)), SEEDS, backend=backend))
    assert {run.values["two"]["resources"]["CPU"] for run in runs} == {2.0}
    assert len({run.values["two"]["pid"] for run in runs}) == 1


def test_a_step_sees_the_gpus_it_was_lent_and_no_others(backend: RayBackend) -> None:
    show = ("sh", "-c", "printf %s $CUDA_VISIBLE_DEVICES > {out}")
    plan = Pipeline(
        (
            role("half", "seen", needs=Needs(cpu=0, gpu=0.5)),
            role("both", "seen", needs=Needs(cpu=0, gpu=2), inputs=("half",)),
            Step("below", call=Call("command", command=show), needs=Needs(cpu=0, gpu=2)),
            role("none", "seen", needs=Needs(cpu=0), inputs=("both",)),
        )
    )
    for run in schedule.run(plan, SEEDS[:2], backend=backend):
        assert run.values["half"]["gpus"] in ("0", "1")
        assert run.values["half"]["resources"]["GPU"] == 0.5
        assert run.values["both"]["gpus"] == "0,1"
        assert run.values["below"] == b"0,1"
        assert run.values["none"]["gpus"] == ""


def test_a_step_that_needs_more_than_any_machine_has_is_refused_before_anything_runs(
    backend: RayBackend,
) -> None:
    steps = (role("wide", "seen", needs=Needs(cpu=64)), role("gpu", "seen", needs=Needs(gpu=3)))
    with pytest.raises(UserError, match="'wide'.*64 processors") as refused:
        backend.prepare(steps)
    assert "3 GPUs" in str(refused.value)


def test_a_requirement_that_cannot_be_met_is_said_at_once(
    backend: RayBackend, wheels: Path
) -> None:
    call = Call("values", "clash:nothing")
    steps = [
        Step("a", call=call, environment=Environment(("clash==3.0",))),
        Step("b", call=call, environment=Environment(("no-such-thing",))),
    ]
    begin = time.monotonic()
    with pytest.raises(UserError, match="clash==3.0") as refused:
        backend.prepare(steps)
    assert "no-such-thing" in str(refused.value)
    assert time.monotonic() - begin < 10


def test_what_workers_print_never_reaches_the_terminal(
    backend: RayBackend, capfd: pytest.CaptureFixture[str]
) -> None:
    plan = Pipeline((role("word", "told", makes="text"),))
    assert len(list(schedule.run(plan, SEEDS, backend=backend))) == 4
    time.sleep(0.5)
    assert capfd.readouterr() == ("", "")


def test_no_more_steps_run_side_by_side_than_workers(connection: Connection, home: Path) -> None:
    backend = RayBackend(
        ray_steps.KINDS, kinds_at="ray_steps:KINDS", home=home, connection=connection, workers=1
    )
    plan = Pipeline((role("seen", "seen", needs=Needs(cpu=0)),))  # as many as there are, else
    runs = list(schedule.run(plan, SEEDS, backend=backend))
    backend.close()
    assert len({run.values["seen"]["pid"] for run in runs}) == 1


def test_sockets_of_a_ray_of_ones_own_are_for_this_machine_only(connection: Connection) -> None:
    loopback = {"0100007F", "0000000000000000FFFF00000100007F", "0" * 31 + "1"}
    open_to_all = []
    for table in ("tcp", "tcp6"):
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            _, address, _, state, *_, inode = line.split()[:10]
            if state == "0A" and address.split(":")[0] not in loopback:
                open_to_all.append(inode)
    ours = {f"socket:[{inode}]" for inode in open_to_all}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(connection.folder) not in (process / "cmdline").read_text():
                continue
            links = {str(file.readlink()) for file in (process / "fd").iterdir()}
        except OSError:
            continue
        assert not links & ours, (process / "cmdline").read_text()


ENDLESS = """
import sys
from pathlib import Path

import ray_steps

from haiga.engine import schedule
from haiga.engine.on_ray import RayBackend
from haiga.engine.plan import Call, Pipeline, Step

backend = RayBackend({}, home=Path(sys.argv[1]))
role = Call("values", "ray_steps:fails", settings={"how": "hangs"})
command = Call("command", command=("sh", "-c", "sleep 1000 # {out}"))
plan = Pipeline((Step("role", call=role), Step("command", call=command)))
list(schedule.run(plan, [("item", 1)], backend=backend))
"""


def test_what_a_killed_run_was_at_ends_with_it(tmp_path: Path) -> None:
    def alive() -> list[str]:
        """What was started by the run, but for Ray's two agents, which take a minute to see it."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                command = (process / "cmdline").read_text().replace("\0", " ").strip()
                place = (process / "environ").read_text() + str((process / "cwd").readlink())
                if str(tmp_path) in command + place and not command.endswith("Agent"):
                    found.append(command)
        return found

    def at_work() -> bool:
        commands = " ".join(alive())
        return "sleep 1000" in commands and "_RaySeat.do" in commands

    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parent), "MARK": str(tmp_path)}
    run = subprocess.Popen([sys.executable, "-c", ENDLESS, str(tmp_path / "home")], env=environ)
    deadline = time.monotonic() + 60
    while not at_work():
        assert time.monotonic() < deadline
        time.sleep(0.2)
    run.kill()
    run.wait()
    deadline = time.monotonic() + 30
    while alive():
        assert time.monotonic() < deadline, alive()
        time.sleep(0.2)
    for folder in Path(tempfile.gettempdir()).glob(f"haiga-ray-{run.pid}-*"):
        shutil.rmtree(folder)  # the next run would do it
