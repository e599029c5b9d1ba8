"""Reads ``sut.yaml`` (CONTRACTS §9) and says where and what is wrong in it."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from banc_standards.contracts import sut as described
from banc_standards.contracts.misfit import misfit
from banc_standards.contracts.sut import Sut
from banc_standards.contracts.vocabulary import ACTIONS
from banc_standards.errors import NOTHING, Sentence, UnusableInput, reason

MAX_BYTES = 2**20
Place = tuple[str | int, ...]
PROXY = "psc.proxy"
"""The capability of a proxy e-Santé, whose address the section ``proxy`` tells."""
_NO_PROXY = Sentence(
    f"la capacité « {PROXY} » est déclarée sans la section « proxy »",
    f"the capability “{PROXY}” is declared without the section “proxy”",
)
_WRITE_PROXY = Sentence(
    'dites où est le proxy : proxy: {url: "https://…", ca_file: autorite.pem}',
    'tell where the proxy is: proxy: {url: "https://…", ca_file: authority.pem}',
)


IDLE = "psc.idle"
"""The capability of an idle timer that is set for the run, to what the section ``session`` tells."""
_NO_SESSION = Sentence(
    f"la capacité « {IDLE} » est déclarée sans la section « session »",
    f"the capability “{IDLE}” is declared without the section “session”",
)
_WRITE_SESSION = Sentence(
    "dites en combien de secondes le logiciel ferme une session inactive : session: {idle_s: 20}",
    "tell in how many seconds the software closes an idle session: session: {idle_s: 20}",
)


@dataclass(frozen=True, slots=True)
class Described:
    """A software under test, the folder of its description, and what is worth a remark in it."""

    sut: Sut
    folder: Path
    warnings: tuple[Sentence, ...] = ()


def load(path: Path, *, capabilities: Collection[str] = ()) -> Described:
    """Reads a description; ``capabilities`` are those that scenarios know, an unknown one is a warning.

    Raises ``UnusableInput`` with the line, and the nearest right word, when the file cannot be used.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UnusableInput(
            "SUT-001",
            Sentence(f"impossible de lire {path} : {reason(error).fr}", f"cannot read {path}: {reason(error).en}"),
            Sentence("`banc run --sut` attend un fichier sut.yaml", "`banc run --sut` wants a sut.yaml file"),
        ) from None
    return read(data, name=str(path), folder=path.resolve().parent, capabilities=capabilities)


def read(data: bytes, *, name: str, folder: Path, capabilities: Collection[str] = ()) -> Described:
    """Reads the bytes of a description; ``name`` is how errors call it. Raises ``UnusableInput``."""
    root = _compose(data, name)
    _refuse_unknown_keys(root, Sut, (), name)
    try:
        sut = Sut.model_validate(yaml.SafeLoader("").construct_document(root))
    except ValidationError as error:
        raise _wrong_value(error.errors(include_url=False)[0], root, name) from None
    except (yaml.YAMLError, ValueError) as error:
        raise _unreadable(name, error) from None
    for action in sut.overrides:
        if action not in ACTIONS:
            line = _line(root, ("overrides", action), key=True)
            raise _wrong(
                "SUT-006",
                name,
                line,
                Sentence(f"« {action} » n'est pas une action", f"“{action}” is no action"),
                _meant(action, ACTIONS),
            )
    if PROXY in sut.capabilities and sut.proxy is None:
        line = _line(root, ("capabilities", sut.capabilities.index(PROXY)))
        raise _wrong("SUT-013", name, line, _NO_PROXY, _WRITE_PROXY)
    if IDLE in sut.capabilities and sut.session is None:
        line = _line(root, ("capabilities", sut.capabilities.index(IDLE)))
        raise _wrong("SUT-014", name, line, _NO_SESSION, _WRITE_SESSION)
    return Described(sut, folder, tuple(_remarks(sut, root, name, capabilities)))


