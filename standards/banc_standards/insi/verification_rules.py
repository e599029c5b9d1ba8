"""What the bench asks of a verification, alone or in bulk: the same traits as of a search, an INS that can be one.

The real service's messages are not published: these rules are deduced from the texts that say what a verification
compares, and from the XSD of the search.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from banc_standards import certificates
from banc_standards.identifiers import cog, uuid
from banc_standards.ins import birth_date_form, lexical_faults
from banc_standards.insi import names
from banc_standards.insi.card import right_key
from banc_standards.insi.read import Field
from banc_standards.insi.subject import InsiSubject
from banc_standards.insi.verification import DEPOSIT, RETRIEVAL, TRAITS, VERIFICATION, Held, held, ticket
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit, Rule

_BOOK = RuleBook("Guide d'implémentation de l'INS, vérification ; messages du banc", code="mock_corps")
_BULK = RuleBook("Guide d'implémentation de l'INS, règle 46 ; messages du banc", code="mock_corps")
_BODY: Final = "/soap:Envelope/soap:Body"
_NUMBER: Final = re.compile(r"[0-9]{6}[AB0-9][0-9]{6}")
_KEY: Final = re.compile(r"[0-9]{2}")
_OID: Final = re.compile(r"[0-2](\.(0|[1-9][0-9]{0,38})){2,24}")
_PARTS: Final = {"INSFourni": ("IdIndividu", "OID"), "TraitsIdentiteIndividu": TRAITS, "IdIndividu": names.INS_PARTS}


def _is(subject: InsiSubject, root: str) -> bool:
    return subject.request.message.operation == root


def _people(subject: InsiSubject) -> tuple[Held, ...]:
    return held(subject.request.message)


def _strangers(subject: InsiSubject) -> Iterator[Field]:
    if _is(subject, VERIFICATION) or _is(subject, DEPOSIT):
        yield from (field for field in subject.request.fields if field.name != "IndividuVerifie")


def _body(subject: InsiSubject, root: str, operation: names.Operation) -> Iterator[Hit]:
    message = subject.request.message
    if subject.request.operation != operation:
        return
    if message.operation != root:
        yield Hit(_BODY, found=message.operation or "", expected=root)
    elif message.body_children > 1:
        yield Hit(_BODY, found=str(message.body_children), expected="1")


@_BOOK.rule(
    "INSI-VER-001",
    ("Le corps d'une vérification est un seul VERIFICATION.", "The body of a verification is one VERIFICATION."),
    (f"envoyez VERIFICATION dans {names.REQ_UNITAIRE}", f"send VERIFICATION in {names.REQ_UNITAIRE}"),
    certainty="deduced",
    always=True,
)
def _one_verification(subject: InsiSubject) -> Iterator[Hit]:
    return _body(subject, VERIFICATION, "WS_INS3")


@_BOOK.rule(
    "INSI-VER-002",
    ("Une vérification porte une identité, et une seule.", "A verification carries one identity, and one only."),
    (
        "un IndividuVerifie par appel ; pour plusieurs, déposez-les en masse",
        "one IndividuVerifie a call; for several, deposit them in bulk",
    ),
    certainty="deduced",
    always=True,
)
def _one_identity(subject: InsiSubject) -> Iterator[Hit]:
    found = len(_people(subject))
    if _is(subject, VERIFICATION) and found != 1:
        yield Hit(f"{_BODY}/VERIFICATION/IndividuVerifie", found=str(found), expected="1")


@_BOOK.rule(
    "INSI-VER-003",
    (
        "Une identité à vérifier porte INSFourni puis TraitsIdentiteIndividu, dans l'ordre de leurs éléments.",
        "An identity to verify carries INSFourni, then TraitsIdentiteIndividu, with their elements in order.",
    ),
    (
        "écrivez IdIndividu et OID, puis NomNaissance, Prenom, ListePrenom, Sexe, DateNaissance, LieuNaissance",
        "write IdIndividu and OID, then NomNaissance, Prenom, ListePrenom, Sexe, DateNaissance, LieuNaissance",
    ),
    certainty="deduced",
)
def _shape(subject: InsiSubject) -> Iterator[Hit]:
    for person in _people(subject):
        found = [name for name, _ in person.shape if name != "Identifiant"]
        if found != list(_PARTS):
            yield Hit(person.at, found=" ".join(found), expected=" ".join(_PARTS), line=person.line)
            continue
        for name, inner in person.shape:
            known = _PARTS.get(name, ())
            in_order = [one for one in known for _ in range(inner.count(one) if one == "Prenom" else one in inner)]
            if list(inner) != in_order:
                yield Hit(f"{person.at}/{name}", found=" ".join(inner), expected=" ".join(known), line=person.line)
        for name in person.nested:
            yield Hit(f"{person.at}//{name}", found=f"<{name}><…>", expected="un texte", line=person.line)
    for field in _strangers(subject):
        yield Hit(f"{_BODY}/*/{field.name}", found=field.name, expected="IndividuVerifie", line=field.line)


@_BOOK.rule(
    "INSI-VER-004",
    (
        "L'INS à vérifier a la forme d'un INS, avec sa clé et son OID.",
        "The INS to verify looks like one, with key and OID.",
    ),
    (
        "envoyez les 13 caractères du matricule, sa clé de 2 chiffres si vous la tenez, et l'OID reçu",
        "send the 13 characters of the matricule, its 2-digit key if you hold it, and the OID received",
    ),
    certainty="deduced",
    code="mock_trait",
    always=True,
)
def _ins(subject: InsiSubject) -> Iterator[Hit]:
    for person in _people(subject):
        place = f"{person.at}/INSFourni"
        if not _NUMBER.fullmatch(person.number):
            yield Hit(f"{place}/IdIndividu/NumIdentifiant", person.number, "13 caractères", person.line)
        if person.key and not _KEY.fullmatch(person.key):
            yield Hit(f"{place}/IdIndividu/Cle", person.key, "2 chiffres", person.line)
        if not _OID.fullmatch(person.oid):
            yield Hit(f"{place}/OID", person.oid, "OID", person.line)


@_BOOK.rule(
    "INSI-VER-005",
    ("La clé envoyée est celle du matricule.", "The key that is sent is that of the matricule."),
    (
        "recalculez la clé (97 moins le reste), ou demandez d'où vient cet INS",
        "compute the key again (97 minus the rest)",
    ),
    certainty="deduced",
    severity="warning",
)
def _right_key(subject: InsiSubject) -> Iterator[Hit]:
    for person in _people(subject):
        if _NUMBER.fullmatch(person.number) and _KEY.fullmatch(person.key):
            right = right_key(person.number)
            if right != person.key:
                expected = right or f"aucune : {person.number} n'est pas un matricule"
                yield Hit(f"{person.at}/INSFourni/IdIndividu/Cle", person.key, expected, person.line)


@_BOOK.rule(
    "INSI-VER-006",
    (
        "Une vérification porte le nom de naissance, les prénoms, le sexe et la date de naissance.",
        "A verification carries the birth name, the given names, the sex and the date of birth.",
    ),
    ("envoyez les traits stricts de l'identité que vous tenez", "send the strict traits of the identity that you hold"),
    certainty="deduced",
    code="mock_trait",
    always=True,
)
def _traits(subject: InsiSubject) -> Iterator[Hit]:
    for person in _people(subject):
        place = f"{person.at}/TraitsIdentiteIndividu"
        if not person.birth_family:
            yield Hit(f"{place}/NomNaissance", expected="NomNaissance", line=person.line)
        if (not person.given_list and not person.givens) or not all(person.givens):
            yield Hit(f"{place}/ListePrenom", expected="ListePrenom | Prenom", line=person.line)
        if person.sex not in ("M", "F"):
            yield Hit(f"{place}/Sexe", person.sex, "M | F", person.line)
        if not birth_date_form(person.birth_date):
            yield Hit(f"{place}/DateNaissance", person.birth_date, "AAAA-MM-JJ", person.line)
        if person.birth_place and not cog(person.birth_place):
            yield Hit(f"{place}/LieuNaissance", person.birth_place, "COG (5)", person.line)


@_BOOK.rule(
    "INSI-VER-007",
    (
        "Les noms d'une vérification suivent les profils lexicaux d'une recherche.",
        "The names of a verification follow the lexical profiles of a search.",
    ),
    (
        "translittérez à l'envoi (É→E, Œ→OE, ’→'), sans minuscule",
        "transliterate when sending (É→E, Œ→OE, ’→'), without lower case",
    ),
    at="SEL-MP-043 §3.4.1",
    certainty="deduced",
    code="mock_trait",
)
def _lexical(subject: InsiSubject) -> Iterator[Hit]:
    for person in _people(subject):
        place = f"{person.at}/TraitsIdentiteIndividu"
        if person.birth_family and lexical_faults(person.birth_family, "birth_family"):
            yield Hit(f"{place}/NomNaissance", person.birth_family, "A-Z, espace, ' et -", person.line)
        for name, value in (*(("Prenom", given) for given in person.givens), ("ListePrenom", person.given_list)):
            if value and lexical_faults(value, "given"):
                yield Hit(f"{place}/{name}", value, "A-Z, espace, ' et -", person.line)


@_BULK.rule(
    "INSI-BULK-001",
    ("Le corps d'un dépôt est un seul DEPOT.", "The body of a deposit is one DEPOT."),
    (f"envoyez DEPOT dans {names.REQ_MASSE}", f"send DEPOT in {names.REQ_MASSE}"),
    certainty="deduced",
    always=True,
)
def _one_deposit(subject: InsiSubject) -> Iterator[Hit]:
    return _body(subject, DEPOSIT, "WS_INS4")


@_BULK.rule(
    "INSI-BULK-002",
    (
        "Un dépôt porte au moins une identité, et pas plus que la borne.",
        "A deposit carries at least one identity, and no more than the bound.",
    ),
    ("déposez en plusieurs fois", "deposit in several calls"),
    certainty="deduced",
    always=True,
)
def _bounded(subject: InsiSubject) -> Iterator[Hit]:
    if _is(subject, DEPOSIT) and not 0 < (found := len(_people(subject))) <= subject.most_in_bulk:
        yield Hit(f"{_BODY}/DEPOT/IndividuVerifie", str(found), f"1 à {subject.most_in_bulk}")


@_BULK.rule(
    "INSI-BULK-003",
    (
        "Chaque identité d'un dépôt a un identifiant à elle, donné par le logiciel.",
        "Each identity of a deposit has an id of its own, given by the software.",
    ),
    (
        "numérotez vos identités : Identifiant, unique dans le dépôt",
        "number your identities: Identifiant, unique in the deposit",
    ),
    certainty="deduced",
    always=True,
)
def _own_ids(subject: InsiSubject) -> Iterator[Hit]:
    if not _is(subject, DEPOSIT):
        return
    people = _people(subject)
    counted = Counter(person.id for person in people)
    for person in people:
        if not person.id or counted[person.id] > 1:
            yield Hit(f"{person.at}/Identifiant", person.id, "un identifiant unique", person.line)


@_BULK.rule(
    "INSI-BULK-004",
    (
        "Le corps d'un retrait est un seul RETRAIT, avec son ticket.",
        "The body of a retrieval is one RETRAIT, with its ticket.",
    ),
    ("rendez le Ticket que le dépôt a donné", "give back the Ticket that the deposit gave"),
    certainty="deduced",
    always=True,
)
def _one_retrieval(subject: InsiSubject) -> Iterator[Hit]:
    yield from _body(subject, RETRIEVAL, "WS_INS5")
    if _is(subject, RETRIEVAL) and not uuid(found := ticket(subject.request.message)):
        yield Hit(f"{_BODY}/RETRAIT/Ticket", found[:100], "UUID")


@_BULK.rule(
    "INSI-BULK-005",
    (
        "Un certificat de structure qui vérifie en masse est celui d'un automate.",
        "A structure certificate that verifies in bulk is that of an automaton.",
    ),
    ("appelez avec le certificat de CN INSI-AUTO", "call with the certificate of CN INSI-AUTO"),
    certainty="deduced",
    code="mock_droits",
    always=True,
)
def _automaton(subject: InsiSubject) -> Iterator[Hit]:
    if subject.request.operation not in ("WS_INS4", "WS_INS5"):
        return
    if subject.mutual_tls and subject.certificate is not None:
        name = certificates.common_name(subject.certificate)
        if name != "INSI-AUTO":
            yield Hit("TLS", name or "", "INSI-AUTO")


@_BULK.rule(
    "INSI-BULK-006",
    (
        "Un utilisateur de Pro Santé Connect ne vérifie pas en masse.",
        "A Pro Santé Connect user does not verify in bulk.",
    ),
    (
        "appelez avec le certificat de CN INSI-AUTO, ou avec une carte",
        "call with the certificate of CN INSI-AUTO, or with a card",
    ),
    certainty="deduced",
    code="mock_droits",
    always=True,
)
def _no_session(subject: InsiSubject) -> Iterator[Hit]:
    if subject.request.operation in ("WS_INS4", "WS_INS5") and subject.mode == "PSC":
        yield Hit("saml:NameID/@NameQualifier", "PSC", "CPS")


@_BULK.rule(
    "INSI-BULK-007",
    (
        "Un ticket est celui d'un dépôt de cet émetteur, dont les résultats sont encore là.",
        "A ticket is that of a deposit of this caller, whose results are still there.",
    ),
    ("retirez vos propres dépôts, avant que leurs résultats soient effacés", "fetch your own deposits, in time"),
    certainty="deduced",
    code="mock_ticket",
    always=True,
)
def _known_ticket(subject: InsiSubject) -> Iterator[Hit]:
    if not subject.ticket_known:
        yield Hit(f"{_BODY}/RETRAIT/Ticket", ticket(subject.request.message)[:100], "un ticket de cet émetteur")


_BY_ID: Final = {rule.id: rule for rule in (*_BOOK.rules, *_BULK.rules)}
_IDENTITY: Final = tuple(_BY_ID[f"INSI-VER-{number:03d}"] for number in range(3, 8))

VERIFICATION_RULES: tuple[Rule, ...] = (_BY_ID["INSI-VER-001"], _BY_ID["INSI-VER-002"], *_IDENTITY)
DEPOSIT_RULES: tuple[Rule, ...] = (
    _BY_ID["INSI-BULK-005"],
    _BY_ID["INSI-BULK-006"],
    *(_BY_ID[f"INSI-BULK-{number:03d}"] for number in range(1, 4)),
    *_IDENTITY,
)
RETRIEVAL_RULES: tuple[Rule, ...] = tuple(_BY_ID[f"INSI-BULK-{number:03d}"] for number in (5, 6, 4))
KNOWN_TICKET: Rule = _BY_ID["INSI-BULK-007"]
"""Judged once the ticket was looked for."""
RULES: tuple[Rule, ...] = tuple(_BY_ID.values())
