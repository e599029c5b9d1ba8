"""What INSi asks of the traits of a search: cardinalities of the service and lexical profiles (insi.md §3.1, §3.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Literal

from banc_standards.errors import Sentence
from banc_standards.identifiers import cog
from banc_standards.ins import Lexical, birth_date_form, lexical_faults
from banc_standards.insi import names
from banc_standards.insi.read import Field
from banc_standards.insi.subject import InsiSubject
from banc_standards.rules import Hit, Rule

_BODY = "/soap:Envelope/soap:Body/RECSANSVITALE"
_ELEMENTS = ("NomNaissance", "Prenom", "Sexe", "DateNaissance", "LieuNaissance")
UNKNOWN_PLACE = "99999"


def _is_search(subject: InsiSubject) -> bool:
    return subject.request.message.operation == f"{{{names.REC_SANS}}}RECSANSVITALE"


def _body(subject: InsiSubject) -> Iterator[Hit]:
    if subject.request.operation not in ("WS_INS2", None):
        return
    if not _is_search(subject):
        found = subject.request.message.operation or ""
        yield Hit("/soap:Envelope/soap:Body", found=found, expected=f"{{{names.REC_SANS}}}RECSANSVITALE")
    elif subject.request.message.body_children > 1:
        yield Hit("/soap:Envelope/soap:Body", found=str(subject.request.message.body_children), expected="1")


def _order(subject: InsiSubject) -> Iterator[Hit]:
    if not _is_search(subject):
        return
    fields = subject.request.fields
    for field in fields:
        if field.name not in _ELEMENTS:
            yield Hit(f"{_BODY}/{field.name}", found=field.name, expected=" ".join(_ELEMENTS), line=field.line)
        elif field.nested:
            yield Hit(f"{_BODY}/{field.name}", found=f"<{field.name}><…>", expected="un texte", line=field.line)
    known = [field for field in fields if field.name in _ELEMENTS]
    for before, after in pairwise(known):
        if _ELEMENTS.index(after.name) < _ELEMENTS.index(before.name):
            expected = f"{after.name} {before.name}"
            yield Hit(f"{_BODY}/{after.name}", f"{before.name} {after.name}", expected, after.line)


def _once(subject: InsiSubject, name: str, *, required: bool, many: bool = False) -> Iterator[Hit]:
    if not _is_search(subject):
        return
    found = subject.request.texts(name)
    if (required and not found) or any(not text.strip() for text in found):
        yield Hit(f"{_BODY}/{name}", expected=name)
    if len(found) > 1 and not many:
        yield Hit(f"{_BODY}/{name}", found=str(len(found)), expected="1")


def _family(subject: InsiSubject) -> Iterator[Hit]:
    return _once(subject, "NomNaissance", required=True)


def _given(subject: InsiSubject) -> Iterator[Hit]:
    return _once(subject, "Prenom", required=True, many=True)


def _sex(subject: InsiSubject) -> Iterator[Hit]:
    yield from _once(subject, "Sexe", required=True)
    for field in _fields(subject, "Sexe"):
        if field.text not in ("M", "F"):
            yield Hit(f"{_BODY}/Sexe", found=field.text, expected="M | F", line=field.line)


def _birth_date(subject: InsiSubject) -> Iterator[Hit]:
    yield from _once(subject, "DateNaissance", required=True)
    for field in _fields(subject, "DateNaissance"):
        if not birth_date_form(field.text):
            yield Hit(f"{_BODY}/DateNaissance", found=field.text, expected="AAAA-MM-JJ", line=field.line)


def _birth_place(subject: InsiSubject) -> Iterator[Hit]:
    yield from _once(subject, "LieuNaissance", required=False)
    for field in _fields(subject, "LieuNaissance"):
        if not cog(field.text):
            yield Hit(f"{_BODY}/LieuNaissance", found=field.text, expected="COG (5)", line=field.line)


def _unknown_place(subject: InsiSubject) -> Iterator[Hit]:
    for field in _fields(subject, "LieuNaissance"):
        if field.text == UNKNOWN_PLACE:
            yield Hit(f"{_BODY}/LieuNaissance", found=field.text, line=field.line)


def _fields(subject: InsiSubject, name: str) -> tuple[Field, ...]:
    """The elements of one name; empty and blank ones are the cardinality's business."""
    if not _is_search(subject):
        return ()
    return tuple(field for field in subject.request.fields if field.name == name and field.text.strip())


