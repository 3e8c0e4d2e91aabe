"""Say what pictures show: files or folders, one caption or several, and where it looked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from haiga.core import registry
from haiga.core.errors import BadPicture, JobError, UserError
from haiga.core.nouns import Caption, Picture
from haiga.core.roles import Captioner
from haiga.features.tone import of_one_tone
from haiga.media.picture_listing import SUFFIXES, list_folder
from haiga.media.pictures import read_picture, write_png

DEFAULT = "attend.v1"
DRAWN = 0.8
"""The temperature at which several captions are drawn where none is asked for."""
RANDOM = 1.5
"""From about here on the words of `attend.v1` come nearly as they would by chance."""
MOST_COUNT = 100
_AT_ONCE = 32
_TRIES = 3
"""Captions drawn for each that is wanted, so that they differ."""


@dataclass(frozen=True)
class Asked:
    """Which captioner, with which settings, and how many captions a picture."""

    use: str
    settings: Mapping[str, Any]
    count: int = 1


@dataclass(frozen=True)
class Captioned:
    """A picture file, its captions (the surest first), and the picture of where was looked.

    A picture of one tone has no captions: there is nothing to be seen in it.
    """

    path: Path
    captions: tuple[Caption, ...]
    shown: Path | None = None


@dataclass(frozen=True)
class LeftOut:
    """A file that is not captioned, and why."""

    path: Path
    reason: str


def choose(model: str | None, *, count: int, temperature: float | None, beam: int | None) -> Asked:
    """Which captioner is meant; `UserError` where there is none such, or a setting does not fit.

    `model` is a registered name, a bundled captioner's or the folder of one. Several captions
    are drawn, at `DRAWN` unless a temperature is given.
    """
    if not 1 <= count <= MOST_COUNT:
        raise UserError(f"--count: must be from 1 to {MOST_COUNT}, not {count}")
    if beam is not None and (temperature or count > 1):
        why = "--temperature" if temperature else "--count"
        raise UserError(
            f"--beam: finds the one likeliest caption, and {why} draws others; give one"
        )
    if temperature == 0 and count > 1:
        raise UserError("--temperature: at 0 there is one caption, and --count asks for several")
    use, settings = DEFAULT, dict[str, Any]()
    if model in registry.names("captioner"):
        use = str(model)
    elif model is not None:
        settings["model"] = model
    wanted = {
        "temperature": DRAWN if temperature is None and count > 1 else temperature,
        "beam": beam,
    }
    for name, value in wanted.items():
        if value is None:
            continue
        if not registry.takes("captioner", use, name):
            raise UserError(f"--{name}: {use} has no such setting; leave it out")
        settings[name] = value
    return Asked(use, settings, count)


def wildness_told(use: str, temperature: float | None) -> str:
    """What is to be said of so high a temperature; empty where there is nothing to say."""
    if use != DEFAULT or temperature is None or temperature < RANDOM:
        return ""
    return (
        f"(from a temperature of about {RANDOM} on its words come nearly by chance; several "
        f"captions are drawn at {DRAWN} where none is given)"
    )


def caption_files(
    paths: Sequence[Path],
    asked: Asked,
    *,
    seeds: range,
    show_in: Path | None = None,
    on_each: Callable[[], None] = lambda: None,
) -> Iterator[Captioned | LeftOut]:
    """The captions of each picture, in order; a folder stands for all pictures in it.

    In a folder a file that cannot be read is left out; named alone it is refused with
    `BadPicture`. `show_in` is a folder for pictures of where was looked; nothing there is
    overwritten. Raises `UserError` before anything is done where a folder holds no picture.
    """
    files = [file for path in paths for file in _files(path)]
    alone = {path for path in paths if not path.is_dir()}
    targets = _targets(show_in, files)
    captioner: Captioner = registry.make("captioner", asked.use, asked.settings)

    def all_of_them() -> Iterator[Captioned | LeftOut]:
        for start in range(0, len(files), _AT_ONCE):
            part: list[tuple[Path, Path | None, Picture]] = []
            end = start + _AT_ONCE
            for file, target in zip(files[start:end], targets[start:end], strict=True):
                try:
                    part.append((file, target, read_picture(file)))
                except BadPicture as error:
                    if file in alone:
                        raise
                    yield LeftOut(file, str(error).removeprefix(f"{file}: "))
                    on_each()
            seen = [picture for *_, picture in part if not of_one_tone(picture)]
            said = iter(captions_of(captioner, seen, seeds))
            for file, target, picture in part:
                if of_one_tone(picture):
                    yield Captioned(file, ())
                else:
                    captions = next(said)
                    if target is not None:
                        _show(target, picture, captions[0])
                    yield Captioned(file, captions, target)
                on_each()

    return all_of_them()


def captions_of(
    captioner: Captioner, pictures: Sequence[Picture], seeds: Sequence[int]
) -> list[tuple[Caption, ...]]:
    """Captions of each picture that differ, at most one a seed, the surest first.

    Where two seeds say the same of a picture, further ones are tried. Raises `JobError` where
    the captioner does not say one thing of every picture.
    """
    found: list[dict[str, Caption]] = [{} for _ in pictures]
    rounds = 1 if len(seeds) == 1 else _TRIES
    for seed in (s + i * len(seeds) for i in range(rounds) for s in seeds):
        open_rows = [i for i, known in enumerate(found) if len(known) < len(seeds)]
        if not open_rows:
            break
        made = captioner.caption([pictures[i] for i in open_rows], seeds=[seed] * len(open_rows))
        if len(made) != len(open_rows):
            raise JobError(
                f"the captioner was asked for {len(open_rows)} captions and made {len(made)}"
            )
        for i, caption in zip(open_rows, made, strict=True):
            if not caption.text.strip():
                raise JobError("the captioner said nothing of a picture")
            found[i].setdefault(caption.text, caption)
    return [tuple(sorted(known.values(), key=lambda c: -c.score)) for known in found]


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = [path / one for one in list_folder(path).pictures]
    if not files:
        raise UserError(f"{path}: holds no picture; give a folder with .jpg, .png or .webp files")
    return files


def _targets(folder: Path | None, files: Sequence[Path]) -> list[Path | None]:
    """Where the picture of each file goes: `<name>-attention.png`, none of them there yet."""
    if folder is None:
        return [None] * len(files)
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder}: is a file; --show-attention names a folder")
    if not folder.exists() and folder.suffix.lower() in SUFFIXES:
        raise UserError(f"{folder}: is a picture's name; --show-attention names a folder")
    if not folder.is_dir() and not folder.parent.is_dir():
        raise UserError(f"{folder}: the folder {folder.parent} does not exist; make it first")
    targets: list[Path | None] = []
    used: set[Path] = set()
    for file in files:
        target, number = folder / f"{file.stem}-attention.png", 1
        while target in used:
            number += 1
            target = folder / f"{file.stem}-{number}-attention.png"
        if target.exists():
            raise UserError(f"{target}: is there already; choose another folder")
        used.add(target)
        targets.append(target)
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise UserError(f"{folder}: cannot be made: {error.strerror}; choose another") from error
    return targets


def _show(target: Path, picture: Picture, caption: Caption) -> None:
    if caption.attention is None:
        raise UserError("--show-attention: this captioner does not tell where it looked")
    from haiga.gallery.attention import attention_sheet

    write_png(target, attention_sheet(picture, caption))
