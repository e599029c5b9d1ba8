"""The fixtures' people as documents name them."""

from __future__ import annotations

from banc_fixtures import patients, places, professionals, structures
from banc_standards.cda.model import Address, Identifier, Organization, Patient, Professional, Telecom
from banc_standards.terminology.codes import value_set
from banc_standards.terminology.oids import AUTHOR_SPECIALTIES, PRACTICE_SETTINGS


def patient(someone: patients.Patient, place: structures.Structure) -> Patient:
    """A patient of the population, known to ``place`` under a local number."""
    return Patient(
        ins=someone.ins,
        local_ids=(Identifier(place.patient_authority, someone.local_id),),
        birth_family=someone.birth_family,
        birth_givens=someone.birth_givens,
        first_given=someone.first_given,
        sex=someone.sex,
        birth_date=someone.birth_date,
        birth_place_cog=someone.birth_place,
        used_family=someone.used_family,
        used_given=someone.used_given or someone.first_given,
        address=_address(someone.address, "H"),
        telecoms=(Telecom(f"tel:{someone.phone}", "H"), Telecom(f"tel:{someone.mobile}", "MC")),
    )


def professional(someone: professionals.Professional, place: structures.Structure) -> Professional:
    """A professional at work in ``place``."""
    exercice = someone.exercices[0]
    code = f"G15_{exercice.profession}" + (f"/{exercice.know_how}" if exercice.know_how else "")
    return Professional(
        idnat=someone.idnat,
        family=exercice.family,
        given=exercice.given,
        prefix=someone.civility,
        suffix="DR" if exercice.profession == "10" else "",
        speciality=value_set("J01").get(code, AUTHOR_SPECIALTIES),
        organization=organization(place),
        address=_address(place.address, "WP"),
        telecoms=(Telecom(f"tel:{place.phone}", "WP"),),
    )


def organization(place: structures.Structure) -> Organization:
    """A structure with its practice setting."""
    return Organization(
        struct_idnat=place.struct_idnat,
        name=place.name,
        practice_setting=value_set("J04").get(place.practice_setting, PRACTICE_SETTINGS),
        address=_address(place.address, "WP"),
        telecoms=(Telecom(f"tel:{place.phone}", "WP"),),
    )


def _address(given: places.Address, use: str) -> Address:
    return Address(given.number, given.street, given.postal_code, given.city, use=use)
