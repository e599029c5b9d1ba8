"""UC3, the history of a patient: what its reader may not see, what is not there, what has changed, what fails."""

from __future__ import annotations

from banc_harness.play import Play, scenario
from banc_harness.scenarios.discharge_letter import admitted, named, signed_in
from banc_harness.scenarios.history import (
    ACTIONS,
    AROUND,
    EVERYBODY,
    NEEDS,
    READERS,
    YEARS,
    consulting,
    letter,
    report,
    wanted,
)
from banc_standards.errors import Sentence

SEARCHES = ("auth.login", "patient.create", "patient.qualify", "document.search")
SEARCH = Sentence("Recherche dans le DMP", "Search in the DMP")
READING = Sentence("Lecture du document", "The document is read")


@scenario(
    id="UC3.42",
    title=Sentence(
        "Pas encore d'autorisation : le logiciel la pose, puis consulte",
        "No authorisation yet: the software sets it, then consults",
    ),
    actions=SEARCHES,
    requires=NEEDS,
    couloirs=EVERYBODY,
)
async def first_authorisation(play: Play) -> None:
    """TD0.2 says that there is none; TD0.3 sets that of the user, once."""
    who = play.patient("PAT-01")
    await signed_in(play, "UC3.42")
    await admitted(play, "UC3.42", who)
    async with play.step("UC3.42.3", SEARCH, also=AROUND) as step:
        await step.switch(dmp__authorization="INEXISTANTE")
        await step.put_document(letter(play, who, 4201))
        await step.act("document.search", **consulting(play, who, search=wanted(YEARS)))
        await step.expect("dmp.TD0.3", outcome="accepted", facts=named(who))
        await step.expect("dmp.TD3.1", outcome="accepted", facts=named(who))


@scenario(
    id="UC3.43",
    title=Sentence(
        "Deux homonymes : chacun ses documents, la copie dans le bon dossier",
        "Two namesakes: each has their own documents, the copy goes to the right record",
    ),
    actions=ACTIONS,
    requires=NEEDS,
    couloirs=READERS,
)
async def two_namesakes(play: Play) -> None:
    """Same name, same day of birth; then the user asks for the document of the other one, which stays unread."""
    first, second = play.patient("PAT-21"), play.patient("PAT-22")
    await signed_in(play, "UC3.43")
    await admitted(play, "UC3.43", first)
    title = Sentence("Admission du second patient", "The second patient is admitted")
    async with play.step("UC3.43.3", title, also=("psc.*", "insi.*")) as step:
        theirs = await step.put_document(letter(play, first, 4301))
        his = await step.put_document(letter(play, second, 4302))
        await step.act("patient.create", patient=second)
        await step.act(
            "patient.qualify",
            patient=second,
            identity_document="CNI",
            professional=play.professional(),
            structure=play.structure(),
        )
        await step.expect("insi.WS_INS2", code="00")
    async with play.step("UC3.43.4", SEARCH, also=AROUND) as step:
        await step.act("document.search", **consulting(play, second, search=wanted(YEARS)))
        await step.expect("dmp.TD3.1", outcome="accepted", facts=named(second))
    async with play.step("UC3.43.5", READING, also=AROUND) as step:
        await step.act("document.read", **consulting(play, second, documents=[his], file=True))
        await step.expect("dmp.TD3.2", outcome="accepted", facts=named(second))
    other = Sentence("Demande du document de l'homonyme", "The document of the namesake is asked for")
    async with play.step("UC3.43.6", other, also=AROUND) as step:
        await step.act("document.read", **consulting(play, second, documents=[theirs], file=True))


@scenario(
    id="UC3.44",
    title=Sentence(
        "Document masqué : vu en bris de glace seulement ; documents invisibles : vus des professionnels",
        "Masked document: seen with the glass broken only; invisible documents: seen by professionals",
    ),
    actions=ACTIONS,
    requires=NEEDS,
    couloirs=READERS,
)
async def masked_document(play: Play) -> None:
    """Normal access, then the glass is broken with a reason, then normal access again."""
    who = play.patient("PAT-05")
    await signed_in(play, "UC3.44")
    await admitted(play, "UC3.44", who)
    search = wanted(YEARS)
    async with play.step("UC3.44.3", SEARCH, also=AROUND) as step:
        masked = await step.put_document(letter(play, who, 4401), visibility=["MASQUE_PS"])
        await step.put_document(letter(play, who, 4402), visibility=["INVISIBLE_PATIENT"])
        await step.put_document(report(play, who, 4403), visibility=["INVISIBLE_REPRESENTANTS_LEGAUX"])
        await step.act("document.search", **consulting(play, who, search=search))
        await step.expect("dmp.TD3.1", outcome="accepted", facts=named(who))
    reason = "Patient inconscient"
    broken = Sentence("Bris de glace : recherche", "The glass is broken: search")
    async with play.step("UC3.44.4", broken, also=AROUND) as step:
        await step.act("document.search", **consulting(play, who, glass=reason, search=search))
        await step.expect("dmp.TD3.1", outcome="accepted", facts={**named(who), "documents": masked})
    async with play.step("UC3.44.5", READING, also=AROUND) as step:
        await step.act("document.read", **consulting(play, who, glass=reason, documents=[masked], file=False))
        await step.expect("dmp.TD3.2", outcome="accepted", facts=named(who))
    after = Sentence("Retour à l'accès normal", "Back to normal access")
    async with play.step("UC3.44.6", after, also=AROUND) as step:
        await step.act("document.search", **consulting(play, who, search=search))
        await step.expect("dmp.TD3.1", outcome="accepted", facts=named(who))


