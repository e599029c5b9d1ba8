"""The fictitious professionals, as the provider knows them."""

from __future__ import annotations

from functools import lru_cache

from banc_fixtures import professionals
from banc_fixtures.population import UnknownIdentity, population
from banc_standards.psc.build import Activity, Exercice, Identity


@lru_cache(maxsize=64)
def identity(asked: str) -> Identity | None:
    """The person of an IdNat, of an RPPS number or of a fixture id; None when there is nobody."""
    try:
        person = population().professional(asked)
    except UnknownIdentity:
        return None
    return Identity(
        idnat=person.idnat,
        family_name=person.family,
        given_name=person.given,
        civility=person.civility,
        exercices=tuple(_exercice(exercice) for exercice in person.exercices),
    )


def _exercice(exercice: professionals.Exercice) -> Exercice:
    return Exercice(
        codeProfession=exercice.profession,
        codeCategorieProfessionnelle=exercice.category,
        codeCiviliteDexercice=exercice.civility,
        nomDexercice=exercice.family,
        prenomDexercice=exercice.given,
        codeTypeSavoirFaire=exercice.know_how_type,
        codeSavoirFaire=exercice.know_how,
        activities=tuple(_activity(activity) for activity in exercice.activities),
    )


def _activity(activity: professionals.Activity) -> Activity:
    place = population().structure(activity.structure)
    address = place.address
    return Activity(
        codeModeExercice=activity.mode,
        codeSecteurDactivite=activity.sector,
        codeSectionPharmacien=activity.pharmacist_section,
        codeRole=activity.role,
        codeGenreActivite=activity.genre,
        numeroSiretSite=place.siret,
        numeroSirenSite=place.siren,
        numeroFinessSite=place.finess,
        numeroFinessetablissementJuridique=place.finess_legal,
        identifiantTechniqueDeLaStructure=place.technical_id,
        raisonSocialeSite=place.name,
        enseigneCommercialeSite=place.brand,
        complementPointGeographique=address.complement,
        numeroVoie=address.number,
        libelleVoie=address.street,
        bureauCedex=f"{address.postal_code} {address.city}",
        codePostal=address.postal_code,
        codeCommune=address.cog,
        codePays=address.country_cog,
        telephone=place.phone,
    )
