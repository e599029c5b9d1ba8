"""Encounters, locations, appointments, slots, schedules and vital signs of FR Core."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from banc_standards.fhir.codes import LOCATION_TYPES
from banc_standards.fhir.names import FR_CORE, LOINC, UCUM
from banc_standards.fhir.rules.book import FhirBook
from banc_standards.fhir.rules.forms import TELECOM, Must, cardinalities, telecoms
from banc_standards.fhir.rules.known import (
    BMI,
    BP,
    ENCOUNTER,
    HEAD,
    HEART_RATE,
    HEIGHT,
    LOCATION,
    RESPIRATION,
    SATURATION,
    SCHEDULE,
    SLOT,
    TEMPERATURE,
    WEIGHT,
)
from banc_standards.fhir.subject import Resource, at, codings, extensions, has_code, items, text
from banc_standards.rules import Hit

_ENCOUNTER = FhirBook("FR Core 2.2.0, FRCoreEncounter", "Encounter", (ENCOUNTER,))
_LOCATION = FhirBook("FR Core 2.2.0, FRCoreLocation", "Location", (LOCATION,))
_SLOT = FhirBook("FR Core 2.2.0, FRCoreSlot", "Slot", (SLOT,))
_SCHEDULE = FhirBook("FR Core 2.2.0, FRCoreSchedule", "Schedule", (SCHEDULE,))
_APPOINTMENT = FhirBook("FHIR R4 4.0.1, Appointment", "Appointment")
_SIGNS: Final = {
    WEIGHT: (("29463-7",), ("g", "kg", "[lb_av]")),
    HEART_RATE: (("8867-4",), ("/min",)),
    HEIGHT: (("8302-2",), ("cm", "[in_i]")),
    TEMPERATURE: (("8310-5",), ("Cel", "[degF]")),
    BMI: (("39156-5",), ("kg/m2",)),
    HEAD: (("9843-4", "8287-5"), ("cm", "[in_i]")),
    SATURATION: (("2708-6", "59408-5"), ("%",)),
    RESPIRATION: (("9279-1",), ("/min",)),
}
_VITAL = FhirBook("FHIR R4 4.0.1, profil vitalsigns, et FR Core 2.2.0", "Observation", (*_SIGNS, BP))
_OBSERVATION = FhirBook("FHIR R4 4.0.1, Observation", "Observation")
_LIST = FhirBook("FHIR R4 4.0.1, List", "List")

cardinalities(
    _ENCOUNTER,
    "FHIR-ENC",
    (
        Must("001", "identifier"),
        Must("002", "identifier.type"),
        Must("003", "identifier.system"),
        Must("004", "identifier.value"),
        Must("005", "class.system"),
        Must("006", "class.code"),
        Must("007", "period"),
        Must("008", "type", 0, 1),
        Must("009", "account", 0, 1),
        Must("010", "hospitalization.preAdmissionIdentifier.type"),
        Must("011", "hospitalization.preAdmissionIdentifier.system"),
        Must("012", "hospitalization.preAdmissionIdentifier.value"),
    ),
)
_LITERAL_SLIP: Final = "1.2.250.1.71.4.2.2+.n°FINESS"


@_ENCOUNTER.rule(
    "FHIR-ENC-013",
    (
        "Le système de l'identifiant de préadmission que FR Core fixe est une faute de frappe : il n'est pas exigé.",
        "The system of the pre-admission identifier that FR Core fixes is a slip: it is not required.",
    ),
    (
        "Rien à corriger : un système propre à l'établissement convient.",
        "Nothing to correct: any system of yours will do.",
    ),
    at="hospitalization.preAdmissionIdentifier.system",
    severity="info",
    certainty="uncertain",
)
def _slip(resource: Resource) -> Iterator[Hit]:
    system = text(resource.data, "hospitalization", "preAdmissionIdentifier", "system")
    if system and system != _LITERAL_SLIP:
        yield resource.hit("hospitalization", "preAdmissionIdentifier", "system", found=system, expected=_LITERAL_SLIP)


_LOCATION.add("FHIR-LOC-001", *TELECOM, telecoms("telecom"), at="telecom")
_KINDS: Final = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-location-type"


@_LOCATION.rule(
    "FHIR-LOC-002",
    ("Le type d'un lieu est un code de fr-core-cs-location-type.", "The type of a location is of that code system."),
    ("Écrire un code de fr-core-cs-location-type.", "Write a code of fr-core-cs-location-type."),
    at="type",
)
def _location_type(resource: Resource) -> Iterator[Hit]:
    for number, concept in items(resource.data, "type"):
        systems = [text(one, "system") for one in codings(concept)]
        if _KINDS not in systems:
            yield resource.hit("type", number, found=", ".join(systems), expected=_KINDS)


@_LOCATION.rule(
    "FHIR-LOC-003",
    ("Le code du type de lieu est connu du banc.", "The code of the type of location is known to the bench."),
    ("Vérifier le code dans la version publiée.", "Check the code in the published version."),
    at="type",
    severity="warning",
    certainty="deduced",
)
def _location_code(resource: Resource) -> Iterator[Hit]:
    for number, concept in items(resource.data, "type"):
        for place, one in enumerate(codings(concept)):
            if text(one, "system") == _KINDS and text(one, "code") not in LOCATION_TYPES:
                where = ("type", number, "coding", place, "code")
                yield resource.hit(*where, found=text(one, "code"), expected=", ".join(sorted(LOCATION_TYPES)))


def _kinds(resource: Resource) -> set[str]:
    return {text(one, "code") for _, concept in items(resource.data, "type") for one in codings(concept)}


for _number, _name, _kind, _told in (
    (
        "004",
        "fr-core-location-type-chambre",
        "CHAMB",
        (
            "L'extension de type de chambre ne va qu'à un lieu de type CHAMB.",
            "The room type extension goes with a location of the type CHAMB only.",
        ),
    ),
    (
        "005",
        "fr-core-location-position-lit",
        "LIT",
        (
            "L'extension de position de lit ne va qu'à un lieu de type LIT.",
            "The bed position extension goes with a location of the type LIT only.",
        ),
    ),
):

    def _room(resource: Resource, name: str = _name, code: str = _kind) -> Iterator[Hit]:
        for base in (FR_CORE, "http://fhir.fr/StructureDefinition/"):
            for number, _ in extensions(resource.data, base + name):
                if code not in _kinds(resource):
                    yield resource.hit("extension", number, found=", ".join(sorted(_kinds(resource))), expected=code)

    _LOCATION.add(
        f"FHIR-LOC-{_number}",
        _told,
        (f"Écrire le type {_kind}, ou retirer l'extension.", f"Write the type {_kind}, or remove the extension."),
        _room,
        at="inv-location-type-chambre" if _kind == "CHAMB" else "inv-location-type-lit",
    )

cardinalities(_SLOT, "FHIR-RDV", (Must("001", "serviceCategory", 0, 1),))
cardinalities(_SCHEDULE, "FHIR-RDV", (Must("002", "serviceCategory", 0, 1), Must("003", "serviceType", 0, 0)))


@_APPOINTMENT.rule(
    "FHIR-RDV-004",
    (
        "Un rendez-vous a un début et une fin, ou ni l'un ni l'autre.",
        "An appointment has a start and an end, or neither.",
    ),
    ("Ajouter celui qui manque.", "Add the one that is missing."),
    at="app-2",
)
def _both_ends(resource: Resource) -> Iterator[Hit]:
    if (resource.data.get("start") is None) != (resource.data.get("end") is None):
        yield resource.hit(expected="start, end")


@_APPOINTMENT.rule(
    "FHIR-RDV-005",
    (
        "Seul un rendez-vous proposé, annulé ou en liste d'attente n'a pas d'horaire.",
        "Only a proposed, cancelled or wait-listed appointment has no time.",
    ),
    ("Ajouter start et end.", "Add start and end."),
    at="app-3",
)
def _planned(resource: Resource) -> Iterator[Hit]:
    timed = resource.data.get("start") is not None and resource.data.get("end") is not None
    status = text(resource.data, "status")
    if not timed and status not in ("proposed", "cancelled", "waitlist", ""):
        yield resource.hit(found=status, expected="start, end")


@_APPOINTMENT.rule(
    "FHIR-RDV-006",
    ("Un participant a un rôle ou une personne.", "A participant has a role or a person."),
    ("Ajouter type ou actor.", "Add type or actor."),
    at="app-1",
)
def _participant(resource: Resource) -> Iterator[Hit]:
    for number, one in items(resource.data, "participant"):
        if one.get("type") is None and one.get("actor") is None:
            yield resource.hit("participant", number, expected="type | actor")


# Vital signs


@_VITAL.rule(
    "FHIR-OBS-001",
    ("Une constante est de catégorie vital-signs.", "A vital sign is of the category vital-signs."),
    ("Ajouter la catégorie vital-signs.", "Add the category vital-signs."),
    at="category",
)
def _category(resource: Resource) -> Iterator[Hit]:
    system = "http://terminology.hl7.org/CodeSystem/observation-category"
    if not any(has_code(one, system, "vital-signs") for _, one in items(resource.data, "category")):
        yield resource.hit("category", expected="vital-signs")


cardinalities(_VITAL, "FHIR-OBS", (Must("002", "subject", 1, 1),))


@_VITAL.rule(
    "FHIR-OBS-003",
    ("Une constante a sa date ou sa période.", "A vital sign has its date or its period."),
    ("Ajouter effectiveDateTime ou effectivePeriod.", "Add effectiveDateTime or effectivePeriod."),
    at="effective[x]",
)
def _effective(resource: Resource) -> Iterator[Hit]:
    if not any(name in resource.data for name in ("effectiveDateTime", "effectivePeriod", "_effectiveDateTime")):
        yield resource.hit(expected="effectiveDateTime | effectivePeriod")


@_VITAL.rule(
    "FHIR-OBS-004",
    ("La constante porte le code LOINC de son profil.", "The vital sign carries the LOINC code of its profile."),
    ("Ajouter le code LOINC attendu.", "Add the expected LOINC code."),
    at="code",
)
def _code(resource: Resource) -> Iterator[Hit]:
    for profile in sorted(resource.profiles & {*_SIGNS, BP}):
        wanted = ("85354-9",) if profile == BP else _SIGNS[profile][0]
        if not has_code(resource.data.get("code"), LOINC, *wanted):
            told = ", ".join(text(one, "code") for one in codings(resource.data.get("code")))
            yield resource.hit("code", found=told, expected=f"LOINC {' | '.join(wanted)}")


@_VITAL.rule(
    "FHIR-OBS-005",
    ("La mesure a l'unité UCUM de son profil.", "The measure has the UCUM unit of its profile."),
    ("Écrire system http://unitsofmeasure.org et le code attendu.", "Write the UCUM system and the expected code."),
    at="value[x]",
    profiles=_SIGNS,
)
def _unit(resource: Resource) -> Iterator[Hit]:
    quantity = at(resource.data, "valueQuantity")
    if not isinstance(quantity, dict):
        return
    for profile in sorted(resource.profiles & set(_SIGNS)):
        units = _SIGNS[profile][1]
        if text(quantity, "system") != UCUM or text(quantity, "code") not in units:
            yield resource.hit("valueQuantity", found=text(quantity, "code"), expected=" | ".join(units))


@_VITAL.rule(
    "FHIR-OBS-006",
    (
        "Une constante a une valeur, une raison d'absence ou des parties.",
        "A vital sign has a value, a reason or parts.",
    ),
    ("Ajouter valueQuantity ou dataAbsentReason.", "Add valueQuantity or dataAbsentReason."),
    at="vs-2",
)
def _value(resource: Resource) -> Iterator[Hit]:
    if not any(name.startswith("value") or name in _INSTEAD for name in resource.data):
        yield resource.hit(expected="value[x] | dataAbsentReason")


_INSTEAD: Final = frozenset({"dataAbsentReason", "component", "hasMember"})


@_VITAL.rule(
    "FHIR-OBS-007",
    (
        "La pression artérielle se mesure dans ses parties (systolique 8480-6, diastolique 8462-4), en mm[Hg].",
        "Blood pressure is measured in its parts (systolic 8480-6, diastolic 8462-4), in mm[Hg].",
    ),
    (
        "Ajouter component, sans valeur au niveau de l'observation.",
        "Add component, without a value on the observation.",
    ),
    at="component",
    profiles=(BP,),
)
def _pressure(resource: Resource) -> Iterator[Hit]:
    for name in resource.data:
        if name.startswith("value"):
            yield resource.hit(name, found=name, expected="component")
    if not any(has_code(one.get("code"), LOINC, *_PRESSURES) for _, one in items(resource.data, "component")):
        yield resource.hit("component", expected=" | ".join(_PRESSURES))
    for wanted in _PRESSURES:
        parts = [(n, one) for n, one in items(resource.data, "component") if has_code(one.get("code"), LOINC, wanted)]
        for number, part in parts:
            if not _in_millimetres(part):
                yield resource.hit("component", number, found=text(part, "valueQuantity", "code"), expected="mm[Hg]")


@_VITAL.rule(
    "FHIR-OBS-009",
    (
        "Une pression artérielle a la systolique et la diastolique.",
        "A blood pressure has the systolic and the diastolic.",
    ),
    ("Ajouter la partie qui manque, ou sa raison d'absence.", "Add the missing part, or the reason of its absence."),
    at="component",
    severity="warning",
    certainty="deduced",
    profiles=(BP,),
)
def _both_pressures(resource: Resource) -> Iterator[Hit]:
    for wanted in _PRESSURES[:2]:
        if not any(has_code(one.get("code"), LOINC, wanted) for _, one in items(resource.data, "component")):
            yield resource.hit("component", expected=wanted)


_PRESSURES: Final = ("8480-6", "8462-4", "8478-0")


def _in_millimetres(part: dict[str, Any]) -> bool:
    if part.get("dataAbsentReason") is not None:
        return True
    quantity = at(part, "valueQuantity")
    return text(quantity, "system") == UCUM and text(quantity, "code") == "mm[Hg]"


@_OBSERVATION.rule(
    "FHIR-OBS-008",
    ("Une observation a une valeur ou une raison d'absence, pas les deux.", "An observation has a value or a reason."),
    ("Garder l'un des deux.", "Keep one of the two."),
    at="obs-6",
)
def _one_of(resource: Resource) -> Iterator[Hit]:
    if resource.data.get("dataAbsentReason") is not None and any(name.startswith("value") for name in resource.data):
        yield resource.hit("dataAbsentReason", found="value[x]")


@_LIST.rule(
    "FHIR-LST-001",
    ("Une liste a des entrées ou une raison d'être vide, pas les deux.", "A list has entries or a reason to be empty."),
    ("Garder l'un des deux.", "Keep one of the two."),
    at="lst-1",
)
def _empty(resource: Resource) -> Iterator[Hit]:
    if resource.data.get("entry") and resource.data.get("emptyReason") is not None:
        yield resource.hit("emptyReason", found="entry")


RULES = (
    *_ENCOUNTER.rules,
    *_LOCATION.rules,
    *_SLOT.rules,
    *_SCHEDULE.rules,
    *_APPOINTMENT.rules,
    *_VITAL.rules,
    *_OBSERVATION.rules,
    *_LIST.rules,
)
