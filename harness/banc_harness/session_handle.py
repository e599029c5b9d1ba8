"""One session of a sandbox in the hands of a synchronous test."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self, TypeVar

from banc_harness.selection import Selection, nearest
from banc_standards.errors import BancError, Sentence

if TYPE_CHECKING:
    from banc_harness.contents import ContentsControl
    from banc_harness.handle import SandboxHandle
    from banc_standards.contracts.vocabulary import (
        CertificateKind,
        CertificateProfile,
        LoginMeans,
        LoginOutcome,
    )

_T = TypeVar("_T")

LONGEST_WAIT_S = 30.0
"""How long one request waits for an exchange; a longer wait is several requests."""


class NothingCame(BancError, AssertionError):
    """No exchange was the awaited one in time.

    ``nearest`` is the entry that comes closest, with its ``differences``; ``None`` when none is of that service.
    """

    def __init__(self, wanted: Selection, seconds: float, seen: Sequence[Mapping[str, Any]]) -> None:
        found = nearest(wanted, seen)
        self.wanted = wanted
        self.nearest = None if found is None else dict(found[0])
        self.differences = () if found is None else found[1]
        if found is None:
            close = Sentence(
                f" ; {len(seen)} échange(s), aucun de ce service", f"; {len(seen)} exchange(s), none of it"
            )
        else:
            off = ", ".join(f"{item.what}: {item.expected} ≠ {item.found or '∅'}" for item in self.differences)
            which = f"n° {found[0]['seq']} {found[0]['operation']} ({off})"
            close = Sentence(f" ; le plus proche : {which}", f"; the nearest: {which}")
        super().__init__(
            "EXPECT-001",
            Sentence(
                f"rien en {seconds:g} s : {wanted}{close.fr}", f"nothing within {seconds:g} s: {wanted}{close.en}"
            ),
        )


class InForce:
    """Something set in a session: it holds until it is undone, or until the end of a ``with`` block.

    ``shown`` is what the sandbox answered.
    """

    def __init__(self, shown: dict[str, Any], undo: Callable[[], None]) -> None:
        self.shown = shown
        self.undo = undo

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.undo()


@dataclass(frozen=True, slots=True)
class IssuedCertificate:
    """A certificate of the test PKI (CONTRACTS §4): PEM texts, or the bytes of a PKCS#12 with its password."""

    id: str
    sha256: str
    kind: str
    subject: str
    not_before: str
    not_after: str
    certificate: str
    chain: str
    private_key: str | None
    p12: bytes | None
    password: str | None

    def save(self, folder: Path | str) -> tuple[str, str]:
        """Writes certificate with chain, and key, into a folder that exists; returns both paths, as ``requests`` takes
        them for ``cert``. Raises ``ValueError`` when it was issued without its key in PEM.
        """
        if self.private_key is None:
            raise ValueError('no private key in PEM: ask for it with format="pem" and without csr')
        certificate, key = (Path(folder) / f"{self.sha256[:16]}.{ending}" for ending in ("pem", "key"))
        certificate.write_text(self.certificate + self.chain, encoding="ascii")
        key.touch(mode=0o600)
        key.write_text(self.private_key, encoding="ascii")
        return str(certificate), str(key)


