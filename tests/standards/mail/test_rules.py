"""Every rule of a mail: the honest mail breaks none, and each break is found by its rule."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from banc_standards.ins import Ins
from banc_standards.mail import build
from banc_standards.mail.model import Mail, Mailbox
from banc_standards.mail.rules import RULES
from banc_standards.mail.rules.subject import MailSubject

from .conftest import CITIZEN, DOCTOR, SENDER, Letter, archive, document, mail_of

Judge = Callable[..., MailSubject]


def broken(subject: MailSubject) -> set[str]:
    return {rule.id for rule in RULES for _ in rule.check(subject)}


def octets(mail: Mail, *changes: tuple[bytes, bytes]) -> bytes:
    data = build.message(mail)
    for old, new in changes:
        assert old in data, old
        data = data.replace(old, new, 1)
    return data


def test_an_honest_mail_breaks_no_rule(honest: Letter, judge: Judge) -> None:
    assert broken(judge(honest.mail)) == set()


def test_a_mail_without_document_breaks_no_rule(honest: Letter, judge: Judge) -> None:
    plain = replace(honest.mail, attachments=(), document_codes=(), ins_qualified=None, subject="Rendez-vous")
    assert broken(judge(plain)) == set()


def test_an_honest_replacement_breaks_no_rule(judge: Judge) -> None:
    newer = document(id="1.2.250.1.213.99.2.2", version=2, replaces="1.2.250.1.213.99.2.1")
    mail = mail_of(newer, action="C", in_reply_to="<un@x.fr>", references=("<un@x.fr>",), message_id="<deux@x.fr>")
    assert broken(judge(mail)) == set()


def test_a_mail_to_a_professional_about_a_patient_without_ins_breaks_no_rule(judge: Judge) -> None:
    mail = mail_of(document(ins=None), recipients=(Mailbox(DOCTOR),), end_of_exchange=False)
    assert mail.ins_qualified is False
    assert broken(judge(mail)) == set()


CHANGED: list[tuple[str, dict[str, Any]]] = [
    ("MAIL-HDR-003", {"sender": Mailbox(SENDER)}),
    ("MAIL-HDR-004", {"sender": Mailbox(SENDER, "Docteur Durand")}),
    ("MAIL-HDR-005", {"message_id": "<un>"}),
    ("MAIL-HDR-008", {"nil": None}),
    ("MAIL-HDR-010", {"recipients": (Mailbox(DOCTOR),)}),
    ("MAIL-HDR-011", {"read_receipt_to": DOCTOR}),
    ("MAIL-HDR-012", {"read_receipt_to": None}),
    ("MAIL-HDR-013", {"delivery_receipt_to": SENDER}),
    ("MAIL-SUBJ-001", {"subject": "Lettre de liaison PAT-TROIS DOMINIQUE"}),
    ("MAIL-XDM-003", {"document_codes": ("34112-3",)}),
    ("MAIL-XDM-003", {"document_codes": ()}),
    ("MAIL-XDM-004", {"ins_qualified": False}),
    ("MAIL-XDM-004", {"ins_qualified": None}),
    ("MAIL-PAT-005", {"sender": Mailbox("a.b@autre.mssante.fr", "Dr_A_BE"), "read_receipt_to": SENDER}),
]


@pytest.mark.parametrize(("rule", "changed"), CHANGED, ids=lambda value: value if isinstance(value, str) else "")
def test_each_header_rule_finds_its_break(rule: str, changed: dict[str, Any], honest: Letter, judge: Judge) -> None:
    assert broken(judge(replace(honest.mail, **changed))) == {rule}


SUBJECTS = [
    ("MAIL-SUBJ-002", "XDM/1.0/DDM+", "XDM/1.0/DDM "),
    ("MAIL-SUBJ-003", "Lettre de liaison", "Courrier"),
    ("MAIL-SUBJ-004", "PAT-TROIS", "Pat-Trois"),
    ("MAIL-SUBJ-004", "DOMINIQUE", "Camille"),
    ("MAIL-SUBJ-005", "28/03/1979", "29/03/1979"),
    ("MAIL-SUBJ-005", "28/03/1979", "28-03-1979"),
    ("MAIL-SUBJ-006", "28/03/1979", "28/03/1979 279035121518989"),
    ("MAIL-SUBJ-009", "XDM", "[Annule et remplace] XDM"),
]


@pytest.mark.parametrize(("rule", "old", "new"), SUBJECTS)
def test_each_subject_rule_finds_its_break(rule: str, old: str, new: str, honest: Letter, judge: Judge) -> None:
    subject = honest.mail.subject.replace(old, new, 1)
    assert subject != honest.mail.subject
    assert broken(judge(replace(honest.mail, subject=subject))) == {rule}


def test_a_marker_without_archive_is_found(honest: Letter, judge: Judge) -> None:
    bare = replace(honest.mail, attachments=(), document_codes=(), ins_qualified=None)
    assert broken(judge(bare)) == {"MAIL-SUBJ-001"}


OCTETS = [
    ("MAIL-HDR-001", b"Message-ID:", b"Date: Mon, 05 Jan 2026 17:00:00 +0000\r\nMessage-ID:"),
    ("MAIL-HDR-002", b"From: ", b"From: Dr_B_CE <b.ce@x.fr>, "),
    ("MAIL-HDR-007", b"Date: Mon", b"X-Date: Mon"),
    ("MAIL-HDR-008", b"X-MSS-NIL: DEV000001", b"X-MSS-NIL: DEV 000001"),
    ("MAIL-HDR-014", b"X-MSS-CODECDA: 11490-0", b"X-MSS-CODECDA: 11490-0, 11490-0"),
    ("MAIL-MIME-003", b"Message-ID:", b"ligne sans deux points\r\nMessage-ID:"),
    ("MAIL-MIME-004", b"X-MSS-NIL:", "X-Service: Cardiologie médicale\r\nX-MSS-NIL:".encode()),
    ("MAIL-MIME-007", b"Bonjour,\r\n", b"Bonjour,\n"),
    ("MAIL-MIME-007", b"Bonjour", b"Bonjour" + b" " * 1000),
    ("MAIL-BODY-002", b'charset="utf-8"', b'charset="iso-8859-15"'),
    ("MAIL-XDM-002", b"Content-Type: application/zip", b"Content-Type: application/octet-stream"),
    ("MAIL-XDM-008", b"20260105_", b"5 janvier "),
]


@pytest.mark.parametrize(("rule", "old", "new"), OCTETS, ids=lambda value: value if isinstance(value, str) else "")
def test_each_rule_of_octets_finds_its_break(rule: str, old: bytes, new: bytes, honest: Letter, judge: Judge) -> None:
    found = broken(judge(octets(honest.mail, (old, new))))
    assert rule in found
    assert found <= {rule, "MAIL-HDR-011", "MAIL-PAT-005"}


def test_a_message_cut_short_is_found(honest: Letter, judge: Judge) -> None:
    data = build.message(honest.mail)
    assert "MAIL-MIME-005" in broken(judge(data[: data.rindex(b"--banc-")]))


def test_damaged_base64_is_found(honest: Letter, judge: Judge) -> None:
    assert "MAIL-MIME-006" in broken(judge(octets(honest.mail, (b"\r\n\r\nUEsD", b"\r\n\r\n!!sD"))))


def test_a_body_that_is_no_text_is_found(honest: Letter, judge: Judge) -> None:
    assert broken(judge(octets(honest.mail, (b"text/plain;", b"text/html;")))) == {"MAIL-BODY-001"}


def test_octets_outside_utf8_are_found(honest: Letter, judge: Judge) -> None:
    assert broken(judge(octets(honest.mail, (b"Bonjour,", b"=E9t=E9,")))) == {"MAIL-BODY-002"}


def test_a_message_id_that_comes_again_is_found(honest: Letter, judge: Judge) -> None:
    assert broken(judge(honest.mail, repeated=True)) == {"MAIL-HDR-006"}


def test_another_software_than_the_declared_one_is_found(honest: Letter, judge: Judge) -> None:
    assert broken(judge(honest.mail, nils=frozenset({"DEV000002"}))) == {"MAIL-HDR-009"}
    assert broken(judge(honest.mail, nils=frozenset({"DEV000001"}))) == set()


def test_an_archive_under_another_name_is_found(honest: Letter, judge: Judge) -> None:
    zipped, copy = honest.mail.attachments
    renamed = replace(honest.mail, attachments=(replace(zipped, name="IHE-XDM.zip"), copy))
    assert "MAIL-XDM-001" in broken(judge(renamed))


def test_two_archives_are_found(honest: Letter, judge: Judge) -> None:
    zipped, copy = honest.mail.attachments
    assert broken(judge(replace(honest.mail, attachments=(zipped, zipped, copy)))) == {"MAIL-XDM-001"}


def test_a_missing_copy_is_found(honest: Letter, judge: Judge) -> None:
    assert broken(judge(replace(honest.mail, attachments=honest.mail.attachments[:1]))) == {"MAIL-XDM-005"}


def test_a_copy_that_is_no_pdf_is_found(honest: Letter, judge: Judge) -> None:
    zipped, copy = honest.mail.attachments
    fake = replace(honest.mail, attachments=(zipped, replace(copy, content=b"<html>")))
    assert broken(judge(fake)) == {"MAIL-XDM-006", "MAIL-XDM-007", "MAIL-XDM-009"}


def test_another_pdf_than_the_embedded_one_is_found(honest: Letter, judge: Judge) -> None:
    zipped, copy = honest.mail.attachments
    other = replace(honest.mail, attachments=(zipped, replace(copy, content=copy.content + b"\n")))
    assert broken(judge(other)) == {"MAIL-XDM-009"}


def test_two_patients_are_found(judge: Judge) -> None:
    other = document(ins=Ins("146026322000196", "1.2.250.1.213.1.4.10"), birth_family="PAT-QUATRE", id="1.2.3.4")
    assert "MAIL-PAT-001" in broken(judge(mail_of(document(), other)))


def test_a_letter_sent_to_another_citizen_is_found(honest: Letter, judge: Judge) -> None:
    other = replace(honest.mail, recipients=(Mailbox("146026322000196@patient.mssante.fr"),))
    assert broken(judge(other)) == {"MAIL-PAT-002"}


def test_a_citizen_address_with_a_wrong_key_is_found(honest: Letter, judge: Judge) -> None:
    wrong = judge(honest.mail, recipients=("279035121518988@patient.mssante.fr",))
    assert broken(wrong) == {"MAIL-PAT-002", "MAIL-PAT-003"}


def test_a_citizen_written_to_without_a_qualified_ins_is_found(judge: Judge) -> None:
    assert broken(judge(mail_of(document(ins=None), recipients=(Mailbox(CITIZEN),)))) == {"MAIL-PAT-004"}


def test_a_replacement_that_does_not_say_so_is_found(judge: Judge) -> None:
    newer = document(id="1.2.250.1.213.99.2.2", version=2, replaces="1.2.250.1.213.99.2.1")
    mail = mail_of(newer, action="C")
    silent = replace(mail, subject=mail.subject.replace("[Annule et remplace] ", ""))
    assert broken(judge(silent)) == {"MAIL-SUBJ-007", "MAIL-SUBJ-008"}


def test_an_archive_that_cannot_be_opened_hides_no_other_fault(honest: Letter, judge: Judge) -> None:
    zipped, copy = honest.mail.attachments
    corrupt = replace(honest.mail, attachments=(replace(zipped, content=zipped.content[:-40]), copy))
    subject = judge(corrupt)
    assert subject.archive is None
    assert broken(subject) == set()


def test_an_empty_archive_carries_no_document(honest: Letter, judge: Judge) -> None:
    buffer = io.BytesIO()
    zipfile.ZipFile(buffer, "w").close()
    zipped, copy = honest.mail.attachments
    empty = replace(honest.mail, attachments=(replace(zipped, content=buffer.getvalue()), copy))
    assert broken(judge(empty)) == {"MAIL-XDM-003", "MAIL-XDM-004"}


def test_every_rule_says_what_to_do_in_both_languages() -> None:
    for rule in RULES:
        assert all((rule.text.fr, rule.text.en, rule.fix.fr, rule.fix.en, rule.clause)), rule.id


def test_two_documents_of_one_patient_are_one_mail(judge: Judge) -> None:
    second = document(id="1.2.250.1.213.99.2.9")
    subject = judge(mail_of(document(), second))
    assert subject.mail.subject.startswith("XDM/1.0/DDM+2 documents PAT-TROIS DOMINIQUE")
    assert broken(subject) == set()
    assert archive(document(), second) == archive(document(), second)
