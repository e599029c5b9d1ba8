"""Each check of printed documents over exchanges made by hand: one that passes, one for each reason to fail."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable

import pytest

from banc_harness.checks import Check, printouts
from banc_harness.judging import judge
from banc_harness.trace import Exchange, Trace
from banc_standards.cda.pdf import simple_pdf
from banc_standards.mail import build as mail

from .laboratory import ORDER, document, mailed, submitted

Exchanges = Callable[..., Exchange]
Filed = Callable[[bytes], Exchange]
SYMBOL, TEXT = printouts.datamatrix_of_the_identity, printouts.readable_identity


@pytest.fixture
def filed(exchange: Exchanges) -> Filed:
    return lambda data: exchange("dmp.TD2.1", sent=submitted(data), sent_as="application/soap+xml")


@pytest.fixture
def sent(exchange: Exchanges) -> Filed:
    return lambda data: exchange("mssante.submission", sent=mailed(data), sent_as="message/rfc822")


def said(check: Check, *exchanges: Exchange) -> tuple[str, set[str], set[str]]:
    """The verdict, the rules that were broken, and where."""
    verdict = judge(check, Trace("UC2.01", exchanges))
    assert verdict is not None
    assert verdict.crash == ""
    places = {finding.location.rpartition(" ")[2] for finding in verdict.findings}
    return verdict.verdict, {finding.rule for finding in verdict.findings}, places


@pytest.mark.parametrize("level", ["N1", "N3"])
def test_the_honest_report_shows_its_patient(filed: Filed, sent: Filed, level: str) -> None:
    data = document(level=level)
    for check in (SYMBOL, TEXT):
        assert said(check, filed(data), sent(data)) == ("CONFORME", set(), set())


@pytest.mark.parametrize(
    ("check", "defect", "rules", "places"),
    [
        (SYMBOL, "no-symbol", {"CHK-PRT-001"}, {"datamatrix"}),
        (SYMBOL, "symbol-of-another", {"INSDM-008"}, {"S2", "S3", "S4", "S6", "S7"}),
        (TEXT, "nameless-print", {"CHK-PRT-002"}, {"matricule"}),
    ],
)
@pytest.mark.parametrize("level", ["N1", "N3"])
def test_what_is_wrong_on_the_page_is_told(
    filed: Filed, check: Check, defect: str, rules: set[str], places: set[str], level: str
) -> None:
    verdict, broken, where = said(check, filed(document(ORDER, defect, level=level)))
    assert (verdict, broken) == ("NON_CONFORME", rules)
    assert where <= places
    assert where


def test_an_identity_that_is_not_qualified_has_no_symbol(sent: Filed) -> None:
    nameless = re.sub(rb'<id [^>]*root="1\.2\.250\.1\.213\.1\.4\.10"[^>]*/>', b"", document(level="N1"))
    assert said(SYMBOL, sent(nameless)) == ("NON_CONFORME", {"INSDM-007"}, {"statut"})
    assert said(TEXT, sent(nameless)) == ("CONFORME", set(), set())


@pytest.mark.parametrize("check", [SYMBOL, TEXT])
def test_nothing_printed_shows_nothing(filed: Filed, check: Check) -> None:
    assert said(check, filed(document(ORDER, "no-embedded-pdf")))[0] == "NON_CONFORME"


@pytest.mark.parametrize("check", [SYMBOL, TEXT])
def test_a_pdf_that_cannot_be_read_shows_nothing(filed: Filed, check: Check) -> None:
    empty = base64.b64encode(b"%PDF-1.4").decode()
    broken = re.sub(rb"(<text [^>]*>)[^<]*", rb"\1" + empty.encode(), document(level="N1"), count=1)
    assert said(check, filed(broken))[0] == "NON_CONFORME"


def test_the_attachment_of_a_mail_is_looked_at_too(exchange: Exchanges) -> None:
    data = document(ORDER, "no-embedded-pdf")
    message = mailed(data, [mail.pdf("20261121_CR.pdf", simple_pdf(["Compte rendu"]))])
    verdict, broken, where = said(SYMBOL, exchange("mssante.submission", sent=message, sent_as="message/rfc822"))
    assert (verdict, broken, where) == ("NON_CONFORME", {"CHK-PRT-001"}, {"datamatrix"})


@pytest.mark.parametrize("check", [SYMBOL, TEXT])
def test_a_structured_document_filed_alone_needs_no_copy(filed: Filed, sent: Filed, check: Check) -> None:
    data = document(ORDER, "no-embedded-pdf")
    assert judge(check, Trace("UC3.82", (filed(data),))) is None
    mailed_too = judge(check, Trace("UC3.02", (filed(data), sent(data))))
    assert mailed_too is not None
    assert mailed_too.verdict == "NON_CONFORME"
