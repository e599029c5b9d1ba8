"""TD0.3: a professional adds or removes their own access authorization on a DMP; the messages and their rules.

The patient and the professional are those of the VIHF: the message names neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree

from banc_standards.dmp import errors
from banc_standards.dmp.names import AUTHORIZATIONS_NS
from banc_standards.dmp.registry_rules import RecordState
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit
from banc_standards.terminology.oids import NON_PROFESSIONAL
from banc_standards.vihf.names import G15, G16
from banc_standards.vihf.read import Assertion

ACTION: Final = f"{AUTHORIZATIONS_NS}:HabilitationsEndPoint:setAuthorization"
ADD: Final = "AJOUT"
REMOVE: Final = "SUPPRESSION"
TREATING: Final = "MEDECIN_TRAITANT"
OK: Final = "DMPOk"
BLOCKED: Final = "INTERDIT"
_NS: Final = f"{{{AUTHORIZATIONS_NS}}}"
_DOCTOR: Final = "10"
_BOOK = RuleBook("DMP, TD0.3 ; Matrice des droits fonctionnels DMP (PDT-INF-526 v1.8)", errors.ACCESS_DENIED)


@dataclass(frozen=True, slots=True)
class Wish:
    """What ``setAuthorization`` asks for: the action, and the role that goes with it (empty: none)."""

    action: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class AuthorizationSubject:
    """A wish, who has it, the authorization that stands (of ``names.AUTHORIZATIONS``), and the patient's record."""

    wish: Wish
    vihf: Assertion
    standing: str
    record: RecordState = "open"


def set_authorization(wish: Wish) -> etree._Element:
    """The request."""
    root = etree.Element(f"{_NS}setAuthorization", nsmap={None: AUTHORIZATIONS_NS})  # type: ignore[dict-item]
    etree.SubElement(root, f"{_NS}action").text = wish.action
    if wish.role:
        etree.SubElement(root, f"{_NS}role").text = wish.role
    return root


def wish(body: etree._Element) -> Wish:
    """What a request asks for; of an element that comes more than once, every text, which is then no known one."""
    return Wish(_said(body, "action"), _said(body, "role"))


def _said(body: etree._Element, name: str) -> str:
    return ", ".join((element.text or "").strip() for element in body.findall(f"{_NS}{name}"))


def outcome(status: str, context: str) -> etree._Element:
    """The answer: a DMP code, and a sentence for people."""
    root = etree.Element(f"{_NS}setAuthorizationResponse", nsmap={"hab": AUTHORIZATIONS_NS})
    output = etree.SubElement(root, f"{_NS}output")
    etree.SubElement(output, f"{_NS}status").text = status
    etree.SubElement(output, f"{_NS}context").text = context
    return root


def told(body: etree._Element) -> tuple[str, str]:
    """The code and the sentence of an answer."""
    output = f"{_NS}output/{_NS}"
    return (body.findtext(f"{output}status") or "").strip(), (body.findtext(f"{output}context") or "").strip()


@_BOOK.rule(
    "DMP-AUT-001",
    (
        "La demande dit AJOUT ou SUPPRESSION, et au plus le rôle MEDECIN_TRAITANT.",
        "The request says AJOUT or SUPPRESSION, and at most the role MEDECIN_TRAITANT.",
    ),
    ("Corriger action ou role.", "Correct action or role."),
    at="setAuthorization",
    code=errors.INVALID_MESSAGE,
    always=True,
)
def _known(subject: AuthorizationSubject) -> Iterator[Hit]:
    if subject.wish.action not in (ADD, REMOVE):
        yield Hit("setAuthorization/action", found=subject.wish.action, expected=f"{ADD} | {REMOVE}")
    if subject.wish.role not in ("", TREATING):
        yield Hit("setAuthorization/role", found=subject.wish.role, expected=TREATING)


@_BOOK.rule(
    "DMP-AUT-002",
    ("Le patient a un DMP ouvert.", "The patient has an open DMP."),
    ("Tester l'existence (TD0.2) d'abord.", "Test the existence (TD0.2) first."),
    at="DMP fermé ou absent",
    certainty="deduced",
    code=errors.CLOSED,
    always=True,
)
def _open(subject: AuthorizationSubject) -> Iterator[Hit]:
    if subject.record != "open":
        yield Hit("VIHF/resource-id", found=subject.record, expected="open")


@_BOOK.rule(
    "DMP-AUT-003",
    (
        "Un professionnel que le patient a bloqué ne s'ajoute pas d'autorisation.",
        "A professional whom the patient blocked adds no authorization of their own.",
    ),
    (
        "Lire l'autorisation dans la réponse à TD0.2 : INTERDIT interdit TD0.3.",
        "Read the authorization in the answer to TD0.2: INTERDIT forbids TD0.3.",
    ),
    at="INTERDIT",
    always=True,
)
def _not_blocked(subject: AuthorizationSubject) -> Iterator[Hit]:
    if subject.wish.action == ADD and subject.standing == BLOCKED:
        yield Hit("VIHF/NameID", found=f"{subject.vihf.name_id} {BLOCKED}")


@_BOOK.rule(
    "DMP-AUT-004",
    ("Seul un médecin se déclare médecin traitant.", "Only a doctor declares themselves treating doctor."),
    ("Retirer role.", "Remove role."),
    at="MEDECIN_TRAITANT",
    certainty="deduced",
    always=True,
)
def _doctor(subject: AuthorizationSubject) -> Iterator[Hit]:
    roles = subject.vihf.roles
    if subject.wish.role == TREATING and not (roles and roles[0].code == _DOCTOR and roles[0].system in (G15, G16)):
        yield Hit("setAuthorization/role", found=roles[0].code if roles else "", expected=_DOCTOR)


@_BOOK.rule(
    "DMP-AUT-005",
    (
        "Qui n'est pas professionnel de santé n'ajoute une autorisation que pour sa structure, et n'en retire pas.",
        "Who is no health professional adds an authorization for their structure only, and removes none.",
    ),
    ("Laisser le professionnel retirer son autorisation.", "Let the professional remove their authorization."),
    at="CPE",
    always=True,
)
def _layman_adds(subject: AuthorizationSubject) -> Iterator[Hit]:
    roles = subject.vihf.roles
    if subject.wish.action == REMOVE and roles and roles[0].system == NON_PROFESSIONAL:
        yield Hit("VIHF/subject:role", found=roles[0].code, expected="G15, G16")


RULES = _BOOK.rules
