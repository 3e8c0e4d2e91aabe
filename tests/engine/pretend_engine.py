"""Plays a container engine: checks what it is asked as podman would, and runs it on this machine.

Its images are the folders beside it: `images/NAME` holds the id that `image inspect` gives, and
`registry/NAME` is what `pull` can fetch. Every call is noted in `calls`. `run` starts the
worker with this Python, the mounted paths put in the place of those inside.
"""

import json
import os
import sys
from pathlib import Path

HERE = Path(sys.argv[0]).resolve().parent
WITH_VALUE = {
    *("--name", "--network", "--pull", "--workdir", "--user", "--cap-drop", "--security-opt"),
    *("--cpus", "--memory", "--memory-swap", "--volume", "--env", "--entrypoint", "--gpus"),
    *("--userns", "--device"),
}
ALONE = {"--rm", "--interactive"}


def place(kind, name):
    return HERE / kind / name.replace("/", "_").replace(":", "_").replace("@", "_")


def inspect(words):
    image = words[-1]
    known = {path.read_text(): path.read_text() for path in (HERE / "images").iterdir()}
    if place("images", image).exists():
        known[image] = place("images", image).read_text()
    if image not in known:
        sys.exit(f"Error: {image}: image not known")
    if words[:2] != ["--format", "{{.Id}}"]:  # podman 4 knows no {{json .Id}} here
        sys.exit("Error: template")
    print(known[image])


def pull(words):
    image = words[-1]
    if not place("registry", image).exists():
        print("Trying to pull...", file=sys.stderr)
        sys.exit("Error: initializing source: name unknown")
    place("images", image).write_text(place("registry", image).read_text())


def run(words):
    options = {}
    while words[0].startswith("--"):
        word = words.pop(0)
        if word in ALONE:
            options[word] = [""]
        elif word in WITH_VALUE:
            options.setdefault(word, []).append(words.pop(0))
        else:
            sys.exit(f"Error: unknown flag: {word}")
    inspect(["--format", "{{.Id}}", words[0]])
    sys.stdout.flush()
    mounts = {}
    for volume in options["--volume"]:
        outside, inside, _ = volume.split(":")
        if not Path(outside).exists():
            sys.exit(f"Error: statfs {outside}: no such file or directory")
        mounts[inside] = outside
    variables = {"PATH": os.defpath}
    for given in options.get("--env", []):
        name, equals, value = given.partition("=")
        variables[name] = value if equals else os.environ[name]
    (HERE / "pids").mkdir(exist_ok=True)
    (HERE / "pids" / options["--name"][0]).write_text(str(os.getpid()))
    arguments = [mounts.get(word, word) for word in words[1:]]
    for name, value in variables.items():
        for inside, outside in mounts.items():
            if value == inside or value.startswith(inside + "/"):
                variables[name] = outside + value[len(inside) :]
    os.dup2(os.open(os.devnull, os.O_WRONLY), 9)
    os.execve(sys.executable, [options["--entrypoint"][0], *arguments], variables)


def kill(words):
    path = HERE / "pids" / words[-1]
    if not path.exists():
        sys.exit("Error: no such container")
    os.kill(int(path.read_text()), 15)


def main():
    words = sys.argv[1:]
    with (HERE / "calls").open("a") as calls:
        calls.write(json.dumps(words) + "\n")
    if words[0] == "info":
        if (HERE / "asleep").exists():
            sys.exit((HERE / "asleep").read_text())
        print("{}")
    elif words[:2] == ["image", "inspect"]:
        inspect(words[2:])
    elif words[0] == "pull":
        pull(words[1:])
    elif words[0] == "run":
        run(words[1:])
    elif words[0] == "kill":
        kill(words[1:])
    elif words[:2] == ["rm", "--force"]:
        pass
    else:
        sys.exit(f"Error: unknown command: {words[0]}")


main()
