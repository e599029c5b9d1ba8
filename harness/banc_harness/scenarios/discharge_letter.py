"""UC1: the discharge letter of a hospital stay, filed in the patient's DMP, and what must happen when it cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from banc_harness.play import Play, scenario
from banc_standards.errors import Sentence

if TYPE_CHECKING:
    from banc_fixtures.patients import Patient
    from banc_harness.trace import Exchange

ACTIONS = ("auth.login", "patient.create", "patient.qualify", "document.send")
NEEDS = ("psc.code", "insi.traits", "dmp.feed")
HOSPITAL = ("hopital",)

ACCESS_TOKEN_DEAD_S = 150
"""Past the two minutes of an access token, in seconds (psc.md §2.3)."""
SESSION_DEAD_S = 45 * 60
"""Past the thirty idle minutes of a refresh token, in seconds (psc.md §2.3)."""


async def signed_in(play: Play, number: str) -> None:
    """First step: the professional of the description signs in with Pro Santé Connect."""
    professional = play.professional()
    async with play.step(
        f"{number}.1", Sentence("Connexion par Pro Santé Connect", "Sign-in"), also=("psc.*",)
    ) as step:
        await step.login(professional)
        await step.act("auth.login", professional=professional)
        await step.expect("psc.authorization", outcome="accepted")
        await step.expect("psc.token", outcome="accepted")


async def admitted(
    play: Play,
    number: str,
    patient: Patient,
    *,
    code: str | None = "00",
    papers: str | None = "CNI",
    opposed: tuple[str, ...] = (),
) -> None:
    """Second step: the front desk creates the patient, checks the ``papers`` and asks INSi, which answers ``code``.

    ``opposed`` are refusals that the patient states there, beside those of the population (``mail.patient``).
    """
    title = Sentence("Admission et qualification de l'identité", "Admission and qualification of the identity")
    async with play.step(f"{number}.2", title, also=("psc.*", "insi.*")) as step:
        await step.act("patient.create", patient=patient, opposed=sorted({*patient.opposed, *opposed}))
        await step.act(
            "patient.qualify",
            patient=patient,
            identity_document=papers,
            professional=play.professional(),
            structure=play.structure(),
        )
        await step.expect("insi.WS_INS2", code=code)


def letter(play: Play, patient: Patient, level: str = "N3") -> dict[str, Any]:
    """The input of ``document.send``: a discharge letter of this patient for the DMP."""
    return {
        "patient": patient,
        "professional": play.professional(),
        "structure": play.structure(),
        "document": {"type": "LDL-SES", "level": level, "title": None, "replaces": None, "visibility": []},
        "recipients": ["dmp"],
    }


async def filed(play: Play, number: str, patient: Patient, level: str = "N3") -> Exchange | None:
    """Third step: the doctor validates the letter, which reaches the DMP."""
    title = Sentence("Validation de la lettre et dépôt au DMP", "The letter is validated and filed in the DMP")
    async with play.step(f"{number}.3", title, also=("psc.*", "dmp.*")) as step:
        await step.act("document.send", **letter(play, patient, level))
        await step.expect("dmp.TD0.2", outcome="accepted", facts=named(patient))
        return await step.expect("dmp.TD2.1", outcome="accepted", facts=named(patient))


async def withheld(play: Play, number: str, patient: Patient, title: Sentence, *, asks: bool) -> None:
    """Third step of a letter that must not leave: the software may look at the record (``asks``), and files nothing."""
    async with play.step(f"{number}.3", title, also=("psc.*", "dmp.*")) as step:
        await step.act("document.send", **letter(play, patient))
        if asks:
            await step.expect("dmp.TD0.2", facts=named(patient))


def named(patient: Patient) -> dict[str, Any]:
    """The key of a step: the patient's INS."""
    return {"ins": patient.ins.value} if patient.ins else {}


