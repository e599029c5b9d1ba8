"""One exchange under way, over any protocol, and the journal entry that it becomes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from banc_mocks.sandbox.batch import Batch
from banc_mocks.sandbox.chain import digest
from banc_mocks.sandbox.clock import instant, real_now, second
from banc_mocks.sandbox.http import HttpRefusal, SessionConflict
from banc_mocks.sandbox.journal import new_id
from banc_standards.attribution_rules import SESSION_CONFLICT, Signs
from banc_standards.errors import BancError
from banc_standards.rules import Finding, Hit, Rule

if TYPE_CHECKING:
    from cryptography import x509

    from banc_mocks.sandbox.attribution import Peer
    from banc_mocks.sandbox.faults import ArmedFault
    from banc_mocks.sandbox.sandbox import Sandbox
    from banc_mocks.sandbox.sessions import Session
    from banc_mocks.sandbox.working import Change, Working
    from banc_standards.certificate_rules import CertificateSubject

Outcome = Literal["accepted", "refused", "failed", "observed"]


@dataclass(kw_only=True)
class Exchange:
    """One exchange under way: who speaks in which session, what was decided, what changed.

    A service takes decisions with ``judge`` or ``find``, changes its state with ``put`` and ``drop``, notes ``facts``,
    sets ``outcome`` and ``code`` when it refuses. What it changed becomes durable in one transaction with the journal
    entry, before the answer leaves.
    """

    sandbox: Sandbox
    session: Session
    service: str
    operation: str
    peer: Peer
    signs: Signs
    at: datetime
    now: datetime
    id: str
    facts: dict[str, Any] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    outcome: Outcome = "accepted"
    code: str | None = None
    fault: str | None = None
    conflict: str | None = None
    _changes: list[Change] = field(default_factory=list, init=False, repr=False)
    _blobs: dict[str, bytes] = field(default_factory=dict, init=False, repr=False)
    _working: Working = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._working = self.session.working

    # -- attribution ---------------------------------------------------------------------------------------------

    def claim(self, session_id: str) -> None:
        """Attributes the call to the session that a credential names (CONTRACTS §3); before any state change.

        Raises :class:`SessionConflict` when the certificate or the address named another session.
        """
        if self._changes:
            raise RuntimeError("a call changes session before it changes state")
        signs = Signs(self.signs.certificate, session_id, self.signs.address)
        for hit in SESSION_CONFLICT.check(signs):
            raise SessionConflict(hit, session_id)
        self.signs = signs
        if self.signs.certificate is None:
            self.peer.session_by = "credential"
        self._move(session_id)

    def _move(self, session_id: str) -> None:
        if session_id != self.session.id:
            session = self.sandbox.sessions.find(session_id)
            if session is None:
                raise LookupError(f"a sign names the unknown session {session_id}")
            self.session = session
            self._working = session.working
            self.now = session.now()

    def address(self, session_id: str) -> None:
        """Attributes the exchange to the session that an address names, unless another sign did (CONTRACTS §3).

        Raises :class:`SessionConflict` when a certificate or a credential named another session.
        """
        if self._changes:
            raise RuntimeError("an exchange changes session before it changes state")
        signs = Signs(self.signs.certificate, self.signs.credential, session_id)
        for hit in SESSION_CONFLICT.check(signs):
            raise SessionConflict(hit, session_id)
        self.signs = signs
        if signs.certificate is None and signs.credential is None:
            self.peer.session_by = "address"
            self._move(session_id)

    # -- judgements ----------------------------------------------------------------------------------------------

    def judge(self, rules: Iterable[Rule], subject: Any) -> list[tuple[Rule, Finding]]:
        """Records every finding of ``rules`` on ``subject``; returns those that refuse in this session's mode."""
        return self.note((rule, hit) for rule in rules for hit in rule.check(subject))

    def note(self, broken: Iterable[tuple[Rule, Hit]]) -> list[tuple[Rule, Finding]]:
        """Records what was judged elsewhere as findings; returns those that refuse in this session's mode."""
        refusing: list[tuple[Rule, Finding]] = []
        for rule, hit in broken:
            finding = rule.finding(hit, self.sandbox.config.lang)
            self.findings.append(finding)
            if self.refuses(rule):
                refusing.append((rule, finding))
        return refusing

    def find(self, rule: Rule, hit: Hit) -> bool:
        """Records one hit of a rule that was judged elsewhere; true when it refuses in this session's mode."""
        self.findings.append(rule.finding(hit, self.sandbox.config.lang))
        return self.refuses(rule)

    def refuses(self, rule: Rule) -> bool:
        """Whether a break of ``rule`` refuses: in strict mode any error, in lenient mode what is refused everywhere."""
        return rule.severity == "error" and (rule.always or self.session.mode == "strict")

    def certificate_subject(
        self,
        certificate: x509.Certificate | None,
        *,
        kinds: frozenset[str] = frozenset(),
        use: Literal["tls_client", "signature"] = "tls_client",
    ) -> CertificateSubject:
        """A certificate of the peer's, to be judged by ``banc_standards.certificate_rules`` on the session clock."""
        from cryptography.hazmat.primitives.serialization import Encoding

        from banc_standards.certificate_rules import CertificateSubject

        known = self.sandbox.certificates.peer(certificate.public_bytes(Encoding.DER)) if certificate else None
        return CertificateSubject(
            certificate,
            self.now,
            self.sandbox.pki.trusted,
            kind=known.kind if known else None,
            revoked_at=known.revoked_at if known else None,
            kinds=kinds,
            use=use,
        )

    def judge_certificate(
        self, *, kinds: frozenset[str] = frozenset(), required: bool = True
    ) -> list[tuple[Rule, Finding]]:
        """Judges the TLS client certificate (rules TLS-…); returns what refuses. Absence passes unless ``required``."""
        from banc_standards.certificate_rules import RULES

        shown = self.peer.certificate
        if shown is None and not required:
            return []
        return self.judge(RULES, self.certificate_subject(shown.x509 if shown else None, kinds=kinds))

    # -- state and evidence --------------------------------------------------------------------------------------

    def get(self, kind: str, key: str, default: Any = None) -> Any:
        """A value of this service's state in this session."""
        return self._working.get(self.service, kind, key, default)

    def items(self, kind: str) -> list[tuple[str, Any]]:
        """Every key and value of one kind in this service's state in this session."""
        return self._working.items(self.service, kind)

    @property
    def working(self) -> Working:
        """The working state of the session's epoch in which the exchange takes place."""
        return self._working

    def put(self, kind: str, key: str, value: Any, columns: Mapping[str, Any] | None = None) -> None:
        """Sets a value (JSON) of this service's state: visible at once, durable with the exchange.

        ``columns`` are those of its table, for a kind that has one of its own (``tables.INDEXED``): it shows in memory
        until it is durable, then in the table only. Raises ``TypeError`` or ``ValueError`` when the value is not JSON.
        """
        self._changes.append(self._working.put(self.service, kind, key, value, columns))

    def drop(self, kind: str, key: str) -> None:
        """Removes a value of this service's state, in the same way."""
        self._changes.append(self._working.drop(self.service, kind, key))

    def keep(self, data: bytes) -> str:
        """Stores octets with the exchange; returns their name, ``sha256:…``."""
        name = digest(data)
        self._blobs[name] = data
        return name

    def undo(self) -> None:
        """Takes back every state change, when the exchange cannot be made durable."""
        for change in reversed(self._changes):
            change.revert()
        self._changes.clear()

    # -- faults -------------------------------------------------------------------------------------------------

    def armed(self, fault_id: str) -> ArmedFault | None:
        """Takes one armed occurrence of a fault that matches this call, and notes it in the entry."""
        fault = self.session.faults.take(self.service, fault_id, operation=self.operation, facts=self.facts)
        if fault is not None:
            self.fault = fault_id
        return fault

    # -- the entry -----------------------------------------------------------------------------------------------

    def refused_by(self, error: BancError) -> None:
        """Notes in the entry that ``error`` refused the call."""
        self.outcome = "refused"
        self.code = error.code
        if isinstance(error, HttpRefusal) and error.rule is not None and error.hit is not None:
            self.findings.append(error.rule.finding(error.hit, self.sandbox.config.lang))
        if isinstance(error, SessionConflict):
            self.conflict = error.other

    def entered(self, entry: dict[str, Any]) -> Batch:
        """What the store writes for this exchange: its entry, the octets both ways, the state changes."""
        return Batch(
            session=self._working.session,
            epoch=self._working.epoch,
            entry=entry,
            blobs=dict(self._blobs),
            changes=tuple(self._changes),
        )

    async def commit(self, batch: Batch) -> None:
        """Resolves once the exchange is durable, in both sessions when its signs disagreed. Raises ``StoreFailed``."""
        journal = self.sandbox.journal
        other = self.sandbox.sessions.find(self.conflict) if self.conflict is not None else None
        if other is None or batch.entry is None:
            await journal.enter(batch)
            return
        copy = {**batch.entry, "id": new_id(int(real_now().timestamp() * 1000))}
        second_batch = Batch(other.id, other.working.epoch, entry=copy, blobs=batch.blobs)
        await asyncio.gather(journal.enter(batch), journal.enter(second_batch))

    def written(
        self,
        *,
        transport: str,
        request: Mapping[str, Any] | None,
        response: Mapping[str, Any] | None,
        duration_us: int,
    ) -> dict[str, Any]:
        """The journal entry (CONTRACTS §6) but for what the journal itself adds."""
        return {
            "id": self.id,
            "at": instant(self.at),
            "clock": second(self.now),
            "duration_us": duration_us,
            "service": self.service,
            "operation": self.operation,
            "direction": "in",
            "transport": transport,
            "outcome": self.outcome,
            "code": self.code,
            "fault": self.fault,
            "count": 1,
            "peer": self.peer.as_json(),
            "request": request,
            "response": response,
            "facts": self.facts,
            "findings": [finding.as_json() for finding in self.findings],
        }

    def content(self, data: bytes, content_type: str) -> dict[str, Any]:
        """The octets of one direction, kept, as the entry names them."""
        media_type = content_type.partition(";")[0].strip().lower() if data else None
        return {"blob": self.keep(data) if data else None, "size": len(data), "media_type": media_type or None}
