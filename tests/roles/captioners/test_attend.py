"""The captioner with a tiny network: searching, drawing, and models that do not serve."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from haiga.core.errors import BadModel, NoModel, UserError
from haiga.core.nouns import Picture
from haiga.features.eye import Eye
from haiga.models.card import sha256
from haiga.models.session import Session
from haiga.roles.captioners.attend import LAYOUT, LOOK, STEP, AttentionCaptioner, kind_of
from haiga.roles.captioners.decoding import Decoder, searched

sys.path.insert(0, str(Path(__file__).parents[2] / "plugins"))


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tiny_captioner import make_captioner

    return make_captioner(tmp_path_factory.mktemp("captioner") / "tiny")


@pytest.fixture
def pictures() -> list[Picture]:
    rng = np.random.default_rng(0)
    return [rng.integers(0, 256, (30 + i, 44, 3), dtype=np.uint8) // (1 + i % 4) for i in range(9)]


def test_a_wider_search_never_finds_a_less_likely_caption(
    tiny: Path, pictures: list[Picture]
) -> None:
    scores = []
    for beam in (1, 3, 8):
        said = AttentionCaptioner(model=str(tiny), beam=beam).caption(pictures, seeds=[0] * 9)
        scores.append([caption.score for caption in said])
    assert np.mean(scores[2]) > np.mean(scores[0])


def test_the_whole_search_finds_the_likeliest_of_all_captions(tiny: Path) -> None:
    """Against trying every caption of at most three words."""
    decoder = Decoder(Session(tiny / LOOK), Session(tiny / STEP), most_words=3)
    maps = np.random.default_rng(5).random((1, 396, 8, 8)).astype(np.float32)
    best = -np.inf

    def follow(words: list[int], total: float, state: object) -> None:
        nonlocal best
        last = np.array([words[-1] if words else 0])
        scores, after, _ = decoder.step(last, state)  # type: ignore[arg-type]
        for word in range(scores.shape[1]):
            if word == 1 or (words and word == words[-1]) or (word == 0 and not words):
                continue
            now = total + float(scores[0, word])
            if word == 0:
                best = max(best, now / (len(words) + 1))
            elif len(words) < 3:
                follow([*words, word], now, after)

    follow([], 0.0, decoder.begin(maps))
    (found,) = searched(decoder, maps, 10)
    assert found.score == pytest.approx(best, abs=1e-4)


def test_seeds_draw_other_captions_and_change_nothing_in_a_search(
    tiny: Path, pictures: list[Picture]
) -> None:
    drawn = AttentionCaptioner(model=str(tiny), temperature=1.0, top_p=1.0)
    said = {drawn.caption(pictures[:1], seeds=[seed])[0].text for seed in range(12)}
    assert len(said) > 6
    sure = AttentionCaptioner(model=str(tiny))
    assert len({sure.caption(pictures[:1], seeds=[seed])[0].text for seed in range(4)}) == 1


def test_a_low_temperature_draws_the_likeliest_words(tiny: Path, pictures: list[Picture]) -> None:
    cold = AttentionCaptioner(model=str(tiny), temperature=0.01)
    greedy = AttentionCaptioner(model=str(tiny), beam=1)
    drawn = cold.caption(pictures, seeds=range(9))
    for one, likeliest in zip(drawn, greedy.caption(pictures, seeds=[0] * 9), strict=True):
        assert one.tokens[: len(likeliest.tokens)] == likeliest.tokens  # a search may end sooner


def test_no_word_of_meaning_is_said_twice_and_none_follows_itself(
    tiny: Path, pictures: list[Picture]
) -> None:
    for temperature in (0.0, 1.5):
        captioner = AttentionCaptioner(model=str(tiny), temperature=temperature)
        for caption in captioner.caption(pictures, seeds=range(9)):
            once = [word for word in caption.tokens if word not in ("a", ",", "the", "on", "under")]
            assert len(set(once)) == len(once)
            assert all(a != b for a, b in zip(caption.tokens, caption.tokens[1:], strict=False))


def test_a_caption_is_sure_from_the_score_on_that_the_model_tells(
    tmp_path: Path, pictures: list[Picture]
) -> None:
    from tiny_captioner import make_captioner

    never = AttentionCaptioner(model=str(make_captioner(tmp_path / "never", sure_from=0.0)))
    always = AttentionCaptioner(model=str(make_captioner(tmp_path / "always", sure_from=-99.0)))
    assert not never.caption(pictures[:1], seeds=[0])[0].sure
    assert always.caption(pictures[:1], seeds=[0])[0].sure


@pytest.mark.parametrize(
    ("setting", "value"),
    [("beam", 0), ("beam", 11), ("temperature", -0.1), ("temperature", 2.1), ("top_p", 0.0),
     ("threads", 0)],
)  # fmt: skip
def test_a_setting_out_of_bounds_is_refused(setting: str, value: float) -> None:
    with pytest.raises(UserError, match=f"captioner.{setting}"):
        AttentionCaptioner(**{setting: value})  # type: ignore[arg-type]


def damaged(tiny: Path, folder: Path, change: object) -> Path:
    """A copy of the model with its layout changed and its card true to that."""
    shutil.copytree(tiny, folder)
    layout = json.loads((folder / LAYOUT).read_text())
    change(layout)  # type: ignore[operator]
    before = sha256(folder / LAYOUT)
    size = (folder / LAYOUT).stat().st_size
    (folder / LAYOUT).write_text(json.dumps(layout))
    card = (folder / "card.toml").read_text().replace(before, sha256(folder / LAYOUT))
    card = card.replace(f"bytes = {size}", f"bytes = {(folder / LAYOUT).stat().st_size}")
    (folder / "card.toml").write_text(card)
    return folder


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.pop("words"), "which words"),
        (lambda t: t.update(words="abc"), "which words"),
        (lambda t: t.update(eye={"eye/eye.onnx": "0" * 64}), "another eye"),
    ],
)  # fmt: skip
def test_a_layout_that_does_not_serve_is_named(
    tiny: Path, tmp_path: Path, pictures: list[Picture], change: object, said: str
) -> None:
    folder = damaged(tiny, tmp_path / "copy", change)
    with pytest.raises(BadModel, match=said):
        AttentionCaptioner(model=str(folder)).caption(pictures[:1], seeds=[0])


def test_a_damaged_network_is_refused_and_named(
    tiny: Path, tmp_path: Path, pictures: list[Picture]
) -> None:
    folder = Path(shutil.copytree(tiny, tmp_path / "copy"))
    data = bytearray((folder / STEP).read_bytes())
    data[len(data) // 2] ^= 255
    (folder / STEP).write_bytes(bytes(data))
    with pytest.raises(BadModel, match=r"step\.onnx"):
        AttentionCaptioner(model=str(folder)).caption(pictures[:1], seeds=[0])


def test_another_model_or_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="embedder"):
        AttentionCaptioner(model="eye")
    with pytest.raises(NoModel):
        AttentionCaptioner(model=str(tmp_path))


def test_the_models_are_the_captioner_and_its_eye(tiny: Path) -> None:
    files = AttentionCaptioner(model=str(tiny)).models
    assert set(Eye().models) < set(files)
    assert {"tiny/look.onnx", "tiny/step.onnx", "tiny/layout.json"} < set(files)


def test_colours_reach_a_captioner_that_sees_them_and_one_without_still_speaks(
    tmp_path: Path, pictures: list[Picture], monkeypatch: pytest.MonkeyPatch
) -> None:
    from tiny_captioner import make_captioner

    said = {}
    for colours in (True, False):
        captioner = AttentionCaptioner(model=str(make_captioner(tmp_path / "c", colours=colours)))
        same_eye = Eye().maps(pictures[:1])
        monkeypatch.setattr(Eye, "maps", lambda _, part, seen=same_eye: seen.repeat(len(part), 0))
        said[colours] = [captioner.caption([p], seeds=[0])[0].score for p in pictures]
        monkeypatch.undo()
        shutil.rmtree(tmp_path / "c")
    assert len(set(said[True])) == len(pictures)
    assert len(set(said[False])) == 1


def test_each_kind_of_caption_is_sure_from_a_score_of_its_own(
    tiny: Path, tmp_path: Path, pictures: list[Picture]
) -> None:
    assert kind_of(["a", "dark", "portrait", "of", "a", "man"]) == "portrait"
    assert kind_of(["the", "sea", "at", "a", "pale", "shore", "painting"]) == ""
    for own, others in ((-99.0, 0.0), (0.0, -99.0)):

        def change(layout: dict, own: float = own, others: float = others) -> None:
            words = ["portrait" if word == "boat" else word for word in layout["words"]]
            layout |= {"words": words, "sure_from": {"portrait": own, "": others}}

        folder = damaged(tiny, tmp_path / str(own), change)
        said = AttentionCaptioner(model=str(folder)).caption(pictures, seeds=range(9))
        kinds = [kind_of(caption.tokens) for caption in said]
        assert set(kinds) == {"portrait", ""}
        assert [c.sure for c in said] == [(own if k else others) < -9 for k in kinds]
