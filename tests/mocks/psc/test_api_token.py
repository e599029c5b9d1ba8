"""The DMP and INSi take the token that the exchange gave, with the certificate that it names, and no other."""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from lxml import etree

from banc_fixtures.population import population
from banc_fixtures.software import BENCH_IDAM
from banc_standards.dmp import names as dmp_names
from banc_standards.insi import build
from banc_standards.insi.model import PsAssertion, Search, Software
from banc_standards.soap.build import serialize
from banc_standards.vihf import names as vihf_names

from ..dmp.hospital import Answer, Credential, Hospital, hospital_of
from ..dmp.hospital import Bench as DmpBench
from ..sandbox_thread import SandboxThread
from .conftest import DOCTOR, Bench, Login, claims_of
from .test_exchange import ask

SOAP = "application/soap+xml; charset=UTF-8"
OTHER_DOCTOR = "899900000029"


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxThread]:
    running = SandboxThread(tmp_path_factory.mktemp("banc"), "psc", "dmp", "insi")
    yield running
    running.stop()


@dataclass
class Proxy:
    """A server that holds a structure's certificate, exchanges its users' tokens and calls both services."""

    bench: Bench
    hospital: Hospital
    tls: Credential

    def caller(self, tls: Credential | None) -> httpx.Client:
        context = ssl.create_default_context(cafile=self.bench.ready["ca_file"])
        if tls is not None:
            context.load_cert_chain(tls.chain_file, tls.key_file)
        return self.bench.http(verify=context)

    def exchanged(self, psc_token: str, api: str) -> str:
        answer = ask(self.bench, self.caller(self.tls), psc_token, api)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def dmp(self, token: str | None, tls: Credential | None = None, **changed: str) -> Answer:
        """TD0.2 in the reinforced indirect mode."""
        hospital = self.hospital
        data = hospital.envelope(
            dmp_names.QUERY_ACTION, hospital.query(), authn_decl=vihf_names.SIMPLE_AIR_DECLARATION, **changed
        )
        answer = self._post(f"{hospital.bench.url}/patients", data, token, tls or self.tls)
        self.challenge = answer.headers.get("WWW-Authenticate")
        return Answer(answer.status_code, answer.headers["Content-Type"], answer.content)

    def insi(
        self, token: str | None, tls: Credential | None = None, listener: str = "url_mtls", idnat: str = DOCTOR
    ) -> httpx.Response:
        """WS_INS2 for a Pro Santé Connect user."""
        url = httpx.URL(self.bench.ready["services"]["insi"][listener])
        return self._post(
            str(url.copy_with(path=f"/s/{self.bench.session}{url.path}")), serialize(_search(idnat)), token, tls
        )

    def _post(self, url: str, data: bytes, token: str | None, tls: Credential | None) -> httpx.Response:
        headers = {"Content-Type": SOAP} | ({"Authorization": f"Bearer {token}"} if token else {})
        return self.caller(tls or self.tls).post(url, content=data, headers=headers)

    def rules(self) -> set[str]:
        return {finding["rule"] for finding in self.bench.exchanges()[-1]["findings"]}


def _search(idnat: str) -> etree._Element:
    assertion = PsAssertion(
        assertion_id=f"_{uuid4()}",
        issue_instant=datetime.now(UTC),
        issuer="CN=TEST",
        name_id=idnat,
        billing="990000069",
        sector="SA07",
        qualifier="PSC",
        speciality=population().professional(idnat).amo_speciality,
    )
    return build.search_request(
        Search("TILLEUL", ("ANNE",), "F", "1980-05-14"),
        message_id=str(uuid4()),
        bam_id=str(uuid4()),
        lps_id=str(uuid4()),
        at=datetime.now(UTC),
        sender=idnat,
        software=Software("dossier-plus", "4.2.1", BENCH_IDAM, "0190a6f0-0000-7000-8000-000000000001"),
        assertion=build.ps_assertion(assertion),
    )


@pytest.fixture
def proxy(bench: Bench, tmp_path: Path) -> Proxy:
    dmp = DmpBench(bench.ready, bench.session, bench.control, tmp_path)
    hospital = hospital_of(dmp)
    hospital.mode = vihf_names.AIR
    tls = hospital.tls
    assert tls is not None
    bench.declare(auth_method="both", certificate_dn=tls.certificate.subject.rfc4514_string())
    return Proxy(bench, hospital, tls)


def altered(token: str, **changed: object) -> str:
    """The token with other claims under the signature of the first ones."""
    header, _, signature = token.split(".")
    claims = json.dumps(claims_of(token) | changed).encode()
    return f"{header}.{base64.urlsafe_b64encode(claims).rstrip(b'=').decode()}.{signature}"


