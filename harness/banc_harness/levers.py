"""What a scenario moves in the session of the run, and how it is put back when the scenario ends."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Literal

from banc_fixtures.professionals import Professional
from banc_harness.bench import Bench
from banc_harness.courier import deliver
from banc_harness.impostor import Impostor
from banc_harness.session import acting_professional
from banc_standards.contracts import events
from banc_standards.contracts.control import (
    DocumentRequest,
    FaultRequest,
    LoginRequest,
    Observation,
    PublicUrls,
    StoredDocument,
)
from banc_standards.contracts.vocabulary import CertificateProfile, LoginMeans, LoginOutcome
from banc_standards.errors import Sentence

TellClock = Callable[[Mapping[str, Any]], Awaitable[None]]
DocumentStatus = Literal["approved", "deprecated", "archived", "deleted"]


IMPOSTOR = "psc.impostor"
"""The operation under which the journal keeps what an impostor met."""


class Levers:
    """Faults, clock, switches and login of one scenario. ``tell_clock`` passes ``clock.set`` on to the software."""

    def __init__(self, bench: Bench, tell_clock: TellClock) -> None:
        self._bench = bench
        self._tell_clock = tell_clock
        self._touched: set[str] = set()
        self._switches: dict[str, Any] = {}
        self._impostor: Impostor | None = None
        self._addresses: PublicUrls | None = None

    async def arm_fault(
        self, id: str, *, times: int | None, match: Mapping[str, Any], sequence: tuple[Any, ...]
    ) -> None:
        """Arms a fault until the scenario ends at most."""
        self._touched.add("faults")
        fault = FaultRequest(
            id=id, service=id.partition(".")[0], match=dict(match), sequence=list(sequence), times=times
        )
        await self._bench.control.arm_fault(self._bench.session.id, fault)
        often = "∞" if times is None else str(times)
        self._note("BENCH-FAULT", f"panne armée : {id} × {often}", f"fault armed: {id} × {often}")

    async def clear_faults(self) -> None:
        """Disarms every fault."""
        await self._bench.control.clear_faults(self._bench.session.id)
        self._note("BENCH-FAULT", "pannes désarmées", "faults cleared")

    async def clock(self, *, offset_s: int, frozen: bool) -> None:
        """Moves the session's clock until the scenario ends at most."""
        self._touched.add("clock")
        await self._bench.control.set_clock(self._bench.session.id, offset_s=offset_s, frozen=frozen)
        self._note("BENCH-CLOCK", f"horloge décalée de {offset_s} s", f"clock moved by {offset_s} s")
        await self._tell_clock({"offset_s": offset_s, "frozen": frozen})

    async def switch(self, values: Mapping[str, Any]) -> None:
        """Sets switches until the scenario ends at most."""
        before = await self._bench.control.switches(self._bench.session.id)
        self._switches = {**{name: before[name] for name in values if name in before}, **self._switches}
        await self._bench.control.set_switches(self._bench.session.id, values)
        told = ", ".join(f"{name}={value}" for name, value in values.items())
        self._note("BENCH-SWITCH", f"bascules : {told}", f"switches: {told}")

    async def login(self, professional: Professional | None, *, means: LoginMeans, outcome: LoginOutcome) -> None:
        """Sets how sign-ins are answered until the scenario ends at most."""
        self._touched.add("login")
        login = None if professional is None else LoginRequest(auto=professional.idnat, means=means, outcome=outcome)
        await self._bench.control.set_login(self._bench.session.id, login)

    async def impersonate(self, profile: CertificateProfile) -> None:
        """Has Pro Santé Connect's server announced at an impostor's address, until unmasked or the scenario ends."""
        control, session = self._bench.control, self._bench.session
        service = session.sandbox.services.psc
        if service is None or service.issuer is None:
            return
        await self.unmask()
        self._addresses = (await control.session(session.id)).public_urls
        self._impostor = Impostor(profile)
        await self._impostor.stand_in(control, session.id, service.issuer, session.sandbox.ca_file)
        urls = self._addresses.model_copy(update={"psc": self._impostor.address})
        await control.set_public_urls(session.id, urls)
        self._note("BENCH-IMPOSTOR", f"imposteur : {profile}", f"impostor: {profile}")

    async def unmask(self) -> None:
        """Puts the true address back; the journal keeps whether the impostor was reached, and believed."""
        control, session, met = self._bench.control, self._bench.session.id, self._impostor
        if met is None or self._addresses is None:
            return
        self._impostor = None
        await met.leave()
        await control.set_public_urls(session, self._addresses)
        if met.reached:
            facts: dict[str, Any] = {"profile": met.profile, "reached": met.reached, "believed": met.believed}
            await control.observe(session, Observation(operation=IMPOSTOR, facts=facts))

    async def put_document(
        self, document: bytes, *, visibility: Sequence[str], status: DocumentStatus, replaces: str | None
    ) -> StoredDocument:
        """Puts a document into a record; it stays there, as what a software files does."""
        wanted = DocumentRequest(
            document=base64.b64encode(document).decode(),
            visibility=list(visibility),
            status=status,
            replaces=replaces,
        )
        kept = await self._bench.control.put_document(self._bench.session.id, wanted)
        self._note(
            "BENCH-DOCUMENT", f"au DMP : {kept.title}, {kept.status}", f"in the DMP: {kept.title}, {kept.status}"
        )
        return kept

    async def put_mail(self, mail: bytes, *, domain: str, sender: str, to: Sequence[str]) -> None:
        """Delivers a mail of a correspondent; it stays in the mailboxes, as any mail does."""
        bench = self._bench
        await deliver(bench.control, bench.session.id, bench.session.sandbox, mail, domain=domain, sender=sender, to=to)
        self._note("BENCH-MAIL", f"courriel de {sender}", f"mail from {sender}")

    async def put_back(self) -> None:
        """Puts back what the scenario changed in the session."""
        control, session = self._bench.control, self._bench.session.id
        await self.unmask()
        if "faults" in self._touched:
            await control.clear_faults(session)
        if "clock" in self._touched:
            await control.release_clock(session)
            await self._tell_clock({"offset_s": 0, "frozen": False})
        if self._switches:
            await control.set_switches(session, self._switches)
        if "login" in self._touched:
            usual = acting_professional(self._bench.sut, self._bench.population)
            await control.set_login(session, LoginRequest(auto=usual.idnat))

    def _note(self, code: str, fr: str, en: str) -> None:
        self._bench.recorder.emit(events.Log, level="info", code=code, text=Sentence(fr, en))
