"""What the reader and the walk along the shapes refuse: JSON, and the structure of R4."""

from __future__ import annotations

from banc_standards.fhir.read import FhirRefused
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit, Rule, holds

_JSON = RuleBook("FHIR R4 2.6 (JSON), RFC 8259")
_BENCH = RuleBook("banc : 50 Mio, 100 niveaux, un million de valeurs")
_STRUCTURE = RuleBook("FHIR R4 4.0.1")

_JSON.add(
    "FHIR-JSON-001",
    ("Le contenu est du JSON bien formé.", "The content is well-formed JSON."),
    ("Produire la ressource avec une bibliothèque JSON.", "Produce the resource with a JSON library."),
    holds,
)
_JSON.add(
    "FHIR-JSON-002",
    ("Le contenu est en UTF-8.", "The content is in UTF-8."),
    ("Enregistrer et envoyer en UTF-8.", "Save and send as UTF-8."),
    holds,
    at="8.1",
)
_BENCH.add(
    "FHIR-JSON-003",
    ("La taille de la ressource reste bornée.", "The size of the resource stays bounded."),
    ("Envoyer moins de données à la fois.", "Send less data at a time."),
    holds,
    certainty="deduced",
)
_BENCH.add(
    "FHIR-JSON-004",
    ("L'imbrication de la ressource reste bornée.", "The nesting of the resource stays bounded."),
    ("Revoir la production de la ressource.", "Check how the resource is produced."),
    holds,
    certainty="deduced",
)
_JSON.add(
    "FHIR-JSON-005",
    ("Chaque nom ne paraît qu'une fois dans un objet.", "Every name stands once in an object."),
    (
        "Retirer le doublon : chaque lecteur en garde une autre valeur.",
        "Remove the duplicate: every reader keeps another of its values.",
    ),
    holds,
    at="4",
)
_JSON.add(
    "FHIR-JSON-006",
    ("Un nombre est fini et de taille raisonnable.", "A number is finite and of a reasonable size."),
    ("Écrire un nombre décimal, sans NaN ni Infinity.", "Write a decimal number, neither NaN nor Infinity."),
    holds,
    at="6",
)
_JSON.add(
    "FHIR-JSON-007",
    (
        "Nul objet, tableau ou texte n'est vide, et null ne paraît que dans un tableau de valeurs simples.",
        "No object, array or text is empty, and null stands only in an array of simple values.",
    ),
    ("Retirer l'élément sans contenu.", "Remove the element without content."),
    holds,
    at="2.6.2",
)
_JSON.add(
    "FHIR-JSON-008",
    (
        "Un texte ne contient ni caractère de contrôle ni demi-caractère Unicode.",
        "A text holds neither a control character nor half a Unicode character.",
    ),
    ("Nettoyer le texte à la saisie.", "Clean the text where it is entered."),
    holds,
    at="2.24.0.1",
)
_JSON.add(
    "FHIR-JSON-009",
    ("Le contenu commence sans marque d'ordre (BOM).", "The content begins without a byte order mark (BOM)."),
    ("Enregistrer en UTF-8 sans BOM.", "Save as UTF-8 without a BOM."),
    holds,
    at="8.1",
    severity="warning",
)
for _number, _text, _fix, _at in (
    (
        "001",
        ("Une ressource est un objet qui dit son type.", "A resource is an object that tells its type."),
        ("Ajouter resourceType.", "Add resourceType."),
        "2.6.2.1",
    ),
    (
        "002",
        ("Le type est une ressource de FHIR R4.", "The type is a resource of FHIR R4."),
        ("Écrire le nom exact, majuscules comprises.", "Write the exact name, capitals included."),
        "resourcelist",
    ),
    (
        "003",
        ("L'élément existe à cet endroit.", "The element exists at this place."),
        ("Corriger son nom, ou en faire une extension.", "Correct its name, or make it an extension."),
        "structure",
    ),
    (
        "004",
        ("Les éléments obligatoires sont présents.", "The mandatory elements are present."),
        ("Ajouter l'élément.", "Add the element."),
        "cardinalités",
    ),
    (
        "005",
        (
            "Un élément qui peut se répéter est un tableau, un autre ne l'est pas.",
            "An element that may repeat is an array, another is not.",
        ),
        ("Ajouter ou retirer les crochets.", "Add or remove the brackets."),
        "2.6.2.2",
    ),
    (
        "006",
        (
            "La valeur est du genre de son type : texte, nombre, vrai ou faux, objet.",
            "The value is of the kind of its type: text, number, true or false, object.",
        ),
        ("Retirer ou ajouter les guillemets, ou mettre un objet.", "Remove or add the quotes, or put an object."),
        "2.6.2.3",
    ),
    (
        "007",
        ("La valeur a la forme de son type.", "The value has the form of its type."),
        ("Écrire la forme attendue.", "Write the form that is expected."),
        "2.24.0.1",
    ),
    (
        "008",
        ("Le code est de la liste que R4 impose.", "The code is of the list that R4 imposes."),
        ("Choisir un des codes attendus.", "Choose one of the expected codes."),
        "binding required",
    ),
    (
        "009",
        ("Un élément [x] n'a qu'un type à la fois.", "An element [x] has one type at a time."),
        ("Ne garder qu'une des deux valeurs.", "Keep one of the two values only."),
        "2.6.2.1",
    ),
    (
        "011",
        (
            "Un tableau de valeurs simples et celui de leurs extensions se répondent.",
            "An array of simple values and that of their extensions match.",
        ),
        (
            "Mettre null en face de chaque valeur sans extension, et une extension en face de chaque null.",
            "Put null against each value without an extension, and an extension against each null.",
        ),
        "2.6.2.3",
    ),
):
    _STRUCTURE.add(f"FHIR-STR-{_number}", _text, _fix, holds, at=_at)

RULES: tuple[Rule, ...] = (*_JSON.rules, *_BENCH.rules, *_STRUCTURE.rules)
BY_ID = {rule.id: rule for rule in RULES}


def hit(refused: FhirRefused) -> tuple[Rule, Hit]:
    """The rule and the place of a refusal to read, ready to be recorded as a finding."""
    return BY_ID[refused.rule_id], Hit("Resource", refused.detail, "", refused.line, refused.column)
