"""The life of each identity of a scenario, replayed: what the RNIV makes of it, act after act, beside what was told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from banc_harness.trace import Acted, Exchange, Trace
from banc_standards import ins_datamatrix
from banc_standards.errors import BancError
from banc_standards.ins import (
    IdentityAttribute,
    IdentityStatus,
    StrictTraits,
    after_attribute,
    after_document,
    after_failed_verification,
    after_insi,
    after_strict_trait_change,
    importable,
    may_call_insi,
)
from banc_standards.insi import names, read
from banc_standards.insi.model import Answer, Search

STRICT = tuple(StrictTraits.__dataclass_fields__)
CODES = (names.FOUND, names.NONE_FOUND, names.SEVERAL_FOUND)


@dataclass(frozen=True, slots=True)
class Asked:
    """One search as it crossed the wire: what was sent, and the code or the fault that came back."""

    exchange: Exchange
    search: Search

    @property
    def code(self) -> str:
        """CodeCR, or the code of the fault."""
        return self.exchange.code or ""

    @property
    def faulted(self) -> bool:
        """Whether the answer was no RESULTAT."""
        return self.code not in CODES

    @property
    def answer(self) -> Answer | None:
        """The RESULTAT, when there is one."""
        message = self.exchange.soap_response
        try:
            return None if message is None or self.faulted else read.answer(message)
        except BancError:
            return None


@dataclass(frozen=True, slots=True)
class Moment:
    """One act of an identity's life: the traits and attributes that it met, and the statuses that it may leave.

    ``allowed`` are in the order of preference; ``told`` is what the software then says of the identity; ``ins`` the
    matricule that INSi had returned for it before, as it crossed the wire.
    """

    act: Acted
    traits: StrictTraits
    attributes: frozenset[IdentityAttribute]
    before: IdentityStatus
    allowed: tuple[IdentityStatus, ...]
    asked: tuple[Asked, ...] = ()
    verified: str | None = None
    ins: str | None = None

    @property
    def fallen(self) -> bool:
        """Whether a qualified identity ceases to be so."""
        return self.before is IdentityStatus.QUAL and IdentityStatus.QUAL not in self.allowed

    @property
    def told(self) -> Mapping[str, Any]:
        """The patient of the driver's answer, empty when it says nothing."""
        said = self.act.output.get("patient")
        return said if isinstance(said, Mapping) else {}

    @property
    def blocked(self) -> bool:
        """Whether INSi may not be called."""
        return not may_call_insi(self.attributes)

    @property
    def answer(self) -> Answer | None:
        """The last RESULTAT of the act."""
        answers = [one.answer for one in self.asked]
        return answers[-1] if answers else None

    @property
    def incomplete(self) -> bool:
        """Whether INSi found an identity that may not be imported."""
        answer = self.answer
        return answer is not None and answer.individual is not None and not importable(answer.individual.traits)


@dataclass(slots=True)
class _Life:
    traits: StrictTraits
    status: IdentityStatus = IdentityStatus.PROV
    attributes: frozenset[IdentityAttribute] = field(default_factory=frozenset)
    ins: str | None = None


def moments(trace: Trace) -> Iterator[Moment]:
    """Each act about a patient that the software answered, in order."""
    lives: dict[str, _Life] = {}
    for act in trace.acts:
        patient = act.input.get("patient")
        if not act.answered or not isinstance(patient, Mapping):
            continue
        name = str(patient.get("local_id"))
        if name not in lives or (act.action == "patient.create" and not act.input.get("edit")):
            lives[name] = _Life(_given(act, patient))
        moment = _moment(trace, act, lives[name], patient)
        yield moment
        life, told = lives[name], moment.told.get("ins_status")
        life.traits, life.attributes = moment.traits, moment.attributes
        life.status = next((one for one in moment.allowed if one == told), moment.allowed[0])
        answer = moment.answer
        if answer is not None and answer.individual is not None and not moment.incomplete and not moment.blocked:
            life.traits, life.ins = answer.individual.traits, answer.individual.active.ins.value


def _moment(trace: Trace, act: Acted, life: _Life, patient: Mapping[str, Any]) -> Moment:
    traits, attributes = life.traits, life.attributes
    asked: tuple[Asked, ...] = ()
    allowed: tuple[IdentityStatus, ...] = (life.status,)
    verified = None
    if act.action == "patient.create":
        if act.input.get("edit") and _traits(patient) != traits:
            traits = _traits(patient)
            allowed = tuple(
                dict.fromkeys(
                    after_strict_trait_change(life.status, document_stands=stands) for stands in (False, True)
                )
            )
        attributes |= {IdentityAttribute(name) for name in act.input.get("attributes") or ()}
        for attribute in attributes:
            allowed = tuple(dict.fromkeys(after_attribute(one, attribute) for one in allowed))
    elif act.action == "patient.qualify":
        asked = _asked(trace, act)
        if may_call_insi(attributes):
            status = after_document(life.status) if act.input.get("identity_document") else life.status
            answer = asked[-1].answer if asked else None
            found = answer is not None and answer.individual is not None and importable(answer.individual.traits)
            allowed = (after_insi(status) if found else status,)
    elif act.action == "identity.verify":
        calls = [one for one in trace.all("insi.WS_INS3", "accepted") if one.claimed_by == act.step]
        verified = calls[-1].code if calls else None
        if verified is not None and verified != names.FOUND:
            allowed = (after_failed_verification(life.status),)
    return Moment(act, traits, attributes, life.status, allowed, asked, verified, life.ins)


def _given(act: Acted, patient: Mapping[str, Any]) -> StrictTraits:
    """The traits that an act gives: typed, or read from the datamatrix INS that was scanned."""
    scanned = act.input.get("scanned")
    return ins_datamatrix.read(str(scanned.get("text"))).traits if isinstance(scanned, Mapping) else _traits(patient)


def _traits(patient: Mapping[str, Any]) -> StrictTraits:
    return StrictTraits(*(str(patient.get(name) or "") for name in STRICT))


def _asked(trace: Trace, act: Acted) -> tuple[Asked, ...]:
    found = []
    for exchange in trace.all("insi.WS_INS2"):
        message = exchange.soap if exchange.claimed_by == act.step else None
        if message is not None:
            found.append(Asked(exchange, read.request(message).search()))
    return tuple(found)
