"""Stored queries (TD3.1): what is written is read back, each rule has its break, the published messages pass."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from banc_standards.rules import Registry, judge
from banc_standards.soap.read import read as read_soap
from banc_standards.vihf.read import Assertion
from banc_standards.xds.model import DocumentEntry, RegistryError
from banc_standards.xds.names import APPROVED, DELETED
from banc_standards.xds.query import build, names, read
from banc_standards.xds.query.model import Parameter, QueryAnswer, StoredQuery
from banc_standards.xds.query.patterns import matches
from banc_standards.xds.query.rules import RULES, QuerySubject

MESSAGES = Path(__file__).parents[3].parent / "shared" / "data" / "dmp" / "soap"
INS = "279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH"
OTHER = INS.replace("4.10", "4.8")
ENTRY_UUID = "urn:uuid:11111111-2222-4333-8444-555555555555"
UNIQUE_ID = "1.2.250.1.213.99.2.1"


def sent(element: etree._Element) -> StoredQuery:
    return read.query(etree.fromstring(etree.tostring(element)))


@pytest.fixture
def reference(vihf: Callable[..., Assertion]) -> QuerySubject:
    """TD3.1b: the entryUUID of one document."""
    return QuerySubject(sent(build.get_documents(unique_ids=[UNIQUE_ID])), vihf())


@pytest.fixture
def search(vihf: Callable[..., Assertion]) -> QuerySubject:
    """TD3.1a: the documents of one patient, narrowed."""
    more = (
        Parameter(f"{names.ENTRY}TypeCode", (("11490-0^^2.16.840.1.113883.6.1",),), listed=True),
        Parameter(f"{names.ENTRY}CreationTimeFrom", (("20250101000000",),)),
    )
    return QuerySubject(sent(build.find_documents(patient=INS, statuses=[APPROVED, DELETED], more=more)), vihf())


def test_a_query_by_unique_id_is_read_back(reference: QuerySubject) -> None:
    asked = reference.query
    assert (asked.id, asked.return_type, asked.composed) == (names.GET_DOCUMENTS, "ObjectRef", "true")
    assert asked.values(names.UNIQUE_ID) == (UNIQUE_ID,)
    assert asked.parameter(names.ENTRY_UUID) is None


def test_a_query_by_entry_uuid_is_read_back() -> None:
    asked = sent(build.get_documents(entry_uuids=[ENTRY_UUID], return_type=names.LEAF_CLASS))
    assert asked.values(names.ENTRY_UUID) == (ENTRY_UUID,)
    assert asked.return_type == "LeafClass"


def test_a_search_is_read_back(search: QuerySubject) -> None:
    assert search.query.values(names.PATIENT) == (INS,)
    assert search.query.values(names.STATUS) == (APPROVED, DELETED)
    assert search.query.values(f"{names.ENTRY}CreationTimeFrom") == ("20250101000000",)


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"])), min_size=1))
def test_a_text_keeps_its_quotes_commas_and_parentheses(values: list[str]) -> None:
    asked = sent(build.query(names.GET_DOCUMENTS, [Parameter("$x", (tuple(values),), listed=True)], return_type=""))
    assert asked.values("$x") == tuple(values)


@pytest.mark.parametrize("text", ["abc", "'abc", "('a',b)", "('a''b','c)", "()", "('a'", "'a'('b')", ""])
def test_what_is_no_value_is_kept_as_it_is(text: str) -> None:
    found = read.parameter("$x", [text])
    assert (found.values, found.malformed) == ((), (text,))


def test_a_request_without_a_query_reads_empty() -> None:
    assert read.query(etree.fromstring("<x/>")) == StoredQuery("")


def test_references_are_read_back() -> None:
    written = etree.fromstring(etree.tostring(build.answer(references=[ENTRY_UUID])))
    assert written.get("totalResultCount") == "1"
    answered = read.answer(written)
    assert answered.status.endswith(":Success")
    assert answered.references == (ENTRY_UUID,)


def test_entries_are_read_back(entry: DocumentEntry) -> None:
    registered = replace(entry, id=ENTRY_UUID, logical_id=ENTRY_UUID, status=APPROVED, version="1")
    answered = read.answer(etree.fromstring(etree.tostring(build.answer(entries=[registered]))))
    assert answered.entries == (registered,)


def test_a_failure_holds_errors_and_no_object() -> None:
    error = RegistryError("XDSUnknownStoredQuery", "inconnue", "AdhocQuery/@id")
    written = etree.fromstring(etree.tostring(build.answer(references=[ENTRY_UUID], errors=[error])))
    assert read.answer(written) == QueryAnswer(written.get("status", ""), errors=(error,))
    assert written.get("status", "").endswith(":Failure")


# -- rules ---------------------------------------------------------------------------------------------------------


def set_to(name: str, *texts: str) -> Callable[[StoredQuery], StoredQuery]:
    """The same query with a parameter written so; without texts, without it."""

    def change(query: StoredQuery) -> StoredQuery:
        others = tuple(item for item in query.parameters if item.name != name)
        added = (read.parameter(name, list(texts)),) if texts else ()
        return replace(query, parameters=others + added)

    return change


def as_(**changes: Any) -> Callable[[StoredQuery], StoredQuery]:
    return lambda query: replace(query, **changes)


BROKEN: dict[str, tuple[str, Callable[[StoredQuery], StoredQuery]]] = {
    "XDS-QRY-001": ("reference", as_(id="urn:uuid:0")),
    "XDS-QRY-002": ("reference", as_(id="urn:uuid:958f3006-baad-4929-a4de-ff1114824431")),
    "XDS-QRY-003": ("reference", set_to(names.UNIQUE_ID)),
    "XDS-QRY-004": ("search", set_to(names.PATIENT, f"'{INS}'", f"'{INS}'")),
    "XDS-QRY-005": ("reference", set_to(names.ENTRY_UUID, f"('{ENTRY_UUID}')")),
    "XDS-QRY-006": ("reference", set_to(names.UNIQUE_ID, UNIQUE_ID)),
    "XDS-QRY-007": ("reference", set_to(names.UNIQUE_ID, f"'{UNIQUE_ID}'")),
    "XDS-QRY-008": ("search", set_to(names.PATIENT, f"('{INS}')")),
    "XDS-QRY-009": ("search", set_to(names.PATIENT, f"'{OTHER}'")),
    "XDS-QRY-010": ("search", set_to(names.PATIENT)),
    "XDS-QRY-011": ("reference", as_(return_type=None)),
    "XDS-QRY-012": ("reference", as_(composed="false")),
    "XDS-QRY-013": ("reference", set_to(names.STATUS, f"('{APPROVED}')")),
    "XDS-QRY-014": ("reference", set_to(names.UNIQUE_ID, f"('{ENTRY_UUID}')")),
    "XDS-QRY-015": ("search", set_to(names.STATUS, "('Approved')")),
    "XDS-QRY-016": ("search", set_to(f"{names.ENTRY}CreationTimeFrom", "'2025-01-01'")),
    "XDS-QRY-017": ("search", set_to(f"{names.ENTRY}TypeCode", "('11490-0')")),
    "XDS-QRY-018": ("search", set_to(names.AUTHOR, f"('{'%_' * 6}')")),
    "XDS-QRY-019": ("search", set_to(f"{names.ENTRY}TypeCode", "('%^^2.16.840.1.113883.6.1')")),
    "XDS-QRY-021": ("search", as_(number=2)),
    "XDS-QRY-020": ("reference", set_to(names.UNIQUE_ID, f"({','.join([repr(UNIQUE_ID)] * 1_001)})")),
}


@pytest.fixture
def lots(vihf: Callable[..., Assertion]) -> QuerySubject:
    """The lots of one patient, since a time."""
    since = Parameter(f"{names.SET_TIME}From", (("20250101000000",),))
    return QuerySubject(sent(build.find_submission_sets(patient=INS, more=(since,))), vihf())


@pytest.fixture
def links(vihf: Callable[..., Assertion]) -> QuerySubject:
    """The associations of one object."""
    return QuerySubject(sent(build.get_associations([ENTRY_UUID])), vihf())


@pytest.mark.parametrize("name", ["reference", "search", "lots", "links"])
def test_an_honest_query_breaks_no_rule(name: str, request: pytest.FixtureRequest) -> None:
    assert judge(RULES, request.getfixturevalue(name)) == []


@pytest.mark.parametrize("rule_id", BROKEN)
def test_a_change_breaks_its_rule_and_no_other(rule_id: str, request: pytest.FixtureRequest) -> None:
    name, change = BROKEN[rule_id]
    subject: QuerySubject = request.getfixturevalue(name)

    found = judge(RULES, replace(subject, query=change(subject.query)))

    assert [finding.rule for finding in found] == [rule_id]


def test_a_search_needs_its_statuses(search: QuerySubject) -> None:
    without = replace(search, query=set_to(names.STATUS)(search.query))
    assert [finding.rule for finding in judge(RULES, without)] == ["XDS-QRY-003"]


@pytest.mark.parametrize("parameter", [Parameter(names.STATUS), read.parameter(names.STATUS, ["('')"])])
def test_a_parameter_without_a_value_is_missing(search: QuerySubject, parameter: Parameter) -> None:
    others = tuple(item for item in search.query.parameters if item.name != names.STATUS)
    empty = replace(search, query=replace(search.query, parameters=(*others, parameter)))
    assert "XDS-QRY-003" in {finding.rule for finding in judge(RULES, empty)}


def test_a_second_query_is_counted() -> None:
    body = build.get_documents(unique_ids=[UNIQUE_ID])
    body.append(etree.fromstring(etree.tostring(body[1])))
    assert sent(body).number == 2


@pytest.mark.parametrize(
    ("name", "change", "rule"),
    [
        ("lots", set_to(names.SET_STATUS), "XDS-QRY-003"),
        ("lots", set_to(names.SET_PATIENT, f"'{OTHER}'"), "XDS-QRY-009"),
        ("lots", set_to(names.SET_PATIENT, f"('{INS}')"), "XDS-QRY-008"),
        ("lots", set_to(names.SET_PATIENT), "XDS-QRY-010"),
        ("lots", set_to(f"{names.SET_TIME}To", "'hier'"), "XDS-QRY-016"),
        ("lots", set_to(f"{names.SET_TIME}To", "'20260230'"), "XDS-QRY-016"),
        ("lots", set_to(f"{names.SET_TIME}To", "'20261122250000'"), "XDS-QRY-016"),
        ("lots", set_to(names.SET_CONTENT_TYPE, "('04')"), "XDS-QRY-017"),
        ("lots", set_to(names.SET_AUTHOR, f"'{'x' * 300}'"), "XDS-QRY-018"),
        ("links", set_to(names.OBJECTS), "XDS-QRY-003"),
        ("links", set_to(names.OBJECTS, "('1.2.3')"), "XDS-QRY-014"),
    ],
)
def test_other_queries_have_the_same_rules(
    name: str, change: Callable[[StoredQuery], StoredQuery], rule: str, request: pytest.FixtureRequest
) -> None:
    subject: QuerySubject = request.getfixturevalue(name)
    found = judge(RULES, replace(subject, query=change(subject.query)))
    assert [finding.rule for finding in found] == [rule]


def test_the_values_of_a_slot_are_alternatives_and_slots_add_up() -> None:
    asked = sent(build.query("urn:uuid:0", [Parameter("$x", (("a", "b"), ("c",)), listed=True)], return_type=""))
    assert asked.parameter("$x") == Parameter("$x", (("a", "b"), ("c",)), listed=True)
    two = etree.fromstring(
        etree.tostring(build.query("urn:uuid:0", [Parameter("$x", (("a",),), True)], return_type=""))
    )
    [values] = two.iter("{*}ValueList")
    etree.SubElement(values, etree.QName(values[0]).text).text = "('b','c')"
    assert read.query(two).parameter("$x") == Parameter("$x", (("a", "b", "c"),), listed=True)


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("8999%", "899900000011^DURAND", True),
        ("%DURAND%", "899900000011^DURAND^ALICE", True),
        ("DURAND", "899900000011^DURAND", False),
        ("_99%D", "899D", True),
        ("%", "", True),
        ("", "", True),
        ("", "a", False),
        ("a_", "a", False),
        ("durand%", "DURAND", False),
        ("%a%b%c", "xaxbxbxc", True),
    ],
)
def test_a_pattern_has_two_wildcards(pattern: str, text: str, found: bool) -> None:
    assert matches(pattern, text) is found


@given(st.text("ab%_", max_size=8), st.text("ab", max_size=12))
def test_a_pattern_is_what_a_regular_expression_would_be(pattern: str, text: str) -> None:
    same = "".join({"%": ".*", "_": "."}.get(letter, letter) for letter in pattern)
    assert matches(pattern, text) is (re.fullmatch(same, text) is not None)


def test_every_rule_has_its_change_and_its_code() -> None:
    assert {rule.id for rule in RULES} == set(BROKEN)
    assert all(rule.code for rule in RULES)
    assert Registry(RULES)["XDS-QRY-003"].code == "XDSStoredQueryMissingParam"


@pytest.mark.skipif(not MESSAGES.is_dir(), reason="the public examples are not beside the repository")
def test_the_published_query_and_its_answer_are_read() -> None:
    asked = read_soap((MESSAGES / "TD3.1_requete.xml").read_bytes()).body
    answered = read_soap((MESSAGES / "TD3.1_reponse.xml").read_bytes()).body
    assert asked is not None
    assert answered is not None
    assert judge(RULES, QuerySubject(read.query(asked))) == []
    assert len(read.answer(answered).entries) == 21
