"""The errors haiga raises on purpose.

Each message is one sentence that says what is wrong, where, and what to do.
Only the command line turns them into exit codes.
"""

from __future__ import annotations


class HaigaError(Exception):
    """Anything haiga can explain; `exit_code` is what the command line ends with."""

    exit_code = 1


class UserError(HaigaError):
    """The request cannot be met as it was put: the user can mend it (exit code 2)."""

    exit_code = 2


class JobError(HaigaError):
    """The request was sound and the work failed (exit code 1)."""

    exit_code = 1


class BadPicture(UserError):
    """A file that should be a picture is missing, corrupt, too large or of no known kind."""


class BadModel(JobError):
    """A model file is missing, damaged, or not the one its card describes."""


class NoModel(BadModel):
    """There is no model where one was asked for: the user can name another (exit code 2)."""

    exit_code = 2


class MissingExtra(UserError):
    """A feature needs an optional dependency; the message names the extra."""


class Stopped(HaigaError):
    """The user ended it before its end; what was done is kept, and the message says where."""

    exit_code = 130
