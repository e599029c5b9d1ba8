"""Each check of where lab results go, once passed and failed for each reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from banc_harness.checks import laboratory_sending as checks
from banc_harness.checks.mail import replacement_said
from banc_harness.judging import judge
from banc_harness.selection import Selection
from banc_harness.trace import Acted, Exchange, Expectation, Trace
from banc_standards.mail import build as mail
from banc_standards.mail.model import Mail, Mailbox

from .laboratory import STEP, document, judged, sending, submitted

Exchanges = Callable[..., Exchange]
DOCTOR, COLLEAGUE = "hugo.fictif@medecin.mssante.fr", "camille.exemple@chu-fictif.mssante.fr"
PATIENT = "279035121518989@patient.mssante.fr"
FIRST, SECOND, THIRD = (f"urn:oid:2.999.7.{number}" for number in (1, 2, 3))
ORDINARY = ("dmp", f"pro:{DOCTOR}", "patient")


@pytest.fixture
def mailed(exchange: Exchanges) -> Callable[..., Exchange]:
    """A mail that was taken for one recipient."""

    def make(recipient: str, *, claimed_by: str = STEP, **more: Any) -> Exchange:
        return exchange(
            "mssante.submission",
            sent_as="message/rfc822",
            facts={"recipients": [recipient]},
            claimed_by=claimed_by,
            **more,
        )

    return make


def test_a_report_in_the_dmp_conforms(exchange: Exchanges) -> None:
    filed = exchange(sent=submitted(document()), sent_as="application/soap+xml", claimed_by=STEP)
    assert judged(checks.report_filed, "UC2.01", [sending()], filed) == ("CONFORME", [])


def test_a_submission_without_a_report_does_not(exchange: Exchanges) -> None:
    empty = exchange(sent=b"", sent_as="application/soap+xml", claimed_by=STEP)
    assert judged(checks.report_filed, "UC2.01", [sending()], empty) == ("NON_CONFORME", ["xds:Document"])


def test_a_report_that_never_came_does_not() -> None:
    missed = Expectation(STEP, Selection("dmp.TD2.1", "accepted"))
    said = judge(checks.report_filed, Trace("UC2.01", acts=(sending(),), expectations=(missed,)))
    assert said is not None
    assert said.verdict == "NON_CONFORME"


def test_every_correspondent_who_is_reached_conforms(mailed: Callable[..., Exchange]) -> None:
    acts = [sending(recipients=[*ORDINARY, f"pro:{COLLEAGUE.upper()}"])]
    assert judged(checks.every_correspondent, "UC2.01", acts, mailed(DOCTOR), mailed(COLLEAGUE)) == ("CONFORME", [])


def test_a_mailbox_of_the_session_is_the_one_that_the_journal_names(mailed: Callable[..., Exchange]) -> None:
    acts = [sending(recipients=["pro:hugo.fictif@medecin.k7f2.mssante.fr"])]
    reached = mailed(DOCTOR, session="k7f2")
    assert judged(checks.every_correspondent, "UC2.01", acts, reached) == ("CONFORME", [])


@pytest.mark.parametrize(("box", "step"), [(COLLEAGUE, STEP), (DOCTOR, "UC2.01.4")])
def test_a_correspondent_who_is_forgotten_does_not(mailed: Callable[..., Exchange], box: str, step: str) -> None:
    acts = [sending(recipients=ORDINARY)]
    reached = mailed(box, claimed_by=step)
    assert judged(checks.every_correspondent, "UC2.01", acts, reached) == ("NON_CONFORME", ["RCPT TO"])


def test_a_patient_who_is_reached_conforms(mailed: Callable[..., Exchange]) -> None:
    acts = [sending(recipients=ORDINARY), sending(recipients=["dmp"], step="UC2.01.4")]
    assert judged(checks.patient_reached, "UC2.01", acts, mailed(DOCTOR), mailed(PATIENT)) == ("CONFORME", [])


def test_a_patient_who_is_forgotten_does_not(mailed: Callable[..., Exchange]) -> None:
    acts = [sending(recipients=ORDINARY)]
    assert judged(checks.patient_reached, "UC2.01", acts, mailed(DOCTOR)) == ("NON_CONFORME", ["RCPT TO"])


@pytest.mark.parametrize(
    ("chosen", "told", "where"),
    [
        ([], [], []),
        (["MASQUE_PS"], ["MASQUE_PS"], []),
        (["MASQUE_PS"], [], ["confidentialityCode"]),
        ([], ["INVISIBLE_PATIENT"], ["confidentialityCode"]),
        (["MASQUE_PS"], ["INVISIBLE_PATIENT"], ["confidentialityCode"]),
    ],
)
def test_the_visibility_is_the_one_chosen(
    exchange: Exchanges, chosen: list[str], told: list[str], where: list[str]
) -> None:
    filed = exchange(sent=submitted(document(), told), sent_as="application/soap+xml", claimed_by=STEP)

    verdict, places = judged(checks.visibility_as_chosen, "UC2.06", [sending(document={"visibility": chosen})], filed)

    assert places == where
    assert verdict == ("NON_CONFORME" if where else "CONFORME")


def test_a_report_held_back_and_not_filed_conforms(mailed: Callable[..., Exchange]) -> None:
    assert judged(checks.held_back_obeyed, "UC2.27", [sending()], mailed(DOCTOR)) == ("CONFORME", [])


def test_a_report_held_back_and_filed_does_not(exchange: Exchanges) -> None:
    verdict, places = judged(checks.held_back_obeyed, "UC2.27", [sending()], exchange(claimed_by=STEP))
    assert (verdict, len(places)) == ("NON_CONFORME", 1)


REFUSING = Acted("UC2.26.2", "patient.create", "done", {"opposed": ["mail.pro"]})
WILLING = Acted("UC2.26.2", "patient.create", "done", {"opposed": []})


@pytest.mark.parametrize(
    ("act", "box", "where"),
    [(REFUSING, PATIENT, []), (WILLING, DOCTOR, []), (REFUSING, DOCTOR, ["RCPT TO"])],
)
def test_the_refusal_of_professional_mail_is_obeyed(
    mailed: Callable[..., Exchange], act: Acted, box: str, where: list[str]
) -> None:
    verdict, places = judged(checks.professional_refusal_obeyed, "UC2.26", [act], mailed(box))
    assert places == where
    assert verdict == ("NON_CONFORME" if where else "CONFORME")


@pytest.mark.parametrize(
    ("replaced", "where"),
    [
        ([("accepted", FIRST), ("accepted", SECOND)], []),
        ([("refused", FIRST), ("accepted", FIRST)], []),
        ([("accepted", FIRST), ("refused", FIRST)], ["RPLC"]),
    ],
)
def test_only_the_version_that_stands_is_replaced(
    exchange: Exchanges, replaced: list[tuple[str, str]], where: list[str]
) -> None:
    filed = [exchange(outcome=outcome, facts={"replaced": [name]}) for outcome, name in replaced]
    verdict, places = judged(checks.last_version_replaced, "UC2.28", [sending()], *filed)
    assert places == where
    assert verdict == ("NON_CONFORME" if where else "CONFORME")


def letter(box: str, number: int, *, answers: str | None = None, mention: bool = False) -> bytes:
    """One of several mails to one box."""
    return mail.message(
        Mail(
            sender=Mailbox("labo@bio-du-banc.mssante.fr"),
            recipients=(Mailbox(box),),
            message_id=f"<{number}@labo>",
            in_reply_to=answers,
            references=(answers,) if answers else (),
            date=datetime(2026, 11, 21, tzinfo=UTC),
            subject="XDM/1.0/DDM+[Annule et remplace] CR" if mention else "XDM/1.0/DDM+CR",
            text="…",
            nil="DEV999002",
            attachments=(),
        )
    )


def test_each_recipient_has_a_thread_of_its_own(mailed: Callable[..., Exchange]) -> None:
    mails = [
        mailed(DOCTOR, sent=letter(DOCTOR, 1)),
        mailed(PATIENT, sent=letter(PATIENT, 2)),
        mailed(DOCTOR, sent=letter(DOCTOR, 3, answers="<1@labo>", mention=True)),
        mailed(PATIENT, sent=letter(PATIENT, 4, answers="<2@labo>", mention=True)),
    ]
    assert judged(replacement_said, "UC2.03", [sending()], *mails) == ("CONFORME", [])


def test_a_second_mail_that_does_not_say_so_does_not_conform(mailed: Callable[..., Exchange]) -> None:
    mails = [mailed(DOCTOR, sent=letter(DOCTOR, 1)), mailed(DOCTOR, sent=letter(DOCTOR, 3, answers="<1@labo>"))]
    assert judged(replacement_said, "UC2.03", [sending()], *mails) == ("NON_CONFORME", ["Subject"])