@scenario(
    id="UC1.01",
    title=Sentence(
        "Lettre de liaison structurée (N3) déposée au DMP", "Structured discharge letter (N3) filed in the DMP"
    ),
    actions=ACTIONS,
    requires=NEEDS,
    couloirs=HOSPITAL,
)
async def structured_letter(play: Play) -> None:
    """The ordinary case, with the patient of the published examples: composed given names, an open record."""
    patient = play.patient("PAT-03")
    await signed_in(play, "UC1.01")
    await admitted(play, "UC1.01", patient)
    await filed(play, "UC1.01", patient)


@scenario(
    id="UC1.02",
    title=Sentence("Lettre de liaison en PDF (N1) déposée au DMP", "Discharge letter as a PDF (N1) filed in the DMP"),
    actions=ACTIONS,
    requires=NEEDS,
    couloirs=HOSPITAL,
)
async def unstructured_letter(play: Play) -> None:
    """The level 1 form: a Corsican birth place, the PDF under the common header."""
    patient = play.patient("PAT-11")
    await signed_in(play, "UC1.02")
    await admitted(play, "UC1.02", patient)
    await filed(play, "UC1.02", patient, "N1")


@scenario(
    id="UC1.03",
    title=Sentence("Patient inconnu d'INSi : rien ne part au DMP", "Patient unknown to INSi: nothing goes to the DMP"),
    actions=ACTIONS,
    requires=NEEDS,
    couloirs=HOSPITAL,
)
async def unknown_patient(play: Play) -> None:
    """INSi answers 01: the identity stays without matricule, and the letter stays in the hospital."""
    patient = play.patient("PAT-25")
    await signed_in(play, "UC1.03")
    await admitted(play, "UC1.03", patient, code="01")
    title = Sentence("Validation de la lettre d'une identité non qualifiée", "The identity is not qualified")
    await withheld(play, "UC1.03", patient, title, asks=False)


@scenario(
    id="UC1.04",
    title=Sentence(
        "Plusieurs identités trouvées par INSi : rien ne part au DMP",
        "INSi finds several identities: nothing goes to the DMP",
    ),
    actions=ACTIONS,
    requires=NEEDS,
    couloirs=HOSPITAL,
)
async def several_patients(play: Play) -> None:
    """INSi answers 02 whatever is added: the identity stays without matricule."""
    patient = play.patient("PAT-41")
    await signed_in(play, "UC1.04")
    await admitted(play, "UC1.04", patient, code="02")
    title = Sentence("Validation de la lettre d'une identité non qualifiée", "The identity is not qualified")
    await withheld(play, "UC1.04", patient, title, asks=False)


@scenario(
    id="UC1.05",
    title=Sentence("DMP fermé : la lettre n'y est pas déposée", "Closed DMP: the letter is not filed"),
    actions=ACTIONS,
    requires=NEEDS,
    couloirs=HOSPITAL,
)
async def closed_record(play: Play) -> None:
    """TD0.2 tells that the record is closed; nothing is submitted to it."""
    patient = play.patient("PAT-29")
    await signed_in(play, "UC1.05")
    await admitted(play, "UC1.05", patient)
    title = Sentence("Validation de la lettre, DMP fermé", "The letter is validated, the record is closed")
    await withheld(play, "UC1.05", patient, title, asks=True)


@scenario(
    id="UC1.06",
    title=Sentence("DMP jamais créé : la lettre n'y est pas déposée", "No DMP: the letter is not filed"),
    actions=ACTIONS,
    requires=NEEDS,
    couloirs=HOSPITAL,
)
async def absent_record(play: Play) -> None:
    """TD0.2 tells that there is no record; nothing is submitted."""
    patient = play.patient("PAT-32")
    await signed_in(play, "UC1.06")
    await admitted(play, "UC1.06", patient)
    title = Sentence("Validation de la lettre, DMP inexistant", "The letter is validated, there is no record")
    await withheld(play, "UC1.06", patient, title, asks=True)


