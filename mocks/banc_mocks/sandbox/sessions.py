"""Sessions: isolated worlds in one sandbox (CONTRACTS §3), each with its epoch, mode, clock, faults and settings."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa

from banc_mocks.sandbox import tables
from banc_mocks.sandbox.batch import Batch, Purge, Record
from banc_mocks.sandbox.clock import MAX_OFFSET_S, REAL, Clock, Now, instant, real_now
from banc_mocks.sandbox.faults import ArmedFaults, FaultTable
from banc_mocks.sandbox.settings import Client, Login, Mode, Settings, Software
from banc_mocks.sandbox.store import Store
from banc_mocks.sandbox.switches import SwitchTable, Value
from banc_mocks.sandbox.working import Working
from banc_standards.errors import BancError, Sentence, UnusableInput

DEFAULT = "default"
MAX_SESSIONS = 10_000
MAX_LEASE_S = 7 * 86_400
_ID = re.compile(r"[a-z0-9]{4,16}")
_RECORD = "session"
_Read = TypeVar("_Read")


class SessionUnknown(UnusableInput):
    """No session has this id."""

    def __init__(self, session_id: str) -> None:
        super().__init__(
            "SESSION-002",
            Sentence(f"session inconnue : {session_id}", f"unknown session: {session_id}"),
            Sentence("GET /control/v1/sessions donne celles qui existent", "GET /control/v1/sessions lists them"),
        )


class SessionRefused(BancError):
    """What was asked of a session conflicts with what it is: id taken, leased by another, the default one deleted."""


@dataclass(frozen=True, slots=True)
class Lease:
    """The run that a session belongs to, until a real instant."""

    holder: str
    until: datetime


class Session:
    """One isolated world. Its settings change through :class:`Sessions`, its working state through exchanges."""

    def __init__(self, session_id: str, settings: Settings, working: Working, real: Now, switches: SwitchTable) -> None:
        self.id = session_id
        self.settings = settings
        self.working = working
        self.faults = ArmedFaults()
        self.lease: Lease | None = None
        self.ended = False
        """True once the session was deleted."""
        self._real = real
        self._switches = switches
        self._read: tuple[Settings, dict[Any, Any]] = (settings, {})

    @property
    def mode(self) -> Mode:
        """``strict`` refuses whatever the references forbid, ``lenient`` what the real service is known to refuse."""
        return self.settings.mode

    @property
    def epoch(self) -> int:
        """The number of resets so far."""
        return self.settings.epoch

    @property
    def clock(self) -> Clock:
        """How the session's time differs from real time."""
        return self.settings.clock

    @property
    def public_urls(self) -> dict[str, str]:
        """Base URLs that answers carry, by ``control psc wallet insi insi_mtls dmp annuaire`` (CONTRACTS §2)."""
        return self.settings.public_urls

    @property
    def login(self) -> Login | None:
        """Who answers the wallet page by itself, if anybody (CONTRACTS §12)."""
        return self.settings.login

    @property
    def software(self) -> tuple[Software, ...]:
        """The software whose ids the services accept."""
        return self.settings.software

    @property
    def clients(self) -> tuple[Client, ...]:
        """The session's own Pro Santé Connect clients."""
        return self.settings.clients

    @property
    def seed(self) -> int:
        """The number from which generated data of the session is drawn."""
        return self.settings.seed

    def now(self) -> datetime:
        """The session's time, in UTC."""
        return self.settings.clock.at(self._real())

    def client(self, client_id: str) -> Client | None:
        """The client of that id."""
        return next((client for client in self.clients if client.client_id == client_id), None)

    def reading(self, of: Callable[[Callable[[str], Value]], _Read]) -> _Read:
        """What ``of`` makes of the switches, made once for as long as the settings stay."""
        settings, made = self._read
        if settings is not self.settings:
            made = {}
            self._read = (self.settings, made)
        if of not in made:
            made[of] = of(self.switch)
        found: _Read = made[of]
        return found

    def switch(self, name: str) -> Value:
        """The value of a switch. Raises ``KeyError`` when no service has it."""
        given = self.settings.switches
        return given[name] if name in given else self._switches.default(name)

    def get(self, service: str, kind: str, key: str, default: Any = None) -> Any:
        """A value of the working state, or ``default``."""
        return self.working.get(service, kind, key, default)

    def items(self, service: str, kind: str) -> list[tuple[str, Any]]:
        """Every key and value of one kind of the working state, in the order in which the keys came."""
        return self.working.items(service, kind)