def _lexical(fault: Lexical) -> Callable[[InsiSubject], Iterator[Hit]]:
    profiles: tuple[tuple[str, Literal["birth_family", "given"]], ...] = (
        ("NomNaissance", "birth_family"),
        ("Prenom", "given"),
    )

    def check(subject: InsiSubject) -> Iterator[Hit]:
        for name, profile in profiles:
            for field in _fields(subject, name):
                if fault in lexical_faults(field.text, profile):
                    yield Hit(f"{_BODY}/{name}", found=field.text, expected=_EXPECTED[fault], line=field.line)

    return check


_EXPECTED: dict[Lexical, str] = {
    Lexical.ALPHABET: "A-Z, espace, ' et -",
    Lexical.DOUBLE_HYPHEN: "un seul trait d'union",
    Lexical.FIRST: "une lettre ou une apostrophe en tête",
    Lexical.LAST: "une lettre à la fin",
    Lexical.DOUBLED: "ni double espace, ni double apostrophe, ni espace contre une apostrophe",
}


BODY = Rule(
    id="INSI-BODY-001",
    text=Sentence(
        "Le corps d'une recherche par traits est un seul RECSANSVITALE.",
        "The body of a search by traits is one RECSANSVITALE.",
    ),
    clause="WSDL DESIR_ICIR_EXP 1.5.0; XSD INSi_RECSANS_INS",
    fix=Sentence(
        f"Envoyer RECSANSVITALE dans l'espace de noms {names.REC_SANS}.",
        f"Send RECSANSVITALE in the namespace {names.REC_SANS}.",
    ),
    check=_body,
    code="mock_corps",
    always=True,
)
ORDER = Rule(
    id="INSI-BODY-002",
    text=Sentence(
        "Les traits sont ceux du schéma, qualifiés, dans son ordre, et ne portent que du texte.",
        "The traits are those of the schema, qualified, in its order, and hold text only.",
    ),
    clause="XSD INSi_RECSANS_INS (sequence, elementFormDefault=qualified)",
    fix=Sentence(
        "Écrire NomNaissance, Prenom, Sexe, DateNaissance, LieuNaissance.",
        "Write NomNaissance, Prenom, Sexe, DateNaissance, LieuNaissance.",
    ),
    check=_order,
    code="mock_corps",
)


def _trait(number: int, check: Callable[[InsiSubject], Iterator[Hit]], text: Sentence, fix: Sentence) -> Rule:
    return Rule(
        id=f"INSI-TRAIT-{number:03d}",
        text=text,
        clause="SEL-MP-043 §3.4.1 ; facultatif dans le XSD, exigé par le service",
        fix=fix,
        check=check,
        code="mock_trait",
        always=True,
    )


