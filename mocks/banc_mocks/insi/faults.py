"""What INSi can be told to do wrong: the published faults, and answers that lie in one precise way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from banc_mocks.sandbox.faults import ArmedFault, Fault
from banc_standards.errors import Sentence
from banc_standards.ins import INS_NIR, Ins
from banc_standards.insi import faults, names
from banc_standards.insi.build import legible
from banc_standards.insi.model import Answer, Individual, InsRecord

SERVICE: Final = "insi"
MATCH_KEYS: Final = ("ins", "professional", "structure", "message_id")

_TEXTS: Final[dict[str, Sentence]] = {
    "desir_550": Sentence("La passerelle ne connaît pas le logiciel.", "The gateway does not know the software."),
    "desir_560": Sentence("La passerelle refuse le niveau d'accès.", "The gateway refuses the level of access."),
    "desir_1020": Sentence("Le service derrière la passerelle est arrêté.", "The service behind the gateway is down."),
    "insi_101": Sentence(
        "La recherche par carte finit par une erreur technique (code déduit, aucune source ne le montre).",
        "The search by card ends with a technical fault (a deduced code, no source shows it).",
    ),
    "insi_102": Sentence(
        "La recherche finit par une erreur technique, sous l'étiquette de langue anglaise du service réel.",
        "The search ends with a technical fault, under the English language tag of the real service.",
    ),
}
TOLD: Final[dict[str, faults.SiramFault]] = {**faults.DOCUMENTED, faults.INSI_101.code: faults.INSI_101}
REAL: Final[dict[str, Fault]] = {code: Fault(f"{SERVICE}.{code}", SERVICE, _TEXTS[code], MATCH_KEYS) for code in TOLD}
"""The published faults, and one by symmetry, by ``Erreur@code``, in the order in which the layers would answer."""


@dataclass(frozen=True, slots=True)
class Lie:
    """A fault that changes an answer; ``tell`` gives the false answer from the true one."""

    fault: Fault
    tell: Callable[[Answer, ArmedFault], Answer]


def _answer_fault(name: str, fr: str, en: str, **parameters: str) -> Fault:
    return Fault(f"{SERVICE}.answer.{name}", SERVICE, Sentence(fr, en), MATCH_KEYS, parameters)


def _of_individual(change: Callable[[Individual, ArmedFault], Individual]) -> Callable[[Answer, ArmedFault], Answer]:
    def tell(answer: Answer, armed: ArmedFault) -> Answer:
        person = answer.individual
        return answer if person is None else replace(answer, individual=change(person, armed))

    return tell


def _setting(armed: ArmedFault, name: str) -> str:
    """A setting, of characters that XML holds."""
    return legible(str(armed.parameters[name]))


def _code(answer: Answer, armed: ArmedFault) -> Answer:
    code = _setting(armed, "code")
    kept = answer.individual if code == names.FOUND else None
    return Answer(code, names.LABELS.get(code, "Code inconnu"), kept)


def _partial_date(person: Individual, armed: ArmedFault) -> Individual:
    year = person.traits.birth_date[:4]
    month = "00" if armed.parameters["unknown"] == "month" else person.traits.birth_date[5:7]
    return replace(person, traits=replace(person.traits, birth_date=f"{year}-{month}-00"))


_EMPTIED: Final = {"family": "birth_family", "givens": "birth_givens", "sex": "sex"}


def _empty_trait(person: Individual, armed: ArmedFault) -> Individual:
    name = _EMPTIED.get(str(armed.parameters["trait"]), "sex")
    return replace(person, traits=replace(person.traits, **{name: ""}))


def _history(person: Individual, armed: ArmedFault) -> Individual:
    active = person.active.ins
    records: dict[str, tuple[InsRecord, ...]] = {
        "none": (),
        "same": (InsRecord(active),),
        "undated": (*person.historical, InsRecord(_other_sex(active))),
        "reversed": (InsRecord(_other_sex(active), "2019-03-01", "2019-02-28"),),
    }
    return replace(person, historical=records.get(_setting(armed, "form"), records["same"]))


def _oid(person: Individual, armed: ArmedFault) -> Individual:
    return replace(person, active=InsRecord(replace(person.active.ins, oid=_setting(armed, "oid"))))


def _wrong_key(person: Individual, _armed: ArmedFault) -> Individual:
    ins = person.active.ins
    return replace(person, active=InsRecord(Ins(f"{ins.number}{int(ins.key) % 97 + 1:02d}", ins.oid)))


def _other_place(person: Individual, armed: ArmedFault) -> Individual:
    return replace(person, traits=replace(person.traits, birth_place=_setting(armed, "place")))


def _other_sex(ins: Ins) -> Ins:
    return Ins.of(("1" if ins.number[0] == "2" else "2") + ins.number[1:], ins.oid)


LIES: Final[tuple[Lie, ...]] = (
    Lie(
        _answer_fault(
            "code", "Le CodeCR est remplacé (01, 02, ou un code inconnu).", "The CodeCR is replaced.", code="01"
        ),
        _code,
    ),
    Lie(
        _answer_fault(
            "partial_date",
            "La date de naissance rendue porte 00 : elle ne doit pas être importée (INS/va1.28).",
            "The date of birth answered holds 00: it must not be imported (INS/va1.28).",
            unknown="day",
        ),
        _of_individual(_partial_date),
    ),
    Lie(
        _answer_fault(
            "empty_trait",
            "Un trait rendu est vide (family, givens ou sex) : ne doit pas être importé (INS/va1.31).",
            "A trait answered is empty (family, givens or sex): must not be imported (INS/va1.31).",
            trait="sex",
        ),
        _of_individual(_empty_trait),
    ),
    Lie(
        _answer_fault(
            "history",
            "L'historique rendu change : none, same (égal à l'INS actif), undated, reversed (fin avant début).",
            "The history answered changes: none, same (equal to the active INS), undated, reversed (end before start).",
            form="same",
        ),
        _of_individual(_history),
    ),
    Lie(
        _answer_fault(
            "oid",
            "L'OID de l'INS actif est remplacé.",
            "The OID of the active INS is replaced.",
            oid=INS_NIR,
        ),
        _of_individual(_oid),
    ),
    Lie(
        _answer_fault("wrong_key", "La clé de l'INS actif est fausse.", "The key of the active INS is wrong."),
        _of_individual(_wrong_key),
    ),
    Lie(
        _answer_fault(
            "other_place",
            "Le lieu de naissance rendu n'est pas celui de la personne.",
            "The place of birth answered is not the person's.",
            place="99999",
        ),
        _of_individual(_other_place),
    ),
)

FAULTS: Final[tuple[Fault, ...]] = (*REAL.values(), *(lie.fault for lie in LIES))
