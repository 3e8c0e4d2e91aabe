"""The report on a maker of pictures: the page says what the figures say, in plain words."""

from __future__ import annotations

import base64
import io
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from page_reading import read
from PIL import Image
from small_eye import SmallEye, noisy, paintings

from haiga.core.errors import UserError
from haiga.inspection.metrics.bootstrap import Measure
from haiga.inspection.picture_page import picture_page, write_report
from haiga.inspection.picture_report import (
    EpochSeen,
    Example,
    LostWords,
    PictureReport,
    Saw,
    copy_verdict,
    suspects_of,
)
from haiga.inspection.watch import Watch

TRAIN, HELD = paintings(150, 1), paintings(60, 2)


@pytest.fixture(scope="module")
def watch() -> Watch:
    return Watch(SmallEye(), TRAIN, HELD)


def report_on(watch: Watch, copies: int) -> PictureReport:
    """A report on a maker that returns so many of its training pictures, and 60 new ones."""
    made = noisy(TRAIN[:copies], 3) + paintings(60, 4)
    look = watch.look(made, with_fid=True)
    names = [f"seed {i + 1}" for i in range(len(made))]
    row = look.as_row()
    return PictureReport(
        model="my <masks>",
        kind="generator",
        title="Masks & faces",
        about={"recipe": "haiga train generator"},
        pictures={"learned from": "150"},
        look=look,
        floor=watch.floor,
        samples=tuple(Example(p, n) for p, n in zip(made[:12], names, strict=False)),
        suspects=suspects_of(
            look, made, TRAIN, made_names=names, train_names=[f"{i}.png" for i in range(150)]
        ),
        log=tuple({**row, "step": step, "kid": 1 / (1 + step)} for step in (0, 10, 20)),
        kept_step=20,
        saw=Saw(
            epochs=tuple(EpochSeen(i + 1, 150, 150, i + 1, i + 2) for i in range(20)),
            labels={f"maker {i}": i + 1 for i in range(50)},
            label_column="artist",
            lost=LostWords(90, 2, (("<acer>", 2),)),
            augmentations=("mirrored", "cutout"),
        ),
        left_out=(("a.jpg", "is damaged"), ("b.jpg", "is damaged"), ("c.jpg", "is empty")),
        notes=("the works of 1850 were left out",),
    )


@pytest.fixture(scope="module")
def honest(watch: Watch) -> PictureReport:
    return report_on(watch, 0)


@pytest.fixture(scope="module")
def copycat(watch: Watch) -> PictureReport:
    return report_on(watch, 30)


def test_the_page_tells_what_was_seen_left_out_and_measured(honest: PictureReport) -> None:
    found = read(picture_page(honest))
    for expected in (
        "my <masks>", "Masks & faces", "150 of 150", "maker 49", "and 10 more", "<acer> (2)",
        "mirrored, cutout", "is damaged", "a.jpg, b.jpg", "The works of 1850 were left out.",
        "the state of step 20", "Bińkowski", "FID", "recall", "The epochs between",
    ):  # fmt: skip
        assert expected in found.text, expected
    assert not found.all("masks")
    assert not found.all("script")
    assert len(found.all("svg")) == 4  # the seal and three curves
    assert len(found.all("img")) == 12 + 2 * 8


def test_an_honest_maker_is_said_to_be_one_and_nothing_is_red(honest: PictureReport) -> None:
    html = picture_page(honest)
    said = copy_verdict(honest)
    assert said.startswith(("No copies were found", "It copies no more than chance"))
    assert said in read(html).text.replace("\u00a0", " ")
    assert 'class="value red"' not in html
    assert honest.as_json()["copies"] is False


def test_a_copycat_is_called_one_with_its_evidence_in_red(copycat: PictureReport) -> None:
    html = picture_page(copycat)
    assert "It copies. 3" in read(html).text
    assert 'class="value red"' in html
    assert 'class="under red"' in html
    assert [one.made.caption[5:] for one in copycat.suspects] == [
        str(int(one.train.caption[:-4]) + 1) for one in copycat.suspects
    ]  # seed i + 1 returned picture i
    value = copycat.as_json()
    assert value["copies"] is True
    assert value["verdict"].startswith("It copies.")
    assert all(one["copy"] for one in value["suspects"])


def test_the_pictures_are_inside_the_page_as_they_were(honest: PictureReport) -> None:
    images = read(picture_page(honest)).all("img")
    source = images[0]["src"]
    assert source is not None
    assert source.startswith("data:image/jpeg;base64,")
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2]))))
    apart = np.abs(shown.astype(int) - honest.samples[0].picture)
    assert apart.mean() < 4
    assert images[0]["alt"] == "a picture it made, seed 1"


def test_the_json_has_every_figure_no_pixels_and_no_number_that_is_none(
    honest: PictureReport,
) -> None:
    text = json.dumps(honest.as_json(), allow_nan=False)
    assert len(text) < 20_000
    value = json.loads(text)
    assert value["look"]["kid"]["value"] == pytest.approx(honest.log[0]["kid_train"], abs=1)
    assert value["look"]["fid"]["value"] > 0
    assert value["saw"]["epochs"][-1] == {
        "epoch": 20, "seen": 150, "pictures": 150, "least": 20, "most": 21,
    }  # fmt: skip
    assert value["floor"]["low"] < value["floor"]["high"]
    broken = replace(honest, floor=Measure(math.nan))
    assert json.loads(json.dumps(broken.as_json(), allow_nan=False))["floor"]["value"] is None


def test_what_was_not_measured_is_said_and_not_taken_for_honest(honest: PictureReport) -> None:
    bare = replace(honest, look=None, why_no_look="no picture was held out", suspects=(), log=())
    html = picture_page(bare)
    assert "Whether it copies is not known: no picture was held out." in read(html).text
    assert 'class="warning"' in html
    assert bare.as_json()["copies"] is None


def test_pictures_that_were_never_seen_are_red(honest: PictureReport) -> None:
    part = replace(honest, saw=Saw(epochs=(EpochSeen(1, 100, 150),)))
    html = picture_page(part)
    assert 'class="value red"' in html
    assert "100 of 150" in read(html).text


def test_few_held_out_pictures_are_called_rough() -> None:
    few = Watch(SmallEye(), TRAIN, HELD[:12])
    assert "this is rough" in copy_verdict(report_on(few, 0))


def test_a_report_is_written_whole_or_refused_in_a_sentence(
    honest: PictureReport, tmp_path: Path
) -> None:
    write_report(honest, tmp_path / "new" / "folder")
    names = sorted(path.name for path in (tmp_path / "new" / "folder").iterdir())
    assert names == ["report.html", "report.json"]
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UserError, match="it is a file"):
        write_report(honest, tmp_path / "file")
