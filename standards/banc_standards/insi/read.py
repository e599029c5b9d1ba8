"""Reading INSi messages: requests as they really are, for the rules to judge, and answers, for a client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from banc_standards.errors import BancError, Sentence
from banc_standards.ins import Ins, StrictTraits
from banc_standards.insi import names
from banc_standards.insi.model import Answer, Individual, InsRecord, Search, SiramError
from banc_standards.soap.names import SAML
from banc_standards.soap.read import Message
from banc_standards.soap.read import fault as soap_fault
from banc_standards.xml import line_of


class NotAnAnswer(BancError):
    """The message is neither a RESULTAT nor a fault, code ``INSI-ANSWER-001``."""

    def __init__(self, found: str) -> None:
        super().__init__(
            "INSI-ANSWER-001",
            Sentence(
                f"Réponse INSi attendue, reçu {found or 'un corps vide'}.",
                f"INSi answer expected, got {found or 'an empty body'}.",
            ),
        )


# Requests


@dataclass(frozen=True, slots=True)
class Field:
    """One element as it came: name, text, line of the source; ``nested`` tells that elements stand in it.

    The name is the local one, in braces after its namespace (or nothing) when this is not that of its parent.
    """

    name: str
    text: str
    line: int | None = None
    nested: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """A ContexteBAM or ContexteLPS; ``children`` holds names as :class:`Field` does. Absent values are None."""

    name: str
    version: str | None
    nature: str | None
    id: str | None
    time: str | None
    sender: str | None
    reference: str | None
    children: tuple[str, ...]
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Lps:
    """``ContexteLPS/LPS``: what the software says of itself; ``children`` holds names as :class:`Field` does."""

    idam: str | None = None
    idam_role: str | None = None
    version: str | None = None
    instance: str | None = None
    name: str | None = None
    children: tuple[str, ...] = ()

    @property
    def product(self) -> str | None:
        """The bare name of the software, out of ``urn:lps:<nom>:<version>`` or as written."""
        if self.name is None or not self.name.startswith("urn:lps:"):
            return self.name
        return self.name.removeprefix("urn:lps:").rpartition(":")[0] or None


@dataclass(frozen=True, slots=True)
class Request:
    """One request. ``fields`` holds the children of the body's element, in order.

    ``action`` is ``wsa:Action``, or the parameter ``action`` of the Content-Type (``announced``) when there is none.
    """

    message: Message
    announced: str | None
    bam: Context | None
    lps_context: Context | None
    lps: Lps
    assertions: tuple[etree._Element, ...]
    fields: tuple[Field, ...]

    @property
    def action(self) -> str | None:
        """The action that the gateway dispatches on."""
        return self.message.action or self.announced

    @property
    def operation(self) -> names.Operation | None:
        """The INSi operation that the action names, None when it names none."""
        return names.ACTIONS.get(self.action or "")

    @property
    def senders(self) -> tuple[str, ...]:
        """The distinct ``Emetteur`` values of the contexts."""
        found = [context.sender for context in (self.bam, self.lps_context) if context and context.sender]
        return tuple(dict.fromkeys(found))

    @property
    def ids(self) -> tuple[str, ...]:
        """The bare UUIDs (or whatever stands there) of MessageID, ContexteBAM and ContexteLPS, absent ones left out."""
        message_id = (self.message.message_id or "").removeprefix("uuid:").removeprefix("urn:uuid:")
        contexts = [context.id or "" for context in (self.bam, self.lps_context) if context]
        return tuple(value for value in (message_id, *contexts) if value)

    @property
    def repeated(self) -> tuple[str, ...]:
        """The local names of the headers of INSi that came more than once."""
        found = [child.tag for head in self.message.envelope.iterfind("{*}Header") for child in head]
        return tuple(name.rpartition("}")[2] for name in names.HEADERS if found.count(name) > 1)

    def texts(self, name: str) -> tuple[str, ...]:
        """The texts of the body's elements of that local name."""
        return tuple(field.text for field in self.fields if field.name == name)

    def search(self) -> Search:
        """The traits that are searched, empty where they are absent."""

        def first(name: str) -> str:
            return next(iter(self.texts(name)), "")

        return Search(
            birth_family=first("NomNaissance"),
            givens=self.texts("Prenom"),
            sex=first("Sexe"),
            birth_date=first("DateNaissance"),
            birth_place=first("LieuNaissance"),
        )


