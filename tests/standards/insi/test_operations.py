"""Searches by card and verifications: what a client writes is read back, and each rule finds its own break."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from lxml import etree

from banc_standards.ins import INS_TEST, Ins, StrictTraits
from banc_standards.insi import build, card, names, read, verification
from banc_standards.insi.card_rules import CARD_RULES
from banc_standards.insi.rules import RULES
from banc_standards.insi.subject import InsiSubject
from banc_standards.insi.verification import Held, Verdict
from banc_standards.insi.verification_rules import RULES as VERIFICATION_RULES
from banc_standards.rules import judge
from banc_standards.soap import read as soap
from banc_standards.soap.build import serialize
from banc_standards.soap.names import WSSE

from .test_rules import IDNAT, IDS, MANU, NOW, PS, SOFTWARE, certificate
from .test_rules import card as search_by_traits

INS = Ins.of("2850635238908", INS_TEST)
TRAITS = StrictTraits("D'AUBEPINE", "MARIE ANGE", "F", "1985-06-30", "35238")
TICKET = IDS[2]
CARD = card.CardSearch("2850635238908", "", "NOISETIER", "2016-09-01", "2")
Edit = Callable[[etree._Element], Any]
COMMON = {
    "message_id": IDS[0],
    "bam_id": IDS[1],
    "lps_id": IDS[2],
    "at": NOW,
    "sender": IDNAT,
    "software": SOFTWARE,
}


def subject(message: etree._Element, edit: Edit | None = None) -> InsiSubject:
    """A card holder's call of that message, ``edit``ed."""
    if edit is not None:
        edit(message)
    etree.SubElement(message[0], f"{{{WSSE}}}Security").append(build.ps_assertion(PS))
    return replace(search_by_traits(), request=read.request(soap.read(serialize(message))))


def by_card(edit: Edit | None = None, search: card.CardSearch = CARD) -> InsiSubject:
    return subject(card.card_request(search, **COMMON), edit)


def verified(edit: Edit | None = None, ins: Ins = INS, traits: StrictTraits = TRAITS) -> InsiSubject:
    body = verification.verification_body(ins, traits)
    return subject(verification.request(body, action=names.VERIFY_ACTION, **COMMON), edit)


def deposited(edit: Edit | None = None, *ids: str) -> InsiSubject:
    body = verification.deposit_body([(id, INS, TRAITS) for id in ids or ("a", "b")])
    return subject(verification.request(body, action=names.DEPOSIT_ACTION, **COMMON), edit)


def retrieved(edit: Edit | None = None, ticket: str = TICKET) -> InsiSubject:
    body = verification.retrieval_body(ticket)
    return subject(verification.request(body, action=names.RETRIEVE_ACTION, **COMMON), edit)


def body(root: etree._Element) -> etree._Element:
    return root[1][0]


def other_body(root: etree._Element) -> None:
    body(root).tag = "autre"


def drop(name: str) -> Edit:
    def edit(root: etree._Element) -> None:
        for element in list(root[1].iter(f"{{*}}{name}")):
            element.getparent().remove(element)

    return edit


def swap(name: str) -> Edit:
    """Puts the second child of an element first."""

    def edit(root: etree._Element) -> None:
        parent = next(root[1].iter(f"{{*}}{name}"))
        parent.insert(0, parent[1])

    return edit


def twice_in(name: str, inner: str, text: str) -> Edit:
    """Adds one more child of that name to an element."""

    def edit(root: etree._Element) -> None:
        parent = next(root[1].iter(f"{{*}}{name}"))
        etree.SubElement(parent, f"{{{etree.QName(parent).namespace}}}{inner}").text = text

    return edit


def numbered(number: str) -> Callable[[], InsiSubject]:
    return lambda: verified(ins=Ins(f"{number}01", INS_TEST))


