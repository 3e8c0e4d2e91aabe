"""The door of the `haiga` command.

Nothing is imported here but inside `main`, so that a Ctrl-C that comes while
Python is still loading is caught as well.
"""

import sys


def main() -> None:
    """Run `haiga` with this process's arguments and exit.

    0 done, 1 a job that failed, 2 a request that must be put otherwise,
    130 interrupted. A traceback is shown only with `--debug`.
    """
    try:
        from haiga.cli import ending

        ending.listen_for_interrupts()
        from haiga.cli.app import build

        code = ending.run(build(), sys.argv[1:])
    except KeyboardInterrupt:
        sys.stderr.write("haiga: stopped; nothing is half done\n")
        code = 130
    from haiga.cli.ending import leave

    leave(code)
