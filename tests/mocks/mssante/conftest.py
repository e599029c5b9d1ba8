"""One sandbox per worker, in a thread of its own; each test lives in a session of its own and talks SMTP to it."""

from __future__ import annotations

import base64
import secrets
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest

from banc_fixtures.population import population
from banc_mocks.mssante.state import application_mailbox
from banc_standards.cda.build import discharge_letter_n1
from banc_standards.cda.model import DischargeLetter, Identifier, Organization, Patient, Professional, Stay, Synthesis
from banc_standards.cda.read import read as read_cda
from banc_standards.mail import build
from banc_standards.mail.model import Mail, Mailbox
from banc_standards.mail.names import REPLACEMENT
from banc_standards.psc.build import challenge
from banc_standards.terminology.codes import value_set
from banc_standards.xdm import build as xdm
from banc_standards.xdm.names import Action
from banc_standards.xds.build import author_of, entry_from_cda, utc
from banc_standards.xds.model import SubmissionSet

from ..sandbox_thread import SandboxThread

PEOPLE = population()
DOCTOR = PEOPLE.professional("P01")
GP = PEOPLE.professional("P09")
PLACE = PEOPLE.structure(DOCTOR.structures[0])
APPLICATION = application_mailbox(PLACE)
CALLBACK = "https://logiciel.example.test/callback"
PDF_A = b"%PDF-1.4\n<x:xmpmeta><pdfaid:part>1</pdfaid:part></x:xmpmeta>\n%%EOF\n"
TIMEOUT_S = 20


