"""Patients: identifiers and names of FR Core, and what a qualified identity (INS) asks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from banc_standards import ins
from banc_standards.fhir.codes import GENDERS, HIGH_CONFIDENCE, IDENTITY_STATUS, METHODS, RNIV_STATUS, VALIDATION_MODES
from banc_standards.fhir.names import (
    BIRTH_LIST,
    BIRTH_PLACE,
    COMMUNES,
    FR_CORE,
    INSEE_CODE,
    METHOD,
    RELIABILITY,
    STATUS_0445,
    STATUS_RNIV,
    T1,
    T2,
    VALIDATION_MODE,
)
from banc_standards.fhir.rules.book import FhirBook
from banc_standards.fhir.rules.forms import (
    NAME,
    TELECOM,
    Must,
    Slice,
    Steps,
    cardinalities,
    names,
    slices,
    telecoms,
)
from banc_standards.fhir.rules.known import PATIENT, PATIENT_INS
from banc_standards.fhir.subject import Resource, at, codings, extensions, items, text
from banc_standards.identifiers import cog
from banc_standards.rules import Hit

_OID: Final = "urn:oid:"
INS_SYSTEMS: Final = {f"{_OID}{oid}" for oid in ins.OIDS}
_BOOK = FhirBook("FR Core 2.2.0, FRCorePatient", "Patient", (PATIENT, PATIENT_INS))
_QUALIFIED = FhirBook("FR Core 2.2.0, FRCorePatientINS", "Patient", (PATIENT_INS,))
_ANY = FhirBook("Guide d'implémentation de l'INS v3.0", "Patient")

slices(
    _BOOK,
    "FHIR-PAT",
    (
        Slice(
            "001",
            "NSS",
            f"{_OID}1.2.250.1.213.1.4.13",
            ((T1, "NH"),),
            ("official",),
            other_systems=(f"{_OID}1.2.250.1.213.1.4.14", f"{_OID}{ins.INS_NIR}"),
        ),
        Slice("002", "INS-C", f"{_OID}{ins.INS_C}", ((T2, "INS-C"),), ("secondary",)),
        Slice("003", "NDP", f"{_OID}1.2.250.1.176.1.2", ((T2, "NDP"),), ("secondary",), high=1),
        Slice("004", "PI", "", ((T1, "PI"),), ("usual", "temp", "secondary", "old")),
        Slice("005", "RRI", "", ((T1, "RRI"),), ("secondary",)),
    ),
)
slices(
    _QUALIFIED,
    "FHIR-INS",
    (
        Slice("001", "INS-NIR", f"{_OID}{ins.INS_NIR}", ((T2, "INS-NIR"),), ("official", "old")),
        Slice("002", "INS-NIA", f"{_OID}{ins.INS_NIA}", ((T2, "INS-NIA"),), ("official", "old", "temp")),
        Slice("003", "INS-NIR-TEST", f"{_OID}{ins.INS_TEST}", ((T2, "INS-NIR-TEST"),), ("official",)),
        Slice("004", "INS-NIR-DEMO", f"{_OID}{ins.INS_DEMO}", ((T2, "INS-NIR-DEMO"),), ("official",)),
    ),
)
_BOOK.add("FHIR-PAT-006", *TELECOM, telecoms("telecom", "contact.telecom"), at="telecom")
_BOOK.add("FHIR-PAT-007", *NAME, names("name", "contact.name"), at="name.prefix")


def _named(data: Any, use: str) -> list[tuple[int, dict[str, Any]]]:
    return [(number, name) for number, name in items(data, "name") if name.get("use") == use]


@_BOOK.rule(
    "FHIR-PAT-008",
    (
        "Le nom de naissance (official) a un nom de famille et un prénom.",
        "The birth name (official) has a family name and a given name.",
    ),
    ("Ajouter family et given.", "Add family and given."),
    at="name[officialName]",
)
def _official(resource: Resource) -> Iterator[Hit]:
    for number, name in _named(resource.data, "official"):
        for part in ("family", "given"):
            if not (name.get(part) or name.get(f"_{part}")):
                yield resource.hit("name", number, expected=part)


@_BOOK.rule(
    "FHIR-PAT-009",
    ("Le sexe est male, female ou unknown.", "The gender is male, female or unknown."),
    ("Remplacer other par unknown.", "Replace other by unknown."),
    at="gender",
)
def _gender(resource: Resource) -> Iterator[Hit]:
    gender = text(resource.data, "gender")
    if gender and gender not in GENDERS:
        yield resource.hit("gender", found=gender, expected=" | ".join(sorted(GENDERS)))


_ONCE: Final = (
    BIRTH_PLACE,
    FR_CORE + "fr-core-patient-birthdate-update-indicator",
    FR_CORE + "fr-core-patient-death-place",
)
_VALUES: Final = {
    BIRTH_PLACE: "valueAddress",
    FR_CORE + "fr-core-patient-birthdate-update-indicator": "valueBoolean",
    FR_CORE + "fr-core-patient-death-place": "valueAddress",
    INSEE_CODE: "valueCoding",
    BIRTH_LIST: "valueString",
}


@_BOOK.rule(
    "FHIR-PAT-010",
    (
        "Lieu de naissance, lieu de décès et indicateur de date corrigée paraissent une fois au plus.",
        "Place of birth, place of death and the indicator of a corrected date stand once at most.",
    ),
    ("Ne garder qu'une extension de ce nom.", "Keep one extension of this name only."),
    at="extension",
)
def _once(resource: Resource) -> Iterator[Hit]:
    for url in _ONCE:
        for number, _ in extensions(resource.data, url)[1:]:
            yield resource.hit("extension", number, found=url, expected="≤ 1")
    for number, name in items(resource.data, "name"):
        for place, _ in extensions(name, BIRTH_LIST)[1:]:
            yield resource.hit("name", number, "extension", place, found=BIRTH_LIST, expected="≤ 1")


@_BOOK.rule(
    "FHIR-PAT-011",
    ("La valeur de l'extension est du type que son nom impose.", "The value of the extension is of its name's type."),
    ("Écrire value[x] avec le type attendu.", "Write value[x] with the expected type."),
    at="extension.value[x]",
)
def _values(resource: Resource) -> Iterator[Hit]:
    for value in resource.typed.get("Extension", ()):
        wanted = _VALUES.get(text(value.data, "url"))
        if wanted is not None and wanted not in value.data:
            told = next((name for name in value.data if name.startswith("value")), "")
            yield resource.subject.hit(value.path, told, wanted)


def _reliability(resource: Resource, name: str) -> Iterator[tuple[Steps, dict[str, Any]]]:
    """The sub-extensions of identity reliability that have a name."""
    for number, outer in extensions(resource.data, RELIABILITY):
        for inner, found in extensions(outer, name):
            yield ("extension", number, "extension", inner), found


_PARTS: Final = {
    "methodCollection": "valueCoding",
    "dateCollection": "valueDate",
    "identityStatus": "valueCoding",
    "validationDate": "valueDate",
    "validationMode": "valueCoding",
}


@_BOOK.rule(
    "FHIR-PAT-012",
    (
        "Chaque partie de la fiabilité de l'identité paraît une fois, avec son type.",
        "Each part of the identity's reliability stands once, with its type.",
    ),
    ("Écrire valueCoding ou valueDate, une fois.", "Write valueCoding or valueDate, once."),
    at="extension[identityReliability]",
)
def _parts(resource: Resource) -> Iterator[Hit]:
    for number, outer in extensions(resource.data, RELIABILITY):
        seen: set[str] = set()
        for inner, part in items(outer, "extension"):
            name = text(part, "url")
            if name not in _PARTS:
                continue
            if name in seen:
                yield resource.hit("extension", number, "extension", inner, found=name, expected="≤ 1")
            seen.add(name)
            if _PARTS[name] not in part:
                yield resource.hit("extension", number, "extension", inner, found=name, expected=_PARTS[name])


@_BOOK.rule(
    "FHIR-PAT-013",
    (
        "Le mode de validation de l'identité est de la liste de FR Core.",
        "The mode of validation of the identity is of FR Core's list.",
    ),
    ("Choisir un code de fr-core-cs-mode-validation-identity.", "Choose a code of that code system."),
    at="extension[identityReliability].validationMode",
)
def _mode(resource: Resource) -> Iterator[Hit]:
    for steps, part in _reliability(resource, "validationMode"):
        coding = at(part, "valueCoding")
        if isinstance(coding, dict) and (
            text(coding, "system") != VALIDATION_MODE or text(coding, "code") not in VALIDATION_MODES
        ):
            yield resource.hit(
                *steps, "valueCoding", "code", found=text(coding, "code"), expected=", ".join(sorted(VALIDATION_MODES))
            )


@_BOOK.rule(
    "FHIR-PAT-014",
    (
        "Le statut de l'identité et la méthode de recueil sont des codes connus de leur système.",
        "The status of the identity and the method of collection are known codes of their system.",
    ),
    ("Choisir un code de la table, ou le bon système.", "Choose a code of the table, or the right system."),
    at="extension[identityReliability]",
    severity="warning",
    certainty="deduced",
)
def _status(resource: Resource) -> Iterator[Hit]:
    known = {STATUS_0445: IDENTITY_STATUS, STATUS_RNIV: RNIV_STATUS, METHOD: METHODS}
    for name in ("identityStatus", "methodCollection"):
        for steps, part in _reliability(resource, name):
            system, code = text(part, "valueCoding", "system"), text(part, "valueCoding", "code")
            if system in known and code not in known[system]:
                yield resource.hit(*steps, "valueCoding", "code", found=code, expected=", ".join(sorted(known[system])))


@_BOOK.rule(
    "FHIR-PAT-015",
    ("Un recueil par INSi porte sa date.", "A collection by INSi carries its date."),
    ("Ajouter dateCollection.", "Add dateCollection."),
    at="extension[identityReliability].dateCollection",
    severity="info",
    certainty="deduced",
)
def _collected(resource: Resource) -> Iterator[Hit]:
    for number, outer in extensions(resource.data, RELIABILITY):
        methods = [text(part, "valueCoding", "code") for _, part in extensions(outer, "methodCollection")]
        if "INSI" in methods and not extensions(outer, "dateCollection"):
            yield resource.hit("extension", number, found="INSI", expected="dateCollection")


@_BOOK.rule(
    "FHIR-PAT-016",
    (
        "Le code INSEE du lieu est dans TRE_R13 (communes).",
        "The INSEE code of the place is in TRE_R13 (communes).",
    ),
    ("Écrire le système TRE_R13 et le code COG.", "Write the system TRE_R13 and the COG code."),
    at="fr-core-address-insee-code",
)
def _insee(resource: Resource) -> Iterator[Hit]:
    for value in resource.typed.get("Extension", ()):
        if text(value.data, "url") != INSEE_CODE:
            continue
        coding = at(value.data, "valueCoding")
        if not isinstance(coding, dict):
            continue
        if text(coding, "system") != COMMUNES:
            path = (*value.path, "valueCoding", "system")
            yield resource.subject.hit(path, text(coding, "system"), COMMUNES)
        elif not cog(text(coding, "code")):
            yield resource.subject.hit(
                (*value.path, "valueCoding", "code"), text(coding, "code"), "01001, 2A004, 99100"
            )


# A qualified identity


def _is_validated(resource: Resource) -> bool:
    """Whether the status is VALI of table 0445, which says qualified; VALI of the RNIV table says another thing."""
    return any(
        text(part, "valueCoding", "code") == "VALI" and text(part, "valueCoding", "system") != STATUS_RNIV
        for _, part in _reliability(resource, "identityStatus")
    )


cardinalities(
    _QUALIFIED,
    "FHIR-INS",
    (
        Must("005", "identifier"),
        Must("006", "gender"),
        Must("007", "birthDate"),
        Must("008", "extension"),
    ),
)


@_QUALIFIED.rule(
    "FHIR-INS-009",
    (
        "L'identité qualifiée a un lieu de naissance et un seul, avec son code INSEE.",
        "A qualified identity has one place of birth, with its INSEE code.",
    ),
    ("Ajouter patient-birthPlace avec fr-core-address-insee-code.", "Add patient-birthPlace with its INSEE code."),
    at="extension[birthPlace]",
)
def _birth_place(resource: Resource) -> Iterator[Hit]:
    places = extensions(resource.data, BIRTH_PLACE)
    if not places:
        yield resource.hit(expected=BIRTH_PLACE)
    for number, place in places:
        codes = extensions(at(place, "valueAddress"), INSEE_CODE)
        if len(codes) != 1:
            yield resource.hit("extension", number, "valueAddress", found=str(len(codes)), expected=INSEE_CODE)


@_QUALIFIED.rule(
    "FHIR-INS-010",
    (
        "L'identité qualifiée a un nom de naissance (official) et un seul.",
        "A qualified identity has one birth name (official).",
    ),
    ("Écrire name avec use = official, une fois.", "Write name with use = official, once."),
    at="name[officialName]",
)
def _one_official(resource: Resource) -> Iterator[Hit]:
    number = len(_named(resource.data, "official"))
    if number != 1:
        yield resource.hit("name", found=str(number), expected="1")


@_QUALIFIED.rule(
    "FHIR-INS-011",
    (
        "Le nom de naissance a un seul prénom (le premier) et la liste de tous les prénoms.",
        "The birth name has one given name (the first) and the list of all given names.",
    ),
    (
        "Mettre le premier prénom dans given et la liste dans birth-list-given-name.",
        "Put the first given name into given and the list into birth-list-given-name.",
    ),
    at="name[officialName]",
)
def _givens(resource: Resource) -> Iterator[Hit]:
    for number, name in _named(resource.data, "official"):
        given = at(name, "given")
        if isinstance(given, list) and len(given) > 1:
            yield resource.hit("name", number, "given", found=str(len(given)), expected="1")
        if not extensions(name, BIRTH_LIST):
            yield resource.hit("name", number, expected=BIRTH_LIST)


@_QUALIFIED.rule(
    "FHIR-INS-012",
    (
        "La liste des prénoms de naissance commence par le premier prénom.",
        "The list of birth given names begins with the first given name.",
    ),
    ("Aligner given et birth-list-given-name.", "Align given and birth-list-given-name."),
    at="name[officialName].given",
    severity="warning",
    certainty="deduced",
)
def _list_begins(resource: Resource) -> Iterator[Hit]:
    for number, name in _named(resource.data, "official"):
        first = text(name, "given", 0)
        for _, listed in extensions(name, BIRTH_LIST)[:1]:
            whole = text(listed, "valueString")
            if first and whole and not ins.starts_list(first, whole):
                yield resource.hit("name", number, "given", 0, found=first, expected=whole)


@_QUALIFIED.rule(
    "FHIR-INS-013",
    (
        "Le mode de validation d'une identité qualifiée est une pièce de haute confiance.",
        "The mode of validation of a qualified identity is a document of high confidence.",
    ),
    ("Choisir PA, CN, AN ou LE.", "Choose PA, CN, AN or LE."),
    at="fr-core-vs-mode-validation-identity-ins",
)
def _high_confidence(resource: Resource) -> Iterator[Hit]:
    for steps, part in _reliability(resource, "validationMode"):
        code = text(part, "valueCoding", "code")
        if code in VALIDATION_MODES and code not in HIGH_CONFIDENCE:
            yield resource.hit(*steps, "valueCoding", "code", found=code, expected=", ".join(sorted(HIGH_CONFIDENCE)))


@_QUALIFIED.rule(
    "FHIR-INS-014",
    (
        "Une identité au statut VALI porte un INS d'usage official.",
        "An identity whose status is VALI carries an INS of use official.",
    ),
    ("Ajouter l'INS, ou changer le statut.", "Add the INS, or change the status."),
    at="fr-core-1",
)
def _validated_has_ins(resource: Resource) -> Iterator[Hit]:
    if not _is_validated(resource):
        return
    for _, identifier in items(resource.data, "identifier"):
        system = text(identifier, "system")
        if identifier.get("use") != "official" or system not in INS_SYSTEMS:
            continue
        if system != f"{_OID}{ins.INS_NIR}" or any(
            text(one, "code") == "INS-NIR" for one in codings(identifier.get("type"))
        ):
            return
    yield resource.hit("identifier", found="VALI", expected="INS, use = official")


@_QUALIFIED.rule(
    "FHIR-INS-015",
    (
        "Une identité au statut VALI a un seul identifiant d'usage official.",
        "An identity whose status is VALI has one identifier of use official.",
    ),
    (
        "Ne laisser official qu'à l'INS ; un NSS est official lui aussi et ne va pas avec.",
        "Leave official to the INS alone; an NSS is official too and does not go with it.",
    ),
    at="fr-core-2",
)
def _one_official_identifier(resource: Resource) -> Iterator[Hit]:
    if not _is_validated(resource):
        return
    official = [one for _, one in items(resource.data, "identifier") if one.get("use") == "official"]
    billing = [one for one in official if any(text(each, "code") == "NH" for each in codings(one.get("type")))]
    if len(official) != 1 and len(official) - len(billing) != 1:
        yield resource.hit("identifier", found=str(len(official)), expected="1")


@_QUALIFIED.rule(
    "FHIR-INS-016",
    (
        "Un NSS official à côté de l'INS contredit l'invariant fr-core-2.",
        "An official NSS beside the INS contradicts the invariant fr-core-2.",
    ),
    ("Ne pas transmettre le NSS avec une identité qualifiée.", "Do not send the NSS with a qualified identity."),
    at="fr-core-2",
    severity="warning",
    certainty="deduced",
)
def _official_billing(resource: Resource) -> Iterator[Hit]:
    if not _is_validated(resource):
        return
    official = [(n, one) for n, one in items(resource.data, "identifier") if one.get("use") == "official"]
    if len(official) < 2:
        return
    for number, identifier in official:
        if any(text(each, "code") == "NH" for each in codings(identifier.get("type"))):
            yield resource.hit("identifier", number, found="NH, official")


@_QUALIFIED.rule(
    "FHIR-INS-017",
    (
        "Le code INSEE de naissance d'une identité VALI n'est pas 99999, qu'INSi ne renvoie pas.",
        "The INSEE code of birth of a VALI identity is not 99999, which INSi does not return.",
    ),
    ("Reprendre le lieu de naissance renvoyé par INSi.", "Take the place of birth that INSi returned."),
    at="fr-core-3",
    severity="warning",
)
def _unknown_place(resource: Resource) -> Iterator[Hit]:
    if not _is_validated(resource):
        return
    for number, place in extensions(resource.data, BIRTH_PLACE):
        for inner, code in extensions(at(place, "valueAddress"), INSEE_CODE):
            if text(code, "valueCoding", "code") == "99999":
                yield resource.hit(
                    "extension", number, "valueAddress", "extension", inner, "valueCoding", "code", found="99999"
                )


@_QUALIFIED.rule(
    "FHIR-INS-018",
    (
        "Une identité qui porte un INS dit sa fiabilité.",
        "An identity that carries an INS tells its reliability.",
    ),
    ("Ajouter fr-core-identity-reliability avec le statut.", "Add fr-core-identity-reliability with the status."),
    at="extension[identityReliability]",
    severity="warning",
    certainty="deduced",
)
def _told_reliability(resource: Resource) -> Iterator[Hit]:
    if not extensions(resource.data, RELIABILITY):
        yield resource.hit(expected=RELIABILITY)


# Any patient


@_ANY.rule(
    "FHIR-INS-019",
    (
        "Un INS a 15 caractères et sa clé se vérifie.",
        "An INS has 15 characters and its key verifies.",
    ),
    ("Reprendre le matricule et sa clé tels qu'INSi les renvoie.", "Take the number and key as INSi returns them."),
    at="matricule",
    severity="warning",
    certainty="deduced",
)
def _key(resource: Resource) -> Iterator[Hit]:
    for number, identifier in items(resource.data, "identifier"):
        value = text(identifier, "value")
        if text(identifier, "system") in INS_SYSTEMS and value and not ins.valid(value):
            yield resource.hit("identifier", number, "value", found=value, expected="15, 97 - n mod 97")


@_ANY.rule(
    "FHIR-INS-020",
    (
        "L'OID de l'INS et le type de l'identifiant disent la même chose.",
        "The OID of the INS and the type of the identifier say the same.",
    ),
    (
        "INS-NIR va avec .8, INS-NIA avec .9, INS-NIR-TEST avec .10, INS-NIR-DEMO avec .11.",
        "INS-NIR goes with .8, INS-NIA with .9, INS-NIR-TEST with .10, INS-NIR-DEMO with .11.",
    ),
    at="identifier.type",
    severity="warning",
    certainty="deduced",
)
def _same_kind(resource: Resource) -> Iterator[Hit]:
    wanted = {
        "INS-NIR": ins.INS_NIR,
        "INS-NIA": ins.INS_NIA,
        "INS-NIR-TEST": ins.INS_TEST,
        "INS-NIR-DEMO": ins.INS_DEMO,
    }
    for number, identifier in items(resource.data, "identifier"):
        system = text(identifier, "system")
        for coding in codings(identifier.get("type")):
            oid = wanted.get(text(coding, "code"))
            if oid is not None and system and system != f"{_OID}{oid}" and PATIENT_INS not in resource.profiles:
                yield resource.hit("identifier", number, "system", found=system, expected=f"{_OID}{oid}")


RULES = (*_BOOK.rules, *_QUALIFIED.rules, *_ANY.rules)
