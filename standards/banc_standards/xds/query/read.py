"""Reading a stored query and its answer: what is there, decoded; rules say later what should have been."""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

from banc_standards.xds.names import RIM
from banc_standards.xds.query.model import Parameter, QueryAnswer, StoredQuery
from banc_standards.xds.query.names import QUERY
from banc_standards.xds.read import association, document_entry, registry_errors, submission_set

_LITERAL: Final = r"(?:'(?:[^']|'')*'|-?[0-9]+(?:\.[0-9]+)?)"
_ONE: Final = re.compile(_LITERAL)
_LIST: Final = re.compile(rf"\(\s*{_LITERAL}(?:\s*,\s*{_LITERAL})*\s*\)")


def query(body: etree._Element) -> StoredQuery:
    """The query of an ``AdhocQueryRequest``; the id is empty when it names none."""
    asked = body.find(f"{RIM}AdhocQuery")
    option = body.find(f"{QUERY}ResponseOption")
    return StoredQuery(
        id=asked.get("id", "") if asked is not None else "",
        return_type=option.get("returnType") if option is not None else None,
        composed=option.get("returnComposedObjects") if option is not None else None,
        parameters=_parameters(asked) if asked is not None else (),
        number=max(1, len(body.findall(f"{RIM}AdhocQuery"))),
    )


def _parameters(asked: etree._Element) -> tuple[Parameter, ...]:
    found: dict[str, Parameter] = {}
    for element in asked.findall(f"{RIM}Slot"):
        texts = [(value.text or "").strip() for value in element.iter(f"{RIM}Value")]
        new = parameter(element.get("name", ""), texts)
        old = found.get(new.name, Parameter(new.name))
        found[new.name] = Parameter(
            new.name, old.groups + new.groups, old.listed or new.listed, old.malformed + new.malformed
        )
    return tuple(found.values())


def parameter(name: str, texts: list[str]) -> Parameter:
    """A parameter from the texts of its ``Value`` elements: ``'text'``, a number, or a list of these in parentheses."""
    values: list[str] = []
    malformed: list[str] = []
    for text in texts:
        if _ONE.fullmatch(text) or _LIST.fullmatch(text):
            values += (_literal(found) for found in _ONE.findall(text))
        else:
            malformed.append(text)
    listed = any(text.startswith("(") for text in texts)
    return Parameter(name, (tuple(values),) if values else (), listed, tuple(malformed))


def _literal(text: str) -> str:
    return text[1:-1].replace("''", "'") if text.startswith("'") else text


def answer(body: etree._Element) -> QueryAnswer:
    """The answer of a registry to a stored query."""
    objects = body.find(f"{RIM}RegistryObjectList")
    found = [] if objects is None else list(objects)
    return QueryAnswer(
        status=body.get("status", ""),
        references=tuple(item.get("id", "") for item in found if item.tag == f"{RIM}ObjectRef"),
        entries=tuple(document_entry(item) for item in found if item.tag == f"{RIM}ExtrinsicObject"),
        sets=tuple(submission_set(item) for item in found if item.tag == f"{RIM}RegistryPackage"),
        associations=tuple(association(item) for item in found if item.tag == f"{RIM}Association"),
        errors=registry_errors(body),
    )
