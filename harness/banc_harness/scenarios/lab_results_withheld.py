"""UC2: lab results that may not go everywhere, or not at once: identity, refusals, closed record, outage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from banc_harness.play import Play, scenario
from banc_harness.scenarios import lab_orders
from banc_harness.scenarios.discharge_letter import admitted, named, signed_in
from banc_harness.scenarios.lab_results import (
    ACTIONS,
    AROUND,
    EVERYWHERE,
    LABORATORY,
    TO_DMP,
    filed,
    mailed,
    next_version,
    prescriber_box,
    report,
    to_prescriber,
)
from banc_standards.errors import Sentence

if TYPE_CHECKING:
    from banc_fixtures.patients import Patient

MAIL_ONLY = ("psc.code", "insi.traits", "mss.send.pro")
DUPLICATE = "XDSDuplicateUniqueIdInRegistry"


async def to_everyone(
    play: Play, number: str, patient: Patient, order: str, title: Sentence, *, asks: bool, citizen: bool = False
) -> None:
    """Third step of a report that may not go everywhere, although it is asked for: the prescriber gets it.

    ``asks``: the software looks at the record first. ``citizen``: the patient gets it too.
    """
    async with play.step(f"{number}.3", title, also=AROUND) as step:
        everywhere = ("dmp", to_prescriber(play), "patient")
        await step.act("document.send", **report(play, patient, order, lab_orders.ROUTINE, everywhere))
        if asks:
            await step.expect("dmp.TD0.2", facts=named(patient))
        await mailed(step, prescriber_box(play), *([patient.mailbox] if citizen else []))


@scenario(
    id="UC2.21",
    title=Sentence(
        "Patient inconnu d'INSi : le compte rendu ne va qu'aux professionnels",
        "Patient unknown to INSi: the report goes to professionals only",
    ),
    actions=ACTIONS,
    requires=EVERYWHERE,
    couloirs=LABORATORY,
)
async def unknown_patient(play: Play) -> None:
    """INSi answers 01: no matricule anywhere, nothing to the DMP nor to the patient, the prescriber is told."""
    patient = play.patient("PAT-25")
    await signed_in(play, "UC2.21")
    await admitted(play, "UC2.21", patient, code="01")
    title = Sentence("Validation, identité non qualifiée", "Validated, the identity is not qualified")
    await to_everyone(play, "UC2.21", patient, "260121", title, asks=False)


@scenario(
    id="UC2.22",
    title=Sentence(
        "Identité récupérée sans pièce d'identité : ni DMP, ni patient, ni matricule",
        "Identity retrieved without papers: no DMP, no patient, no matricule",
    ),
    actions=ACTIONS,
    requires=EVERYWHERE,
    couloirs=LABORATORY,
)
async def retrieved_identity(play: Play) -> None:
    """INSi answers 00, but nobody saw an identity document: the matricule stays inside."""
    patient = play.patient("PAT-04")
    await signed_in(play, "UC2.22")
    await admitted(play, "UC2.22", patient, papers=None)
    title = Sentence("Validation, identité récupérée", "Validated, the identity is only retrieved")
    await to_everyone(play, "UC2.22", patient, "260122", title, asks=False)


@scenario(
    id="UC2.23",
    title=Sentence(
        "DMP fermé : le compte rendu part par la messagerie seulement",
        "Closed DMP: the report leaves by mail only",
    ),
    actions=ACTIONS,
    requires=EVERYWHERE,
    couloirs=LABORATORY,
)
async def closed_record(play: Play) -> None:
    """TD0.2 tells that the record is closed; prescriber and patient still get their mail."""
    patient = play.patient("PAT-29")
    await signed_in(play, "UC2.23")
    await admitted(play, "UC2.23", patient)
    title = Sentence("Validation, DMP fermé", "Validated, the record is closed")
    await to_everyone(play, "UC2.23", patient, "260123", title, asks=True, citizen=True)


@scenario(
    id="UC2.24",
    title=Sentence(
        "Patient opposé à l'alimentation : la messagerie seulement", "Patient who objects to feeding: mail only"
    ),
    actions=ACTIONS,
    requires=EVERYWHERE,
    couloirs=LABORATORY,
)
async def opposed_patient(play: Play) -> None:
    """The opposition recorded in the software keeps the report from the DMP, not from the prescriber."""
    patient = play.patient("PAT-30")
    await signed_in(play, "UC2.24")
    await admitted(play, "UC2.24", patient)
    title = Sentence("Validation, patient opposé", "Validated, the patient objects")
    await to_everyone(play, "UC2.24", patient, "260124", title, asks=False, citizen=True)


@scenario(
    id="UC2.25",
    title=Sentence(
        "Refus de la messagerie citoyenne : le DMP et le prescripteur seulement",
        "Citizen mail refused: the DMP and the prescriber only",
    ),
    actions=ACTIONS,
    requires=EVERYWHERE,
    couloirs=LABORATORY,
)
async def refuses_citizen_mail(play: Play) -> None:
    """The patient does not want the results by mail."""
    patient = play.patient("PAT-05")
    await signed_in(play, "UC2.25")
    await admitted(play, "UC2.25", patient, opposed=("mail.patient",))
    title = Sentence("Validation, messagerie citoyenne refusée", "Validated, citizen mail is refused")
    await to_everyone(play, "UC2.25", patient, "260125", title, asks=True)


@scenario(
    id="UC2.26",
    title=Sentence(
        "Refus de la messagerie entre professionnels : le DMP et le patient seulement",
        "Mail between professionals refused: the DMP and the patient only",
    ),
    actions=ACTIONS,
    requires=EVERYWHERE,
    couloirs=LABORATORY,
)
async def refuses_professional_mail(play: Play) -> None:
    """The patient does not want the results to be mailed to doctors."""
    patient = play.patient("PAT-14")
    await signed_in(play, "UC2.26")
    await admitted(play, "UC2.26", patient, opposed=("mail.pro",))
    title = Sentence("Validation, messagerie professionnelle refusée", "Validated, professional mail is refused")
    async with play.step("UC2.26.3", title, also=AROUND) as step:
        everywhere = ("dmp", to_prescriber(play), "patient")
        await step.act("document.send", **report(play, patient, "260126", lab_orders.ROUTINE, everywhere))
        await filed(step, patient)
        await mailed(step, patient.mailbox)


@scenario(
    id="UC2.27",
    title=Sentence(
        "Dépôt au DMP retenu par l'utilisateur : la messagerie seulement",
        "Filing in the DMP held back by the user: mail only",
    ),
    actions=ACTIONS,
    requires=(*MAIL_ONLY, "dmp.feed"),
    couloirs=LABORATORY,
)
async def held_back(play: Play) -> None:
    """The biologist keeps one report out of the DMP."""
    patient = play.patient("PAT-15")
    await signed_in(play, "UC2.27")
    await admitted(play, "UC2.27", patient)
    title = Sentence("Validation, dépôt au DMP retenu", "Validated, held back from the DMP")
    async with play.step("UC2.27.3", title, also=AROUND) as step:
        wanted = report(play, patient, "260127", lab_orders.ROUTINE, [to_prescriber(play)])
        await step.act("document.send", **wanted)
        await mailed(step, prescriber_box(play))


@scenario(
    id="UC2.28",
    title=Sentence(
        "Une version déjà remplacée n'est pas remplacée de nouveau", "A version replaced already is not replaced again"
    ),
    actions=(*ACTIONS, "document.replace"),
    requires=TO_DMP,
    couloirs=LABORATORY,
)
async def replaced_twice(play: Play) -> None:
    """The user corrects the first version although the second one holds: the software refuses, or corrects the
    second.
    """
    patient = play.patient("PAT-17")
    await signed_in(play, "UC2.28")
    await admitted(play, "UC2.28", patient)
    partial, complete, corrected = (
        report(play, patient, "260128", results, ["dmp"])
        for results in (lab_orders.PARTIAL, lab_orders.COMPLETE, lab_orders.CORRECTED)
    )
    async with play.step("UC2.28.3", Sentence("Compte rendu partiel", "Partial report"), also=AROUND) as step:
        await step.act("document.send", **partial)
        first = await filed(step, patient)
    async with play.step("UC2.28.4", Sentence("Compte rendu complet", "Complete report"), also=AROUND) as step:
        await step.act("document.replace", **next_version(complete, first))
        await filed(step, patient)
    title = Sentence("Correction demandée de la première version", "The first version is to be corrected")
    async with play.step("UC2.28.5", title, also=AROUND) as step:
        await step.act("document.replace", **next_version(corrected, first))


@scenario(
    id="UC2.29",
    title=Sentence(
        "DMP en panne, réponse perdue, puis doublon signalé : le compte rendu est déposé une fois",
        "DMP down, lost answer, then a duplicate reported: the report is filed once",
    ),
    actions=ACTIONS,
    requires=TO_DMP,
    couloirs=LABORATORY,
)
async def outage(play: Play) -> None:
    """The same report, under the same id, whatever the DMP answers."""
    patient = play.patient("PAT-10")
    await signed_in(play, "UC2.29")
    await admitted(play, "UC2.29", patient)
    wanted = report(play, patient, "260129", lab_orders.ROUTINE, ["dmp"])
    async with play.step("UC2.29.3", Sentence("Réponse perdue", "Lost answer"), also=AROUND) as step:
        await step.arm_fault("dmp.lost_answer", match={"operation": "dmp.TD2.1"})
        await step.act("document.send", **wanted)
        await step.expect("dmp.TD2.1", fault="dmp.lost_answer", facts=named(patient))
    async with play.step("UC2.29.4", Sentence("Doublon signalé", "Duplicate reported"), also=AROUND) as step:
        await step.arm_fault("dmp.registry_error", match={"operation": "dmp.TD2.1"}, sequence=[{"code": DUPLICATE}])
        await step.act("document.send", **wanted)
        await step.expect("dmp.TD2.1", code=DUPLICATE, facts=named(patient))
    async with play.step("UC2.29.5", Sentence("Nouvel envoi", "Sent again"), also=AROUND) as step:
        await step.act("document.send", **wanted)
        await step.expect("dmp.TD2.1", outcome="accepted", facts=named(patient))
