"""The types of the grammar, compiled from the tables when a document first asks for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from banc_standards.cda.grammar import notation
from banc_standards.cda.grammar.automaton import Automaton, Misfit
from banc_standards.cda.grammar.body import BODY
from banc_standards.cda.grammar.datatypes import DATA_TYPES, Declaration
from banc_standards.cda.grammar.extensions import LAB, PHARM, SDTC, TEMPLATE
from banc_standards.cda.grammar.forms import FORMS, OPEN, Form, fixed
from banc_standards.cda.grammar.header import HEADER
from banc_standards.cda.grammar.narrative import NARRATIVE
from banc_standards.cda.names import DICOM, V3, XSI
from banc_standards.cda.names import LAB as LAB_NAMESPACE
from banc_standards.cda.names import SDTC as SDTC_NAMESPACE

NAMESPACES: Final = {
    "v3": V3,
    "sdtc": SDTC_NAMESPACE,
    "lab": LAB_NAMESPACE,
    "dicom": DICOM,
    "pharm": "{urn:ihe:pharm:medication}",
}
TABLES: Final[dict[str, dict[str, Declaration]]] = {
    "v3": {**DATA_TYPES, **HEADER, **BODY, **NARRATIVE, "Template": TEMPLATE},
    "sdtc": SDTC,
    "lab": LAB,
    "dicom": DATA_TYPES,
    "pharm": {**DATA_TYPES, **PHARM},
}
XSI_TYPE: Final = f"{{{XSI}}}type"
XSI_NIL: Final = f"{{{XSI}}}nil"
_ALWAYS: Final = {f"{{{XSI}}}schemaLocation": OPEN, f"{{{XSI}}}noNamespaceSchemaLocation": OPEN}
_PREFIXES: Final = {
    V3: "",
    DICOM: "ps3-20:",
    f"{{{XSI}}}": "xsi:",
    "{http://www.w3.org/XML/1998/namespace}": "xml:",
    **{uri: f"{prefix}:" for prefix, uri in NAMESPACES.items() if uri not in (V3, DICOM)},
}
_PLANS: Final = 1024
_LONGEST: Final = 100


class Child(NamedTuple):
    """A child element as its parent's type sees it: its tag, its type, and its name in a path."""

    tag: str
    type: Type
    step: str


class Plan(NamedTuple):
    """What the names of an element's children say.

    ``children`` are those that are elements, ``commented`` tells whether there are others; ``misfits`` is what does not
    fit, ``templates`` which children are templateIds.
    """

    children: tuple[Child, ...]
    misfits: tuple[Misfit, ...]
    templates: tuple[int, ...]
    commented: bool


