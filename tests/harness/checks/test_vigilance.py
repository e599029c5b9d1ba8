"""Each check of identity vigilance over traces made by hand: one that passes, one for each reason to fail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from banc_fixtures.population import population
from banc_harness.checks import vigilance
from banc_harness.checks.lives import moments
from banc_harness.judging import judge
from banc_harness.trace import Acted, Exchange, Trace
from banc_standards.ins import Ins, StrictTraits
from banc_standards.insi import build, names, verification
from banc_standards.insi.model import Answer, Individual, InsRecord, Search, Software
from banc_standards.soap.build import serialize

Exchanges = Callable[..., Exchange]
ANNE = population().patient("PAT-01")
TRAITS = ANNE.traits
TYPED = {name: getattr(TRAITS, name) for name in StrictTraits.__slots__} | {"local_id": "A", "first_given": "ANNE"}
FIRST = Search(TRAITS.birth_family, (TRAITS.birth_givens.split()[0],), TRAITS.sex, TRAITS.birth_date)
assert ANNE.ins is not None
INS: Ins = ANNE.ins
FORMER = Ins.of("1" + INS.number[1:], INS.oid)
KEPT = {"ins": INS.value, "ins_oid": INS.oid, "historical": [], **TYPED}
NOTHING = {"ins": None, "ins_oid": None, "historical": [], **TYPED}
LPS = Software("dossier-plus", "1", "IDAM")


def acted(action: str, step: str, told: dict[str, Any] | None = None, **asked: Any) -> Acted:
    output = {} if told is None else {"patient": told}
    shown = asked.pop("shown", ())
    return Acted(step, action, "done", {"patient": TYPED} | asked, output, shown)


@pytest.fixture
def asked(exchange: Exchanges) -> Callable[..., Exchange]:
    """One search and its answer: ``code`` 00 finds Anne, as she is or with ``traits`` and ``former`` INS."""

    def make(
        code: str, step: str = "s", search: Search = FIRST, traits: StrictTraits = TRAITS, former: tuple[Ins, ...] = ()
    ) -> Exchange:
        request = build.search_request(
            search,
            message_id=str(uuid4()),
            bam_id=str(uuid4()),
            lps_id=str(uuid4()),
            at=datetime(2026, 11, 22, tzinfo=UTC),
            sender="899900000011",
            software=LPS,
            assertion=None,
        )
        person = Individual(InsRecord(INS), traits, tuple(InsRecord(one) for one in former))
        found = Answer(code, names.LABELS.get(code, ""), person if code == "00" else None)
        answered = serialize(build.answer(found)) if code in names.LABELS else b"<fault/>"
        return exchange(
            "insi.WS_INS2",
            sent=serialize(request),
            sent_as="application/soap+xml",
            answered=answered,
            claimed_by=step,
            code=code,
        )

    return make


def verdict(check: Any, scenario: str, acts: list[Acted], exchanges: list[Exchange]) -> str:
    said = judge(check, Trace(scenario, exchanges=tuple(exchanges), acts=tuple(acts)))
    assert said is not None
    return f"{said.verdict} {said.crash}".strip()


def qualification(told: dict[str, Any], papers: str | None = None, **more: Any) -> list[Acted]:
    return [
        acted("patient.create", "s", NOTHING | {"ins_status": "PROV"}),
        acted("patient.qualify", "s", told, identity_document=papers, **more),
    ]


@pytest.mark.parametrize(
    ("code", "papers", "status"),
    [("00", None, "RECUP"), ("00", "CNI", "QUAL"), ("01", None, "PROV"), ("01", "CNI", "VALI"), ("02", "CNI", "VALI")],
)
def test_the_status_follows_papers_and_answer(asked: Any, code: str, papers: str | None, status: str) -> None:
    for told in ("PROV", "RECUP", "VALI", "QUAL"):
        seen = verdict(
            vigilance.status_follows, "INS.21", qualification(KEPT | {"ins_status": told}, papers), [asked(code)]
        )
        assert seen == ("CONFORME" if told == status else "NON_CONFORME")


@pytest.mark.parametrize(
    ("told", "called", "wanted"),
    [
        (NOTHING | {"ins_status": "PROV"}, False, "CONFORME"),
        (NOTHING | {"ins_status": "PROV"}, True, "NON_CONFORME"),
        (NOTHING | {"ins_status": "VALI"}, False, "NON_CONFORME"),
        (KEPT | {"ins_status": "PROV"}, False, "NON_CONFORME"),
    ],
)
def test_a_doubtful_identity_is_blocked(asked: Any, told: dict[str, Any], called: bool, wanted: str) -> None:
    acts = [
        acted("patient.create", "s", NOTHING | {"ins_status": "PROV"}, attributes=["DOUT"]),
        acted("patient.qualify", "s", told, identity_document="CNI"),
    ]
    assert verdict(vigilance.doubtful_is_blocked, "INS.22", acts, [asked("00")] if called else []) == wanted


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        (NOTHING | {"ins_status": "PROV"}, "CONFORME"),
        (NOTHING | {"ins_status": "VALI"}, "CONFORME"),
        (NOTHING | {"ins_status": "QUAL"}, "NON_CONFORME"),
        (KEPT | {"ins_status": "PROV"}, "NON_CONFORME"),
    ],
)
def test_an_edit_downgrades_and_what_leaves_follows(
    asked: Any, exchange: Exchanges, told: dict[str, Any], wanted: str
) -> None:
    changed = TYPED | {"birth_family": "PEUPLIER"}
    acts = [
        *qualification(KEPT | {"ins_status": "QUAL"}, "CNI"),
        acted("patient.create", "e", told, patient=changed, edit=True),
        acted("document.send", "e"),
    ]
    assert verdict(vigilance.edit_downgrades, "INS.23", acts, [asked("00")]) == wanted
    leaving = exchange("dmp.TD2.1", claimed_by="e", facts={"ins": INS.value})
    assert verdict(vigilance.leaves_only_qualified, "INS.23", acts, [asked("00"), leaving]) == "NON_CONFORME"
    assert verdict(vigilance.leaves_only_qualified, "INS.23", acts, [asked("00")]) == "CONFORME"


@pytest.mark.parametrize(
    ("code", "told", "wanted"),
    [
        ("00", KEPT | {"ins_status": "QUAL"}, "CONFORME"),
        ("00", NOTHING | {"ins_status": "PROV"}, "NON_CONFORME"),
        ("01", NOTHING | {"ins_status": "PROV"}, "CONFORME"),
        ("01", KEPT | {"ins_status": "QUAL"}, "NON_CONFORME"),
        ("01", KEPT | {"ins_status": "PROV"}, "NON_CONFORME"),
    ],
)
def test_a_verification_decides(asked: Any, exchange: Exchanges, code: str, told: dict[str, Any], wanted: str) -> None:
    acts = [*qualification(KEPT | {"ins_status": "QUAL"}, "CNI"), acted("identity.verify", "v", told)]
    body = serialize(verification.verdict_body(verification.Verdict(code)))
    call = exchange("insi.WS_INS3", answered=body, claimed_by="v", code=code)
    assert verdict(vigilance.failed_verification, "INS.24", acts, [asked("00"), call]) == wanted


@pytest.mark.parametrize("lost", [{"birth_date": "1980-05-00"}, {"birth_date": "1980-00-14"}, {"sex": ""}])
def test_an_incomplete_identity_is_left(asked: Any, lost: dict[str, str]) -> None:
    traits = StrictTraits(**({name: getattr(TRAITS, name) for name in StrictTraits.__slots__} | lost))
    for told, wanted in (
        (NOTHING | {"ins_status": "PROV"}, "CONFORME"),
        (KEPT | {"ins_status": "RECUP"}, "NON_CONFORME"),
        (KEPT | {"ins_status": "PROV"}, "NON_CONFORME"),
    ):
        got = [asked("00", traits=traits)]
        assert verdict(vigilance.incomplete_is_left, "INS.10", qualification(told), got) == wanted


PLACED = Search("TILLEUL", ("ANNE LISE",), "F", "1980-05-14", "35238")


@pytest.mark.parametrize(
    ("sent", "wanted"),
    [
        ([("ANNE", "00")], "CONFORME"),
        ([("ANNE", "01"), ("LISE", "00")], "CONFORME"),
        ([("ANNE", "01"), ("LISE", "01"), ("ANNE LISE", "01")], "CONFORME"),
        ([("ANNE", "insi_102")], "CONFORME"),
        ([("ANNE", "02"), ("ANNE LISE", "02"), (PLACED, "00")], "CONFORME"),
        ([("ANNE LISE", "00")], "NON_CONFORME"),
        ([("ANNE", "01")], "NON_CONFORME"),
        ([("ANNE", "01"), ("ANNE LISE", "00")], "NON_CONFORME"),
        ([("ANNE", "00"), ("LISE", "01")], "NON_CONFORME"),
        ([("ANNE", "02"), ("ANNE LISE", "02")], "NON_CONFORME"),
    ],
)
def test_given_names_are_tried_in_order(asked: Any, sent: list[tuple[Any, str]], wanted: str) -> None:
    who = TYPED | {"birth_givens": "ANNE LISE", "birth_place": "35238"}
    acts = [acted("patient.create", "s", patient=who), acted("patient.qualify", "s", patient=who)]
    exchanges = [
        asked(code, search=one if isinstance(one, Search) else Search("TILLEUL", (one,), "F", "1980-05-14"))
        for one, code in sent
    ]
    assert verdict(vigilance.attempts_in_order, "INS.07", acts, exchanges) == wanted


@pytest.mark.parametrize(
    ("family", "sent", "wanted"),
    [
        ("D’Æion-Été", "D'AEION-ETE", "CONFORME"),
        ("D’Æion-Été", "D AEION ETE", "NON_CONFORME"),
        ("Łuk", "UK", "NON_CONFORME"),
    ],
)
def test_the_name_is_sent_as_typed(asked: Any, family: str, sent: str, wanted: str) -> None:
    who = TYPED | {"birth_family": family}
    acts = [acted("patient.create", "s", patient=who), acted("patient.qualify", "s", patient=who)]
    got = [asked("01", search=Search(sent, ("ANNE",), "F", "1980-05-14"))]
    assert verdict(vigilance.name_as_typed, "INS.02", acts, got) == wanted


@pytest.mark.parametrize(
    ("changed", "wanted"),
    [
        ({}, "CONFORME"),
        ({"ins": INS.number + "01"}, "NON_CONFORME"),
        ({"ins_oid": "1.2.250.1.213.1.4.8"}, "NON_CONFORME"),
        ({"historical": []}, "NON_CONFORME"),
        ({"birth_givens": "X"}, "NON_CONFORME"),
    ],
)
def test_what_insi_answers_is_kept(asked: Any, changed: dict[str, Any], wanted: str) -> None:
    told = KEPT | {"ins_status": "RECUP", "historical": [{"ins": FORMER.value, "ins_oid": FORMER.oid}]} | changed
    got = [asked("00", former=(FORMER,))]
    assert verdict(vigilance.kept_as_answered, "INS.04", qualification(told), got) == wanted


@pytest.mark.parametrize(
    ("codes", "shown", "wanted"),
    [
        (["insi_102"], (("error", "INSi : panne"),), "CONFORME"),
        (["insi_102"], (), "NON_CONFORME"),
        (["insi_102", "00"], (("error", "INSi : panne"),), "NON_CONFORME"),
        (["00"], (), "CONFORME"),
    ],
)
def test_a_fault_is_told_and_not_insisted_on(asked: Any, codes: list[str], shown: Any, wanted: str) -> None:
    acts = qualification(NOTHING | {"ins_status": "PROV"}, shown=shown)
    assert verdict(vigilance.told_and_left, "INS.09", acts, [asked(code) for code in codes]) == wanted


def test_a_silent_driver_breaks_nothing() -> None:
    acts = (Acted("s", "patient.create", "unsupported", {"patient": TYPED}), Acted("s", "auth.login", "done"))
    assert list(moments(Trace("INS.21", acts=acts))) == []
