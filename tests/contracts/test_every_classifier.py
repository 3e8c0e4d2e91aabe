"""The laws of `Classifier`."""

from typing import Any

import numpy as np
import pytest

from haiga.core.errors import BadPicture
from haiga.core.nouns import Picture


def test_its_classes_are_two_or_more_and_all_different(classifier: Any) -> None:
    assert len(classifier.classes) >= 2
    assert len(set(classifier.classes)) == len(classifier.classes)


def test_a_picture_gets_one_label_in_order(classifier: Any, pictures: list[Picture]) -> None:
    labels = classifier.classify(pictures)
    assert len(labels) == len(pictures)
    for label in labels:
        assert label.name is None or label.name in classifier.classes
        assert len(label.probabilities) == len(classifier.classes)
        assert sum(label.probabilities) == pytest.approx(1, abs=1e-4)
        assert min(label.probabilities) >= 0
        assert 0 <= label.known <= 1
    backwards = classifier.classify(pictures[::-1])
    assert [one.probabilities for one in backwards[::-1]] == [one.probabilities for one in labels]


def test_who_is_named_is_the_likeliest(classifier: Any, pictures: list[Picture]) -> None:
    for label in classifier.classify(pictures):
        if label.name is not None:
            assert label.name == classifier.classes[int(np.argmax(label.probabilities))]


def test_a_label_does_not_depend_on_its_batch(classifier: Any, pictures: list[Picture]) -> None:
    many = [*pictures * 7, pictures[0]]
    together = classifier.classify(many)
    for i in (0, 1, 2, 15, 16, 20, 21):
        (alone,) = classifier.classify([many[i]])
        assert together[i] == alone


def test_evidence_is_a_finite_map_or_none(classifier: Any, pictures: list[Picture]) -> None:
    for label in classifier.classify(pictures):
        if label.evidence is not None:
            assert label.evidence.dtype == np.float32
            assert label.evidence.ndim == 2
            assert np.isfinite(label.evidence).all()


def test_a_blank_belongs_to_no_class(classifier: Any) -> None:
    for level in (0, 128, 255):
        (label,) = classifier.classify([np.full((40, 60, 3), level, np.uint8)])
        assert label.name is None


def test_a_pixel_and_a_long_strip_are_pictures_too(classifier: Any) -> None:
    pixel, strip = np.zeros((1, 1, 3), np.uint8), np.zeros((1, 3000, 3), np.uint8)
    strip[:, ::7] = 255
    one, other = classifier.classify([pixel, strip])
    assert one.name is None
    assert np.isfinite(other.probabilities).all()


def test_the_picture_told_of_is_not_touched(classifier: Any, pictures: list[Picture]) -> None:
    before = [picture.copy() for picture in pictures]
    classifier.classify(pictures)
    assert all(np.array_equal(b, p) for b, p in zip(before, pictures, strict=True))


def test_nothing_shown_is_nothing_told(classifier: Any) -> None:
    assert classifier.classify([]) == []


def test_an_array_that_is_no_picture_is_refused(classifier: Any, pictures: list[Picture]) -> None:
    for wrong in (
        np.zeros((8, 8, 3)),
        np.zeros((8, 8, 4), np.uint8),
        np.zeros((0, 8, 3), np.uint8),
    ):
        with pytest.raises(BadPicture, match="picture 1"):
            classifier.classify([pictures[0], wrong])