PSC = replace(PS, qualifier="PSC")
BROKEN: dict[str, Callable[[], InsiSubject]] = {
    "INSI-CARD-001": lambda: by_card(other_body),
    "INSI-CARD-002": lambda: by_card(swap("RECVITALE")),
    "INSI-CARD-003": lambda: by_card(search=replace(CARD, holder="285063523890")),
    "INSI-CARD-004": lambda: by_card(search=replace(CARD, birth_family="")),
    "INSI-CARD-005": lambda: by_card(lambda root: root[0].find(".//{*}ASSURE/{*}Id/{*}Num").__setattr__("text", "1")),
    "INSI-CARD-006": lambda: by_card(twice_in("MatriculeOD", "Cle", "00")),
    "INSI-VER-001": lambda: verified(other_body),
    "INSI-VER-002": lambda: verified(drop("IndividuVerifie")),
    "INSI-VER-003": lambda: verified(swap("TraitsIdentiteIndividu")),
    "INSI-VER-004": lambda: verified(ins=Ins("28506352389", "x")),
    "INSI-VER-005": lambda: verified(ins=Ins("285063523890800", INS_TEST)),
    "INSI-VER-006": lambda: verified(traits=replace(TRAITS, sex="I")),
    "INSI-VER-007": lambda: verified(traits=replace(TRAITS, birth_family="D’AUBÉPINE")),
    "INSI-BULK-001": lambda: deposited(other_body),
    "INSI-BULK-002": lambda: replace(deposited(), most_in_bulk=1),
    "INSI-BULK-003": lambda: deposited(None, "a", "a"),
    "INSI-BULK-004": lambda: retrieved(ticket="42"),
    "INSI-BULK-005": lambda: replace(retrieved(), mutual_tls=True, certificate=MANU),
    "INSI-BULK-006": lambda: replace(deposited(), assertion=read.assertion(build.ps_assertion(PSC), signed=False)),
    "INSI-BULK-007": lambda: replace(retrieved(), ticket_known=False),
}


@pytest.mark.parametrize("right", [by_card, verified, deposited, retrieved], ids=lambda make: make.__name__)
def test_a_right_request_breaks_nothing(right: Callable[[], InsiSubject]) -> None:
    assert judge(RULES, right()) == []


def test_an_automaton_verifies_in_bulk() -> None:
    automaton = replace(retrieved(), mutual_tls=True, certificate=certificate("INSI-AUTO"))
    assert judge(VERIFICATION_RULES, automaton) == []


@pytest.mark.parametrize("rule", [*CARD_RULES, *VERIFICATION_RULES], ids=lambda rule: rule.id)
def test_each_rule_finds_its_break_and_says_it_twice(rule) -> None:
    found = list(rule.judge(BROKEN[rule.id]()))
    assert found
    assert found[0].location
    assert found[0].found or found[0].expected
    assert rule.text.fr != rule.text.en
    assert rule.fix.fr != rule.fix.en


