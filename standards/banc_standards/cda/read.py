"""Reading a CDA document once: an index of its header by path and of its body by templateId, and what it says.

Rules and the XDS metadata look things up here; nothing searches the tree again. The pass that makes the index checks
the structure too (:mod:`banc_standards.cda.grammar`), for the rules that ask.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from lxml import etree

from banc_standards.cda.grammar.forms import Fault
from banc_standards.cda.grammar.types import prefixed
from banc_standards.cda.grammar.walk import Violation, Walk
from banc_standards.cda.model import Identifier
from banc_standards.cda.names import CI_SIS, HL7_FRANCE, V3
from banc_standards.cda.node import Node
from banc_standards.errors import BancError, Sentence
from banc_standards.ins import OIDS, Ins
from banc_standards.terminology.codes import Code
from banc_standards.xml import DEFAULT_LIMITS, Limits, line_of, parse


class CdaRefused(BancError):
    """The bytes are XML but no CDA document (``rule_id`` CDA-ROOT-001: no ``ClinicalDocument`` of HL7 v3)."""

    def __init__(self, found: str, line: int | None = None) -> None:
        super().__init__(
            "CDA-ROOT-001",
            Sentence(
                f"Le document n'est pas un CDA : racine {found}.", f"The document is not a CDA: its root is {found}."
            ),
            Sentence(
                "Racine attendue : ClinicalDocument, espace de noms urn:hl7-org:v3.",
                "Expected root: ClinicalDocument of the namespace urn:hl7-org:v3.",
            ),
        )
        self.rule_id = "CDA-ROOT-001"
        self.found = found
        self.line = line


@dataclass(frozen=True, slots=True)
class Structure:
    """A structure as a header names it; ``practice_setting`` is its standardIndustryClassCode."""

    ids: tuple[Identifier, ...]
    name: str
    practice_setting: Code | None


@dataclass(frozen=True, slots=True)
class Actor:
    """Someone, or a device, who takes part in a document: texts are empty where the document says nothing."""

    ids: tuple[Identifier, ...]
    family: str
    given: str
    code: Code | None
    function: Code | None
    time: str
    structure: Structure | None
    device: str = ""
    device_model: str = ""


@dataclass(frozen=True, slots=True)
class Traits:
    """The patient as the header gives them: every identifier, and the identity traits as text."""

    ids: tuple[Identifier, ...]
    birth_family: str
    used_family: str
    birth_givens: str
    first_given: str
    used_given: str
    sex: str
    birth_time: str
    birth_place_cog: str

    @property
    def ins(self) -> Ins | None:
        """The matricule INS: the first identifier under one of its OIDs."""
        return next((Ins(item.extension, item.root) for item in self.ids if item.root in OIDS), None)

    @property
    def local_ids(self) -> tuple[Identifier, ...]:
        """The identifiers that are no INS."""
        return tuple(item for item in self.ids if item.root not in OIDS)


@dataclass(frozen=True, slots=True)
class ServiceEvent:
    """A documented act: its code, and its start and end as the texts of the document."""

    code: Code | None
    low: str
    high: str
    performer: Actor | None


@dataclass(frozen=True)
class Document:
    """A CDA document that was read: ``root`` is the ``ClinicalDocument`` element.

    ``header`` maps the path of a header element below the root (``recordTarget/patientRole/id``) to the elements that
    stand there, in document order; ``carriers`` maps a templateId root to the elements that carry it, body included;
    ``ids`` the elements by their ID. ``faults`` are the violations of the structure, by kind.
    """

    root: etree._Element
    _walk: Walk

    @property
    def header(self) -> Mapping[str, list[etree._Element]]:
        """The elements outside the body, by path below the root."""
        return self._walk.header

    @property
    def carriers(self) -> Mapping[str, list[etree._Element]]:
        """The elements by each templateId root that they carry."""
        return self._walk.carriers

    @property
    def ids(self) -> Mapping[str, etree._Element]:
        """The elements of the narrative and of the body by their ID."""
        return self._walk.ids

    @property
    def faults(self) -> Mapping[Fault, list[Violation]]:
        """The violations of the structure, by kind."""
        return self._walk.faults

    def at(self, path: str) -> list[etree._Element]:
        """The header elements at ``path``, empty when there is none."""
        return self._walk.header.get(path, [])

    def stated(self, path: str) -> list[etree._Element]:
        """The header elements at ``path`` that say something: those without nullFlavor."""
        found = self._stated.get(path)
        if found is None:
            found = [element for element in self._walk.header.get(path, ()) if element.get("nullFlavor") is None]
            self._stated[path] = found
        return found

    @cached_property
    def _stated(self) -> dict[str, list[etree._Element]]:
        return {}

    @cached_property
    def memo(self) -> dict[object, Any]:
        """What rules found once for all of them, by whoever found it."""
        return {}

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """Every element that carries a templateId, in document order; the document itself first."""
        return tuple(Node(self, element, roots) for element, roots in self._walk.templated)

    @cached_property
    def tagged(self) -> Mapping[str, list[etree._Element]]:
        """Every element of the HL7 namespace, body included, by its local name."""
        return {tag[len(V3) :]: found for tag, found in self._walk.tagged.items() if tag.startswith(V3)}

    def first(self, path: str) -> etree._Element | None:
        """The first header element at ``path``."""
        found = self.header.get(path)
        return found[0] if found else None

    def attribute(self, path: str, name: str) -> str:
        """An attribute of the first header element at ``path``, empty when either is missing."""
        found = self.first(path)
        return found.get(name, "") if found is not None else ""

    @cached_property
    def id(self) -> Identifier:
        """The document's own id; both parts empty when it has none."""
        return Identifier(self.attribute("id", "root"), self.attribute("id", "extension"))

    @cached_property
    def set_id(self) -> Identifier:
        """The id shared by all the versions of the document."""
        return Identifier(self.attribute("setId", "root"), self.attribute("setId", "extension"))

    @cached_property
    def version(self) -> int | None:
        """The version number; None when absent or no integer."""
        text = self.attribute("versionNumber", "value")
        return int(text) if text.lstrip("+-").isdecimal() else None

    @cached_property
    def replaces(self) -> Identifier | None:
        """The id of the document that this one replaces (relatedDocument RPLC)."""
        for related in self.at("relatedDocument"):
            parent = related.find(f"{V3}parentDocument/{V3}id")
            if related.get("typeCode") == "RPLC" and parent is not None:
                return _identifier(parent)
        return None

    @cached_property
    def code(self) -> Code | None:
        """The document type."""
        return code_of(self.first("code"))

    @cached_property
    def title(self) -> str:
        """The title."""
        return text_of(self.first("title"))

    @cached_property
    def created(self) -> str:
        """The creation time, as written."""
        return self.attribute("effectiveTime", "value")

    @cached_property
    def confidentiality(self) -> Code | None:
        """The confidentiality code."""
        return code_of(self.first("confidentialityCode"))

    @cached_property
    def language(self) -> str:
        """The language code."""
        return self.attribute("languageCode", "code")

    @cached_property
    def templates(self) -> tuple[Identifier, ...]:
        """The templateIds of the document itself, in order."""
        return tuple(_identifier(element) for element in self.at("templateId"))

    @cached_property
    def models(self) -> tuple[str, ...]:
        """The templateId roots beside those of HL7 France and of the CI-SIS: the models that the document announces."""
        return tuple(item.root for item in self.templates if item.root not in (HL7_FRANCE, CI_SIS))

    @cached_property
    def level(self) -> Literal["N1", "N3"] | None:
        """N1 for a body that is not XML, N3 for a structured one, None without a body."""
        for body in self.at("component"):
            if body.find(f"{V3}nonXMLBody") is not None:
                return "N1"
            if body.find(f"{V3}structuredBody") is not None:
                return "N3"
        return None

    @cached_property
    def media_type(self) -> str:
        """The media type of a level 1 body."""
        text = self.root.find(f"{V3}component/{V3}nonXMLBody/{V3}text")
        return text.get("mediaType", "") if text is not None else ""

    @cached_property
    def embedded(self) -> bytes | None:
        """The bytes that a level 1 body holds; None when there are none or they are not base 64."""
        text = self.root.find(f"{V3}component/{V3}nonXMLBody/{V3}text")
        if text is None:
            return None
        try:
            return base64.b64decode("".join((text.text or "").split()), validate=True)
        except ValueError:  # binascii.Error is one; another says that the text is not ASCII
            return None

    @cached_property
    def patient(self) -> Traits:
        """The identifiers and traits of the patient."""
        base = "recordTarget/patientRole"
        names = {
            (kind, element.get("qualifier", "")): text_of(element)
            for kind in ("family", "given")
            for element in reversed(self.at(f"{base}/patient/name/{kind}"))
        }
        return Traits(
            ids=tuple(_identifier(element) for element in self.at(f"{base}/id")),
            birth_family=names.get(("family", "BR"), ""),
            used_family=names.get(("family", "CL"), ""),
            birth_givens=names.get(("given", ""), ""),
            first_given=names.get(("given", "BR"), ""),
            used_given=names.get(("given", "CL"), ""),
            sex=self.attribute(f"{base}/patient/administrativeGenderCode", "code"),
            birth_time=self.attribute(f"{base}/patient/birthTime", "value"),
            birth_place_cog=text_of(self.first(f"{base}/patient/birthplace/place/addr/county")),
        )

    @cached_property
    def authors(self) -> tuple[Actor, ...]:
        """The authors of the document."""
        return tuple(_actor(element, "assignedAuthor") for element in self.at("author"))

    @cached_property
    def legal_authenticator(self) -> Actor | None:
        """Who answers for the document."""
        found = self.first("legalAuthenticator")
        return _actor(found, "assignedEntity") if found is not None else None

    @cached_property
    def custodian(self) -> Structure | None:
        """Who keeps the document."""
        return _structure(self.first("custodian/assignedCustodian/representedCustodianOrganization"))

    @cached_property
    def events(self) -> tuple[ServiceEvent, ...]:
        """The documented acts; the first one is the main act."""
        return tuple(_event(element) for element in self.at("documentationOf/serviceEvent"))

    @cached_property
    def facility_type(self) -> Code | None:
        """The kind of establishment where the patient was cared for."""
        return code_of(self.first("componentOf/encompassingEncounter/location/healthCareFacility/code"))

    @cached_property
    def practice_setting(self) -> Code | None:
        """The practice setting of the performer of the main act."""
        performer = self.events[0].performer if self.events else None
        return performer.structure.practice_setting if performer and performer.structure else None


