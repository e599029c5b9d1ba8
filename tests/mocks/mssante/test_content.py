"""Mails opened and judged on arrival: taken with their findings, unless what they carry is hostile."""

from __future__ import annotations

import io
import smtplib
import zipfile
from dataclasses import replace
from typing import Any

import pytest

from banc_standards.mail import build
from banc_standards.mail.model import Mailbox
from banc_standards.mail.smtp_rules import EICAR

from .conftest import DOCTOR, GP, PEOPLE, Bench, letter, mail, packed

FIRST, SECOND = PEOPLE.patient("PAT-01"), PEOPLE.patient("PAT-02")


def zipped(*members: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as written:
        for name, data in members:
            written.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("rules", "changed"),
    [
        ({"XDM-DOC-003"}, {"hash": "0" * 40}),
        ({"XDM-DOC-004"}, {"size": "12"}),
        ({"XDM-DOC-002", "XDM-DOC-005"}, {"uri": "AUTRE.XML"}),
        ({"XDS-CDA-004"}, {"title": "Autre"}),
        ({"XDM-DOC-006"}, {"unique_id": "1.2.3"}),
    ],
)
def test_metadata_that_are_wrong_are_noted_and_the_mail_taken(
    bench: Bench, rules: set[str], changed: dict[str, Any]
) -> None:
    document = letter()
    assert bench.send(mail(document, archive=build_archive(document, **changed))) == {}
    exchange = bench.last()
    assert exchange["outcome"] == "accepted"
    assert bench.rules(exchange) >= rules
    assert len(bench.messages(GP.mailbox)) == 1


def build_archive(document: bytes, **changed: Any) -> bytes:
    uri = changed.pop("uri", None)
    data = packed(document, **changed)
    return data if uri is None else replaced(data, b"DOC0001.XML", uri.encode())


