"""INS, identity vigilance: the record that exists already is found before another one is created."""

from __future__ import annotations

from typing import Any

from banc_harness.play import Play, scenario
from banc_harness.scenarios.discharge_letter import signed_in
from banc_harness.scenarios.vigilance import ACTIONS, AROUND, NEEDS, PROFILE, qualify
from banc_harness.scenarios.vigilance_partners import typed
from banc_standards.errors import Sentence

KNOWN, OTHER = "PAT-08", "PAT-10"
"""Two people whose names have apostrophe, accents and ligature."""


@scenario(
    id="INS.28",
    title=Sentence(
        "Antécédents : le dossier existant est retrouvé, le doublon signalé",
        "Antecedents: the existing record is found, the double is told",
    ),
    actions=(*ACTIONS, "identity.search"),
    requires=(*NEEDS, "identity.search"),
    profiles=(PROFILE,),
)
async def antecedents(play: Play) -> None:
    """Searched by date of birth, then with at most three letters, then by INS; created again under another number."""
    await signed_in(play, "INS.28")
    known, other = play.patient(KNOWN), play.patient(OTHER)
    async with play.step("INS.28.2", Sentence("Deux dossiers", "Two records"), also=AROUND) as step:
        await step.act("patient.create", patient=typed(other), opposed=[])
        await step.act("patient.create", patient=typed(known, birth_family="D’Aubépine"), opposed=[])
        await qualify(step, play, typed(known, birth_family="D’Aubépine"), "CNI")
        await step.expect("insi.WS_INS2", code="00")
    searches: tuple[tuple[Sentence, dict[str, Any]], ...] = (
        (Sentence("Par la date", "By the date"), {"birth_date": known.birth_date}),
        (
            Sentence("Date et premières lettres, accents à part", "Date and first letters, whatever the accents"),
            {"birth_date": known.birth_date, "birth_family": "D'AUB", "first_given": "mar"},
        ),
        (
            Sentence("Un autre prénom à la même date", "Another given name at the same date"),
            {"birth_date": known.birth_date, "first_given": "zoe"},
        ),
        (
            Sentence("Ligature et accent", "Ligature and accent"),
            {"birth_date": other.birth_date, "birth_family": "loe", "first_given": "hel"},
        ),
        (Sentence("Par le matricule INS", "By the matricule INS"), {"ins": known.ins.value if known.ins else ""}),
    )
    for rank, (title, criteria) in enumerate(searches, 3):
        async with play.step(f"INS.28.{rank}", title, also=AROUND) as step:
            await step.act("identity.search", criteria=criteria)
    again = typed(known, birth_family="D'Aubepine", birth_givens="Marie", local_id=f"{known.local_id}9")
    async with play.step("INS.28.8", Sentence("Créé une seconde fois", "Created a second time"), also=AROUND) as step:
        await step.act("patient.create", patient=again, opposed=[])
        await qualify(step, play, again, "CNI")
