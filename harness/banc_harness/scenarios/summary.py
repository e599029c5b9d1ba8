"""UC3: the medical summary (VSM) that the treating doctor keeps: filed, replaced at the next visit, deleted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from banc_harness.play import Play, Step, scenario
from banc_harness.scenarios.discharge_letter import admitted, named, signed_in
from banc_harness.scenarios.practice_charts import FIRST_VISIT, NEXT_VISIT, QUIET, Chart
from banc_standards.errors import Sentence

if TYPE_CHECKING:
    from banc_fixtures.patients import Patient
    from banc_harness.trace import Exchange

PRACTICE = ("ville",)
TREATING = ("medecin-traitant",)
ACTIONS = ("auth.login", "patient.create", "patient.qualify", "document.send")
TO_DMP = ("psc.code", "insi.traits", "dmp.feed")
EVERYWHERE = (*TO_DMP, "mss.send.pro", "mss.send.patient")
AROUND = ("psc.*", "dmp.*", "mssante.*")
COLLEAGUE = "P01"
"""The cardiologist who looks after the patient too."""


def summary(
    play: Play,
    patient: Patient,
    chart: Chart,
    recipients: Iterable[str] = ("dmp",),
    *,
    visibility: Sequence[str] = (),
) -> dict[str, Any]:
    """The input of ``document.send``: the summary of a chart as the doctor knows it today, for those recipients."""
    return {
        "patient": patient,
        "professional": play.professional(),
        "structure": play.structure(),
        "document": {
            "type": "VSM",
            "level": "N3",
            "title": None,
            "replaces": None,
            "visibility": list(visibility),
        },
        "chart": chart,
        "recipients": list(recipients),
    }


def again(wanted: dict[str, Any], former: Exchange | None) -> dict[str, Any]:
    """The input of ``document.replace`` and ``document.delete``: the summary that was filed, by its id."""
    documents = (former.fact("documents") if former else None) or [None]
    return wanted | {"document": wanted["document"] | {"id": documents[0], "replaces": documents[0]}}


def everyone(play: Play) -> tuple[str, ...]:
    """The DMP, the colleague and the patient, as recipients of CONTRACTS §9."""
    return ("dmp", to_colleague(play), "patient")


def to_colleague(play: Play) -> str:
    """The colleague as a recipient of CONTRACTS §9."""
    return f"pro:{play.mailbox(play.professional(COLLEAGUE))}"


async def filed(step: Step, patient: Patient) -> Exchange | None:
    """Waits for the summary in the DMP, asked about beforehand."""
    await step.expect("dmp.TD0.2", outcome="accepted", facts=named(patient))
    return await step.expect("dmp.TD2.1", outcome="accepted", facts=named(patient))


async def mailed(step: Step, play: Play, patient: Patient) -> None:
    """Waits for a mail to the colleague and one to the patient."""
    for box in (play.professional(COLLEAGUE).mailbox, patient.mailbox):
        await step.expect("mssante.submission", outcome="accepted", facts={"recipients": box})


@scenario(
    id="UC3.01",
    title=Sentence("Première synthèse médicale (VSM) déposée au DMP", "First medical summary (VSM) filed in the DMP"),
    actions=ACTIONS,
    requires=TO_DMP,
    profiles=TREATING,
    couloirs=PRACTICE,
)
async def first_summary(play: Play) -> None:
    """The ordinary case: a patient becomes that of a treating doctor, who writes what is known."""
    patient = play.patient("PAT-03")
    await signed_in(play, "UC3.01")
    await admitted(play, "UC3.01", patient)
    title = Sentence("Validation de la première synthèse", "The first summary is validated")
    async with play.step("UC3.01.3", title, also=AROUND) as step:
        await step.act("document.send", **summary(play, patient, FIRST_VISIT))
        await filed(step, patient)


@scenario(
    id="UC3.02",
    title=Sentence(
        "Synthèse au DMP, à un confrère et au patient, puis remplacée partout à la visite suivante",
        "Summary to the DMP, a colleague and the patient, then replaced everywhere at the next visit",
    ),
    actions=(*ACTIONS, "document.replace"),
    requires=EVERYWHERE,
    profiles=TREATING,
    couloirs=PRACTICE,
)
async def next_visit(play: Play) -> None:
    """One more disease and one more allergy, a treatment stopped and another begun: the new summary takes over."""
    patient = play.patient("PAT-09")
    await signed_in(play, "UC3.02")
    await admitted(play, "UC3.02", patient)
    first = Sentence("Première visite", "First visit")
    async with play.step("UC3.02.3", first, also=AROUND) as step:
        await step.act("document.send", **summary(play, patient, FIRST_VISIT, everyone(play)))
        former = await filed(step, patient)
        await mailed(step, play, patient)
    following = Sentence(
        "Visite suivante : la synthèse est mise à jour", "Next visit: the summary is brought up to date"
    )
    async with play.step("UC3.02.4", following, also=AROUND) as step:
        await step.act("document.replace", **again(summary(play, patient, NEXT_VISIT, everyone(play)), former))
        await filed(step, patient)
        await mailed(step, play, patient)


@scenario(
    id="UC3.03",
    title=Sentence(
        "Deux patients à la suite : chacun sa synthèse, l'une pleine, l'autre sans rien à dire",
        "Two patients in a row: each one's own summary, one full, one with nothing to tell",
    ),
    actions=ACTIONS,
    requires=TO_DMP,
    profiles=TREATING,
    couloirs=PRACTICE,
)
async def two_patients(play: Play) -> None:
    """The second chart is empty: its summary says so, and nothing of the first one's."""
    full, quiet = play.patient("PAT-12"), play.patient("PAT-05")
    await signed_in(play, "UC3.03")
    await admitted(play, "UC3.03", full)
    title = Sentence("Synthèse d'un dossier fourni", "Summary of a full chart")
    async with play.step("UC3.03.3", title, also=AROUND) as step:
        await step.act("document.send", **summary(play, full, NEXT_VISIT))
        await filed(step, full)
    title = Sentence("Synthèse d'un dossier vide", "Summary of an empty chart")
    async with play.step("UC3.03.4", title, also=(*AROUND, "insi.*")) as step:
        await step.act("patient.create", patient=quiet, opposed=[])
        await step.act(
            "patient.qualify",
            patient=quiet,
            identity_document="CNI",
            professional=play.professional(),
            structure=play.structure(),
        )
        await step.expect("insi.WS_INS2", code="00")
        await step.act("document.send", **summary(play, quiet, QUIET))
        await filed(step, quiet)


