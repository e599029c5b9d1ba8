"""A resource ready to be judged: its structure walked once, with what the walk found wrong and all that it met."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from banc_standards.fhir.place import Path
from banc_standards.fhir.primitives import EXPECTED, form_is_right, kind_is_right
from banc_standards.fhir.read import MOST_FAULTS, Document, Fault
from banc_standards.fhir.shapes import FOREIGN_TO_R4B, Element, Shape, is_resource, shape
from banc_standards.rules import Hit

_KEPT: Final = frozenset(
    [
        "Extension",
        "Period",
        "Reference",
        "Attachment",
        "Identifier",
        "ContactPoint",
        "Quantity",
        "Address",
        "HumanName",
        "Narrative",
        "Coding",
    ]
)
"""Data types whose values rules look at wherever they stand."""
_MOST_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a data type: its content, its place, the resource that it stands in, the types a reference allows."""

    data: dict[str, Any]
    path: Path
    owner: Resource
    targets: tuple[str, ...] = ()


@dataclass(eq=False, slots=True)
class Resource:
    """A resource: the outermost, one of a Bundle or of Parameters, or one contained in ``container``."""

    type: str
    data: dict[str, Any]
    path: Path
    subject: Subject
    container: Resource | None = None
    contained: list[Resource] = field(default_factory=list)
    typed: dict[str, list[Value]] = field(default_factory=dict)
    _profiles: frozenset[str] | None = None
    _ids: dict[str, str] | None = None

    @property
    def profiles(self) -> frozenset[str]:
        """The profiles that ``meta.profile`` claims, without their versions."""
        if self._profiles is None:
            self._profiles = frozenset(name.partition("|")[0] for name in texts(at(self.data, "meta"), "profile"))
        return self._profiles

    @property
    def ids(self) -> dict[str, str]:
        """The type of each resource that a reference ``#id`` of this one may name, by its id."""
        holder = self.container or self
        if holder._ids is None:
            holder._ids = {
                text(one, "id"): text(one, "resourceType")
                for _, one in items(holder.data, "contained")
                if text(one, "id")
            }
        return holder._ids

    def hit(self, *steps: str | int, found: object = "", expected: str = "") -> Hit:
        """A break of a rule at some place below."""
        return self.subject.hit((*self.path, *steps), found, expected)


@dataclass(eq=False)
class Subject:
    """What the rules of FHIR judge."""

    document: Document
    faults: list[Fault] = field(default_factory=list)
    resources: list[Resource] = field(default_factory=list)
    typed: dict[str, list[Value]] = field(default_factory=dict)
    memo: dict[object, Any] = field(default_factory=dict)

    def hit(self, path: Path, found: object = "", expected: str = "") -> Hit:
        """A break of a rule at a path from the root."""
        text = found if isinstance(found, str) else "" if found is None else str(found)
        return Hit(
            self.document.location(path), text[:_MOST_SHOWN], expected[:_MOST_SHOWN], self.document.lines.get(path)
        )

    @property
    def root(self) -> Resource | None:
        """The outermost resource, None when it is of no type that R4 has."""
        return self.resources[0] if self.resources and not self.resources[0].path else None

    def of(self, *types: str) -> Iterator[Resource]:
        """The resources of some types, contained ones included."""
        return (one for one in self.resources if one.type in types)


def subject_of(document: Document) -> Subject:
    """The subject of a document that was read."""
    subject = Subject(document, list(document.faults))
    _Walk(subject).resource(document.root, (), None)
    return subject


def at(data: Any, *steps: str | int) -> Any:
    """The value at some steps below ``data``, None where there is none."""
    for step in steps:
        if isinstance(step, int):
            if not isinstance(data, list) or step >= len(data):
                return None
        elif not isinstance(data, dict):
            return None
        data = data.get(step) if isinstance(step, str) else data[step]
    return data


def text(data: Any, *steps: str | int) -> str:
    """The text at some steps, empty where there is none."""
    value = at(data, *steps)
    return value if isinstance(value, str) else ""


def texts(data: Any, *steps: str | int) -> list[str]:
    """The texts of the array at some steps."""
    value = at(data, *steps)
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def items(data: Any, *steps: str | int) -> list[tuple[int, dict[str, Any]]]:
    """The objects of the array at some steps, with their numbers."""
    value = at(data, *steps)
    if not isinstance(value, list):
        return []
    return [(number, each) for number, each in enumerate(value) if isinstance(each, dict)]


def extensions(data: Any, url: str) -> list[tuple[int, dict[str, Any]]]:
    """The extensions of a name on an element, with their numbers."""
    return [(number, each) for number, each in items(data, "extension") if each.get("url") == url]


def codings(data: Any) -> list[dict[str, Any]]:
    """The codings of a CodeableConcept."""
    return [each for _, each in items(data, "coding")]


def has_code(concept: Any, system: str, *codes: str) -> bool:
    """Whether a CodeableConcept holds one of the codes of a system."""
    return any(text(each, "system") == system and text(each, "code") in codes for each in codings(concept))