def nearest(word: str, known: Collection[str]) -> str | None:
    """The known word that looks most like another, ``None`` when none does."""
    lowered = {item.lower(): item for item in known}
    found = difflib.get_close_matches(word.lower(), lowered, n=1, cutoff=0.6)
    return lowered[found[0]] if found else None


def _compose(data: bytes, name: str) -> yaml.MappingNode:
    if len(data) > MAX_BYTES:
        raise _wrong("SUT-002", name, None, Sentence("le fichier dépasse 1 Mio", "the file is over 1 MiB"), NOTHING)
    try:
        text = data.decode("utf-8-sig")
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.SafeLoader)):
            raise _wrong(
                "SUT-002",
                name,
                None,
                Sentence("les alias YAML (*nom) ne sont pas acceptés", "YAML aliases (*name) are not accepted"),
                NOTHING,
            )
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise _unreadable(name, error) from None
    if not isinstance(root, yaml.MappingNode):
        raise _wrong(
            "SUT-002",
            name,
            None,
            Sentence("le fichier ne décrit pas un logiciel", "the file does not describe a software"),
            Sentence("il commence par `banc: 1`", "it begins with `banc: 1`"),
        )
    return root


def _unreadable(name: str, error: Exception) -> UnusableInput:
    mark = getattr(error, "problem_mark", None)
    said = getattr(error, "problem", None) or "UTF-8"
    return _wrong(
        "SUT-002",
        name,
        mark.line + 1 if mark else None,
        Sentence(f"ce n'est pas du YAML lisible : {said}", f"this is no readable YAML: {said}"),
        NOTHING,
    )


def _refuse_unknown_keys(node: yaml.Node, model: type[BaseModel], place: Place, name: str) -> None:
    if not isinstance(node, yaml.MappingNode):
        return
    keys = {field.alias or key: field for key, field in model.model_fields.items()}
    seen: set[str] = set()
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            text = Sentence("une clé doit être un mot", "a key must be a word")
            raise _wrong("SUT-003", name, line, text, NOTHING)
        if key.value in seen:
            text = Sentence(f"la clé « {key.value} » est donnée deux fois", f"the key “{key.value}” is given twice")
            raise _wrong("SUT-004", name, line, text, NOTHING)
        seen.add(key.value)
        if key.value not in keys:
            where = ".".join((*map(str, place), key.value))
            text = Sentence(f"la clé « {where} » n'existe pas", f"there is no key “{where}”")
            raise _wrong("SUT-003", name, line, text, _meant(key.value, keys))
        inside = (*place, key.value)
        if inside == ("overrides",) and isinstance(value, yaml.MappingNode):
            for action, chosen in value.value:
                _refuse_unknown_driver_keys(chosen, (*inside, action.value), name)
        elif inside == ("driver",):
            _refuse_unknown_driver_keys(value, inside, name)
        elif (kind := _section(keys[key.value].annotation)) is not None:
            _refuse_unknown_keys(value, kind, inside, name)


def _section(annotation: Any) -> type[BaseModel] | None:
    """The model of a key that holds a section, one that may be left out too."""
    kinds = (annotation, *get_args(annotation))
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)


def _refuse_unknown_driver_keys(node: yaml.Node, place: Place, name: str) -> None:
    if isinstance(node, yaml.MappingNode):
        kind = next((value.value for key, value in node.value if key.value == "kind"), None)
        model = _driver_kinds().get(str(kind))
        if model is not None:
            _refuse_unknown_keys(node, model, place, name)


def _driver_kinds() -> Mapping[str, type[BaseModel]]:
    union = get_args(described.Driver)[0]
    return {get_args(model.model_fields["kind"].annotation)[0]: model for model in get_args(union)}


