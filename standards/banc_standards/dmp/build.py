"""Building the HL7v3 messages of TD0.2 and TD1.3a (dmp.md §6)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from lxml import etree

from banc_standards.dmp import names
from banc_standards.ins import Ins
from banc_standards.soap.names import XSI

_NSMAP: Any = {None: names.HL7V3_NS, "xsi": XSI}


@dataclass(frozen=True, slots=True)
class Identifier:
    """An HL7v3 instance identifier (II): OID root, extension."""

    root: str
    extension: str = ""


@dataclass(frozen=True, slots=True)
class Device:
    """A system that sends or receives: the OID of its software, its name."""

    root: str
    software: str


DMP = Device(names.DMP_DEVICE, names.DMP_SOFTWARE)


@dataclass(frozen=True, slots=True)
class Person:
    """The identity traits that the DMP shows; a software must not display them (RG_0320). ``birth_date`` YYYYMMDD."""

    birth_family: str
    given: str
    sex: str
    birth_date: str
    used_family: str = ""
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """What the DMP says of a record that exists. ``authorization`` is one of ``names.AUTHORIZATIONS``."""

    identifiers: tuple[Ins, ...]
    person: Person
    open: bool = True
    authorization: str = "VALIDE"
    treating_doctor: bool = False
    web_account: bool = False
    mes_attached: bool = True


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a query is answered AE: the name of the error and its sentence."""

    code: str
    text: str


def _element(parent: etree._Element, name: str, **attributes: str) -> etree._Element:
    child = etree.SubElement(parent, f"{{{names.HL7V3_NS}}}{name}")
    for key, value in attributes.items():
        child.set(key, value)
    return child


def _message(interaction: str, identifier: Identifier, when: datetime, processing: str) -> etree._Element:
    root = etree.Element(f"{{{names.HL7V3_NS}}}{interaction}", nsmap=_NSMAP)
    root.set("ITSVersion", "XML_1.0")
    _identifier(root, "id", identifier)
    _element(root, "creationTime", value=when.astimezone(UTC).strftime("%Y%m%d%H%M%S"))
    _element(root, "interactionId", root=names.INTERACTION_ROOT, extension=interaction)
    _element(root, "processingCode", code=processing)
    _element(root, "processingModeCode", code="T")
    return root


def _identifier(parent: etree._Element, name: str, identifier: Identifier) -> None:
    element = _element(parent, name, root=identifier.root)
    if identifier.extension:
        element.set("extension", identifier.extension)


def _device(parent: etree._Element, role: Literal["receiver", "sender"], device: Device) -> None:
    holder = _element(parent, role, typeCode="RCV" if role == "receiver" else "SND")
    element = _element(holder, "device", classCode="DEV", determinerCode="INSTANCE")
    _element(element, "id", root=device.root)
    _element(element, "softwareName").text = device.software


def query(
    *,
    message_id: Identifier,
    query_id: Identifier,
    when: datetime,
    sender: Device,
    patient: Ins,
    reason: str = names.TEST_EXISTENCE,
    processing: Literal["D", "P"] = "P",
) -> etree._Element:
    """The request PRPA_IN201307UV02: test of existence, or reading of the administrative data, by ``reason``."""
    root = _message(names.QUERY_INTERACTION, message_id, when, processing)
    _element(root, "acceptAckCode", code="AL")
    _device(root, "receiver", DMP)
    _device(root, "sender", sender)
    control = _element(root, "controlActProcess", classCode="CACT", moodCode="EVN")
    _element(control, "reasonCode", code=reason, codeSystem=names.REASON_SYSTEM, displayName=names.REASONS[reason])
    parameters = _element(control, "queryByParameter")
    _identifier(parameters, "queryId", query_id)
    _element(parameters, "statusCode", code="new")
    asked = _element(_element(parameters, "parameterList"), "patientIdentifier")
    _element(asked, "value", root=patient.oid, extension=patient.value)
    _element(asked, "semanticsText").text = "Patient.id"
    return root