def replaced(archive: bytes, old: bytes, new: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        members = [(name, opened.read(name)) for name in opened.namelist()]
    return zipped(
        *((name, data.replace(old, new, 1) if name.endswith("METADATA.XML") else data) for name, data in members)
    )


def test_two_patients_in_one_mail_are_found(bench: Bench) -> None:
    bench.send(mail(letter(), letter("PAT-02")))
    assert {"MAIL-PAT-001", "XDM-PAT-001"} <= bench.rules(bench.last())


def test_another_patient_in_the_metadata_is_found(bench: Bench) -> None:
    assert SECOND.ins is not None
    document = letter()
    bench.send(mail(document, archive=packed(document, patient_id=SECOND.ins.cx())))
    assert "XDM-PAT-002" in bench.rules(bench.last())


def test_a_letter_sent_to_another_citizen_is_found(bench: Bench) -> None:
    bench.send(mail(letter(), to=(str(SECOND.mailbox),)))
    assert "MAIL-PAT-002" in bench.rules(bench.last())


def test_a_letter_that_breaks_the_cda_rules_is_found(bench: Bench) -> None:
    assert FIRST.ins is not None
    bench.send(mail(letter(birth_place_cog="")))
    assert any(rule.startswith("CDA-") for rule in bench.rules(bench.last()))


def test_a_patient_without_ins_is_written_about_to_professionals(bench: Bench) -> None:
    sent = mail(letter(ins=None))
    bench.send(sent)
    assert sent.ins_qualified is False
    assert not {rule for rule in bench.rules(bench.last()) if rule.startswith(("MAIL", "XDM", "XDS"))}


def test_another_software_reference_than_the_declared_one_is_found(bench: Bench) -> None:
    bench.tell("POST", "software", {"name": "Dossier Plus", "version": "4", "nil": "DEV000042"})
    bench.send(mail())
    assert bench.rules(bench.last()) == {"MAIL-HDR-009"}


def test_content_may_be_refused_by_a_switch(bench: Bench) -> None:
    bench.switch("content_rules", "refuse")
    with pytest.raises(smtplib.SMTPDataError) as refused:
        bench.send(mail(nil=None))
    assert refused.value.smtp_code == 554
    assert b"MAIL-HDR-008" in refused.value.smtp_error
    assert bench.messages(GP.mailbox) == []
    assert bench.last()["code"] == "554 5.6.0"
    assert bench.send(mail()) == {}


HOSTILE = {
    "bomb": ("XDM-ZIP-002", zipped(("IHE_XDM/SUBSET01/METADATA.XML", b" " * 20_000_000))),
    "slip": ("XDM-ZIP-003", zipped(("../../x", b"x"))),
    "members": ("XDM-ZIP-006", zipped(*((f"f{rank}", b"") for rank in range(1001)))),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_is_refused(bench: Bench, name: str) -> None:
    rule, archive = HOSTILE[name]
    with pytest.raises(smtplib.SMTPDataError) as refused:
        bench.send(mail(letter(), archive=archive))
    assert refused.value.smtp_code == 554
    assert rule.encode() in refused.value.smtp_error
    exchange = bench.last()
    assert exchange["outcome"] == "refused"
    assert rule in bench.rules(exchange)
    assert exchange["request"]["blob"]
    assert bench.messages(GP.mailbox) == []


@pytest.mark.parametrize("archive", [b"", b"Bonjour", packed(letter())[:-60]], ids=["empty", "text", "cut"])
def test_a_broken_archive_is_noted_and_the_mail_taken(bench: Bench, archive: bytes) -> None:
    assert bench.send(mail(letter(), archive=archive)) == {}
    assert "XDM-ZIP-001" in bench.rules(bench.last())


def bomb(depth: int) -> bytes:
    out = b"From: Dr_A_BE <" + DOCTOR.mailbox.encode() + b">\r\nMessage-ID: <a@b>\r\n"
    for level in range(depth):
        out += b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level)
    return out + b"\r\nfin\r\n"


@pytest.mark.parametrize(
    "data",
    [
        bomb(11),
        bomb(5_000),
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 300,
        b"X-A: b\r\n" * 400 + b"\r\n",
        b"Subject: " + b"a" * 90_000 + b"\r\n\r\n",
    ],
    ids=["deep", "abyss", "parts", "headers", "header"],
)
def test_a_mime_bomb_is_refused(bench: Bench, data: bytes) -> None:
    with pytest.raises(smtplib.SMTPDataError) as refused:
        bench.send(data, to=[GP.mailbox])
    assert refused.value.smtp_code == 554
    assert bench.rules(bench.last()) == {"MAIL-MIME-002"}


@pytest.mark.parametrize(
    "attachment",
    [build.Attachment("facture.exe", "application/octet-stream", b"MZ"), build.pdf("a.pdf", b"%PDF-" + EICAR)],
    ids=["program", "eicar"],
)
def test_a_program_or_a_virus_is_refused(bench: Bench, attachment: Any) -> None:
    with pytest.raises(smtplib.SMTPDataError) as refused:
        bench.send(mail(attachments=(attachment,)))
    assert (refused.value.smtp_code, refused.value.smtp_error[:5]) == (550, b"5.7.1")
    assert bench.rules(bench.last()) == {"SMTP-DATA-002"}


def test_a_message_announced_too_large_is_refused_before_it_is_sent(bench: Bench) -> None:
    client = bench.signed_in()
    assert client.mail(DOCTOR.mailbox, ["SIZE=10485761"])[0] == 552
    assert bench.last()["code"] == "552 5.3.4"
    assert client.mail(DOCTOR.mailbox, ["SIZE=10485760"])[0] == 250


def test_a_message_that_is_too_large_is_refused_at_its_end(bench: Bench) -> None:
    bench.switch("size_limit", 20_000)
    client = bench.signed_in()
    assert client.esmtp_features["size"] == "10485760"
    client.mail(DOCTOR.mailbox)
    client.rcpt(GP.mailbox)
    code, text = client.data(build.message(mail(text="a\n" * 20_000)))
    assert (code, text[:5]) == (552, b"5.3.4")
    assert bench.rules(bench.last()) == {"SMTP-DATA-001"}
    assert client.noop()[0] == 250


def test_a_large_message_to_a_citizen_bounces(bench: Bench) -> None:
    bench.switch("size_limit", 40_000_000)
    citizen = str(FIRST.mailbox)
    bench.send(mail(to=(citizen,), text=("a" * 70 + "\n") * 360_000))
    assert bench.last()["facts"]["undelivered"] == [citizen]
    (notice,) = bench.messages(DOCTOR.mailbox)
    assert notice["subject"] == "Undelivered Mail Returned to Sender"


def test_a_replacement_is_understood(bench: Bench) -> None:
    first = mail(letter(id="2.999.1.1"))
    bench.send(first)
    newer = letter(id="2.999.1.2", version=2, replaces="2.999.1.1")
    sent = mail(newer, action="C", in_reply_to=first.message_id, references=(first.message_id,))
    bench.send(sent)
    exchange = bench.last()
    assert exchange["facts"]["action"] == "C"
    assert not {rule for rule in bench.rules(exchange) if rule.startswith(("MAIL", "XDM"))}
    silent = replace(mail(newer, action="C"), subject="XDM/1.0/DDM+Lettre")
    bench.send(silent)
    assert {"MAIL-SUBJ-007", "MAIL-SUBJ-008"} <= bench.rules(bench.last())


def test_a_personal_label_is_wanted_of_a_person_only(bench: Bench) -> None:
    bench.send(mail(sender=Mailbox(DOCTOR.mailbox, "Secrétariat")))
    assert bench.rules(bench.last(), "warning") == {"MAIL-HDR-004"}
