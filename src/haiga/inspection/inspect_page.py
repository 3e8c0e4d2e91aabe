"""An inspection as a page: a grid of what was made, and a case for each with its evidence."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
from PIL import Image

from haiga import __version__
from haiga.core.counted import counted
from haiga.core.errors import BadPicture, UserError
from haiga.core.nouns import Picture
from haiga.inspection.alignment import Alignment
from haiga.inspection.inspect_report import Inspection
from haiga.inspection.originality import Neighbour
from haiga.media.durable import make_folder, write_durably
from haiga.pages import parts
from haiga.pages.markup import Html, element
from haiga.pages.numbers import share
from haiga.pages.page import Section, page
from haiga.pages.parts import Figure

HTML, PICTURES = "index.html", "pictures"
MOST_PX, STAGE_PX = 320, 480
"""The longer side of a picture on the page, and of a part that is compared by blinking."""

_MARK = "Written by haiga inspect"
_ORDER = {"copy": 0, "close": 1, "new": 2}
_LAYERS = {
    "aligned": "Lying on it, by edges",
    "hash": "Alike in a few pixels (hash)",
    "early": "Alike at first sight: colours and shapes in their places",
    "late": "Alike in what they show",
}
_MEANS = {
    "new": "No picture of the collection lies on it or looks unusually like it.",
    "close": "Nearer to one than real pictures of different works usually are.",
    "copy": "It, or a part of it, lies on a picture of the collection.",
}


def check_page_folder(folder: Path) -> None:
    """Refuses a folder that holds anything but an inspection haiga wrote; UserError says so.

    Hidden files do not count.
    """
    path = folder / HTML
    try:
        if path.exists():
            if _MARK.encode() in path.read_bytes():
                return
            raise UserError(
                f"{path}: is there already, and haiga did not write it; choose another folder"
            )
        others = folder.is_dir() and [one for one in folder.iterdir() if one.name[0] != "."]
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from error
    if others:
        raise UserError(
            f"{folder}: holds files that are no inspection of haiga's, such as "
            f"{min(others).name}; name a new folder, or an empty one"
        )


def write_inspection(inspection: Inspection, folder: Path) -> Path:
    """Writes `index.html` and the pictures it shows into a folder, made if need be.

    Raises UserError where it cannot be written, or something else is there.
    """
    check_page_folder(folder)
    make_folder(folder / PICTURES)
    if not (folder / HTML).exists():  # if this is cut off, the folder is still known as haiga's
        write_durably(folder / HTML, f"<!doctype html><p>{_MARK}, not finished.".encode())
    writer = _Writer(inspection, folder)
    html = writer.page()  # which writes the pictures: the page comes last, and shows all it names
    write_durably(folder / HTML, html.encode("utf-8"))
    return folder / HTML


class _Writer:
    """One page being written: the pictures it names are written as they are named."""

    def __init__(self, inspection: Inspection, folder: Path) -> None:
        self.inspection, self.folder = inspection, folder
        self.named = inspection.judge.reference.named
        self._written: set[str] = set()
        found = inspection.found
        self.order = sorted(
            range(len(found)), key=lambda i: (_ORDER[found[i].judgement], -found[i].score)
        )

    def page(self) -> str:
        """The whole page."""
        given = self.inspection
        tiles, cases = [], []
        for i in self.order:
            picture = given.subjects[i].load()
            tiles.append(self._tile(i, self._put(f"made-{i:04}", picture)))
            cases.append(self._case(i, picture))
        told = json.dumps([given.case(i) for i in range(len(given.found))], ensure_ascii=True)
        data = Html(
            '<script type="application/json" id="cases">' + told.replace("<", "\\u003c")
            + "</script>"
        )  # fmt: skip
        lead = "Choose one, with the arrow keys and Enter too, to see what it was compared with."
        return page(
            "New, close or a copy?",
            [
                self._glance(),
                Section("What was inspected", element("ul", tiles, class_="tiles"), lead),
                *self._leaning(),
                Section("The cases", element("div", [*cases, data], class_="cases")),
                *self._left_out(),
            ],
            subtitle=f"{given.made_by}, beside {given.beside}",
            footer=f"{_MARK} {__version__}. Nothing on this page comes from elsewhere.",
            script="inspect.js",
            pictures_beside=True,
        )

    def _glance(self) -> Section:
        given, counts = self.inspection, self.inspection.counts
        figures = [
            Figure("new", f"{counts['new']:,}", beside=f"of {len(given.found):,}"),
            Figure("close", f"{counts['close']:,}"),
            Figure("copies", f"{counts['copy']:,}", red=counts["copy"] > 0),
            Figure("compared with", f"{len(self.named):,}", beside="pictures"),
        ]
        limits = given.judge.limits
        body = [
            parts.key_figures(figures),
            parts.bullets([f"{kind}: {means}" for kind, means in _MEANS.items()]),
            parts.paragraph(
                f"A copy's edges agree to more than {limits.copy:.2f} with a picture's; "
                f"{limits.told}."
            ),
        ]
        if given.twins_told:
            body.append(parts.paragraph(given.twins_told + "."))
        if given.hub_warning:
            body.append(parts.warning(given.hub_warning + "."))
        return Section("At a glance", body)

    def _tile(self, i: int, source: str) -> Html:
        one, key = self.inspection.found[i], self.inspection.subjects[i].key
        image = element("img", src=source, alt="", loading="lazy")
        said = [
            image,
            element("span", one.judgement, class_=f"judged {one.judgement}"),
            element("span", key, class_="key-of"),
        ]
        link = element(
            "a", said, class_="tile", id=f"tile-{i}", href=f"#case-{i}",
            aria_label=f"{key}: {one.judgement}",
        )  # fmt: skip
        return element("li", link)

    def _case(self, i: int, picture: Picture) -> Html:
        one, key = self.inspection.found[i], self.inspection.subjects[i].key
        groups = []
        for layer, title in _LAYERS.items():
            shown = [self._neighbour(i, picture, n) for n in one.layers.get(layer, ())]
            groups += [element("h4", title), element("div", shown, class_="neighbours")]
        made, other = self._stage(i, picture, one.nearest)
        stage = element("div", [
            element("img", src=made, alt="what was made", loading="lazy"),
            element("img", src=other, alt=self._told(one.nearest), loading="lazy"),
        ], class_="stage")  # fmt: skip
        body = [
            element("h3", [f"{key}: ", element("span", one.judgement,
                                               class_=f"judged {one.judgement}")]),
            parts.paragraph(one.evidence),
            stage,
            *groups,
            element("p", element("a", "Back to all", href=f"#tile-{i}"), class_="back"),
        ]  # fmt: skip
        return element("article", body, class_="case", id=f"case-{i}", data_case=i)

    def _neighbour(self, i: int, picture: Picture, other: Neighbour) -> Html:
        made, part = self._stage(i, picture, other)
        told = self._told(other)
        whole = self._reference(other.place)
        inside = [element("img", src=whole, alt=told, loading="lazy")]
        if other.alignment is not None and self._lies(other.alignment):
            box = other.alignment.other
            inside.append(
                element(
                    "span", "", class_="box",
                    style=f"left:{100 * box.left:.1f}%;top:{100 * box.top:.1f}%;"
                    f"width:{100 * (box.right - box.left):.1f}%;"
                    f"height:{100 * (box.bottom - box.top):.1f}%",
                )
            )  # fmt: skip
        link = element("a", inside, href=whole, data_made=made, data_other=part, data_told=told)
        return element(
            "figure", [link, element("figcaption", [told, element("br"), _scores(other)])],
            class_="neighbour",
        )  # fmt: skip

    def _stage(self, i: int, picture: Picture, other: Neighbour) -> tuple[str, str]:
        """The two pictures to blink: the parts that lie on each other, else both whole."""
        alignment = other.alignment
        if alignment is None or not self._lies(alignment):
            return self._put(f"made-{i:04}", picture), self._reference(other.place)
        name = f"case-{i:04}-{other.place}"
        if f"{name}-other" not in self._written:
            here = alignment.made.of(picture)
            there = alignment.other.of(self.inspection.judge.reference.picture(other.place))
            scale = STAGE_PX / max(here.shape[:2])
            size = (max(1, round(here.shape[1] * scale)), max(1, round(here.shape[0] * scale)))
            there = there[:, ::-1] if alignment.mirrored else there
            self._put(f"{name}-made", _resized(here, size))
            self._put(f"{name}-other", _resized(there, size))
        return f"{PICTURES}/{name}-made.jpg", f"{PICTURES}/{name}-other.jpg"

    def _lies(self, alignment: Alignment) -> bool:
        """Whether the place that was found says anything."""
        return alignment.score > self.inspection.judge.limits.close_score

    def _reference(self, place: int) -> str:
        name = f"reference-{place}"
        if name in self._written:
            return f"{PICTURES}/{name}.jpg"
        try:
            picture = self.inspection.judge.reference.picture(place)
        except BadPicture:  # it was there when it was looked at
            picture = np.full((8, 8, 3), 128, np.uint8)
        return self._put(name, picture)

    def _put(self, name: str, picture: Picture) -> str:
        """Writes a picture once; its address from the page."""
        if name not in self._written:
            image = Image.fromarray(np.ascontiguousarray(picture))
            most = STAGE_PX if name.startswith("case") else MOST_PX
            image.thumbnail((most, most), Image.Resampling.LANCZOS)
            buffer = io.BytesIO()
            image.save(buffer, "JPEG", quality=88, subsampling=0)
            write_durably(self.folder / PICTURES / f"{name}.jpg", buffer.getvalue())
            self._written.add(name)
        return f"{PICTURES}/{name}.jpg"

    def _told(self, other: Neighbour) -> str:
        return self.named[other.place].told

    def _leaning(self) -> list[Section]:
        leaning = self.inspection.leaning
        if leaning.made < 2:
            return []
        rows = [[self.named[p].told, f"{count:,}"] for p, count in leaning.nearest[:8]]
        usual = f"; of as many real pictures {share(leaning.usual)}" if leaning.usual else ""
        never = ", ".join(self.named[p].told for p in leaning.never[:6])
        more = f", and {len(leaning.never) - 6:,} more" if len(leaning.never) > 6 else ""
        body = [
            parts.table(["picture of the collection", "nearest of"], rows, numbers=1),
            parts.paragraph(
                f"The five first are the nearest of {share(leaning.carried)} of all{usual}."
            ),
            parts.paragraph(
                f"Near nothing that was made: {len(leaning.never):,} of {len(self.named):,}"
                + (f", such as {never}{more}." if never else ".")
            ),
        ]
        return [Section("What it leans on", body)]

    def _left_out(self) -> list[Section]:
        left = self.inspection.left_out
        if not left:
            return []
        said = [f"{key} {reason}" for key, reason in left[:20]]
        if len(left) > 20:
            said.append(f"and {counted(len(left) - 20, 'other')}")
        return [Section("What was left out", parts.bullets(said))]


def _scores(other: Neighbour) -> str:
    said = []
    if other.alignment is not None:
        said.append(f"edges {other.alignment.score:.2f}")
        if other.alignment.mirrored:
            said.append("mirrored")
    said += [f"hash {other.bits} of 64 apart", f"early {other.early:.2f}", f"late {other.late:.2f}"]
    return ", ".join(said)


def _resized(picture: Picture, size: tuple[int, int]) -> Picture:
    image = Image.fromarray(np.ascontiguousarray(picture))
    return np.asarray(image.resize(size, Image.Resampling.LANCZOS))
