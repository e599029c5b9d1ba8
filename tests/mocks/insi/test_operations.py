"""Searches by card, verifications one by one and in bulk, over real sockets."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from lxml import etree

from banc_fixtures.population import population
from banc_standards.ins import INS_NIR, Ins, StrictTraits
from banc_standards.insi import card, names, verification
from banc_standards.insi.verification import Verdict
from banc_standards.soap.names import SAML, WSA, WSSE

from .conftest import GP, NURSE, Bench, Got

HOLDER, TWIN, OTHER_TWIN = (population().patient(id) for id in ("PAT-05", "PAT-19", "PAT-20"))
PATIENT = population().patient("PAT-01")
FORMER = population().patient("PAT-17")


def common(bench: Bench, who: str = GP) -> dict[str, Any]:
    """What every right message of a card holder carries."""
    return {
        "message_id": str(uuid4()),
        "bam_id": str(uuid4()),
        "lps_id": str(uuid4()),
        "at": datetime.now(UTC),
        "sender": population().professional(who).idnat,
        "software": bench.software,
        "assertion": bench.signed(who),
    }


def number(patient: Any) -> str:
    assert patient.ins is not None
    return str(patient.ins.number)


def by_card(bench: Bench, **search: str) -> Got:
    return bench.post(card.card_request(card.CardSearch(**search), **common(bench)))


def verify(bench: Bench, ins: Ins, traits: StrictTraits) -> Got:
    body = verification.verification_body(ins, traits)
    return bench.post(verification.request(body, action=names.VERIFY_ACTION, **common(bench)))


def deposit(bench: Bench, *people: tuple[str, Ins, StrictTraits]) -> Got:
    body = verification.deposit_body(people)
    return bench.post(verification.request(body, action=names.DEPOSIT_ACTION, **common(bench)))


def retrieve(bench: Bench, ticket: str, who: str = GP) -> Got:
    body = verification.retrieval_body(ticket)
    return bench.post(verification.request(body, action=names.RETRIEVE_ACTION, **common(bench, who)))


def traits(patient: Any, **changed: str) -> StrictTraits:
    values = {name: getattr(patient.traits, name) for name in StrictTraits.__slots__}
    return StrictTraits(**(values | changed))


# WS_INS1


def test_a_card_with_the_beneficiary_s_own_number_finds_them(bench: Bench) -> None:
    got = by_card(bench, holder=number(PATIENT), number=number(PATIENT))

    assert got.answer.code == "00"
    assert got.answer.individual is not None
    assert got.answer.individual.traits == PATIENT.traits
    exchange = bench.last()
    assert (exchange["operation"], exchange["outcome"], exchange["findings"]) == ("insi.WS_INS1", "accepted", [])
    assert exchange["facts"]["ins"] == PATIENT.ins.value


@pytest.mark.parametrize(("child", "rank"), [(TWIN, "1"), (OTHER_TWIN, "2")], ids=["first twin", "second twin"])
def test_the_answer_is_the_child_s_and_never_the_holder_s(bench: Bench, child: Any, rank: str) -> None:
    born = child.traits
    got = by_card(bench, holder=number(HOLDER), birth_family=born.birth_family, birth_date=born.birth_date, rank=rank)

    assert got.answer.individual is not None
    assert got.answer.individual.active.ins == child.ins


def test_a_holder_is_found_by_their_own_card(bench: Bench) -> None:
    got = by_card(
        bench,
        holder=number(HOLDER),
        birth_family=HOLDER.birth_family,
        birth_date=HOLDER.birth_date,
        rank="1",
    )

    assert got.answer.individual is not None
    assert got.answer.individual.active.ins == HOLDER.ins


@pytest.mark.parametrize(
    "search",
    [
        {"holder": "2850635238999", "number": "2850635238999"},
        {"holder": "2850635238999", "birth_family": "NOISETIER", "birth_date": "2016-09-01"},
        {"holder": number(HOLDER), "birth_family": "NOISETIER", "birth_date": "2016-09-01", "rank": "3"},
        {"holder": number(HOLDER), "birth_family": "NOISETIER", "birth_date": "2016-09-02", "rank": "1"},
        {"holder": number(PATIENT), "birth_family": "NOISETIER", "birth_date": "2016-09-01", "rank": "1"},
    ],
)
def test_a_card_that_leads_to_nobody_answers_01(bench: Bench, search: dict[str, str]) -> None:
    assert by_card(bench, **search).answer.code == "01"


def test_a_fault_of_the_search_by_card_is_there_on_demand(bench: Bench) -> None:
    bench.arm("insi_101")

    got = by_card(bench, holder=number(PATIENT), number=number(PATIENT))

    assert (got.status, got.error.code, got.error.message_id) == (500, "insi_101", None)


def test_a_lie_reaches_the_search_by_card(bench: Bench) -> None:
    bench.arm("answer.code", sequence=[{"code": "02"}])

    assert by_card(bench, holder=number(PATIENT), number=number(PATIENT)).answer.code == "02"


@pytest.mark.parametrize("rank", ["1", "01", "+1", " 1 "])
def test_a_rank_is_a_number_however_it_is_written(bench: Bench, rank: str) -> None:
    named = {"birth_family": HOLDER.birth_family, "birth_date": HOLDER.birth_date}
    assert by_card(bench, holder=number(HOLDER), **named, rank=rank).answer.code == "00"


def with_card(bench: Bench, action: str, *assertions: etree._Element) -> Got:
    """A search by card whose Security holds those assertions."""
    search = card.CardSearch(holder=number(PATIENT), number=number(PATIENT))
    root = card.card_request(search, **(common(bench) | {"assertion": assertions[0]}))
    root.find(f".//{{{WSSE}}}Security").extend(assertions[1:])
    root.find(f".//{{{WSA}}}Action").text = action
    return bench.post(root)


def vitale(**attributes: str) -> etree._Element:
    return etree.Element(f"{{{SAML}}}Assertion", ID="_vitale", Version="2.0", **attributes)


def test_the_assertion_of_the_card_may_follow_that_of_the_professional(bench: Bench) -> None:
    assert with_card(bench, names.CARD_ACTION, bench.signed(), vitale()).answer.code == "00"
    assert bench.last()["findings"] == []
    assert bench.last()["facts"]["professional"] == population().professional(GP).idnat


def test_a_second_assertion_comes_in_no_other_place(bench: Bench) -> None:
    for action, assertions in (
        (names.CARD_ACTION, (vitale(), bench.signed())),
        (names.CARD_ACTION, (bench.signed(), vitale(), vitale())),
        (names.SEARCH_ACTION, (bench.signed(), vitale())),
    ):
        got = with_card(bench, action, *assertions)
        assert (got.status, got.error.code) == (500, "mock_assertion")


# WS_INS3


def test_a_held_identity_that_is_right_is_ok(bench: Bench) -> None:
    got = verify(bench, PATIENT.ins, PATIENT.traits)

    assert verification.verdict(got.message) == Verdict("00")
    assert b"<rep:LibelleCR>OK</rep:LibelleCR>" in got.body
    exchange = bench.last()
    assert (exchange["operation"], exchange["code"], exchange["findings"]) == ("insi.WS_INS3", "00", [])
    assert exchange["facts"]["ins"] == PATIENT.ins.value


@pytest.mark.parametrize(
    ("ins", "changed"),
    [
        (None, {"birth_family": "TILLEULS"}),
        (None, {"birth_givens": "ANNE MARIE"}),
        (None, {"sex": "M"}),
        (None, {"birth_date": "1980-05-15"}),
        (None, {"birth_place": "44109"}),
        (TWIN.ins, {}),
        (Ins(PATIENT.ins.value, INS_NIR), {}),
    ],
    ids=["name", "given names", "sex", "date", "place", "number", "OID"],
)
def test_whatever_differs_it_is_ko_and_nothing_is_disclosed(
    bench: Bench, ins: Ins | None, changed: dict[str, str]
) -> None:
    got = verify(bench, ins or PATIENT.ins, traits(PATIENT, **changed))

    assert verification.verdict(got.message) == Verdict("01")
    assert {etree.QName(element).localname for element in got.message.body.iter()} == {
        "Resultat",
        "CR",
        "CodeCR",
        "LibelleCR",
    }


def test_given_names_sent_one_by_one_agree_from_the_start_of_the_list(bench: Bench) -> None:
    patient = population().patient("PAT-02")
    message = verification.request(
        verification.verification_body(patient.ins, patient.traits), action=names.VERIFY_ACTION, **common(bench)
    )
    given = next(message.iter("{*}ListePrenom"))
    given.tag = given.tag.replace("ListePrenom", "Prenom")
    given.text = patient.first_given

    assert verification.verdict(bench.post(message).message) == Verdict("00")


@pytest.mark.parametrize(("given", "code"), [(PATIENT.first_given, "00"), ("ZOE", "01")])
def test_both_given_names_and_their_list_are_compared(bench: Bench, given: str, code: str) -> None:
    message = verification.request(
        verification.verification_body(PATIENT.ins, PATIENT.traits), action=names.VERIFY_ACTION, **common(bench)
    )
    listed = next(message.iter("{*}ListePrenom"))
    first = etree.Element(listed.tag.replace("ListePrenom", "Prenom"))
    first.text = given
    listed.addprevious(first)

    assert verification.verdict(bench.post(message).message) == Verdict(code)


def test_a_number_that_is_none_is_ko_and_told(bench: Bench) -> None:
    got = verify(bench, Ins("999999999999901", PATIENT.ins.oid), PATIENT.traits)

    assert verification.verdict(got.message) == Verdict("01")
    assert bench.findings() == {"INSI-VER-005": "warning"}


def test_an_ins_of_the_history_is_ko_unless_a_switch_says_otherwise(bench: Bench) -> None:
    former = FORMER.historical[0].ins

    assert verification.verdict(verify(bench, former, FORMER.traits).message) == Verdict("01")

    bench.switch(verify_historical="ok")
    assert verification.verdict(verify(bench, former, FORMER.traits).message) == Verdict("00")


def test_the_verdict_and_the_faults_are_at_the_tester_s_hand(bench: Bench) -> None:
    bench.arm("answer.code", sequence=[{"code": "01"}])
    assert verification.verdict(verify(bench, PATIENT.ins, PATIENT.traits).message) == Verdict("01")

    bench.arm("desir_1020")
    assert verify(bench, PATIENT.ins, PATIENT.traits).error.code == "desir_1020"


def test_every_spelling_of_an_answer_reaches_a_verification(bench: Bench) -> None:
    for variant in ("plain", "env", "S", "cnda"):
        bench.switch(variant=variant)
        assert verification.verdict(verify(bench, PATIENT.ins, PATIENT.traits).message) == Verdict("00")


# WS_INS4 and WS_INS5


def deposited(bench: Bench) -> str:
    people = [("a", PATIENT.ins, PATIENT.traits), ("b", PATIENT.ins, TWIN.traits)]
    got = deposit(bench, *people)
    assert b"<rep:NombreAcceptes>2</rep:NombreAcceptes>" in got.body
    return verification.ticket(got.message)


def test_a_deposit_is_told_when_it_is_ready_then_forgotten(bench: Bench) -> None:
    ticket = deposited(bench)

    assert verification.verdicts(retrieve(bench, ticket).message) is None
    assert bench.last()["code"] == "EN_COURS"

    bench.tell("PUT", "clock", {"offset_s": 61})
    assert verification.verdicts(retrieve(bench, ticket).message) == (Verdict("00", "a"), Verdict("01", "b"))
    assert (bench.last()["operation"], bench.last()["code"]) == ("insi.WS_INS5", "TERMINE")

    bench.tell("PUT", "clock", {"offset_s": 0})
    bench.switch(bulk_delay_s=0, bulk_kept_s=0)
    assert retrieve(bench, deposited(bench)).error.code == "mock_ticket"


def test_a_ticket_is_its_depositor_s_alone(bench: Bench) -> None:
    bench.switch(bulk_delay_s=0)
    ticket = deposited(bench)

    assert retrieve(bench, ticket, NURSE).error.code == "mock_ticket"
    assert (bench.last()["outcome"], bench.findings()) == ("refused", {"INSI-BULK-007": "error"})
    assert retrieve(bench, str(uuid4())).error.code == "mock_ticket"
    assert verification.verdicts(retrieve(bench, ticket.upper()).message) is not None
    assert verification.verdicts(retrieve(bench, ticket).message) is not None


def test_a_deposit_is_bounded(bench: Bench) -> None:
    bench.switch(bulk_most=1)

    got = deposit(bench, *[(id, PATIENT.ins, PATIENT.traits) for id in "ab"])

    assert got.error.code == "mock_corps"
    assert "INSI-BULK-002" in bench.findings()


@pytest.mark.parametrize(("cn", "code"), [("INSI-AUTO", None), ("INSI-MANU", "mock_droits")])
def test_a_structure_verifies_in_bulk_as_an_automaton(bench: Bench, cn: str, code: str | None) -> None:
    values = common(bench) | {"assertion": None, "sender": population().structure("S01").struct_idnat}
    body = verification.deposit_body([("a", PATIENT.ins, PATIENT.traits)])
    got = bench.post_mutual(verification.request(body, action=names.DEPOSIT_ACTION, **values), cn=cn)

    if code is None:
        assert verification.ticket(got.message)
    else:
        assert got.error.code == code


def test_a_pro_sante_connect_user_does_not_verify_in_bulk(bench: Bench) -> None:
    values = common(bench) | {"assertion": bench.assertion(psc=True)}
    body = verification.deposit_body([("a", PATIENT.ins, PATIENT.traits)])
    message = verification.request(body, action=names.DEPOSIT_ACTION, **values)

    assert bench.post(message, headers={"Authorization": "Bearer a.b.c"}).error.code == "mock_droits"
    assert bench.findings() == {"INSI-BULK-006": "error"}
