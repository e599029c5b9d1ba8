"""Building INSi messages, for a client (searches) and for the service (answers, faults). Pure: ids and times are given.

Elements and their order are those of the XSD CTXBAM V01_02, CTXLPS V01_00, INSi_RECSANS_INS and INSi_RESULTAT_INS.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from lxml import etree

from banc_standards.ins import StrictTraits, transliterate
from banc_standards.insi import names
from banc_standards.insi.faults import SiramFault
from banc_standards.insi.model import Answer, Individual, InsRecord, PsAssertion, Search, Software
from banc_standards.soap.names import SAML, SOAP12, WSA, WSSE, XML


def instant(moment: datetime) -> str:
    """A moment as the contexts and the assertion write it: UTC, seconds, ``Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# The client's side


def attempts(traits: StrictTraits) -> tuple[Search, ...]:
    """The searches to send one after the other, until the first 00 (insi.md §7): each given name alone, then all.

    Names are transliterated here, at the boundary. Raises :class:`~banc_standards.ins.NotTransliterable`.
    """
    givens = transliterate(traits.birth_givens).split()
    lists = [(given,) for given in dict.fromkeys(givens)]
    if len(givens) > 1:
        lists.append((" ".join(givens),))
    family = transliterate(traits.birth_family)
    return tuple(Search(family, each, traits.sex, traits.birth_date) for each in lists)


def search_body(search: Search) -> etree._Element:
    """The RECSANSVITALE of a search; a trait that is empty is left out."""
    root = etree.Element(f"{{{names.REC_SANS}}}RECSANSVITALE", nsmap={"rec": names.REC_SANS})
    values = [("NomNaissance", search.birth_family), *(("Prenom", given) for given in search.givens)]
    values += [("Sexe", search.sex), ("DateNaissance", search.birth_date), ("LieuNaissance", search.birth_place)]
    for name, value in values:
        leaf(root, names.REC_SANS, name, value)
    return root


def context_bam(*, context_id: str, at: datetime, sender: str) -> etree._Element:
    """The ContexteBAM of WS_INS2, whose COUVERTURE is empty."""
    root = etree.Element(f"{{{names.CTXBAM}}}ContexteBAM", nsmap={"ctxbam": names.CTXBAM})
    root.set("Version", names.BAM_VERSION)
    root.set("Nature", "CTXBAM")
    for name, value in (("Id", context_id), ("Temps", instant(at)), ("Emetteur", sender)):
        leaf(root, names.CTXBAM, name, value)
    etree.SubElement(root, f"{{{names.CTXBAM}}}COUVERTURE")
    return root


def context_lps(*, context_id: str, at: datetime, sender: str, software: Software) -> etree._Element:
    """The ContexteLPS, with the software's authorisation number."""
    root = etree.Element(f"{{{names.CTXLPS}}}ContexteLPS", nsmap={"ctxlps": names.CTXLPS})
    root.set("Version", names.LPS_VERSION)
    root.set("Nature", "CTXLPS")
    for name, value in (("Id", context_id), ("Temps", instant(at)), ("Emetteur", sender)):
        leaf(root, names.CTXLPS, name, value)
    lps = etree.SubElement(root, f"{{{names.CTXLPS}}}LPS")
    idam = etree.SubElement(lps, f"{{{names.CTXLPS}}}IDAM", R=names.IDAM_ROLE)
    idam.text = software.idam
    leaf(lps, names.CTXLPS, "Version", software.version)
    leaf(lps, names.CTXLPS, "Instance", software.instance)
    leaf(lps, names.CTXLPS, "Nom", f"urn:lps:{software.name}:{software.version}")
    return root


