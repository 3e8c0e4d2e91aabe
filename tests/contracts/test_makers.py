"""What holds for every implementation of every role."""

import inspect
import re
from typing import Any

import pytest

from haiga.core import registry

ROLES = sorted(registry.PROTOCOLS)
EVERY = [(role, name) for role in ROLES for name in registry.names(role)]


@pytest.mark.parametrize("role", ROLES)
def test_every_role_can_be_filled(role: str) -> None:
    assert registry.names(role)


@pytest.mark.parametrize(("role", "name"), EVERY)
def test_a_name_carries_its_version(role: str, name: str) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9-]*\.v[1-9][0-9]*", name)


@pytest.mark.parametrize(("role", "name"), EVERY)
def test_it_can_be_made_and_is_what_its_role_says(role: str, name: str, maker: Any) -> None:
    assert isinstance(maker(role, name), registry.PROTOCOLS[role])


@pytest.mark.parametrize(("role", "name"), EVERY)
def test_it_names_its_model_files_with_their_digests(role: str, name: str, maker: Any) -> None:
    for file, digest in maker(role, name).models.items():
        assert re.fullmatch(r"[^/]+/[^/]+", file)
        assert re.fullmatch(r"[0-9a-f]{64}", digest)


@pytest.mark.parametrize(("role", "name"), EVERY)
def test_it_is_documented(role: str, name: str) -> None:
    assert inspect.getdoc(registry.factory(role, name))


@pytest.mark.parametrize(("role", "name"), EVERY)
def test_it_tells_the_types_of_its_settings(role: str, name: str) -> None:
    """Annotations are what an artist's file is checked against."""
    for parameter in inspect.signature(registry.factory(role, name)).parameters.values():
        assert parameter.annotation is not parameter.empty, parameter.name
        assert parameter.default is not parameter.empty, parameter.name
