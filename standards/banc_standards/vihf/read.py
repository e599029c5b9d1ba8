"""Reading a verified assertion: every value as it is really there, None where it is absent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from lxml import etree

from banc_standards.identifiers import Cx, MalformedIdentifier
from banc_standards.soap.names import SAML, XSI
from banc_standards.terminology.codes import Code
from banc_standards.vihf import names

_INSTANT: Final = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})T(?P<time>[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?)(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?"
)
_MIDNIGHT: Final = re.compile(r"24:00:00(?:\.0+)?")
_ONCE: Final = tuple(
    "/".join(f"{{{SAML}}}{step}" for step in path.split("/"))
    for path in (
        "Issuer",
        "Subject",
        "Subject/NameID",
        "Conditions",
        "AuthnStatement",
        "AuthnStatement/AuthnContext",
        "AuthnStatement/AuthnContext/AuthnContextClassRef",
    )
)
_CODED: Final = {names.ROLE: f"{{{names.HL7}}}Role", names.PURPOSE: f"{{{names.HL7}}}PurposeOfUse"}


@dataclass(frozen=True, slots=True)
class Assertion:
    """What an assertion holds. ``attributes`` gives the text values of every attribute, names in lower case.

    ``resource_id`` is kept as written; ``ins`` and ``ins_oid`` are read from it when it is a CX. ``repeated`` names the
    elements and attributes that came more than once although they may not: the first is what is read. ``unformed``
    tells the roles and purposes that are written otherwise than HL7 does: the attribute, and what was found.
    """

    id: str
    version: str
    issue_instant: str
    issuer: str | None
    issuer_format: str | None
    name_id: str | None
    name_qualifier: str | None
    not_before: str | None
    not_on_or_after: str | None
    audience: bool
    authn_instant: str | None
    authn_class: str | None
    authn_decl: str | None
    attributes: Mapping[str, tuple[str, ...]]
    roles: tuple[Code, ...]
    purpose: Code | None
    confidentiality: str | None
    repeated: tuple[str, ...] = ()
    unformed: tuple[tuple[str, str], ...] = ()

    def value(self, name: str) -> str | None:
        """The first value of an attribute, whatever the case of its name; None when absent."""
        return next(iter(self.attributes.get(name.lower(), ())), None)

    @property
    def vihf_version(self) -> str | None:
        """``VIHF_Version``."""
        return self.value(names.VERSION)

    @property
    def mode(self) -> str | None:
        """``Authentification_mode``, which some write ``Authentification_Mode``."""
        return self.value(names.MODE)

    @property
    def structure(self) -> str | None:
        """``Identifiant_Structure``, a Struct_IdNat."""
        return self.value(names.STRUCTURE)

    @property
    def sector(self) -> str | None:
        """``Secteur_Activite``, code^OID."""
        return self.value(names.SECTOR)

    @property
    def subject_name(self) -> str | None:
        """The name of the user, ``subject-id``."""
        return self.value(names.SUBJECT_ID)

    @property
    def resource_id(self) -> str | None:
        """The patient's INS as a CX, ``resource-id``."""
        return self.value(names.RESOURCE_ID)

    @property
    def ins(self) -> str | None:
        """The matricule of ``resource-id``."""
        found = _cx(self.resource_id)
        return None if found is None else found.value

    @property
    def ins_oid(self) -> str | None:
        """The OID of ``resource-id``."""
        found = _cx(self.resource_id)
        return None if found is None else found.authority.oid

    @property
    def lps_name(self) -> str | None:
        """``LPS_Nom``."""
        return self.value(names.LPS_NAME)

    @property
    def lps_version(self) -> str | None:
        """``LPS_Version``."""
        return self.value(names.LPS_VERSION)

    @property
    def homologation(self) -> str | None:
        """``LPS_ID_HOMOLOGATION_DMP``."""
        return self.value(names.HOMOLOGATION)

    @property
    def secret_connection(self) -> bool:
        """Whether a *connexion secrète* is asked: any non-empty confidentiality code (dmp.md §5.2)."""
        return bool(self.confidentiality)


def _cx(text: str | None) -> Cx | None:
    try:
        return None if text is None else Cx.parse(text)
    except MalformedIdentifier:
        return None


