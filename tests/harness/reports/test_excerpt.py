"""The bytes that a finding points at."""

from __future__ import annotations

from typing import Any

import pytest

from banc_harness.reports.excerpt import Excerpt, excerpt
from banc_harness.reports.places import place
from banc_standards.contracts.finding import Finding

from .recording import Recording, finding

ENVELOPE = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Body><R><Nom>DUPONT</Nom><Nom>pat-deux</Nom>'
    '<Slot name="hash"><Value>00000000</Value></Slot></R></s:Body></s:Envelope>'
)


def taken(body: str, location: str, media_type: str = "application/soap+xml", **more: Any) -> Excerpt | None:
    line = more.pop("request_line", "POST /service")
    run = Recording().exchange("insi.WS_INS2", body=body.encode(), media_type=media_type, line=line)
    exchange = run.sealed.exchange(1)
    assert exchange is not None
    told = Finding.read(finding("INSI-1", location, **more))
    return excerpt(exchange, told, place(told.location))


def test_element_is_found_by_its_path() -> None:
    found = taken(ENVELOPE, "insi.WS_INS2#1 /s:Envelope/s:Body/R/Nom")

    assert found is not None
    assert found.marked == "<Nom>DUPONT</Nom>"


def test_of_several_elements_the_one_that_holds_what_was_found_is_marked() -> None:
    found = taken(ENVELOPE, "insi.WS_INS2#1 /s:Envelope/s:Body/R/Nom", found="pat-deux")

    assert found is not None
    assert found.marked == "<Nom>pat-deux</Nom>"


def test_missing_element_is_shown_where_it_should_be() -> None:
    found = taken(ENVELOPE, "insi.WS_INS2#1 /s:Envelope/s:Body/R/Sexe")

    assert found is not None
    assert (found.marked, found.missing) == ("<R>", "Sexe")


def test_place_that_is_no_path_is_found_by_what_was_found() -> None:
    found = taken(ENVELOPE, "insi.WS_INS2#1 DocumentEntry[Doc01]/hash", found="00000000")

    assert found is not None
    assert found.marked == "00000000"


def test_parameter_of_a_query_is_marked() -> None:
    found = taken("", "psc.authorization#1 state", "text/plain", request_line="GET /auth?scope=openid&state=abc")

    assert found is not None
    assert found.marked == "state=abc"


def test_missing_parameter_is_told() -> None:
    found = taken("", "psc.authorization#1 nonce", "text/plain", request_line="GET /auth?scope=openid")

    assert found is not None
    assert found.missing == "nonce"


def test_long_element_is_cut() -> None:
    found = taken(f"<R><Nom>{'a b ' * 2000}</Nom></R>", "insi.WS_INS2#1 R/Nom", "text/xml")

    assert found is not None
    assert len(found.marked) < 500


def test_tags_get_lines_and_depth() -> None:
    found = taken(ENVELOPE.replace("DUPONT", "D" * 80), "insi.WS_INS2#1 R/Nom", found="pat-deux")

    assert found is not None
    assert found.before.endswith("\n      ")
    assert found.after.startswith("\n")


@pytest.mark.parametrize(
    "body", ["<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>", "<a><b>", "\x00\x01", ""], ids=["dtd", "cut", "binary", "none"]
)
def test_what_cannot_be_read_gives_no_excerpt(body: str) -> None:
    assert taken(body, "insi.WS_INS2#1 /a/b/c") is None


@pytest.mark.parametrize(
    ("rule", "location", "marked"),
    [
        ("MAIL-SUB-001", "mssante.submission#1 Subject", "Subject: Résultat"),
        ("XDS-FORM-001", "mssante.submission#1 DocumentEntry[Doc01]/Slot", "<Slot>x</Slot>"),
        ("CDA-HDR-001", "mssante.submission#1 /ClinicalDocument/title", "<title>Lettre</title>"),
    ],
)
def test_mail_is_looked_into_where_its_rule_speaks(rule: str, location: str, marked: str) -> None:
    metadata = b"<S><DocumentEntry><Slot>x</Slot></DocumentEntry></S>"
    cda = b"<ClinicalDocument><title>Lettre</title></ClinicalDocument>"
    members = {"IHE_XDM/SUBSET01/METADATA.XML": metadata, "IHE_XDM/SUBSET01/DOC.XML": cda}
    exchange = Recording().mail("Résultat", members).sealed.exchange(1)
    assert exchange is not None
    told = Finding.read(finding(rule, location))

    found = excerpt(exchange, told, place(location))

    assert found is not None
    assert found.marked == marked
