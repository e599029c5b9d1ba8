"""Every query of TD3.1 over real sockets, on a registry in SQL: what each filter keeps, and what stays unseen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from banc_fixtures.population import population
from banc_standards.cda.read import read
from banc_standards.terminology.codes import Code
from banc_standards.vihf import names as vihf
from banc_standards.xds import build as xds
from banc_standards.xds.names import APPROVED, DELETED, DEPRECATED, HAS_MEMBER, REPLACES
from banc_standards.xds.query import build
from banc_standards.xds.query.model import Parameter
from banc_standards.xds.query.names import (
    ENTRY,
    FIND_BY_REFERENCE,
    GET_DOCUMENTS_AND_ASSOCIATIONS,
    LEAF_CLASS,
    OBJECT_REF,
    REFERENCES,
    SET,
    UNIQUE_ID,
)

from .hospital import Bench, Hospital, Lot, hospital_of

CARD: dict[str, Any] = {"authn_class": vihf.SMARTCARD_CLASS}
LETTER = "11490-0^^2.16.840.1.113883.6.1"
REPORT = "34112-3^^2.16.840.1.113883.6.1"
CCAM, CIM10 = "1.2.250.1.213.2.5", "2.16.840.1.113883.6.3"


def file(hospital: Hospital, change: Callable[[Lot], Lot] | None = None, **options: Any) -> str:
    """A letter, changed before it is sent, is in the record; its entryUUID."""
    lot = hospital.lot(hospital.document(), **options)
    lot = lot if change is None else change(lot)
    assert hospital.send(lot).errors == []
    return hospital.entry_uuid(lot.entry.unique_id or "")


def find(hospital: Hospital, *parameters: Parameter, statuses: tuple[str, ...] = (APPROVED,)) -> list[str]:
    query = build.find_documents(patient=hospital.ins.cx(), statuses=statuses, return_type=OBJECT_REF, more=parameters)
    answer = hospital.search(query)
    assert answer.errors == []
    return list(answer.found.references)


def coded(name: str, *groups: tuple[str, ...]) -> Parameter:
    return Parameter(f"{ENTRY}{name}", groups, listed=True)


def other_doctor(bench: Bench) -> tuple[Hospital, dict[str, Any]]:
    """Another doctor with a card, and what their VIHF says."""
    card = Hospital(
        bench, bench.credential("CPS_AUTH", "P02"), bench.credential("CPS_SIGN", "P02"), population().patient("PAT-01")
    )
    card.mode = vihf.DIRECT
    return card, CARD | {"name_id": population().professional("P02").idnat}


# -- FindDocuments -------------------------------------------------------------------------------------------------


def test_each_code_filters(hospital: Hospital) -> None:
    one = file(hospital)
    for name, value in {
        "TypeCode": LETTER,
        "ClassCode": "10^^1.2.250.1.213.1.1.4.1",
        "PracticeSettingCode": "ETABLISSEMENT^^1.2.250.1.213.1.1.4.9",
        "HealthcareFacilityTypeCode": "SA01^^1.2.250.1.71.4.2.4",
        "FormatCode": "urn:asip:ci-sis:ldl-ses:2017^^1.2.250.1.213.1.1.4.2.282",
        "ConfidentialityCode": "N^^2.16.840.1.113883.5.25",
    }.items():
        assert find(hospital, coded(name, (value,))) == [one], name
        assert find(hospital, coded(name, ("autre^^1.2.3",))) == [], name
        assert find(hospital, coded(name, ("autre^^1.2.3", value))) == [one], name
    assert find(hospital, coded("ConfidentialityCode", ("n^^2.16.840.1.113883.5.25",))) == []


def test_events_are_alternatives_in_one_slot_and_add_up_over_several(tolerated: Hospital) -> None:
    both = (Code("DEQP003", CCAM, "ECG"), Code("I10", CIM10, "HTA"))
    one = file(tolerated, lambda lot: lot.with_entry(events=both[:1]))
    two = file(tolerated, lambda lot: lot.with_entry(events=both))
    ecg, tension = f"DEQP003^^{CCAM}", f"I10^^{CIM10}"

    assert find(tolerated, coded("EventCodeList", (ecg,))) == [one, two]
    assert find(tolerated, coded("EventCodeList", (tension,))) == [two]
    assert find(tolerated, coded("EventCodeList", (ecg, tension))) == [one, two]
    assert find(tolerated, coded("EventCodeList", (ecg,), (tension,))) == [two]
    assert find(tolerated, coded("EventCodeList", (f"DEQP00^^{CCAM}",))) == []


def test_times_are_bounded_from_included_to_excluded(hospital: Hospital) -> None:
    leaving = datetime(2026, 3, 2, 8, tzinfo=UTC)
    document = hospital.document(created=leaving)
    lot = hospital.lot(document)
    assert hospital.send(lot).errors == []
    one = hospital.entry_uuid(lot.entry.unique_id or "")

    def bounded(name: str, at: str) -> list[str]:
        return find(hospital, Parameter(f"{ENTRY}{name}", ((at,),)))

    for name, time in (
        ("CreationTime", lot.entry.creation_time),
        ("ServiceStartTime", lot.entry.service_start),
        ("ServiceStopTime", lot.entry.service_stop),
    ):
        assert time is not None
        assert bounded(f"{name}From", time) == [one], name
        assert bounded(f"{name}To", time) == [], name
        assert bounded(f"{name}To", "20990101") == [one], name
        assert bounded(f"{name}From", "20990101") == [], name


def test_an_author_is_searched_by_a_pattern(hospital: Hospital) -> None:
    one = file(hospital)
    doctor = population().professional("P01")

    def by(*patterns: str) -> list[str]:
        return find(hospital, coded("AuthorPerson", patterns))

    assert by(f"{doctor.idnat}%") == by(f"%{doctor.family}%") == by("personne", "%") == [one]
    assert by(doctor.idnat) == by("%personne%") == []


def test_wildcards_in_excess_are_an_error(hospital: Hospital) -> None:
    query = build.find_documents(
        patient=hospital.ins.cx(),
        statuses=[APPROVED],
        return_type=OBJECT_REF,
        more=[coded("AuthorPerson", ("%a" * 50,))],
    )
    assert hospital.search(query).codes == ["XDSRegistryError"]
    assert "XDS-QRY-018" in hospital.bench.rules("dmp.TD3.1")


def test_a_wildcard_in_a_code_finds_nothing_and_says_so(hospital: Hospital) -> None:
    file(hospital)
    assert find(hospital, coded("TypeCode", ("%^^2.16.840.1.113883.6.1",))) == []
    assert "XDS-QRY-019" in hospital.bench.rules("dmp.TD3.1")


def test_a_quote_in_a_value_is_a_value(hospital: Hospital) -> None:
    file(hospital)
    assert find(hospital, coded("TypeCode", ("x') OR 1=1 --^^1.2.3",))) == []


def test_ten_thousand_values_are_an_error(hospital: Hospital) -> None:
    query = build.get_documents(unique_ids=[f"1.2.3.{number}" for number in range(10_000)])
    assert hospital.search(query).codes == ["XDSRegistryError"]
    assert "XDS-QRY-020" in hospital.bench.rules("dmp.TD3.1")


def test_an_unknown_parameter_has_no_effect_and_says_so(hospital: Hospital) -> None:
    one = file(hospital)
    assert find(hospital, coded("Inconnu", ("x",))) == [one]
    assert hospital.bench.rules("dmp.TD3.1") == {"XDS-QRY-013"}


def test_too_many_results_are_an_error_for_metadata_only(hospital: Hospital, doctor: Hospital) -> None:
    mine = [file(hospital) for _ in range(3)]
    hospital.bench.tell("PUT", "switches", {"dmp.most_results": 2})
    query = build.find_documents(patient=doctor.ins.cx(), statuses=[APPROVED])

    answer = doctor.search(query, **CARD)

    assert answer.codes == ["XDSTooManyResults"]
    assert answer.found.entries == ()
    assert "DMP-007" in hospital.bench.rules("dmp.TD3.1")
    assert find(hospital) == mine


def test_the_entries_of_an_answer_have_ids_of_their_own(hospital: Hospital, doctor: Hospital) -> None:
    for _ in range(2):
        file(hospital)
    answer = doctor.search(build.find_documents(patient=doctor.ins.cx(), statuses=[APPROVED]), **CARD)
    body = answer.message.body
    assert body is not None
    named = [element.get("id") for element in body.iter() if element.get("id")]
    assert len(named) == len(set(named))
    assert body.get("totalResultCount") == "2"
    assert len(answer.found.entries) == 2


def test_what_was_deleted_or_replaced_says_so(hospital: Hospital, doctor: Hospital) -> None:
    first, second = file(hospital), file(hospital)
    assert hospital.change(first).errors == []
    query = build.find_documents(patient=doctor.ins.cx(), statuses=[APPROVED, DELETED])
    found = doctor.search(query, **CARD).found.entries
    assert [(entry.id, entry.status) for entry in found] == [(first, DELETED), (second, APPROVED)]


# -- FindDocumentsByReferenceId --------------------------------------------------------------------------------------


def test_a_document_is_found_by_its_reference(tolerated: Hospital) -> None:
    order = "A1^^^&1.2.3&ISO^urn:ihe:iti:xds:2013:accession"
    one = file(tolerated, lambda lot: lot.with_entry(reference_ids=(order,)))
    file(tolerated)

    def by(value: str) -> tuple[str, ...]:
        asked = (
            Parameter(f"{ENTRY}PatientId", ((tolerated.ins.cx(),),)),
            Parameter(f"{ENTRY}Status", ((APPROVED,),), listed=True),
            Parameter(REFERENCES, ((value,),), listed=True),
        )
        return tolerated.search(build.query(FIND_BY_REFERENCE, asked, return_type=OBJECT_REF)).found.references

    assert by(order) == (one,)
    assert by(order.replace("A1", "A2")) == ()


# -- FindSubmissionSets, GetAssociations -----------------------------------------------------------------------------


def test_what_came_since_a_time_is_found_in_three_steps(hospital: Hospital, doctor: Hospital) -> None:
    before = xds.utc(datetime.now(UTC) - timedelta(minutes=1))
    one, two = file(hospital), file(hospital)

    def since(time: str) -> list[str]:
        more = (Parameter(f"{SET}SubmissionTimeFrom", ((time,),)),)
        found = doctor.search(build.find_submission_sets(patient=doctor.ins.cx(), more=more), **CARD).found.sets
        return [lot.id for lot in found]

    lots = since(before)
    links = doctor.search(build.get_associations(lots), **CARD).found.associations

    assert len(lots) == 2
    assert since(xds.utc(datetime.now(UTC) + timedelta(hours=1))) == []
    assert {(link.type, link.source, link.target) for link in links} == {
        (HAS_MEMBER, lots[0], one),
        (HAS_MEMBER, lots[1], two),
    }


def test_a_submission_set_is_given_as_it_was_submitted(hospital: Hospital, doctor: Hospital) -> None:
    lot = hospital.lot(hospital.document())
    hospital.send(lot)
    [found] = doctor.search(build.find_submission_sets(patient=doctor.ins.cx()), **CARD).found.sets
    sent = lot.submission.set
    assert sent is not None
    assert found.id.startswith("urn:uuid:")
    assert found.status == APPROVED
    assert (found.unique_id, found.source_id, found.authors) == (sent.unique_id, sent.source_id, sent.authors)


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("SourceId", ("1.2.250.1.999.7",), ("1.2.3",)),
        ("ContentType", ("03^^1.2.250.1.213.2.2",), ("04^^1.2.250.1.213.2.2",)),
        ("AuthorPerson", ("%DURAND%", "%"), ("personne",)),
    ],
)
def test_submission_sets_are_filtered(
    hospital: Hospital, name: str, right: tuple[str, ...], wrong: tuple[str, ...]
) -> None:
    file(hospital)

    def by(value: str) -> int:
        more = (Parameter(f"{SET}{name}", ((value,),), listed=name != "AuthorPerson"),)
        query = build.find_submission_sets(patient=hospital.ins.cx(), return_type=OBJECT_REF, more=more)
        return len(hospital.search(query).found.references)

    assert by(right[-1]) == 1
    assert by(wrong[0]) == 0


def test_a_replacement_is_an_association(hospital: Hospital, doctor: Hospital) -> None:
    document = hospital.document()
    lot = hospital.lot(document)
    hospital.send(lot)
    old = hospital.entry_uuid(lot.entry.unique_id or "")
    second = hospital.document(set_id=read(document).set_id.root, version=2, replaces=lot.entry.unique_id)
    after = hospital.lot(second, replaces=old)
    assert hospital.send(after).errors == []
    new = hospital.entry_uuid(after.entry.unique_id or "")

    asked = Parameter(UNIQUE_ID, ((lot.entry.unique_id or "",),), listed=True)
    query = build.query(GET_DOCUMENTS_AND_ASSOCIATIONS, (asked,), return_type=LEAF_CLASS)
    found = doctor.search(query, **CARD).found

    assert [(entry.id, entry.status) for entry in found.entries] == [(old, DEPRECATED)]
    assert (REPLACES, new, old) in {(link.type, link.source, link.target) for link in found.associations}
    assert find(hospital, statuses=(DEPRECATED,)) == [old]


# -- what stays unseen -----------------------------------------------------------------------------------------------


def test_a_masked_document_leaves_no_trace_for_another_professional(hospital: Hospital, doctor: Hospital) -> None:
    masked = file(hospital, visibility=("MASQUE_PS",))
    other, asking = other_doctor(hospital.bench)
    documents = build.find_documents(patient=other.ins.cx(), statuses=[APPROVED])
    lots = build.find_submission_sets(patient=other.ins.cx())
    links = build.get_associations([masked])

    assert other.search(documents, **asking).found.entries == ()
    assert other.search(lots, **asking).found.sets == ()
    assert other.search(links, **asking).found.associations == ()

    assert len(doctor.search(documents, **CARD).found.entries) == 1
    assert len(doctor.search(lots, **CARD).found.sets) == 1
    assert len(doctor.search(links, **CARD).found.associations) == 1
    assert len(other.search(documents, purpose="bris_de_glace", **asking).found.entries) == 1


def test_the_signature_of_a_lot_leaves_no_trace(hospital: Hospital, doctor: Hospital) -> None:
    file(hospital)
    [lot] = doctor.search(build.find_submission_sets(patient=doctor.ins.cx()), **CARD).found.sets
    links = doctor.search(build.get_associations([lot.id]), **CARD).found.associations
    assert [link.type for link in links] == [HAS_MEMBER]


def test_the_objects_of_another_patient_are_not_found(hospital: Hospital, doctor: Hospital) -> None:
    theirs = file(hospital_of(hospital.bench, "PAT-02"))
    assert find(hospital) == []
    assert doctor.search(build.find_submission_sets(patient=doctor.ins.cx()), **CARD).found.sets == ()
    assert doctor.search(build.get_associations([theirs]), **CARD).found.associations == ()


def test_two_sessions_do_not_see_each_other(hospital: Hospital, tolerated: Hospital) -> None:
    one = file(hospital)
    assert find(tolerated) == []
    assert find(hospital) == [one]


def test_a_reset_empties_the_registry(hospital: Hospital) -> None:
    unique_id = hospital.lot(hospital.document())
    assert hospital.send(unique_id).errors == []
    hospital.bench.tell("POST", "reset")
    assert (find(hospital), hospital.bench.documents()) == ([], [])
    assert hospital.send(unique_id).errors == []
    assert len(find(hospital)) == 1
