"""Identities that come from elsewhere with an INS: verified at INSi before anything is made of them (rules 30, 51)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from banc_harness.witness.identity import STRICT, IdentityService, InsiRefused
from banc_standards.cda.read import Traits
from banc_standards.ins import IdentityStatus, NotTransliterable, StrictTraits, fold

Patient = dict[str, Any]
CONFIRMED = "INSi confirme l'INS reçu"
DENIED = "INSi ne confirme pas l'INS reçu : le document attend dans la liste de travail"


@dataclass(frozen=True, slots=True)
class Newcomer:
    """What became of the identity of a document: ``patient``, created or known, and what the user reads.

    ``confirmed`` and ``patient`` are None when INSi was not asked, or did not answer.
    """

    said: str
    patient: Patient | None = None
    confirmed: bool | None = None


def welcomed(said: Traits, patients: list[Patient], service: IdentityService) -> Newcomer:
    """Verifies the INS that came and decides: an unknown person is created, with the INS when INSi confirms it, never
    qualified; a known person stays as they are.
    """
    ins, defects = said.ins, service.defects
    if ins is None or any(item.get("ins") == ins.value and _holds(item) for item in patients):
        return Newcomer("")
    known = next((item for item in patients if _same(item, said)), None)
    traits = StrictTraits(
        said.birth_family, said.birth_givens, said.sex, _dashed(said.birth_time), said.birth_place_cog
    )
    if "trusts-received-ins" in defects:
        confirmed, status = True, IdentityStatus.QUAL
    else:
        try:
            confirmed = service.verify(ins, traits)
        except InsiRefused as error:
            return Newcomer(f"L'INS reçu n'est pas vérifié : {error}")
        except NotTransliterable as error:
            return Newcomer(error.text.fr)
        status = IdentityStatus.QUAL if "qualifies-on-verification" in defects else IdentityStatus.RECUP
    kept = confirmed or "keeps-unconfirmed-ins" in defects
    words = CONFIRMED if confirmed else DENIED
    if known is not None:
        if "denies-known-identity" in defects and not confirmed:
            known = known | {"ins_status": "PROV", "ins": None, "ins_oid": None, "historical": []}
        return Newcomer(words, known, confirmed)
    created: Patient = {name: getattr(traits, name) for name in STRICT} | {
        "local_id": f"AUTO-{uuid.uuid4().hex[:6]}",
        "first_given": said.first_given,
        "ins_status": (status if kept else IdentityStatus.PROV).value,
        "ins": ins.value if kept else None,
        "ins_oid": ins.oid if kept else None,
        "opposed": [],
    }
    return Newcomer(words, created, confirmed)


def _holds(patient: Patient) -> bool:
    return IdentityStatus(patient["ins_status"]).holds_ins


def _same(patient: Patient, said: Traits) -> bool:
    return (
        fold(patient["birth_family"]) == fold(said.birth_family)
        and fold(patient["first_given"]) == fold(said.first_given)
        and patient["sex"] == said.sex
        and str(patient["birth_date"]).replace("-", "") == said.birth_time[:8]
    )


def _dashed(birth_time: str) -> str:
    day = birth_time[:8]
    return f"{day[:4]}-{day[4:6]}-{day[6:8]}" if len(day) == 8 else day
