"""UC2: lab results sent by the laboratory to the DMP, to the prescribers and to the patient."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from banc_harness.play import Play, Step, scenario
from banc_harness.scenarios import lab_orders
from banc_harness.scenarios.discharge_letter import admitted, named, signed_in
from banc_harness.scenarios.lab_orders import Finding, order
from banc_standards.errors import Sentence

if TYPE_CHECKING:
    from banc_fixtures.patients import Patient
    from banc_fixtures.professionals import Professional
    from banc_harness.trace import Exchange

LABORATORY = ("biologie",)
ACTIONS = ("auth.login", "patient.create", "patient.qualify", "document.send")
TO_DMP = ("psc.code", "insi.traits", "dmp.feed")
EVERYWHERE = (*TO_DMP, "mss.send.pro", "mss.send.patient")
AROUND = ("psc.*", "dmp.*", "mssante.*")
PRESCRIBER = "P02"
CORRESPONDENTS = ("P01", "P03", "P04", "P05", "P07", "P09", "P11", "P12")
"""Those who get a copy beside the prescriber."""
WARD = "S01"
"""A structure whose mailbox gets a copy too: the tenth correspondent."""


def report(
    play: Play,
    patient: Patient,
    number: str,
    results: Sequence[Finding],
    recipients: Iterable[str],
    *,
    level: str = "N3",
    visibility: Sequence[str] = (),
    prescribers: Sequence[Professional] = (),
    copies: Sequence[Professional] = (),
) -> dict[str, Any]:
    """The input of ``document.send``: the report of an order, for those recipients."""
    return {
        "patient": patient,
        "professional": play.professional(),
        "structure": play.structure(),
        "document": {
            "type": "CR-BIO",
            "level": level,
            "title": None,
            "replaces": None,
            "visibility": list(visibility),
        },
        "order": order(number, results, prescribers or [play.professional(PRESCRIBER)], copies),
        "recipients": list(recipients),
    }


def next_version(wanted: dict[str, Any], former: Exchange | None) -> dict[str, Any]:
    """The input of ``document.replace`` and ``document.delete``: the report that was filed, by its id."""
    documents = (former.fact("documents") if former else None) or [None]
    return wanted | {"document": wanted["document"] | {"id": documents[0], "replaces": documents[0]}}


def to_prescriber(play: Play) -> str:
    """The prescriber as a recipient of CONTRACTS §9."""
    return _to(play, play.professional(PRESCRIBER))


def _to(play: Play, someone: Professional) -> str:
    return f"pro:{play.mailbox(someone)}"


async def filed(step: Step, patient: Patient) -> Exchange | None:
    """Waits for the report in the DMP."""
    return await step.expect("dmp.TD2.1", outcome="accepted", facts=named(patient))


async def mailed(step: Step, *boxes: str | None) -> None:
    """Waits for a mail to each of these boxes."""
    for box in boxes:
        await step.expect("mssante.submission", outcome="accepted", facts={"recipients": box})


def prescriber_box(play: Play) -> str:
    """The mailbox of the prescriber, as the journal names it."""
    return str(play.professional(PRESCRIBER).mailbox)


@scenario(
    id="UC2.01",
    title=Sentence(
        "Compte rendu structuré (N3) : au DMP, au prescripteur et au patient",
        "Structured report (N3): to the DMP, the prescriber and the patient",
    ),
    actions=ACTIONS,
    requires=EVERYWHERE,
    couloirs=LABORATORY,
)
async def structured_report(play: Play) -> None:
    """The ordinary case: a qualified identity, an open record, one prescriber."""
    patient = play.patient("PAT-03")
    await signed_in(play, "UC2.01")
    await admitted(play, "UC2.01", patient)
    title = Sentence("Validation du compte rendu", "The report is validated")
    async with play.step("UC2.01.3", title, also=AROUND) as step:
        everywhere = ("dmp", to_prescriber(play), "patient")
        await step.act("document.send", **report(play, patient, "260101", lab_orders.ROUTINE, everywhere))
        await filed(step, patient)
        await mailed(step, prescriber_box(play), patient.mailbox)


@scenario(
    id="UC2.02",
    title=Sentence("Compte rendu en PDF (N1) déposé au DMP", "Report as a PDF (N1) filed in the DMP"),
    actions=ACTIONS,
    requires=TO_DMP,
    couloirs=LABORATORY,
)
async def unstructured_report(play: Play) -> None:
    """The level 1 form: a Corsican birth place, the PDF under the header of a biology report."""
    patient = play.patient("PAT-11")
    await signed_in(play, "UC2.02")
    await admitted(play, "UC2.02", patient)
    title = Sentence("Validation du compte rendu en PDF", "The report is validated as a PDF")
    async with play.step("UC2.02.3", title, also=AROUND) as step:
        wanted = report(play, patient, "260102", lab_orders.ROUTINE, ["dmp"], level="N1")
        await step.act("document.send", **wanted)
        await filed(step, patient)


@scenario(
    id="UC2.03",
    title=Sentence(
        "Compte rendu partiel, puis complet, puis corrigé : remplacé partout",
        "Partial report, then complete, then corrected: replaced everywhere",
    ),
    actions=(*ACTIONS, "document.replace"),
    requires=EVERYWHERE,
    couloirs=LABORATORY,
)
async def three_versions(play: Play) -> None:
    """Each version takes the place of the one before, in the DMP and in the mailboxes."""
    patient = play.patient("PAT-02")
    await signed_in(play, "UC2.03")
    await admitted(play, "UC2.03", patient)
    everywhere = ("dmp", to_prescriber(play), "patient")
    versions = (
        (Sentence("Compte rendu partiel", "Partial report"), lab_orders.PARTIAL),
        (Sentence("Compte rendu complet", "Complete report"), lab_orders.COMPLETE),
        (Sentence("Compte rendu corrigé", "Corrected report"), lab_orders.CORRECTED),
    )
    former: Exchange | None = None
    for rank, (title, results) in enumerate(versions, 3):
        async with play.step(f"UC2.03.{rank}", title, also=AROUND) as step:
            wanted = report(play, patient, "260103", results, everywhere)
            if rank == 3:
                await step.act("document.send", **wanted)
            else:
                await step.act("document.replace", **next_version(wanted, former))
            former = await filed(step, patient)
            await mailed(step, prescriber_box(play), patient.mailbox)


@scenario(
    id="UC2.04",
    title=Sentence(
        "Valeurs critiques : interprétées LL et HH, et le texte le dit",
        "Critical values: interpreted LL and HH, and the text says so",
    ),
    actions=ACTIONS,
    requires=EVERYWHERE,
    couloirs=LABORATORY,
)
async def critical_values(play: Play) -> None:
    """A potassium and a glucose that put the patient in danger."""
    patient = play.patient("PAT-12")
    await signed_in(play, "UC2.04")
    await admitted(play, "UC2.04", patient)
    title = Sentence("Validation de résultats critiques", "Critical results are validated")
    async with play.step("UC2.04.3", title, also=AROUND) as step:
        wanted = report(play, patient, "260104", lab_orders.CRITICAL, ("dmp", to_prescriber(play)))
        await step.act("document.send", **wanted)
        await filed(step, patient)
        await mailed(step, prescriber_box(play))


@scenario(
    id="UC2.05",
    title=Sentence(
        "Deux prescripteurs et dix correspondants : chacun reçoit le compte rendu",
        "Two prescribers and ten correspondents: each gets the report",
    ),
    actions=ACTIONS,
    requires=(*TO_DMP, "mss.send.pro"),
    couloirs=LABORATORY,
)
async def ten_correspondents(play: Play) -> None:
    """Nine people whom the report names, and the mailbox of a ward."""
    patient = play.patient("PAT-01")
    first, second, *others = (play.professional(name) for name in (PRESCRIBER, *CORRESPONDENTS))
    ward = play.structure(WARD)
    await signed_in(play, "UC2.05")
    await admitted(play, "UC2.05", patient)
    title = Sentence("Validation, dix correspondants", "Validated, ten correspondents")
    async with play.step("UC2.05.3", title, also=AROUND) as step:
        boxes = [*(_to(play, someone) for someone in (first, second, *others)), f"pro:{play.mailbox(ward)}"]
        wanted = report(
            play, patient, "260105", lab_orders.ROUTINE, ["dmp", *boxes], prescribers=[first, second], copies=others
        )
        await step.act("document.send", **wanted)
        await filed(step, patient)
        await mailed(step, *(someone.mailbox for someone in (first, second, *others)), ward.mailbox)


@scenario(
    id="UC2.06",
    title=Sentence(
        "Compte rendu masqué aux professionnels et déposé : la visibilité demandée est dite",
        "Report masked to professionals and filed: the visibility asked for is told",
    ),
    actions=ACTIONS,
    requires=TO_DMP,
    couloirs=LABORATORY,
)
async def masked_report(play: Play) -> None:
    """The user masks one report, and hides another from the patient until it was announced."""
    patient = play.patient("PAT-05")
    await signed_in(play, "UC2.06")
    await admitted(play, "UC2.06", patient)
    settings = (
        ("UC2.06.3", "260106", "MASQUE_PS", Sentence("Masqué aux professionnels", "Masked to professionals")),
        ("UC2.06.4", "260107", "INVISIBLE_PATIENT", Sentence("Invisible au patient", "Hidden from the patient")),
    )
    for number, name, visibility, title in settings:
        async with play.step(number, title, also=AROUND) as step:
            wanted = report(play, patient, name, lab_orders.ROUTINE, ["dmp"], visibility=[visibility])
            await step.act("document.send", **wanted)
            await filed(step, patient)


@scenario(
    id="UC2.07",
    title=Sentence(
        "Compte rendu déposé par erreur : il est supprimé du DMP", "Report filed by mistake: it is deleted from the DMP"
    ),
    actions=(*ACTIONS, "document.delete"),
    requires=TO_DMP,
    couloirs=LABORATORY,
)
async def deleted_report(play: Play) -> None:
    """The biologist takes back a report that was filed; no access authorisation is needed for it."""
    patient = play.patient("PAT-08")
    await signed_in(play, "UC2.07")
    await admitted(play, "UC2.07", patient)
    wanted = report(play, patient, "260108", lab_orders.ROUTINE, ["dmp"])
    async with play.step("UC2.07.3", Sentence("Dépôt", "Filing"), also=AROUND) as step:
        await step.act("document.send", **wanted)
        former = await filed(step, patient)
    async with play.step("UC2.07.4", Sentence("Suppression", "Deletion"), also=AROUND) as step:
        await step.act("document.delete", **next_version(wanted, former))
        await step.expect("dmp.TD3.3c", outcome="accepted", facts=named(patient))


@scenario(
    id="UC2.08",
    title=Sentence(
        "Compte rendu masqué aux professionnels après son dépôt", "Report masked to professionals after it was filed"
    ),
    actions=(*ACTIONS, "document.hide"),
    requires=(*TO_DMP, "dmp.hide"),
    couloirs=LABORATORY,
)
async def report_masked_afterwards(play: Play) -> None:
    """The patient asks for it once the report is in the DMP: its metadata change, and nothing else of it."""
    patient = play.patient("PAT-04")
    await signed_in(play, "UC2.08")
    await admitted(play, "UC2.08", patient)
    wanted = report(play, patient, "260110", lab_orders.ROUTINE, ["dmp"])
    async with play.step("UC2.08.3", Sentence("Dépôt", "Filing"), also=AROUND) as step:
        await step.act("document.send", **wanted)
        former = await filed(step, patient)
    async with play.step("UC2.08.4", Sentence("Masquage", "Masking"), also=AROUND) as step:
        hidden = next_version(wanted, former)
        hidden["document"] = hidden["document"] | {"visibility": ["MASQUE_PS"]}
        await step.act("document.hide", **hidden)
        await step.expect("dmp.TD3.3a", outcome="accepted", facts=named(patient))


@scenario(
    id="UC2.09",
    title=Sentence(
        "Résultat sous-traité : repris dans le compte rendu, rien ne part à part",
        "Subcontracted result: taken over in the report, nothing leaves on its own",
    ),
    actions=ACTIONS,
    requires=(*TO_DMP, "mss.send.pro"),
    couloirs=LABORATORY,
)
async def subcontracted_result(play: Play) -> None:
    """Another laboratory found one of the results of the order."""
    patient = play.patient("PAT-03")
    await signed_in(play, "UC2.09")
    await admitted(play, "UC2.09", patient)
    title = Sentence("Validation du compte rendu", "The report is validated")
    async with play.step("UC2.09.3", title, also=AROUND) as step:
        ways = ("dmp", to_prescriber(play))
        await step.act("document.send", **report(play, patient, "260111", lab_orders.SUBCONTRACTED, ways))
        await filed(step, patient)
        await mailed(step, prescriber_box(play))
