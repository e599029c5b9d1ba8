"""TD0.3 over real sockets: an authorization is added and removed, and consultation follows; feeding never asks."""

from __future__ import annotations

from typing import Any

import pytest

from banc_fixtures.population import population
from banc_standards.vihf import names as vihf
from banc_standards.vihf.build import Code
from banc_standards.xds.names import APPROVED
from banc_standards.xds.query import build

from .hospital import Hospital, fresh_oid

CARD: dict[str, Any] = {"authn_class": vihf.SMARTCARD_CLASS}
SECRETARY = (Code("SECRETARIAT_MEDICAL", "1.2.250.1.213.1.1.4.6", "Secrétariat"),)
NURSE = (Code("60", vihf.G15, "Infirmier"),)


@pytest.fixture(autouse=True)
def unauthorized(hospital: Hospital) -> None:
    """Nobody has an authorization to begin with."""
    hospital.bench.tell("PUT", "switches", {"dmp.authorization": "INEXISTANTE"})


def consults(who: Hospital) -> bool:
    answer = who.search(build.find_documents(patient=who.ins.cx(), statuses=[APPROVED]), **CARD)
    return b"AdhocQueryResponse" in answer.body


def test_an_authorization_opens_search_and_reading(doctor: Hospital) -> None:
    assert doctor.ask(**CARD).existence.authorization == "INEXISTANTE"
    assert not consults(doctor)
    assert doctor.retrieve(fresh_oid(), **CARD).rule == "DMP-005"

    assert doctor.authorize(**CARD) == ("DMPOk", "Autorisation ajoutée")

    assert doctor.ask(**CARD).existence.authorization == "VALIDE"
    assert consults(doctor)
    assert doctor.retrieve(fresh_oid(), **CARD).retrieved.errors[0].code == "XDSDocumentUniqueIdError"
    entry = doctor.bench.last("dmp.TD0.3")
    assert (entry["outcome"], entry["findings"]) == ("accepted", [])
    assert (entry["facts"]["action"], entry["facts"]["authorization"]) == ("AJOUT", "VALIDE")


def test_an_authorization_that_stands_is_left(doctor: Hospital) -> None:
    doctor.authorize(**CARD)
    assert doctor.authorize(**CARD) == ("DMPOk", "Autorisation déjà présente, aucune action effectuée")


def test_an_authorization_is_removed(doctor: Hospital) -> None:
    doctor.authorize(**CARD)
    assert doctor.authorize("SUPPRESSION", **CARD)[0] == "DMPOk"
    assert not consults(doctor)


def test_an_authorization_is_of_one_professional(doctor: Hospital, colleague: Hospital) -> None:
    doctor.authorize(**CARD)
    assert not consults(colleague)


def test_an_authorization_of_a_secretary_is_that_of_the_structure(doctor: Hospital, colleague: Hospital) -> None:
    assert doctor.authorize(roles=SECRETARY, **CARD)[0] == "DMPOk"
    assert consults(colleague)


def test_feeding_needs_no_authorization(hospital: Hospital) -> None:
    assert hospital.feed().errors == []


def test_a_blocked_professional_stays_blocked(doctor: Hospital, colleague: Hospital) -> None:
    doctor.authorize(**CARD)
    doctor.bench.tell("PUT", "switches", {"dmp.blocked": f"8999 {population().professional('P01').idnat}"})

    assert doctor.ask(**CARD).existence.authorization == "INTERDIT"
    assert doctor.authorize(**CARD)[0] == "DMPAccessDeniedByRightsService"
    assert "DMP-AUT-003" in doctor.bench.rules("dmp.TD0.3")
    assert not consults(doctor)
    assert colleague.authorize(**CARD)[0] == "DMPOk"


def test_a_treating_doctor_is_told(doctor: Hospital, colleague: Hospital) -> None:
    assert doctor.authorize(role="MEDECIN_TRAITANT", **CARD)[0] == "DMPOk"
    assert doctor.ask(**CARD).existence.treating_doctor is True
    assert colleague.ask(**CARD).existence.treating_doctor is False


@pytest.mark.parametrize(
    ("action", "role", "changed", "code", "rule"),
    [
        ("MODIFICATION", "", {}, "DMPMockInvalidMessage", "DMP-AUT-001"),
        ("AJOUT", "MEDECIN", {}, "DMPMockInvalidMessage", "DMP-AUT-001"),
        ("AJOUT", "MEDECIN_TRAITANT", {"roles": NURSE}, "DMPAccessDeniedByRightsService", "DMP-AUT-004"),
    ],
)
def test_a_wish_that_cannot_be_is_refused(
    doctor: Hospital, action: str, role: str, changed: dict[str, Any], code: str, rule: str
) -> None:
    assert doctor.authorize(action, role, **CARD, **changed)[0] == code
    assert rule in doctor.bench.rules("dmp.TD0.3")
    assert doctor.bench.last("dmp.TD0.3")["outcome"] == "refused"


def test_a_record_that_is_absent_takes_no_authorization(doctor: Hospital) -> None:
    doctor.bench.arm("dmp.not_found", times=1)
    assert doctor.authorize(**CARD)[0] == "DMPClosed"
    assert "DMP-AUT-002" in doctor.bench.rules("dmp.TD0.3")


def test_a_structure_or_an_emergency_has_no_authorization_to_add(hospital: Hospital, doctor: Hospital) -> None:
    assert hospital.authorizing().rule == "DMP-002"
    assert doctor.authorizing(purpose="bris_de_glace", **CARD).rule == "DMP-002"


def test_any_status_can_be_told(doctor: Hospital) -> None:
    doctor.bench.arm("dmp.authorization_status", sequence=[{"code": "DMPInconnu", "context": "?"}], times=1)
    assert doctor.authorize(**CARD) == ("DMPInconnu", "?")
    assert not consults(doctor)
