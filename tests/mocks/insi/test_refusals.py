"""Bad input: each gets the protocol's own error and a journal entry that names the rule."""

from dataclasses import replace
from uuid import uuid4

import httpx
import pytest
from lxml import etree

from banc_standards.insi import names
from banc_standards.insi.model import Search, Software
from banc_standards.soap import mtom
from banc_standards.soap.build import serialize
from banc_standards.soap.names import SOAP11, SOAP12, WSA

from .conftest import SOAP, TILLEUL, Bench

CTXBAM, CTXLPS, REC = names.CTXBAM, names.CTXLPS, names.REC_SANS


def refused(bench: Bench, got, code: str, rule: str) -> None:
    assert (got.status, got.error.code) == (500, code)
    assert got.error.severity == "erreur"
    exchange = bench.last()
    assert (exchange["outcome"], exchange["code"]) == ("refused", code)
    assert bench.findings()[rule] == "error"


BILLION = b'<!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><l>&b;</l>'


@pytest.mark.parametrize(
    ("body", "code", "rule"),
    [
        (b"", "mock_xml", "XML-001"),
        (b"<soap:Envelope", "mock_xml", "XML-001"),
        (b"PK\x03\x04 not xml at all", "mock_xml", "XML-001"),
        (b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>', "mock_xml", "XML-002"),
        (BILLION, "mock_xml", "XML-003"),
        (b"<a>" * 100 + b"</a>" * 100, "mock_xml", "XML-005"),
        (b'<?xml version="1.0" encoding="UTF-8"?><a>\xe9\xe8</a>', "mock_xml", None),
        (b"<other/>", "mock_soap", "SOAP-001"),
        (f'<s:Envelope xmlns:s="{SOAP12}"><s:Header/></s:Envelope>'.encode(), "mock_soap", "SOAP-001"),
    ],
)
def test_what_is_no_soap_message_is_refused_everywhere(
    lenient: Bench, body: bytes, code: str, rule: str | None
) -> None:
    got = lenient.post(body)
    assert (got.status, got.error.code) == (500, code)
    exchange = lenient.last()
    assert (exchange["operation"], exchange["outcome"], exchange["code"]) == ("insi.unknown", "refused", code)
    assert rule is None or rule in lenient.findings()


def test_a_body_beyond_one_mebibyte_is_refused(lenient: Bench) -> None:
    got = lenient.post(b"<a>" + b"x" * 2**20 + b"</a>")
    assert (got.status, got.error.code) == (413, "mock_http")
    assert lenient.last()["outcome"] == "refused"


def test_soap_1_1_is_refused_everywhere(lenient: Bench) -> None:
    old = serialize(lenient.request()).replace(SOAP12.encode(), SOAP11.encode())
    refused(lenient, lenient.post(old), "mock_soap", "INSI-SOAP-001")


@pytest.mark.parametrize("content_type", ["text/xml; charset=utf-8", "application/xml", "multipart/related", None])
def test_another_content_type_is_refused_everywhere(lenient: Bench, content_type: str | None) -> None:
    got = lenient.post(lenient.request(), content_type=content_type)
    refused(lenient, got, "mock_soap", "INSI-SOAP-002")


@pytest.mark.parametrize("media_type", [b"text/\xe9ml", b"text/\xef\xbf\xbe", b"a" * 5000])
def test_a_content_type_that_xml_cannot_hold_is_refused_and_told(lenient: Bench, media_type: bytes) -> None:
    sent = serialize(lenient.request())
    answer = lenient.http(lenient.trust).post(lenient.url(), content=sent, headers={"Content-Type": media_type})
    assert (answer.status_code, b'code="mock_soap"' in answer.content) == (500, True)
    assert lenient.findings()["INSI-SOAP-002"] == "error"
    assert len(answer.content) < 3000


def test_a_charset_that_the_message_is_not_in_is_a_warning(bench: Bench) -> None:
    assert bench.post(bench.request(), content_type="application/soap+xml; charset=latin1").answer.code == "00"
    assert bench.findings() == {"INSI-SOAP-004": "warning"}


@pytest.mark.parametrize(
    "extra",
    [
        b"<rec:Prenom>JEAN--\xc3\xa9</rec:Prenom>" * 5000,
        b"<rec:Autre/>" * 15_000,
        b"<rec:Prenom>" + b"\xc3\xa9" * 300_000 + b"</rec:Prenom>",
    ],
    ids=["bad names", "strangers", "a long name"],
)
def test_a_flood_of_faults_drowns_neither_answer_nor_journal(lenient: Bench, extra: bytes) -> None:
    sent = serialize(lenient.request()).replace(b"<rec:Sexe>", extra + b"<rec:Sexe>")
    assert len(lenient.post(sent).body) < 3000
    assert 0 < len(lenient.last()["findings"]) <= 300
    assert len(str(lenient.last()["findings"])) < 200_000


def test_ids_that_no_key_holds_are_remembered(bench: Bench) -> None:
    request = bench.request(message_id="x" * 200_000)
    assert bench.post(request).answer.code == bench.post(request).answer.code == "00"
    assert bench.findings()["INSI-HDR-012"] == "warning"


def test_an_unknown_action_is_refused_everywhere(lenient: Bench) -> None:
    request = lenient.request()
    request.find(f".//{{{WSA}}}Action").text = "urn:ServiceADRi:1.0.0:lireDroits"
    refused(lenient, lenient.post(request), "mock_action", "INSI-HDR-001")
    assert lenient.last()["operation"] == "insi.unknown"


def test_no_action_at_all_is_refused_everywhere(lenient: Bench) -> None:
    refused(lenient, lenient.post(without(lenient, WSA, "Action")), "mock_action", "INSI-HDR-001")


def without(bench: Bench, namespace: str, name: str) -> etree._Element:
    request = bench.request()
    element = request.find(f".//{{{namespace}}}{name}")
    element.getparent().remove(element)
    return request


def test_the_action_may_stand_in_the_content_type_alone(bench: Bench) -> None:
    got = bench.post(without(bench, WSA, "Action"), content_type=f'{SOAP}; action="{names.SEARCH_ACTION}"')
    assert got.answer.code == "00"
    assert bench.findings() == {"INSI-HDR-002": "warning"}


@pytest.mark.parametrize(
    ("action", "rule"),
    [
        (names.CARD_ACTION, "INSI-CARD-001"),
        (names.VERIFY_ACTION, "INSI-VER-001"),
        (names.DEPOSIT_ACTION, "INSI-BULK-001"),
        (names.RETRIEVE_ACTION, "INSI-BULK-004"),
    ],
)
def test_the_body_of_another_operation_is_refused(lenient: Bench, action: str, rule: str) -> None:
    request = lenient.request()
    request.find(f".//{{{WSA}}}Action").text = action
    refused(lenient, lenient.post(request), "mock_corps", rule)
    assert lenient.last()["operation"] == f"insi.{names.ACTIONS[action]}"


@pytest.mark.parametrize("idam", ["INCONNU", ""])
def test_an_unknown_software_is_refused_everywhere_with_the_real_code(lenient: Bench, idam: str) -> None:
    request = lenient.request()
    request.find(f".//{{{CTXLPS}}}IDAM").text = idam
    got = lenient.post(request)
    refused(lenient, got, "desir_550", "INSI-LPS-001")
    assert got.error.subcode == "siram_100"
    assert got.error.message_id == request.findtext(f".//{{{WSA}}}MessageID")


def test_a_declared_software_is_accepted_under_its_name(bench: Bench) -> None:
    bench.tell("POST", "software", {"name": "Autre Dossier", "version": "1", "idam": "IDAM-42"})
    mine = Software("Autre Dossier", "1", "IDAM-42", str(uuid4()))
    assert bench.search(TILLEUL, software=mine).answer.code == "00"
    assert bench.findings() == {}
    bench.search(TILLEUL, software=Software("dossier-plus", "1", "IDAM-42", str(uuid4())))
    assert bench.findings() == {"INSI-LPS-004": "warning"}


@pytest.mark.parametrize(
    ("namespace", "name", "code", "rule"),
    [
        (WSA, "MessageID", "mock_entete", "INSI-HDR-004"),
        (CTXBAM, "ContexteBAM", "mock_entete", "INSI-HDR-006"),
        (CTXBAM, "COUVERTURE", "mock_entete", "INSI-HDR-006"),
        (CTXLPS, "Temps", "mock_entete", "INSI-HDR-007"),
        (CTXBAM, "Emetteur", "mock_emetteur", "INSI-HDR-013"),
    ],
)
def test_a_missing_header_refuses_in_strict_mode_and_informs_in_lenient(
    open_bench, namespace: str, name: str, code: str, rule: str
) -> None:
    strict, lenient = open_bench("strict"), open_bench("lenient")
    refused(strict, strict.post(without(strict, namespace, name)), code, rule)
    assert lenient.post(without(lenient, namespace, name)).answer.code == "00"
    assert lenient.findings()[rule] == "error"


def doubled(bench: Bench, namespace: str, name: str) -> etree._Element:
    request = bench.request()
    element = request.find(f".//{{{namespace}}}{name}")
    element.addnext(etree.fromstring(etree.tostring(element)))
    return request


@pytest.mark.parametrize(
    ("namespace", "name"),
    [(WSA, "Action"), (WSA, "MessageID"), (CTXBAM, "ContexteBAM"), (CTXLPS, "ContexteLPS")],
)
def test_a_doubled_header_refuses_in_strict_mode_and_informs_in_lenient(open_bench, namespace: str, name: str) -> None:
    strict, lenient = open_bench("strict"), open_bench("lenient")
    refused(strict, strict.post(doubled(strict, namespace, name)), "mock_entete", "INSI-HDR-016")
    assert lenient.post(doubled(lenient, namespace, name)).answer.code == "00"
    assert lenient.findings()["INSI-HDR-016"] == "error"


@pytest.mark.parametrize("name", ["NomNaissance", "Sexe", "DateNaissance"])
def test_a_doubled_trait_is_refused_everywhere(lenient: Bench, name: str) -> None:
    got = lenient.post(doubled(lenient, REC, name))
    assert (got.status, got.error.code) == (500, "mock_trait")
    assert lenient.last()["outcome"] == "refused"


@pytest.mark.parametrize(
    ("namespace", "name", "code", "rule"),
    [
        (CTXBAM, "Id", "mock_entete", "INSI-HDR-006"),
        (CTXLPS, "Emetteur", "mock_entete", "INSI-HDR-007"),
        (CTXLPS, "IDAM", "mock_entete", "INSI-HDR-007"),
        (REC, "NomNaissance", "mock_corps", "INSI-BODY-002"),
    ],
)
def test_a_wrong_order_refuses_in_strict_mode_and_informs_in_lenient(
    open_bench, namespace: str, name: str, code: str, rule: str
) -> None:
    for mode in ("strict", "lenient"):
        bench = open_bench(mode)
        request = bench.request()
        element = request.find(f".//{{{namespace}}}{name}")
        element.getparent().append(element)
        got = bench.post(request)
        if mode == "strict":
            refused(bench, got, code, rule)
        else:
            assert got.answer.code == "00"
            assert bench.findings()[rule] == "error"


def test_an_mtom_package_is_refused_everywhere(lenient: Bench) -> None:
    boundary, root_id = "limite-42", "racine@banc.test"
    kind, body = mtom.pack(
        serialize(lenient.request()), {}, action=names.SEARCH_ACTION, boundary=boundary, root_id=root_id
    )
    got = lenient.post(body, content_type=kind)
    refused(lenient, got, "mock_soap", "INSI-SOAP-002")
    cut = lenient.post(body[: len(body) // 2], content_type=kind)
    assert (cut.status, cut.error.code) == (500, "mock_xml")


@pytest.mark.parametrize("day", ["1980-02-30", "1980-13-45", "1980-00-00", "9999-99-99"])
def test_a_date_of_no_calendar_is_compared_as_text(bench: Bench, day: str) -> None:
    got = bench.search(Search("TILLEUL", ("ANNE",), "F", day))
    assert (got.answer.code, bench.findings()) == ("01", {})


def test_ids_used_again_are_a_warning(bench: Bench) -> None:
    request = bench.request()
    bench.post(request)
    assert bench.post(request).answer.code == "00"
    assert bench.findings() == {"INSI-HDR-012": "warning"}


def test_a_body_of_another_operation_is_refused_everywhere(lenient: Bench) -> None:
    request = lenient.request()
    request.find(f".//{{{REC}}}RECSANSVITALE").tag = f"{{{names.REC_VIT}}}RECVITALE"
    refused(lenient, lenient.post(request), "mock_corps", "INSI-BODY-001")


@pytest.mark.parametrize(
    ("search", "rule"),
    [
        (Search("", ("ANNE",), "F", "1980-05-14"), "INSI-TRAIT-001"),
        (Search("TILLEUL", (), "F", "1980-05-14"), "INSI-TRAIT-002"),
        (Search("TILLEUL", ("ANNE",), "", "1980-05-14"), "INSI-TRAIT-003"),
        (Search("TILLEUL", ("ANNE",), "I", "1980-05-14"), "INSI-TRAIT-003"),
        (Search("TILLEUL", ("ANNE",), "F", ""), "INSI-TRAIT-004"),
        (Search("TILLEUL", ("ANNE",), "F", "14/05/1980"), "INSI-TRAIT-004"),
    ],
)
def test_a_missing_or_malformed_trait_is_refused_everywhere(lenient: Bench, search: Search, rule: str) -> None:
    refused(lenient, lenient.search(search), "mock_trait", rule)


@pytest.mark.parametrize(
    ("family", "given", "rule"),
    [
        ("Tilleul", "ANNE", "INSI-LEX-001"),
        ("D’AUBEPINE", "MARIE", "INSI-LEX-001"),
        ("TILLEUL", "ZOÉ", "INSI-LEX-001"),
        ("TILLEUL", "JEAN--MARC", "INSI-LEX-002"),
        ("-TILLEUL", "ANNE", "INSI-LEX-003"),
        ("TILLEUL", "ANNE-", "INSI-LEX-004"),
        ("DE  TILLEUL", "ANNE", "INSI-LEX-005"),
    ],
)
def test_a_name_outside_its_profile_faults_or_finds_nobody(open_bench, family: str, given: str, rule: str) -> None:
    search = Search(family, (given,), "F", "1980-05-14")
    strict, lenient = open_bench("strict"), open_bench("lenient")
    refused(strict, strict.search(search), "mock_trait", rule)
    strict.switch(bad_traits="cr01")
    assert strict.search(search).answer.code == "01"
    assert strict.last()["outcome"] == "accepted"
    assert lenient.search(search).answer.code == "01"
    assert lenient.findings()[rule] == "error"


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/autre", 404), ("PUT", "/lps", 405)])
def test_another_address_or_method_is_answered_with_a_fault(bench: Bench, method: str, path: str, status: int) -> None:
    answer = bench.http(bench.trust).request(method, bench.url().replace("/lps", path))
    assert answer.status_code == status
    assert b'code="mock_http"' in answer.content
    exchange = bench.last()
    assert (exchange["operation"], exchange["outcome"], exchange["code"]) == (
        "insi.wsdl" if (method, path) == ("GET", "/lps") else "insi.unknown",
        "refused",
        "mock_http",
    )


def test_a_client_without_the_sandbox_ca_cannot_connect(bench: Bench) -> None:
    with httpx.Client() as stranger, pytest.raises(httpx.ConnectError):
        stranger.post(bench.url(), content=b"")


def test_ten_thousand_given_names_are_answered(bench: Bench) -> None:
    for givens in (("ANNE",) * 10_000, (" ".join(["ANNE"] * 10_000),)):
        got = bench.search(replace(TILLEUL, givens=givens))
        assert (got.status, got.answer.code) == (200, "01")
