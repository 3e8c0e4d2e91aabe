"""New, close or a copy: the limits come from the collection, and the evidence names its picture."""

from __future__ import annotations

import numpy as np
import pytest
from drawn import drawn
from PIL import Image

from haiga.core.nouns import Picture
from haiga.features.eye import Eye
from haiga.features.hashes import differing_bits
from haiga.features.looks import looks_of
from haiga.inspection.originality import FEW, Limits, Named, Originality, Reference
from haiga.inspection.originality_index import IndexedSearch
from haiga.inspection.originality_leaning import leaning_of
from haiga.inspection.originality_search import Search, groups_by_looks, nearest

EYE = Eye(threads=1)
PICTURES = {f"p{seed}": drawn(seed) for seed in range(20)}
LOOKS = looks_of(list(PICTURES.values()), EYE)


def reference_of(pictures: dict[str, Picture], works: list[str] | None = None) -> Reference:
    named = [Named(key, f"Work {key}", "Ada") for key in pictures]
    return Reference(named, looks_of(list(pictures.values()), EYE), pictures.__getitem__, works)


@pytest.fixture(scope="module")
def judge() -> Originality:
    return Originality.calibrate(reference_of(PICTURES), EYE, sample=12)


def test_a_copy_is_called_one_and_its_evidence_names_the_work(judge: Originality) -> None:
    found = judge.inspect(np.ascontiguousarray(PICTURES["p7"][10:110, 20:140][:, ::-1]), EYE)
    assert found.judgement == "copy"
    assert judge.reference.named[found.nearest.place].key == "p7"
    assert "“Work p7” by Ada, mirrored" in found.evidence
    assert found.nearest.alignment is not None
    assert found.nearest.alignment.mirrored


def test_a_picture_of_its_own_is_no_copy_and_has_neighbours_in_every_layer(
    judge: Originality,
) -> None:
    found = judge.inspect(drawn(500), EYE)
    assert found.judgement != "copy"
    assert set(found.layers) == {"hash", "early", "late", "aligned"}
    assert all(len(others) == 3 for others in found.layers.values())


def test_the_limits_say_how_rough_few_pictures_make_them(judge: Originality) -> None:
    assert judge.limits.sample == 12 < FEW
    assert "rough" in judge.limits.told
    assert 0 < judge.limits.false_alarms <= judge.limits.false_alarms_high < 1


def test_the_same_picture_twice_in_the_collection_does_not_raise_the_limit() -> None:
    again = np.asarray(Image.fromarray(PICTURES["p1"]).resize((120, 96)))
    twice = {**{key: PICTURES[key] for key in list(PICTURES)[:6]}, "again": again}
    reference = reference_of(twice)
    assert reference.groups[6] == reference.groups[1] == 1
    assert Originality.calibrate(reference, EYE).limits.copy < 0.8


def test_pictures_of_one_work_are_a_group_by_name_and_unnamed_ones_are_not() -> None:
    groups = groups_by_looks(LOOKS[:4], ["a", "", "a", ""])
    assert groups.tolist() == [0, 1, 0, 3]


def test_two_pictures_alone_leave_the_limits_that_haiga_ships() -> None:
    judge = Originality.calibrate(reference_of({k: PICTURES[k] for k in ("p1", "p2")}), EYE)
    assert judge.limits.sample == 0
    assert "too few" in judge.limits.told
    assert judge.inspect(PICTURES["p2"], EYE).judgement == "copy"


def test_a_search_finds_every_picture_itself_and_its_mirror_image() -> None:
    search = Search(LOOKS)
    turned = looks_of([np.ascontiguousarray(p[:, ::-1]) for p in PICTURES.values()], EYE)
    for place, looks in enumerate(turned):
        near = search.near(looks)
        for layer in ("hash", "early", "late"):
            assert near.layer(layer).argmax() == place
        wanted = differing_bits(looks.hashes, search.hashes).min(0)
        assert near.bits.tolist() == wanted.tolist()


