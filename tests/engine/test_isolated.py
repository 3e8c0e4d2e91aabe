"""A step in a process of its own: what it is given, what counts as its result, how it is ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from wheels import clash_wheels, only_from

from haiga.core.nouns import Poem
from haiga.engine.backend import Attempt, Outcome, StepFailed
from haiga.engine.environments import Prepared, prepare
from haiga.engine.isolated import Worker
from haiga.engine.kinds import Kind
from haiga.engine.limits import descendants
from haiga.engine.plan import Call, Environment, Needs, Step

STEPS = Path(__file__).with_name("odd_steps.py")
TEXT = Kind(
    "text",
    ".txt",
    lambda value: "" if isinstance(value, str) else f"it is a {type(value).__name__}",
    lambda value: str(value).encode(),
    lambda data: data.decode(),
)
KINDS = {"text": TEXT}


@pytest.fixture(scope="module")
def own() -> Prepared:
    """haiga's own interpreter."""
    return prepare(None, Path("nowhere"), with_haiga=True)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "work"


@pytest.fixture
def workers() -> Iterator[list[Worker]]:
    """Those to be stopped at the end."""
    made: list[Worker] = []
    yield made
    for worker in made:
        worker.stop()


def files_step(function: str, settings: Mapping[str, Any] | None = None, **more: Any) -> Step:
    call = Call("files", f"{STEPS}:{function}", settings=settings or {})
    return Step(function, call=call, inputs=("said",), makes="text", **more)


def values_step(factory: str, *inputs: str, makes: str = "", **settings: Any) -> Step:
    call = Call("values", f"odd_steps:{factory}", settings=settings)
    return Step(factory, call=call, inputs=inputs, makes=makes)


def command_step(*command: str, **more: Any) -> Step:
    call = Call("command", command=command, settings=more.pop("settings", {}))
    return Step("command", call=call, inputs=("said",), makes="text", **more)


def attempt(step: Step, seed: int = 7, **inputs: Any) -> Attempt:
    return Attempt("one", step, seed, inputs or {"said": "old pond"})


