"""What leaves the DMP: SOAP 1.2 answers and faults, with the lies that a session asked for."""

from __future__ import annotations

import uuid
from typing import Final

from lxml import etree

from banc_mocks.dmp import faults
from banc_mocks.dmp.service.refusal import DmpRefused
from banc_mocks.sandbox.call import Call
from banc_mocks.sandbox.http import Reply, status_of
from banc_standards.errors import BancError
from banc_standards.soap import build, mtom
from banc_standards.soap.names import FAULT_ACTION, SOAP12_MEDIA_TYPE

RULE_NS: Final = "urn:banc-segur:rule"
_HTML: Final = b"<html><head><title>Service indisponible</title></head><body>Service indisponible</body></html>"


def answer(call: Call, action: str, body: etree._Element, status: int = 200) -> Reply:
    """The answer to a request: Action, a new MessageID, To anonymous, RelatesTo the request (dmp.md §3)."""
    relates_to = call.facts.get("message_id")
    if call.armed(faults.WRONG_RELATES_TO.id) is not None:
        relates_to = f"urn:uuid:{uuid.uuid4()}"
    headers = build.answer_addressing(action=action, message_id=f"urn:uuid:{uuid.uuid4()}", relates_to=relates_to)
    data = build.serialize(build.envelope(headers=headers, body=body))
    if call.armed(faults.LOST_ANSWER.id) is not None:
        return Reply(504, b"", "")
    if call.armed(faults.HTML.id) is not None:
        return Reply(200, _HTML, "text/html; charset=utf-8")
    if call.armed(faults.TRUNCATED.id) is not None:
        data = data[: len(data) // 2]
    media_type = f'{SOAP12_MEDIA_TYPE}; charset=UTF-8; action="{action}"'
    if call.armed(faults.MULTIPART.id) is not None:
        media_type, data = mtom.pack(data, {}, action=action, boundary=f"uuid:{uuid.uuid4()}", root_id="root@dmp")
    return Reply(status, data, media_type)


def fault(call: Call, error: BancError) -> Reply:
    """A refusal as a SOAP 1.2 Fault: the DMP's name in Subcode, its sentence in Reason, our rule in Detail.

    The HTTP status is that of the SOAP 1.2 binding, 400 for Sender and 500 for Receiver, unless the framework has
    its own.
    """
    receiver = isinstance(error, DmpRefused) and error.receiver
    status = status_of(error, 500 if receiver else 400)
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
    return Reply(status, data, f"{SOAP12_MEDIA_TYPE}; charset=UTF-8")


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
