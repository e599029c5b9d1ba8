"""Building SOAP 1.2 messages: envelope, WS-Addressing headers, faults."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from lxml import etree

from banc_standards.soap.names import ANONYMOUS, SOAP12, WSA, XML

FaultCode = Literal["Sender", "Receiver", "VersionMismatch", "MustUnderstand", "DataEncodingUnknown"]


def _soap(name: str) -> str:
    return f"{{{SOAP12}}}{name}"


def _wsa(name: str) -> str:
    return f"{{{WSA}}}{name}"


def envelope(*, headers: Sequence[etree._Element], body: etree._Element | None) -> etree._Element:
    """A SOAP 1.2 envelope (part 1 §5.1); ``body`` is the one child of ``soap:Body``, or None for an empty body."""
    root = etree.Element(_soap("Envelope"), nsmap={"soap": SOAP12, "wsa": WSA})
    head = etree.SubElement(root, _soap("Header"))
    head.extend(headers)
    content = etree.SubElement(root, _soap("Body"))
    if body is not None:
        content.append(body)
    return root


def serialize(root: etree._Element) -> bytes:
    """The bytes of a message, in UTF-8 with its XML declaration."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def addressing(
    *, action: str, message_id: str, to: str = "", relates_to: str | None = None, reply_to: bool = True
) -> list[etree._Element]:
    """The WS-Addressing 1.0 headers of a message.

    A request of the DMP carries MessageID, To (may be empty), ReplyTo and Action (dmp.md §3); an answer carries
    ``relates_to`` instead of ReplyTo, and the anonymous address in To.
    """
    nsmap = {"wsa": WSA, "soap": SOAP12}
    elements = [_text("Action", action, nsmap), _text("MessageID", message_id, nsmap), _text("To", to, nsmap)]
    if relates_to is not None:
        elements.append(_text("RelatesTo", relates_to, nsmap))
    if reply_to:
        element = etree.Element(_wsa("ReplyTo"), nsmap=nsmap)
        etree.SubElement(element, _wsa("Address")).text = ANONYMOUS
        elements.append(element)
    elements[0].set(_soap("mustUnderstand"), "true")
    return elements


def answer_addressing(*, action: str, message_id: str, relates_to: str | None) -> list[etree._Element]:
    """The headers of an answer: Action, a new MessageID, To = anonymous, RelatesTo = the request (dmp.md §3)."""
    return addressing(action=action, message_id=message_id, to=ANONYMOUS, relates_to=relates_to, reply_to=False)


def _text(name: str, text: str, nsmap: dict[str, str]) -> etree._Element:
    # lxml-stubs wants the optional default prefix in the type of a namespace map.
    element = etree.Element(_wsa(name), nsmap={**nsmap})
    element.text = text
    return element


def fault(
    *,
    code: FaultCode,
    subcode: str | None,
    reason: str,
    lang: str = "fr",
    detail: etree._Element | None = None,
) -> etree._Element:
    """The ``soap:Fault`` of SOAP 1.2 (part 1 §5.4), ready for :func:`envelope`.

    ``subcode`` is a service's own code, written as a QName with the SOAP prefix as the DMP does (dmp.md §11).
    """
    root = etree.Element(_soap("Fault"), nsmap={"soap": SOAP12})
    outer = etree.SubElement(root, _soap("Code"))
    etree.SubElement(outer, _soap("Value")).text = f"soap:{code}"
    if subcode is not None:
        inner = etree.SubElement(outer, _soap("Subcode"))
        etree.SubElement(inner, _soap("Value")).text = f"soap:{subcode}"
    text = etree.SubElement(etree.SubElement(root, _soap("Reason")), _soap("Text"))
    text.set(f"{{{XML}}}lang", lang)
    text.text = reason
    if detail is not None:
        etree.SubElement(root, _soap("Detail")).append(detail)
    return root