FAMILY = _trait(
    1,
    _family,
    Sentence("NomNaissance est envoyé une fois, non vide.", "NomNaissance is sent once, not empty."),
    Sentence("Envoyer le nom de naissance, jamais le nom utilisé.", "Send the birth name, never the used name."),
)
GIVEN = _trait(
    2,
    _given,
    Sentence("Au moins un Prenom est envoyé, aucun n'est vide.", "At least one Prenom is sent, none is empty."),
    Sentence("Envoyer d'abord le premier prénom seul.", "Send the first given name alone at first."),
)
SEX = _trait(
    3,
    _sex,
    Sentence("Sexe est envoyé une fois : M ou F.", "Sexe is sent once: M or F."),
    Sentence(
        "Demander le sexe à l'utilisateur plutôt que d'essayer F puis M.", "Ask the user rather than try F then M."
    ),
)
BIRTH_DATE = _trait(
    4,
    _birth_date,
    Sentence("DateNaissance est envoyée une fois, AAAA-MM-JJ.", "DateNaissance is sent once, YYYY-MM-DD."),
    Sentence(
        "Envoyer la date comme texte de 10 caractères, même si ce n'est pas un jour du calendrier.",
        "Send the date as a text of 10 characters, even when it is no day of the calendar.",
    ),
)
BIRTH_PLACE = Rule(
    id="INSI-TRAIT-005",
    text=Sentence(
        "LieuNaissance, s'il est envoyé, est un code COG de 5 caractères.",
        "LieuNaissance, when sent, is a COG code of 5 characters.",
    ),
    clause="XSD INSi_RECSANS_INS",
    fix=Sentence(
        "Envoyer la commune (63220, 2A020) ou le pays (99xxx), sinon rien.",
        "Send the commune (63220, 2A020) or the country (99xxx), else nothing.",
    ),
    check=_birth_place,
    code="mock_trait",
)
UNKNOWN_PLACE_SENT = Rule(
    id="INSI-TRAIT-006",
    text=Sentence(
        "99999 (lieu inconnu) n'est pas envoyé comme critère.", "99999 (unknown place) is not sent as a criterion."
    ),
    clause="Aucun texte public : la réponse du service à 99999 n'est pas connue",
    fix=Sentence("Ne pas envoyer LieuNaissance.", "Do not send LieuNaissance."),
    check=_unknown_place,
    severity="info",
    certainty="uncertain",
)


def _lexical_rule(number: int, fault: Lexical, text: Sentence, fix: Sentence) -> Rule:
    return Rule(
        id=f"INSI-LEX-{number:03d}",
        text=text,
        clause="SEL-MP-043 §2, §3.4.1 (EF_INS01_03, EF_INS10_01, EF_INS10_02)",
        fix=fix,
        check=_lexical(fault),
        code="mock_trait",
    )


ALPHABET = _lexical_rule(
    1,
    Lexical.ALPHABET,
    Sentence(
        "Les noms ne portent que A à Z, l'espace, l'apostrophe droite et le trait d'union.",
        "Names hold A to Z, the space, the straight apostrophe and the hyphen only.",
    ),
    Sentence(
        "Translittérer à l'envoi (É→E, Œ→OE, ’→') ; un caractère sans équivalent bloque l'appel.",
        "Transliterate when sending (É→E, Œ→OE, ’→'); a character without equivalent blocks the call.",
    ),
)
DOUBLE_HYPHEN = _lexical_rule(
    2,
    Lexical.DOUBLE_HYPHEN,
    Sentence("Un prénom n'a pas de double trait d'union.", "A given name has no double hyphen."),
    Sentence("Vérifier la saisie du trait d'union.", "Check how the hyphen was entered."),
)
FIRST = _lexical_rule(
    3,
    Lexical.FIRST,
    Sentence("Un nom ne commence ni par une espace ni par un trait d'union.", "A name starts with no space or hyphen."),
    Sentence("Retirer le premier caractère.", "Drop the first character."),
)
LAST = _lexical_rule(
    4,
    Lexical.LAST,
    Sentence(
        "Un prénom ne finit ni par un trait d'union ni par une apostrophe, un nom ne finit pas par une espace.",
        "A given name ends with no hyphen or apostrophe, a family name with no space.",
    ),
    Sentence("Retirer le dernier caractère.", "Drop the last character."),
)
DOUBLED = _lexical_rule(
    5,
    Lexical.DOUBLED,
    Sentence(
        "Ni espace ni apostrophe doublée, ni espace contre une apostrophe.",
        "No doubled space or apostrophe, no space next to an apostrophe.",
    ),
    Sentence("Retirer l'espace ou l'apostrophe de trop.", "Drop the space or apostrophe that is too much."),
)

BODY_RULES: tuple[Rule, ...] = (BODY, ORDER)
TRAIT_RULES: tuple[Rule, ...] = (
    FAMILY,
    GIVEN,
    SEX,
    BIRTH_DATE,
    BIRTH_PLACE,
    UNKNOWN_PLACE_SENT,
    ALPHABET,
    DOUBLE_HYPHEN,
    FIRST,
    LAST,
    DOUBLED,
)
"""What the switch ``insi.bad_traits`` tells how to answer to."""

RULES: tuple[Rule, ...] = (*BODY_RULES, *TRAIT_RULES)
