"""Each rule of INSi's answers and faults lets the right one pass and finds its own break."""

from __future__ import annotations

import pytest

from banc_standards.ins import INS_TEST, Ins, StrictTraits
from banc_standards.insi import build
from banc_standards.insi.answer_rules import RULES
from banc_standards.insi.faults import DESIR_550
from banc_standards.insi.model import Answer, Individual, InsRecord
from banc_standards.insi.read import answer
from banc_standards.soap.build import serialize
from banc_standards.soap.read import read

INS = Ins("279035121518989", INS_TEST)
PERSON = Individual(
    InsRecord(INS),
    StrictTraits(
        birth_family="PAT-TROIS", birth_givens="DOMINIQUE", sex="F", birth_date="1979-03-28", birth_place="51215"
    ),
    (InsRecord(INS, "2010-01-01", "2012-01-01"),),
)
FOUND = serialize(build.answer(Answer("00", "OK", PERSON)))
NONE = serialize(build.answer(Answer("01", "Aucune identite trouvee")))
FAULT = serialize(build.fault(DESIR_550, message_id="uuid:1"))
BROKEN = {
    "INSI-ANS-001": FOUND.replace(b"RESULTAT", b"AUTRE"),
    "INSI-ANS-002": FOUND.replace(b">00<", b">07<"),
    "INSI-ANS-003": FOUND.replace(b">00<", b">01<"),
    "INSI-ANS-004": FOUND.replace(b"TIQ>", b"TRAITS>"),
    "INSI-ANS-005": FOUND.replace(INS_TEST.encode(), b"1.2.3"),
    "INSI-ANS-006": FOUND.replace(b">89<", b">88<"),
    "INSI-ANS-007": FOUND.replace(b">F<", b">X<"),
    "INSI-ANS-008": FOUND.replace(b"2012-01-01", b"2009-01-01"),
    "INSI-FLT-001": FAULT.replace(b'code="desir_550"', b""),
    "INSI-FLT-002": FAULT.replace(b'severite="erreur"', b'severite="fatal"'),
    "INSI-FLT-003": FAULT.replace(b"siram_100", b"autre"),
}


def found(data: bytes) -> set[str]:
    message = read(data)
    return {rule.id for rule in RULES for _ in rule.check(message)}


@pytest.mark.parametrize("data", [FOUND, NONE, FAULT])
def test_a_right_answer_breaks_nothing(data):
    assert found(data) == set()


@pytest.mark.parametrize("rule", BROKEN)
def test_a_rule_finds_its_own_break(rule):
    assert BROKEN[rule] not in (FOUND, FAULT)
    assert rule in found(BROKEN[rule])


@pytest.mark.parametrize("number", ["9790351215189", "0790351215189", "27903A1215189"])
def test_a_number_that_no_key_fits_has_none_to_compare(number):
    assert "INSI-ANS-006" not in found(FOUND.replace(b"2790351215189", number.encode()))


def test_a_comment_cuts_no_text_of_an_answer():
    cut = FOUND.replace(b"2790351215189", b"279035<!-- coupe -->1215189").replace(b">00<", b"><!-- -->00<")
    assert found(cut) == set()
    assert answer(read(cut)) == answer(read(FOUND))


def test_every_rule_has_its_case():
    assert set(BROKEN) == {rule.id for rule in RULES}
