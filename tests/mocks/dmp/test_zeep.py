"""A SOAP client that we did not write calls the DMP from our WSDL, with mutual TLS and a signed VIHF."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import zeep
from lxml import etree
from requests import Session
from zeep.exceptions import Fault
from zeep.transports import Transport

from banc_standards.dmp import names
from banc_standards.soap import mtom
from banc_standards.soap.build import addressing
from banc_standards.vihf import names as vihf
from banc_standards.vihf.build import security
from banc_standards.xds.build import registry_objects
from banc_standards.xds.names import PROVIDE_AND_REGISTER, XDS_NS, XOP_NS

from .hospital import ROOT_ARC, Hospital

Connect = Callable[[str], zeep.Client]


class Packing(Transport):
    """What zeep lacks: the documents of a request leave as MTOM parts."""

    def post_xml(self, address: str, envelope: Any, headers: dict[str, str]) -> Any:
        parts: dict[str, bytes] = {}
        for number, carrying in enumerate(envelope.iter(f"{{{XDS_NS}}}Document")):
            parts[f"{number}@zeep"] = base64.b64decode(carrying.text)
            carrying.text = None
            etree.SubElement(carrying, f"{{{XOP_NS}}}Include", href=f"cid:{number}@zeep")
        if not parts:
            return super().post_xml(address, envelope, headers)
        media_type, data = mtom.pack(
            etree.tostring(envelope), parts, action=PROVIDE_AND_REGISTER, boundary="zeep-parts", root_id="root@zeep"
        )
        return self.post(address, data, headers | {"Content-Type": media_type})


@pytest.fixture
def connect(hospital: Hospital) -> Iterator[Callable[[str], zeep.Client]]:
    """Reads the WSDL of a path and gives the client that it makes."""
    with Session() as session:
        session.trust_env = False
        # A Fault keeps its response, hence its connection, alive in the traceback that pytest holds.
        session.headers["Connection"] = "close"
        session.verify = hospital.bench.ready["ca_file"]
        if hospital.tls is not None:
            session.cert = (str(hospital.tls.chain_file), str(hospital.tls.key_file))
        transport = Packing(session=session)
        yield lambda path: zeep.Client(f"{hospital.bench.url}/{path}?wsdl", transport=transport)


@pytest.fixture
def consult(doctor: Hospital) -> Iterator[Callable[[str], zeep.Client]]:
    """The same, for the doctor with a card."""
    with Session() as session:
        session.trust_env = False
        session.headers["Connection"] = "close"
        session.verify = doctor.bench.ready["ca_file"]
        assert doctor.tls is not None
        session.cert = (str(doctor.tls.chain_file), str(doctor.tls.key_file))
        transport = Transport(session=session)
        yield lambda path: zeep.Client(f"{doctor.bench.url}/{path}?wsdl", transport=transport)


def headers(hospital: Hospital) -> list[Any]:
    """What zeep does not add by itself for this WSDL: ReplyTo, and the VIHF."""
    reply_to = addressing(action="", message_id="")[-1]
    card = {"authn_class": vihf.SMARTCARD_CLASS} if hospital.mode == vihf.DIRECT else {}
    return [reply_to, security(hospital.signed(**card))]


def question(hospital: Hospital) -> dict[str, Any]:
    return {
        "ITSVersion": "XML_1.0",
        "id": {"root": f"{ROOT_ARC}.1", "extension": str(uuid.uuid4())},
        "creationTime": {"value": datetime.now(UTC).strftime("%Y%m%d%H%M%S")},
        "interactionId": {"root": names.INTERACTION_ROOT, "extension": names.QUERY_INTERACTION},
        "processingCode": {"code": "P"},
        "processingModeCode": {"code": "T"},
        "acceptAckCode": {"code": "AL"},
        "receiver": {"typeCode": "RCV", "device": {"id": {"root": names.DMP_DEVICE}, "softwareName": "DMP"}},
        "sender": {"typeCode": "SND", "device": {"id": {"root": ROOT_ARC}, "softwareName": "zeep"}},
        "controlActProcess": {
            "classCode": "CACT",
            "moodCode": "EVN",
            "reasonCode": {"code": names.TEST_EXISTENCE, "codeSystem": names.REASON_SYSTEM},
            "queryByParameter": {
                "queryId": {"root": f"{ROOT_ARC}.2", "extension": str(uuid.uuid4())},
                "statusCode": {"code": "new"},
                "parameterList": {
                    "patientIdentifier": {
                        "value": {"root": hospital.ins.oid, "extension": hospital.ins.value},
                        "semanticsText": "Patient.id",
                    }
                },
            },
        },
    }


def test_zeep_tests_the_existence_of_a_record(hospital: Hospital, connect: Connect) -> None:
    answer = connect("patients").service.PRPA_IN201307UV02(**question(hospital), _soapheaders=headers(hospital))
    assert answer.acknowledgement.typeCode == "AA"
    assert answer.controlActProcess.queryAck.queryResponseCode.code == "OK"
    patient = answer.controlActProcess.subject.registrationEvent.subject1.patient
    assert (patient.statusCode.code, patient.id[0].extension) == ("active", hospital.ins.value)
    assert {line.keyWordText.code for line in answer.attentionLine} == {"AUTORISATION", "STATUT_MT"}
    entry = hospital.bench.last("dmp.TD0.2")
    assert (entry["outcome"], entry["findings"]) == ("accepted", [])


def test_zeep_reads_a_refusal(hospital: Hospital, connect: Connect) -> None:
    asking = connect("patients")
    with pytest.raises(Fault) as refused:
        asking.service.PRPA_IN201307UV02(**question(hospital), _soapheaders=headers(hospital)[1:])
    assert "Message Addressing Property" in refused.value.message
    assert refused.value.subcodes[0].localname == "MessageAddressingHeaderRequired"


def test_zeep_understands_the_repository(connect: Connect) -> None:
    described = connect("repository")
    operations = described.service._binding._operations.values()
    assert {operation.soapaction for operation in operations} == {
        "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b",
        "urn:ihe:iti:2007:RetrieveDocumentSet",
    }


def test_zeep_searches_the_registry(hospital: Hospital, connect: Connect) -> None:
    lot = hospital.lot(hospital.document())
    hospital.send(lot)
    wanted = {"name": "$XDSDocumentEntryUniqueId", "ValueList": {"Value": [f"('{lot.entry.unique_id}')"]}}
    answer = connect("registry").service.RegistryStoredQuery(
        ResponseOption={"returnComposedObjects": True, "returnType": "ObjectRef"},
        AdhocQuery={"id": "urn:uuid:5c4f972b-d56b-40ac-a5fc-c8ca9b40b9d4", "Slot": [wanted]},
        _soapheaders=headers(hospital),
    )
    [held] = hospital.bench.documents()
    assert answer.status.endswith(":Success")
    assert [found["ObjectRef"].id for found in answer.RegistryObjectList._value_1] == [held["entry_uuid"]]
    assert hospital.bench.last("dmp.TD3.1")["findings"] == []


def test_zeep_feeds_the_record_and_reads_a_duplicate(hospital: Hospital, connect: Connect) -> None:
    lot = hospital.lot(hospital.document())
    feeding = connect("repository").service["ProvideAndRegisterDocumentSet-b"]
    parts = [{"_value_1": content, "id": entry} for entry, content in lot.contents.items()]

    def fed() -> Any:
        objects = {"_value_1": [registry_objects(lot.submission)]}
        return feeding(SubmitObjectsRequest=objects, Document=parts, _soapheaders=headers(hospital))

    assert fed().status.endswith(":Success")
    [held] = hospital.bench.documents()
    assert held["unique_id"] == lot.entry.unique_id
    entry = hospital.bench.last("dmp.TD2.1")
    assert (entry["outcome"], entry["findings"]) == ("accepted", [])

    again = fed()
    assert again.status.endswith(":Failure")
    [error] = again.RegistryErrorList.RegistryError
    assert error.errorCode == "XDSDuplicateUniqueIdInRegistry"


def slot(name: str, value: str) -> dict[str, Any]:
    return {"name": name, "ValueList": {"Value": [value]}}


def test_zeep_asks_for_an_authorization_searches_and_reads(
    hospital: Hospital, doctor: Hospital, consult: Connect
) -> None:
    document = hospital.document()
    lot = hospital.lot(document)
    hospital.send(lot)
    doctor.bench.tell("PUT", "switches", {"dmp.authorization": "INEXISTANTE"})

    added = consult("habilitations").service.setAuthorization(action="AJOUT", _soapheaders=headers(doctor))
    status = slot("$XDSDocumentEntryStatus", "('urn:oasis:names:tc:ebxml-regrep:StatusType:Approved')")
    found = consult("registry").service.RegistryStoredQuery(
        ResponseOption={"returnComposedObjects": True, "returnType": "LeafClass"},
        AdhocQuery={
            "id": "urn:uuid:14d4debf-8f97-4251-9a74-a90016b0af0d",
            "Slot": [slot("$XDSDocumentEntryPatientId", f"'{doctor.ins.cx()}'"), status],
        },
        _soapheaders=headers(doctor),
    )
    read = consult("repository").service.RetrieveDocumentSet(
        DocumentRequest=[
            {"RepositoryUniqueId": names.REPOSITORY, "DocumentUniqueId": lot.entry.unique_id},
            {"RepositoryUniqueId": names.REPOSITORY, "DocumentUniqueId": "1.2.3"},
        ],
        _soapheaders=headers(doctor),
    )

    assert added.status == "DMPOk"
    assert (found.status.rpartition(":")[2], found.totalResultCount) == ("Success", 1)
    assert read.RegistryResponse.status.endswith(":PartialSuccess")
    [error] = read.RegistryResponse.RegistryErrorList.RegistryError
    assert (error.errorCode, error.location) == ("XDSDocumentUniqueIdError", "1.2.3")
    [given] = read.DocumentResponse
    assert (given.DocumentUniqueId, given.mimeType, given.Document) == (lot.entry.unique_id, "text/xml", document)
    assert doctor.bench.last("dmp.TD3.1")["findings"] == []


def test_the_wsdl_needs_no_client_certificate(hospital: Hospital) -> None:
    with httpx.Client(verify=hospital.bench.trust()) as anyone:
        assert anyone.get(f"{hospital.bench.url}/patients?wsdl").status_code == 200