@scenario(
    id="UC3.04",
    title=Sentence(
        "Une synthèse déjà remplacée n'est pas remplacée de nouveau", "A summary replaced already is not replaced again"
    ),
    actions=(*ACTIONS, "document.replace"),
    requires=TO_DMP,
    profiles=TREATING,
    couloirs=PRACTICE,
)
async def replaced_twice(play: Play) -> None:
    """The user opens the first summary although the second one holds: the software refuses, or updates the second."""
    patient = play.patient("PAT-17")
    await signed_in(play, "UC3.04")
    await admitted(play, "UC3.04", patient)
    async with play.step("UC3.04.3", Sentence("Première synthèse", "First summary"), also=AROUND) as step:
        await step.act("document.send", **summary(play, patient, FIRST_VISIT))
        first = await filed(step, patient)
    async with play.step("UC3.04.4", Sentence("Visite suivante", "Next visit"), also=AROUND) as step:
        await step.act("document.replace", **again(summary(play, patient, NEXT_VISIT), first))
        await filed(step, patient)
    title = Sentence("Mise à jour demandée de la première synthèse", "The first summary is to be updated")
    async with play.step("UC3.04.5", title, also=AROUND) as step:
        await step.act("document.replace", **again(summary(play, patient, QUIET), first))


@scenario(
    id="UC3.05",
    title=Sentence(
        "Synthèse déposée par erreur : elle est supprimée du DMP",
        "Summary filed by mistake: it is deleted from the DMP",
    ),
    actions=(*ACTIONS, "document.delete"),
    requires=TO_DMP,
    profiles=TREATING,
    couloirs=PRACTICE,
)
async def deleted_summary(play: Play) -> None:
    """The doctor takes back a summary that was filed; no access authorisation is needed for it."""
    patient = play.patient("PAT-08")
    await signed_in(play, "UC3.05")
    await admitted(play, "UC3.05", patient)
    wanted = summary(play, patient, FIRST_VISIT)
    async with play.step("UC3.05.3", Sentence("Dépôt", "Filing"), also=AROUND) as step:
        await step.act("document.send", **wanted)
        former = await filed(step, patient)
    async with play.step("UC3.05.4", Sentence("Suppression", "Deletion"), also=AROUND) as step:
        await step.act("document.delete", **again(wanted, former))
        await step.expect("dmp.TD3.3c", outcome="accepted", facts=named(patient))


@scenario(
    id="UC3.06",
    title=Sentence(
        "Synthèse masquée ou invisible : la visibilité demandée est dite",
        "Masked or hidden summary: the visibility asked for is told",
    ),
    actions=ACTIONS,
    requires=TO_DMP,
    profiles=TREATING,
    couloirs=PRACTICE,
)
async def masked_summary(play: Play) -> None:
    """One patient has it masked to professionals; another must first be told about a disease."""
    settings = (
        ("PAT-35", "MASQUE_PS", Sentence("Masquée aux professionnels", "Masked to professionals")),
        ("PAT-14", "INVISIBLE_PATIENT", Sentence("Invisible au patient", "Hidden from the patient")),
    )
    await signed_in(play, "UC3.06")
    for rank, (name, visibility, title) in enumerate(settings, 2):
        patient = play.patient(name)
        async with play.step(f"UC3.06.{rank}", title, also=(*AROUND, "insi.*")) as step:
            await step.act("patient.create", patient=patient, opposed=[])
            await step.act(
                "patient.qualify",
                patient=patient,
                identity_document="CNI",
                professional=play.professional(),
                structure=play.structure(),
            )
            await step.expect("insi.WS_INS2", code="00")
            await step.act("document.send", **summary(play, patient, FIRST_VISIT, visibility=[visibility]))
            await filed(step, patient)


@scenario(
    id="UC3.07",
    title=Sentence(
        "Synthèse pour un confrère seulement : elle n'est pas déposée au DMP",
        "Summary for a colleague only: it is not filed in the DMP",
    ),
    actions=ACTIONS,
    requires=("psc.code", "insi.traits", "mss.send.pro"),
    profiles=TREATING,
    couloirs=PRACTICE,
)
async def held_back(play: Play) -> None:
    """The doctor keeps this summary out of the DMP."""
    patient = play.patient("PAT-15")
    await signed_in(play, "UC3.07")
    await admitted(play, "UC3.07", patient)
    title = Sentence("Envoi au confrère, dépôt au DMP retenu", "Sent to the colleague, held back from the DMP")
    async with play.step("UC3.07.3", title, also=AROUND) as step:
        await step.act("document.send", **summary(play, patient, FIRST_VISIT, [to_colleague(play)]))
        box = play.professional(COLLEAGUE).mailbox
        await step.expect("mssante.submission", outcome="accepted", facts={"recipients": box})
