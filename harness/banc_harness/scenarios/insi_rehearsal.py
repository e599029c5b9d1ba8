"""INS, the CNDA's homologation cases of INSi, rehearsed: what is typed, what INSi answers, what the software keeps.

The people are the published ones of the qualification platform, typed as the cases tell; INSi knows them in every
session. A step asks for one search, so that each exchange belongs to one person.
"""

from __future__ import annotations

from typing import Any

from banc_harness.play import Play, scenario
from banc_harness.scenarios.discharge_letter import signed_in
from banc_standards.errors import Sentence

PROFILE = "cnda-insi"
ACTIONS = ("auth.login", "patient.create", "patient.qualify")
NEEDS = ("psc.code", "insi.traits")
AROUND = ("psc.*", "insi.*")


def typed(id: str, family: str, givens: str, sex: str, born: str, place: str = "") -> dict[str, Any]:
    """What a front desk types of a person of the cases, in the form of any other patient."""
    return {
        "id": id,
        "local_id": id,
        "birth_family": family,
        "birth_givens": givens,
        "first_given": givens.split()[0],
        "sex": sex,
        "birth_date": born,
        "birth_place": place,
    }


async def searched(
    play: Play, step_id: str, title: Sentence, who: dict[str, Any], *, codes: tuple[str | None, ...], **more: Any
) -> None:
    """A step: the person is created, then INSi is asked, without papers; an exchange of each code is expected.

    ``fault`` is armed for as long as the step lasts, ``switches`` for as long as the scenario.
    """
    fault, parameters = more.get("fault"), more.get("parameters")
    async with play.step(step_id, title, also=AROUND) as step:
        if "switches" in more:
            await step.switch(**more["switches"])
        if fault:
            await step.arm_fault(fault, times=None, sequence=(parameters,) if parameters else ())
        if more.get("create", True):
            await step.act("patient.create", patient=who, opposed=[])
        await step.act(
            "patient.qualify",
            patient=who,
            identity_document=more.get("papers"),
            professional=play.professional(),
            structure=play.structure(),
        )
        for code in codes:
            await step.expect("insi.WS_INS2", code=code)
        if fault:
            await step.clear_faults()


@scenario(
    id="INS.01",
    title=Sentence("Nominal : une identité est récupérée", "Nominal: an identity is retrieved"),
    actions=ACTIONS,
    requires=NEEDS,
    profiles=(PROFILE,),
)
async def nominal(play: Play) -> None:
    """One search, one answer."""
    await signed_in(play, "INS.01")
    who = typed("CNDA-N", "Adrun", "Zoé", "F", "1975-12-31")
    await searched(play, "INS.01.2", Sentence("ADRUN ZOE", "ADRUN ZOE"), who, codes=("00",))


@scenario(
    id="INS.02",
    title=Sentence(
        "2.03 cas 1 et 2 : apostrophes, espaces, traits d'union ; lieu en Corse",
        "2.03 cases 1 and 2: apostrophes, spaces, hyphens; a place in Corsica",
    ),
    actions=ACTIONS,
    requires=NEEDS,
    profiles=(PROFILE,),
)
async def separators(play: Play) -> None:
    """The typographic apostrophe becomes a straight one, and nothing else changes."""
    await signed_in(play, "INS.02")
    first = typed("CNDA-203-1", "D’Artagnan de l’Hérault", "Pierre-Alain", "M", "2001-06-17")
    await searched(play, "INS.02.2", Sentence("2.03 cas 1", "2.03 case 1"), first, codes=("00",))
    second = typed("CNDA-203-2", "Adrtrois", "Toussaint", "M", "1960-01-01", "2B020")
    await searched(play, "INS.02.3", Sentence("2.03 cas 2", "2.03 case 2"), second, codes=("00",))


