"""Reading (TD3.2): request and answer are read back, each rule passes once and finds its break."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from lxml import etree

from banc_standards.dmp import retrieval_rules
from banc_standards.dmp.names import REPOSITORY
from banc_standards.dmp.registry_rules import APPROVED, Held
from banc_standards.dmp.retrieval_rules import MOST_BYTES, AskedSubject, RetrievalSubject
from banc_standards.dmp.rules import FRESH_MESSAGE, MessageSubject
from banc_standards.dmp.visibility import Reader, may_read, shown_to_guardians, shown_to_patient
from banc_standards.ins import Ins
from banc_standards.rules import Rule
from banc_standards.soap.mtom import Package
from banc_standards.vihf.build import Code
from banc_standards.vihf.read import Assertion
from banc_standards.xds import retrieve
from banc_standards.xds.model import RegistryError
from banc_standards.xds.names import DELETED, DEPRECATED, FAILURE, PARTIAL_SUCCESS, SUCCESS
from banc_standards.xds.retrieve import DocumentRequest, DocumentResponse

Acting = Callable[..., Assertion]
PATIENT = Ins("279035121518989", "1.2.250.1.213.1.4.10")
SECRETARY = (Code("SECRETARIAT_MEDICAL", "1.2.250.1.213.1.1.4.6"),)
ASKED = DocumentRequest(REPOSITORY, "1.2.3.4")
HELD = Held("1.2.3.4", "urn:uuid:1", APPROVED, PATIENT.cx(), "a" * 40, 100, persons=("899900000011",))
MASKED = replace(HELD, visibility=("N", "MASQUE_PS"), persons=("899900000099",))


def broken(rules: tuple[Rule, ...], subject: Any) -> set[str]:
    return {rule.id for rule in rules for _ in rule.check(subject)}


@pytest.fixture
def reader(acting: Acting) -> Reader:
    return Reader(acting(mode="DIRECTE"))


# -- messages ------------------------------------------------------------------------------------------------------


def test_a_request_is_read_back() -> None:
    asked = (ASKED, DocumentRequest("1.2", ""))
    written = etree.fromstring(etree.tostring(retrieve.retrieve_documents(asked)))
    assert retrieve.requests(written) == asked


def test_a_document_that_is_named_twice_is_told() -> None:
    written = retrieve.retrieve_documents([ASKED])
    written[0].append(etree.fromstring(etree.tostring(written[0][1])))
    assert retrieve.requests(written) == (replace(ASKED, repeated=True),)


ERROR = RegistryError("XDSDocumentUniqueIdError", "1.2.9", "1.2.9")


@pytest.mark.parametrize(
    ("contents", "errors", "status"),
    [
        ([b"<a/>", b"\r\n--b"], [], SUCCESS),
        ([b"<a/>"], [ERROR], PARTIAL_SUCCESS),
        ([b"<a/>"], [replace(ERROR, warning=True)], SUCCESS),
        ([], [ERROR], FAILURE),
    ],
)
def test_an_answer_is_read_back(contents: list[bytes], errors: list[RegistryError], status: str) -> None:
    documents = tuple(DocumentResponse(REPOSITORY, f"1.2.{n}", "text/xml", data) for n, data in enumerate(contents))
    body, parts = retrieve.answer(documents, errors, [f"{n}@urn:x:y" for n, _ in enumerate(documents)])

    found = retrieve.retrieved(etree.fromstring(etree.tostring(body)), Package(b"", parts, None))

    assert (found.status, found.documents, found.errors) == (status, documents, tuple(errors))


# -- the request and its sender ------------------------------------------------------------------------------------


def test_an_honest_request_breaks_no_rule(acting: Acting) -> None:
    subject = RetrievalSubject((ASKED, replace(ASKED, unique_id="1.2.3.5")), acting(mode="DIRECTE"))
    assert broken((*retrieval_rules.READER_RULES, *retrieval_rules.REQUEST_RULES), subject) == set()


@pytest.mark.parametrize(
    ("asked", "rule"),
    [
        ((), "DMP-RET-001"),
        ((ASKED, ASKED), "DMP-RET-002"),
        (tuple(replace(ASKED, unique_id=f"1.2.{number}") for number in range(1_001)), "DMP-RET-009"),
        ((replace(ASKED, repeated=True),), "DMP-RET-010"),
    ],
)
def test_a_request_that_is_not_honest_breaks_its_rule(
    asked: tuple[DocumentRequest, ...], rule: str, acting: Acting
) -> None:
    assert broken(retrieval_rules.REQUEST_RULES, RetrievalSubject(asked, acting())) == {rule}


def test_only_a_professional_reads(acting: Acting) -> None:
    subject = RetrievalSubject((ASKED,), acting(mode="DIRECTE", roles=SECRETARY))
    assert broken(retrieval_rules.READER_RULES, subject) == {"DMP-006"}


# -- each document -------------------------------------------------------------------------------------------------


def test_an_honest_document_breaks_no_rule(reader: Reader) -> None:
    for held in (HELD, replace(HELD, status=DEPRECATED)):
        assert broken(retrieval_rules.DOCUMENT_RULES, AskedSubject(ASKED, held, PATIENT, reader)) == set()


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("DMP-RET-003", {"asked": DocumentRequest("1.2", "1.2.3.4")}),
        ("DMP-RET-004", {"asked": DocumentRequest(REPOSITORY, "urn:uuid:1")}),
        ("DMP-RET-005", {"held": None}),
        ("DMP-RET-005", {"patient": replace(PATIENT, oid="1.2.250.1.213.1.4.8")}),
        ("DMP-RET-006", {"held": replace(HELD, status=DELETED)}),
        ("DMP-RET-007", {"held": MASKED}),
        ("DMP-RET-008", {"total": MOST_BYTES + 1}),
    ],
)
def test_a_document_that_cannot_be_read_breaks_its_rule(rule: str, changes: dict[str, Any], reader: Reader) -> None:
    subject = replace(AskedSubject(ASKED, HELD, PATIENT, reader), **changes)
    assert broken(retrieval_rules.DOCUMENT_RULES, subject) == {rule}


def test_a_deleted_document_is_read_where_the_bench_lets_it(reader: Reader) -> None:
    subject = AskedSubject(ASKED, replace(HELD, status=DELETED), PATIENT, reader, deleted_readable=True)
    assert broken(retrieval_rules.DOCUMENT_RULES, subject) == set()


# -- visibility ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "more", "seen"),
    [
        ({}, {}, False),
        ({"name_id": "899900000099"}, {}, True),
        ({}, {"treating": True}, True),
        ({"purpose": "bris_de_glace"}, {}, True),
        ({"purpose": "centre_15"}, {}, True),
        ({"purpose": "bris_de_glace"}, {"emergency_opposed": True}, False),
    ],
)
def test_a_masked_document_shows_to_few(
    changes: dict[str, Any], more: dict[str, Any], seen: bool, acting: Acting
) -> None:
    assert may_read(MASKED, Reader(acting(mode="DIRECTE", **changes), **more)) is seen


@pytest.mark.parametrize(
    ("codes", "patient", "guardians"),
    [
        (("N",), True, True),
        (("N", "MASQUE_PS"), True, True),
        (("N", "INVISIBLE_PATIENT"), False, False),
        (("N", "INVISIBLE_REPRESENTANTS_LEGAUX"), True, False),
    ],
)
def test_the_patient_and_their_representatives_see_what_is_not_hidden_from_them(
    codes: tuple[str, ...], patient: bool, guardians: bool
) -> None:
    assert (shown_to_patient(codes), shown_to_guardians(codes)) == (patient, guardians)


@pytest.mark.parametrize(("seen", "rules"), [(False, set()), (True, {"DMP-008"})])
def test_a_message_id_serves_once(seen: bool, rules: set[str]) -> None:
    assert broken((FRESH_MESSAGE,), MessageSubject("urn:uuid:1", seen)) == rules


def test_every_rule_is_tested_here() -> None:
    assert {rule.id for rule in retrieval_rules.RULES} == {"DMP-006"} | {f"DMP-RET-{n:03d}" for n in range(1, 11)}