def moment(text: str | None) -> datetime | None:
    """A SAML instant (``xsd:dateTime``, years 1 to 9999) as an aware UTC datetime; None when absent or unreadable.

    An instant without zone is UTC.
    """
    found = _INSTANT.fullmatch((text or "").strip())
    if found is None:
        return None
    day, time, zone = found.group("day", "time", "zone")
    late = _MIDNIGHT.fullmatch(time) is not None
    try:
        parsed = datetime.fromisoformat(f"{day}T{'00:00:00' if late else time}{zone or 'Z'}")
        return (parsed + timedelta(days=late)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _find(root: etree._Element, path: str) -> etree._Element | None:
    return root.find("/".join(f"{{{SAML}}}{step}" for step in path.split("/")))


def _text(element: etree._Element | None) -> str | None:
    """The text of an element, of which comments and processing instructions are no part."""
    if element is None:
        return None
    if not len(element):
        return (element.text or "").strip()
    after = (child.tail or "" for child in element if not isinstance(child.tag, str))
    return "".join((element.text or "", *after)).strip()


def _code(element: etree._Element) -> Code:
    return Code(element.get("code") or "", element.get("codeSystem") or "", element.get("displayName") or "")


def read(assertion: etree._Element) -> Assertion:
    """The content of an assertion; give it the tree that ``vihf.verify`` returned, and no other."""
    attributes: dict[str, tuple[str, ...]] = {}
    coded: dict[str, tuple[Code, ...]] = {}
    repeated = [f"saml:{path.rpartition('}')[2]}" for path in _ONCE if len(assertion.findall(path)) > 1]
    unformed: list[tuple[str, str]] = []
    for attribute in assertion.iterfind(f"{{{SAML}}}AttributeStatement/{{{SAML}}}Attribute"):
        written = attribute.get("Name") or ""
        name = written.lower()
        values = attribute.findall(f"{{{SAML}}}AttributeValue")
        if (name in attributes or (len(values) > 1 and name != names.ROLE)) and written not in repeated:
            repeated.append(written)
        attributes[name] = attributes.get(name, ()) + tuple(_text(value) or "" for value in values)
        for value in values:
            children = [child for child in value if isinstance(child.tag, str)]
            coded[name] = coded.get(name, ()) + tuple(_code(child) for child in children)
            if name in _CODED and not _as_hl7(children, _CODED[name]):
                unformed.append((name, ", ".join(str(child.tag) for child in children) or (_text(value) or "")))
    conditions = _find(assertion, "Conditions")
    statement = _find(assertion, "AuthnStatement")
    issuer = _find(assertion, "Issuer")
    name_id = _find(assertion, "Subject/NameID")
    confidentiality, confidential_text = None, ""
    for name in (names.CONFIDENTIALITY, names.KIT_CONFIDENTIALITY):
        confidentiality = confidentiality or next(iter(coded.get(name, ())), None)
        confidential_text = confidential_text or next(iter(attributes.get(name, ())), "")
    return Assertion(
        id=assertion.get("ID") or "",
        version=assertion.get("Version") or "",
        issue_instant=assertion.get("IssueInstant") or "",
        issuer=_text(issuer),
        issuer_format=None if issuer is None else issuer.get("Format"),
        name_id=_text(name_id),
        name_qualifier=None if name_id is None else name_id.get("NameQualifier"),
        not_before=None if conditions is None else conditions.get("NotBefore"),
        not_on_or_after=None if conditions is None else conditions.get("NotOnOrAfter"),
        audience=conditions is not None and conditions.find(f"{{{SAML}}}AudienceRestriction") is not None,
        authn_instant=None if statement is None else statement.get("AuthnInstant"),
        authn_class=_text(_find(assertion, "AuthnStatement/AuthnContext/AuthnContextClassRef")),
        authn_decl=_text(_find(assertion, "AuthnStatement/AuthnContext/AuthnContextDecl")),
        attributes=attributes,
        roles=coded.get(names.ROLE, ()),
        purpose=next(iter(coded.get(names.PURPOSE, ())), None),
        confidentiality=(confidentiality.code if confidentiality else confidential_text) or None,
        repeated=tuple(repeated),
        unformed=tuple(unformed),
    )


def _as_hl7(children: list[etree._Element], tag: str) -> bool:
    """Whether a value holds one element of this name, of the type CE."""
    if len(children) != 1 or children[0].tag != tag:
        return False
    return (children[0].get(f"{{{XSI}}}type") or "").strip().rpartition(":")[2] == "CE"
