"""A record is prepared through the control API: what others filed stands there, with no exchange in the journal."""

from __future__ import annotations

import base64
from typing import Any

import httpx

from banc_standards.cda import build as cda
from banc_standards.xds.query import build as queries

from .hospital import Bench, Hospital, fresh_oid


def put(bench: Bench, document: bytes, **more: Any) -> httpx.Response:
    body = {"document": base64.b64encode(document).decode()} | more
    return bench.control.post(f"/control/v1/sessions/{bench.session}/documents", json=body)


def test_a_document_that_was_put_is_found_and_read_without_an_exchange(hospital: Hospital, colleague: Hospital) -> None:
    letter = hospital.letter()
    document = cda.discharge_letter(letter)

    kept = put(hospital.bench, document)

    assert kept.status_code == 201, kept.text
    assert kept.json()["unique_id"] == letter.id
    assert hospital.bench.exchanges() == []
    found = colleague.search(queries.get_documents(unique_ids=[letter.id], return_type="LeafClass")).found
    assert [entry.id for entry in found.entries] == [kept.json()["entry_uuid"]]
    assert [one.content for one in colleague.retrieve(letter.id).retrieved.documents] == [document]


def test_it_takes_the_place_of_another_and_keeps_its_visibility(hospital: Hospital, colleague: Hospital) -> None:
    former = hospital.letter()
    put(hospital.bench, cda.discharge_letter(former))
    later = hospital.letter(id=fresh_oid(), version=2, set_id=former.set_id, replaces=former.id)

    put(hospital.bench, cda.discharge_letter(later), replaces=former.id, visibility=["MASQUE_PS"])

    stored = {one["unique_id"]: one["status"].rpartition(":")[2] for one in hospital.bench.documents()}
    assert stored == {former.id: "Deprecated", later.id: "Approved"}
    assert colleague.retrieve(later.id).retrieved.errors[0].code == "XDSDocumentUniqueIdError"


def test_what_the_registry_cannot_hold_is_refused(hospital: Hospital) -> None:
    document = cda.discharge_letter(hospital.letter())
    put(hospital.bench, document)

    refused = (
        put(hospital.bench, document),
        put(hospital.bench, b"<not-a-cda/>"),
        put(hospital.bench, cda.discharge_letter(hospital.letter()), visibility=["INVENTED"]),
        put(hospital.bench, cda.discharge_letter(hospital.letter()), replaces="1.2.3"),
        hospital.bench.control.post(f"/control/v1/sessions/{hospital.bench.session}/documents", json={"document": "é"}),
    )

    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [(422, "DOCUMENT-001")] * 5
    assert len(hospital.bench.documents()) == 1