class Sessions:
    """Every session of a sandbox. Make it with :meth:`open`."""

    def __init__(self, store: Store, faults: FaultTable, switches: SwitchTable, real: Now) -> None:
        self.faults = faults
        self.switches = switches
        self._store = store
        self._real = real
        self._sessions: dict[str, Session] = {}

    @classmethod
    async def open(
        cls,
        store: Store,
        *,
        faults: FaultTable | None = None,
        switches: SwitchTable | None = None,
        default_mode: Mode = "lenient",
        real: Now = real_now,
    ) -> Sessions:
        """Reads the sessions back from the store; makes ``default`` when it is missing. Raises ``StoreFailed``."""
        sessions = cls(store, faults or FaultTable(), switches or SwitchTable(), real)
        await sessions._load()
        if DEFAULT not in sessions._sessions:
            await sessions._found(DEFAULT, default_mode)
        return sessions

    @property
    def default(self) -> Session:
        """The session that needs nothing."""
        return self._sessions[DEFAULT]

    def __iter__(self) -> Iterator[Session]:
        return iter(tuple(self._sessions.values()))

    def find(self, session_id: str) -> Session | None:
        """The session of that id, or None."""
        return self._sessions.get(session_id)

    def get(self, session_id: str) -> Session:
        """The session of that id. Raises :class:`SessionUnknown`."""
        session = self._sessions.get(session_id)
        if session is None:
            raise SessionUnknown(session_id)
        return session

    def holding(self, service: str, kind: str, key: str) -> tuple[Session, ...]:
        """The sessions whose working state holds a key: how a credential names its session (CONTRACTS §3)."""
        return tuple(one for one in self._sessions.values() if one.working.get(service, kind, key) is not None)

    def with_client(self, client_id: str) -> tuple[Session, ...]:
        """The sessions that have a Pro Santé Connect client of that id; several leave the choice to the address."""
        return tuple(one for one in self._sessions.values() if one.client(client_id) is not None)

    async def create(self, session_id: str | None = None, *, mode: Mode = "strict") -> Session:
        """Makes a session. Raises :class:`SessionRefused` when the id is taken, ``UnusableInput`` when it is unfit."""
        if session_id is not None and not _ID.fullmatch(session_id):
            raise UnusableInput(
                "SESSION-003",
                Sentence(f"identifiant de session refusé : {session_id}", f"unfit session id: {session_id}"),
                Sentence("4 à 16 lettres minuscules ou chiffres", "4 to 16 lower-case letters or digits"),
            )
        if session_id in self._sessions:
            raise SessionRefused(
                "SESSION-004",
                Sentence(f"la session {session_id} existe déjà", f"session {session_id} exists already"),
                Sentence("choisir un autre identifiant, ou aucun", "choose another id, or none"),
            )
        if len(self._sessions) >= MAX_SESSIONS:
            raise SessionRefused(
                "SESSION-005",
                Sentence(f"déjà {MAX_SESSIONS} sessions", f"{MAX_SESSIONS} sessions already"),
                Sentence("en supprimer", "delete some"),
            )
        return await self._found(session_id or self._free_id(), mode)

    async def delete(self, session_id: str) -> None:
        """Forgets a session: journal, state, certificates. Raises :class:`SessionUnknown`, :class:`SessionRefused`."""
        session = self.get(session_id)
        if session_id == DEFAULT:
            raise SessionRefused(
                "SESSION-006",
                Sentence("la session default ne se supprime pas", "the default session cannot be deleted"),
                Sentence("la remettre à zéro : POST …/reset", "reset it: POST …/reset"),
            )
        del self._sessions[session_id]
        try:
            await self._store.write(Batch(session_id, session.epoch, purge=Purge()))
        except BancError:
            self._sessions.setdefault(session_id, session)
            raise
        session.ended = True

    async def reset(self, session_id: str) -> Session:
        """Closes the epoch and opens the next: empty journal, no state, no fault, real time; settings stay.

        A call that began before ends in the epoch in which it began. Raises ``StoreFailed``, and nothing changed.
        """
        session = self.get(session_id)
        before = session.working
        epoch = session.epoch + 1
        session.working = Working(session_id, epoch)
        try:
            await self.change(session, epoch=epoch, clock=REAL)
        except BancError:
            if session.working.epoch == epoch:
                session.working = before
            raise
        session.faults = ArmedFaults()
        self._store.post(Batch(session_id, epoch, purge=Purge(epochs_before=epoch)))
        return session

    async def change(self, session: Session, **values: Any) -> None:
        """Sets fields of the session's :class:`Settings`, durably. Raises ``StoreFailed``, and nothing changed."""
        before = session.settings
        after = session.settings = replace(before, **values)
        try:
            await self._store.write(Batch(session.id, after.epoch, records=(self._record(session),)))
        except BancError:
            if session.settings is after:
                session.settings = before
            raise

    async def set_clock(self, session: Session, *, offset_s: int = 0, frozen: bool = False) -> None:
        """Moves the session's clock by seconds, and stops it when ``frozen``. Raises ``UnusableInput``."""
        if abs(offset_s) > MAX_OFFSET_S:
            raise UnusableInput(
                "CLOCK-001",
                Sentence(f"décalage de plus de {MAX_OFFSET_S} s", f"offset of more than {MAX_OFFSET_S} s"),
            )
        await self.change(session, clock=Clock(offset_s, self._real() if frozen else None))

    async def set_switches(self, session: Session, values: dict[str, object]) -> None:
        """Sets the given switches; the others stay. Raises ``UnusableInput`` for an unknown one or a wrong value."""
        await self.change(session, switches=session.settings.switches | self.switches.checked(values))

    async def add_client(self, session: Session, client: Client) -> None:
        """Adds a Pro Santé Connect client, or replaces the one of the same id."""
        others = tuple(known for known in session.clients if known.client_id != client.client_id)
        await self.change(session, clients=(*others, client))

    async def add_software(self, session: Session, software: Software) -> None:
        """Adds a software, or replaces the one of the same name and version."""
        same = (software.name, software.version)
        others = tuple(known for known in session.software if (known.name, known.version) != same)
        await self.change(session, software=(*others, software))

    def take_lease(self, session: Session, holder: str, ttl_s: int) -> Lease:
        """Leases the session to a run, or renews its lease, for a week at most.

        Raises :class:`SessionRefused`, which names the holder, when it is another's.
        """
        now = self._real()
        held = session.lease
        if held is not None and held.holder != holder and held.until > now:
            raise SessionRefused(
                "SESSION-007",
                Sentence(f"session tenue par {held.holder}", f"session held by {held.holder}"),
                Sentence(f"attendre {instant(held.until)}, ou prendre une autre session", "wait, or take another one"),
            )
        session.lease = Lease(holder, now + timedelta(seconds=min(ttl_s, MAX_LEASE_S)))
        return session.lease

    def leased(self, session: Session) -> Lease | None:
        """The lease that holds now, or None."""
        return session.lease if session.lease is not None and session.lease.until > self._real() else None

    def release(self, session: Session, holder: str | None = None) -> None:
        """Ends the lease, unless it is another's than ``holder``."""
        if session.lease is not None and holder in (None, session.lease.holder):
            session.lease = None

    async def _found(self, session_id: str, mode: Mode) -> Session:
        settings = Settings(mode=mode, created=instant(self._real()), switches={})
        session = Session(session_id, settings, Working(session_id, 0), self._real, self.switches)
        self._sessions[session_id] = session
        try:
            await self._store.write(Batch(session_id, 0, records=(self._record(session),), purge=Purge()))
        except BancError:
            del self._sessions[session_id]
            raise
        return session

    async def _load(self) -> None:
        remembered: dict[tuple[str, int], list[tuple[str, str, str, Any]]] = {}
        for row in await self._store.rows(sa.select(tables.state).order_by(tables.state.c.rank)):
            value = (row.service, row.kind, row.key, json.loads(row.value))
            remembered.setdefault((row.session, row.epoch), []).append(value)
        for row in await self._store.rows(sa.select(tables.records).where(tables.records.c.kind == _RECORD)):
            settings = Settings.from_json(json.loads(row.value))
            working = Working(row.key, settings.epoch, remembered.pop((row.key, settings.epoch), ()))
            self._sessions[row.key] = Session(row.key, settings, working, self._real, self.switches)
        for session_id, epoch in remembered:  # of an epoch that was closed just before the process was killed
            self._store.post(Batch(session_id, epoch, purge=Purge(epochs_before=epoch + 1)))

    @staticmethod
    def _record(session: Session) -> Record:
        return Record(_RECORD, session.id, session.settings.as_json(), session=session.id)

    def _free_id(self) -> str:
        while (session_id := secrets.token_hex(4)) in self._sessions:
            pass
        return session_id