def answer(
    *,
    message_id: Identifier,
    when: datetime,
    receiver: Device,
    request_id: Identifier,
    query_id: Identifier,
    reason: str,
    record: Record | None = None,
    refusal: Refusal | None = None,
) -> etree._Element:
    """The answer PRPA_IN201308UV02: found (``record``), not found (neither), or refused (``refusal``)."""
    root = _message(names.ANSWER_INTERACTION, message_id, when, "P")
    _element(root, "acceptAckCode", code="NE")
    _device(root, "receiver", receiver)
    _device(root, "sender", DMP)
    if record is not None:
        _attention(root, record)
    acknowledgement = _element(root, "acknowledgement", typeCode="AE" if refusal else "AA")
    _identifier(_element(acknowledgement, "targetMessage"), "id", request_id)
    if refusal is not None:
        detail = _element(acknowledgement, "acknowledgementDetail", typeCode="E")
        _element(detail, "code", code=refusal.code)
        _element(detail, "text").text = refusal.text
    control = _element(root, "controlActProcess", classCode="CACT", moodCode="EVN")
    if reason:
        display = names.REASONS.get(reason, reason)
        _element(control, "reasonCode", code=reason, codeSystem=names.REASON_SYSTEM, displayName=display)
    if record is not None:
        _subject(control, record)
    acknowledged = _element(control, "queryAck")
    _identifier(acknowledged, "queryId", query_id)
    code = names.ERROR if refusal else names.NOT_FOUND if record is None else names.FOUND
    _element(acknowledged, "queryResponseCode", code=code)
    return root


def _attention(root: etree._Element, record: Record) -> None:
    line = _element(root, "attentionLine")
    _element(line, "keyWordText", code=names.AUTHORIZATION, codeSystem=names.AUTHORIZATION_KEY_SYSTEM)
    value = _element(line, "value", code=record.authorization, codeSystem=names.AUTHORIZATION_SYSTEM)
    value.set(f"{{{XSI}}}type", "CV")
    line = _element(root, "attentionLine")
    _element(line, "keyWordText", code=names.TREATING_DOCTOR, codeSystem=names.TREATING_DOCTOR_SYSTEM)
    _boolean(line, record.treating_doctor)


def _boolean(parent: etree._Element, value: bool) -> None:
    element = _element(parent, "value", value="true" if value else "false")
    element.set(f"{{{XSI}}}type", "BL")


def _subject(control: etree._Element, record: Record) -> None:
    subject = _element(control, "subject", typeCode="SUBJ", contextConductionInd="false")
    event = _element(subject, "registrationEvent", classCode="REG", moodCode="EVN")
    _element(event, "statusCode", code="completed")
    patient = _element(_element(event, "subject1", typeCode="SBJ"), "patient", classCode="PAT")
    for ins in record.identifiers:
        _element(patient, "id", root=ins.oid, extension=ins.value)
    _element(patient, "statusCode", code=names.ACTIVE if record.open else names.CLOSED)
    _person(patient, record.person)
    for code, system, value in (
        (names.WEB_ACCOUNT, names.WEB_ACCOUNT_SYSTEM, record.web_account),
        (names.MES_ATTACHED, names.MES_ATTACHED_SYSTEM, record.mes_attached),
    ):
        holder = _element(patient, "subjectOf", typeCode="SBJ")
        observation = _element(holder, "administrativeObservation", classCode="OBS", moodCode="EVN")
        _element(observation, "code", code=code, codeSystem=system)
        _boolean(observation, value)
    custodian = _element(_element(event, "custodian", typeCode="CST"), "assignedEntity", classCode="ASSIGNED")
    _element(custodian, "id", root=names.DMP_DEVICE)


def _person(patient: etree._Element, person: Person) -> None:
    element = _element(patient, "patientPerson", classCode="PSN", determinerCode="INSTANCE")
    name = _element(element, "name")
    if person.prefix:
        _element(name, "prefix").text = person.prefix
    _element(name, "given").text = person.given
    _element(name, "family", qualifier="SP").text = person.used_family or "NON RENSEIGNE"
    _element(name, "family", qualifier="BR").text = person.birth_family
    _element(element, "administrativeGenderCode", code=person.sex)
    _element(element, "birthTime", value=person.birth_date)