def ps_assertion(assertion: PsAssertion) -> etree._Element:
    """The assertion PS, unsigned; a card holder's is to be signed with ``vihf.build.sign`` (insi.md §2.4)."""
    root = etree.Element(f"{{{SAML}}}Assertion", nsmap={"saml": SAML})
    root.set("ID", assertion.assertion_id)
    root.set("IssueInstant", instant(assertion.issue_instant))
    root.set("Version", "2.0")
    issuer = etree.SubElement(root, f"{{{SAML}}}Issuer", Format=names.ISSUER_FORMAT)
    issuer.text = assertion.issuer
    subject = etree.SubElement(root, f"{{{SAML}}}Subject")
    name_id = etree.SubElement(subject, f"{{{SAML}}}NameID", NameQualifier=assertion.qualifier)
    name_id.text = assertion.name_id
    statement = etree.SubElement(root, f"{{{SAML}}}AttributeStatement")
    for name, value in (
        (names.BILLING, assertion.billing),
        (names.SPECIALITY, assertion.speciality),
        (names.SECTOR, assertion.sector),
        (names.PROFESSION, assertion.profession),
    ):
        if value:
            attribute = etree.SubElement(statement, f"{{{SAML}}}Attribute", Name=name)
            leaf(attribute, SAML, "AttributeValue", value)
    return root


def search_request(
    search: Search,
    *,
    message_id: str,
    bam_id: str,
    lps_id: str,
    at: datetime,
    sender: str,
    software: Software,
    assertion: etree._Element | None = None,
) -> etree._Element:
    """The whole message of WS_INS2.

    ``message_id`` is a bare UUID, written with the prefix ``uuid:``; ``sender`` is the identifiant national of the
    user, or the OU of the organisation certificate; ``assertion`` is None in the latter case, and then there is no
    Security header.
    """
    return request(
        search_body(search),
        action=names.SEARCH_ACTION,
        message_id=message_id,
        bam=context_bam(context_id=bam_id, at=at, sender=sender),
        lps=context_lps(context_id=lps_id, at=at, sender=sender, software=software),
        assertion=assertion,
    )


def request(
    content: etree._Element,
    *,
    action: str,
    message_id: str,
    bam: etree._Element,
    lps: etree._Element,
    assertion: etree._Element | None = None,
) -> etree._Element:
    """The whole message of any operation, around its body's element; ``message_id`` is a bare UUID."""
    root, header, body = _envelope(Wire())
    leaf(header, WSA, "Action", action)
    leaf(header, WSA, "MessageID", f"uuid:{message_id}")
    if assertion is not None:
        etree.SubElement(header, f"{{{WSSE}}}Security", nsmap={"wsse": WSSE}).append(assertion)
    header.extend((bam, lps))
    body.append(content)
    return root


# The service's side


@dataclass(frozen=True, slots=True)
class Wire:
    """How an answer is spelt: all of these are seen, mean the same, and break naive parsers (insi.md §4).

    ``body_prefix`` differs from the envelope's; ``result_prefix`` is empty for the default namespace; ``spare``
    declares namespaces that nothing uses; ``dates_first`` puts the dates of INSHISTO before its number, as the
    answers that CNDA supplies do, against the XSD.
    """

    body_prefix: Literal["soap", "env", "S"] = "soap"
    result_prefix: Literal["", "ns2"] = ""
    spare: bool = False
    dates_first: bool = False


VARIANTS: tuple[Wire, ...] = (
    Wire(),
    Wire(body_prefix="env", spare=True),
    Wire(body_prefix="S", result_prefix="ns2"),
    Wire(result_prefix="ns2", dates_first=True),
)


def answer(result: Answer, wire: Wire = VARIANTS[0]) -> etree._Element:
    """The whole message of an answer; it has a Body only."""
    return answer_with(result_body(result, wire), wire)


def answer_with(content: etree._Element, wire: Wire = VARIANTS[0]) -> etree._Element:
    """The whole message of an answer around its body's element."""
    root, _, body = _envelope(wire, header=False)
    body.append(content)
    return root


def result_body(result: Answer, wire: Wire = VARIANTS[0]) -> etree._Element:
    """The RESULTAT."""
    # lxml-stubs knows no default prefix in a namespace map.
    nsmap: Any = {wire.result_prefix or None: names.RESULTAT}
    root = etree.Element(f"{{{names.RESULTAT}}}RESULTAT", nsmap=nsmap)
    code = etree.SubElement(root, f"{{{names.RESULTAT}}}CR")
    leaf(code, names.RESULTAT, "CodeCR", result.code)
    leaf(code, names.RESULTAT, "LibelleCR", result.label)
    if result.individual is not None:
        root.append(_individual(result.individual, wire))
    return root


