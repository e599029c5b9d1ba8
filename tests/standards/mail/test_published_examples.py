"""The public examples of the volet and the mails written for this project."""

from __future__ import annotations

from pathlib import Path

import pytest

from banc_standards.mail import mdn
from banc_standards.mail.read import Received, read
from banc_standards.mail.rules import RULES
from banc_standards.mail.rules.subject import MailSubject
from banc_standards.xdm.read import read as read_archive
from banc_standards.xdm.rules import judged
from banc_standards.xdm.rules.subject import XdmSubject

DATA = Path(__file__).parents[4] / "shared" / "data" / "mssante"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the public MSSanté examples are not on this machine")


def mail(name: str) -> Received:
    return read((DATA / "mail" / name).read_bytes())


def test_the_sending_mail_says_what_it_carries() -> None:
    found = mail("envoi_cda_exemple_fictif.eml")
    assert found.subject == "XDM/1.0/DDM+CR d'imagerie médicale PAT-TROIS DOMINIQUE 28/03/1979"
    assert found.document_codes == ("18748-4",)
    assert found.pdfs[0].filename == "20230227_CR d'imagerie médicale_PAT-TROIS_DOMINIQUE.pdf"
    assert found.archives[0].content == (DATA / "xdm" / "IHE_XDM.zip").read_bytes()


def test_only_its_placeholder_pdf_breaks_rules() -> None:
    subject = MailSubject(mail("envoi_cda_exemple_fictif.eml"))
    assert {rule.id for rule in RULES for _ in rule.check(subject)} == {"MAIL-XDM-007", "MAIL-XDM-009"}


def test_only_the_placeholders_of_the_archive_break_rules() -> None:
    subject = XdmSubject(read_archive((DATA / "xdm" / "IHE_XDM.zip").read_bytes()))
    found = {rule.id for rule, _ in judged(subject)}
    assert found == {"XDS-CODE-002", "XDS-CODE-003", "XDS-CODE-009", "XDS-CODE-010", "XDS-CDA-013"}


def test_the_receipts_are_read() -> None:
    success = mdn.read(mail("mdn_succes_exemple_fictif.eml").mime)
    error = mdn.read(mail("mdn_error_v1.1.3.eml").mime)
    assert success is not None
    assert error is not None
    assert not success.failed
    assert success.original_message_id == "<20260115100000.0001@medecin.mssante.fr>"
    assert (error.failed, error.code, error.error_label) == (True, "902", "Identifiant de patient inconnu")


def test_the_receipt_of_the_older_volet_is_told_broken() -> None:
    subject = MailSubject(mail("mdn_error_v1.1.2_as_published.eml.txt"))
    found = {rule.id for rule in RULES for _ in rule.check(subject)}
    assert {"MAIL-MIME-003", "MAIL-MIME-004", "MAIL-HDR-005"} <= found


def test_the_ordinary_error_mail_keeps_its_original() -> None:
    found = mail("notification_courriel_standard_v1.1.2.eml.txt")
    assert found.report_type is None
    assert [part.media_type for part in found.mime.parts][1] == "message/rfc822"
