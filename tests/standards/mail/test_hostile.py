"""What strangers put into headers and reports: it costs little to read, and nothing that is written repeats it raw."""

from __future__ import annotations

from dataclasses import replace

import pytest

from banc_standards.mail import build, dsn, mdn, mime, report
from banc_standards.mail.addresses import id_formed, listed
from banc_standards.mail.dsn import Dsn, Outcome
from banc_standards.mail.mdn import Mdn
from banc_standards.mail.mime import decoded, parameterised
from banc_standards.mail.model import Mailbox
from banc_standards.mail.read import read
from banc_standards.mail.rules import RULES as MAIL_RULES
from banc_standards.mail.rules.subject import MailSubject
from banc_standards.mail.smtp_rules import BY_ID as SMTP
from banc_standards.mail.smtp_rules import Content

from .conftest import DOCTOR, NOW, SENDER, Letter

RULES = {rule.id: rule for rule in MAIL_RULES}


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


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("text/plain (un mot); charset=utf-8 (autre \\) mot)", ("text/plain", {"charset": "utf-8"})),
        ('text/plain; name="a (1).pdf"', ("text/plain", {"name": "a (1).pdf"})),
        ("text/plain; name=a(1).pdf", ("text/plain", {"name": "a(1).pdf"})),
        ("(avant) text/plain;(entre) charset=utf-8", ("text/plain", {"charset": "utf-8"})),
        ("text/plain (sans fin; charset=x", ("text/plain", {})),
    ],
)
def test_comments_are_no_part_of_a_structured_header(written: str, read_as: tuple[str, dict[str, str]]) -> None:
    assert parameterised(written) == read_as


def test_comments_do_not_hide_how_a_part_is_encoded() -> None:
    head = b"From: a@b.fr\r\nContent-Transfer-Encoding: base64 (RFC 2045)\r\n\r\n"
    assert read(head + b"YQ==").mime.parts[0].content == b"a"


@pytest.mark.parametrize("name", ["Content-Type", "MIME-Version", "Disposition-Notification-To"])
def test_a_header_that_stands_once_is_not_said_twice(name: str) -> None:
    mail = read(f"From: A_B <a@b.fr>\r\n{name}: x/y\r\n{name}: x/z\r\n\r\nx".encode())
    assert [hit.location for hit in RULES["MAIL-HDR-001"].check(MailSubject(mail))] == [name]


@pytest.mark.parametrize(("name", "refused"), [("virus.EXE", True), ("site.com", False), ("macro.js", False)])
def test_only_what_the_operator_is_known_to_filter_is_refused(name: str, refused: bool) -> None:
    assert bool(list(SMTP["SMTP-DATA-002"].check(Content(1, 1, ((name, b"x"),))))) is refused


@pytest.mark.parametrize(
    "charset", ["utf-8\x00", "x" * 10_000, "punycode", "idna", "hex", "unicode_escape", "utf-7", "é"]
)
def test_any_charset_gives_a_text_that_can_be_written(charset: str) -> None:
    octets = b"+2AA- \\ud800 abc" * 1_000
    mime.in_charset(octets, charset).encode()
    head = f'From: a@b.fr\r\nContent-Type: text/plain; charset="{charset}"\r\nSubject: =?{charset}?q?a?=\r\n\r\n'
    mail = read(head.encode() + octets)
    assert mail.text
    assert mail.subject


@pytest.mark.parametrize(
    ("date", "taken"),
    [
        ("Sun, 22 Nov 2026 10:00:00 +0100 (CET)", True),
        ("22 Nov 2026 10:00:00 -0000", True),
        ("29 Feb 2024 23:59:59 GMT", True),
        ("Thu, 31 Dec 9999 23:59:59 -1200", True),
        ("22 Nov 2026 10:00:00", False),
        ("29 Feb 2025 10:00:00 +0100", False),
        ("1 Jan 10000 10:00:00 +0000", False),
        ("2026-11-22T10:00:00Z", False),
        ("22 Nov 2026 10:00:00 +9900", False),
    ],
)
def test_a_date_is_whole_and_has_its_zone(date: str, taken: bool) -> None:
    mail = read(f"From: A_B <a@b.fr>\r\nDate: {date}\r\n\r\nx".encode())
    assert list(RULES["MAIL-HDR-007"].check(MailSubject(mail))) is not taken


def test_a_comment_is_no_part_of_a_message_id() -> None:
    mail = read(b"From: a@b.fr\r\nMessage-ID: (avant) <a@b> (apres)\r\nReferences: <x@y> (un) <z@y>\r\n\r\nx")
    assert (mail.message_id, mail.references) == ("<a@b>", ("<x@y>", "<z@y>"))


@pytest.mark.parametrize(
    "day", ["1979-03-21", "21.03.1979", "21-03-79", "21 03 1979", "21031979", "1979", "03/21/1979"]
)
def test_a_birth_date_has_one_form(honest: Letter, day: str) -> None:
    written = build.message(honest.mail)
    mail = replace(honest.mail, subject=f"{honest.mail.subject.rsplit(' ', 1)[0]} {day}")
    assert "MAIL-SUBJ-005" not in {r.id for r in MAIL_RULES for _ in r.check(MailSubject(read(written)))}
    found = MailSubject(read(build.message(mail)))
    assert [hit.location for hit in RULES["MAIL-SUBJ-005"].check(found)] == ["Subject"]
