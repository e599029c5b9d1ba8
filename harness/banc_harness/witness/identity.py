"""Identity in the witness: searches on INSi, and what their answers do to the local identity (RNIV)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from banc_harness.witness.software import Software
from banc_harness.witness.transport import Transport
from banc_standards.errors import BancError
from banc_standards.ins import (
    INS_NIR,
    IdentityAttribute,
    IdentityStatus,
    Ins,
    NotTransliterable,
    StrictTraits,
    after_attribute,
    after_document,
    after_failed_verification,
    after_insi,
    after_strict_trait_change,
    fold,
    importable,
    may_call_insi,
    transliterate,
)
from banc_standards.insi import build, names, read, verification
from banc_standards.insi.model import Answer, PsAssertion, Search
from banc_standards.insi.model import Software as Lps
from banc_standards.soap import build as soap
from banc_standards.soap import read as soap_answers

INSTANCE = "5d0e6f0a-0000-4000-8000-000000000001"
UNREADABLE = "Le téléservice INSi a répondu un message illisible : réessayez plus tard."
SAYS = {
    names.NONE_FOUND: "INSi ne trouve pas cette identité : elle n'est pas qualifiée.",
    names.SEVERAL_FOUND: "INSi trouve plusieurs identités : elle n'est pas qualifiée.",
}


class InsiRefused(Exception):
    """INSi answered a fault; the text is what the user reads, ``output`` what the software says beside that."""

    output: Mapping[str, Any] = MappingProxyType({})


@dataclass(slots=True)
class IdentityService:
    """INSi for one user signed in with Pro Santé Connect: unsigned assertion, access token beside it."""

    url: str
    transport: Transport
    software: Software
    user: Mapping[str, Any]
    professional: Mapping[str, Any]
    structure: Mapping[str, Any]
    now: datetime
    defects: frozenset[str] = frozenset()

    def find(self, traits: StrictTraits) -> Answer:
        """The first answer 00, else the last answer: given names one by one, then all; on several, all and the place.

        Raises :class:`InsiRefused` on a fault, ``NotTransliterable`` when a name cannot be sent.
        """
        searches = self._attempts(traits)
        answer = self._ask(searches[0])
        if answer.code == names.NONE_FOUND:
            for search in searches[1:]:
                answer = self._ask(search)
                if answer.code != names.NONE_FOUND:
                    break
        if answer.code == names.SEVERAL_FOUND and len(searches) > 1:
            answer = self._ask(searches[-1])
        if answer.code == names.SEVERAL_FOUND and traits.birth_place and "no-place-to-insi" not in self.defects:
            answer = self._ask(replace(searches[-1], birth_place=traits.birth_place))
        return answer

    def _attempts(self, traits: StrictTraits) -> list[Search]:
        searches = list(build.attempts(traits))
        if "first-given-only" in self.defects:
            return searches[:1]
        if "all-givens-at-once" in self.defects:
            return searches[-1:]
        return searches

    def verify(self, ins: Ins, traits: StrictTraits) -> bool:
        """Whether INSi confirms an INS and its traits (WS_INS3).

        Raises :class:`InsiRefused` on a fault, ``NotTransliterable`` when a name cannot be sent.
        """
        sent = replace(
            traits,
            birth_family=transliterate(traits.birth_family),
            birth_givens=transliterate(traits.birth_givens),
        )
        request = verification.request(
            verification.verification_body(ins, sent), action=names.VERIFY_ACTION, **self._context()
        )
        verdict = verification.verdict(self._sent(request, names.VERIFY_ACTION))
        if verdict is None:
            raise InsiRefused(UNREADABLE)
        return verdict.code == names.FOUND

    def _ask(self, search: Search) -> Answer:
        if "raw-traits" in self.defects:
            search = replace(search, birth_family=search.birth_family.lower() + "é")
        if "flattens-names" in self.defects:
            search = replace(search, birth_family=fold(search.birth_family))
        try:
            if "searches-twice" in self.defects:
                self._found(search)
            return self._found(search)
        except InsiRefused:
            if "insists-on-faults" not in self.defects:
                raise
            self._found(search)
            return self._found(search)

    def _found(self, search: Search) -> Answer:
        request = build.search_request(search, **self._context())
        try:
            return read.answer(self._sent(request, names.SEARCH_ACTION))
        except BancError as unreadable:
            raise InsiRefused(UNREADABLE) from unreadable

    def _context(self) -> dict[str, Any]:
        other = "other-software" in self.defects
        name = "Autre Logiciel" if other else self.software.name
        return {
            "message_id": str(uuid.uuid4()),
            "bam_id": str(uuid.uuid4()),
            "lps_id": str(uuid.uuid4()),
            "at": self.now,
            "sender": self.user["idnat"],
            "software": Lps(name, self.software.version, self.software.idam, INSTANCE),
            "assertion": build.ps_assertion(self._assertion()),
        }

    def _sent(self, request: Any, action: str) -> soap_answers.Message:
        answer = self.transport.send(
            "POST",
            self.url,
            body=soap.serialize(request),
            headers={
                "Content-Type": f'application/soap+xml; charset=utf-8; action="{action}"',
                "Authorization": f"Bearer {self.user['access_token']}",
            },
        )
        try:
            message = soap_answers.read(answer.body)
            error = read.error(message)
        except BancError as unreadable:
            raise InsiRefused(UNREADABLE) from unreadable
        if error is None:
            return message
        raise InsiRefused(f"INSi : {error.text or error.reason} ({error.code or error.subcode})")

    def _assertion(self) -> PsAssertion:
        doctor = self.professional.get("profession") == "10"
        return PsAssertion(
            assertion_id=f"_{uuid.uuid4()}",
            issue_instant=self.now,
            issuer=f"CN={self.user['idnat']},O=PSC,C=FR",
            name_id=self.user["idnat"],
            billing=self.structure["finess"],
            sector=self.structure["sector"],
            qualifier="PSC",
            speciality=self.professional.get("amo_speciality", "") if doctor else "",
        )


STRICT = tuple(StrictTraits.__dataclass_fields__)


def presented(patient: Mapping[str, Any]) -> dict[str, Any]:
    """The patient once papers have been checked: they count whatever INSi then does, but not for a doubtful or
    fictitious identity.
    """
    if not may_call_insi(_attributes(patient)):
        return dict(patient)
    return dict(patient) | {"ins_status": after_document(IdentityStatus(patient["ins_status"])).value}


def qualified(patient: Mapping[str, Any], service: IdentityService) -> dict[str, Any]:
    """The patient after an INSi search; ``said`` tells the user what did not work. Raises :class:`InsiRefused`.

    A found identity overwrites the strict traits (INS/va1.52); one with an incomplete date or an empty trait is not
    imported (INS/va1.28, .31). A doubtful or fictitious identity stays provisional, and INSi is not called.
    """
    after = dict(patient) | {"said": ""}
    if not may_call_insi(_attributes(patient)) and "calls-for-doubtful" not in service.defects:
        return after | {"said": "Identité douteuse ou fictive : INSi n'est pas appelé, elle reste provisoire."}
    status = IdentityStatus(patient["ins_status"])
    traits = StrictTraits(*(patient[name] for name in STRICT))
    try:
        answer = service.find(traits)
    except NotTransliterable as error:
        return after | {"said": error.text.fr}
    if answer.individual is None:
        return after | {"said": SAYS.get(answer.code, f"INSi a répondu un code inconnu ({answer.code}).")}
    found = answer.individual.traits
    if not importable(found) and "imports-the-incomplete" not in service.defects:
        return after | {"said": "INSi a répondu une identité incomplète : elle n'est pas reprise."}
    first, active = patient["first_given"], answer.individual.active.ins
    reached = IdentityStatus.QUAL if "qualifies-without-papers" in service.defects else after_insi(status)
    if not may_call_insi(_attributes(patient)):
        return after | {"ins_status": status.value}
    after |= {
        "ins_status": reached.value,
        "ins": active.value,
        "ins_oid": INS_NIR if "always-nir" in service.defects else active.oid,
        "historical": [{"ins": former.ins.value, "ins_oid": former.ins.oid} for former in answer.individual.historical],
    }
    if "drops-history" in service.defects:
        after["historical"] = []
    if "keeps-local-traits" in service.defects:
        return after
    return after | {
        "birth_family": found.birth_family,
        "birth_givens": found.birth_givens,
        "first_given": first if found.birth_givens.startswith(first) else found.birth_givens.split()[0],
        "sex": found.sex,
        "birth_date": found.birth_date,
        "birth_place": found.birth_place or patient["birth_place"],
    }


def edited(patient: Mapping[str, Any], given: Mapping[str, Any], defects: frozenset[str]) -> dict[str, Any]:
    """The patient once the front desk has typed other traits: a strict one that changed takes the trust away."""
    after = dict(patient) | {name: given[name] for name in (*STRICT, "first_given")}
    if all(patient[name] == after[name] for name in STRICT) or "keeps-status-after-edit" in defects:
        return after
    status = after_strict_trait_change(IdentityStatus(patient["ins_status"]), document_stands=False)
    return _without_ins(after) | {"ins_status": status.value}


def marked(patient: Mapping[str, Any], attributes: list[str]) -> dict[str, Any]:
    """The patient with those attributes (RNIV): doubtful or fictitious, it falls to provisional and loses its INS."""
    after = dict(patient) | {"attributes": attributes}
    status = IdentityStatus(patient["ins_status"])
    for name in attributes:
        status = after_attribute(status, IdentityAttribute(name))
    after["ins_status"] = status.value
    return after if status.holds_ins else _without_ins(after)


def verified(patient: Mapping[str, Any], service: IdentityService) -> dict[str, Any]:
    """The patient after INSi confirmed the INS that is held, or not: it then falls, with its OID (rule 49)."""
    after = dict(patient) | {"said": ""}
    if not patient["ins"]:
        return after | {"said": "Cette identité n'a pas d'INS à vérifier."}
    traits = StrictTraits(*(patient[name] for name in STRICT))
    try:
        confirmed = service.verify(Ins(patient["ins"], patient["ins_oid"]), traits)
    except NotTransliterable as error:
        return after | {"said": error.text.fr}
    if confirmed or "ignores-failed-verification" in service.defects:
        return after
    status = after_failed_verification(IdentityStatus(patient["ins_status"]))
    said = "INSi ne confirme pas cette identité : elle redevient provisoire, son INS est retiré."
    if "keeps-ins-after-failure" in service.defects:
        return after | {"ins_status": status.value, "said": said}
    return _without_ins(after) | {"ins_status": status.value, "said": said}


def _attributes(patient: Mapping[str, Any]) -> list[IdentityAttribute]:
    return [IdentityAttribute(name) for name in patient.get("attributes") or ()]


def _without_ins(patient: Mapping[str, Any]) -> dict[str, Any]:
    return dict(patient) | {"ins": None, "ins_oid": None, "historical": []}