@dataclass
class Bench:
    """One session of the sandbox, its control API, and the ways into its mail ports."""

    ready: dict[str, Any]
    session: str
    control: httpx.Client
    folder: Path
    opened: list[smtplib.SMTP] = field(default_factory=list)
    ends: list[Callable[[], object]] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)

    # -- the session ---------------------------------------------------------------------------------------------

    def tell(self, method: str, what: str, content: Any = None) -> Any:
        answer = self.control.request(method, f"/control/v1/sessions/{self.session}/{what}", json=content)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def arm(self, fault: str, **settings: Any) -> None:
        self.tell("PUT", "faults", {"id": f"mssante.{fault}"} | settings)

    def switch(self, name: str, value: Any) -> None:
        self.tell("PUT", "switches", {f"mssante.{name}": value})

    def exchanges(self, operation: str | None = None) -> list[dict[str, Any]]:
        query = f"?operation={operation}" if operation else ""
        return list(self.tell("GET", f"exchanges{query}")["exchanges"])

    def awaited(self, operation: str) -> dict[str, Any]:
        """The last exchange of an operation, waited for."""
        found = self.tell("GET", f"exchanges?operation={operation}&wait={TIMEOUT_S}")["exchanges"]
        assert found, operation
        return dict(found[-1])

    def last(self, operation: str = "mssante.submission") -> dict[str, Any]:
        return self.exchanges(operation)[-1]

    def rules(self, exchange: dict[str, Any], severity: str = "error") -> set[str]:
        return {finding["rule"] for finding in exchange["findings"] if finding["severity"] == severity}

    def messages(self, address: str) -> list[dict[str, Any]]:
        return list(self.tell("GET", f"mailboxes/{quote(address)}/messages")["messages"])

    def raw(self, address: str, uid: int) -> bytes:
        answer = self.control.get(f"/control/v1/sessions/{self.session}/mailboxes/{quote(address)}/messages/{uid}/raw")
        assert answer.status_code == 200, answer.text
        return answer.content

    # -- credentials ---------------------------------------------------------------------------------------------

    @property
    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.ready["ca_file"])

    def certificate(self, kind: str = "AUTH_CLI", **order: Any) -> Path:
        """A certificate with its key, in one PEM file."""
        made = self.tell("POST", "certificates", {"kind": kind, "format": "pem"} | order)
        path = self.folder / f"{made['id']}.pem"
        path.write_text(made["private_key"] + made["certificate"] + made["chain"])
        return path

    def shown(self, certificate: Path) -> ssl.SSLContext:
        """Trust, and the certificate that the client shows."""
        context = self.trust
        context.load_cert_chain(certificate)
        return context

    def token(self, person: str = DOCTOR.idnat) -> str:
        """An access token of Pro Santé Connect for this person."""
        if person not in self.tokens:
            self.tokens[person] = self._sign_in(person)
        return self.tokens[person]

    def _sign_in(self, person: str) -> str:
        self.tell("POST", "clients", {"client_id": "lps", "client_secret": "secret", "redirect_uris": [CALLBACK]})
        self.tell("PUT", "login", {"auto": person})
        issuer = urlsplit(self.ready["services"]["psc"]["issuer"])
        base = f"{issuer.scheme}://{issuer.netloc}/s/{self.session}{issuer.path}"
        verifier = secrets.token_urlsafe(48)
        with httpx.Client(verify=self.trust) as http:
            document = http.get(f"{base}/.well-known/wallet-openid-configuration").json()
            asked = http.get(
                document["authorization_endpoint"],
                params={
                    "response_type": "code",
                    "client_id": "lps",
                    "redirect_uri": CALLBACK,
                    "scope": "openid scope_all",
                    "acr_values": "eidas1",
                    "state": secrets.token_urlsafe(24),
                    "nonce": secrets.token_urlsafe(24),
                    "code_challenge": challenge(verifier),
                    "code_challenge_method": "S256",
                },
            )
            code = parse_qs(urlsplit(asked.headers["Location"]).query)["code"][0]
            granted = http.post(
                document["token_endpoint"],
                data={
                    "grant_type": "authorization_code",
                    "code": code,
                    "redirect_uri": CALLBACK,
                    "code_verifier": verifier,
                    "client_id": "lps",
                    "client_secret": "secret",
                },
            )
        assert granted.status_code == 200, granted.text
        return str(granted.json()["access_token"])

    # -- SMTP ----------------------------------------------------------------------------------------------------

    def place(self, port: str = "submission") -> tuple[str, int]:
        host, _, number = self.ready["services"]["mssante"][port].rpartition(":")
        return host, int(number)

    def connect(self, port: str = "submission", context: ssl.SSLContext | None = None) -> smtplib.SMTP:
        """A client that has said EHLO over TLS."""
        client: smtplib.SMTP
        if port == "submission_tls":
            client = smtplib.SMTP_SSL(*self.place(port), timeout=TIMEOUT_S, context=context or self.trust)
        else:
            client = smtplib.SMTP(*self.place(port), timeout=TIMEOUT_S)
            client.starttls(context=context or self.trust)
        self.opened.append(client)
        client.ehlo("logiciel.test")
        return client

    def clear(self, port: str = "submission") -> smtplib.SMTP:
        """A client in clear."""
        client = smtplib.SMTP(*self.place(port), timeout=TIMEOUT_S)
        self.opened.append(client)
        client.ehlo("logiciel.test")
        return client

    def signed_in(
        self, mailbox: str = DOCTOR.mailbox, *, person: str = DOCTOR.idnat, port: str = "submission"
    ) -> smtplib.SMTP:
        """A client that has opened a mailbox with its owner's token."""
        client = self.connect(port)
        code, reply = bearer(client, mailbox, self.token(person))
        assert code == 235, reply
        return client

    def application(self, mailbox: str = APPLICATION) -> smtplib.SMTP:
        """An application under its structure's certificate."""
        client = self.connect(context=self.shown(self.certificate(holder=PLACE.id)))
        client.login(mailbox, "")
        return client

    def send(self, mail: Mail | bytes, *, to: list[str] | None = None, client: smtplib.SMTP | None = None) -> Any:
        """Sends a mail; returns the recipients that were refused, as smtplib tells them."""
        client = client or self.signed_in()
        data = mail if isinstance(mail, bytes) else build.message(mail)
        recipients = to or [one.address for one in mail.recipients] if isinstance(mail, Mail) else to or []
        sender = mail.sender.address if isinstance(mail, Mail) else DOCTOR.mailbox
        return client.sendmail(sender, recipients, data)