@scenario(
    id="UC3.45",
    title=Sentence(
        "Professionnel bloqué par le patient : ni consultation, ni nouvelle autorisation",
        "Professional blocked by the patient: neither consultation nor a new authorisation",
    ),
    actions=SEARCHES,
    requires=NEEDS,
    couloirs=EVERYBODY,
)
async def blocked_professional(play: Play) -> None:
    """TD0.2 says INTERDIT: the software stops there."""
    who = play.patient("PAT-02")
    await signed_in(play, "UC3.45")
    await admitted(play, "UC3.45", who)
    async with play.step("UC3.45.3", SEARCH, also=AROUND) as step:
        await step.switch(dmp__blocked=play.professional().idnat)
        await step.act("document.search", **consulting(play, who, search=wanted(YEARS)))
        await step.expect("dmp.TD0.2", facts=named(who))


@scenario(
    id="UC3.46",
    title=Sentence(
        "Patient opposé à la consultation : le DMP n'est pas consulté",
        "Patient who objects to consultation: the DMP is not consulted",
    ),
    actions=SEARCHES,
    requires=NEEDS,
    couloirs=EVERYBODY,
)
async def opposed_to_consultation(play: Play) -> None:
    """The refusal is recorded in the software, which obeys it; the DMP itself would have let it in."""
    who = play.patient("PAT-10")
    await signed_in(play, "UC3.46")
    await admitted(play, "UC3.46", who, opposed=("consult",))
    async with play.step("UC3.46.3", SEARCH, also=AROUND) as step:
        await step.act("document.search", **consulting(play, who, search=wanted(YEARS)))


@scenario(
    id="UC3.47",
    title=Sentence("DMP fermé : il n'est pas consulté", "Closed DMP: it is not consulted"),
    actions=SEARCHES,
    requires=NEEDS,
    couloirs=READERS,
)
async def closed_record(play: Play) -> None:
    """TD0.2 tells that the record is closed."""
    who = play.patient("PAT-29")
    await signed_in(play, "UC3.47")
    await admitted(play, "UC3.47", who)
    async with play.step("UC3.47.3", SEARCH, also=AROUND) as step:
        await step.act("document.search", **consulting(play, who, search=wanted(YEARS)))
        await step.expect("dmp.TD0.2", facts=named(who))


@scenario(
    id="UC3.48",
    title=Sentence("DMP jamais créé : il n'est pas consulté", "No DMP: it is not consulted"),
    actions=SEARCHES,
    requires=NEEDS,
    couloirs=READERS,
)
async def absent_record(play: Play) -> None:
    """TD0.2 tells that there is no record."""
    who = play.patient("PAT-32")
    await signed_in(play, "UC3.48")
    await admitted(play, "UC3.48", who)
    async with play.step("UC3.48.3", SEARCH, also=AROUND) as step:
        await step.act("document.search", **consulting(play, who, search=wanted(YEARS)))
        await step.expect("dmp.TD0.2", facts=named(who))


@scenario(
    id="UC3.49",
    title=Sentence(
        "Aucun document, puis beaucoup trop : l'utilisateur l'apprend",
        "No document, then far too many: the user is told",
    ),
    actions=SEARCHES,
    requires=NEEDS,
    couloirs=READERS,
)
async def none_then_too_many(play: Play) -> None:
    """An empty list is an answer; XDSTooManyResults is an error, which the user reads."""
    who = play.patient("PAT-12")
    await signed_in(play, "UC3.49")
    await admitted(play, "UC3.49", who)
    none = Sentence("Recherche qui ne trouve rien", "A search that finds nothing")
    async with play.step("UC3.49.3", none, also=AROUND) as step:
        await step.act("document.search", **consulting(play, who, search=wanted(YEARS)))
        await step.expect("dmp.TD3.1", outcome="accepted", facts=named(who))
    many = Sentence("Recherche qui trouve trop de documents", "A search that finds too many documents")
    async with play.step("UC3.49.4", many, also=AROUND) as step:
        await step.put_document(letter(play, who, 4901))
        await step.put_document(report(play, who, 4902))
        await step.switch(dmp__most_results=1)
        await step.act("document.search", **consulting(play, who, search=wanted(YEARS)))
        await step.expect("dmp.TD3.1", outcome="refused", code="XDSTooManyResults", facts=named(who))


