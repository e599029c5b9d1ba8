"""The page for people: what it says, in both languages, and that nothing of a message can act in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import html

from banc_harness.reports import html_report
from banc_harness.sealed import NOTHING_SEALED
from banc_standards.errors import EnvironmentFailed

from .recording import CDA, Recording, check, finding, requirement

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def page(run: Recording, **more: object) -> html.HtmlElement:
    return html.document_fromstring(html_report.render(run.account(**more), run.sealed))  # type: ignore[arg-type]


def said(element: html.HtmlElement, lang: str = "fr") -> str:
    """The text of a part of the page as a reader of one language sees it."""
    other = "en" if lang == "fr" else "fr"
    for hidden in element.xpath(f".//span[@class='{other}']"):
        hidden.drop_tree()
    return " ".join(element.text_content().split())


@pytest.fixture
def failed() -> Recording:
    """A submission whose birth place is missing, refused for its hash."""
    cda = CDA.format(narrative="<paragraph>Asthme <content styleCode='Bold'>aigu</content></paragraph>").encode()
    run = Recording().submission(cda, finding("XDS-1", "hash"), outcome="refused", code="XDSRepositoryMetadataError")
    place = "dmp.TD2.1#1 /ClinicalDocument/recordTarget/patientRole/patient/birthplace/place"
    return run.then(
        check("CHK-A", "R1", finding("CDA-1", place, found="rien", expected="51215")),
        requirement("R1", "NON_CONFORME"),
        requirement("R2", "CONFORME"),
        requirement("R3", "NON_TESTE", area="mssante"),
        requirement("R4", "A_COMPLETER", check_mode="semi"),
    )


def test_verdict_gate_and_first_fix_stand_at_the_top(failed: Recording) -> None:
    hero = said(page(failed).get_element_by_id("verdict"))

    assert "Ne passe pas" in hero
    assert "phrase du verdict" in hero
    assert "Une seule correction suffit : correction de CDA-1" in hero
    assert "50,0 %" in hero


def test_page_is_whole_in_english_too(failed: Recording) -> None:
    whole = page(failed)

    hero = said(whole.get_element_by_id("verdict"), "en")
    timeline = said(whole.get_element_by_id("timeline"), "en")

    assert "Not passed sentence of the gate" in hero
    assert "50.0%" in hero
    assert "Letter to the DMP" in timeline
    assert "refused · XDSRepositoryMetadataError" in timeline


def test_run_that_passed_says_so() -> None:
    run = Recording().exchange("psc.token").then(check("CHK-A", "R1"), requirement("R1", "CONFORME"))

    whole = page(run, passed=True, percent=100.0)

    assert "Passe" in said(whole.get_element_by_id("verdict"))
    assert "Rien de ce qui a été jugé n'est à corriger" in said(whole.get_element_by_id("why"))


def test_each_requirement_has_its_verdict_and_the_untested_are_apart(failed: Recording) -> None:
    whole = page(failed)

    assert whole.get_element_by_id("requirements").xpath(".//tbody/tr/th/text()") == ["R1", "R4", "R2"]
    assert "R3" in said(whole.get_element_by_id("untested"))


def test_finding_shows_its_clause_its_place_and_the_bytes_around_it(failed: Recording) -> None:
    cause = page(failed).get_element_by_id("cause-CDA-1")
    mark = cause.xpath(".//pre/mark")[0]

    assert mark.text == "<patient>"
    assert "birthTime" in cause.xpath("string(.//pre)")
    assert "il manque ici : place" in said(cause)
    assert "clause de CDA-1" in said(cause)


def test_document_is_rendered_with_its_header_and_narrative(failed: Recording) -> None:
    documents = page(failed).get_element_by_id("documents")

    assert "279035121518989 (1.2.250.1.213.1.4.10)" in said(documents)
    assert documents.xpath(".//p/strong/text()") == ["aigu"]


def test_level_1_document_gives_its_pdf_as_a_file() -> None:
    body = '<nonXMLBody><text mediaType="application/pdf" representation="B64">JVBERi0xLjQK</text></nonXMLBody>'
    cda = re.sub("<structuredBody>.*</structuredBody>", body, CDA)

    link = page(Recording().submission(cda.encode())).get_element_by_id("documents").xpath(".//a[@download]")[0]

    assert link.get("href") == "data:application/pdf;base64,JVBERi0xLjQK"


def test_document_of_a_mail_is_rendered_too() -> None:
    members = {"IHE_XDM/SUBSET01/DOC.XML": CDA.format(narrative="<paragraph>Asthme</paragraph>").encode()}

    documents = page(Recording().mail("Lettre", members)).get_element_by_id("documents")

    assert "Asthme" in said(documents)


def test_message_cannot_act_in_the_page() -> None:
    spread = (
        "<paragraph onclick='x()'>a</paragraph><script>alert(2)</script><linkHtml href='javascript:x()'>b</linkHtml>"
    )
    run = Recording().submission(CDA.format(narrative=spread).encode(), finding("XDS-1", HOSTILE, found=HOSTILE))
    run.exchange(
        "psc.token",
        line=f"GET /?x={HOSTILE}",
        body=HOSTILE.encode(),
        media_type="text/html",
        headers=[("X-A", HOSTILE)],
    )
    run.then(
        check(
            HOSTILE, HOSTILE, finding(HOSTILE, f"dmp.TD2.1#1 {HOSTILE}", message=HOSTILE, fix=HOSTILE, clause=HOSTILE)
        ),
        requirement(HOSTILE, "NON_CONFORME", reason=HOSTILE),
    )

    whole = page(run)

    assert len(whole.xpath("//script")) == 1
    assert whole.xpath("//img | //iframe | //object | //form") == []
    assert whole.xpath("//@*[starts-with(name(), 'on')]") == []
    assert [link for link in whole.xpath("//@href") if not link.startswith("#")] == []


def test_page_asks_nothing_of_a_network(failed: Recording) -> None:
    whole = page(failed)

    (policy,) = whole.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")

    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert whole.xpath("//@src | //link | //@style") == []


def test_script_and_style_are_those_that_the_policy_names(failed: Recording) -> None:
    import base64
    import hashlib

    text = html_report.render(failed.account(), failed.sealed)

    for tag in ("style", "script"):
        content = re.search(f"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
        assert content is not None
        assert base64.b64encode(hashlib.sha256(content[1].encode()).digest()).decode() in text


def test_secrets_and_real_looking_identifiers_are_hidden() -> None:
    body = b"grant_type=refresh_token&refresh_token=tres-secret-1234&client_secret=abcdefgh"
    token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJmOjEyMyJ9.c2lnbmF0dXJlLWRlLXRlc3Q"
    run = Recording().exchange(
        "psc.token",
        body=body,
        answer=f'{{"access_token":"{token}","note":"188072A00491127 10100000017"}}'.encode(),
        media_type="application/x-www-form-urlencoded",
        headers=[("Authorization", f"Bearer {token}"), ("Cookie", "KEYCLOAK=abc")],
    )

    text = html_report.render(run.account(), run.sealed)

    for secret in ("tres-secret", "abcdefgh", "c2lnbmF0dXJl", "KEYCLOAK=abc"):
        assert secret not in text
    assert "Bearer •••" in text


def test_same_run_gives_the_same_bytes(failed: Recording) -> None:
    assert html_report.render(failed.account(), failed.sealed) == html_report.render(failed.account(), failed.sealed)


def test_page_without_the_journal_still_tells_the_run(failed: Recording) -> None:
    text = html_report.render(failed.account(), NOTHING_SEALED)

    assert "Les octets ne sont pas dans ce rapport" in text


def test_run_that_has_not_ended_has_no_page() -> None:
    run = Recording()
    account = run.account()
    account.ended = None

    with pytest.raises(ValueError, match="not ended"):
        html_report.render(account, run.sealed)


def test_folder_that_cannot_be_written_is_an_environment_failure(failed: Recording, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")

    with pytest.raises(EnvironmentFailed, match="REPORT-001"):
        html_report.write(failed.account(), failed.sealed, tmp_path / "taken")


def test_requirement_that_a_person_decided_says_who() -> None:
    run = Recording()
    run.then(requirement("R1", "CONFORME", reviewer="Camille Fictive", reason="revue de Camille Fictive : vu"))

    assert "revue de Camille Fictive : vu" in html_report.render(run.account())