def bearer(client: smtplib.SMTP, mailbox: str, token: str, mechanism: str = "XOAUTH2") -> tuple[int, bytes]:
    """Says AUTH with a bearer token, and an empty line to a challenge."""
    if mechanism == "XOAUTH2":
        text = f"user={mailbox}\x01auth=Bearer {token}\x01\x01"
    else:
        text = f"n,a={mailbox},\x01host=localhost\x01auth=Bearer {token}\x01\x01"
    code, reply = client.docmd("AUTH", f"{mechanism} {base64.b64encode(text.encode()).decode()}")
    return client.docmd("") if code == 334 else (code, reply)


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxThread]:
    running = SandboxThread(tmp_path_factory.mktemp("banc"), "psc", "mssante")
    yield running
    running.stop()


def _bench(sandbox: SandboxThread, folder: Path, mode: str) -> Iterator[Bench]:
    trust = ssl.create_default_context(cafile=sandbox.ready["ca_file"])
    with httpx.Client(base_url=sandbox.ready["control"], verify=trust, timeout=60) as control:
        created = control.post("/control/v1/sessions", json={"mode": mode}).json()
        made = Bench(sandbox.ready, created["id"], control, folder)
        yield made
        for client in made.opened:
            client.close()
        for end in made.ends:
            end()
        control.delete(f"/control/v1/sessions/{made.session}")


@pytest.fixture
def bench(sandbox: SandboxThread, tmp_path: Path) -> Iterator[Bench]:
    """A strict session."""
    yield from _bench(sandbox, tmp_path, "strict")