@pytest.mark.parametrize(
    ("broken", "rule_id"),
    [
        (lambda: by_card(lambda root: root[1].append(etree.Element("autre"))), "INSI-CARD-001"),
        (lambda: by_card(lambda root: etree.SubElement(body(root), "Surnom")), "INSI-CARD-002"),
        (lambda: by_card(search=card.CardSearch("")), "INSI-CARD-003"),
        (lambda: by_card(search=replace(CARD, rank="0")), "INSI-CARD-004"),
        (lambda: by_card(search=replace(CARD, birth_date="2016")), "INSI-CARD-004"),
        (lambda: verified(drop("INSFourni")), "INSI-VER-003"),
        (lambda: verified(lambda root: etree.SubElement(body(root)[0][1], "Surnom")), "INSI-VER-003"),
        (lambda: verified(drop("ListePrenom")), "INSI-VER-006"),
        (lambda: verified(drop("NomNaissance")), "INSI-VER-006"),
        (lambda: verified(traits=replace(TRAITS, birth_date="30/06/1985")), "INSI-VER-006"),
        (lambda: verified(traits=replace(TRAITS, birth_place="RENNES")), "INSI-VER-006"),
        (lambda: verified(traits=replace(TRAITS, birth_givens="Marie")), "INSI-VER-007"),
        (lambda: by_card(twice_in("MatriculeOD", "NumIdentifiant", "1")), "INSI-CARD-002"),
        (lambda: by_card(twice_in("MatriculeOD", "Surnom", "1")), "INSI-CARD-002"),
        (lambda: by_card(twice_in("NomNaissance", "b", "X")), "INSI-CARD-002"),
        (lambda: by_card(search=replace(CARD, holder="٢٨٥٠٦٣٥٢٣٨٩٠٨")), "INSI-CARD-003"),
        (lambda: verified(twice_in("TraitsIdentiteIndividu", "LieuNaissance", "35238")), "INSI-VER-003"),
        (lambda: verified(twice_in("INSFourni", "OID", "1.2.3")), "INSI-VER-003"),
        (lambda: verified(twice_in("IdIndividu", "Cle", "01")), "INSI-VER-003"),
        (lambda: verified(twice_in("IdIndividu", "Surnom", "01")), "INSI-VER-003"),
        (lambda: verified(twice_in("Sexe", "b", "")), "INSI-VER-003"),
        (lambda: verified(twice_in("VERIFICATION", "Autre", "")), "INSI-VER-003"),
        (numbered("9999999999999"), "INSI-VER-005"),
        (numbered("123456A890123"), "INSI-VER-005"),
        (numbered("٢٨٥٠٦٣٥٢٣٨٩٠٨"), "INSI-VER-004"),
        (lambda: verified(twice_in("TraitsIdentiteIndividu", "Prenom", "")), "INSI-VER-006"),
        (lambda: deposited(drop("IndividuVerifie")), "INSI-BULK-002"),
        (lambda: deposited(drop("Identifiant")), "INSI-BULK-003"),
        (lambda: deposited(drop("OID")), "INSI-VER-004"),
        (lambda: retrieved(drop("Ticket")), "INSI-BULK-004"),
    ],
)
def test_other_ways_to_break_a_rule(broken: Callable[[], InsiSubject], rule_id: str) -> None:
    assert rule_id in {finding.rule for finding in judge(RULES, broken())}


def test_the_search_of_a_card_is_read_as_it_was_written() -> None:
    request = by_card().request
    assert request.operation == "WS_INS1"
    assert card.searched(request.message) == CARD
    assert card.covered(request.message) == (CARD.holder, "")


def test_an_identity_to_verify_is_read_as_it_was_written() -> None:
    (held,) = verification.held(verified().request.message)
    assert isinstance(held, Held)
    assert (held.number + held.key, held.oid) == (INS.value, INS.oid)
    assert (held.birth_family, held.given_list, held.sex) == (TRAITS.birth_family, TRAITS.birth_givens, TRAITS.sex)
    assert (held.birth_date, held.birth_place, held.id) == (TRAITS.birth_date, TRAITS.birth_place, "")
    assert [one.id for one in verification.held(deposited().request.message)] == ["a", "b"]
    assert verification.ticket(retrieved().request.message) == TICKET
    assert verification.held(retrieved().request.message) == ()


def test_a_client_reads_the_verdicts() -> None:
    def answered(content: etree._Element) -> soap.Message:
        from banc_standards.insi.build import answer_with

        return soap.read(serialize(answer_with(content)))

    ko = answered(verification.verdict_body(Verdict("01")))
    assert verification.verdict(ko) == Verdict("01")
    assert Verdict("01").label == "KO"
    assert verification.ticket(answered(verification.deposited_body(TICKET, 2))) == TICKET
    pending, done = (
        answered(verification.retrieved_body(some)) for some in (None, [Verdict("00", "a"), Verdict("01", "b")])
    )
    assert verification.verdicts(pending) is None
    assert verification.verdicts(done) == (Verdict("00", "a"), Verdict("01", "b"))
    assert verification.verdict(done) is None
    assert verification.verdicts(ko) is None