@scenario(
    id="INS.03",
    title=Sentence(
        "2.03 cas 3 : ligatures, puis un caractère sans équivalent, qui bloque l'appel",
        "2.03 case 3: ligatures, then a character without equivalent, which blocks the call",
    ),
    actions=ACTIONS,
    requires=NEEDS,
    profiles=(PROFILE,),
)
async def ligatures(play: Play) -> None:
    """Æ becomes AE; the platform then answers a technical fault. Ł becomes nothing: INSi is not asked."""
    await signed_in(play, "INS.03")
    first = typed("CNDA-203-3", "D'Æion", "Cœur", "M", "1987-01-25")
    await searched(play, "INS.03.2", Sentence("2.03 cas 3", "2.03 case 3"), first, codes=("insi_102",))
    second = typed("CNDA-203-4", "Łuk", "Anna", "F", "1987-01-25")
    title = Sentence("Caractère sans équivalent", "A character without equivalent")
    await searched(play, "INS.03.3", title, second, codes=())


@scenario(
    id="INS.04",
    title=Sentence("2.04 : INS historiques", "2.04: historical INS"),
    actions=ACTIONS,
    requires=NEEDS,
    profiles=(PROFILE,),
)
async def histories(play: Play) -> None:
    """As the service writes it, then as the CNDA's files do: dates before the number, one entry undated."""
    await signed_in(play, "INS.04")
    first = typed("CNDA-204-1", "Ecetinsi", "Pierre-Alain", "M", "2009-07-14")
    await searched(play, "INS.04.2", Sentence("2.04 cas 1", "2.04 case 1"), first, codes=("00",))
    second = first | {"id": "CNDA-204-2", "local_id": "CNDA-204-2"}
    await searched(
        play,
        "INS.04.3",
        Sentence("2.04 cas 2, réponse à l'ordre des fichiers CNDA", "2.04 case 2, in the order of the CNDA's files"),
        second,
        codes=("00",),
        switches={"insi__variant": "cnda"},
    )


@scenario(
    id="INS.05",
    title=Sentence("2.05 : matricule NIA, OID conservé", "2.05: NIA, its OID is kept"),
    actions=ACTIONS,
    requires=NEEDS,
    profiles=(PROFILE,),
)
async def nia(play: Play) -> None:
    """Only the OID tells a NIA from a NIR."""
    await signed_in(play, "INS.05")
    who = typed("CNDA-205", "Provisoire", "Matricule", "M", "2009-07-01")
    await searched(play, "INS.05.2", Sentence("2.05", "2.05"), who, codes=("00",))


@scenario(
    id="INS.06",
    title=Sentence("2.06 : plusieurs identités, puis le lieu les départage", "2.06: several, told apart by the place"),
    actions=ACTIONS,
    requires=NEEDS,
    profiles=(PROFILE,),
)
async def several(play: Play) -> None:
    """Without a place nothing is taken; with it, one identity is left."""
    await signed_in(play, "INS.06")
    first = typed("CNDA-206-1", "de Vinci", "Leonardo", "M", "2014-02-01")
    await searched(play, "INS.06.2", Sentence("2.06 cas 1", "2.06 case 1"), first, codes=("02",))
    second = first | {"id": "CNDA-206-2", "local_id": "CNDA-206-2", "birth_place": "63220"}
    await searched(play, "INS.06.3", Sentence("2.06 cas 2", "2.06 case 2"), second, codes=("02", "00"))


@scenario(
    id="INS.07",
    title=Sentence(
        "2.07 : un prénom après l'autre, puis tous ; l'identité reste introuvable",
        "2.07: one given name after the other, then all; the identity stays unknown",
    ),
    actions=ACTIONS,
    requires=NEEDS,
    profiles=(PROFILE,),
)
async def given_names(play: Play) -> None:
    """The loop stops at the first 00; else it ends with all the given names."""
    await signed_in(play, "INS.07")
    first = typed("CNDA-207-1", "Tchitchi", "Ola Catarina Bella", "F", "1936-06-21")
    await searched(play, "INS.07.2", Sentence("2.07 cas 1", "2.07 case 1"), first, codes=("01", "00"))
    second = typed("CNDA-207-2", "Houilles", "Pierre Paul Jacques", "M", "1993-01-27")
    await searched(play, "INS.07.3", Sentence("2.07 cas 2", "2.07 case 2"), second, codes=("01",) * 4)