def request(message: Message, *, announced: str | None = None) -> Request:
    """The request that a SOAP message carries; ``announced`` is the ``action`` parameter of its Content-Type."""
    bam = message.envelope.find(f"{{*}}Header/{{{names.CTXBAM}}}ContexteBAM")
    lps = message.envelope.find(f"{{*}}Header/{{{names.CTXLPS}}}ContexteLPS")
    security = message.security
    return Request(
        message=message,
        announced=announced,
        bam=None if bam is None else _context(bam, names.CTXBAM),
        lps_context=None if lps is None else _context(lps, names.CTXLPS),
        lps=Lps() if lps is None else _lps(lps),
        assertions=() if security is None else tuple(security.iterchildren(f"{{{SAML}}}Assertion")),
        fields=() if message.body is None else tuple(_field(child) for child in _elements(message.body)),
    )


def _context(root: etree._Element, namespace: str) -> Context:
    return Context(
        name=_local(root),
        version=root.get("Version"),
        nature=root.get("Nature"),
        id=_text(root, namespace, "Id"),
        time=_text(root, namespace, "Temps"),
        sender=_text(root, namespace, "Emetteur"),
        reference=_text(root, namespace, "DateRef"),
        children=tuple(named(child) for child in _elements(root)),
        line=line_of(root),
    )


def _lps(root: etree._Element) -> Lps:
    found = root.find(f"{{{names.CTXLPS}}}LPS")
    if found is None:
        return Lps()
    idam = found.find(f"{{{names.CTXLPS}}}IDAM")
    return Lps(
        idam=None if idam is None else _whole(idam).strip(),
        idam_role=None if idam is None else idam.get("R"),
        version=_text(found, names.CTXLPS, "Version"),
        instance=_text(found, names.CTXLPS, "Instance"),
        name=_text(found, names.CTXLPS, "Nom"),
        children=tuple(named(child) for child in _elements(found)),
    )


# The assertion PS


@dataclass(frozen=True, slots=True)
class Assertion:
    """An assertion PS as it is. ``attributes`` keeps names as written, ``parts`` the local names of its children,
    ``repeated`` what came more than once: local names, or names of attributes.
    """

    id: str | None
    version: str | None
    issue_instant: str | None
    issuer: str | None
    issuer_format: str | None
    name_id: str | None
    qualifier: str | None
    signed: bool
    attributes: Mapping[str, str]
    parts: tuple[str, ...]
    repeated: tuple[str, ...] = ()

    def value(self, *known: str) -> str | None:
        """The value of the first attribute that has one of these names, whatever its case; None when absent."""
        wanted = {name.lower() for name in known}
        return next((value for name, value in self.attributes.items() if name.lower() in wanted), None)


def assertion(root: etree._Element, *, signed: bool) -> Assertion:
    """What an assertion says; ``root`` is an unsigned one, or the tree that verification returned (``signed``).

    The latter no longer holds its signature, which the enveloped transform takes out.
    """
    issuer = root.find(f"{{{SAML}}}Issuer")
    name_id = root.find(f"{{{SAML}}}Subject/{{{SAML}}}NameID")
    attributes: dict[str, str] = {}
    once = [path for path in _ONCE if len(root.findall(path)) > 1]
    repeated = dict.fromkeys(path.rpartition("}")[2] for path in once)
    for attribute in root.iterfind(f"{{{SAML}}}AttributeStatement/{{{SAML}}}Attribute"):
        for value in attribute.iterfind(f"{{{SAML}}}AttributeValue"):
            if (name := attribute.get("Name") or "") in attributes:
                repeated[name] = None
            attributes.setdefault(name, _whole(value).strip())
    return Assertion(
        id=root.get("ID"),
        version=root.get("Version"),
        issue_instant=root.get("IssueInstant"),
        issuer=None if issuer is None else _whole(issuer).strip(),
        issuer_format=None if issuer is None else issuer.get("Format"),
        name_id=None if name_id is None else _whole(name_id).strip(),
        qualifier=None if name_id is None else name_id.get("NameQualifier"),
        signed=signed,
        attributes=attributes,
        parts=tuple(_local(child) for child in _elements(root)),
        repeated=tuple(repeated),
    )