@scenario(
    id="UC1.07",
    title=Sentence(
        "Patient opposé à l'alimentation : la lettre ne part pas au DMP",
        "Patient who objects to feeding: the letter does not go to the DMP",
    ),
    actions=ACTIONS,
    requires=NEEDS,
    couloirs=HOSPITAL,
)
async def opposed_patient(play: Play) -> None:
    """The opposition is recorded in the software, which obeys it; the DMP itself would have taken the letter."""
    patient = play.patient("PAT-30")
    await signed_in(play, "UC1.07")
    await admitted(play, "UC1.07", patient)
    title = Sentence("Validation de la lettre d'un patient opposé", "The letter of a patient who objects")
    await withheld(play, "UC1.07", patient, title, asks=False)


@scenario(
    id="UC1.08",
    title=Sentence(
        "DMP en panne puis rétabli : la lettre arrive une fois", "DMP down, then up: the letter arrives once"
    ),
    actions=ACTIONS,
    requires=NEEDS,
    couloirs=HOSPITAL,
)
async def outage(play: Play) -> None:
    """The DMP is down, then takes the letter without its answer coming back; the same letter is filed, once."""
    patient = play.patient("PAT-08")
    await signed_in(play, "UC1.08")
    await admitted(play, "UC1.08", patient)
    down = Sentence("Validation de la lettre, DMP en panne", "The letter is validated, the DMP is down")
    async with play.step("UC1.08.3", down, also=("psc.*", "dmp.*")) as step:
        await step.arm_fault("dmp.down", times=None)
        await step.act("document.send", **letter(play, patient))
        await step.expect(("dmp.TD0.2", "dmp.TD2.1"), fault="dmp.down")
        await step.clear_faults()
    lost = Sentence("Nouvel envoi, dont la réponse se perd", "Sent again, the answer gets lost")
    async with play.step("UC1.08.4", lost, also=("psc.*", "dmp.*")) as step:
        await step.arm_fault("dmp.lost_answer", match={"operation": "dmp.TD2.1"})
        await step.act("document.send", **letter(play, patient))
        await step.expect("dmp.TD2.1", fault="dmp.lost_answer", facts=named(patient))
    again = Sentence("Nouvel envoi, DMP rétabli", "Sent again, the DMP is back")
    async with play.step("UC1.08.5", again, also=("psc.*", "dmp.*")) as step:
        await step.act("document.send", **letter(play, patient))
        await step.expect("dmp.TD2.1", outcome="accepted", facts=named(patient))


@scenario(
    id="UC1.09",
    title=Sentence(
        "Jeton expiré, puis session expirée : rafraîchir, puis se reconnecter",
        "Expired token, then expired session: refresh, then sign in again",
    ),
    actions=(*ACTIONS, "auth.refresh"),
    requires=NEEDS,
    couloirs=HOSPITAL,
)
async def expired_token(play: Play) -> None:
    """The access token dies and is renewed; the session dies, the refusal is obeyed, and the user signs in again."""
    patient = play.patient("PAT-01")
    professional = play.professional()
    await signed_in(play, "UC1.09")
    expired = Sentence("Jeton d'accès expiré : rafraîchissement", "Expired access token: refresh")
    async with play.step("UC1.09.2", expired, also=("psc.*",)) as step:
        await step.clock(offset_s=ACCESS_TOKEN_DEAD_S)
        await step.act("auth.refresh", professional=professional)
        await step.expect("psc.token", outcome="accepted")
    idle = Sentence("Session expirée : rafraîchissement refusé", "Expired session: refused refresh")
    async with play.step("UC1.09.3", idle, also=("psc.*",)) as step:
        await step.clock(offset_s=ACCESS_TOKEN_DEAD_S + SESSION_DEAD_S)
        await step.act("auth.refresh", professional=professional)
        await step.expect("psc.token", outcome="refused", code="invalid_grant")
    back = Sentence("Nouvelle connexion, puis dépôt de la lettre", "Sign-in again, then the letter is filed")
    async with play.step("UC1.09.4", back, also=("psc.*", "insi.*", "dmp.*")) as step:
        await step.clock()
        await step.act("auth.login", professional=professional)
        await step.expect("psc.token", outcome="accepted")
        await step.act("patient.create", patient=patient)
        await step.act(
            "patient.qualify",
            patient=patient,
            identity_document="CNI",
            professional=professional,
            structure=play.structure(),
        )
        await step.expect("insi.WS_INS2", code="00")
        await step.act("document.send", **letter(play, patient))
        await step.expect("dmp.TD2.1", outcome="accepted", facts=named(patient))


