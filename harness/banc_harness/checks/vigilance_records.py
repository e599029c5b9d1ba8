"""Checks of identity vigilance: the record that exists is found before another is created, and a double is told.

Nothing of it crosses a wire, but what INSi answers: the rest is what the driver says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from banc_harness.checks import check
from banc_harness.checks.lives import moments
from banc_harness.selection import Selection
from banc_harness.trace import Acted, Trace
from banc_standards.errors import Sentence
from banc_standards.ins import fold
from banc_standards.rules import Hit

SEARCHES = Selection(operation="insi.WS_INS2")
UNTOLD = "(non dit / not told)"


@check(
    id="CHK-IVG-016",
    requirements=["SBX-INS-14", "INS/va1.25"],
    on=SEARCHES,
    absence=True,
    scenarios=("INS.28",),
    text=Sentence(
        "Un dossier existant se retrouve par la date de naissance et les premières lettres des noms, sans tenir compte "
        "des accents, tirets et apostrophes, ou par le matricule. Le pilote le dit.",
        "An existing record is found by date of birth and first letters of the names, whatever the accents, hyphens "
        "and apostrophes, or by the matricule. The driver's word.",
    ),
    clause="Guide d'implémentation de l'INS v3.0, EXI ID 17 ; INS/va1.02, INS/va1.25, INS/va1.41",
    fix=Sentence(
        "comparez les noms sans accents, casse, tirets ni apostrophes ; ajoutez la recherche par matricule INS",
        "compare names without accents, case, hyphens or apostrophes; add the search by matricule INS",
    ),
)
def existing_record_is_found(trace: Trace) -> Iterator[Hit]:
    """What each search of the software finds among the records that it was given."""
    known = _records(trace)
    for rank, act in enumerate(trace.acts):
        if act.action != "identity.search":
            continue
        criteria: Mapping[str, Any] = act.input.get("criteria") or {}
        made = [one for one in known if one["rank"] < rank]
        wanted = {one["local_id"] for one in made if all(_meets(one, *item) for item in criteria.items())}
        told = act.output.get("found")
        listed = {str(one.get("local_id")) for one in told or () if isinstance(one, Mapping)}
        seen = listed & {one["local_id"] for one in made}
        if told is None or seen != wanted:
            place = f"identity.search ({act.step}) {', '.join(criteria)}"
            found = UNTOLD if told is None else ", ".join(sorted(seen)) or "aucun / none"
            yield Hit(place, found=found, expected=", ".join(sorted(wanted)) or "aucun / none")


@check(
    id="CHK-IVG-017",
    requirements=["SBX-INS-14"],
    on=SEARCHES,
    absence=True,
    certainty="deduced",
    scenarios=("INS.28",),
    text=Sentence(
        "L'utilisateur apprend qu'un dossier existe déjà : quand il en crée un second, et quand INSi rend pour lui un "
        "INS qu'un autre dossier porte. Le pilote le dit.",
        "The user is told that a record exists already: when creating a second one, and when INSi returns for it an "
        "INS that another record holds. The driver's word.",
    ),
    clause="Guide d'implémentation de l'INS v3.0, EXI ID 17 ; RNIV volet 1 v2.0",
    fix=Sentence(
        "avant de créer, puis à la réponse d'INSi, cherchez le dossier du même INS ou des mêmes traits, et montrez-le",
        "before creating, and on INSi's answer, look for the record of the same INS or traits, and show it",
    ),
)
def double_is_told(trace: Trace) -> Iterator[Hit]:
    """What the user reads when a person is created again, then when INSi returns the same INS."""
    records = {id(one["act"]): one for one in _records(trace)}
    before: list[Mapping[str, Any]] = []
    holders: dict[str, str] = {}
    for act in trace.acts:
        one = records.get(id(act))
        if one is None:
            continue
        twins = [former for former in before if _double(former, one)]
        for former in twins:
            yield from _untold(act, str(former["local_id"]))
        before.append(one)
    for moment in moments(trace):
        answer, name = moment.answer, str(moment.act.input["patient"].get("local_id"))
        if answer is None or answer.individual is None:
            continue
        ins = answer.individual.active.ins.value
        if holders.setdefault(ins, name) != name:
            yield from _untold(moment.act, holders[ins])


def _records(trace: Trace) -> list[dict[str, Any]]:
    """The records that the software was asked to make, in order, each with the matricule that INSi returned for it."""
    found = {moment.act.input["patient"].get("local_id"): moment.answer for moment in moments(trace) if moment.asked}
    made = []
    for rank, act in enumerate(trace.acts):
        patient = act.input.get("patient")
        if act.action == "patient.create" and not act.input.get("edit") and isinstance(patient, Mapping):
            answer = found.get(patient.get("local_id"))
            person = answer.individual if answer is not None else None
            ins = person.active.ins.value if person is not None else None
            made.append({**patient, "ins": ins, "rank": rank, "act": act})
    return made


def _meets(record: Mapping[str, Any], name: str, wanted: Any) -> bool:
    held = str(record.get(name) or "")
    return held == wanted if name in ("ins", "birth_date") else _letters(held).startswith(_letters(str(wanted)))


def _double(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    same = all(one.get(name) == other.get(name) for name in ("birth_date", "sex"))
    names = ("birth_family", "first_given")
    return same and all(_letters(str(one.get(name))) == _letters(str(other.get(name))) for name in names)


def _letters(text: str) -> str:
    return fold(text).replace(" ", "")


def _untold(act: Acted, known: str) -> Iterator[Hit]:
    listed = [str(one.get("local_id")) for one in act.output.get("antecedents") or () if isinstance(one, Mapping)]
    if known not in listed and not (act.status == "refused" and act.shown):
        place = f"{act.action} ({act.step}) antecedents"
        yield Hit(place, found=", ".join(listed) or UNTOLD, expected=known)
