"""What leaves the DMP: SOAP 1.2 answers and faults, with the lies that a session asked for."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Mapping, Sequence
from typing import Final

from lxml import etree

from banc_mocks.dmp import faults
from banc_mocks.dmp.service.refusal import DmpRefused
from banc_mocks.sandbox.call import Call
from banc_mocks.sandbox.http import Reply, status_of
from banc_standards.dmp import errors
from banc_standards.errors import BancError
from banc_standards.psc.names import BEARER_CHALLENGE
from banc_standards.soap import build, mtom
from banc_standards.soap.names import FAULT_ACTION, SOAP12_MEDIA_TYPE
from banc_standards.xds import retrieve
from banc_standards.xds.model import RegistryError
from banc_standards.xds.names import XDS, XDS_NS
from banc_standards.xds.retrieve import DocumentResponse

RULE_NS: Final = "urn:banc-segur:rule"
_EMPTY: Final = b"<rim:RegistryObjectList/>"
_HTML: Final = b"<html><head><title>Service indisponible</title></head><body>Service indisponible</body></html>"


MULTIPART: Final = frozenset({"dmp.TD3.2"})
"""The operations that answer in MTOM, a fault included (dmp.md §3)."""


def answer(
    call: Call,
    action: str,
    body: etree._Element,
    parts: Mapping[str, bytes] | None = None,
    objects: Sequence[bytes] = (),
) -> Reply:
    """The answer to a request: Action, a new MessageID, To anonymous, RelatesTo the request (dmp.md §3).

    With ``parts`` by their Content-ID, even none, it is an MTOM package. ``objects`` is XML for the empty
    ``RegistryObjectList`` of ``body``: what was stored as text is not parsed to be written again.
    """
    relates_to = call.facts.get("message_id")
    if call.armed(faults.WRONG_RELATES_TO.id) is not None:
        relates_to = f"urn:uuid:{uuid.uuid4()}"
    headers = build.answer_addressing(action=action, message_id=f"urn:uuid:{uuid.uuid4()}", relates_to=relates_to)
    data = build.serialize(build.envelope(headers=headers, body=body))
    if objects:
        before, _, after = data.partition(_EMPTY)
        data = b"".join((before, b"<rim:RegistryObjectList>", *objects, b"</rim:RegistryObjectList>", after))
    if call.armed(faults.LOST_ANSWER.id) is not None:
        return Reply(504, b"", "")
    if call.armed(faults.HTML.id) is not None:
        return Reply(200, _HTML, "text/html; charset=utf-8")
    media_type = f'{SOAP12_MEDIA_TYPE}; charset=UTF-8; action="{action}"'
    if parts is None and call.armed(faults.MULTIPART.id) is not None:
        parts = {}
    if parts is not None:
        media_type, data = _packed(data, parts, action)
    if call.armed(faults.TRUNCATED.id) is not None:
        data = data[: len(data) // 2]
    return Reply(200, data, media_type)


def documents(
    call: Call, given: Sequence[DocumentResponse], refused: Sequence[RegistryError]
) -> tuple[etree._Element, dict[str, bytes] | None]:
    """The body of TD3.2 and its MTOM parts; None for parts when a lie wants the documents inside the envelope."""
    names = [f"{uuid.uuid4()}-{number}@{XDS_NS}" for number, _ in enumerate(given, 1)]
    body, parts = retrieve.answer(given, refused, names)
    if call.armed(faults.MISSING_PART.id) is not None:
        return body, {}
    if call.armed(faults.INLINE.id) is None:
        return body, parts
    for element, document in zip(body.iter(f"{XDS}Document"), given, strict=True):
        element.clear()
        element.text = base64.b64encode(document.content).decode("ascii")
    return body, None


def _packed(data: bytes, parts: Mapping[str, bytes], action: str) -> tuple[str, bytes]:
    return mtom.pack(data, parts, action=action, boundary=f"uuid:{uuid.uuid4()}", root_id="root@dmp")


def fault(call: Call, error: BancError) -> Reply:
    """A refusal as a SOAP 1.2 Fault: the DMP's name in Subcode, its sentence in Reason, our rule in Detail.

    The HTTP status is that of the SOAP 1.2 binding, 400 for Sender and 500 for Receiver, unless the framework has
    its own; 401 and its challenge for an access token (RFC 6750 §3.1).
    """
    receiver = isinstance(error, DmpRefused) and error.receiver
    by_token = error.code == errors.INVALID_TOKEN
    status = status_of(error, 500 if receiver else 401 if by_token else 400)
    body = build.fault(
        code="Receiver" if receiver or status >= 500 else "Sender",
        subcode=_name(error.code),
        reason=error.text.fr,
        detail=_rule(error, call),
    )
    headers = build.answer_addressing(
        action=FAULT_ACTION, message_id=f"urn:uuid:{uuid.uuid4()}", relates_to=call.facts.get("message_id")
    )
    data = build.serialize(build.envelope(headers=headers, body=body))
    challenge = {"WWW-Authenticate": BEARER_CHALLENGE} if by_token else {}
    if call.operation in MULTIPART:
        media_type, data = _packed(data, {}, FAULT_ACTION)
        return Reply(status, data, media_type, challenge)
    return Reply(status, data, f"{SOAP12_MEDIA_TYPE}; charset=UTF-8", challenge)


def _name(code: str) -> str | None:
    """The local part of a QName: a framework's code may hold characters that a QName does not."""
    name = code.replace("/", ".").replace(" ", "")
    return name or None


def _rule(error: BancError, call: Call) -> etree._Element | None:
    rule = getattr(error, "rule", None)
    if rule is None:
        return None
    element = etree.Element(f"{{{RULE_NS}}}rule", nsmap={"banc": RULE_NS})
    element.set("id", rule.id)
    element.text = rule.text.of(call.sandbox.config.lang)
    return element