_ONCE = tuple(
    "/".join(f"{{{SAML}}}{step}" for step in path.split("/"))
    for path in ("Issuer", "Subject", "Subject/NameID", "AttributeStatement")
)


# Answers, for a client


def answer(message: Message) -> Answer:
    """The RESULTAT of a message, whatever its prefixes and the order of its dates.

    Raises :class:`NotAnAnswer` for anything else, faults included: ask :func:`error` first.
    """
    root = message.body
    if root is None or root.tag != f"{{{names.RESULTAT}}}RESULTAT":
        raise NotAnAnswer("" if root is None else str(root.tag))
    person = root.find(f"{{{names.RESULTAT}}}INDIVIDU")
    return Answer(
        code=_result(root, "CR/CodeCR"),
        label=_result(root, "CR/LibelleCR"),
        individual=None if person is None else _individual(person),
    )


def error(message: Message) -> SiramError | None:
    """The error of a fault; None when the message is no fault. Codes absent from the fault are empty."""
    raised = soap_fault(message)
    if raised is None:
        return None
    found = None if raised.detail is None else raised.detail.find(f"{{{names.SIRAM}}}Erreur")
    attributes: Mapping[str, str] = {} if found is None else {str(k): str(v) for k, v in found.attrib.items()}
    return SiramError(
        code=attributes.get("code", ""),
        severity=attributes.get("severite", ""),
        message_id=attributes.get("messageID"),
        text="" if found is None else _whole(found),
        subcode=raised.subcode,
        reason=raised.reason,
    )


def _individual(root: etree._Element) -> Individual:
    active = root.find(f"{{{names.RESULTAT}}}INSACTIF")
    if active is None:
        raise NotAnAnswer("INDIVIDU sans INSACTIF")
    return Individual(
        active=_record(active),
        historical=tuple(_record(former) for former in root.iterfind(f"{{{names.RESULTAT}}}INSHISTO")),
        traits=StrictTraits(
            birth_family=_result(root, "TIQ/NomNaissance"),
            birth_givens=_result(root, "TIQ/ListePrenom"),
            sex=_result(root, "TIQ/Sexe"),
            birth_date=_result(root, "TIQ/DateNaissance"),
            birth_place=_result(root, "TIQ/LieuNaissance"),
        ),
        given=_result(root, "TIQ/Prenom") or None,
    )


def _record(root: etree._Element) -> InsRecord:
    value = _result(root, "IdIndividu/NumIdentifiant") + _result(root, "IdIndividu/Cle")
    return InsRecord(
        Ins(value, _result(root, "OID")), start=_result(root, "DateDeb") or None, end=_result(root, "DateFin") or None
    )


def _result(root: etree._Element, path: str) -> str:
    qualified = "/".join(f"{{{names.RESULTAT}}}{step}" for step in path.split("/"))
    found = root.find(qualified)
    return "" if found is None else _whole(found).strip()


def _elements(root: etree._Element) -> list[etree._Element]:
    return [child for child in root if isinstance(child.tag, str)]


def _field(element: etree._Element) -> Field:
    return Field(named(element), _whole(element), line_of(element), nested=bool(_elements(element)))


def _whole(element: etree._Element) -> str:
    # .text would stop at a comment, which counts as a child.
    return str(element.xpath("string()")) if len(element) else element.text or ""


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


def named(element: etree._Element) -> str:
    """The name of an element as :class:`Field` tells it."""
    name, parent = etree.QName(element), element.getparent()
    if parent is not None and name.namespace == etree.QName(parent).namespace:
        return name.localname
    return f"{{{name.namespace or ''}}}{name.localname}"


def _text(root: etree._Element, namespace: str, name: str) -> str | None:
    found = root.find(f"{{{namespace}}}{name}")
    return None if found is None else _whole(found).strip()