@scenario(
    id="INS.08",
    title=Sentence(
        "2.08 : historique égal à l'INS actif, clés publiées qui ne vérifient pas",
        "2.08: history equal to the active INS, published keys that do not verify",
    ),
    actions=ACTIONS,
    requires=NEEDS,
    profiles=(PROFILE,),
)
async def odd_answers(play: Play) -> None:
    """What INSi answers is kept as it is."""
    await signed_in(play, "INS.08")
    first = typed("CNDA-208-1", "Corse", "Anthony", "M", "1980-03-02")
    await searched(play, "INS.08.2", Sentence("2.08 cas 1", "2.08 case 1"), first, codes=("00",))
    second = typed("CNDA-208-2", "Hermann", "Gatien", "M", "1981-03-24")
    await searched(play, "INS.08.3", Sentence("2.08 cas 2", "2.08 case 2"), second, codes=("00",))


@scenario(
    id="INS.09",
    title=Sentence(
        "Droits refusés, puis pannes : l'utilisateur l'apprend, le logiciel n'insiste pas, l'essai suivant réussit",
        "Rights refused, then outages: the user is told, the software does not insist, the next attempt succeeds",
    ),
    actions=ACTIONS,
    requires=NEEDS,
    profiles=(PROFILE,),
)
async def faults(play: Play) -> None:
    """Each documented fault in turn, then a search that works."""
    await signed_in(play, "INS.09")
    who = typed("CNDA-F", "Adrdeux", "Laurent", "M", "1981-01-01")
    for rank, code in enumerate(("desir_550", "desir_560", "desir_1020", "insi_102"), 2):
        title = Sentence(f"Faute {code}", f"Fault {code}")
        await searched(play, f"INS.09.{rank}", title, who, codes=(code,), fault=f"insi.{code}", create=rank == 2)
    broken = typed("CNDA-P", "de Vinci", "Ruth", "F", "1976-07-14")
    await searched(play, "INS.09.6", Sentence("Panne publiée", "Published outage"), broken, codes=("insi_102",))
    again = Sentence("Nouvel essai", "Another attempt")
    await searched(play, "INS.09.7", again, who, codes=("00",), create=False)


@scenario(
    id="INS.10",
    title=Sentence(
        "Réponses à ne pas reprendre : date à 00, trait vide, code inconnu",
        "Answers that may not be imported: date with 00, empty trait, unknown code",
    ),
    actions=ACTIONS,
    requires=NEEDS,
    profiles=(PROFILE,),
)
async def not_importable(play: Play) -> None:
    """INSi answers 00, and nothing of it may be taken."""
    await signed_in(play, "INS.10")
    cases: tuple[tuple[str, dict[str, str], Sentence], ...] = (
        ("partial_date", {"unknown": "day"}, Sentence("Jour de naissance à 00", "Day of birth 00")),
        ("partial_date", {"unknown": "month"}, Sentence("Mois de naissance à 00", "Month of birth 00")),
        ("empty_trait", {"trait": "sex"}, Sentence("Sexe vide", "Empty sex")),
        ("empty_trait", {"trait": "givens"}, Sentence("Prénoms vides", "Empty given names")),
    )
    for rank, (fault, parameters, title) in enumerate(cases, 2):
        who = typed(f"CNDA-I{rank}", "Adrun", "Zoé", "F", "1975-12-31")
        named = f"insi.answer.{fault}"
        await searched(play, f"INS.10.{rank}", title, who, codes=("00",), fault=named, parameters=parameters)


@scenario(
    id="INS.11",
    title=Sentence(
        "Plateforme de qualification : une personne inconnue donne une erreur technique",
        "Qualification platform: an unknown person gives a technical fault",
    ),
    actions=ACTIONS,
    requires=NEEDS,
    profiles=(PROFILE,),
)
async def qualification_platform(play: Play) -> None:
    """The loop on given names stops at a technical fault."""
    await signed_in(play, "INS.11")
    who = typed("CNDA-Q", "Houilles", "Pierre Paul Jacques", "M", "1993-01-27")
    title = Sentence("Personne inconnue", "Unknown person")
    switches = {"insi__unknown_identity": "fault"}
    await searched(play, "INS.11.2", title, who, codes=("insi_102",), switches=switches)
