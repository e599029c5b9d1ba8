"""Client of the control API (CONTRACTS §11): how the harness and the command line reach a sandbox."""

from __future__ import annotations

import hashlib
import hmac
import json
import ssl
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import quote, urlsplit

import aiohttp
from pydantic import ValidationError

from banc_standards.contracts.control import (
    ArmedFault,
    Certificate,
    CertificateRequest,
    Client,
    ClientPage,
    ClientRequest,
    Clock,
    DocumentRequest,
    FaultRequest,
    Health,
    IdentityList,
    Lease,
    LoginRequest,
    Observation,
    PublicUrls,
    Recorded,
    Session,
    SessionRequest,
    SoftwareRequest,
    StoredDocument,
)
from banc_standards.contracts.sandbox import Ready
from banc_standards.contracts.shape import Shape
from banc_standards.contracts.vocabulary import SessionMode
from banc_standards.errors import BancError, EnvironmentFailed, Lang, Sentence, UnusableInput

TIMEOUT_S = 15.0
MAX_ANSWER = 64 * 2**20
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

_S = TypeVar("_S", bound=Shape)


class Control:
    """A sandbox's control API. Use as ``async with Control(base) as control``.

    ``base`` is the address of the control port. Over TLS the certificate is verified against ``ca_file``; without one,
    against a CA fetched from the sandbox itself, which is accepted from this machine or when it has the ``ca_sha256``
    that the sandbox printed at start (CONTRACTS §4).

    Every method raises ``EnvironmentFailed`` when the sandbox cannot be reached, answers something else or fails, and
    ``UnusableInput`` when it refuses what it was asked; the sandbox's own code, sentence and hint are kept.
    """

    def __init__(
        self,
        base: str,
        *,
        token: str | None = None,
        ca_file: Path | None = None,
        ca_sha256: str | None = None,
        lang: Lang = "fr",
    ) -> None:
        self.base = base.rstrip("/")
        self.lang = lang
        self._token = token
        self._ca_file = ca_file
        self._ca_sha256 = ca_sha256
        self._ca_pem: str | None = None
        self._http: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        try:
            context = await self._trust()
        except BaseException:
            await self.close()
            raise
        self._http = self._open(context)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes the connections; the client is of no use afterwards."""
        if self._http is not None:
            await self._http.close()
            self._http = None

    # the sandbox

    async def sandbox(self) -> Ready:
        """The ready line of the sandbox."""
        return await self._shape(Ready, "GET", "/sandbox")

    async def health(self) -> Health:
        """How the sandbox does."""
        return await self._shape(Health, "GET", "/health")

    async def identities(self) -> IdentityList:
        """The fictitious population."""
        return await self._shape(IdentityList, "GET", "/identities")

    async def ca_pem(self) -> str:
        """The certificate of the sandbox's CA, PEM."""
        return (await self._call("GET", "/trust/ca.pem")).decode("ascii", "replace")

    # sessions

    async def create_session(
        self, id: str | None = None, *, mode: SessionMode = "strict", mllp: bool = False
    ) -> Session:
        """Opens a session; without an id the sandbox chooses one."""
        return await self._shape(Session, "POST", "/sessions", SessionRequest(id=id, mode=mode, mllp=mllp))

    async def session(self, session: str) -> Session:
        """A session as it stands, with the position of its journal."""
        return await self._shape(Session, "GET", f"/sessions/{session}")

    async def delete_session(self, session: str) -> None:
        """Ends a session: its journal, its state and its certificates go with it."""
        await self._call("DELETE", f"/sessions/{session}")

    async def reset(self, session: str) -> Session:
        """Closes the session's epoch and opens the next."""
        return await self._shape(Session, "POST", f"/sessions/{session}/reset")

    async def lease(self, session: str, holder: str, *, ttl_s: int = 600) -> Lease:
        """Takes the session; the same holder prolongs its own lease."""
        return await self._shape(Lease, "POST", f"/sessions/{session}/lease", {"holder": holder, "ttl_s": ttl_s})

    async def release(self, session: str) -> None:
        """Gives the session back."""
        await self._call("DELETE", f"/sessions/{session}/lease")

    async def set_public_urls(self, session: str, urls: PublicUrls) -> PublicUrls:
        """Sets the addresses under which the software sees the services from outside (CONTRACTS §2)."""
        return await self._shape(PublicUrls, "PUT", f"/sessions/{session}/public-urls", urls)

    async def set_clock(self, session: str, *, offset_s: int = 0, frozen: bool = False) -> Clock:
        """Moves the session's clock by that many seconds from real time."""
        body = {"offset_s": offset_s, "frozen": frozen}
        return await self._shape(Clock, "PUT", f"/sessions/{session}/clock", body)

    async def release_clock(self, session: str) -> None:
        """Puts the session back on real time."""
        await self._call("DELETE", f"/sessions/{session}/clock")

    async def switches(self, session: str) -> dict[str, Any]:
        """The behaviours that rest on an uncertain fact, with their values."""
        return await self._json_object("GET", f"/sessions/{session}/switches")

    async def set_switches(self, session: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Sets some switches; the others stay."""
        return await self._json_object("PUT", f"/sessions/{session}/switches", dict(values))

    async def arm_fault(self, session: str, fault: FaultRequest) -> ArmedFault:
        """Makes a service misbehave for the next matching exchanges."""
        return await self._shape(ArmedFault, "PUT", f"/sessions/{session}/faults", fault)

    async def clear_faults(self, session: str) -> None:
        """Disarms every fault of the session."""
        await self._call("DELETE", f"/sessions/{session}/faults")

    async def put_document(self, session: str, document: DocumentRequest) -> StoredDocument:
        """Puts a CDA document into a patient's record, as another software would have filed it."""
        return await self._shape(StoredDocument, "POST", f"/sessions/{session}/documents", document)

    async def issue(self, session: str, request: CertificateRequest) -> Certificate:
        """Has a certificate issued to the session; with ``format="p12"`` its key comes along."""
        return await self._shape(Certificate, "POST", f"/sessions/{session}/certificates", request)

    async def revoke(self, session: str, certificate: str) -> None:
        """Revokes a certificate of the session by its id; CRL and OCSP follow at once."""
        await self._call("DELETE", f"/sessions/{session}/certificates/{quote(certificate, safe='')}")

    async def register_client(self, session: str, client: ClientRequest) -> Client:
        """Registers a Pro Santé Connect client; the sandbox makes the secret when there is none."""
        return await self._shape(Client, "POST", f"/sessions/{session}/clients", client)

    async def clients(self, session: str) -> list[Client]:
        """The Pro Santé Connect clients of a session, every page of them."""
        page = await self._shape(ClientPage, "GET", f"/sessions/{session}/clients")
        found = list(page.clients)
        while page.next is not None:
            where = f"?after={quote(page.next, safe='')}"
            page = await self._shape(ClientPage, "GET", f"/sessions/{session}/clients{where}")
            found.extend(page.clients)
        return found

    async def register_software(self, session: str, software: SoftwareRequest) -> SoftwareRequest:
        """Tells the services whose numbers they accept."""
        return await self._shape(SoftwareRequest, "POST", f"/sessions/{session}/software", software)

    async def set_login(self, session: str, login: LoginRequest | None) -> None:
        """How Pro Santé Connect answers the next sign-ins; ``None`` brings its page back."""
        if login is None:
            await self._call("DELETE", f"/sessions/{session}/login")
        else:
            await self._call("PUT", f"/sessions/{session}/login", login.as_json())

    async def exchanges(
        self,
        session: str,
        *,
        after: int = 0,
        wait: float = 0,
        operation: str | None = None,
        outcome: str | None = None,
        facts: Mapping[str, str] | None = None,
    ) -> tuple[list[dict[str, Any]], int]:
        """Journal entries after a position, as they were hashed, and the next position; holds on ``wait`` seconds."""
        query: dict[str, str] = {"after": str(after)}
        if wait > 0:
            query["wait"] = f"{wait:.3f}".rstrip("0").rstrip(".")
        if operation:
            query["operation"] = operation
        if outcome:
            query["outcome"] = outcome
        query.update({f"fact.{name}": value for name, value in (facts or {}).items()})
        page = await self._json_object("GET", f"/sessions/{session}/exchanges", query=query, longer_s=wait)
        try:
            return list(page["exchanges"]), int(page["next"])
        except (KeyError, TypeError, ValueError):
            raise self._nonsense("/exchanges") from None

    async def blob(self, digest: str) -> bytes:
        """The bytes of that name (``sha256:…``), verified. Raises ``EnvironmentFailed`` when they are others."""
        data = await self._call("GET", f"/blobs/{digest.removeprefix('sha256:')}")
        if f"sha256:{hashlib.sha256(data).hexdigest()}" != digest:
            raise EnvironmentFailed(
                "CONTROL-004",
                Sentence(
                    f"le bac à sable a rendu d'autres octets que {digest}", f"other bytes came back than {digest}"
                ),
            )
        return data

    async def observe(self, session: str, observation: Observation) -> Recorded:
        """Puts what a driver or a person saw into the journal."""
        return await self._shape(Recorded, "POST", f"/sessions/{session}/observations", observation)

    # the wire

    def _open(self, context: ssl.SSLContext | None) -> aiohttp.ClientSession:
        headers = {"Accept-Language": self.lang, "Accept": "application/json"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        connector = aiohttp.TCPConnector(ssl=context) if context is not None else aiohttp.TCPConnector()
        return aiohttp.ClientSession(connector=connector, headers=headers, trust_env=False)

    async def _trust(self) -> ssl.SSLContext | None:
        where = urlsplit(self.base)
        if where.scheme not in ("http", "https") or not where.hostname:
            raise UnusableInput(
                "CONTROL-001",
                Sentence(
                    f"« {self.base} » n'est pas l'adresse d'un bac à sable", f"“{self.base}” is no sandbox address"
                ),
                Sentence("par exemple https://localhost:8440", "for instance https://localhost:8440"),
            )
        if where.scheme == "http":
            return None
        try:
            if self._ca_file is not None:
                return ssl.create_default_context(cafile=str(self._ca_file))
            return ssl.create_default_context(cadata=await self._fetch_ca(where.hostname))
        except (OSError, ValueError) as error:
            raise EnvironmentFailed(
                "CONTROL-005",
                Sentence(
                    f"l'autorité de certification du bac à sable est illisible : {error}",
                    f"the sandbox's certification authority cannot be read: {error}",
                ),
            ) from None

    async def _fetch_ca(self, host: str) -> str:
        if self._ca_sha256 is None and host not in LOOPBACK:
            raise UnusableInput(
                "CONTROL-006",
                Sentence(
                    "rien ne permet de reconnaître l'autorité de certification de ce bac à sable distant",
                    "nothing tells this remote sandbox's certification authority from another",
                ),
                Sentence(
                    "donnez son fichier ca.pem (BANC_CA_FILE) ou l'empreinte affichée au démarrage (BANC_CA_SHA256)",
                    "give its ca.pem file (BANC_CA_FILE) or the hash printed at start (BANC_CA_SHA256)",
                ),
            )
        unverified = ssl.create_default_context()
        unverified.check_hostname = False
        unverified.verify_mode = ssl.CERT_NONE
        self._http = self._open(unverified)
        try:
            pem = await self.ca_pem()
        finally:
            await self.close()
        found = hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()
        if self._ca_sha256 is not None and not hmac.compare_digest(found, self._ca_sha256.lower().replace(":", "")):
            raise EnvironmentFailed(
                "CONTROL-007",
                Sentence(
                    f"l'autorité de certification présentée a l'empreinte {found}, pas celle attendue",
                    f"the certification authority shown has the hash {found}, not the expected one",
                ),
            )
        return pem

    async def _call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        longer_s: float = 0,
    ) -> bytes:
        if self._http is None:
            raise RuntimeError("the client is closed: use it in `async with`")
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S + longer_s)
        try:
            async with self._http.request(
                method, f"{self.base}/control/v1{path}", json=body, params=query, timeout=timeout, allow_redirects=False
            ) as answer:
                data = await answer.content.read(MAX_ANSWER + 1)
                while len(data) <= MAX_ANSWER and (more := await answer.content.read(MAX_ANSWER)):
                    data += more
                status = answer.status
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise EnvironmentFailed(
                "CONTROL-002",
                Sentence(
                    f"le bac à sable ne répond pas à {self.base} : {_said(error)}",
                    f"the sandbox does not answer at {self.base}: {_said(error)}",
                ),
                Sentence(
                    "démarrez-le avec `banc up`, ou corrigez --sandbox", "start it with `banc up`, or fix --sandbox"
                ),
            ) from None
        if 200 <= status < 300 and len(data) <= MAX_ANSWER:
            return data
        raise self._refused(method, path, status, data)

    async def _json_object(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        longer_s: float = 0,
    ) -> dict[str, Any]:
        data = await self._call(method, path, body, query=query, longer_s=longer_s)
        try:
            found = json.loads(data)
        except ValueError:
            raise self._nonsense(path) from None
        if not isinstance(found, dict):
            raise self._nonsense(path)
        return found

    async def _shape(
        self, shape: type[_S], method: str, path: str, body: Shape | Mapping[str, Any] | None = None
    ) -> _S:
        sent = body.as_json() if isinstance(body, Shape) else body
        try:
            return shape.read(await self._call(method, path, sent))
        except ValidationError:
            raise self._nonsense(path) from None

    def _nonsense(self, path: str) -> EnvironmentFailed:
        return EnvironmentFailed(
            "CONTROL-003",
            Sentence(
                f"ce qui répond à {self.base} n'est pas un bac à sable de cette version ({path})",
                f"what answers at {self.base} is no sandbox of this version ({path})",
            ),
        )

    def _refused(self, method: str, path: str, status: int, data: bytes) -> BancError:
        try:
            problem = json.loads(data)
            code, detail, hint = str(problem["code"]), str(problem["detail"]), str(problem.get("hint") or "")
        except (ValueError, KeyError, TypeError, AttributeError):
            if status not in (401, 403):
                return self._nonsense(f"{method} {path}: {status}")
            code, detail, hint = "CONTROL-008", "jeton refusé / token refused", "BANC_TOKEN"
        kind = EnvironmentFailed if status >= 500 or status == 409 else UnusableInput
        said = _TOKEN if status == 401 else Sentence(hint, hint)
        return kind(code, Sentence(detail, detail), said)


_TOKEN = Sentence("donnez le jeton de ce bac à sable par BANC_TOKEN", "give this sandbox's token with BANC_TOKEN")


def _said(error: BaseException) -> str:
    return str(error) or type(error).__name__
