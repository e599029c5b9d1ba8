"""The rules of the structure: what the grammar of CDA R2 admits, and where, one rule for each kind of fault.

The faults themselves are found by the pass that reads the document (:mod:`banc_standards.cda.grammar.walk`); a rule
tells those of its kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from banc_standards.cda.grammar.forms import Fault
from banc_standards.cda.names import V3
from banc_standards.cda.read import Document
from banc_standards.cda.rules.expect import hit
from banc_standards.rulebook import Pair, RuleBook
from banc_standards.rules import Hit, Severity

_BOOK: Final = RuleBook("HL7 CDA R2 (POCD_MT000040) et extensions françaises, schéma", "InvalidDocumentContent")


def _told(fault: Fault) -> Callable[[Document], Iterable[Hit]]:
    def check(document: Document) -> Iterator[Hit]:
        for _, element, found, expected, below in document.faults.get(fault, ()):
            yield hit(element, found, expected, below)

    return check


def _rule(fault: Fault, number: int, text: Pair, fix: Pair, *, at: str = "", severity: Severity = "error") -> None:
    _BOOK.add(f"CDA-STR-{number:03}", text, fix, _told(fault), at=at, severity=severity)


_rule(
    Fault.UNKNOWN_ELEMENT,
    1,
    ("Un élément fait partie du modèle de celui qui le contient.", "An element is part of the model of its parent."),
    (
        "Retirer l'élément, ou lui rendre son nom et son espace de noms ; « attendu » donne ceux qui conviennent ici.",
        "Remove the element, or give it its name and namespace; “expected” gives those that fit here.",
    ),
)
_rule(
    Fault.MISPLACED,
    2,
    ("Les éléments se suivent dans l'ordre du schéma.", "Elements follow one another in the schema's order."),
    (
        "Déplacer l'élément : « attendu » dit ce qui doit se trouver à cette place.",
        "Move the element: “expected” tells what must stand in this place.",
    ),
)
_rule(
    Fault.MISSING_ELEMENT,
    3,
    ("Un élément obligatoire est présent.", "A required element is present."),
    ("Ajouter l'élément attendu, à sa place.", "Add the expected element, in its place."),
)
_rule(
    Fault.TOO_MANY,
    4,
    ("Un élément n'est pas répété plus que le schéma ne l'admet.", "An element is not repeated beyond the schema."),
    ("Garder une seule occurrence.", "Keep one occurrence."),
)
_rule(
    Fault.UNKNOWN_ATTRIBUTE,
    5,
    (
        "Un attribut fait partie de ceux de l'élément ou de son type.",
        "An attribute belongs to the element or its type.",
    ),
    (
        "Retirer l'attribut, ou corriger son nom ; « attendu » donne ceux que l'élément admet.",
        "Remove the attribute, or correct its name; “expected” gives those that the element admits.",
    ),
)
_rule(
    Fault.MISSING_ATTRIBUTE,
    6,
    ("Un attribut obligatoire est présent.", "A required attribute is present."),
    ("Ajouter l'attribut avec une des valeurs attendues.", "Add the attribute with one of the expected values."),
)
_rule(
    Fault.FORM,
    7,
    ("La valeur d'un attribut a la forme de son type.", "The value of an attribute has the form of its type."),
    (
        "Écrire la valeur sous la forme attendue ; un attribut vide se retire.",
        "Write the value in the expected form; remove an attribute that is empty.",
    ),
    at="st, cs, bl, url, bin, ID",
)
_rule(
    Fault.LIST,
    8,
    ("Un code structurel fait partie de la liste que le schéma donne.", "A structural code is in the schema's list."),
    ("Choisir un des codes attendus.", "Choose one of the expected codes."),
    at="nullFlavor, classCode, moodCode, typeCode, use, qualifier, operator",
)
_rule(
    Fault.FIXED,
    9,
    ("Un attribut dont le schéma fixe la valeur a cette valeur.", "An attribute whose value is fixed has that value."),
    ("Écrire la valeur attendue, ou retirer l'attribut.", "Write the expected value, or remove the attribute."),
)
_rule(
    Fault.TEXT,
    10,
    ("Un texte ne se trouve que là où le schéma en admet.", "Text stands only where the schema admits it."),
    (
        "Retirer le texte ; un élément sans contenu se ferme aussitôt, sans blanc ni saut de ligne.",
        "Remove the text; an element without content is closed at once, with neither blank nor line break.",
    ),
)
_rule(
    Fault.TYPE,
    11,
    (
        "xsi:type nomme un type de données de HL7 qui convient à l'élément.",
        "xsi:type names an HL7 data type that fits the element.",
    ),
    (
        "Nommer un des types attendus, avec le préfixe de l'espace de noms HL7 s'il en a un.",
        "Name one of the expected types, with the prefix of the HL7 namespace if it has one.",
    ),
    at="xsi:type",
)
_rule(
    Fault.NO_TYPE,
    12,
    ("Une valeur de type libre nomme son type.", "A value of free type names its type."),
    ("Ajouter xsi:type.", "Add xsi:type."),
    at="value, numerator, denominator",
)
_rule(
    Fault.NARRATIVE,
    13,
    (
        "Le texte d'une section n'emploie que le balisage de CDA, jamais du HTML.",
        "The text of a section uses the markup of CDA only, never HTML.",
    ),
    (
        "Remplacer par paragraph, list et item, table, content ou br, et leurs attributs.",
        "Replace with paragraph, list and item, table, content or br, and their attributes.",
    ),
    at="StrucDoc",
)
_rule(
    Fault.DUPLICATE_ID,
    14,
    ("Un ID est unique dans le document.", "An ID is unique in the document."),
    ("Donner un autre ID, et le reprendre dans les références.", "Give another ID, and use it in the references."),
    at="ID",
)
_rule(
    Fault.TIME,
    15,
    (
        "Une date est une suite de chiffres AAAAMMJJhhmmss, et un fuseau seulement après l'heure.",
        "A time is a row of digits YYYYMMDDhhmmss, with a zone only behind an hour.",
    ),
    ("Retirer tirets, deux-points et lettres.", "Remove dashes, colons and letters."),
    at="ts",
)
_rule(
    Fault.NUMBER,
    16,
    ("Un nombre s'écrit en chiffres, avec un point décimal.", "A number is written in digits, with a decimal point."),
    (
        "Écrire 1.95, non 1,95 ; mettre l'unité dans unit, et un résultat textuel dans un type ST.",
        "Write 1.95, not 1,95; put the unit into unit, and a textual result into a type ST.",
    ),
    at="int, real",
)
_rule(
    Fault.IDENTIFIER,
    17,
    ("Un identifiant de racine est un OID ou un UUID.", "The identifier of a root is an OID or a UUID."),
    (
        "Écrire un OID sans zéro de tête ni préfixe urn:oid:, ou un UUID.",
        "Write an OID with neither leading zero nor prefix urn:oid:, or a UUID.",
    ),
    at="uid: root, codeSystem",
)
_rule(
    Fault.NIL,
    18,
    ("Un élément ne se déclare pas nul par xsi:nil.", "An element does not declare itself nil by xsi:nil."),
    ("Retirer xsi:nil ; une donnée absente se dit par nullFlavor.", "Remove xsi:nil; say missing data by nullFlavor."),
    at="xsi:nil",
)
_rule(
    Fault.DANGLING_IDREF,
    19,
    (
        "Une référence à un ID (referencedObject, IDREF, headers) en nomme un du document.",
        "A reference to an ID (referencedObject, IDREF, headers) names one of the document.",
    ),
    ("Corriger la référence, ou l'ID de sa cible.", "Correct the reference, or the ID of its target."),
    at="IDREF",
    severity="warning",
)

_TEXT: Final = f"{V3}text"


@_BOOK.rule(
    "CDA-DT-028",
    (
        "Une entrée renvoie à un passage du texte de sa section par # et l'ID de celui-ci.",
        "An entry refers to a passage of its section's text by # and the ID of it.",
    ),
    (
        "Donner l'ID au passage du texte, et écrire sa valeur précédée de #.",
        "Give the ID to the passage of the text, and write its value behind #.",
    ),
    at="text/reference",
    severity="info",
    certainty="deduced",
)
def _points_at_the_text(document: Document) -> Iterator[Hit]:
    ids = document.ids
    pointers = [(item, item.get("value", "#")) for item in document.tagged.get("reference", ())]
    for reference, value in pointers:
        if value[:1] == "#" and (value[1:] in ids or reference.get("value") is None):
            continue
        above = reference.getparent()
        if above is not None and above.tag == _TEXT and next(above.iterchildren(reference.tag)) is reference:
            yield hit(reference, value, "#ID", "@value")


RULES = _BOOK.rules