def read(data: bytes, *, limits: Limits = DEFAULT_LIMITS) -> Document:
    """The document that ``data`` holds; one carried inside an XSLT style sheet is taken out of it.

    Raises :class:`~banc_standards.xml.XmlRefused`, or :class:`CdaRefused` when the XML is no clinical document.
    """
    return document(parse(data, limits, comments=False))


def document(root: etree._Element) -> Document:
    """The document of an element that was parsed already. Raises :class:`CdaRefused`."""
    found = root
    if root.tag != f"{V3}ClinicalDocument":
        inside = next(root.iter(f"{V3}ClinicalDocument"), None)
        if inside is None:
            raise CdaRefused(str(root.tag), line_of(root))
        found = inside
    return Document(found, Walk(found))


def elements(parent: etree._Element) -> Iterator[etree._Element]:
    """The child elements, without comments and instructions."""
    return (child for child in parent if isinstance(child.tag, str))


def step(element: etree._Element) -> str:
    """The name of an element in a path: its local name, prefixed outside the HL7 namespace."""
    return prefixed(str(element.tag))


def text_of(element: etree._Element | None) -> str:
    """The text of an element without what stands inside its children, stripped; empty for None."""
    return (element.text or "").strip() if element is not None else ""


def code_of(element: etree._Element | None) -> Code | None:
    """The code that an element carries; None without ``code``."""
    if element is None or not element.get("code"):
        return None
    return Code(element.get("code", ""), element.get("codeSystem", ""), element.get("displayName", ""))


