"""INSi messages are written as the service writes them and read whatever their spelling."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from lxml import etree

from banc_standards.ins import INS_NIR, Ins, NotTransliterable, StrictTraits
from banc_standards.insi import build, names, read
from banc_standards.insi.faults import DESIR_550, DESIR_1020, DOCUMENTED, INSI_102, mock_fault
from banc_standards.insi.model import Answer, Individual, InsRecord, PsAssertion, Search, Software
from banc_standards.soap import read as soap
from banc_standards.soap.build import serialize
from banc_standards.soap.names import SAML, SOAP12, WSA, XML

AT = datetime(2026, 11, 21, 10, 0, 0, 123456, tzinfo=UTC)
PERSON = Individual(
    active=InsRecord(Ins.of("180032B020401")),
    traits=StrictTraits("CORSE", "ANTHONY PAUL", "M", "1980-03-02", "2B020"),
    historical=(
        InsRecord(Ins.of("180032B020401", INS_NIR)),
        InsRecord(Ins.of("280032B020401"), "2019-03-01", "2019-02-28"),
    ),
    given="ANTHONY",
)
FOUND = Answer("00", "OK", PERSON)


def message(root: etree._Element) -> soap.Message:
    return soap.read(serialize(root))


def request(search: Search, assertion: etree._Element | None = None) -> etree._Element:
    software = Software("dossier-plus", "4.2.1", "IDAM-1", "instance")
    return build.search_request(
        search,
        message_id="m",
        bam_id="b",
        lps_id="l",
        at=AT,
        sender="899900000029",
        software=software,
        assertion=assertion,
    )


@pytest.mark.parametrize("wire", build.VARIANTS)
def test_every_spelling_of_an_answer_is_read_alike(wire: build.Wire) -> None:
    assert read.answer(message(build.answer(FOUND, wire))) == FOUND


def test_the_children_of_an_answer_are_in_the_order_of_the_schema() -> None:
    body = build.result_body(FOUND)
    individual = body[1]
    assert [etree.QName(child).localname for child in individual] == ["INSACTIF", "INSHISTO", "INSHISTO", "TIQ"]
    assert [etree.QName(child).localname for child in individual[2]] == ["IdIndividu", "OID", "DateDeb", "DateFin"]
    cnda = build.result_body(FOUND, build.VARIANTS[3])[1]
    assert [etree.QName(child).localname for child in cnda[2]] == ["DateDeb", "DateFin", "IdIndividu", "OID"]


@pytest.mark.parametrize(("code", "label"), [("01", "Aucune identite trouvee"), ("02", "Plusieurs identites trouvees")])
def test_the_other_codes_carry_nobody(code: str, label: str) -> None:
    assert names.LABELS[code] == label
    answer = Answer(code, label)
    assert read.answer(message(build.answer(answer))) == answer


def test_what_is_no_answer_is_refused() -> None:
    with pytest.raises(read.NotAnAnswer):
        read.answer(message(build.fault(DESIR_550, message_id=None)))
    assert read.error(message(build.answer(FOUND))) is None


def test_an_individual_without_active_ins_is_refused() -> None:
    root = build.answer(FOUND)
    individual = root.find(f".//{{{names.RESULTAT}}}INDIVIDU")
    assert individual is not None
    individual.remove(individual[0])
    with pytest.raises(read.NotAnAnswer):
        read.answer(message(root))


@pytest.mark.parametrize("fault", [*DOCUMENTED.values(), mock_fault("mock_trait", "Un trait est faux.")])
def test_a_fault_is_read_back_by_its_codes(fault) -> None:
    error = read.error(message(build.fault(fault, message_id="uuid:m")))
    assert error is not None
    assert (error.code, error.subcode, error.severity) == (fault.code, fault.subcode, fault.severity)
    assert (error.text, error.reason) == (fault.text, fault.reason)
    assert error.message_id == ("uuid:m" if fault.layer == "gateway" else None)


def test_the_two_layers_do_not_spell_faults_alike() -> None:
    gateway, application = (build.fault(f, message_id="uuid:m") for f in (DESIR_1020, INSI_102))
    codes = [root.findtext(f".//{{{SOAP12}}}Code/{{{SOAP12}}}Value") for root in (gateway, application)]
    assert codes == ["soap:Sender", "S:Receiver"]
    text = application.find(f".//{{{SOAP12}}}Text")
    assert text is not None
    assert text.get(f"{{{XML}}}lang") == "en"


def test_a_fault_of_ours_must_be_one_of_the_table() -> None:
    with pytest.raises(KeyError):
        mock_fault("desir_999", "x")


def test_a_request_is_read_as_it_was_written() -> None:
    search = Search("D'AUBEPINE", ("MARIE", "ANGE"), "F", "1985-06-30")
    read_back = read.request(message(request(search)))
    assert read_back.search() == search
    assert (read_back.operation, read_back.action) == ("WS_INS2", names.SEARCH_ACTION)
    assert read_back.senders == ("899900000029",)
    assert read_back.ids == ("m", "b", "l")
    order = ("IDAM", "Version", "Instance", "Nom")
    assert read_back.lps == read.Lps("IDAM-1", "4", "4.2.1", "instance", "urn:lps:dossier-plus:4.2.1", order)
    assert read_back.repeated == ()
    assert read_back.lps.product == "dossier-plus"
    assert read_back.bam is not None
    assert (read_back.bam.time, read_back.bam.children) == (
        "2026-11-21T10:00:00Z",
        ("Id", "Temps", "Emetteur", "COUVERTURE"),
    )
    assert read_back.assertions == ()


@pytest.mark.parametrize(
    ("name", "product"), [("nom nu", "nom nu"), ("urn:lps:a:b:1", "a:b"), ("urn:lps:", None), (None, None)]
)
def test_the_name_of_a_software_is_read_in_its_spellings(name: str | None, product: str | None) -> None:
    assert read.Lps(name=name).product == product


def test_an_empty_envelope_is_read_as_an_empty_request() -> None:
    empty = read.request(soap.read(f'<s:Envelope xmlns:s="{SOAP12}"><s:Body/></s:Envelope>'.encode()))
    assert empty.operation is None
    assert empty.search() == Search("", (), "", "")
    assert (empty.bam, empty.lps_context, empty.ids, empty.senders) == (None, None, (), ())


def test_an_assertion_says_what_it_was_given_and_leaves_out_what_is_empty() -> None:
    written = build.ps_assertion(
        PsAssertion("_1", AT, "CN=899900000110", "899900000110", "990000085", "SA17", qualifier="PSC", profession="60")
    )
    assertion = read.assertion(written, signed=False)
    assert assertion.attributes == {
        "identifiantFacturation": "990000085",
        "secteurActivite": "SA17",
        "gipProfessionCode": "60",
    }
    assert (assertion.name_id, assertion.qualifier, assertion.version) == ("899900000110", "PSC", "2.0")
    assert assertion.value("SECTEURACTIVITE") == "SA17"
    assert assertion.parts == ("Issuer", "Subject", "AttributeStatement")


def test_a_comment_does_not_cut_a_name() -> None:
    written = build.ps_assertion(PsAssertion("_1", AT, "CN=x", "8999", "1", "SA07"))
    name = written.find(f".//{{{SAML}}}NameID")
    assert name is not None
    comment = etree.Comment("x")
    comment.tail = "00000029"
    name.append(comment)
    assert read.assertion(written, signed=False).name_id == "899900000029"


def test_the_given_names_are_tried_one_by_one_then_together() -> None:
    traits = StrictTraits("D’Æïon", "Ola Catarina Bella", "F", "1936-06-21", "63220")
    attempts = build.attempts(traits)
    assert [attempt.givens for attempt in attempts] == [("OLA",), ("CATARINA",), ("BELLA",), ("OLA CATARINA BELLA",)]
    assert {attempt.birth_family for attempt in attempts} == {"D'AEION"}
    assert {attempt.birth_place for attempt in attempts} == {""}
    assert len(build.attempts(StrictTraits("A", "Zoé", "F", "1975-12-31"))) == 1


def test_a_name_that_cannot_cross_makes_no_attempt() -> None:
    with pytest.raises(NotTransliterable):
        build.attempts(StrictTraits("Łukasz", "Jan", "M", "1980-01-01"))


def test_the_headers_are_those_of_the_published_example() -> None:
    header = request(
        Search("A", ("B",), "F", "1980-01-01"), build.ps_assertion(PsAssertion("_1", AT, "CN=x", "8", "1", "SA07"))
    )[0]
    assert [etree.QName(child).localname for child in header] == [
        "Action",
        "MessageID",
        "Security",
        "ContexteBAM",
        "ContexteLPS",
    ]
    assert header.findtext(f"{{{WSA}}}MessageID") == "uuid:m"