def _individual(person: Individual, wire: Wire) -> etree._Element:
    root = etree.Element(f"{{{names.RESULTAT}}}INDIVIDU")
    root.append(_record("INSACTIF", person.active, dates_first=False))
    for former in person.historical:
        root.append(_record("INSHISTO", former, dates_first=wire.dates_first))
    traits = etree.SubElement(root, f"{{{names.RESULTAT}}}TIQ")
    for name, value in (
        ("NomNaissance", person.traits.birth_family),
        ("Prenom", person.given or ""),
        ("ListePrenom", person.traits.birth_givens),
        ("Sexe", person.traits.sex),
        ("DateNaissance", person.traits.birth_date),
        ("LieuNaissance", person.traits.birth_place),
    ):
        leaf(traits, names.RESULTAT, name, value)
    return root


def _record(name: str, record: InsRecord, *, dates_first: bool) -> etree._Element:
    root = etree.Element(f"{{{names.RESULTAT}}}{name}")

    def dates() -> None:
        leaf(root, names.RESULTAT, "DateDeb", record.start or "")
        leaf(root, names.RESULTAT, "DateFin", record.end or "")

    if dates_first:
        dates()
    number = etree.SubElement(root, f"{{{names.RESULTAT}}}IdIndividu")
    leaf(number, names.RESULTAT, "NumIdentifiant", record.ins.number)
    leaf(number, names.RESULTAT, "Cle", record.ins.key)
    leaf(root, names.RESULTAT, "OID", record.ins.oid)
    if not dates_first:
        dates()
    return root


def fault(raised: SiramFault, *, message_id: str | None) -> etree._Element:
    """The whole message of a fault, to be sent with HTTP 500 (insi.md §6).

    The subcode is a QName with the envelope's prefix: ``soap`` from the gateway, ``S`` from the application, which
    does not echo ``message_id`` either.
    """
    prefix = "soap" if raised.layer == "gateway" else "S"
    root = etree.Element(f"{{{SOAP12}}}Envelope", nsmap={prefix: SOAP12})
    body = etree.SubElement(root, f"{{{SOAP12}}}Body")
    element = etree.SubElement(body, f"{{{SOAP12}}}Fault")
    code = etree.SubElement(element, f"{{{SOAP12}}}Code")
    leaf(code, SOAP12, "Value", f"{prefix}:{raised.soap_code}")
    leaf(etree.SubElement(code, f"{{{SOAP12}}}Subcode"), SOAP12, "Value", f"{prefix}:{raised.subcode}")
    text = etree.SubElement(etree.SubElement(element, f"{{{SOAP12}}}Reason"), f"{{{SOAP12}}}Text")
    text.set(f"{{{XML}}}lang", raised.lang)
    text.text = raised.reason
    detail = etree.SubElement(element, f"{{{SOAP12}}}Detail")
    error = etree.SubElement(detail, f"{{{names.SIRAM}}}Erreur", nsmap={"siram": names.SIRAM})
    error.set("code", raised.code)
    error.set("severite", raised.severity)
    if raised.layer == "gateway" and message_id is not None:
        error.set("messageID", message_id)
    error.text = raised.text
    return root


def _envelope(wire: Wire, *, header: bool = True) -> tuple[etree._Element, etree._Element, etree._Element]:
    nsmap = {"soap": SOAP12}
    if header:
        nsmap["wsa"] = WSA
    if wire.spare:
        nsmap |= {"ns0": names.WEBSERVICE, "ns1": names.SIRAM}
    root = etree.Element(f"{{{SOAP12}}}Envelope", nsmap={**nsmap})
    head = etree.SubElement(root, f"{{{SOAP12}}}Header") if header else root
    body = etree.SubElement(root, f"{{{SOAP12}}}Body", nsmap={wire.body_prefix: SOAP12})
    return root, head, body


_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def legible(text: str) -> str:
    """A text of characters that XML holds (XML 1.0 §2.2), U+FFFD in the place of any other."""
    return _NOT_XML.sub("\ufffd", text)


def leaf(parent: etree._Element, namespace: str, name: str, value: str) -> None:
    """Adds an element with a text; none for an empty one."""
    if value:
        etree.SubElement(parent, f"{{{namespace}}}{name}").text = value