class SessionHandle:
    """An isolated world of the sandbox (CONTRACTS §3). Its ``with`` block deletes it at the end.

    Entries of the journal are dictionaries, as CONTRACTS §6 writes them. Every method raises what those of
    ``SandboxHandle`` raise.
    """

    def __init__(self, sandbox: SandboxHandle, id: str) -> None:
        self.sandbox = sandbox
        self.id = id

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self.id != "default":
            self.delete()

    # the session itself

    @property
    def services(self) -> dict[str, dict[str, str]]:
        """The addresses of the services as this session uses them: ``/s/{id}`` before each path but in ``default``."""
        found = self.sandbox.services
        if self.id == "default":
            return found
        from banc_harness.session import addressed
        from banc_standards.contracts.sandbox import Services

        prefixed: dict[str, dict[str, str]] = addressed(Services.model_validate(found), self.id).as_json()
        return prefixed

    @property
    def state(self) -> dict[str, Any]:
        """The session as it stands: ``mode``, ``epoch``, ``position`` in its journal, ``clock``, ``lease``, …"""
        return self._call(lambda api: api.session(self.id)).as_json()

    @property
    def position(self) -> int:
        """Where its journal stands: ``after`` of what is to come."""
        return int(self.state["position"])

    def reset(self) -> dict[str, Any]:
        """Closes the epoch and opens the next, empty one."""
        return self._call(lambda api: api.reset(self.id)).as_json()

    def delete(self) -> None:
        """Ends the session: its journal, its state and its certificates go with it."""
        self._call(lambda api: api.delete_session(self.id))

    def lease(self, holder: str, *, ttl_s: int = 600) -> InForce:
        """Takes the session for ``ttl_s`` seconds; another holder is refused meanwhile."""
        taken = self._call(lambda api: api.lease(self.id, holder, ttl_s=ttl_s))
        return InForce(taken.as_json(), lambda: self._call(lambda api: api.release(self.id)))

    # what it saw

    def exchanges(
        self,
        operation: str | None = None,
        *,
        outcome: str | None = None,
        facts: Mapping[str, str] | None = None,
        after: int = 0,
    ) -> list[dict[str, Any]]:
        """The entries of its journal after a position, all of them or those of an operation (or ``dmp.*``), an outcome,
        some facts (``lps.name`` for one inside another).
        """
        wanted = _selection(operation, outcome, facts)
        return [entry for entry in self._entries(after) if wanted.matches(entry)]

    def wait_for(
        self,
        operation: str,
        *,
        outcome: str | None = None,
        facts: Mapping[str, str] | None = None,
        after: int = 0,
        timeout_s: float = 10.0,
    ) -> dict[str, Any]:
        """The first such entry after a position, as soon as it is there.

        Raises :class:`NothingCame` after ``timeout_s`` seconds, with the nearest entry.
        """
        wanted = _selection(operation, outcome, facts)
        deadline = time.monotonic() + timeout_s
        seen: list[dict[str, Any]] = []
        while True:
            left = deadline - time.monotonic()
            page, after = self._page(after, max(0.0, min(left, LONGEST_WAIT_S)))
            for entry in page:
                if wanted.matches(entry):
                    return entry
            seen += page
            if left <= 0 and not page:
                raise NothingCame(wanted, timeout_s, seen)

    def sent(self, exchange: Mapping[str, Any]) -> bytes:
        """The body that the software sent in an exchange."""
        return self._bytes(exchange, "request")

    def answered(self, exchange: Mapping[str, Any]) -> bytes:
        """The body that the sandbox answered in an exchange."""
        return self._bytes(exchange, "response")

    def observe(
        self, text: str, *, operation: str = "driver.observation", facts: Mapping[str, Any] | None = None
    ) -> int:
        """Puts what a test or a person saw into the journal; returns its position."""
        from banc_standards.contracts.control import Observation

        seen = Observation(operation=operation, text=text, facts=dict(facts or {}))
        return self._call(lambda api: api.observe(self.id, seen)).seq

    def mailboxes(self) -> list[dict[str, Any]]:
        """Every MSSanté mailbox, with how many messages the session put into it."""
        return self._call(lambda api: api.mailboxes(self.id))

    def messages(self, address: str) -> list[dict[str, Any]]:
        """The messages of one mailbox, oldest first."""
        return self._call(lambda api: api.messages(self.id, address))

    def message_bytes(self, address: str, uid: int) -> bytes:
        """The octets of one message."""
        return self._call(lambda api: api.message_bytes(self.id, address, uid))

    def documents(self) -> list[dict[str, Any]]:
        """The documents that its DMP holds."""
        return self._call(lambda api: api.documents(self.id))

    def tokens(self) -> list[dict[str, Any]]:
        """The access tokens that Pro Santé Connect issued in it; never their values."""
        return self._call(lambda api: api.tokens(self.id))

    # how it behaves

    def arm(
        self,
        fault: str,
        *,
        service: str | None = None,
        match: Mapping[str, str | int] | None = None,
        sequence: Sequence[Mapping[str, Any] | None] = (),
        times: int | None = 1,
    ) -> InForce:
        """Makes a service misbehave (``banc faults`` lists how) for the next exchanges that ``match``.

        With ``times=None`` it lasts until it is undone.
        """
        from banc_standards.contracts.control import FaultRequest

        request = FaultRequest(
            id=fault,
            service=service,
            match=dict(match or {}),
            sequence=[None if step is None else dict(step) for step in sequence],
            times=times,
        )
        armed = self._call(lambda api: api.arm_fault(self.id, request))
        return InForce(armed.as_json(), lambda: self._disarm(fault))

    def disarm(self) -> None:
        """Disarms every fault of the session."""
        self._call(lambda api: api.clear_faults(self.id))

    def faults(self) -> list[dict[str, Any]]:
        """The faults that are armed and not yet spent."""
        return self._call(lambda api: api.faults(self.id))

    def clock(self, *, offset_s: int = 0, frozen: bool = False) -> InForce:
        """Moves its clock by that many seconds from real time, or stops it there (CONTRACTS §5)."""
        set_ = self._call(lambda api: api.set_clock(self.id, offset_s=offset_s, frozen=frozen))
        return InForce(set_.as_json(), lambda: self._call(lambda api: api.release_clock(self.id)))

    def switches(self, values: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """The behaviours that rest on an uncertain fact, after ``values`` were set."""
        if values:
            return self._call(lambda api: api.set_switches(self.id, values))
        return self._call(lambda api: api.switches(self.id))

    def login(self, persona: str, *, means: LoginMeans = "MOBILE", outcome: LoginOutcome = "approve") -> InForce:
        """Answers the next Pro Santé Connect sign-ins as that professional, without a page (CONTRACTS §12)."""
        from banc_standards.contracts.control import LoginRequest

        request = LoginRequest(auto=persona, means=means, outcome=outcome)
        self._call(lambda api: api.set_login(self.id, request))
        return InForce(request.as_json(), lambda: self._call(lambda api: api.set_login(self.id, None)))

    def set_public_urls(self, urls: Mapping[str, str]) -> dict[str, str]:
        """Tells the base URLs under which the software sees the services (CONTRACTS §2), all of them at once."""
        from banc_standards.contracts.control import PublicUrls

        asked = PublicUrls.model_validate(dict(urls))
        shown: dict[str, str] = self._call(lambda api: api.set_public_urls(self.id, asked)).as_json()
        return shown

    # what the software needs

    def issue_certificate(
        self,
        kind: CertificateKind,
        *,
        holder: str | None = None,
        cn: str | None = None,
        names: Sequence[str] = (),
        csr: str | None = None,
        profile: CertificateProfile = "valid",
        format: Literal["pem", "p12"] = "pem",
    ) -> IssuedCertificate:
        """Has a certificate issued by the test PKI; ``holder`` is a person or a structure of ``banc identities``."""
        from banc_standards.contracts.control import CertificateRequest

        request = CertificateRequest(
            kind=kind, holder=holder, cn=cn, names=list(names), csr=csr, profile=profile, format=format
        )
        told = self._call(lambda api: api.issue(self.id, request)).as_json()
        p12 = None if told["p12"] is None else base64.b64decode(told["p12"])
        return IssuedCertificate(
            **{name: told[name] for name in IssuedCertificate.__dataclass_fields__ if name != "p12"}, p12=p12
        )

    def revoke(self, certificate: IssuedCertificate | str) -> None:
        """Revokes a certificate of the session; CRL and OCSP follow at once."""
        id = certificate if isinstance(certificate, str) else certificate.id
        self._call(lambda api: api.revoke(self.id, id))

    def register_client(self, client_id: str, *, redirect_uris: Sequence[str] = (), **more: Any) -> dict[str, Any]:
        """Registers a Pro Santé Connect client; ``more`` are the other keys of ``POST …/clients`` (CONTRACTS §11).

        The sandbox makes the secret when none is given.
        """
        from banc_standards.contracts.control import ClientRequest

        request = ClientRequest(client_id=client_id, redirect_uris=list(redirect_uris), **more)
        return self._call(lambda api: api.register_client(self.id, request)).as_json()

    def clients(self) -> list[dict[str, Any]]:
        """The Pro Santé Connect clients of the session, their secrets included."""
        return [client.as_json() for client in self._call(lambda api: api.clients(self.id))]

    def register_software(
        self,
        name: str,
        version: str,
        *,
        idam: str | None = None,
        nil: str | None = None,
        homologation: str | None = None,
    ) -> dict[str, Any]:
        """Tells the services whose numbers they accept."""
        from banc_standards.contracts.control import SoftwareRequest

        request = SoftwareRequest(name=name, version=version, idam=idam, nil=nil, homologation=homologation)
        return self._call(lambda api: api.register_software(self.id, request)).as_json()

    # how it is asked

    def _entries(self, after: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            page, after = self._page(after, 0)
            if not page:
                return found
            found += page

    def _page(self, after: int, wait: float) -> tuple[list[dict[str, Any]], int]:
        return self._call(lambda api: api.exchanges(self.id, after=after, wait=wait))

    def _bytes(self, exchange: Mapping[str, Any], side: str) -> bytes:
        part = exchange.get(side)
        return b"" if not part or not part.get("blob") else self.sandbox.blob(part["blob"])

    def _disarm(self, fault: str) -> None:
        if any(armed["id"] == fault for armed in self.faults()):
            self._call(lambda api: api.disarm_fault(self.id, fault))

    def _call(self, ask: Callable[[ContentsControl], Coroutine[Any, Any, _T]]) -> _T:
        return self.sandbox.call(ask)


def _selection(operation: str | None, outcome: str | None, facts: Mapping[str, str] | None) -> Selection:
    return Selection(operation=operation or "*", outcome=outcome, facts=dict(facts or {}))
