"""Who can fill a role: the implementations that installed packages offer as entry points.

A factory's keyword arguments are its settings, so there is no second schema.
haiga's own makers come in by the same door as everybody else's.
"""

from __future__ import annotations

import functools
import inspect
import json
import reprlib
import typing
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Literal, overload

from pydantic import BaseModel, ConfigDict, PydanticUserError, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from haiga.core.errors import HaigaError, JobError, UserError
from haiga.core.roles import (
    Captioner,
    Classifier,
    Curator,
    Embedder,
    Generator,
    MoodReader,
    Painter,
    Poet,
    Stylist,
    Upscaler,
)
from haiga.core.suggest import hint

GROUPS: Mapping[str, str] = {
    "poet": "haiga.poets",
    "painter": "haiga.painters",
    "generator": "haiga.generators",
    "mood": "haiga.moods",
    "stylist": "haiga.stylists",
    "upscaler": "haiga.upscalers",
    "embedder": "haiga.embedders",
    "captioner": "haiga.captioners",
    "classifier": "haiga.classifiers",
    "curator": "haiga.curators",
    "sheet": "haiga.sheets",
}
"""What an artist chooses, each with the entry-point group its implementations register in.

A sheet is no role: its factory makes the settings of a layout, which `gallery` follows. The
embedder, the generator, the captioner, the classifier and the curator are no part of an
artist: the command that needs one chooses it.
"""

PROTOCOLS: Mapping[str, type] = {
    "poet": Poet,
    "painter": Painter,
    "generator": Generator,
    "mood": MoodReader,
    "stylist": Stylist,
    "upscaler": Upscaler,
    "embedder": Embedder,
    "captioner": Captioner,
    "classifier": Classifier,
    "curator": Curator,
}

Factory = Callable[..., Any]


def names(role: str) -> list[str]:
    """The registered implementations of a role, sorted; UserError for an unknown role."""
    return sorted(_entries(role))


def factory(role: str, name: str) -> Factory:
    """The factory registered under a name; UserError when there is none or it cannot be loaded."""
    entries = _entries(role)
    if name not in entries:
        known = hint(name, entries, label="installed")
        raise UserError(f"no {GROUPS[role]} named '{name}'; {known}")
    entry = entries[name]
    try:
        loaded = entry.load()
    except Exception as error:
        raise UserError(
            f"{role} '{name}' ({entry.value}) is installed but cannot be loaded: "
            f"{type(error).__name__}: {error}"
        ) from error
    if not callable(loaded):
        raise UserError(f"{role} '{name}' ({entry.value}) is not something that can be called")
    return typing.cast(Factory, loaded)


def setting_faults(
    role: str, name: str, settings: Mapping[str, Any], *, also_known: Iterable[str] = ()
) -> dict[str, str]:
    """What is wrong with the settings of an implementation: setting -> one sentence.

    Unknown settings, missing ones, and values that do not fit the factory's
    annotations; where the factory is a pydantic model, whatever it refuses (under
    the empty name, if no one setting is to blame). `also_known` are names to
    offer beside the factory's own. Empty when all is well. Reads no model file.
    """
    return keyword_faults(factory(role, name), settings, also_known=also_known)


def keyword_faults(
    make_it: Factory,
    settings: Mapping[str, Any],
    *,
    also_known: Iterable[str] = (),
    given: Iterable[str] = (),
) -> dict[str, str]:
    """What is wrong with keyword arguments for a function: keyword -> one sentence.

    As `setting_faults`; `given` are keywords that somebody else gives, which are none of these.
    """
    parameters, any_keyword = _parameters(make_it)
    parameters = {key: value for key, value in parameters.items() if key not in set(given)}
    faults: dict[str, str] = {}
    for key, value in settings.items():
        if key not in parameters:
            if not any_keyword:
                faults[key] = "no such setting; " + hint(key, [*parameters, *also_known])
            continue
        try:
            _fitted(parameters[key].annotation, value)
        except ValidationError as error:
            faults[key] = fault_sentence(error.errors(include_url=False)[0])
    for key, parameter in parameters.items():
        if parameter.default is parameter.empty and key not in settings:
            faults[key] = "is missing and has no default"
    if isinstance(make_it, type) and issubclass(make_it, BaseModel):
        known = {key: value for key, value in settings.items() if key in parameters}
        try:
            make_it.model_validate(known)
        except ValidationError as error:
            for fault in error.errors(include_url=False):
                key = str(fault["loc"][0]) if fault["loc"] else ""
                faults.setdefault(key, fault_sentence(fault))
    return faults


def takes(role: str, name: str, setting: str) -> bool:
    """Whether an implementation has a setting of this name; UserError when there is none such."""
    parameters, any_keyword = _parameters(factory(role, name))
    return any_keyword or setting in parameters


