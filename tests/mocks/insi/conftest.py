"""One sandbox per worker, in a thread of its own; each test lives in a session of its own and talks to real sockets."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree

from banc_fixtures.population import population
from banc_fixtures.software import BENCH_IDAM
from banc_standards.insi import build, read
from banc_standards.insi.model import Answer, PsAssertion, Search, SiramError, Software
from banc_standards.soap import read as soap
from banc_standards.soap.build import serialize
from banc_standards.vihf.build import sign

from ..sandbox_thread import SandboxThread

NURSE, GP = "P11", "P02"
SOAP = "application/soap+xml; charset=utf-8"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CSR = (
    x509.CertificateSigningRequestBuilder()
    .subject_name(x509.Name([]))
    .sign(KEY, hashes.SHA256())
    .public_bytes(Encoding.PEM)
    .decode()
)
PEM_KEY = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
SOFTWARE = Software("dossier-plus", "4.2.1", BENCH_IDAM, "0190a6f0-0000-7000-8000-000000000001")
TILLEUL = Search("TILLEUL", ("ANNE",), "F", "1980-05-14")


@dataclass
class Got:
    """An answer over HTTP, read as a client reads it."""

    status: int
    body: bytes
    media_type: str

    @cached_property
    def message(self) -> soap.Message:
        return soap.read(self.body)

    @property
    def answer(self) -> Answer:
        return read.answer(self.message)

    @property
    def error(self) -> SiramError:
        error = read.error(self.message)
        assert error is not None, self.body
        return error


@dataclass
class Bench:
    """One session of the sandbox, its control API, and a software that calls INSi in the three modes."""

    ready: dict[str, Any]
    session: str
    control: httpx.Client
    trust: ssl.SSLContext
    folder: Path
    software: Software = SOFTWARE
    opened: list[httpx.Client] = field(default_factory=list)
    certificates: dict[tuple[Any, ...], tuple[x509.Certificate, str]] = field(default_factory=dict)

    def url(self, name: str = "url", *, prefixed: bool = True) -> str:
        base = urlsplit(self.ready["services"]["insi"][name])
        prefix = f"/s/{self.session}" if prefixed else ""
        return f"{base.scheme}://{base.netloc}{prefix}{base.path}"

    def tell(self, method: str, what: str, content: Any = None) -> Any:
        answer = self.control.request(method, f"/control/v1/sessions/{self.session}/{what}", json=content)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def switch(self, **values: Any) -> None:
        self.tell("PUT", "switches", {f"insi.{name}": value for name, value in values.items()})

    def arm(self, fault: str, **settings: Any) -> None:
        self.tell("PUT", "faults", {"id": f"insi.{fault}"} | settings)

    def last(self) -> dict[str, Any]:
        exchange: dict[str, Any] = self.tell("GET", "exchanges")["exchanges"][-1]
        return exchange

    def findings(self) -> dict[str, str]:
        """The rules that the last exchange broke, with their severities."""
        return {finding["rule"]: finding["severity"] for finding in self.last()["findings"]}

    def certificate(self, kind: str, holder: str, **order: Any) -> tuple[x509.Certificate, str]:
        """A certificate of the session for the tests' one key: parsed, and in PEM with its chain."""
        wanted = (kind, holder, *sorted(order.items()))
        if wanted not in self.certificates:
            issued = self.tell("POST", "certificates", {"kind": kind, "holder": holder, "csr": CSR} | order)
            certificate = x509.load_pem_x509_certificate(issued["certificate"].encode())
            self.certificates[wanted] = certificate, issued["certificate"] + issued["chain"]
        return self.certificates[wanted]

    def assertion(self, holder: str = GP, *, psc: bool = False, **changed: Any) -> etree._Element:
        """The assertion of a professional, unsigned."""
        professional = population().professional(holder)
        subject = "CN=TEST" if psc else self.certificate("CPS_SIGN", holder)[0].subject.rfc4514_string()
        values: dict[str, Any] = {
            "assertion_id": f"_{uuid4()}",
            "issue_instant": datetime.now(UTC),
            "issuer": subject,
            "name_id": professional.idnat,
            "billing": "990000069",
            "sector": "SA07",
            "qualifier": "PSC" if psc else "CPS",
            "speciality": professional.amo_speciality,
        }
        return build.ps_assertion(PsAssertion(**(values | changed)))

    def signed(self, holder: str = GP, order: dict[str, Any] | None = None, **changed: Any) -> etree._Element:
        """The assertion of a card holder, signed with the card's certificate."""
        certificate, _ = self.certificate("CPS_SIGN", holder, **(order or {}))
        changed.setdefault("issuer", certificate.subject.rfc4514_string())
        return sign(self.assertion(holder, **changed), key=KEY, certificate=certificate)

    def request(self, search: Search = TILLEUL, **changed: Any) -> etree._Element:
        """A right request of a card holder; ``assertion=None`` leaves Security out."""
        values: dict[str, Any] = {
            "message_id": str(uuid4()),
            "bam_id": str(uuid4()),
            "lps_id": str(uuid4()),
            "at": datetime.now(UTC),
            "sender": population().professional(GP).idnat,
            "software": self.software,
        }
        values |= changed
        if "assertion" not in values:
            values["assertion"] = self.signed()
        return build.search_request(search, **values)

    def organisation(self, search: Search = TILLEUL, **changed: Any) -> etree._Element:
        """A right request of a structure."""
        return self.request(search, assertion=None, sender=population().structure("S01").struct_idnat, **changed)

    def post(
        self,
        message: etree._Element | bytes,
        *,
        url: str | None = None,
        content_type: str | None = SOAP,
        headers: dict[str, str] | None = None,
    ) -> Got:
        sent = message if isinstance(message, bytes) else serialize(message)
        media = {"Content-Type": content_type} if content_type else {}
        return self._post(self.http(self.trust), url or self.url(), sent, media | (headers or {}))

    def post_mutual(self, message: etree._Element, *, holder: str = "S01", **order: Any) -> Got:
        """Posts with an organisation certificate; ``kind=None`` shows none."""
        context = ssl.create_default_context(cafile=self.ready["ca_file"])
        kind = order.pop("kind", "AUTH_CLI")
        if kind is not None:
            order.setdefault("cn", "INSI-MANU")
            _, chain = self.certificate(kind, holder, **order)
            pem = self.folder / f"{uuid4()}.pem"
            pem.write_text(PEM_KEY + chain)
            context.load_cert_chain(pem)
        return self._post(self.http(context), self.url("url_mtls"), serialize(message), {"Content-Type": SOAP})

    def search(self, search: Search, **changed: Any) -> Got:
        return self.post(self.request(search, **changed))

    def http(self, context: ssl.SSLContext) -> httpx.Client:
        client = httpx.Client(verify=context)
        self.opened.append(client)
        return client

    @staticmethod
    def _post(client: httpx.Client, url: str, content: bytes, headers: dict[str, str]) -> Got:
        answer = client.post(url, content=content, headers=headers)
        return Got(answer.status_code, answer.content, answer.headers.get("Content-Type", ""))


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxThread]:
    running = SandboxThread(tmp_path_factory.mktemp("banc"), "insi")
    yield running
    running.stop()


@pytest.fixture
def open_bench(sandbox: SandboxThread, tmp_path: Path) -> Iterator[Callable[[str], Bench]]:
    trust = ssl.create_default_context(cafile=sandbox.ready["ca_file"])
    made: list[Bench] = []
    with httpx.Client(base_url=sandbox.ready["control"], verify=trust) as control:

        def open_one(mode: str) -> Bench:
            created = control.post("/control/v1/sessions", json={"mode": mode}).json()
            made.append(Bench(sandbox.ready, created["id"], control, trust, tmp_path))
            return made[-1]

        yield open_one
        for bench in made:
            for client in bench.opened:
                client.close()
            control.delete(f"/control/v1/sessions/{bench.session}")


@pytest.fixture
def bench(open_bench: Callable[[str], Bench]) -> Bench:
    return open_bench("strict")


@pytest.fixture
def lenient(open_bench: Callable[[str], Bench]) -> Bench:
    return open_bench("lenient")


def ago(**duration: float) -> datetime:
    return datetime.now(UTC) - timedelta(**duration)
