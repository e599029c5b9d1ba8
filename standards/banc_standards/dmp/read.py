"""Reading the HL7v3 messages of TD0.2 and TD1.3a: what is there, empty texts where it is not."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from banc_standards.dmp import names, transactions
from banc_standards.dmp.build import Device, Identifier
from banc_standards.xds.names import DELETED, RIM, UPDATE_STATUS

_NS = {"h": names.HL7V3_NS}


@dataclass(frozen=True, slots=True)
class Query:
    """A request PRPA_IN201307UV02. ``patients`` holds every patient identifier asked for: one is expected."""

    message_id: Identifier
    creation_time: str
    interaction: Identifier
    processing: str
    processing_mode: str
    accept_ack: str
    receiver: Device
    sender: Device
    reason: str
    reason_system: str
    query_id: Identifier
    query_status: str
    patients: tuple[Identifier, ...]
    semantics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Existence:
    """An answer PRPA_IN201308UV02 as a client reads it: ``found`` is OK, NF or AE; the rest is None or empty when the
    answer does not say it. ``record_status`` is ``active`` or ``terminated``."""

    acknowledgement: str
    found: str
    error_code: str
    error_text: str
    record_status: str
    authorization: str
    treating_doctor: bool
    identifiers: tuple[Identifier, ...]
    request_id: Identifier
    query_id: Identifier

    @property
    def feedable(self) -> bool:
        """Whether documents may be sent: a record exists and is not closed. Authorization plays no part (dmp.md §1)."""
        return self.found == names.FOUND and self.record_status == names.ACTIVE


def _at(root: etree._Element, path: str, attribute: str) -> str:
    element = root.find(path, _NS)
    return "" if element is None else (element.get(attribute) or "").strip()


def _identifier(element: etree._Element | None) -> Identifier:
    if element is None:
        return Identifier("")
    return Identifier(element.get("root") or "", element.get("extension") or "")


def _device(root: etree._Element, role: str) -> Device:
    return Device(
        _at(root, f"h:{role}/h:device/h:id", "root"),
        (root.findtext(f"h:{role}/h:device/h:softwareName", "", _NS) or "").strip(),
    )


def query(body: etree._Element) -> Query:
    """The request that ``body`` is."""
    asked = body.findall("h:controlActProcess/h:queryByParameter/h:parameterList/h:patientIdentifier", _NS)
    return Query(
        message_id=_identifier(body.find("h:id", _NS)),
        creation_time=_at(body, "h:creationTime", "value"),
        interaction=_identifier(body.find("h:interactionId", _NS)),
        processing=_at(body, "h:processingCode", "code"),
        processing_mode=_at(body, "h:processingModeCode", "code"),
        accept_ack=_at(body, "h:acceptAckCode", "code"),
        receiver=_device(body, "receiver"),
        sender=_device(body, "sender"),
        reason=_at(body, "h:controlActProcess/h:reasonCode", "code"),
        reason_system=_at(body, "h:controlActProcess/h:reasonCode", "codeSystem"),
        query_id=_identifier(body.find("h:controlActProcess/h:queryByParameter/h:queryId", _NS)),
        query_status=_at(body, "h:controlActProcess/h:queryByParameter/h:statusCode", "code"),
        patients=tuple(_identifier(value) for item in asked for value in item.findall("h:value", _NS)),
        semantics=tuple((item.findtext("h:semanticsText", "", _NS) or "").strip() for item in asked),
    )


def existence(body: etree._Element) -> Existence:
    """The answer that ``body`` is."""
    patient = body.find("h:controlActProcess/h:subject/h:registrationEvent/h:subject1/h:patient", _NS)
    attention: dict[str, etree._Element] = {}
    for line in body.findall("h:attentionLine", _NS):
        value = line.find("h:value", _NS)
        if value is not None:
            attention[_at(line, "h:keyWordText", "code")] = value
    authorization = attention.get(names.AUTHORIZATION)
    treating = attention.get(names.TREATING_DOCTOR)
    detail = "h:acknowledgement/h:acknowledgementDetail"
    return Existence(
        acknowledgement=_at(body, "h:acknowledgement", "typeCode"),
        found=_at(body, "h:controlActProcess/h:queryAck/h:queryResponseCode", "code"),
        error_code=_at(body, f"{detail}/h:code", "code"),
        error_text=(body.findtext(f"{detail}/h:text", "", _NS) or "").strip(),
        record_status="" if patient is None else _at(patient, "h:statusCode", "code"),
        authorization="" if authorization is None else authorization.get("code") or "",
        treating_doctor=treating is not None and treating.get("value") == "true",
        identifiers=() if patient is None else tuple(_identifier(item) for item in patient.findall("h:id", _NS)),
        request_id=_identifier(body.find("h:acknowledgement/h:targetMessage/h:id", _NS)),
        query_id=_identifier(body.find("h:controlActProcess/h:queryAck/h:queryId", _NS)),
    )


def update(body: etree._Element) -> str:
    """Which transaction an ITI-57 request makes, as a reason of :mod:`banc_standards.dmp.transactions`.

    A whole ``ExtrinsicObject`` updates metadata (TD3.3a, TD3.3b); else the first new status tells deletion (TD3.3c)
    from archiving (TD3.3d); without either it is taken for a deletion, whose rules then say what is missing.
    """
    if next(body.iter(f"{RIM}ExtrinsicObject"), None) is not None:
        return transactions.METADATA
    for link in body.iter(f"{RIM}Association"):
        if link.get("associationType") == UPDATE_STATUS:
            wanted = [value.text for value in link.findall(f"{RIM}Slot[@name='NewStatus']/{RIM}ValueList/{RIM}Value")]
            if wanted and (wanted[0] or "").strip().rpartition(":")[2] != DELETED.rpartition(":")[2]:
                return transactions.ARCHIVING
            return transactions.DELETION
    return transactions.DELETION