@scenario(
    id="UC3.51",
    title=Sentence(
        "Lettre remplacée depuis la recherche : la version en vigueur est lue",
        "Letter replaced since the search: the current version is read",
    ),
    actions=ACTIONS,
    requires=NEEDS,
    couloirs=READERS,
)
async def replaced_meanwhile(play: Play) -> None:
    """The list is of before the correction; afterwards the user wants the obsolete versions too, which say so."""
    who = play.patient("PAT-08")
    await signed_in(play, "UC3.51")
    await admitted(play, "UC3.51", who)
    async with play.step("UC3.51.3", SEARCH, also=AROUND) as step:
        former = await step.put_document(letter(play, who, 5101))
        await step.act("document.search", **consulting(play, who, search=wanted(YEARS)))
        await step.expect("dmp.TD3.1", outcome="accepted", facts=named(who))
    async with play.step("UC3.51.4", READING, also=AROUND) as step:
        series = f"{former.removeprefix('urn:oid:')}.0"
        version = letter(play, who, 5102, (2025, 3, 11, 9, 0), version=2, replaces=former, series=series)
        await step.put_document(version, replaces=former)
        await step.act("document.read", **consulting(play, who, documents=[former], file=False))
        await step.expect("dmp.TD3.2", outcome="accepted", facts=named(who))
    obsolete = Sentence("Recherche avec les versions obsolètes", "Search with the obsolete versions")
    async with play.step("UC3.51.5", obsolete, also=AROUND) as step:
        search = wanted(YEARS, statuses=("current", "obsolete"))
        await step.act("document.search", **consulting(play, who, search=search))
        await step.expect("dmp.TD3.1", outcome="accepted", facts=named(who))


@scenario(
    id="UC3.52",
    title=Sentence(
        "Document altéré, puis document que le DMP ne rend plus : rien de faux n'est montré",
        "Altered document, then one that the DMP no longer gives: nothing wrong is shown",
    ),
    actions=ACTIONS,
    requires=NEEDS,
    couloirs=READERS,
)
async def altered_then_unknown(play: Play) -> None:
    """One octet changed on its way; then the DMP answers that it does not know the document."""
    who = play.patient("PAT-11")
    await signed_in(play, "UC3.52")
    await admitted(play, "UC3.52", who)
    async with play.step("UC3.52.3", SEARCH, also=AROUND) as step:
        found = await step.put_document(letter(play, who, 5201))
        await step.act("document.search", **consulting(play, who, search=wanted(YEARS)))
        await step.expect("dmp.TD3.1", outcome="accepted", facts=named(who))
    altered = Sentence("Lecture d'un document altéré", "An altered document is read")
    async with play.step("UC3.52.4", altered, also=AROUND) as step:
        await step.arm_fault("dmp.altered_document")
        await step.act("document.read", **consulting(play, who, documents=[found], file=True))
        await step.expect("dmp.TD3.2", fault="dmp.altered_document", facts=named(who))
    unknown = Sentence("Lecture d'un document que le DMP ne rend plus", "The DMP no longer gives the document")
    async with play.step("UC3.52.5", unknown, also=AROUND) as step:
        await step.arm_fault("dmp.partial_success")
        await step.act("document.read", **consulting(play, who, documents=[found], file=True))
        await step.expect("dmp.TD3.2", code="XDSDocumentUniqueIdError", facts=named(who))


@scenario(
    id="UC3.53",
    title=Sentence(
        "DMP en panne, puis registre occupé : l'utilisateur l'apprend",
        "DMP down, then a busy registry: the user is told",
    ),
    actions=SEARCHES,
    requires=NEEDS,
    couloirs=READERS,
)
async def outage(play: Play) -> None:
    """Neither failure is shown as an empty list."""
    who = play.patient("PAT-04")
    await signed_in(play, "UC3.53")
    await admitted(play, "UC3.53", who)
    down = Sentence("Recherche, DMP en panne", "Search, the DMP is down")
    async with play.step("UC3.53.3", down, also=AROUND) as step:
        await step.arm_fault("dmp.down", times=None)
        await step.act("document.search", **consulting(play, who, search=wanted(YEARS)))
        await step.expect(("dmp.TD0.2", "dmp.TD3.1"), fault="dmp.down")
        await step.clear_faults()
    busy = Sentence("Recherche, registre occupé", "Search, the registry is busy")
    async with play.step("UC3.53.4", busy, also=AROUND) as step:
        await step.arm_fault("dmp.registry_busy")
        await step.act("document.search", **consulting(play, who, search=wanted(YEARS)))
        await step.expect("dmp.TD3.1", outcome="refused", code="XDSRegistryBusy", facts=named(who))
