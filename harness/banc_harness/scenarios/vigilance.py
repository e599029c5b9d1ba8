"""INS, identity vigilance: the life of an identity in the software, from typed to qualified and back (RNIV)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from banc_fixtures.patients import Patient
from banc_harness.play import Play, Step, scenario
from banc_harness.scenarios import lab_orders, practice_charts
from banc_harness.scenarios.discharge_letter import letter, signed_in
from banc_harness.scenarios.lab_results import report
from banc_harness.scenarios.summary import summary
from banc_standards.errors import Sentence

PROFILE = "identitovigilance"
ACTIONS = ("auth.login", "patient.create", "patient.qualify")
NEEDS = ("psc.code", "insi.traits")
AROUND = ("psc.*", "insi.*", "dmp.*", "mssante.*")


def document_of(
    play: Play, who: Patient | dict[str, Any], recipients: Iterable[str] = ("dmp",), *, visit: int = 1
) -> dict[str, Any]:
    """The input of ``document.send``: what a software of this kind writes of a patient at a visit."""
    about = play.patient(str(who["id"])) if isinstance(who, dict) else who
    match play.sut.software_type:
        case "SGL":
            asked = report(play, about, f"{about.local_id}-{visit}", lab_orders.ROUTINE, recipients)
        case "LGC":
            asked = summary(play, about, practice_charts.FIRST_VISIT, recipients)
        case _:
            asked = letter(play, about) | {"recipients": list(recipients)}
    return asked | {"patient": who}


async def qualify(step: Step, play: Play, who: Patient | dict[str, Any], papers: str | None) -> None:
    """The front desk checks the papers, if any, and asks INSi."""
    await step.act(
        "patient.qualify",
        patient=who,
        identity_document=papers,
        professional=play.professional(),
        structure=play.structure(),
    )


@scenario(
    id="INS.21",
    title=Sentence(
        "Les quatre statuts : provisoire, récupérée, qualifiée ; validée quand INSi ne trouve rien ou est en panne",
        "The four statuses: provisional, retrieved, qualified; validated when INSi finds nobody or fails",
    ),
    actions=ACTIONS,
    requires=NEEDS,
    profiles=(PROFILE,),
)
async def statuses(play: Play) -> None:
    """INSi alone retrieves, papers on top qualify; papers alone validate."""
    await signed_in(play, "INS.21")
    first, second = play.patient("PAT-01"), play.patient("PAT-25")
    async with play.step("INS.21.2", Sentence("INSi sans pièce", "INSi without papers"), also=AROUND) as step:
        await step.act("patient.create", patient=first, opposed=[])
        await qualify(step, play, first, None)
        await step.expect("insi.WS_INS2", code="00")
    async with play.step("INS.21.3", Sentence("La pièce vient ensuite", "The papers come next"), also=AROUND) as step:
        await qualify(step, play, first, "CNI")
        await step.expect("insi.WS_INS2", code="00")
    nobody = Sentence("Pièce vérifiée, inconnue d'INSi", "Papers checked, unknown to INSi")
    async with play.step("INS.21.4", nobody, also=AROUND) as step:
        await step.act("patient.create", patient=second, opposed=[])
        await qualify(step, play, second, "CNI")
        await step.expect("insi.WS_INS2", code="01")
    third = play.patient("PAT-02")
    down = Sentence("Pièce vérifiée, INSi en panne", "Papers checked, INSi down")
    async with play.step("INS.21.5", down, also=AROUND) as step:
        await step.act("patient.create", patient=third, opposed=[])
        await step.arm_fault("insi.insi_102", times=None)
        await qualify(step, play, third, "CNI")
        await step.expect("insi.WS_INS2", code="insi_102")
        await step.clear_faults()
    async with play.step("INS.21.6", Sentence("INSi revient", "INSi is back"), also=AROUND) as step:
        await qualify(step, play, third, None)
        await step.expect("insi.WS_INS2", code="00")


@scenario(
    id="INS.22",
    title=Sentence(
        "Identités douteuse et fictive : INSi n'est pas appelé, le statut reste provisoire",
        "Doubtful and fictitious identities: INSi is not called, the status stays provisional",
    ),
    actions=(*ACTIONS, "document.send"),
    requires=(*NEEDS, "dmp.feed"),
    profiles=(PROFILE,),
)
async def blocked(play: Play) -> None:
    """Two people marked so before INSi was ever called, one who was qualified already; nothing leaves with an INS
    before it is qualified, nor once it is marked.
    """
    await signed_in(play, "INS.22")
    cases = (("PAT-02", "DOUT", "Identité douteuse", "Doubtful"), ("PAT-03", "FICT", "Identité fictive", "Fictitious"))
    for rank, (name, attribute, fr, en) in enumerate(cases, 2):
        who = play.patient(name)
        async with play.step(f"INS.22.{rank}", Sentence(fr, en), also=AROUND) as step:
            await step.act("patient.create", patient=who, opposed=[], attributes=[attribute])
            await qualify(step, play, who, "CNI")
    who = play.patient("PAT-01")
    async with play.step("INS.22.4", Sentence("Tout juste créée", "Just created"), also=AROUND) as step:
        await step.act("patient.create", patient=who, opposed=[])
        await step.act("document.send", **document_of(play, who))
    async with play.step("INS.22.5", Sentence("D'abord qualifiée", "Qualified first"), also=AROUND) as step:
        await qualify(step, play, who, "CNI")
        await step.expect("insi.WS_INS2", code="00")
    async with play.step("INS.22.6", Sentence("Puis douteuse", "Then doubtful"), also=AROUND) as step:
        await step.act("patient.create", patient=who, opposed=[], edit=True, attributes=["DOUT"])
        await step.act("document.send", **document_of(play, who, visit=2))


@scenario(
    id="INS.23",
    title=Sentence(
        "Un trait strict change : l'identité perd sa confiance, le matricule ne sort plus",
        "A strict trait changes: the identity loses its trust, the matricule no longer leaves",
    ),
    actions=(*ACTIONS, "document.send"),
    requires=(*NEEDS, "dmp.feed"),
    profiles=(PROFILE,),
)
async def edited(play: Play) -> None:
    """Qualified, then another birth name is typed, then a letter is validated."""
    await signed_in(play, "INS.23")
    who = play.patient("PAT-01")
    async with play.step("INS.23.2", Sentence("Qualification", "Qualification"), also=AROUND) as step:
        await step.act("patient.create", patient=who, opposed=[])
        await qualify(step, play, who, "CNI")
        await step.expect("insi.WS_INS2", code="00")
    async with play.step("INS.23.3", Sentence("Trait strict modifié", "A strict trait is edited"), also=AROUND) as step:
        changed = who.as_json() | {"birth_family": "PEUPLIER"}
        known = {name: value for name, value in changed.items() if name not in ("ins", "ins_oid", "insi", "dmp")}
        await step.act("patient.create", patient=known, opposed=[], edit=True)
        await step.act("document.send", **document_of(play, who))


@scenario(
    id="INS.24",
    title=Sentence(
        "Vérification de l'INS : confirmée, puis refusée ; le matricule part, puis ne part plus",
        "Verification of the INS: confirmed, then refused; the matricule leaves, then no longer does",
    ),
    actions=(*ACTIONS, "identity.verify", "document.send"),
    requires=(*NEEDS, "insi.verify", "dmp.feed"),
    profiles=(PROFILE,),
)
async def verification(play: Play) -> None:
    """OK leaves the identity as it is; KO takes it to provisional, without INS (rule 49)."""
    await signed_in(play, "INS.24")
    who = play.patient("PAT-01")
    people: dict[str, Any] = {"patient": who, "professional": play.professional(), "structure": play.structure()}
    async with play.step("INS.24.2", Sentence("Qualification", "Qualification"), also=AROUND) as step:
        await step.act("patient.create", patient=who, opposed=[])
        await qualify(step, play, who, "CNI")
        await step.expect("insi.WS_INS2", code="00")
    async with play.step("INS.24.3", Sentence("INS confirmé", "INS confirmed"), also=AROUND) as step:
        await step.act("identity.verify", **people)
        await step.expect("insi.WS_INS3", code="00")
        await step.act("document.send", **document_of(play, who))
        await step.expect("dmp.TD2.1", outcome="accepted")
    async with play.step("INS.24.4", Sentence("INS refusé", "INS refused"), also=AROUND) as step:
        await step.arm_fault("insi.answer.code", times=None)
        await step.act("identity.verify", **people)
        await step.expect("insi.WS_INS3", code="01")
        await step.clear_faults()
        await step.act("document.send", **document_of(play, who))
