"""UC3: medical summaries that may not go to the DMP, or not at once: identity, closed record, refusals, outage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from banc_harness.play import Play, scenario
from banc_harness.scenarios.discharge_letter import admitted, named, signed_in
from banc_harness.scenarios.practice_charts import FIRST_VISIT, NEXT_VISIT
from banc_harness.scenarios.summary import (
    ACTIONS,
    AROUND,
    EVERYWHERE,
    PRACTICE,
    TO_DMP,
    TREATING,
    again,
    everyone,
    filed,
    summary,
)
from banc_standards.errors import Sentence

if TYPE_CHECKING:
    from banc_fixtures.patients import Patient

BUSY = "XDSRegistryBusy"


async def withheld(play: Play, number: str, patient: Patient, title: Sentence, *, asks: bool) -> None:
    """Third step of a summary that must not leave: the software may look at the record (``asks``), and files
    nothing.
    """
    async with play.step(f"{number}.3", title, also=AROUND) as step:
        await step.act("document.send", **summary(play, patient, FIRST_VISIT))
        if asks:
            await step.expect("dmp.TD0.2", facts=named(patient))


@scenario(
    id="UC3.21",
    title=Sentence(
        "Identité récupérée sans pièce d'identité : la synthèse ne part pas",
        "Identity retrieved without papers: the summary does not leave",
    ),
    actions=ACTIONS,
    requires=TO_DMP,
    profiles=TREATING,
    couloirs=PRACTICE,
)
async def retrieved_identity(play: Play) -> None:
    """INSi answers 00, but nobody saw an identity document: the matricule stays inside."""
    patient = play.patient("PAT-04")
    await signed_in(play, "UC3.21")
    await admitted(play, "UC3.21", patient, papers=None)
    title = Sentence("Validation, identité récupérée", "Validated, the identity is only retrieved")
    await withheld(play, "UC3.21", patient, title, asks=False)


@scenario(
    id="UC3.22",
    title=Sentence("Patient inconnu d'INSi : la synthèse ne part pas", "Patient unknown to INSi: the summary stays"),
    actions=ACTIONS,
    requires=TO_DMP,
    profiles=TREATING,
    couloirs=PRACTICE,
)
async def unknown_patient(play: Play) -> None:
    """INSi answers 01: the identity stays without matricule, and the summary in the practice."""
    patient = play.patient("PAT-25")
    await signed_in(play, "UC3.22")
    await admitted(play, "UC3.22", patient, code="01")
    title = Sentence("Validation, identité non qualifiée", "Validated, the identity is not qualified")
    await withheld(play, "UC3.22", patient, title, asks=False)


@scenario(
    id="UC3.23",
    title=Sentence("DMP fermé : la synthèse n'y est pas déposée", "Closed DMP: the summary is not filed"),
    actions=ACTIONS,
    requires=TO_DMP,
    profiles=TREATING,
    couloirs=PRACTICE,
)
async def closed_record(play: Play) -> None:
    """TD0.2 tells that the record is closed; nothing is submitted to it."""
    patient = play.patient("PAT-29")
    await signed_in(play, "UC3.23")
    await admitted(play, "UC3.23", patient)
    title = Sentence("Validation, DMP fermé", "Validated, the record is closed")
    await withheld(play, "UC3.23", patient, title, asks=True)


@scenario(
    id="UC3.24",
    title=Sentence(
        "Patient opposé à l'alimentation : la synthèse ne part pas au DMP",
        "Patient who objects to feeding: the summary does not go to the DMP",
    ),
    actions=ACTIONS,
    requires=TO_DMP,
    profiles=TREATING,
    couloirs=PRACTICE,
)
async def opposed_patient(play: Play) -> None:
    """The opposition is recorded in the software, which obeys it; the DMP itself would have taken the summary."""
    patient = play.patient("PAT-30")
    await signed_in(play, "UC3.24")
    await admitted(play, "UC3.24", patient)
    title = Sentence("Validation, patient opposé", "Validated, the patient objects")
    await withheld(play, "UC3.24", patient, title, asks=False)


@scenario(
    id="UC3.25",
    title=Sentence(
        "DMP en panne, puis réponse perdue : la synthèse arrive une fois",
        "DMP down, then a lost answer: the summary arrives once",
    ),
    actions=ACTIONS,
    requires=TO_DMP,
    profiles=TREATING,
    couloirs=PRACTICE,
)
async def outage(play: Play) -> None:
    """The same summary, under the same id, until the DMP takes it."""
    patient = play.patient("PAT-11")
    await signed_in(play, "UC3.25")
    await admitted(play, "UC3.25", patient)
    wanted = summary(play, patient, FIRST_VISIT)
    async with play.step("UC3.25.3", Sentence("DMP en panne", "The DMP is down"), also=AROUND) as step:
        await step.arm_fault("dmp.down", times=None)
        await step.act("document.send", **wanted)
        await step.expect(("dmp.TD0.2", "dmp.TD2.1"), fault="dmp.down")
        await step.clear_faults()
    async with play.step("UC3.25.4", Sentence("Réponse perdue", "Lost answer"), also=AROUND) as step:
        await step.arm_fault("dmp.lost_answer", match={"operation": "dmp.TD2.1"})
        await step.act("document.send", **wanted)
        await step.expect("dmp.TD2.1", fault="dmp.lost_answer", facts=named(patient))
    async with play.step("UC3.25.5", Sentence("Nouvel envoi", "Sent again"), also=AROUND) as step:
        await step.act("document.send", **wanted)
        await step.expect("dmp.TD2.1", outcome="accepted", facts=named(patient))


@scenario(
    id="UC3.26",
    title=Sentence(
        "Mise à jour refusée par le DMP, puis reprise : l'ancienne synthèse tient jusque-là",
        "Update refused by the DMP, then resumed: the former summary holds until then",
    ),
    actions=(*ACTIONS, "document.replace"),
    requires=TO_DMP,
    profiles=TREATING,
    couloirs=PRACTICE,
)
async def refused_update(play: Play) -> None:
    """The registry is busy: the update is refused, its user told, and the same one is filed later."""
    patient = play.patient("PAT-13")
    await signed_in(play, "UC3.26")
    await admitted(play, "UC3.26", patient)
    async with play.step("UC3.26.3", Sentence("Première synthèse", "First summary"), also=AROUND) as step:
        await step.act("document.send", **summary(play, patient, FIRST_VISIT))
        former = await filed(step, patient)
    wanted = again(summary(play, patient, NEXT_VISIT), former)
    async with play.step("UC3.26.4", Sentence("Registre occupé", "The registry is busy"), also=AROUND) as step:
        await step.arm_fault("dmp.registry_busy", match={"operation": "dmp.TD2.1"})
        await step.act("document.replace", **wanted)
        await step.expect("dmp.TD2.1", code=BUSY, facts=named(patient))
    async with play.step("UC3.26.5", Sentence("Reprise", "Resumed"), also=AROUND) as step:
        await step.act("document.replace", **wanted)
        await step.expect("dmp.TD2.1", outcome="accepted", facts=named(patient))


@scenario(
    id="UC3.27",
    title=Sentence(
        "Messageries refusées par le patient : la synthèse ne va qu'au DMP",
        "Mail refused by the patient: the summary goes to the DMP only",
    ),
    actions=ACTIONS,
    requires=EVERYWHERE,
    profiles=TREATING,
    couloirs=PRACTICE,
)
async def refuses_mail(play: Play) -> None:
    """The patient wants no mail, nor that doctors write to each other about him."""
    patient = play.patient("PAT-16")
    await signed_in(play, "UC3.27")
    await admitted(play, "UC3.27", patient, opposed=("mail.patient", "mail.pro"))
    title = Sentence("Validation, messageries refusées", "Validated, mail is refused")
    async with play.step("UC3.27.3", title, also=AROUND) as step:
        await step.act("document.send", **summary(play, patient, FIRST_VISIT, everyone(play)))
        await filed(step, patient)


@scenario(
    id="UC3.28",
    title=Sentence(
        "Réponses d'INSi incomplètes (date à 00, trait vide) : elles ne sont pas reprises, la synthèse ne part pas",
        "Incomplete answers of INSi (date with 00, empty trait): they are not imported, the summary does not leave",
    ),
    actions=ACTIONS,
    requires=TO_DMP,
    profiles=TREATING,
    couloirs=PRACTICE,
)
async def incomplete_answers(play: Play) -> None:
    """INSi answers 00 twice, with an identity that may not be taken over."""
    cases = (
        ("PAT-06", "insi.answer.partial_date", Sentence("Date de naissance à 00", "Birth date with 00")),
        ("PAT-39", "insi.answer.empty_trait", Sentence("Trait vide", "Empty trait")),
    )
    await signed_in(play, "UC3.28")
    for rank, (name, fault, title) in enumerate(cases, 2):
        patient = play.patient(name)
        async with play.step(f"UC3.28.{rank}", title, also=(*AROUND, "insi.*")) as step:
            await step.arm_fault(fault)
            await step.act("patient.create", patient=patient, opposed=[])
            await step.act(
                "patient.qualify",
                patient=patient,
                identity_document="CNI",
                professional=play.professional(),
                structure=play.structure(),
            )
            await step.expect("insi.WS_INS2", code="00", fault=fault)
            await step.act("document.send", **summary(play, patient, FIRST_VISIT))
            await step.clear_faults()
