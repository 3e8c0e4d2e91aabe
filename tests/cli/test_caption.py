"""`haiga caption` and `haiga alt-text`: what they say, write and refuse."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from haiga.media.pictures import read_picture

sys.path.insert(0, str(Path(__file__).parents[1] / "plugins"))


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tiny_captioner import make_captioner

    return make_captioner(tmp_path_factory.mktemp("captioner") / "tiny")


@pytest.fixture
def desk(work: Path) -> Path:
    """The work folder with a folder of two pictures and one that is damaged."""
    (work / "photos").mkdir()
    noise = np.random.default_rng(1).integers(0, 256, (30, 60, 3)).astype(np.uint8)
    Image.fromarray(noise).save(work / "photos" / "a.png")
    Image.fromarray(255 - noise[:, :20]).save(work / "photos" / "b.jpg")
    (work / "photos" / "c.png").write_bytes((work / "photos" / "a.png").read_bytes()[:200])
    return work


def test_a_picture_has_one_caption_and_it_is_the_same_again(run: Any, desk: Path) -> None:
    first = run("caption", "photos/a.png")
    assert first.code == 0, first.err
    assert len(first.out.splitlines()) == 1
    assert first.out == run("caption", "photos/a.png", "--seed", 4).out
    said = run("caption", "photos/a.png", "--json").object
    assert first.out.startswith(said["captions"][0]["text"])
    assert said["picture"] == "photos/a.png"
    assert said["captions"][0]["score"] <= 0
    assert said["seed"] is None


def test_a_folder_is_captioned_and_what_cannot_be_read_is_named(
    run: Any, desk: Path, tiny: Path
) -> None:
    done = run("caption", "photos", "--with", tiny)
    assert done.code == 0
    assert [line.split(":")[0] for line in done.out.splitlines()] == [
        str(Path("photos/a.png")), str(Path("photos/b.jpg")),
    ]  # fmt: skip
    assert "c.png" in done.err
    assert "damaged" in done.err


def test_where_there_is_nothing_to_see_nothing_is_claimed(run: Any, desk: Path) -> None:
    Image.new("RGB", (200, 200), (90, 120, 90)).save(desk / "tone.png")
    Image.new("RGBA", (200, 200), (255, 0, 0, 0)).save(desk / "clear.png")
    Image.new("RGB", (1, 1), (200, 0, 0)).save(desk / "dot.png")
    names = ("tone.png", "clear.png", "dot.png")
    done = run("caption", *names)
    assert done.code == 0, done.err
    assert done.out.count("nothing to be seen") == 3
    assert [one["captions"] for one in run("caption", *names, "--json").objects] == [[]] * 3


def test_of_a_picture_of_few_pixels_nothing_is_sure(run: Any, desk: Path, tiny: Path) -> None:
    with Image.open(desk / "photos" / "a.png") as image:
        image.crop((0, 0, 60, 15)).save(desk / "few.png")
    both = run("caption", "photos/a.png", "few.png", "--with", tiny, "--json").objects
    assert [one["captions"][0]["sure"] for one in both] == [True, False]


def test_a_model_of_another_kind_is_refused_as_a_mistake_of_the_request(
    run: Any, desk: Path
) -> None:
    for arguments in (("caption", "photos/a.png", "--with", "critic"),
                      ("evaluate", "captioner", "critic", "--pictures", "photos")):  # fmt: skip
        done = run(*arguments)
        assert done.code == 2
        assert "has the role critic, and is no captioner" in done.err


def test_a_captioner_is_measured_and_the_report_is_a_page(run: Any, desk: Path, tiny: Path) -> None:
    rng = np.random.default_rng(0)
    (desk / "told").mkdir()
    lines = []
    for i in range(60):
        picture = rng.integers(0, 256, (24, 24, 3)).astype(np.uint8)
        Image.fromarray(picture).save(desk / "told" / f"{i}.png")
        lines.append(json.dumps({"file": f"{i}.png", "caption": "a grey boat on the sea"}))
    (desk / "told" / "metadata.jsonl").write_text("\n".join(lines))
    asked = ("evaluate", "captioner", tiny, "--pictures", "told", "--out")
    done = run(*asked, "report")
    assert done.code == 0, done.err
    assert "(the report is " in done.err
    page = (desk / "report" / "report.html").read_text(encoding="utf-8")
    value = json.loads((desk / "report" / "report.json").read_text(encoding="utf-8"))
    assert value["pictures"] == len(value["captions"]) >= 2
    assert all(one["text"] in page for one in value["captions"][:2])
    assert page.count("<img ") == 3 * min(12, value["pictures"])
    for folder, why in (("photos", "holds other files"), ("told/0.png", "is a file")):
        refused = run(*asked, folder)
        assert refused.code == 2
        assert why in refused.err
    (desk / "report" / "report.json").write_text("{}")
    assert "holds a report.json of something else" in run(*asked, "report").err


def test_several_captions_differ_and_a_seed_draws_them_again(
    run: Any, desk: Path, tiny: Path
) -> None:
    many = ("caption", "photos/a.png", "--with", tiny, "--count", 4, "--temperature", 1.5)
    first = run(*many, "--seed", 3)
    assert len(set(first.out.splitlines())) == 4
    assert run(*many, "--seed", 3).out == first.out
    assert run(*many, "--seed", 4).out != first.out


def test_that_words_come_by_chance_is_said_at_a_temperature_where_they_do(
    run: Any, desk: Path, tiny: Path
) -> None:
    asked = ("caption", "photos/a.png", "--with", tiny, "--seed", 3, "--json", "--temperature")
    assert "come nearly by chance" in run(*asked, 1.5).err
    assert run(*asked, 1.2).err == ""


def test_where_it_looked_is_one_picture_with_a_panel_a_word(
    run: Any, desk: Path, tiny: Path
) -> None:
    both = ("caption", "photos/a.png", "photos/b.jpg", "--with", tiny)
    done = run(*both, "--show-attention", "seen", "--json")
    assert [o["attention"] for o in done.objects] == [
        str(Path(f"seen/{name}-attention.png")) for name in "ab"
    ]
    for one in done.objects:
        picture = read_picture(desk / one["attention"])
        assert picture.shape[1] > 300
        assert picture.std() > 2
    again = run("caption", "photos/a.png", "--with", tiny, "--show-attention", "seen")
    assert again.code == 2
    assert "is there already" in again.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("none.png",), "none.png"),
        (("photos/c.png",), "damaged"),
        (("empty",), "holds no picture"),
        (("photos/a.png", "--with", "nobody"), "nobody"),
        (("photos/a.png", "--with", "painter"), "is no captioner"),
        (("photos/a.png", "--beam", "0"), "beam"),
        (("photos/a.png", "--beam", "3", "--count", "2"), "--beam"),
        (("photos/a.png", "--temperature", "3"), "temperature"),
        (("photos/a.png", "--count", "0"), "--count"),
        (("photos/a.png", "--count", "2", "--temperature", "0"), "--temperature"),
        (("photos/a.png", "--show-attention", "photos/a.png"), "is a file"),
        (("photos/a.png", "--show-attention", "seen.png"), "is a picture's name"),
        (("photos/a.png", "--show-attention", "no/such"), "no does not exist"),
    ],
)
def test_a_request_that_does_not_serve_is_refused_in_one_sentence(
    run: Any, desk: Path, arguments: tuple[str, ...], said: str
) -> None:
    (desk / "empty").mkdir()
    done = run("caption", *arguments)
    assert done.code in (1, 2)
    assert said in done.err
    assert "Traceback" not in done.err
    assert done.out == ""


def test_an_alt_text_is_shown_and_put_in_its_place(create: Any, run: Any, work: Path) -> None:
    piece = create("--seed", 1).object
    at = ("--studio", "studio")
    assert run("alt-text", piece["id"], *at).out.strip() == piece["alt_text"]
    mine = "A haiku beside a small boat;\n the sea is “grey”."
    done = run("alt-text", piece["id"][:6], mine, *at, "--json").object
    assert done["alt_text"] == "A haiku beside a small boat; the sea is “grey”."
    assert done["drafted"] == piece["alt_text"]
    shown = run("show", piece["id"], *at, "--json").object
    assert shown == {**piece, "alt_text": done["alt_text"]}
    assert (work / "studio/pieces" / piece["id"] / "alt.txt").read_text("utf-8") == (
        done["alt_text"] + "\n"
    )
    assert create("--seed", 1).object["alt_text"] == done["alt_text"]  # the piece it holds
    assert run("replay", piece["sheet"], "--json").object["identical"] is True


@pytest.mark.parametrize(("text", "said"), [("", "empty"), ("x" * 1001, "1,001"), (" \n", "empty")])
def test_an_alt_text_that_cannot_be_published_is_refused(
    create: Any, run: Any, text: str, said: str
) -> None:
    piece = create("--seed", 1).object
    done = run("alt-text", piece["id"], text, "--studio", "studio")
    assert done.code == 2
    assert said in done.err
    assert run("alt-text", piece["id"], "--studio", "studio").out.strip() == piece["alt_text"]
