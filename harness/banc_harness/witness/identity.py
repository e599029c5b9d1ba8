"""Identity in the witness: searches on INSi, and what their answers do to the local identity (RNIV)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from banc_harness.witness.software import Software
from banc_harness.witness.transport import Transport
from banc_standards.errors import BancError
from banc_standards.ins import (
    IdentityStatus,
    NotTransliterable,
    StrictTraits,
    after_document,
    after_insi,
    importable,
)
from banc_standards.insi import build, names, read
from banc_standards.insi.model import Answer, PsAssertion, Search
from banc_standards.insi.model import Software as Lps
from banc_standards.soap import build as soap
from banc_standards.soap import read as soap_answers

INSTANCE = "5d0e6f0a-0000-4000-8000-000000000001"
SAYS = {
    names.NONE_FOUND: "INSi ne trouve pas cette identité : elle n'est pas qualifiée.",
    names.SEVERAL_FOUND: "INSi trouve plusieurs identités : elle n'est pas qualifiée.",
}


class InsiRefused(Exception):
    """INSi answered a fault; the text is what the user reads."""


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
        searches = list(build.attempts(traits))
        answer = self._ask(searches[0])
        if answer.code == names.NONE_FOUND:
            for search in searches[1:]:
                answer = self._ask(search)
                if answer.code != names.NONE_FOUND:
                    break
        if answer.code == names.SEVERAL_FOUND and len(searches) > 1:
            answer = self._ask(searches[-1])
        if answer.code == names.SEVERAL_FOUND and traits.birth_place:
            answer = self._ask(replace(searches[-1], birth_place=traits.birth_place))
        return answer

    def _ask(self, search: Search) -> Answer:
        if "raw-traits" in self.defects:
            search = replace(search, birth_family=search.birth_family.lower() + "é")
        name = self.software.name
        request = build.search_request(
            search,
            message_id=str(uuid.uuid4()),
            bam_id=str(uuid.uuid4()),
            lps_id=str(uuid.uuid4()),
            at=self.now,
            sender=self.user["idnat"],
            software=Lps(
                "Autre Logiciel" if "other-software" in self.defects else name,
                self.software.version,
                self.software.idam,
                INSTANCE,
            ),
            assertion=build.ps_assertion(self._assertion()),
        )
        answer = self.transport.send(
            "POST",
            self.url,
            body=soap.serialize(request),
            headers={
                "Content-Type": f'application/soap+xml; charset=utf-8; action="{names.SEARCH_ACTION}"',
                "Authorization": f"Bearer {self.user['access_token']}",
            },
        )
        try:
            message = soap_answers.read(answer.body)
            error = read.error(message)
            if error is None:
                return read.answer(message)
        except BancError as unreadable:
            raise InsiRefused(
                "Le téléservice INSi a répondu un message illisible : réessayez plus tard."
            ) from unreadable
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


def qualified(patient: Mapping[str, Any], service: IdentityService, *, document_checked: bool) -> dict[str, Any]:
    """The patient after a check of papers and an INSi search; ``said`` tells the user what did not work.

    A found identity overwrites the strict traits (INS/va1.52); one with an incomplete date or an empty trait is not
    imported (INS/va1.28, .31).
    """
    after = dict(patient) | {"said": ""}
    status = IdentityStatus(patient["ins_status"])
    if document_checked:
        status = after_document(status)
    after["ins_status"] = status.value
    traits = StrictTraits(*(patient[name] for name in StrictTraits.__dataclass_fields__))
    try:
        answer = service.find(traits)
    except NotTransliterable as error:
        return after | {"said": error.text.fr}
    if answer.individual is None:
        return after | {"said": SAYS.get(answer.code, f"INSi a répondu un code inconnu ({answer.code}).")}
    found = answer.individual.traits
    if not importable(found) and "imports-the-incomplete" not in service.defects:
        return after | {"said": "INSi a répondu une identité incomplète : elle n'est pas reprise."}
    first = patient["first_given"]
    return after | {
        "ins_status": after_insi(status).value,
        "ins": answer.individual.active.ins.value,
        "ins_oid": answer.individual.active.ins.oid,
        "birth_family": found.birth_family,
        "birth_givens": found.birth_givens,
        "first_given": first if found.birth_givens.startswith(first) else found.birth_givens.split()[0],
        "sex": found.sex,
        "birth_date": found.birth_date,
        "birth_place": found.birth_place or patient["birth_place"],
    }