class _Walk:
    """One pass over a resource and all below it, along the shapes of its types."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._told = 0

    def resource(self, data: Any, path: Path, container: Resource | None) -> None:
        """A resource, wherever it stands."""
        if not isinstance(data, dict):
            self._tell("FHIR-STR-006", path, _kind(data), "{…}")
            return
        name = data.get("resourceType")
        if not isinstance(name, str) or not name:
            self._tell("FHIR-STR-001", path, "", "resourceType")
            return
        if not is_resource(name):
            self._tell("FHIR-STR-002", (*path, "resourceType"), name)
            return
        one = Resource(name, data, path, self._subject, container)
        self._subject.resources.append(one)
        if container is not None:
            container.contained.append(one)
        found = shape(name)
        if found is not None and name not in FOREIGN_TO_R4B:
            self._complex(data, found, path, one, outer=True)

    def _tell(self, rule_id: str, path: Path, found: str = "", expected: str = "") -> None:
        self._told += 1
        if self._told <= MOST_FAULTS:
            self._subject.faults.append(Fault(rule_id, path, found, expected))

    def _complex(self, data: dict[str, Any], known: Shape, path: Path, owner: Resource, *, outer: bool = False) -> None:
        chosen: dict[str, str] = {}
        for name, value in data.items():
            if value is None or (name == "resourceType" and outer):
                continue
            element = known.elements.get(name)
            if element is None:
                if name.startswith("_") and self._companion(data, known, name, value, path, owner):
                    continue
                self._tell("FHIR-STR-003", (*path, name), name)
                continue
            if element.choice and chosen.setdefault(element.choice, name) != name:
                self._tell("FHIR-STR-009", (*path, name), name, chosen[element.choice])
            self._element(element, value, (*path, name), owner, known)
        for name in known.required:
            if name not in data and f"_{name}" not in data:
                self._tell("FHIR-STR-004", path, "", name)
        for choice in known.required_choices:
            if choice not in chosen and not any(name.startswith(f"_{choice}") for name in data):
                self._tell("FHIR-STR-004", path, "", f"{choice}[x]")

    def _element(self, element: Element, value: Any, path: Path, owner: Resource, known: Shape) -> None:
        if element.many != isinstance(value, list):
            self._tell("FHIR-STR-005", path, _kind(value), "[…]" if element.many else "…")
            if not isinstance(value, list):
                value = [value]
                self._each(element, value[0], path, owner)
            return
        if not element.many:
            self._each(element, value, path, owner)
            return
        for number, each in enumerate(value):
            if each is None and element.primitive:
                if not self._stands_for(owner, path, number):
                    self._tell("FHIR-STR-011", (*path, number), "null")
                continue
            self._each(element, each, (*path, number), owner)

    def _stands_for(self, owner: Resource, path: Path, number: int) -> bool:
        """Whether the companion of an array has an object where the array itself has null."""
        name = str(path[-1])
        beside = at(owner.data, *path[len(owner.path) : -1], f"_{name}", number)
        return isinstance(beside, dict)

    def _each(self, element: Element, value: Any, path: Path, owner: Resource) -> None:
        if element.primitive:
            self._primitive(element, value, path)
        elif element.type == "Resource":
            container = owner if path[-2:-1] == ("contained",) else None
            self.resource(value, path, container)
        elif not isinstance(value, dict):
            self._tell("FHIR-STR-006", path, _kind(value), "{…}")
        else:
            found = shape(element.type)
            if element.type in _KEPT:
                kept = Value(value, path, owner, element.targets)
                self._subject.typed.setdefault(element.type, []).append(kept)
                owner.typed.setdefault(element.type, []).append(kept)
            if found is not None:
                self._complex(value, found, path, owner)

    def _primitive(self, element: Element, value: Any, path: Path) -> None:
        if not kind_is_right(element.type, value):
            expected = EXPECTED.get(element.type, "123" if element.type == "Decimal" else '"…"')
            self._tell("FHIR-STR-006", path, _kind(value), expected)
        elif value == "":
            return  # told by the reader
        elif not form_is_right(element.type, value):
            self._tell("FHIR-STR-007", path, str(value)[:_MOST_SHOWN], EXPECTED.get(element.type, element.type))
        elif element.codes and value not in element.codes:
            self._tell("FHIR-STR-008", path, value[:_MOST_SHOWN], ", ".join(sorted(element.codes)))

    def _companion(
        self, data: Mapping[str, Any], known: Shape, name: str, value: Any, path: Path, owner: Resource
    ) -> bool:
        """Judges ``_name``, the id and extensions of a primitive; False when there is no such primitive."""
        element = known.elements.get(name[1:])
        if element is None or not element.primitive:
            return False
        if element.many != isinstance(value, list):
            self._tell("FHIR-STR-005", (*path, name), _kind(value), "[…]" if element.many else "{…}")
            return True
        extra = shape("Element")
        beside = data.get(name[1:])
        if element.many and isinstance(beside, list) and len(beside) != len(value):
            self._tell("FHIR-STR-011", (*path, name), str(len(value)), str(len(beside)))
        for number, each in enumerate(value if element.many else [value]):
            where = (*path, name, number) if element.many else (*path, name)
            if each is None:
                continue
            if not isinstance(each, dict):
                self._tell("FHIR-STR-006", where, _kind(each), "{…}")
            elif extra is not None:
                self._complex(each, extra, where, owner)
        return True


def _kind(value: Any) -> str:
    if isinstance(value, dict):
        return "{…}"
    if isinstance(value, list):
        return "[…]"
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return f'"{value[:_MOST_SHOWN]}"' if isinstance(value, str) else str(value)[:_MOST_SHOWN]