def once(own: Prepared, step: Step, folder: Path, **inputs: Any) -> Outcome:
    worker = Worker(own, step, KINDS, folder=folder)
    try:
        return worker.run(attempt(step, **inputs))
    finally:
        worker.stop()


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def gone(pids: list[int]) -> bool:
    deadline = time.monotonic() + 5
    while any(map(alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not any(map(alive, pids))


def test_files_go_in_and_one_comes_out_whatever_the_step_prints(
    own: Prepared, folder: Path
) -> None:
    outcome = once(own, files_step("shouts"), folder)
    assert outcome.error is None
    assert outcome.value == "OLD POND 7"
    assert outcome.seconds > 0
    assert 5 < outcome.peak_mb < 500


def test_a_gathered_input_is_a_list_even_of_one(own: Prepared, folder: Path) -> None:
    step = files_step("joins", {"between": "-"}, gathers=("said",))
    assert once(own, step, folder, said=["a", "b", "c"]).value == "a-b-c"
    assert once(own, step, folder, said=["a"]).value == "a"
    assert once(own, step, folder, said=[]).value == ""


def test_values_go_in_and_come_out_whole(own: Prepared, folder: Path) -> None:
    values = {
        "picture": np.arange(12, dtype=np.uint8).reshape(2, 2, 3),
        "poem": Poem(("old pond", "a frog leaps in", "water's sound")),
        "plain": [1, 2.5, None, "x", (True,)],
    }
    made = once(own, values_step("same", "value"), folder, value=values)
    assert made.error is None
    np.testing.assert_array_equal(made.value.pop("picture"), values.pop("picture"))
    assert made.value == values
    doubled = once(own, values_step("doubles", "number", factor=3), folder, number=5)
    assert doubled.value == {"doubled": 15, "seed": 7}


def test_a_process_stays_warm_for_further_items_and_other_steps(
    own: Prepared, folder: Path, workers: list[Worker]
) -> None:
    step = files_step("counts")
    worker = Worker(own, step, KINDS, folder=folder)
    workers.append(worker)
    assert not worker.alive
    first, second = worker.run(attempt(step)), worker.run(attempt(step))
    assert worker.alive
    assert (first.value[:2], second.value[:2]) == ("1 ", "2 ")
    assert first.value.split()[1] == second.value.split()[1]
    other = values_step("doubles", "number")
    assert worker.run(attempt(other, number=4)).value["doubled"] == 8
    assert worker.run(attempt(step)).value == f"3 {first.value.split()[1]}"


def test_a_step_sees_no_variable_but_its_own_and_those_it_names(
    own: Prepared, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_SECRET", "of mine")
    monkeypatch.setenv("A_PALETTE", "of blues")
    for name in [name for name in os.environ if name.startswith(("PYTHON", "OPENBLAS", "MKL"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PYTHONSTARTUP", "/somewhere")
    names = Environment(variables=("A_PALETTE", "NOT_SET"))
    step = files_step("tells_variables", environment=names, needs=Needs(cpu=1.5))
    told = dict(line.split("=", 1) for line in once(own, step, folder).value.splitlines())
    told.pop("LC_CTYPE", None)  # Python's own
    assert set(told) == {
        *("PATH", "HOME", "TMPDIR", "LANG", "PYTHONHASHSEED", "CUDA_VISIBLE_DEVICES"),
        *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"),
        *("VECLIB_MAXIMUM_THREADS", "A_PALETTE"),
    }
    assert told["A_PALETTE"] == "of blues"
    assert told["OMP_NUM_THREADS"] == "2"
    assert told["CUDA_VISIBLE_DEVICES"] == ""
    assert Path(told["HOME"]).parent == folder.resolve()


def test_each_attempt_has_a_fresh_folder_that_is_removed(
    own: Prepared, folder: Path, workers: list[Worker]
) -> None:
    step = files_step("tells_place")
    worker = Worker(own, step, KINDS, folder=folder)
    workers.append(worker)
    for _ in range(2):
        place, files, fds, mask = worker.run(attempt(step)).value.split("\n")
        assert files == "in out"
        assert not Path(place).exists()
        assert int(fds) <= 9  # the standard three, four pipe ends, the listing's own
        assert mask == "77"
    worker.stop()
    assert list(folder.iterdir()) == []


def test_lent_devices_and_cores_reach_the_step(
    own: Prepared, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "4,6")
    step = files_step("tells_variables")
    worker = Worker(own, step, KINDS, folder=folder, gpus=(1,))
    told = worker.run(attempt(step)).value
    assert "CUDA_VISIBLE_DEVICES=6" in told.splitlines()
    worker.stop()
    core = min(os.sched_getaffinity(0))
    step = files_step("tells_cores")
    worker = Worker(own, step, KINDS, folder=folder, cores=(core,))
    assert worker.run(attempt(step)).value == str(core)
    worker.stop()


@pytest.mark.parametrize(
    ("function", "told"),
    [
        ("raises", "KeyError: 'the key'"),
        ("segfaults", "it was ended by SIGSEGV; it last printed: the last thing it said"),
        ("leaves", "it ended its process (exit status 0) and gave no result"),
        ("says_goodbye", "it ended its process (exit status 0) and gave no result"),
        ("makes_nothing", "it returned and left no makes_nothing.txt"),
        ("makes_two", "it left 'another.txt' beside its one result, makes_two.txt"),
        ("makes_a_link", "it left a makes_a_link.txt that is no plain file"),
        ("makes_no_text", "its result is no text: 'utf-8' codec"),
        ("no_such", f"{STEPS} has no function 'no_such'"),
    ],
)
def test_what_is_no_result_is_said_and_the_next_attempt_is_not_harmed(
    own: Prepared, folder: Path, workers: list[Worker], function: str, told: str
) -> None:
    step = files_step(function)
    worker = Worker(own, step, KINDS, folder=folder)
    workers.append(worker)
    outcome = worker.run(attempt(step))
    assert outcome.value is None
    assert isinstance(outcome.error, StepFailed)
    assert str(outcome.error).startswith(told)
    assert "\n" not in str(outcome.error)
    assert outcome.error.retryable is (function != "no_such")
    good = files_step("shouts")
    assert worker.run(attempt(good)).value == "OLD POND 7"


def test_values_of_the_wrong_kind_or_no_kind_do_not_count(own: Prepared, folder: Path) -> None:
    step = values_step("same", "value", makes="text")
    assert once(own, step, folder, value="a text").value == "a text"
    assert once(own, step, folder, value=3).note == "its result is no text: it is a int"
    assert "may not give a set" in once(own, values_step("gives_a_set"), folder, x=1).note
    assert "exit status 3" in once(own, values_step("ends_itself"), folder, x=1).note
    unreadable = once(own, values_step("same", "value"), folder, value=object())
    assert "input 'value'" in unreadable.note


def test_what_cannot_even_be_asked_for_is_an_outcome_too(own: Prepared, folder: Path) -> None:
    unsayable = once(own, files_step("shouts", {"loud": {1, 2}}), folder)
    assert "set is not JSON serializable" in unsayable.note
    broken = Kind("text", ".txt", lambda value: "", lambda value: bytes(1 // 0), bytes.decode)
    worker = Worker(own, files_step("shouts"), {"text": broken}, folder=folder)
    assert worker.run(attempt(files_step("shouts"))).note.startswith("ZeroDivisionError")
    worker.stop()
    (folder / "file").write_text("in the way")
    nowhere = once(own, files_step("shouts"), folder / "file")
    assert nowhere.note.startswith("its process cannot be given work: ")
    gone = Prepared(folder / "no-python", "", "", folder)
    assert once(gone, files_step("shouts"), folder).note.startswith("its process cannot be started")


def test_a_users_mistake_in_a_step_is_told_as_it_is_and_not_tried_again(
    own: Prepared, folder: Path
) -> None:
    outcome = once(own, values_step("refuses"), folder, x=1)
    assert outcome.note == "the setting 'depth' must be 1 to 9"
    assert isinstance(outcome.error, StepFailed)
    assert not outcome.error.retryable
    strange = once(own, files_step("shouts", {"loudly": 1}), folder)
    assert strange.note.endswith("odd_steps.py:shouts takes no setting 'loudly'")


def test_a_step_that_hangs_is_ended_with_all_that_it_started(
    own: Prepared, folder: Path, tmp_path: Path
) -> None:
    pids = tmp_path / "pids"
    step = files_step("hangs", {"pids": str(pids)}, timeout_s=0.7)
    begin = time.perf_counter()
    outcome = once(own, step, folder)
    assert time.perf_counter() - begin < 5
    assert outcome.note == "it took more than 0.7 s and was ended"
    numbers = [int(line) for line in pids.read_text().split()]
    assert len(numbers) == 2
    assert gone(numbers)
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("parts", [1, 3])
def test_a_step_that_takes_more_memory_than_it_may_is_ended(
    own: Prepared, folder: Path, parts: int
) -> None:
    step = files_step("eats", {"mb": 450, "parts": parts}, needs=Needs(memory_mb=200))
    outcome = once(own, step, folder)
    words = outcome.note.split()
    assert outcome.note.endswith("MB of memory, more than its 200 MB, and was ended")
    assert 200 < int(words[2].replace(",", "")) <= 500
    assert outcome.peak_mb > 200
    assert once(own, files_step("shouts", needs=Needs(memory_mb=200)), folder).error is None


def test_children_that_share_their_parents_memory_are_not_counted_twice(
    own: Prepared, folder: Path
) -> None:
    step = Step(
        "shares",
        call=Call(
            "command",
            command=(
                sys.executable,
                "-c",
                "import os, sys, time; held = os.urandom(4096) * 25600; "
                "children = [os.fork() for _ in range(3)]; time.sleep(1.2); "
                "all(children) and open(sys.argv[1], 'w').write('shared')",
                "{out}",
            ),
        ),
        inputs=("said",),
        makes="text",
        needs=Needs(memory_mb=220),
    )
    assert once(own, step, folder).value == "shared"


def test_a_step_that_forks_gives_one_result(
    own: Prepared, folder: Path, workers: list[Worker]
) -> None:
    step = files_step("forks")
    others = set(descendants(os.getpid()))  # of other tests in this process
    worker = Worker(own, step, KINDS, folder=folder)
    workers.append(worker)
    for _ in range(4):
        assert worker.run(attempt(step)).value == "forked"
    deadline = time.monotonic() + 5
    while len(set(descendants(os.getpid())) - others) > 2 and time.monotonic() < deadline:
        worker.run(attempt(files_step("shouts")))
    # the worker and its keeper, and no double
    assert len(set(descendants(os.getpid())) - others) == 2


def test_what_a_step_left_running_ends_with_its_process(
    own: Prepared, folder: Path, tmp_path: Path
) -> None:
    pids = tmp_path / "pids"
    step = files_step("leaves_a_child", {"pids": str(pids)})
    worker = Worker(own, step, KINDS, folder=folder)
    assert worker.run(attempt(step)).value == "left one"
    (child,) = map(int, pids.read_text().split())
    assert alive(child)
    worker.stop()
    assert gone([child])


PARENT = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import test_isolated as t
from haiga.engine.isolated import Worker
own = t.prepare(None, Path("nowhere"), with_haiga=True)
step = t.files_step("hangs", {"pids": sys.argv[2]})
Worker(own, step, t.KINDS, folder=Path(sys.argv[3])).run(t.attempt(step))
"""


def test_a_step_ends_when_the_process_that_asked_for_it_is_killed(
    folder: Path, tmp_path: Path
) -> None:
    pids = tmp_path / "pids"
    pids.touch()
    command = [sys.executable, "-c", PARENT, str(STEPS.parent), str(pids), str(folder)]
    parent = subprocess.Popen(command)
    deadline = time.monotonic() + 30
    while len(pids.read_text().split()) < 2 and time.monotonic() < deadline:
        time.sleep(0.02)
    numbers = [int(line) for line in pids.read_text().split()]
    assert len(numbers) == 2
    parent.kill()
    parent.wait()
    assert gone(numbers)
    deadline = time.monotonic() + 5
    while list(folder.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert list(folder.iterdir()) == []


def test_an_attempt_after_one_that_was_killed_starts_a_new_process(
    own: Prepared, folder: Path, workers: list[Worker], tmp_path: Path
) -> None:
    step = files_step("raises_once", {"mark": str(tmp_path / "mark")})
    worker = Worker(own, step, KINDS, folder=folder)
    workers.append(worker)
    first = worker.run(attempt(step))
    assert first.note.startswith("it was ended by SIGKILL")
    assert not worker.alive
    assert worker.run(attempt(step)).value == "the second time"


def test_stopping_ends_an_attempt_under_way(own: Prepared, folder: Path, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    pids.touch()
    step = files_step("hangs", {"pids": str(pids)})
    worker = Worker(own, step, KINDS, folder=folder)
    outcomes: list[Outcome] = []
    thread = threading.Thread(target=lambda: outcomes.append(worker.run(attempt(step))))
    thread.start()
    while len(pids.read_text().split()) < 2:
        time.sleep(0.02)
    worker.stop()
    thread.join(10)
    assert outcomes[0].note == "it was stopped"
    assert gone([int(line) for line in pids.read_text().split()])
    worker.stop()
    assert worker.run(attempt(step)).note == "it was stopped"


def test_the_last_of_what_a_failing_step_printed_is_kept(own: Prepared, folder: Path) -> None:
    outcome = once(own, files_step("prints_much"), folder)
    assert isinstance(outcome.error, StepFailed)
    assert "line 19999 of" in outcome.error.output
    assert "ValueError: after all that" in outcome.error.output
    assert len(outcome.error.output) <= 64 * 1024


def test_a_command_gets_files_its_settings_and_its_seed(own: Prepared, folder: Path) -> None:
    step = command_step(
        "sh", "-c", "cat {said} > {out}; printf '%s' ' {mark} {seed} {{x}}' >> {out}; echo hello",
        settings={"mark": "!"},
    )  # fmt: skip
    assert once(own, step, folder).value == "old pond ! 7 {x}"
    gathered = command_step("sh", "-c", 'o=$1; shift; cat "$@" > "$o"', "x", "{out}", "{said}",
                            gathers=("said",))  # fmt: skip
    assert once(own, gathered, folder, said=["a ", "b ", "c"]).value == "a b c"


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (("sh", "-c", "exit 3 # {out}"), "'sh' ended with status 3"),
        (("sh", "-c", "kill -9 $$ # {out}"), "'sh' was ended by SIGKILL"),
        (("sh", "-c", "true # {out}"), "it ended with status 0 and left no command.txt"),
        (("sh", "-c", "echo > {out}2"), "left no command.txt, but 'command.txt2'"),
        (("no-such-command", "{out}"), "there is no command 'no-such-command'"),
        (("sh", "-c", "true"), "the command does not name {out}"),
        (("sh", "-c", "awk '{print}' {out}"), "the command's {print} stands for nothing"),
    ],
)
def test_a_command_that_gives_no_result_says_why(
    own: Prepared, folder: Path, command: tuple[str, ...], told: str
) -> None:
    assert told in once(own, command_step(*command), folder).note


def test_a_command_that_hangs_is_ended(own: Prepared, folder: Path) -> None:
    step = command_step("sh", "-c", "echo waiting; sleep 600; echo {out}", timeout_s=0.5)
    begin = time.perf_counter()
    outcome = once(own, step, folder)
    assert outcome.note == "it took more than 0.5 s and was ended"
    assert time.perf_counter() - begin < 5
    assert isinstance(outcome.error, StepFailed)
    assert outcome.error.output == "waiting\n"


def test_steps_of_packages_that_exclude_each_other_run_side_by_side(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: list[Worker]
) -> None:
    only_from(tmp_path / "wheels", tmp_path / "uv-cache", monkeypatch)
    clash_wheels(tmp_path / "wheels")
    steps = [
        files_step("which_clash", environment=Environment((f"clash=={version}",)))
        for version in ("1.0", "2.0")
    ]
    for step in steps:
        ready = prepare(step.environment, tmp_path / "environments", with_haiga=False)
        workers.append(Worker(ready, step, KINDS, folder=folder))
    for _ in range(2):
        said = [w.run(attempt(s)).value for w, s in zip(workers, steps, strict=True)]
        assert said == ["1.0", "2.0"]
    assert all(worker.alive for worker in workers)


def test_working_folders_of_processes_that_are_gone_are_swept(own: Prepared, folder: Path) -> None:
    ended = subprocess.run(["sh", "-c", "echo $$"], capture_output=True, text=True)
    leaving = folder / f"work-{ended.stdout.strip()}-abc"
    leaving.mkdir(parents=True)
    used = folder / f"work-{os.getpid()}-mine"
    used.mkdir()
    once(own, files_step("shouts"), folder)
    assert list(folder.iterdir()) == [used]


def test_a_keeper_that_is_killed_takes_its_step_along(
    own: Prepared, folder: Path, tmp_path: Path
) -> None:
    pids = tmp_path / "pids"
    pids.touch()
    step = files_step("hangs", {"pids": str(pids)})
    worker = Worker(own, step, KINDS, folder=folder)
    outcomes: list[Outcome] = []
    thread = threading.Thread(target=lambda: outcomes.append(worker.run(attempt(step))))
    thread.start()
    while len(pids.read_text().split()) < 2:
        time.sleep(0.02)
    step_pid = int(pids.read_text().split()[0])
    parent = int(Path(f"/proc/{step_pid}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(parent, signal.SIGKILL)
    thread.join(15)
    assert outcomes[0].note.startswith("it was ended by SIGKILL")
    worker.stop()
    assert gone([int(line) for line in pids.read_text().split()])


def test_haigas_own_interpreter_multiplies_in_as_many_parts_as_this_process(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The number of threads of a product decides the last bit of its sums."""
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "3")
    worker = Worker(
        prepare(None, tmp_path, with_haiga=True),
        Step("threads", call=Call("values", "odd_steps:blas_threads_told")),
        {},
        folder=tmp_path / "work",
    )
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    try:
        outcome = worker.run(
            Attempt("1", Step("t", call=Call("values", "odd_steps:blas_threads_told")), 1, {})
        )
    finally:
        worker.stop()
    assert (outcome.error, outcome.value) == (None, "3")