@pytest.fixture(scope="module")
def lasting(sandbox: SandboxThread, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A strict session for the tests of one module that leave nothing behind."""
    yield from _bench(sandbox, tmp_path_factory.mktemp("lasting"), "strict")


@pytest.fixture
def other(sandbox: SandboxThread, tmp_path: Path) -> Iterator[Bench]:
    """Another session of the same sandbox."""
    (tmp_path / "other").mkdir()
    yield from _bench(sandbox, tmp_path / "other", "lenient")


# -- mails ---------------------------------------------------------------------------------------------------------


def letter(patient: str = "PAT-01", **changed: Any) -> bytes:
    """A level 1 discharge letter about somebody of the population."""
    who = PEOPLE.patient(patient)
    clinic = Organization(PLACE.struct_idnat, PLACE.name, value_set("J04").get(PLACE.practice_setting))
    speciality = value_set("J01").get(DOCTOR.speciality)
    doctor = Professional(DOCTOR.idnat, DOCTOR.family, DOCTOR.given, "M", "DR", speciality, clinic)
    now = datetime.now(UTC).replace(microsecond=0)
    written = DischargeLetter(
        id=f"{PLACE.document_root}.{secrets.randbits(40)}",
        set_id=f"{PLACE.document_root}.{secrets.randbits(40)}",
        created=now,
        patient=Patient(
            ins=who.ins,
            local_ids=(Identifier(PLACE.patient_authority, who.local_id),),
            birth_family=who.birth_family,
            birth_givens=who.birth_givens,
            first_given=who.first_given,
            sex=who.sex,
            birth_date=who.birth_date,
            birth_place_cog=who.birth_place,
        ),
        author=doctor,
        legal_authenticator=doctor,
        custodian=clinic,
        stay=Stay(
            admission=now - timedelta(days=3),
            discharge=now,
            entry_mode=value_set("ModaliteEntree").get("183452005"),
            exit_mode=value_set("ModaliteSortie").get("160849004"),
            facility_type=value_set("J02").get(PLACE.sector),
            performer=doctor,
        ),
        reason="Douleur thoracique",
        synthesis=Synthesis(text="Évolution favorable."),
    )
    about = {name: changed.pop(name) for name in list(changed) if hasattr(written.patient, name)}
    return discharge_letter_n1(replace(written, patient=replace(written.patient, **about), **changed), PDF_A)


def packed(*documents: bytes, action: Action | None = None, **changed: Any) -> bytes:
    """The archive of these documents; the arguments change the first entry."""
    entries = [
        (entry_from_cda(data, id=f"Doc{rank:02d}", local_patient=True), data) for rank, data in enumerate(documents, 1)
    ]
    entries[0] = (replace(entries[0][0], **changed), entries[0][1])
    lot = SubmissionSet(
        id="Lot01",
        unique_id=f"{PLACE.document_root}.{secrets.randbits(40)}",
        source_id=f"{PLACE.oid}.3",
        patient_id=entries[0][0].patient_id,
        submission_time=utc(datetime.now(UTC)),
        authors=entries[0][0].authors[:1] or (author_of(Professional(DOCTOR.idnat, "A", "B")),),
        content_type=value_set("J59").get("03"),
    )
    return xdm.archive(lot, entries, origin=xdm.Origin(PLACE.name, "Logiciel du test"), action=action)


def mail(
    *documents: bytes,
    to: tuple[str, ...] = (GP.mailbox,),
    action: Action | None = None,
    archive: bytes | None = None,
    **changed: Any,
) -> Mail:
    """A mail with these documents, as a careful client writes it; without any, a plain mail."""
    honest = Mail(
        sender=Mailbox(DOCTOR.mailbox, f"Dr_{DOCTOR.given}_{DOCTOR.family.upper()}_{PLACE.name}"),
        recipients=tuple(Mailbox(address) for address in to),
        message_id=f"<{secrets.token_hex(8)}@logiciel.test>",
        date=datetime.now(UTC).replace(microsecond=0),
        subject="Rendez-vous",
        text="Bonjour.",
        nil="DEV000001",
    )
    if documents:
        read_ones = [read_cda(data) for data in documents]
        said = build.contents(read_ones, mention=REPLACEMENT if action == "C" else "")
        name = build.pdf_name(day="20260105", label="Lettre", family=read_ones[0].patient.birth_family, given="Prenom")
        honest = replace(
            honest,
            subject=said.subject,
            document_codes=said.document_codes,
            ins_qualified=said.ins_qualified,
            read_receipt_to=DOCTOR.mailbox,
            attachments=(
                build.archive(archive if archive is not None else packed(*documents, action=action)),
                *[build.pdf(name, PDF_A)] * len(documents),
            ),
        )
    return replace(honest, **changed)


@dataclass
class Wire:
    """A bare socket, for what no library would send."""

    socket: socket.socket
    pending: bytes = b""

    def say(self, data: bytes) -> None:
        self.socket.sendall(data)

    def hear(self) -> bytes:
        """One whole reply; empty when the connection is over."""
        while True:
            lines = self.pending.split(b"\r\n")
            for rank, line in enumerate(lines[:-1]):
                if line[3:4] != b"-":
                    reply = b"\r\n".join(lines[: rank + 1])
                    self.pending = b"\r\n".join(lines[rank + 1 :])
                    return reply
            try:
                received = self.socket.recv(65536)
            except (ConnectionError, ssl.SSLError):
                received = b""
            if not received:
                return b""
            self.pending += received

    def ask(self, line: bytes) -> bytes:
        self.say(line + b"\r\n")
        return self.hear()

    def over(self) -> bool:
        """Whether the server has closed."""
        return self.hear() == b""


@pytest.fixture
def wire(bench: Bench) -> Iterator[Callable[..., Wire]]:
    """Opens bare sockets: in clear, or (``secured``) through STARTTLS and signed in."""
    opened: list[socket.socket] = []

    def connect(*, secured: bool = False, port: str = "submission") -> Wire:
        raw = socket.create_connection(bench.place(port), timeout=TIMEOUT_S)
        opened.append(raw)
        line = Wire(raw)
        assert line.hear().startswith(b"220")
        assert line.ask(b"EHLO logiciel.test").startswith(b"250")
        if secured:
            assert line.ask(b"STARTTLS").startswith(b"220")
            raw = bench.trust.wrap_socket(raw, server_hostname="localhost")
            opened.append(raw)
            line = Wire(raw)
            assert line.ask(b"EHLO logiciel.test").startswith(b"250")
            response = base64.b64encode(f"user={DOCTOR.mailbox}\x01auth=Bearer {bench.token()}\x01\x01".encode())
            assert line.ask(b"AUTH XOAUTH2 " + response).startswith(b"235")
        return line

    yield connect
    for one in opened:
        one.close()
