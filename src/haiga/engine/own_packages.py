"""haiga's own installation: what it needs, which versions are there, and where its files lie."""

from __future__ import annotations

import hashlib
import os
import platform
import re
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from haiga.core.errors import JobError, UserError

_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?")
_SYSTEM = re.compile(r"""(sys_platform|platform_system|os_name)\s*==\s*['"]([^'"]+)['"]""")
_EXTRA = re.compile(r"""extra\s*==\s*['"]([^'"]+)['"]""")


def platform_name() -> str:
    """System and processor as packages name them ("linux-x86_64")."""
    return sysconfig.get_platform()


def base_requirements(extra: Sequence[str] = ()) -> list[str]:
    """What haiga needs installed, and what the named extras of it need beside."""
    return [requirement for requirement, _, _ in _needs(_own(), extra)]


def extras_of_haiga() -> set[str]:
    """The names of haiga's extras ("train", "hub")."""
    return set(_own().metadata.get_all("Provides-Extra") or ())


def installed_versions(extra: Sequence[str] = ()) -> str:
    """One line "name==version" for each package that haiga and the extras stand on, sorted.

    Packages that are not installed are left out; so is haiga itself, whose code is no
    package to a cache. The first line names the interpreter and the platform.
    """
    found: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    wanted = [(name, extras) for _, name, extras in _needs(_own(), extra)]
    while wanted:
        name, extras = wanted.pop()
        if all((name, one) in seen for one in ("", *extras)):
            continue
        seen.update((name, one) for one in ("", *extras))
        try:
            package = distribution(name)
        except PackageNotFoundError:
            continue
        found[name] = package.version
        wanted += [(needed, its) for _, needed, its in _needs(package, extras)]
    lines = [f"# {sys.implementation.name} {platform.python_version()} {platform_name()}"]
    return "\n".join([*lines, *(f"{name}=={found[name]}" for name in sorted(found))]) + "\n"


@dataclass(frozen=True)
class Linked:
    """haiga's code and what says its entry points, to be put into an environment by a link."""

    package: Path
    metadata: str
    entry_points: str
    version: str

    @property
    def digest(self) -> str:
        """sha256 of where the code lies and what it registers."""
        told = "\0".join([str(self.package), self.metadata, self.entry_points])
        return hashlib.sha256(told.encode()).hexdigest()

    def put_into(self, site_packages: Path) -> None:
        """Links the package and writes its metadata, so that `import haiga` gives this very code.

        The code is not copied: a changed line is in force at once, as it is in this process.
        """
        (site_packages / "haiga").symlink_to(self.package, target_is_directory=True)
        information = site_packages / f"haiga-{self.version}.dist-info"
        information.mkdir()
        (information / "METADATA").write_text(self.metadata, "utf-8")
        (information / "entry_points.txt").write_text(self.entry_points, "utf-8")
        (information / "INSTALLER").write_text("haiga\n", "utf-8")


def linked_haiga() -> Linked:
    """The haiga that runs now."""
    own = _own()
    return Linked(
        package=Path(__file__).resolve().parents[1],
        metadata=own.read_text("METADATA") or "",
        entry_points=own.read_text("entry_points.txt") or "",
        version=own.version,
    )


def check_python(version: str) -> None:
    """Raises `UserError` where an environment's Python is too old to hold haiga."""
    told = " ".join(_own().metadata.get_all("Requires-Python") or ())
    needed = re.search(r">=\s*(\d+)\.(\d+)", told)
    if needed and tuple(map(int, version.split(".")[:2])) < tuple(map(int, needed.groups())):
        raise UserError(
            f"haiga needs Python {needed[1]}.{needed[2]} or newer, and the environment of this "
            f"step has {version}: a step of files or a command can run there, a role cannot"
        )


def _own() -> Distribution:
    try:
        return distribution("haiga")
    except PackageNotFoundError:
        raise JobError(
            "haiga runs from a folder that is not installed, so what it needs is not known: "
            "install it with pip"
        ) from None


def _needs(package: Distribution, extra: Sequence[str]) -> Iterator[tuple[str, str, list[str]]]:
    """Each requirement without its extra's marker, its normal name, and the extras it asks for."""
    wanted = {_normal(name) for name in extra}
    for line in package.requires or ():
        text, _, marker = line.partition(";")
        of = _EXTRA.search(marker)
        if of and _normal(of[1]) not in wanted:
            continue
        named = _NAME.match(text)
        if named is None or _is_for_another_system(marker):
            continue
        rest = re.sub(r"^\s*and\s+|\s+and\s*$|^\s*\(\s*\)\s*$", "", _EXTRA.sub("", marker)).strip()
        extras = [_normal(part) for part in (named[2] or "").split(",") if part.strip()]
        yield text.strip() + (f"; {rest}" if rest else ""), _normal(named[1]), extras


def _is_for_another_system(marker: str) -> bool:
    """Whether a requirement's marker names a system that is not this one.

    Such a package may be there all the same (Ray brings colorama along, for itself): it is not
    what haiga stands on.
    """
    here = {"sys_platform": sys.platform, "platform_system": platform.system(), "os_name": os.name}
    named = _SYSTEM.findall(marker)
    return " or " not in marker and any(here[what] != value for what, value in named)


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name.strip()).lower()
