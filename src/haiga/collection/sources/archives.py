"""A ZIP or TAR archive of pictures, with the tables inside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from haiga.collection.sources.file_bytes import MOST_BYTES
from haiga.collection.sources.members import MOST_MEMBERS, Member, Members, open_members
from haiga.collection.sources.shadow import START_BYTES, Shadow, is_picture_name, is_read
from haiga.collection.sources.told import passport_of
from haiga.core.collecting import Found, Missed, Unobtainable
from haiga.core.errors import UserError
from haiga.media.picture_listing import printable

SUFFIXES = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.xz", ".txz", ".tar.bz2")
"""How the names of archives end."""

_MOST_TABLE_BYTES = 200_000_000


class ArchiveSource:
    """The pictures of an archive, with what tables, texts and folders in it say of them.

    It is read as a folder would be. Members that lead out of the archive, are locked, linked
    or would unpack to a hundred times their size are missed, each with its reason. Names and
    tables are put into a folder inside `scratch` (else the system's) and removed at once;
    pictures are only ever in memory.
    """

    def __init__(
        self,
        archive: Path,
        *,
        where: Sequence[str] = (),
        most_bytes: int = MOST_BYTES,
        scratch: Path | None = None,
    ) -> None:
        self._path, self._where, self._most = archive, tuple(where), most_bytes
        self._scratch = scratch
        self.name = f"archive {printable(str(archive.absolute()))}"
        self.notes: list[str] = []

    def find(self) -> Iterator[Found | Missed]:
        """What cannot be taken, then the pictures in the order they are packed in.

        In that order a packed TAR is read once from end to end. Raises `UserError` when it is
        no archive, or has no picture in it.
        """
        self.notes.clear()
        said = printable(str(self._path))
        members = open_members(self._path, said)
        missed: list[Missed] = []
        by_name: dict[str, Member] = {}
        with Shadow(self._scratch) as shadow:
            for member in self._placed(members, shadow, missed, said):
                by_name[_as_path(member.name)] = member
            if members.cut_short:
                self.notes.append(members.cut_short)
            try:
                read = shadow.read(self._where, said)
            except UserError as error:
                reasons = Counter(miss.reason for miss in missed)
                if not reasons:
                    raise
                reason, times = reasons.most_common(1)[0]
                raise UserError(f"{error}; of {times:,} in it, each {reason}") from error
            records = [(by_name[shadow.name_of(record.path)], record) for record in read.records]
        self.notes += read.notes
        yield from missed
        for left in read.left_out:
            yield Missed(left.key, left.reason)
        for member, record in sorted(records, key=lambda pair: pair[0].number):
            passport = passport_of(self.name, record.key, record.columns, caption=record.caption)
            yield Found(passport, partial(members.read, member.number, self._most))

    def _placed(
        self, members: Members, shadow: Shadow, missed: list[Missed], said: str
    ) -> Iterator[Member]:
        """The members that stand in the shadow now; those that cannot go to `missed`."""
        for count, member in enumerate(members.listed()):
            if count >= MOST_MEMBERS:
                raise UserError(f"{said}: holds more than {MOST_MEMBERS:,} files; split it")
            if _passed_over(member.name):
                continue
            try:
                wrong = member.wrong or shadow.place(_as_path(member.name), _start(members, member))
            except Unobtainable as error:
                wrong = str(error)
            if wrong:
                missed.append(Missed(printable(member.name), wrong))
            else:
                yield member


def _start(members: Members, member: Member) -> bytes:
    """What of a member the shadow needs: all of a table, none of a picture, else how it begins."""
    if is_read(member.name):
        return members.read(member.number, _MOST_TABLE_BYTES)
    return b"" if is_picture_name(member.name) else members.begin(member.number, START_BYTES)


def _as_path(name: str) -> str:
    """`./a//b.jpg` is `a/b.jpg`; what climbs stays as it is, and is refused."""
    parts = name.split("/")
    if name.startswith("/") or ".." in parts:
        return name
    return "/".join(part for part in parts if part not in ("", "."))


def _passed_over(name: str) -> bool:
    """Names that begin with a dot, and what macOS puts beside files: as in a folder."""
    parts = [part for part in name.split("/") if part not in (".", "..")]
    return any(part.startswith(".") or part == "__MACOSX" for part in parts)
