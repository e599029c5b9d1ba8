"""INS, identity vigilance towards others: who received an identity that loses its INS is told (rule 27)."""

from __future__ import annotations

from typing import Any

from banc_fixtures.patients import Patient
from banc_harness.play import Play, Step, scenario
from banc_harness.scenarios.discharge_letter import signed_in
from banc_harness.scenarios.letter_by_mail import TREATING_DOCTOR, to_doctor
from banc_harness.scenarios.vigilance import ACTIONS, AROUND, NEEDS, PROFILE, document_of, qualify
from banc_standards.errors import Sentence

KNOWN_TO_THE_BENCH = ("ins", "ins_oid", "insi", "dmp", "mailbox")


def typed(who: Patient, **changed: Any) -> dict[str, Any]:
    """What a front desk types of a patient, with some traits changed."""
    return {name: value for name, value in who.as_json().items() if name not in KNOWN_TO_THE_BENCH} | changed


async def mailed(step: Step, play: Play, who: Patient | dict[str, Any], *, again: bool = False, visit: int = 1) -> None:
    """The document of a visit, or its correction, goes to the treating doctor by MSSanté."""
    action = "document.replace" if again else "document.send"
    await step.act(action, **document_of(play, who, [to_doctor(play)], visit=visit))


@scenario(
    id="INS.25",
    title=Sentence(
        "L'identité perd son INS après l'envoi d'une lettre : son destinataire l'apprend",
        "The identity loses its INS after a letter was sent: its recipient is told",
    ),
    actions=(*ACTIONS, "identity.verify", "document.send", "document.replace"),
    requires=(*NEEDS, "insi.verify", "mss.send.pro"),
    profiles=(PROFILE,),
)
async def partners(play: Play) -> None:
    """Once because INSi no longer confirms it, once because a strict trait was wrong. The software may tell by itself
    as soon as the identity falls; it is asked to correct the letter afterwards.
    """
    await signed_in(play, "INS.25")
    unconfirmed, corrected = play.patient("PAT-01"), play.patient("PAT-02")
    box = {"recipients": play.professional(TREATING_DOCTOR).mailbox}
    for rank, who in enumerate((unconfirmed, corrected), 2):
        name = f"{who.birth_family} {who.first_given}"
        title = Sentence(f"Lettre envoyée avec l'INS : {name}", f"Letter sent with the INS: {name}")
        async with play.step(f"INS.25.{rank}", title, also=AROUND) as step:
            await step.act("patient.create", patient=who, opposed=[])
            await qualify(step, play, who, "CNI")
            await step.expect("insi.WS_INS2", code="00")
            await mailed(step, play, who)
            await step.expect("mssante.submission", outcome="accepted", facts=box)
    async with play.step(
        "INS.25.4", Sentence("INS refusé à la vérification", "INS not confirmed"), also=AROUND
    ) as step:
        await step.arm_fault("insi.answer.code", times=None)
        await step.act(
            "identity.verify", patient=unconfirmed, professional=play.professional(), structure=play.structure()
        )
        await step.expect("insi.WS_INS3", code="01")
        await step.clear_faults()
        await mailed(step, play, unconfirmed, again=True)
        await step.expect("mssante.submission", outcome="accepted", facts=box)
    other = typed(corrected, birth_family="PEUPLIER")
    async with play.step(
        "INS.25.5", Sentence("Trait strict corrigé", "A strict trait is corrected"), also=AROUND
    ) as step:
        await step.act("patient.create", patient=other, opposed=[], edit=True)
        await mailed(step, play, other, again=True)
        await step.expect("mssante.submission", outcome="accepted", facts=box)
