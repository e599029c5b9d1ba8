"""MDN and DSN: written, read back, and judged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from banc_standards.mail import build, dsn, mdn
from banc_standards.mail.mdn import Mdn
from banc_standards.mail.mdn_rules import RULES, MdnSubject
from banc_standards.mail.model import Mailbox
from banc_standards.mail.read import read

from .conftest import DOCTOR, NOW, SENDER, Letter


@pytest.fixture(scope="session")
def receipt(honest: Letter) -> Mdn:
    """The physician's software has processed the mail."""
    return Mdn(
        sender=Mailbox(DOCTOR, "Cabinet médical"),
        recipient=SENDER,
        message_id="<accuse@medecin.mssante.fr>",
        date=NOW,
        original_message_id=honest.mail.message_id,
        original_subject=honest.mail.subject,
        original=build.message(honest.mail),
        original_recipient=DOCTOR,
        final_recipient=DOCTOR,
        reporting_ua="lps.medecin.mssante.fr; Logiciel",
    )


def broken(data: bytes, **known: Any) -> set[str]:
    context = {"mail_from": "", "asked_by": SENDER, "judged_alone": False} | known
    subject = MdnSubject(read(data), **context)
    return {rule.id for rule in RULES for _ in rule.check(subject)}


def test_a_positive_receipt_is_read_back(receipt: Mdn) -> None:
    found = read(mdn.message(receipt))
    notice = mdn.read(found.mime)
    assert found.report_type == "disposition-notification"
    assert found.mime.faults == ()
    assert notice is not None
    assert notice.original_message_id == receipt.original_message_id
    assert (notice.action_mode, notice.sending_mode, notice.type) == (
        "automatic-action",
        "MDN-sent-automatically",
        "processed",
    )
    assert not notice.failed
    assert found.mime.parts[2].content == receipt.original


@pytest.mark.parametrize("version", ["1.1.3", "1.1.2"])
def test_an_error_is_read_back_in_both_versions(receipt: Mdn, version: mdn.Version) -> None:
    found = read(mdn.message(replace(receipt, error="902", version=version)))
    notice = mdn.read(found.mime)
    assert notice is not None
    assert notice.failed
    assert (notice.code, notice.error_label) == ("902", mdn.ERRORS["902"])
    assert found.subject.startswith("[KO Intégration système !][902] XDM/1.0/DDM+")
    assert notice.old_form is (version == "1.1.2")


def test_a_mail_is_no_receipt(honest: Letter) -> None:
    found = read(build.message(honest.mail))
    assert mdn.read(found.mime) is None
    assert dsn.read(found.mime) is None


@pytest.mark.parametrize("error", [None, "902"])
def test_an_honest_receipt_breaks_no_rule(receipt: Mdn, error: str | None) -> None:
    assert broken(mdn.message(replace(receipt, error=error))) == set()


Change = Callable[[bytes], bytes]
BREAKS: list[tuple[str, dict[str, Any], tuple[bytes, bytes]]] = [
    ("MDN-001", {}, (b"Content-Type: message/rfc822", b"Content-Type: text/rfc822-headers")),
    ("MDN-002", {}, (b"Final-Recipient:", b"X-Final:")),
    ("MDN-003", {}, (b"automatic-action/", b"automatic/")),
    ("MDN-003", {}, (b"; processed", b"; integrated")),
    ("MDN-004", {"error": "902"}, (b"Error: 902^Identifiant de patient inconnu^", b"Error: 902^^")),
    ("MDN-006", {"error": "902"}, (b"Subject: ", b"Subject: Re: ")),
    ("MDN-008", {"recipient": "autre@chu-fictif.mssante.fr"}, (b"", b"")),
    ("MDN-009", {}, (b"Auto-Submitted:", b"Disposition-Notification-To: " + DOCTOR.encode() + b"\r\nAuto-Submitted:")),
]


@pytest.mark.parametrize(
    ("rule", "changed", "octets"), BREAKS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_each_rule_finds_its_break(
    rule: str, changed: dict[str, Any], octets: tuple[bytes, bytes], receipt: Mdn
) -> None:
    data = mdn.message(replace(receipt, **changed))
    assert octets[0] in data
    assert broken(data.replace(*octets, 1) if octets[0] else data) == {rule}


def test_the_old_form_is_warned_of(receipt: Mdn) -> None:
    assert broken(mdn.message(replace(receipt, error="902", version="1.1.2"))) == {"MDN-005"}


@pytest.mark.parametrize("asked_by", [None, ""])
def test_a_receipt_that_nobody_asked_for_is_found(receipt: Mdn, asked_by: str | None) -> None:
    assert broken(mdn.message(receipt), asked_by=asked_by) == {"MDN-007"}


def test_a_receipt_under_an_envelope_sender_is_found(receipt: Mdn) -> None:
    assert broken(mdn.message(receipt), mail_from=DOCTOR) == {"MDN-009"}


def test_files_attached_again_are_found(receipt: Mdn) -> None:
    data = mdn.message(receipt)
    mark = build.boundary(receipt.message_id, 1).encode()
    again = b"--" + mark + b"\r\nContent-Type: application/zip\r\n\r\nPK\r\n"
    assert broken(data.replace(b"--" + mark + b"--", again + b"--" + mark + b"--")) == {"MDN-010"}


def test_a_bounce_is_read_back(honest: Letter) -> None:
    outcome = dsn.Outcome(DOCTOR, "failed", "5.1.1", "550 5.1.1 boite inconnue", DOCTOR)
    notice = dsn.Dsn(
        sender="postmaster@chu-fictif.mssante.fr",
        recipient=SENDER,
        message_id="<echec@chu-fictif.mssante.fr>",
        date=NOW,
        reporting_mta="mssante.banc",
        subject=dsn.UNDELIVERED,
        explanation="La boîte du destinataire n'existe pas.",
        outcomes=(outcome,),
        original=build.message(honest.mail),
        original_message_id=honest.mail.message_id,
        envelope_id="QQ314159",
    )
    found = read(dsn.message(notice))
    status = dsn.read(found.mime)
    assert found.report_type == "delivery-status"
    assert found.subject == dsn.UNDELIVERED
    assert status is not None
    assert status.failed == (outcome,)
    assert (status.reporting_mta, status.envelope_id) == ("mssante.banc", "QQ314159")


def test_a_delivery_receipt_may_hold_the_headers_alone(honest: Letter) -> None:
    notice = dsn.Dsn(
        sender="postmaster@x.mssante.fr",
        recipient=SENDER,
        message_id="<remis@x.mssante.fr>",
        date=NOW,
        reporting_mta="mssante.banc",
        subject=dsn.DELIVERED,
        explanation="Remis.",
        outcomes=(dsn.Outcome(DOCTOR, "delivered", "2.0.0"),),
        original=build.message(honest.mail),
        headers_only=True,
    )
    found = read(dsn.message(notice))
    status = dsn.read(found.mime)
    assert status is not None
    assert status.failed == ()
    assert found.mime.parts[2].media_type == "text/rfc822-headers"
    assert b"UEsD" not in dsn.message(notice)