@pytest.mark.parametrize("form", ["rfc", "ans"])
def test_both_services_take_the_token_of_the_exchange(proxy: Proxy, login: Login, form: str) -> None:
    proxy.bench.tell("PUT", "switches", {"psc.exchange_cnf": form})
    psc = login.tokens()

    assert proxy.dmp(proxy.exchanged(psc["access_token"], "dmp")).existence.found == "OK"
    noted = proxy.bench.last("dmp.TD0.2")
    assert (noted["findings"], noted["facts"]["cnf"]) == ([], form)
    assert noted["facts"]["session_state"] == psc["session_state"]
    assert noted["peer"]["token"]["client_id"] == proxy.bench.client_id

    assert proxy.insi(proxy.exchanged(psc["access_token"], "insi")).status_code == 200
    noted = proxy.bench.last("insi.WS_INS2")
    assert (noted["findings"], noted["facts"]["cnf"]) == ([], form)
    assert noted["facts"]["professional"] == DOCTOR


def test_the_dmp_asks_for_no_token(proxy: Proxy) -> None:
    assert proxy.dmp(None).existence.found == "OK"


@pytest.mark.parametrize("api", ["dmp", "insi"])
@pytest.mark.parametrize("wrong", ["certificate", "api", "expired", "altered", "signature"])
def test_another_token_or_another_certificate_is_refused(proxy: Proxy, login: Login, api: str, wrong: str) -> None:
    token, tls = proxy.exchanged(login.tokens()["access_token"], api), proxy.tls
    if wrong == "certificate":
        del proxy.hospital.bench.issued["AUTH_CLI", "S01", "valid"]
        tls = proxy.hospital.bench.credential("AUTH_CLI", "S01")
    elif wrong == "api":
        token = proxy.exchanged(login.tokens()["access_token"], "insi" if api == "dmp" else "dmp")
    elif wrong == "expired":
        proxy.bench.tell("PUT", "switches", {"psc.exchange_s": 0})
        token = proxy.exchanged(login.tokens()["access_token"], api)
    elif wrong == "altered":
        token = altered(token, sub="un-autre")
    else:
        token = token[:-8] + "AAAAAAAA"

    if api == "dmp":
        refused = proxy.dmp(token, tls)
        assert (refused.status, refused.fault.subcode, refused.rule) == (401, "DMPMockInvalidToken", "PSC-EXC-008")
        assert proxy.challenge == 'Bearer error="invalid_token"'
    else:
        answer = proxy.insi(token, tls)
        assert (answer.status_code, b'code="mock_jeton"' in answer.content) == (401, True), answer.text
        assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    assert "PSC-EXC-008" in proxy.rules()


@pytest.mark.parametrize("name", ["access_token", "id_token"])
def test_a_psc_token_is_no_token_of_the_dmp(proxy: Proxy, login: Login, name: str) -> None:
    assert proxy.dmp(login.tokens()[name]).rule == "PSC-EXC-008"


def test_insi_takes_a_psc_token_unless_it_asks_for_the_exchange(proxy: Proxy, login: Login) -> None:
    token = login.tokens()["access_token"]
    assert proxy.insi(token, listener="url").status_code == 200

    proxy.bench.tell("PUT", "switches", {"insi.psc_token": "exchanged"})
    assert proxy.insi(token, listener="url").status_code == 401
    assert "PSC-EXC-008" in proxy.rules()


def test_a_bound_token_needs_mutual_tls(proxy: Proxy, login: Login) -> None:
    token = proxy.exchanged(login.tokens()["access_token"], "insi")

    assert proxy.insi(token, listener="url").status_code == 401


def test_the_token_and_the_assertion_name_one_person(proxy: Proxy, login: Login) -> None:
    psc = login.tokens()["access_token"]

    assert proxy.dmp(proxy.exchanged(psc, "dmp"), name_id=OTHER_DOCTOR).rule == "PSC-EXC-009"
    assert proxy.insi(proxy.exchanged(psc, "insi"), idnat=OTHER_DOCTOR).status_code == 401
    assert "PSC-EXC-009" in proxy.rules()


def test_a_token_of_another_session_is_a_conflict(proxy: Proxy, login: Login, lenient: Bench) -> None:
    token = proxy.exchanged(login.tokens()["access_token"], "dmp")
    elsewhere = hospital_of(DmpBench(lenient.ready, lenient.session, lenient.control, proxy.hospital.bench.folder))
    elsewhere.mode = vihf_names.AIR
    assert elsewhere.tls is not None

    answer = Proxy(lenient, elsewhere, elsewhere.tls).dmp(token)

    assert (answer.status, answer.rule) == (403, "SESSION-001")