def fault_sentence(fault: ErrorDetails) -> str:
    """What pydantic says of one fault, as the end of a sentence, with what was given."""
    said = fault["msg"].removeprefix("Value error, ")
    if fault["type"] == "value_error":  # a validator of our own has put it in full
        return said
    return f"{said[:1].lower()}{said[1:]}, not {reprlib.repr(fault['input'])}"


@overload
def make(role: Literal["poet"], name: str, settings: Mapping[str, Any]) -> Poet: ...
@overload
def make(role: Literal["painter"], name: str, settings: Mapping[str, Any]) -> Painter: ...
@overload
def make(role: Literal["generator"], name: str, settings: Mapping[str, Any]) -> Generator: ...
@overload
def make(role: Literal["mood"], name: str, settings: Mapping[str, Any]) -> MoodReader: ...
@overload
def make(role: Literal["stylist"], name: str, settings: Mapping[str, Any]) -> Stylist: ...
@overload
def make(role: Literal["upscaler"], name: str, settings: Mapping[str, Any]) -> Upscaler: ...
@overload
def make(role: Literal["embedder"], name: str, settings: Mapping[str, Any]) -> Embedder: ...
@overload
def make(role: Literal["captioner"], name: str, settings: Mapping[str, Any]) -> Captioner: ...
@overload
def make(role: Literal["classifier"], name: str, settings: Mapping[str, Any]) -> Classifier: ...
@overload
def make(role: Literal["curator"], name: str, settings: Mapping[str, Any]) -> Curator: ...
@overload
def make(role: str, name: str, settings: Mapping[str, Any]) -> Any: ...
def make(role: str, name: str, settings: Mapping[str, Any]) -> Any:
    """An implementation of a role, made with its settings.

    Raises UserError for an unknown role, name or setting (all settings at
    once), and JobError when the factory fails or makes something else.
    """
    faults = setting_faults(role, name, settings)
    if faults:
        raise UserError("\n".join(f"{role} '{name}': {key}: {f}" for key, f in faults.items()))
    try:
        make_it = factory(role, name)
        parameters, _ = _parameters(make_it)
        fitted = {
            key: _fitted(parameters[key].annotation, value) if key in parameters else value
            for key, value in settings.items()
        }
        made = make_it(**fitted)
    except (HaigaError, KeyboardInterrupt):
        raise
    except Exception as error:
        raise JobError(
            f"{role} '{name}' could not be made: {type(error).__name__}: {error}"
        ) from error
    if not isinstance(made, PROTOCOLS.get(role, object)):
        raise JobError(f"{role} '{name}' made a {type(made).__name__}, which is not a {role}")
    return made


@functools.cache
def _group(group: str) -> dict[str, EntryPoint]:
    found: dict[str, EntryPoint] = {}
    for entry in entry_points(group=group):
        other = found.setdefault(entry.name, entry)
        if other.value != entry.value:
            raise UserError(
                f"two {group} are named '{entry.name}': {other.value} and {entry.value}; "
                "uninstall one of the packages"
            )
    return found


def _entries(role: str) -> dict[str, EntryPoint]:
    if role not in GROUPS:
        raise UserError(f"no role named '{role}'; {hint(role, GROUPS, label='the roles are')}")
    return _group(GROUPS[role])


def _parameters(make_it: Factory) -> tuple[dict[str, inspect.Parameter], bool]:
    """The settings of a factory by name, and whether it takes any other keyword as well."""
    try:
        signature = inspect.signature(make_it, eval_str=True)
    except (NameError, TypeError):  # annotations that only a type checker can see
        signature = inspect.signature(make_it)
    parameters = signature.parameters.values()
    named = {p.name: p for p in parameters if p.kind in (p.KEYWORD_ONLY, p.POSITIONAL_OR_KEYWORD)}
    return named, any(p.kind is p.VAR_KEYWORD for p in parameters)


def _fitted(annotation: Any, value: Any) -> Any:
    """The value as the annotation has it (a TOML array as a tuple); ValidationError if it cannot.

    Strict as TOML is: a text is no number and 1 is no truth.
    """
    if annotation is inspect.Parameter.empty or isinstance(annotation, str):
        return value
    try:
        adapter = TypeAdapter(annotation, config=ConfigDict(arbitrary_types_allowed=True))
    except PydanticUserError:  # a type that carries its own pydantic config
        adapter = TypeAdapter(annotation)
    try:
        text = json.dumps(value)
    except TypeError:  # no plain value: given by a program, not by a file
        return adapter.validate_python(value)
    return adapter.validate_json(text, strict=True)
