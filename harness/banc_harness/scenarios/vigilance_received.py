"""INS, identity vigilance: an INS that comes from somebody else is verified before anything is made of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from banc_fixtures.patients import Patient
from banc_harness.play import Play, scenario
from banc_harness.scenarios import lab_orders
from banc_harness.scenarios.discharge_letter import signed_in
from banc_harness.scenarios.lab_post import Laboratory
from banc_harness.scenarios.letter_by_mail import TREATING_DOCTOR
from banc_harness.scenarios.vigilance import ACTIONS, AROUND, NEEDS, PROFILE, qualify
from banc_harness.scenarios.vigilance_partners import mailed, typed
from banc_harness.trace import Acted
from banc_standards.errors import Sentence

RECEIVING = (*ACTIONS, "mail.fetch", "document.send")
ABLE = (*NEEDS, "insi.verify", "mss.receive", "mss.send.pro")
STRANGERS, KNOWN, OTHERS = ("PAT-12", "PAT-14"), "PAT-03", ("PAT-17", "PAT-15")
"""Unknown here, qualified here, and the two whose INS come under wrong traits."""


async def received(play: Play, number: str, title: Sentence, about: Patient, *, code: str) -> dict[str, Any]:
    """A step: a laboratory mails a report, the user fetches it, the software verifies the INS, which INSi answers with
    ``code``. Returns the patient as the software then names them.
    """
    laboratory = Laboratory(play)
    mail, message_id = laboratory.mail(laboratory.report(about, lab_orders.ROUTINE))
    async with play.step(number, title, also=AROUND) as step:
        await step.put_mail(mail, by=laboratory.place, to=[laboratory.recipient])
        await step.expect("mssante.relay", outcome="accepted", facts={"message_id": message_id})
        act = await step.act("mail.fetch", professional=play.professional(), structure=play.structure())
        await step.expect("mssante.imap.FETCH", outcome="accepted", facts={"message_ids": message_id})
        await step.expect("insi.WS_INS3", code=code, facts={"ins": about.ins.value} if about.ins else {})
    return typed(about, local_id=_named(act, message_id) or about.local_id)


def _named(act: Acted, message_id: str) -> str:
    """The local id that the software gives to the patient of a mail; empty when it says none."""
    said = [item for item in act.output.get("received") or () if item.get("message") == message_id]
    return next((str(item["patient"]["local_id"]) for item in said if item.get("patient")), "")


@scenario(
    id="INS.26",
    title=Sentence(
        "INS reçu d'un tiers et confirmé : identité récupérée, puis requalifiée ici",
        "INS received from a third party and confirmed: identity retrieved, then qualified again here",
    ),
    actions=RECEIVING,
    requires=ABLE,
    profiles=(PROFILE,),
)
async def confirmed(play: Play) -> None:
    """Nobody here knows the patient. The INS does not leave before papers were seen and INSi was searched."""
    await signed_in(play, "INS.26")
    title = Sentence("Compte rendu d'un inconnu, avec INS", "Report about a stranger, with an INS")
    stranger = play.patient(STRANGERS[0])
    who = await received(play, "INS.26.2", title, stranger, code="00")
    early = Sentence("Lettre avant requalification", "Letter before it is qualified here")
    async with play.step("INS.26.3", early, also=AROUND) as step:
        await mailed(step, play, who)
    here = Sentence("Pièce et INSi, puis la lettre", "Papers and INSi, then the letter")
    async with play.step("INS.26.4", here, also=AROUND) as step:
        await qualify(step, play, who, "CNI")
        await step.expect("insi.WS_INS2", code="00")
        await mailed(step, play, who, visit=2)
        box = play.professional(TREATING_DOCTOR).mailbox
        await step.expect("mssante.submission", outcome="accepted", facts={"recipients": box, "ins": _value(stranger)})


@scenario(
    id="INS.27",
    title=Sentence(
        "INS reçu d'un tiers et refusé : créée sans INS, ou inchangée ici ; rien n'est rangé",
        "INS received from a third party and denied: created without INS, or unchanged here; nothing is filed",
    ),
    actions=RECEIVING,
    requires=ABLE,
    profiles=(PROFILE,),
)
async def denied(play: Play) -> None:
    """The INS is somebody else's: under the traits of a stranger, then under those of a qualified patient."""
    await signed_in(play, "INS.27")
    known, stranger = play.patient(KNOWN), play.patient(STRANGERS[1])
    first, second = (play.patient(name).ins for name in OTHERS)
    box = play.professional(TREATING_DOCTOR).mailbox
    async with play.step(
        "INS.27.2", Sentence("Un patient qualifié ici", "A patient qualified here"), also=AROUND
    ) as step:
        await step.act("patient.create", patient=known, opposed=[])
        await qualify(step, play, known, "CNI")
        await step.expect("insi.WS_INS2", code="00")
    incoherent = Sentence("Traits d'un inconnu, INS d'un autre", "Traits of a stranger, INS of another")
    who = await received(play, "INS.27.3", incoherent, replace(stranger, ins=first), code="01")
    async with play.step("INS.27.4", Sentence("Sa lettre", "Their letter"), also=AROUND) as step:
        await mailed(step, play, who)
    title = Sentence("Traits du patient qualifié, INS d'un autre", "Traits of the qualified patient, INS of another")
    await received(play, "INS.27.5", title, replace(known, ins=second), code="01")
    own = Sentence("Sa lettre part avec son INS", "Their letter leaves with their INS")
    async with play.step("INS.27.6", own, also=AROUND) as step:
        await mailed(step, play, known)
        await step.expect("mssante.submission", outcome="accepted", facts={"recipients": box, "ins": _value(known)})


def _value(patient: Patient) -> str:
    return patient.ins.value if patient.ins else ""