class Type:
    """A type of the grammar: its attributes by qualified name, what its children may be, whether it holds text.

    ``content`` is the content model, that of the base first unless the type restricts it; ``nullable`` tells that no
    child is needed, ``empty`` that nothing stands inside, not even blanks. ``named`` are the attributes beside an
    ``xsi:type`` that was read already; ``narrative`` marks the markup of the narrative. ``aliases`` remembers the types
    that ``xsi:type`` put in place of this one, by local name.
    """

    # Slots, since the walk reads five of these at every element.
    __slots__ = (
        "_automaton",
        "_places",
        "abstract",
        "aliases",
        "attributes",
        "base",
        "content",
        "declaration",
        "empty",
        "mixed",
        "name",
        "named",
        "narrative",
        "nillable",
        "nullable",
        "plans",
        "prefix",
        "required",
    )

    def __init__(self, prefix: str, name: str, declaration: Declaration, *, nillable: bool = False) -> None:
        self.prefix = prefix
        self.name = name
        self.declaration = declaration
        self.nillable = nillable
        self.base: Type | None = self._named(declaration.base) if declaration.base else None
        self.abstract = declaration.abstract
        self.narrative = name in NARRATIVE and prefix == "v3"
        self.aliases: dict[str, Type] = {}
        self.plans: dict[tuple[object, ...], Plan] = {}
        stated = {item.name: item for item in self._attributes()}
        self.attributes: dict[str, Form] = {
            **{self._qualified(name): _form(item) for name, item in stated.items()},
            **_ALWAYS,
        }
        self.named = {**self.attributes, XSI_TYPE: OPEN}
        self.required = tuple(self._qualified(name) for name, item in stated.items() if item.required)
        own = notation.content(declaration.content)
        if self.base is not None and not declaration.restricts:
            own = notation.Sequence((*self.base.content.parts, *own.parts))
        self.content: notation.Sequence = own
        self._automaton = Automaton(own)
        self._places: dict[str, list[int]] = {}
        for place, item in enumerate(self._automaton.places):
            tag = self._qualified_element(item.name) if isinstance(item, notation.Element) else ""
            self._places.setdefault(tag, []).append(place)
        self.mixed = declaration.mixed
        self.nullable = self._automaton.nullable
        self.empty = not self.mixed and not self._places

    def __repr__(self) -> str:
        return f"<Type {self.prefix}.{self.name}>"

    def derives_from(self, other: Type) -> bool:
        """Whether this type may stand, by ``xsi:type``, where ``other`` is declared."""
        found: Type | None = self
        while found is not None:
            if (found.prefix, found.name) == (other.prefix, other.name):
                return True
            found = found.base
        return False

    def admitted(self) -> Iterator[str]:
        """The names of the types that may stand for this one."""
        for name, declaration in TABLES[self.prefix].items():
            if not declaration.abstract and type_of(self.prefix, name).derives_from(self):
                yield name

    def element_names(self) -> Iterator[str]:
        """The qualified names of the elements that may stand inside."""
        return (tag for tag in self._places if tag)

    def plan(self, tags: tuple[object, ...]) -> Plan:
        """What children of these tags are. A tag that is no text (of a comment) is passed over."""
        found = self._arranged(tags)
        if len(tags) <= _LONGEST and len(self.plans) < _PLANS:
            self.plans[tags] = found
        return found

    def _arranged(self, tags: tuple[object, ...]) -> Plan:
        places_of = [self._candidates(tag) if isinstance(tag, str) else None for tag in tags]
        found, misfits = self._automaton.run(places_of)
        return _plan(tags, [UNKNOWN if place is None else self._type_at(place) for place in found], misfits)

    def _candidates(self, tag: str) -> list[int]:
        found = self._places.get(tag)
        if found is None and tag[:1] == "{" and not tag.startswith(NAMESPACES[self.prefix]):
            found = self._places.get("")
        return found or []

    def _type_at(self, place: int) -> Type:
        item = self._automaton.places[place]
        return self._named(item.type, nillable=item.nillable) if isinstance(item, notation.Element) else UNKNOWN

    def _named(self, name: str, *, nillable: bool = False) -> Type:
        prefix, _, local = name.partition(".")
        if prefix in NAMESPACES and local:
            return type_of(prefix, local, nillable)
        return type_of(self.prefix if name in TABLES[self.prefix] else "v3", name, nillable)

    def _attributes(self) -> Iterator[notation.Attribute]:
        base = self.base
        if base is not None:
            without = self.declaration.without.split()
            yield from (item for item in base._attributes() if item.name not in without)
        yield from notation.attributes(self.declaration.attributes)

    def _qualified(self, name: str) -> str:
        prefix, _, local = name.partition(".")
        return NAMESPACES[prefix] + local if local else name

    def _qualified_element(self, name: str) -> str:
        prefix, _, local = name.partition(".")
        return NAMESPACES[prefix] + local if local else NAMESPACES[self.prefix] + name


def _form(attribute: notation.Attribute) -> Form:
    if attribute.fixed is None:
        return FORMS[attribute.form]
    return _FIXED.setdefault(attribute.fixed, fixed(attribute.fixed))


_FIXED: Final[dict[str, Form]] = {}
_TEMPLATE_ID: Final = f"{V3}templateId"


def _plan(tags: tuple[object, ...], types: Iterable[Type], misfits: Iterable[Misfit]) -> Plan:
    children = tuple(
        Child(tag, kind, prefixed(tag)) for tag, kind in zip(tags, types, strict=True) if isinstance(tag, str)
    )
    templates = tuple(index for index, tag in enumerate(tags) if tag == _TEMPLATE_ID)
    return Plan(children, tuple(misfits), templates, len(children) < len(tags))


class _EveryName(dict[str, Form]):
    """The attributes of an element that the grammar does not judge."""

    def get(self, key: str, default: object = None) -> Form:
        return OPEN


class _Unjudged(Type):
    """The type of what the grammar does not know: anything goes below, since its place was told already."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__("v3", "Free", Declaration(mixed=True))
        self.attributes = self.named = _EveryName()

    def _arranged(self, tags: tuple[object, ...]) -> Plan:
        return _plan(tags, [self] * len(tags), ())


_COMPILED: Final[dict[tuple[str, str, bool], Type]] = {}


def type_of(prefix: str, name: str, nillable: bool = False) -> Type:
    """The type called ``name`` in the namespace of ``prefix``. Raises ``KeyError``."""
    found = _COMPILED.get((prefix, name, nillable))
    if found is None:
        declaration = TABLES[prefix][name]
        found = _COMPILED.setdefault((prefix, name, nillable), Type(prefix, name, declaration, nillable=nillable))
    return found


UNKNOWN: Final = _Unjudged()
_COMPILED["v3", "Free", False] = UNKNOWN


def prefixed(tag: str) -> str:
    """The name of an element as a reader knows it: local in HL7's namespace, prefixed in those of the extensions."""
    for uri, prefix in _PREFIXES.items():
        if tag.startswith(uri):
            return prefix + tag[len(uri) :]
    return tag
