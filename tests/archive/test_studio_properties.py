"""Whatever is asked of a studio, in whatever order, it holds what was kept and nothing else."""

import string
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from haiga.archive.studio import Studio
from haiga.core.errors import UserError
from haiga.core.nouns import Mood, Poem, Verdict
from haiga.media.pictures import read_picture

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
plain = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | texts
details = st.dictionaries(texts, plain | st.lists(plain, max_size=2), max_size=3)
lenient = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@lenient
@given(
    seed=st.integers(0, 2**63 - 1),
    lines=st.lists(texts, max_size=4),
    details=details,
    recipe=details,
    alt_text=texts,
    reason=texts,
    score=st.floats(0, 1),
)
def test_any_piece_comes_back_whole(
    tmp_path_factory, make_piece, seed, lines, details, recipe, alt_text, reason, score
) -> None:
    piece = make_piece(
        seed,
        id="piece",
        poem=Poem(tuple(lines), "free", "ja", "x", details),
        mood=Mood("love", 0.1, -0.2, reason),
        recipe=recipe,
        alt_text=alt_text,
        verdicts=(Verdict(reason, False, score, reason),),
    )
    studio = Studio.open(tmp_path_factory.mktemp("studio"))
    studio.add_piece(piece)
    kept = studio.piece("piece")
    assert (kept.seed, kept.alt_text) == (piece.seed, piece.alt_text)
    assert (kept.poem, kept.mood, kept.verdicts) == (piece.poem, piece.mood, piece.verdicts)
    assert kept.recipe == piece.recipe
    assert np.array_equal(read_picture(kept.sheet), piece.sheet)


ids = st.text(string.ascii_lowercase[:3], min_size=1, max_size=3)


@lenient
@given(
    actions=st.lists(
        st.tuples(st.sampled_from(["add", "find", "reopen"]), ids, st.sampled_from("xy")),
        max_size=12,
    )
)
def test_a_studio_behaves_like_a_list_of_pieces(tmp_path_factory, make_piece, actions) -> None:
    folder = Path(tmp_path_factory.mktemp("studio"))
    studio = Studio.open(folder)
    expected: dict[str, str] = {}  # id -> artist, oldest first
    for action, name, artist in actions:
        if action == "add" and name not in expected:
            studio.add_piece(make_piece(len(expected), id=name, artist=artist))
            expected[name] = artist
        elif action == "find":
            matching = [i for i in expected if i.startswith(name)]
            if name in expected or len(matching) == 1:
                assert studio.piece(name).id == (name if name in expected else matching[0])
            else:
                with pytest.raises(UserError):
                    studio.piece(name)
        elif action == "reopen":
            studio = Studio.open(folder)
        assert [p.id for p in studio.pieces()] == list(reversed(expected))
        made = [f"style-{i % 5}" for i, a in enumerate(expected.values()) if a == artist]
        assert studio.recent_styles(artist, 4) == list(reversed(made))[:4]
