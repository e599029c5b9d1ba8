"""What strangers put into headers and reports: it costs little to read, and nothing that is written repeats it raw."""

from __future__ import annotations

import pytest

from banc_standards.mail import dsn, mdn, report
from banc_standards.mail.addresses import id_formed, listed
from banc_standards.mail.dsn import Dsn, Outcome
from banc_standards.mail.mdn import Mdn
from banc_standards.mail.mime import decoded
from banc_standards.mail.model import Mailbox
from banc_standards.mail.read import read

from .conftest import DOCTOR, NOW, SENDER


@pytest.mark.parametrize("value", ["a:" * 30_000, ":" * 60_000, "(" * 60_000, "g:" + "b@c.fr," * 8_000])
def test_a_hostile_address_list_is_read_without_recursion(value: str) -> None:
    listed([value])


def test_a_group_is_read_as_its_members() -> None:
    assert listed(["Equipe: A <a@x.fr>, b@x.fr;"]) == [("A", "a@x.fr"), ("", "b@x.fr")]


def test_encoded_words_without_end_are_not_looked_for_again_and_again() -> None:
    hostile = "=?a?q?x" * 9_000
    assert decoded(hostile) == hostile
    assert decoded("=?utf-8?q?=C3=A9?= fin " + hostile) == "é fin " + hostile


@pytest.mark.parametrize(
    ("text", "formed"),
    [
        ("<a@b>", True),
        ("<a+b.c$d@[127.0.0.1]>", True),
        ("<a b@c>", False),
        ("<a@b", False),
        ("<é@b>", False),
        ("<a\r@b>", False),
        (f"<{'a' * 500}@b>", False),
        ("", False),
    ],
)
def test_only_a_well_formed_message_id_may_be_named(text: str, formed: bool) -> None:
    assert id_formed(text) is formed


HOSTILE = (
    "a\r\nBcc: x@y.fr\r\n\r\ncorps",
    "a\rBcc: x",
    "a\nBcc: x",
    "a\x0bBcc: x",
    "é\r\nBcc: x",
    "s" * 5_000,
    "é" * 900,
)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_receipt_repeats_nothing_raw(text: str) -> None:
    written = mdn.message(
        Mdn(
            sender=Mailbox(DOCTOR, text),
            recipient=SENDER,
            message_id="<accuse@medecin.mssante.fr>",
            date=NOW,
            original_message_id=f"<{text}@x>",
            original_subject=text,
            original=b"Subject: x\r\n\r\nx",
            original_recipient=DOCTOR,
            final_recipient=DOCTOR,
        )
    )
    found = read(written).mime
    assert (found.headers.all("Bcc"), found.headers.all("In-Reply-To"), found.faults) == ((), (), ())
    assert len(found.parts) == 3
    notice = mdn.read(found)
    assert notice is not None
    assert notice.type == "processed"


@pytest.mark.parametrize("text", HOSTILE)
def test_a_delivery_notice_repeats_nothing_raw(text: str) -> None:
    notice = Dsn(
        sender="postmaster@x.fr",
        recipient=SENDER,
        message_id="<avis@x.fr>",
        date=NOW,
        reporting_mta="x.fr",
        subject=dsn.UNDELIVERED,
        explanation="Non remis.",
        outcomes=(Outcome(DOCTOR, "failed", "5.1.1", text),),
        original=b"Subject: x\r\n\r\nx",
        original_message_id=f"<{text}@x>",
        envelope_id=text,
    )
    found = read(dsn.message(notice)).mime
    assert (found.headers.all("References"), found.faults, len(found.parts)) == ((), (), 3)
    status = dsn.read(found)
    assert status is not None
    assert [one.status for one in status.outcomes] == ["5.1.1"]


def test_the_fields_of_a_report_are_bounded() -> None:
    block = b"A: b\n" + b" a\n" * 400_000
    head = b"From: a@b.fr\r\nContent-Type: message/delivery-status\r\n\r\n"
    (found,) = report.groups(read(head + block).mime.parts[0])
    assert len(found.first("A") or "") < report.MAX_FIELDS
