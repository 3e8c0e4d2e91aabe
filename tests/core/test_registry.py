import pytest

from haiga.core import registry
from haiga.core.errors import JobError, UserError

pytestmark = pytest.mark.usefixtures("plain_makers")


def test_a_plug_in_is_listed_beside_our_own() -> None:
    listed = registry.names("upscaler")
    assert "plain.v1" in listed
    assert "lanczos.v1" in listed
    assert listed == sorted(listed)


def test_a_maker_gets_its_settings() -> None:
    made = registry.make("poet", "plain.v1", {"warmth": 0.25})
    assert vars(made)["warmth"] == 0.25


def test_a_toml_array_arrives_as_the_tuple_it_is_declared_to_be() -> None:
    made = registry.make("poet", "plain.v1", {"words": ["rain", "moon"]})
    assert vars(made)["words"] == ("rain", "moon")


def test_an_unknown_role_offers_the_nearest() -> None:
    with pytest.raises(UserError, match="no role named 'pianter'; did you mean 'painter'"):
        registry.names("pianter")


def test_an_unknown_maker_offers_the_nearest() -> None:
    with pytest.raises(UserError, match=r"no haiga.poets named 'plain.v2'; did you mean 'plain.v1"):
        registry.make("poet", "plain.v2", {})


def test_all_faults_in_settings_are_told_at_once() -> None:
    with pytest.raises(UserError) as told:
        registry.make("poet", "plain.v1", {"wramth": 1, "steps": "5", "tone": "moist"})
    message = str(told.value)
    assert "wramth: no such setting; did you mean 'warmth'?" in message
    assert "steps: input should be a valid integer, not '5'" in message
    assert "tone: input should be 'dry' or 'wet', not 'moist'" in message


def test_a_truth_is_no_number() -> None:
    assert "steps" in registry.setting_faults("poet", "plain.v1", {"steps": True})


def test_a_setting_without_a_default_is_asked_for() -> None:
    with pytest.raises(UserError, match="corpus: is missing"):
        registry.make("poet", "demanding.v1", {})


def test_a_factory_that_is_a_pydantic_model_checks_its_own_limits() -> None:
    faults = registry.setting_faults("sheet", "plain.v1", {"margin": 0.9})
    assert faults == {"margin": "input should be less than or equal to 0.2, not 0.9"}


def test_a_plug_in_that_cannot_be_loaded_stays_listed_and_says_why() -> None:
    assert "gone.v1" in registry.names("poet")
    with pytest.raises(UserError, match=r"'gone.v1' \(plain_makers:Gone\).*AttributeError"):
        registry.make("poet", "gone.v1", {})


def test_a_factory_that_fails_is_named() -> None:
    with pytest.raises(JobError, match=r"poet 'failing.v1' could not be made: ValueError: no ink"):
        registry.make("poet", "failing.v1", {})


def test_something_that_is_no_poet_is_refused() -> None:
    with pytest.raises(JobError, match="made a NotAPoet, which is not a poet"):
        registry.make("poet", "notapoet.v1", {})