def test_an_index_finds_what_the_exact_search_finds() -> None:
    pytest.importorskip("usearch", reason="haiga[index] is not installed")
    exact, indexed = Search(LOOKS), IndexedSearch(LOOKS)
    for looks in LOOKS[:5]:
        one, other = exact.near(looks), indexed.near(looks)
        assert other.bits.tolist() == one.bits.tolist()
        assert other.early == pytest.approx(one.early, abs=1e-5)
        assert other.late == pytest.approx(one.late, abs=1e-5)


def test_the_nearest_are_those_of_a_full_sort() -> None:
    values = np.random.default_rng(0).random(500).astype(np.float32)
    assert nearest(values, 7).tolist() == np.argsort(-values)[:7].tolist()


def test_a_reference_refuses_lists_that_do_not_match() -> None:
    with pytest.raises(ValueError, match="as many"):
        Reference([Named("a")], LOOKS[:2], PICTURES.__getitem__)


def test_a_maker_that_leans_on_one_picture_is_warned_of_and_the_rest_is_counted(
    judge: Originality,
) -> None:
    one = judge.inspect(PICTURES["p3"], EYE)
    leaning = leaning_of(judge, [one] * 24)
    assert leaning.nearest == ((3, 24),)
    assert leaning.carried == 1
    assert leaning.warned
    assert 3 not in leaning.never
    assert len(leaning.never) >= len(PICTURES) - 12
    assert not leaning_of(judge, [one] * 5).warned


def test_limits_are_told_in_one_sentence() -> None:
    told = Limits(0.6, 0.5, 0.8, 0.004, 0.012, 300).told
    assert "0.4 in 100" in told
    assert "1.2" in told


def test_near_duplicates_in_the_collection_do_not_raise_the_limit_and_are_counted() -> None:
    some = {key: PICTURES[key] for key in list(PICTURES)[:6]}
    crops = {f"{key} again": np.ascontiguousarray(some[key][14:104, 20:128]) for key in list(some)}
    reference = reference_of({**some, **crops})
    assert len(set(reference.groups.tolist())) == 12  # no hash knows them for what they are
    judge = Originality.calibrate(reference, EYE)
    assert judge.limits.twins == 6
    assert judge.limits.copy < 0.8
    assert judge.limits.close_likeness < 0.8
    assert judge.inspect(np.ascontiguousarray(some["p2"][:, ::-1]), EYE).judgement == "copy"
    known = [f"{i % 6}" for i in range(12)]
    named = [Named(key) for key in (*some, *crops)]
    grouped = Reference(named, reference.looks, {**some, **crops}.__getitem__, None, known)
    assert len(set(grouped.groups.tolist())) == 6
    assert Originality.calibrate(grouped, EYE).limits.twins == 0


def test_the_very_same_picture_is_a_copy_whatever_the_limit() -> None:
    reference = reference_of({key: PICTURES[key] for key in ("p1", "p2", "p3")})
    judge = Originality(reference, Limits(1.0, 1.0, 1.0, 0.01, 0.03, 60))
    same = judge.inspect(PICTURES["p2"], EYE)
    assert (same.judgement, same.nearest.place, same.score) == ("copy", 1, 1)
    assert same.evidence.startswith("It is “Work p2” by Ada: the very same picture")
    file = judge.inspect(PICTURES["p9"], EYE, digest="p3")
    assert file.evidence == "It is “Work p3” by Ada: the very same file."
    near = np.asarray(Image.fromarray(PICTURES["p2"]).resize((140, 112)))
    assert judge.inspect(near, EYE).judgement != "copy"


def test_a_blank_picture_is_said_to_be_blank_and_the_same_one_is_a_copy() -> None:
    def flat(grey: int, size: tuple[int, int] = (120, 150)) -> Picture:
        return np.full((*size, 3), grey, np.uint8)

    some = {key: PICTURES[key] for key in list(PICTURES)[:8]}
    judge = Originality.calibrate(reference_of({**some, "grey": flat(128)}), EYE)
    assert judge.inspect(flat(128), EYE).judgement == "copy"
    for other in (flat(128, (200, 200)), flat(90)):
        found = judge.inspect(other, EYE)
        assert found.judgement in ("new", "close")
        assert found.evidence.startswith("It is blank, so there are no edges to compare;")
        assert "0.00" not in found.evidence.partition(";")[0]
