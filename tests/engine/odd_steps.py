# ruff: noqa: PTH109, PTH110, PTH123, PTH208, PTH211
"""Steps as a user would write them, some of which behave: functions over files, makers of work."""

import os
import signal
import subprocess
import sys
import time


def shouts(said, out, seed):
    print("printed by Python")
    sys.stdout.flush()
    os.system("echo printed by the shell")
    os.write(1, b"\x00haiga worker 1\n" * 3)
    out.write_text(f"{said.read_text().upper()} {seed}")


def joins(said, out, between=" "):
    out.write_text(between.join(path.read_text() for path in said))


def counts(said, out, memory=[0]):  # noqa: B006  # the point: a warm process remembers
    memory[0] += 1
    out.write_text(f"{memory[0]} {os.getpid()}")


def tells_variables(said, out):
    out.write_text("\n".join(f"{k}={v}" for k, v in sorted(os.environ.items())))


def tells_place(said, out):
    files = sorted(os.listdir("."))
    open("scribble", "w").close()
    fds = sorted(int(n) for n in os.listdir("/proc/self/fd"))
    mask = os.umask(0)
    os.umask(mask)
    out.write_text(f"{os.getcwd()}\n{' '.join(files)}\n{len(fds)}\n{mask:o}")


def tells_cores(said, out):
    out.write_text(" ".join(map(str, sorted(os.sched_getaffinity(0)))))


def raises(said, out):
    raise KeyError("the key")


def raises_once(said, out, mark=""):
    if not os.path.exists(mark):
        open(mark, "w").close()
        os.kill(os.getpid(), signal.SIGKILL)
    out.write_text("the second time")


def segfaults(said, out):
    print("the last thing it said")
    os.kill(os.getpid(), signal.SIGSEGV)


def leaves(said, out, status=0):
    os._exit(status)


def says_goodbye(said, out):
    sys.exit(0)


def makes_nothing(said, out):
    pass


def makes_two(said, out):
    out.write_text("one")
    out.with_name("another.txt").write_text("two")


def makes_a_link(said, out):
    os.symlink("/etc/hostname", out)


def makes_no_text(said, out):
    out.write_bytes(b"\xff\xfe\x00")


def hangs(said, out, pids=""):
    """Ignores what can be ignored, and has a child in another session that does too."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    child = os.fork()
    if child == 0:
        os.setsid()
        if os.fork():
            os._exit(0)
    with open(pids, "a") as file:
        file.write(f"{os.getpid()}\n")
    while True:
        time.sleep(60)


def forks(said, out):
    """Both the parent and the child come out of the step."""
    os.fork()
    out.write_text("forked")


def leaves_a_child(said, out, pids=""):
    child = subprocess.Popen(["sleep", "600"], start_new_session=True)
    with open(pids, "a") as file:
        file.write(f"{child.pid}\n")
    out.write_text("left one")


def eats(said, out, mb=400, parts=1):
    """Holds so much memory, divided among so many processes."""
    for _ in range(parts - 1):
        if os.fork() == 0:
            break
    held = bytearray(os.urandom(4096)) * (mb * 256 // parts)
    time.sleep(5)
    out.write_text(str(len(held)))


def prints_much(said, out):
    for number in range(20000):
        print(f"line {number} of very many that nobody reads")
    raise ValueError("after all that")


def which_clash(said, out):
    import clash

    out.write_text(clash.VERSION)


def doubles(factor=2):
    def work(inputs, seed):
        print("a work prints")
        return {"doubled": inputs["number"] * factor, "seed": seed}

    return work


def same():
    return lambda inputs, seed: inputs["value"]


def gives_a_set():
    return lambda inputs, seed: {1, 2}


def ends_itself():
    def work(inputs, seed):
        sys.exit(3)

    return work


def refuses():
    from haiga.core.errors import UserError

    raise UserError("the setting 'depth' must be 1 to 9")


def blas_threads_told():
    """Work that tells with how many threads numpy multiplies here."""
    import os

    return lambda inputs, seed: os.environ["OPENBLAS_NUM_THREADS"]