def _identifier(element: etree._Element) -> Identifier:
    return Identifier(element.get("root", ""), element.get("extension", ""))


def _actor(element: etree._Element, role: str) -> Actor:
    entity = element.find(V3 + role)
    time = element.find(f"{V3}time")
    if entity is None:
        return Actor((), "", "", None, code_of(element.find(f"{V3}functionCode")), "", None)
    name = entity.find(f"{V3}assignedPerson/{V3}name")
    device = entity.find(f"{V3}assignedAuthoringDevice")
    return Actor(
        ids=tuple(_identifier(item) for item in entity.findall(f"{V3}id")),
        family=text_of(name.find(f"{V3}family")) if name is not None else "",
        given=text_of(name.find(f"{V3}given")) if name is not None else "",
        code=code_of(entity.find(f"{V3}code")),
        function=code_of(element.find(f"{V3}functionCode")),
        time=time.get("value", "") if time is not None else "",
        structure=_structure(entity.find(f"{V3}representedOrganization")),
        device=text_of(device.find(f"{V3}softwareName")) if device is not None else "",
        device_model=text_of(device.find(f"{V3}manufacturerModelName")) if device is not None else "",
    )


def _structure(element: etree._Element | None) -> Structure | None:
    if element is None:
        return None
    return Structure(
        ids=tuple(_identifier(item) for item in element.findall(f"{V3}id")),
        name=text_of(element.find(f"{V3}name")),
        practice_setting=code_of(element.find(f"{V3}standardIndustryClassCode")),
    )


def _event(element: etree._Element) -> ServiceEvent:
    time = element.find(f"{V3}effectiveTime")
    low = time.find(f"{V3}low") if time is not None else None
    high = time.find(f"{V3}high") if time is not None else None
    performer = element.find(f"{V3}performer")
    return ServiceEvent(
        code=code_of(element.find(f"{V3}code")),
        low=low.get("value", "") if low is not None else "",
        high=high.get("value", "") if high is not None else "",
        performer=_actor(performer, "assignedEntity") if performer is not None else None,
    )
