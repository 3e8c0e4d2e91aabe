from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import ValidationError

from haiga.core.config import artist_names, load_artist
from haiga.core.errors import UserError

Write = Callable[..., Path]


def faults(path: Path) -> list[str]:
    """The lines of the message, without the folder the file is in."""
    with pytest.raises(UserError) as told:
        load_artist(path)
    return str(told.value).replace(f"{path.parent}/", "").splitlines()


def test_an_artist_is_read_from_a_file(artist_file: Write) -> None:
    artist = load_artist(artist_file())
    assert artist.name == "plain"
    assert artist.poet.use == "plain.v1"
    assert artist.poet.settings == {"steps": 7}
    assert artist.mood.mode == "from-poem"
    assert artist.mood.moods == ("love", "sadness")
    assert artist.stylist.strength == 0.5
    assert artist.stylist.rest == 3
    assert artist.upscaler.size_px == 512
    assert artist.sheet.seal == "印"
    assert artist.sheet.settings == {"margin": 0.15}


def test_an_artist_cannot_be_changed(artist_file: Write) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        load_artist(artist_file()).name = "another"  # type: ignore[misc]


@pytest.mark.parametrize("name", artist_names())
def test_every_bundled_artist_loads(name: str) -> None:
    assert load_artist(name).about


def test_auria_is_bundled() -> None:
    assert "auria" in artist_names()


def test_every_fault_is_told_at_once_with_its_line_and_a_remedy(artist_file: Write) -> None:
    path = artist_file(
        ('about = "an', 'abuot = "an'),
        ("steps = 7", "stepz = 7"),
        ('[painter]\nuse = "plain.v1"', '[painter]\nuse = "plane.v1"'),
        ('moods = ["love"', 'mode = "sadnes"\nmoods = ["lvoe"'),
        ("strength = 0.5", "strength = 2"),
        ("rest = 3", 'rest = "3"'),
        ("size_px = 512", "size = 512"),
        ("margin = 0.15", "margin = 0.5"),
    )
    assert faults(path) == [
        "plain.toml:2: abuot: no such key; did you mean 'about'?",
        "plain.toml:6: poet.stepz: no such setting; did you mean 'steps'?",
        "plain.toml:9: painter.use: no haiga.painters named 'plane.v1'; did you mean 'plain.v1'?",
        "plain.toml:13: mood.mode: no mood or mode named 'sadnes'; "
        "did you mean 'sadness' or 'shyness'?",
        "plain.toml:14: mood.moods: no mood named 'lvoe'; did you mean 'love'?",
        "plain.toml:18: stylist.strength: input should be less than or equal to 1, not 2",
        "plain.toml:19: stylist.rest: input should be a valid integer, not '3'",
        "plain.toml:23: upscaler.size: no such setting; did you mean 'size_px'?",
        "plain.toml:27: sheet.margin: input should be less than or equal to 0.2, not 0.5",
    ]


def test_a_missing_table_and_a_missing_choice_are_named(artist_file: Write) -> None:
    path = artist_file(('[painter]\nuse = "plain.v1"\n', ""), ('use = "plain.v1"\nsteps', "steps"))
    assert faults(path) == [
        "plain.toml: painter: the table [painter] is missing",
        "plain.toml:4: poet.use: is missing",
    ]


def test_a_role_that_is_no_table_is_refused(artist_file: Write) -> None:
    path = artist_file(('[painter]\nuse = "plain.v1"\n', ""), ('about = "an', 'painter = "an'))
    assert any(line.startswith("plain.toml:2: painter:") for line in faults(path))


def test_a_mood_that_the_artist_does_not_allow_cannot_be_its_only_one(artist_file: Write) -> None:
    path = artist_file(('moods = ["love"', 'mode = "anger"\nmoods = ["love"'))
    assert "'anger' is not among the moods allowed" in faults(path)[0]


def test_broken_toml_is_told_line_by_line(artist_file: Write) -> None:
    path = artist_file(('name = "plain"', 'name = "plain'), ("strength = 0.5", "strength 0.5"))
    told = faults(path)
    assert told[0].startswith("plain.toml:1: ")
    assert told[1].startswith("plain.toml:17: ")
    assert len(told) == 2


def test_an_unknown_artist_offers_the_nearest() -> None:
    with pytest.raises(UserError, match="no artist named 'aurai'; did you mean 'auria'"):
        load_artist("aurai")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"nobody.toml: there is no such file"):
        load_artist(tmp_path / "nobody.toml")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.toml").write_bytes(b"\xff\xfe\x00name")
    with pytest.raises(UserError, match="is not text in UTF-8"):
        load_artist(tmp_path / "x.toml")


def test_a_folder_is_no_artist(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        load_artist(tmp_path)


def test_a_byte_order_mark_is_no_fault(artist_file: Write) -> None:
    path = artist_file()
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load_artist(path).name == "plain"
