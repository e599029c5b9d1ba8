"""What partners receive of an identity, and that they are told when it falls: over traces made by hand."""

from __future__ import annotations

from typing import Any

import pytest

from banc_harness.checks import vigilance, vigilance_partners
from banc_standards.ins import INS_NIR, Ins

from .identities import document, mailed, verdict
from .test_vigilance import INS, KEPT, NOTHING, TRAITS, TYPED, acted, asked, qualification

__all__ = ["asked"]
EDITED = acted("patient.create", "e", NOTHING | {"ins_status": "PROV"}, patient=TYPED | {"sex": "M"}, edit=True)
QUALIFIED = qualification(KEPT | {"ins_status": "QUAL"}, "CNI")
ASKED_AGAIN = acted("document.replace", "e")


@pytest.mark.parametrize(
    ("later", "wanted"),
    [
        (document("2.999.2", None, replaces="2.999.1"), "CONFORME"),
        (document("2.999.2", INS, replaces="2.999.1"), "NON_CONFORME"),
        (document("2.999.2", None), "NON_CONFORME"),
    ],
)
def test_the_recipient_of_a_document_gets_it_again_without_ins(
    asked: Any, exchange: Any, later: Any, wanted: str
) -> None:
    exchanges = [asked("00"), mailed(exchange, "s", document("2.999.1", INS)), mailed(exchange, "e", later)]
    acts = [*QUALIFIED, EDITED, ASKED_AGAIN]
    assert verdict(vigilance_partners.partners_are_told, "INS.25", acts, exchanges) == wanted
    leaves = "NON_CONFORME" if later.patient.ins else "CONFORME"
    assert verdict(vigilance.leaves_only_qualified, "INS.25", acts, exchanges) == leaves


def test_another_recipient_does_not_stand_for_the_first(asked: Any, exchange: Any) -> None:
    acts = [*QUALIFIED, EDITED, ASKED_AGAIN]
    exchanges = [asked("00"), mailed(exchange, "s", document("2.999.1", INS))]
    exchanges.append(mailed(exchange, "e", document("2.999.2", None, replaces="2.999.1"), to="nurse@a.fr"))
    assert verdict(vigilance_partners.partners_are_told, "INS.25", acts, exchanges) == "NON_CONFORME"


def test_an_identity_that_stays_qualified_calls_for_nothing(asked: Any, exchange: Any) -> None:
    exchanges = [asked("00"), mailed(exchange, "s", document("2.999.1", INS))]
    assert verdict(vigilance_partners.partners_are_told, "INS.25", QUALIFIED, exchanges) == "CONFORME"


def test_silence_is_found_although_nothing_crossed_the_wire_since(asked: Any, exchange: Any) -> None:
    exchanges = [asked("00"), mailed(exchange, "s", document("2.999.1", INS))]
    acts = [*QUALIFIED, EDITED]
    assert verdict(vigilance_partners.partners_are_told, "INS.25", acts, exchanges) == "NON_CONFORME"


SAID = {
    "birth_family": "Tilleul",
    "birth_givens": TRAITS.birth_givens,
    "sex": TRAITS.sex,
    "birth_time": TRAITS.birth_date.replace("-", ""),
}


@pytest.mark.parametrize(
    ("oid", "changed", "wanted"),
    [
        (INS.oid, {}, "CONFORME"),
        (INS_NIR, {}, "NON_CONFORME"),
        (INS.oid, {"birth_givens": "LISE"}, "NON_CONFORME"),
        (INS.oid, {"birth_time": "19800515"}, "NON_CONFORME"),
    ],
)
def test_what_leaves_is_what_insi_answered(
    asked: Any, exchange: Any, oid: str, changed: dict[str, str], wanted: str
) -> None:
    sent = mailed(exchange, "s", document("2.999.1", Ins(INS.value, oid), **(SAID | changed)))
    found = asked("00")
    after = mailed(exchange, "s", document("2.999.1", Ins(INS.value, oid), **(SAID | changed)))
    assert sent.seq < found.seq < after.seq
    assert verdict(vigilance.kept_as_answered, "INS.25", QUALIFIED, [sent, found]) == "CONFORME"
    assert verdict(vigilance.kept_as_answered, "INS.25", QUALIFIED, [found, after]) == wanted
