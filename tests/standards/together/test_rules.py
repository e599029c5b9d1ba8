"""One sending told by six artefacts: the same facts break nothing, and each fact changed in one is seen by its rule."""

from __future__ import annotations

from dataclasses import replace

import pytest

from banc_standards.cda.build import discharge_letter
from banc_standards.cda.read import read as read_cda
from banc_standards.together.facts import Facts, of_document, of_submission
from banc_standards.together.rules import RULES, TogetherSubject
from banc_standards.xds.build import author_of, entry_from_cda
from banc_standards.xds.model import Submission, SubmissionSet

from ..letters import doctor, letter

CDA = discharge_letter(letter())
ENTRY = replace(entry_from_cda(CDA), hash=None)
LOT = SubmissionSet(id="Lot01", patient_id=ENTRY.patient_id, authors=(author_of(doctor()),))
ALL = (
    *of_document(CDA, "lettre.xml", "lettre.xml"),
    *of_submission(Submission(set=LOT, entries=(ENTRY,)), {ENTRY.id: CDA}, "td21.mime", "td21.mime"),
)
ID = read_cda(CDA).id.root


def said(kind, where, document=None, **values):
    told = {name: frozenset({value} if isinstance(value, str) else value) for name, value in values.items()}
    return Facts(where, where, kind, told, document)


DOCUMENT = next(one for one in ALL if one.kind == "cda")
INS = next(iter(DOCUMENT.says("ins")))
AUTHOR = next(iter(DOCUMENT.says("author")))
STRUCTURE = next(iter(DOCUMENT.says("structure")))
TOKEN = said(
    "vihf",
    "token.xml",
    ins=INS,
    direct_holder=AUTHOR,
    token_structure=STRUCTURE,
    token_sector=DOCUMENT.says("sector"),
    token_role=DOCUMENT.says("role"),
)
TOKEN = replace(
    TOKEN, values={**TOKEN.values, "token_role": frozenset(x.removeprefix("G15_") for x in DOCUMENT.says("role"))}
)
MAIL = said("mail", "a.eml", matricule=INS.partition(" ")[0], types=DOCUMENT.says("type"))
MESSAGE = said("hl7v2", "a.hl7", ins=INS, sender=AUTHOR, sender_structure=STRUCTURE)
OBX = said("hl7v2", "a.hl7/OBX[1]-5", ID, type=DOCUMENT.says("type"))
SENT = (*ALL, TOKEN, MAIL, MESSAGE, OBX)
EQUAL = {
    "001": "ins",
    "003": "birth_name",
    "004": "birth_givens",
    "005": "first_given",
    "006": "sex",
    "007": "birth_date",
    "008": "birth_place",
    "010": "author",
    "011": "role",
    "012": "structure",
    "013": "sector",
    "014": "setting",
    "015": "signer",
    "020": "id",
    "021": "type",
    "022": "confidentiality",
    "023": "masks",
    "024": "created",
    "025": "begins",
    "026": "ends",
    "027": "title",
    "028": "language",
    "029": "class",
    "030": "format",
    "032": "replaced",
    "033": "bytes",
}
OTHERS = {
    "002": said("hl7v2", "b.hl7", local="AUTRE (1.2.3)"),
    "009": said("mail", "b.eml", matricule="180032B02040123"),
    "016": said("hl7v2", "b.hl7", sender="899900099999"),
    "017": said("hl7v2", "b.hl7", sender_structure="1990099999"),
    "018": said("vihf", "b.xml", direct_holder="899900099999"),
    "019": said("vihf", "b.xml", token_structure="1990099999"),
    "034": said("vihf", "b.xml", token_sector="SA33"),
    "035": said("vihf", "b.xml", direct_holder=AUTHOR, token_role="60"),
    "036": said("mail", "b.eml", types="11502-2"),
    "037": said("hl7v2", "b.hl7/OBX[1]-5", ID, action="D", type=DOCUMENT.says("type")),
}


def found(facts) -> set[str]:
    return {rule.id for rule in RULES for _ in rule.check(TogetherSubject(tuple(facts)))}


def test_one_sending_told_by_all_breaks_nothing():
    assert found(SENT) == set()


@pytest.mark.parametrize("number", EQUAL)
def test_a_fact_that_two_artefacts_tell_otherwise_is_seen_by_its_rule(number):
    datum = EQUAL[number]
    told = replace(DOCUMENT, values={**DOCUMENT.values, datum: DOCUMENT.says(datum) or frozenset({"un"})})
    other = said("xds", "autre.xml", DOCUMENT.document, **{datum: "autre"})
    assert f"TOG-{number}" in found([told, other])


@pytest.mark.parametrize("number", OTHERS)
def test_what_is_not_simply_equal_is_seen_by_its_rule(number):
    assert f"TOG-{number}" in found([*SENT, OTHERS[number]])


def test_two_documents_of_one_sending_are_not_mixed_up():
    second = discharge_letter(letter(id="1.2.250.1.213.99.77", reason="Autre motif"))
    both = [*SENT, *of_document(second, "autre.xml", "lettre.xml")]
    assert found(both) == set()


def test_every_rule_has_its_case():
    assert {f"TOG-{number}" for number in (*EQUAL, *OTHERS)} == {rule.id for rule in RULES}
