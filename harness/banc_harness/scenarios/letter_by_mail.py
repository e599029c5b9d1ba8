"""UC1: the discharge letter sent by MSSanté to the treating doctor and to the patient, and what may prevent it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from banc_harness.play import Play, Step, scenario
from banc_harness.scenarios.discharge_letter import HOSPITAL, admitted, letter, signed_in
from banc_standards.errors import Sentence

if TYPE_CHECKING:
    from banc_fixtures.patients import Patient

ACTIONS = ("auth.login", "patient.create", "patient.qualify", "document.send")
TO_DOCTOR = ("psc.code", "insi.traits", "mss.send.pro")
TO_PATIENT = (*TO_DOCTOR, "mss.send.patient")
TREATING_DOCTOR = "P02"
AROUND = ("psc.*", "mssante.*")


async def sent(play: Play, step: Step, patient: Patient, *recipients: str) -> None:
    """Asks for the letter of this patient to be mailed to ``recipients``."""
    await step.act("document.send", **(letter(play, patient) | {"recipients": list(recipients)}))


def to_doctor(play: Play) -> str:
    """The treating doctor as a recipient of CONTRACTS §9."""
    return f"pro:{play.mailbox(play.professional(TREATING_DOCTOR))}"


@scenario(
    id="UC1.21",
    title=Sentence(
        "Lettre de liaison envoyée par MSSanté au médecin traitant et au patient",
        "Discharge letter mailed by MSSanté to the treating doctor and to the patient",
    ),
    actions=ACTIONS,
    requires=TO_PATIENT,
    couloirs=HOSPITAL,
)
async def mailed_letter(play: Play) -> None:
    """The ordinary case: two mails, each with the XDM archive and the PDF."""
    patient, box = play.patient("PAT-03"), play.professional(TREATING_DOCTOR).mailbox
    await signed_in(play, "UC1.21")
    await admitted(play, "UC1.21", patient)
    title = Sentence("Envoi au médecin traitant et au patient", "Sent to the treating doctor and to the patient")
    async with play.step("UC1.21.3", title, also=AROUND) as step:
        await sent(play, step, patient, to_doctor(play), "patient")
        await step.expect("mssante.submission", outcome="accepted", facts={"recipients": box})
        await step.expect("mssante.submission", outcome="accepted", facts={"recipients": patient.mailbox})


@scenario(
    id="UC1.22",
    title=Sentence("Boîte du destinataire inconnue : l'échec est obéi", "Unknown mailbox: the refusal is obeyed"),
    actions=ACTIONS,
    requires=TO_DOCTOR,
    couloirs=HOSPITAL,
)
async def unknown_mailbox(play: Play) -> None:
    """The operator answers 550: the mail is not sent again and again."""
    patient = play.patient("PAT-01")
    await signed_in(play, "UC1.22")
    await admitted(play, "UC1.22", patient)
    title = Sentence("Envoi à une boîte inconnue", "Sent to an unknown mailbox")
    async with play.step("UC1.22.3", title, also=AROUND) as step:
        await step.arm_fault("mssante.unknown_mailbox", times=None)
        await sent(play, step, patient, to_doctor(play))
        await step.expect("mssante.submission", outcome="refused")
        await step.clear_faults()


@scenario(
    id="UC1.23",
    title=Sentence("Boîte pleine, puis vidée : la lettre arrive", "Mailbox full, then emptied: the letter arrives"),
    actions=ACTIONS,
    requires=TO_DOCTOR,
    couloirs=HOSPITAL,
)
async def full_mailbox(play: Play) -> None:
    """A passing refusal (452), then the same mail is taken."""
    patient, box = play.patient("PAT-02"), play.professional(TREATING_DOCTOR).mailbox
    await signed_in(play, "UC1.23")
    await admitted(play, "UC1.23", patient)
    title = Sentence("Envoi à une boîte pleine", "Sent to a full mailbox")
    async with play.step("UC1.23.3", title, also=AROUND) as step:
        await step.arm_fault("mssante.full_mailbox")
        await sent(play, step, patient, to_doctor(play))
        await step.expect("mssante.submission", outcome="refused")
    title = Sentence("Nouvel envoi, la boîte a de la place", "Sent again, the mailbox has room")
    async with play.step("UC1.23.4", title, also=AROUND) as step:
        await sent(play, step, patient, to_doctor(play))
        await step.expect("mssante.submission", outcome="accepted", facts={"recipients": box})


@scenario(
    id="UC1.24",
    title=Sentence(
        "Opérateur en panne, puis réponse perdue : le message part une fois",
        "Operator down, then a lost reply: the mail leaves once",
    ),
    actions=ACTIONS,
    requires=TO_DOCTOR,
    couloirs=HOSPITAL,
)
async def mail_outage(play: Play) -> None:
    """The operator is down, then takes the mail without its reply coming back; what is sent again is the same mail."""
    patient, box = play.patient("PAT-08"), play.professional(TREATING_DOCTOR).mailbox
    await signed_in(play, "UC1.24")
    await admitted(play, "UC1.24", patient)
    down = Sentence("Envoi, opérateur en panne", "Sent, the operator is down")
    async with play.step("UC1.24.3", down, also=AROUND) as step:
        await step.arm_fault("mssante.down", times=None)
        await sent(play, step, patient, to_doctor(play))
        await step.expect("mssante.*", fault="mssante.down")
        await step.clear_faults()
    lost = Sentence("Nouvel envoi, dont la réponse se perd", "Sent again, the reply gets lost")
    async with play.step("UC1.24.4", lost, also=AROUND) as step:
        await step.arm_fault("mssante.lost_reply")
        await sent(play, step, patient, to_doctor(play))
        await step.expect("mssante.submission", fault="mssante.lost_reply")
    again = Sentence("Nouvel envoi, opérateur rétabli", "Sent again, the operator is back")
    async with play.step("UC1.24.5", again, also=AROUND) as step:
        await sent(play, step, patient, to_doctor(play))
        await step.expect("mssante.submission", outcome="accepted", facts={"recipients": box})


@scenario(
    id="UC1.25",
    title=Sentence(
        "Identité non qualifiée : rien ne part vers la boîte du patient",
        "Identity not qualified: nothing goes to the patient's mailbox",
    ),
    actions=ACTIONS,
    requires=TO_PATIENT,
    couloirs=HOSPITAL,
)
async def unqualified_patient(play: Play) -> None:
    """The address of a patient is built from a qualified INS only."""
    patient = play.patient("PAT-04")
    await signed_in(play, "UC1.25")
    await admitted(play, "UC1.25", patient, papers=None)
    title = Sentence("Envoi demandé vers le patient", "A mail to the patient is asked for")
    async with play.step("UC1.25.3", title, also=AROUND) as step:
        await sent(play, step, patient, "patient")


@scenario(
    id="UC1.26",
    title=Sentence(
        "Patient opposé à la messagerie citoyenne : seul le médecin reçoit la lettre",
        "Patient who objects to citizen mail: only the doctor gets the letter",
    ),
    actions=ACTIONS,
    requires=TO_PATIENT,
    couloirs=HOSPITAL,
)
async def opposed_to_mail(play: Play) -> None:
    """The opposition recorded at admission is obeyed; it does not keep the doctor from receiving."""
    patient, box = play.patient("PAT-05"), play.professional(TREATING_DOCTOR).mailbox
    await signed_in(play, "UC1.26")
    await admitted(play, "UC1.26", patient, opposed=("mail.patient",))
    title = Sentence("Envoi au médecin traitant et au patient", "Sent to the treating doctor and to the patient")
    async with play.step("UC1.26.3", title, also=AROUND) as step:
        await sent(play, step, patient, to_doctor(play), "patient")
        await step.expect("mssante.submission", outcome="accepted", facts={"recipients": box})


@scenario(
    id="UC1.27",
    title=Sentence(
        "Lettre corrigée : le nouveau message annule et remplace le premier",
        "Corrected letter: the new mail cancels and replaces the first",
    ),
    actions=(*ACTIONS, "document.replace"),
    requires=TO_DOCTOR,
    couloirs=HOSPITAL,
)
async def replaced_mail(play: Play) -> None:
    """The doctor who got the first letter gets the second one with the words that say so, threaded to the first."""
    patient, box = play.patient("PAT-12"), play.professional(TREATING_DOCTOR).mailbox
    await signed_in(play, "UC1.27")
    await admitted(play, "UC1.27", patient)
    first = Sentence("Envoi de la lettre", "The letter is sent")
    async with play.step("UC1.27.3", first, also=AROUND) as step:
        await sent(play, step, patient, to_doctor(play))
        await step.expect("mssante.submission", outcome="accepted", facts={"recipients": box})
    second = Sentence("Envoi de la lettre corrigée", "The corrected letter is sent")
    async with play.step("UC1.27.4", second, also=AROUND) as step:
        await step.act("document.replace", **(letter(play, patient) | {"recipients": [to_doctor(play)]}))
        await step.expect("mssante.submission", outcome="accepted", facts={"recipients": box})