@scenario(
    id="UC1.10",
    title=Sentence(
        "Identité récupérée sans pièce d'identité : le matricule ne sort pas",
        "Identity retrieved without papers: the matricule does not leave",
    ),
    actions=ACTIONS,
    requires=NEEDS,
    couloirs=HOSPITAL,
)
async def retrieved_identity(play: Play) -> None:
    """INSi answers 00, but nobody saw an identity document: the identity is *récupérée*, its matricule stays inside."""
    patient = play.patient("PAT-04")
    await signed_in(play, "UC1.10")
    await admitted(play, "UC1.10", patient, papers=None)
    title = Sentence("Validation de la lettre d'une identité récupérée", "The identity is only retrieved")
    await withheld(play, "UC1.10", patient, title, asks=False)


def again(play: Play, patient: Patient, filed: Exchange | None) -> dict[str, Any]:
    """The input of ``document.replace`` and ``document.delete``: the letter that was filed, by its id."""
    wanted = letter(play, patient)
    documents = (filed.fact("documents") if filed else None) or [None]
    return wanted | {"document": wanted["document"] | {"id": documents[0], "replaces": documents[0]}}


@scenario(
    id="UC1.11",
    title=Sentence(
        "Lettre corrigée : la nouvelle version remplace l'ancienne au DMP",
        "Corrected letter: the new version replaces the former one in the DMP",
    ),
    actions=(*ACTIONS, "document.replace"),
    requires=NEEDS,
    couloirs=HOSPITAL,
)
async def replaced_letter(play: Play) -> None:
    """The doctor corrects a letter that was filed; the DMP keeps both versions, and shows the new one."""
    patient = play.patient("PAT-02")
    await signed_in(play, "UC1.11")
    await admitted(play, "UC1.11", patient)
    former = await filed(play, "UC1.11", patient)
    title = Sentence("Correction de la lettre, qui remplace l'ancienne", "The letter is corrected and replaced")
    async with play.step("UC1.11.4", title, also=("psc.*", "dmp.*")) as step:
        await step.act("document.replace", **again(play, patient, former))
        await step.expect("dmp.TD2.1", outcome="accepted", facts=named(patient))


@scenario(
    id="UC1.12",
    title=Sentence(
        "Lettre déposée par erreur : elle est supprimée du DMP",
        "Letter filed by mistake: it is deleted from the DMP",
    ),
    actions=(*ACTIONS, "document.delete"),
    requires=NEEDS,
    couloirs=HOSPITAL,
)
async def deleted_letter(play: Play) -> None:
    """The doctor takes back a letter that was filed; no access authorisation is needed for it."""
    patient = play.patient("PAT-05")
    await signed_in(play, "UC1.12")
    await admitted(play, "UC1.12", patient)
    former = await filed(play, "UC1.12", patient)
    title = Sentence("Suppression de la lettre", "The letter is deleted")
    async with play.step("UC1.12.4", title, also=("psc.*", "dmp.*")) as step:
        await step.act("document.delete", **again(play, patient, former))
        await step.expect("dmp.TD3.3c", outcome="accepted", facts=named(patient))