def _wrong_value(error: ErrorDetails, root: yaml.MappingNode, name: str) -> UnusableInput:
    kinds = _driver_kinds()
    place = tuple(part for part in error["loc"] if part not in kinds)
    where = ".".join(map(str, place))
    line = _line(root, place)
    found = error.get("input")
    context = error.get("ctx", {})
    match error["type"]:
        case "missing":
            text = Sentence(f"il manque la clé « {where} »", f"the key “{where}” is missing")
            return _wrong("SUT-005", name, line, text, NOTHING)
        case "literal_error":
            allowed = _allowed(place)
        case "union_tag_invalid" | "union_tag_not_found":
            allowed = tuple(kinds)
            found = found.get("kind") if isinstance(found, dict) else found
            where = f"{where}.kind"
        case "string_type" if (written := _written(root, place)) is not None:
            text = Sentence(f"« {where} » doit être un texte", f"“{where}” must be a text")
            hint = Sentence(f'écrivez "{written}", avec les guillemets', f'write "{written}", in quotes')
            return _wrong("SUT-006", name, line, text, hint)
        case _:
            wrong = misfit(error)
            text = Sentence(f"« {where} » : {wrong.fr}", f"“{where}”: {wrong.en}")
            return _wrong("SUT-006", name, line, text, NOTHING)
    text = Sentence(f"« {where} » : {found!r} n'est pas permis", f"“{where}”: {found!r} is not allowed")
    hint = (
        _meant(str(found), allowed) if allowed else Sentence(str(context.get("expected")), str(context.get("expected")))
    )
    return _wrong("SUT-006", name, line, text, hint)


def _allowed(place: Place) -> tuple[str, ...]:
    model: Any = Sut
    for part in place[:-1]:
        if not isinstance(part, str):
            return ()
        model = model.model_fields[part].annotation
    return tuple(str(value) for value in get_args(model.model_fields[str(place[-1])].annotation))


def _remarks(sut: Sut, root: yaml.Node, name: str, known: Collection[str]) -> Iterator[Sentence]:
    if sut.proxy is not None and PROXY not in sut.capabilities:
        line = _line(root, ("proxy",), key=True)
        yield Sentence(
            f"{name}, ligne {line} : « proxy » ne sert qu'avec la capacité « {PROXY} »",
            f"{name}, line {line}: “proxy” serves with the capability “{PROXY}” only",
        )
    for rank, capability in enumerate(sut.capabilities):
        if known and capability not in known:
            line = _line(root, ("capabilities", rank))
            close = nearest(capability, known)
            yield Sentence(
                f"{name}, ligne {line} : capacité inconnue « {capability} »"
                + (f", vouliez-vous dire « {close} » ?" if close else ""),
                f"{name}, line {line}: unknown capability “{capability}”"
                + (f", did you mean “{close}”?" if close else ""),
            )


def _line(root: yaml.Node, place: Place, *, key: bool = False) -> int | None:
    """The line of a value, or of its key; of the last part that exists when the rest does not."""
    node, line = root, root.start_mark.line + 1
    for part in place:
        if isinstance(node, yaml.MappingNode):
            found = next((pair for pair in node.value if pair[0].value == part), None)
            if found is None:
                return line
            line = found[0].start_mark.line + 1
            node = found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
        else:
            return line
        if not key and isinstance(node, yaml.ScalarNode):
            line = node.start_mark.line + 1
    return line


def _written(root: yaml.Node, place: Place) -> str | None:
    """A single value as it is written; ``None`` for a list, a mapping or nothing at all."""
    node = root
    for part in place:
        if isinstance(node, yaml.MappingNode):
            node = next((value for key, value in node.value if key.value == part), node)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part]
    return str(node.value) if isinstance(node, yaml.ScalarNode) and node.value else None


def _meant(word: str, known: Collection[str]) -> Sentence:
    close = nearest(word, known)
    listed = ", ".join(known)
    if close is not None:
        return Sentence(
            f"vouliez-vous dire « {close} » ? (possible : {listed})", f"did you mean “{close}”? (possible: {listed})"
        )
    return Sentence(f"possible : {listed}", f"possible: {listed}")


def _wrong(code: str, name: str, line: int | None, text: Sentence, hint: Sentence) -> UnusableInput:
    fr, en = (f", ligne {line}", f", line {line}") if line is not None else ("", "")
    return UnusableInput(code, Sentence(f"{name}{fr} : {text.fr}", f"{name}{en}: {text.en}"), hint)
