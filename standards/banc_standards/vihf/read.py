"""Reading a verified assertion: every value as it is really there, None where it is absent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree

from banc_standards.identifiers import Cx, MalformedIdentifier
from banc_standards.soap.names import SAML
from banc_standards.terminology.codes import Code
from banc_standards.vihf import names


@dataclass(frozen=True, slots=True)
class Assertion:
    """What an assertion holds. ``attributes`` gives the text values of every attribute, names in lower case.

    ``resource_id`` is kept as written; ``ins`` and ``ins_oid`` are read from it when it is a CX.
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
    """A SAML instant as an aware UTC datetime; None when absent or unreadable. An instant without zone is UTC."""
    if not text:
        return None
    try:
        parsed = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


def _find(root: etree._Element, path: str) -> etree._Element | None:
    return root.find("/".join(f"{{{SAML}}}{step}" for step in path.split("/")))


def _text(element: etree._Element | None) -> str | None:
    return None if element is None else (element.text or "").strip()


def _code(element: etree._Element) -> Code:
    return Code(element.get("code") or "", element.get("codeSystem") or "", element.get("displayName") or "")


def read(assertion: etree._Element) -> Assertion:
    """The content of an assertion; give it the tree that ``vihf.verify`` returned, and no other."""
    attributes: dict[str, tuple[str, ...]] = {}
    coded: dict[str, tuple[Code, ...]] = {}
    for attribute in assertion.iterfind(f"{{{SAML}}}AttributeStatement/{{{SAML}}}Attribute"):
        name = (attribute.get("Name") or "").lower()
        values = attribute.findall(f"{{{SAML}}}AttributeValue")
        attributes[name] = attributes.get(name, ()) + tuple((value.text or "").strip() for value in values)
        children = [child for value in values for child in value if isinstance(child.tag, str)]
        coded[name] = coded.get(name, ()) + tuple(_code(child) for child in children)
    conditions = _find(assertion, "Conditions")
    statement = _find(assertion, "AuthnStatement")
    issuer = _find(assertion, "Issuer")
    name_id = _find(assertion, "Subject/NameID")
    confidentiality = next(iter(coded.get(names.CONFIDENTIALITY, ())), None)
    confidential_text = attributes.get(names.CONFIDENTIALITY, attributes.get("confidentiality_code", ("",)))
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
        confidentiality=confidentiality.code if confidentiality else next(iter(confidential_text), None) or None,
    )
