"""Data type rules of the header: times, identifiers, codes."""

from __future__ import annotations

from collections.abc import Iterator

from banc_standards.cda.read import Document
from banc_standards.cda.rules.expect import child, hit
from banc_standards.cda.rules.header_table import HEADER
from banc_standards.cda.rules.header_times import backwards
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit

_BOOK = RuleBook("CI-SIS, types de données de CDA R2", "InvalidDocumentContent")


_BOOK.add(
    "CDA-DT-001",
    ("Une date a la forme AAAAMMJJhhmmss±ZZzz, et existe.", "A time has the form YYYYMMDDhhmmss±ZZzz, and exists."),
    ("Corriger la date.", "Correct the time."),
    HEADER.told("CDA-DT-001"),
    at="TS",
)


_BOOK.add(
    "CDA-DT-001W",
    ("Le fuseau d'une heure s'écrit sur quatre chiffres.", "The zone of a time is written with four digits."),
    ("Écrire par exemple +0100.", "Write for instance +0100."),
    HEADER.told("CDA-DT-001W"),
    at="TS",
    severity="info",
    certainty="deduced",
)


_BOOK.add(
    "CDA-DT-002",
    ("Une date commence par 4 à 14 chiffres.", "A time starts with 4 to 14 digits."),
    ("Écrire l'année d'abord, sans tiret ni barre.", "Write the year first, with neither dash nor slash."),
    HEADER.told("CDA-DT-002"),
    at="TS",
)


_BOOK.add(
    "CDA-DT-003",
    (
        "Une date a une valeur ou un nullFlavor, pas les deux, pas aucun.",
        "A time has a value or a nullFlavor, not both, not neither.",
    ),
    ("Garder la valeur, ou le nullFlavor.", "Keep the value, or the nullFlavor."),
    HEADER.told("CDA-DT-003"),
    at="TS",
)


_BOOK.add(
    "CDA-DT-004",
    ("Un instant n'a pas d'élément fils.", "An instant has no child element."),
    ("Écrire la date dans l'attribut value.", "Write the time in the attribute value."),
    HEADER.told("CDA-DT-004"),
    at="TS",
)


_BOOK.add(
    "CDA-DT-005",
    ("Une heure porte son fuseau.", "A time of day carries its zone."),
    ("Ajouter le fuseau, +0100 ou +0200 en métropole.", "Add the zone, +0100 or +0200 in mainland France."),
    HEADER.told("CDA-DT-005"),
    at="TS",
    severity="info",
    certainty="deduced",
)


_BOOK.add(
    "CDA-DT-006",
    (
        "Une période commence avant de finir, et ne mêle pas valeur, bornes et durée.",
        "An interval starts before it ends, and does not mix value, ends and width.",
    ),
    ("Corriger low et high.", "Correct low and high."),
    HEADER.told("CDA-DT-006"),
    at="IVL_TS",
)


@_BOOK.rule(
    "CDA-DT-007",
    ("Un acte commence avant de finir.", "An act starts before it ends."),
    ("Corriger low et high.", "Correct low and high."),
    at="IVL_TS",
    severity="info",
    certainty="deduced",
)
def _act_interval(document: Document) -> Iterator[Hit]:
    for element in document.at("documentationOf/serviceEvent/effectiveTime"):
        low, high = (next((item.get("value", "") for item in child(element, name)), "") for name in ("low", "high"))
        if backwards(low, high):
            yield hit(element, f"{low} – {high}", "low ≤ high")


_BOOK.add(
    "CDA-DT-008",
    (
        "Un identifiant a une racine, ou un nullFlavor et rien d'autre.",
        "An identifier has a root, or a nullFlavor and nothing else.",
    ),
    ("Écrire root.", "Write root."),
    HEADER.told("CDA-DT-008"),
    at="II",
)


_BOOK.add(
    "CDA-DT-009",
    (
        "La racine d'un identifiant est un OID ou un UUID.",
        "The root of an identifier is an OID or a UUID.",
    ),
    ("Corriger root : pas de zéro en tête d'un arc.", "Correct root: no leading zero in an arc."),
    HEADER.told("CDA-DT-009"),
    at="II",
)


