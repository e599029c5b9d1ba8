"""Requests that a registry must not answer, or take, as they are: each gets its code, its rule, and a journal entry."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from banc_fixtures.population import population
from banc_standards.vihf import names as vihf
from banc_standards.xds.names import APPROVED, HAS_MEMBER
from banc_standards.xds.query import build
from banc_standards.xds.query.model import Parameter
from banc_standards.xds.query.names import (
    ALL_PATIENT,
    FIND_DOCUMENTS,
    FOLDER_STATUS,
    GET_ALL,
    LEAF_CLASS,
    PATIENT,
    SET_STATUS,
    STATUS,
)

from .hospital import Answer, Hospital, Lot, fresh_oid

CARD: dict[str, Any] = {"authn_class": vihf.SMARTCARD_CLASS}
STATUSES = Parameter(STATUS, ((APPROVED,),), listed=True)


def everything(who: Hospital) -> Answer:
    asked = (
        Parameter(ALL_PATIENT, ((who.ins.cx(),),)),
        *(Parameter(name, ((APPROVED,),), listed=True) for name in (STATUS, SET_STATUS, FOLDER_STATUS)),
    )
    return who.search(build.query(GET_ALL, asked, return_type=LEAF_CLASS), **CARD)


def noted(who: Hospital, operation: str, rule: str) -> None:
    entry = who.bench.last(operation)
    assert entry["outcome"] == "refused"
    assert rule in {finding["rule"] for finding in entry["findings"]}


# -- TD3.1 ---------------------------------------------------------------------------------------------------------


def test_get_all_is_answered_when_a_switch_says_so(hospital: Hospital, doctor: Hospital) -> None:
    hospital.send(hospital.lot(hospital.document()))
    assert everything(doctor).codes == ["XDSUnknownStoredQuery"]

    doctor.bench.tell("PUT", "switches", {"dmp.get_all": True})

    found = everything(doctor).found
    assert (len(found.entries), len(found.sets)) == (1, 1)
    assert [link.type for link in found.associations] == [HAS_MEMBER]


@pytest.mark.parametrize(
    ("parameters", "code", "rule"),
    [
        ((Parameter(PATIENT, (("1", "2"),), listed=True), STATUSES), "XDSStoredQueryParamNumber", "XDS-QRY-004"),
        (
            (Parameter(PATIENT, (("189010000000000^^^&1.2.3&ISO^NH",),)), STATUSES),
            "XDSPatientIdDoesNotMatch",
            "XDS-QRY-009",
        ),
        ((), "XDSStoredQueryMissingParam", "XDS-QRY-003"),
    ],
    ids=["two patients", "another patient", "no status"],
)
def test_a_malformed_search_gets_its_code(
    doctor: Hospital, parameters: tuple[Parameter, ...], code: str, rule: str
) -> None:
    answer = doctor.search(build.query(FIND_DOCUMENTS, parameters, return_type=LEAF_CLASS), **CARD)

    assert code in answer.codes
    noted(doctor, "dmp.TD3.1", rule)


def test_a_value_without_quotes_gets_its_code(doctor: Hospital) -> None:
    query = build.find_documents(patient=doctor.ins.cx(), statuses=[APPROVED])
    for value in query.iter("{*}Value"):
        value.text = (value.text or "").replace("'", "")

    assert doctor.search(query, **CARD).codes
    noted(doctor, "dmp.TD3.1", "XDS-QRY-006")


# -- TD2.1 ---------------------------------------------------------------------------------------------------------


def two_patients(hospital: Hospital) -> Lot:
    other = replace(hospital, patient=population().patient("PAT-03"))
    own, theirs = hospital.lot(hospital.document()), other.lot(other.document())
    entry = replace(theirs.entry, id="Doc02")
    link = replace(next(one for one in own.submission.associations if one.type == HAS_MEMBER), id="a9", target="Doc02")
    submission = replace(
        own.submission,
        entries=(*own.submission.entries, entry),
        associations=(*own.submission.associations, link),
        documents=(*own.submission.documents, "Doc02"),
    )
    return Lot(submission, {**own.contents, "Doc02": theirs.contents[theirs.entry.id]})


def test_a_lot_with_two_patients_is_refused_whole(hospital: Hospital) -> None:
    answer = hospital.send(two_patients(hospital))

    assert "XDSPatientIdDoesNotMatch" in answer.codes
    assert hospital.bench.last("dmp.TD2.1")["outcome"] == "refused"
    assert hospital.bench.documents() == []


def test_an_absent_hash_is_computed_and_noted(hospital: Hospital) -> None:
    lot = hospital.lot(hospital.document()).with_entry(hash=None, size=None)

    assert hospital.send(lot).errors == []

    [held] = hospital.bench.documents()
    assert held["size"] == len(lot.contents[lot.entry.id])
    noted_rules = {finding["rule"]: finding["severity"] for finding in hospital.bench.last("dmp.TD2.1")["findings"]}
    assert set(noted_rules.values()) == {"info"}


@pytest.mark.parametrize("changed", [{"title": "Autre titre"}, {"creation_time": "20200101000000"}])
def test_metadata_that_contradict_the_document_are_refused(hospital: Hospital, changed: dict[str, str]) -> None:
    answer = hospital.send(hospital.lot(hospital.document()).with_entry(**changed))

    assert answer.codes
    entry = hospital.bench.last("dmp.TD2.1")
    assert (entry["outcome"], bool(entry["findings"])) == ("refused", True)
    assert hospital.bench.documents() == []


# -- TD3.2 ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("unique_id", "rule"),
    [("", "DMP-RET-004"), ("1.2.3^4", "DMP-RET-004"), ("urn:oid:1.2.3", "DMP-RET-004"), (fresh_oid(), "DMP-RET-005")],
    ids=["empty", "with an extension", "with its prefix", "unknown"],
)
def test_a_document_that_cannot_be_named_is_not_read(doctor: Hospital, unique_id: str, rule: str) -> None:
    [error] = doctor.retrieve(unique_id, **CARD).retrieved.errors

    assert error.code == "XDSDocumentUniqueIdError"
    noted(doctor, "dmp.TD3.2", rule)
