"""A SOAP client that we did not write calls every operation from the description that the service gives of itself."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from lxml import etree
from requests import Session as Requests
from zeep import Client
from zeep.exceptions import Fault
from zeep.transports import Transport

from banc_fixtures.population import population
from banc_standards.insi import build

from .conftest import Bench

SENDER = population().professional("P02").idnat


@pytest.fixture
def zeep(bench: Bench) -> Iterator[Client]:
    with Requests() as session:
        session.trust_env = False  # REQUESTS_CA_BUNDLE would win over verify
        session.headers["Connection"] = "close"  # a fault keeps its connection, which would outlive the sandbox
        session.verify = bench.ready["ca_file"]
        yield Client(bench.url() + "?wsdl", transport=Transport(session=session))


def headers(bench: Bench, **changed: str) -> list[etree._Element]:
    request = bench.request(**changed)
    return list(request[0])


def call(zeep: Client, bench: Bench, **traits: Any) -> Any:
    return zeep.service.rechercherInsAvecTraitsIdentite(**traits, _soapheaders=headers(bench))


def test_zeep_finds_a_patient(zeep: Client, bench: Bench) -> None:
    result = call(
        zeep, bench, NomNaissance="CEDRE", Prenom=["KARIM"], Sexe="M", DateNaissance="1990-03-08", LieuNaissance="99352"
    )
    patient = population().patient("PAT-17")
    assert patient.ins is not None
    assert (result.CR.CodeCR, result.CR.LibelleCR) == ("00", "OK")
    active = result.INDIVIDU.INSACTIF
    assert active.IdIndividu.NumIdentifiant + active.IdIndividu.Cle == patient.ins.value
    assert patient.ins.oid == active.OID
    assert [former.OID for former in result.INDIVIDU.INSHISTO] == [patient.ins.oid]
    assert result.INDIVIDU.TIQ.ListePrenom == "KARIM"
    assert bench.findings() == {}


@pytest.mark.parametrize(
    ("family", "given", "born", "code"),
    [("INCONNU", "ROSE", "1987-03-03", "01"), ("ORMEAU", "PAUL", "1968-08-08", "02")],
)
def test_zeep_reads_the_other_codes(zeep: Client, bench: Bench, family: str, given: str, born: str, code: str) -> None:
    sex = "F" if given == "ROSE" else "M"
    result = call(zeep, bench, NomNaissance=family, Prenom=[given], Sexe=sex, DateNaissance=born)
    assert result.CR.CodeCR == code
    assert result.INDIVIDU is None


def test_zeep_raises_the_faults_of_the_gateway(zeep: Client, bench: Bench) -> None:
    bench.arm("desir_1020")
    with pytest.raises(Fault) as raised:
        call(zeep, bench, NomNaissance="TILLEUL", Prenom=["ANNE"], Sexe="F", DateNaissance="1980-05-14")
    assert raised.value.code == "soap:Sender"
    assert [etree.QName(code).localname for code in raised.value.subcodes] == ["siram_40"]
    assert 'code="desir_1020"' in etree.tostring(raised.value.detail, encoding="unicode")


def test_zeep_makes_the_headers_from_the_description(zeep: Client, bench: Bench) -> None:
    context = {"Id": str(uuid4()), "Temps": datetime.now(UTC), "Emetteur": SENDER}
    software = {"IDAM": {"_value_1": bench.software.idam, "R": "4"}, "Version": "1", "Instance": "i", "Nom": "n"}
    result = zeep.service.rechercherInsAvecTraitsIdentite(
        NomNaissance="TILLEUL",
        Prenom=["ANNE"],
        Sexe="F",
        DateNaissance="1980-05-14",
        _soapheaders={
            "Action": build.names.SEARCH_ACTION,
            "MessageID": f"uuid:{uuid4()}",
            "Security": {"_value_1": [bench.signed()]},
            "ContexteBAM": {**context, "COUVERTURE": {}, "Version": "01_02", "Nature": "CTXBAM"},
            "ContexteLPS": {**context, "Id": str(uuid4()), "LPS": software, "Version": "01_00", "Nature": "CTXLPS"},
        },
    )
    assert result.CR.CodeCR == "00"


def test_zeep_runs_the_other_operations(zeep: Client, bench: Bench) -> None:
    patient = population().patient("PAT-01")
    assert patient.ins is not None
    held = {
        "INSFourni": {
            "IdIndividu": {"NumIdentifiant": patient.ins.number, "Cle": patient.ins.key},
            "OID": patient.ins.oid,
        },
        "TraitsIdentiteIndividu": {
            "NomNaissance": patient.birth_family,
            "ListePrenom": patient.traits.birth_givens,
            "Sexe": patient.sex,
            "DateNaissance": patient.birth_date,
        },
    }

    def run(operation: str, **content: Any) -> Any:
        request = bench.request()
        request[0][0].text = build.names.ACTION_ROOT + operation
        return getattr(zeep.service, operation)(**content, _soapheaders=list(request[0]))

    found = run("rechercherInsAvecCarteVitale", MatriculeIndividu={"NumIdentifiant": patient.ins.number})
    assert patient.ins.oid == found.INDIVIDU.INSACTIF.OID
    verdict = run("verifierInsAvecTraitsIdentite", IndividuVerifie=held)
    assert (verdict.CodeCR, verdict.LibelleCR) == ("00", "OK")
    bench.switch(bulk_delay_s=0)
    deposited = run("deposerVerificationEnMasse", IndividuVerifie=[{"Identifiant": "a"} | held])
    assert deposited.NombreAcceptes == 1
    results = run("recupererVerificationEnMasse", Ticket=deposited.Ticket)
    assert [(one.Identifiant, one.CR.CodeCR) for one in results.Resultat] == [("a", "00")]


def test_the_address_of_the_description_is_the_one_that_was_called(bench: Bench) -> None:
    client = bench.http(bench.trust)
    assert f'location="{bench.url()}"'.encode() in client.get(bench.url() + "?wsdl").content
    bench.tell("PUT", "public-urls", {"insi": "https://insi.exemple.test:9000"})
    published = f'location="https://insi.exemple.test:9000/s/{bench.session}/lps"'
    assert published.encode() in client.get(bench.url() + "?wsdl").content


def test_reading_the_description_is_journaled(bench: Bench) -> None:
    bench.http(bench.trust).get(bench.url() + "?wsdl")
    assert bench.last()["operation"] == "insi.wsdl"