_BOOK.add(
    "CDA-DT-009W",
    (
        "Un UUID s'écrit en majuscules, et une racine compte au plus 128 caractères.",
        "A UUID is written in upper case, and a root has at most 128 characters.",
    ),
    ("Mettre le UUID en majuscules.", "Put the UUID in upper case."),
    HEADER.told("CDA-DT-009W"),
    at="II",
    severity="warning",
)


_BOOK.add(
    "CDA-DT-010",
    ("La valeur d'un identifiant n'est pas vide.", "The extension of an identifier is not empty."),
    ("Retirer extension ou l'écrire.", "Remove extension or write it."),
    HEADER.told("CDA-DT-010"),
    at="II",
)


_BOOK.add(
    "CDA-DT-010W",
    (
        "La valeur d'un identifiant compte au plus 64 caractères.",
        "The extension of an identifier has at most 64 characters.",
    ),
    ("Raccourcir extension.", "Shorten extension."),
    HEADER.told("CDA-DT-010W"),
    at="II",
    severity="warning",
)


_BOOK.add(
    "CDA-DT-011",
    ("Le même identifiant n'est pas donné deux fois au même endroit.", "The same identifier is not given twice."),
    ("N'en garder qu'un.", "Keep one."),
    HEADER.told("CDA-DT-011"),
    at="II",
)


_BOOK.add(
    "CDA-DT-012",
    (
        "Une donnée codée a un code, un nullFlavor ou un texte d'origine ; un code a son système, un libellé son code.",
        "A coded value has a code, a nullFlavor or an originalText; a code has its system, a label its code.",
    ),
    ("Compléter code et codeSystem.", "Complete code and codeSystem."),
    HEADER.told("CDA-DT-012"),
    at="CD",
)


_BOOK.add(
    "CDA-DT-013",
    (
        "Un système de codes est un OID ; un libellé, s'il est donné, n'est pas vide.",
        "A code system is an OID; a label, if given, is not empty.",
    ),
    ("Écrire l'OID du système et le libellé du code.", "Write the system's OID and the code's label."),
    HEADER.told("CDA-DT-013"),
    at="CD",
)


_BOOK.add(
    "CDA-DT-014",
    (
        "Un code de l'en-tête n'a pas de qualifier ; sa traduction n'a pas de nullFlavor.",
        "A header code has no qualifier; its translation has no nullFlavor.",
    ),
    ("Retirer ces éléments.", "Remove these elements."),
    HEADER.told("CDA-DT-014"),
    at="CE",
)


_BOOK.add(
    "CDA-DT-015",
    (
        "realmCode, languageCode et signatureCode ont un code, ou un nullFlavor, et rien d'autre.",
        "realmCode, languageCode and signatureCode have a code, or a nullFlavor, and nothing else.",
    ),
    ("Ne garder que code.", "Keep code only."),
    HEADER.told("CDA-DT-015"),
    at="CS",
)


_BOOK.add(
    "CDA-DT-030",
    (
        "Le nom et la version d'un système vont avec son OID, un code n'est pas répété, une traduction est complète.",
        "A system's name and version go with its OID, a code is not repeated, a translation is complete.",
    ),
    (
        "Écrire codeSystem et code partout où leur nom ou leur libellé est donné.",
        "Write codeSystem and code wherever their name or label is given.",
    ),
    HEADER.told("CDA-DT-030"),
    at="CD",
)


_BOOK.add(
    "CDA-DT-033",
    (
        "Un élément qui dit son type (xsi:type) dit celui que l'en-tête lui donne.",
        "An element that tells its type (xsi:type) tells the one that the header gives it.",
    ),
    ("Retirer xsi:type, ou l'écrire comme attendu.", "Remove xsi:type, or write it as expected."),
    HEADER.told("CDA-DT-033"),
    at="ANY",
)


_BOOK.add(
    "CDA-DT-034",
    (
        "La langue d'un texte a la forme d'une étiquette de langue : fr, fr-FR.",
        "The language of a text has the form of a language tag: fr, fr-FR.",
    ),
    ("Corriger l'attribut language.", "Correct the attribute language."),
    HEADER.told("CDA-DT-034"),
    at="ED, ST",
)

RULES = _BOOK.rules
