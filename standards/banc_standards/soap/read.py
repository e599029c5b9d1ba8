"""Reading SOAP messages of either version, tolerantly: what is wrong with them is for the rules to say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lxml import etree

from banc_standards import xml
from banc_standards.errors import BancError, Sentence
from banc_standards.soap.names import SOAP11, SOAP12, WSA, WSSE

Version = Literal["1.1", "1.2"]


class SoapRefused(BancError):
    """The bytes are XML or MIME, but no SOAP message can be read from them.

    ``rule_id`` is the rule of ``banc_standards.soap.rules`` that they break.
    """

    def __init__(self, rule_id: str, text: Sentence, detail: str = "") -> None:
        super().__init__(rule_id, text)
        self.rule_id = rule_id
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Message:
    """One SOAP message. A header that is absent is None, one that is empty is ``""``.

    ``addressing`` lists the local names of the WS-Addressing headers in their order, repetitions included.
    """

    envelope: etree._Element
    version: Version
    action: str | None
    message_id: str | None
    to: str | None
    reply_to: str | None
    relates_to: str | None
    security: etree._Element | None
    body: etree._Element | None
    body_children: int
    addressing: tuple[str, ...]

    @property
    def operation(self) -> str | None:
        """The qualified name ``{namespace}local`` of the body's root element."""
        return None if self.body is None else str(self.body.tag)


def read(data: bytes, *, limits: xml.Limits = xml.DEFAULT_LIMITS) -> Message:
    """The SOAP message in ``data``.

    Raises :class:`banc_standards.xml.XmlRefused` when the bytes are not XML that we read, :class:`SoapRefused`
    (SOAP-001) when the root is not an Envelope with one Body.
    """
    return message(xml.parse(data, limits))


def message(envelope: etree._Element) -> Message:
    """The message of an envelope that is parsed already; raises as :func:`read` does."""
    namespace, version = _version(envelope)
    body = envelope.findall(f"{{{namespace}}}Body")
    if len(body) != 1:
        raise SoapRefused(
            "SOAP-001",
            Sentence("L'enveloppe n'a pas un corps et un seul.", "The envelope does not have exactly one body."),
            f"{len(body)} Body",
        )
    headers: list[etree._Element] = []
    for head in envelope.findall(f"{{{namespace}}}Header"):
        headers.extend(child for child in head if isinstance(child.tag, str))
    addressing = [child for child in headers if child.tag.startswith(f"{{{WSA}}}")]
    children = [child for child in body[0] if isinstance(child.tag, str)]
    reply_to = _first(addressing, "ReplyTo")
    security = [child for child in headers if child.tag == f"{{{WSSE}}}Security"]
    return Message(
        envelope=envelope,
        version=version,
        action=_content(_first(addressing, "Action")),
        message_id=_content(_first(addressing, "MessageID")),
        to=_content(_first(addressing, "To")),
        reply_to=None if reply_to is None else (reply_to.findtext(f"{{{WSA}}}Address") or "").strip(),
        relates_to=_content(_first(addressing, "RelatesTo")),
        security=security[0] if security else None,
        body=children[0] if children else None,
        body_children=len(children),
        addressing=tuple(etree.QName(child).localname for child in addressing),
    )


@dataclass(frozen=True, slots=True)
class Fault:
    """A SOAP fault as a client reads it: local part of the code and of the innermost subcode, and the reason."""

    code: str
    subcode: str | None
    reason: str
    detail: etree._Element | None


def fault(received: Message) -> Fault | None:
    """The fault that a message carries, of either SOAP version; None when its body is something else."""
    body = received.body
    if body is None or etree.QName(body).localname != "Fault":
        return None
    if received.version == "1.1":
        return Fault(_local(body.findtext("faultcode")), None, body.findtext("faultstring") or "", body.find("detail"))
    codes = [_local(value.text) for value in body.findall(f"{{{SOAP12}}}Code//{{{SOAP12}}}Value")]
    return Fault(
        code=codes[0] if codes else "",
        subcode=codes[-1] if len(codes) > 1 else None,
        reason=body.findtext(f"{{{SOAP12}}}Reason/{{{SOAP12}}}Text") or "",
        detail=body.find(f"{{{SOAP12}}}Detail"),
    )


def _local(qname: str | None) -> str:
    return (qname or "").strip().rpartition(":")[2]


def _version(envelope: etree._Element) -> tuple[str, Version]:
    if envelope.tag == f"{{{SOAP12}}}Envelope":
        return SOAP12, "1.2"
    if envelope.tag == f"{{{SOAP11}}}Envelope":
        return SOAP11, "1.1"
    raise SoapRefused(
        "SOAP-001",
        Sentence("La racine n'est pas une enveloppe SOAP.", "The root is not a SOAP envelope."),
        str(envelope.tag),
    )


def _first(elements: list[etree._Element], name: str) -> etree._Element | None:
    return next((element for element in elements if element.tag == f"{{{WSA}}}{name}"), None)


def _content(element: etree._Element | None) -> str | None:
    if element is None:
        return None
    # .text would stop at a comment, which counts as a child.
    return (str(element.xpath("string()")) if len(element) else element.text or "").strip()
