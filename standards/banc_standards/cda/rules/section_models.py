"""The models of the sections that the volets share: what each templateId asks of the section that carries it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from banc_standards.cda.names import SIMPLE_OBSERVATION, TREATMENT
from banc_standards.cda.rules.roots import (
    ADVANCE_DIRECTIVE,
    ALLERGY_CONCERN,
    ATTACHMENT,
    CCD,
    ENCOUNTER,
    FAMILY_ORGANIZER,
    FR_SECTION,
    IMMUNIZATION,
    PCC,
    PROBLEM,
    PROBLEM_CONCERN,
    PROCEDURE,
    SOCIAL_HISTORY,
    VITAL_SIGNS,
)

ONCE: Final = (1, 1)
SOME: Final = (1, None)
AT_MOST_ONCE: Final = (0, 1)


@dataclass(frozen=True, slots=True)
class Section:
    """A section model. ``code`` is of LOINC; empty when the published check names none, or several.

    ``together`` are the templateIds that must stand beside ``root``, and ``least`` how many the section declares at
    least. ``entries`` must stand somewhere below it, ``anywhere`` somewhere in the document. ``children`` says how many
    children of a name there are. ``french`` is the templateId of the French model of the same section.
    """

    root: str
    name: str
    code: str
    french: str = ""
    together: tuple[str, ...] = ()
    least: int = 1
    entries: tuple[str, ...] = ()
    anywhere: str = ""
    children: Mapping[str, tuple[int, int | None]] = field(default_factory=dict)


_CHILD_HEALTH: Final = "1.3.6.1.4.1.19376.1.7.3.1.1.13"
_EXAM: Final = f"{PCC}.1.9"

DOCUMENT_STATUS: Final = f"{FR_SECTION}.35"
PDF_COPY: Final = f"{FR_SECTION}.243"
ADDED_DOCUMENTS: Final = f"{FR_SECTION}.37"
DEVICES: Final = f"{PCC}.1.5.3.5"
DEVICES_FR: Final = f"{FR_SECTION}.1"
ACTIVE_PROBLEMS: Final = f"{PCC}.3.6"
SURGERIES: Final = f"{PCC}.3.12"
COMMENTS: Final = "1.3.6.1.4.1.19376.1.4.1.2.16"
RESULTS: Final = f"{PCC}.3.27"
CODED_RESULTS: Final = f"{PCC}.3.28"
PREGNANCIES: Final = f"{PCC}.1.5.3.4"
NEWBORN: Final = f"{PCC}.1.21.2.4"
CANCER: Final = "1.3.6.1.4.1.19376.1.7.3.1.3.14.1"
WORK_RISKS: Final = f"{PCC}.1.5.3.1"

_SECTIONS: Final = (
    Section(DOCUMENT_STATUS, "Statut du document", "33557-0"),
    Section(f"{PCC}.3.1", "Motif, non codé", "42349-1", f"{FR_SECTION}.127"),
    Section(
        f"{PCC}.3.2",
        "Raison de la recommandation",
        "42349-1",
        f"{FR_SECTION}.128",
        least=2,
        entries=(PROBLEM, SIMPLE_OBSERVATION),
    ),
    Section(
        f"{_CHILD_HEALTH}.7",
        "Résultats d'événements",
        "42545-4",
        f"{FR_SECTION}.163",
        together=(f"{PCC}.1.21.2.9",),
        least=2,
        entries=(SIMPLE_OBSERVATION,),
    ),
    Section(f"{PCC}.3.21", "Traitements administrés", "18610-6", f"{FR_SECTION}.145", entries=(TREATMENT,)),
    Section(f"{PCC}.3.22", "Traitements à la sortie", "10183-2", f"{FR_SECTION}.146", entries=(TREATMENT,)),
    Section(f"{PCC}.3.20", "Traitements à l'admission", "42346-7", f"{FR_SECTION}.144", entries=(TREATMENT,)),
    Section(
        f"{PCC}.3.19",
        "Traitements",
        "10160-0",
        f"{FR_SECTION}.143",
        together=(f"{CCD}.8",),
        least=2,
        entries=(TREATMENT,),
    ),
    Section(RESULTS, "Résultats d'examens, non codés", "30954-2"),
    Section(
        CODED_RESULTS,
        "Résultats d'examens",
        "30954-2",
        f"{FR_SECTION}.151",
        together=(RESULTS,),
        least=2,
        entries=(PROCEDURE,),
    ),
    Section(f"{PCC}.3.31", "Plan de soins, non codé", "18776-5", f"{FR_SECTION}.154", together=(f"{CCD}.10",), least=2),
    Section(f"{PCC}.3.36", "Plan de soins", "18776-5", f"{FR_SECTION}.158", together=(f"{CCD}.10",), least=2),
    Section(DEVICES, "Dispositifs médicaux", "46264-8", DEVICES_FR),
    Section(DEVICES_FR, "Dispositifs médicaux", "46264-8"),
    Section(
        f"{PCC}.3.13",
        "Allergies et intolérances",
        "48765-2",
        f"{FR_SECTION}.137",
        together=(f"{CCD}.2",),
        least=2,
        entries=(ALLERGY_CONCERN,),
    ),
    Section(ACTIVE_PROBLEMS, "Problèmes actifs", "", together=(f"{CCD}.11",), least=2, entries=(PROBLEM_CONCERN,)),
    Section(f"{PCC}.3.8", "Antécédents médicaux", "11348-0", f"{FR_SECTION}.134", entries=(PROBLEM_CONCERN,)),
    Section(f"{PCC}.3.11", "Antécédents chirurgicaux", "47519-4", together=(f"{CCD}.12",), least=2),
    Section(
        SURGERIES,
        "Antécédents chirurgicaux codés",
        "47519-4",
        f"{FR_SECTION}.136",
        together=(f"{PCC}.3.11", f"{CCD}.12"),
        least=3,
        entries=(PROCEDURE,),
    ),
    Section(f"{PCC}.3.16", "Habitus, mode de vie", "29762-2", together=(f"{CCD}.15",)),
    Section(
        f"{PCC}.3.16.1",
        "Habitus, mode de vie codés",
        "29762-2",
        f"{FR_SECTION}.141",
        together=(f"{PCC}.3.16",),
        least=3,
        entries=(SOCIAL_HISTORY,),
    ),
    Section(f"{PCC}.3.14", "Antécédents familiaux", "10157-6"),
    Section(
        f"{PCC}.3.15",
        "Antécédents familiaux codés",
        "10157-6",
        f"{FR_SECTION}.139",
        together=(f"{PCC}.3.14",),
        least=2,
        entries=(FAMILY_ORGANIZER,),
    ),
    Section(WORK_RISKS, "Facteurs de risque professionnels", "10161-8", f"{FR_SECTION}.74"),
    Section(COMMENTS, "Commentaire", "55112-7", f"{FR_SECTION}.73", together=("2.16.840.1.113883.10.12.201",)),
    Section(PDF_COPY, "Copie du document", "55108-5", anywhere=ATTACHMENT),
    Section(ADDED_DOCUMENTS, "Documents ajoutés", "55107-7", anywhere=ATTACHMENT),
    Section(
        f"{PCC}.3.23",
        "Vaccinations",
        "11369-6",
        f"{FR_SECTION}.147",
        together=(f"{CCD}.6",),
        least=2,
        entries=(IMMUNIZATION,),
    ),
    Section(f"{PCC}.3.34", "Directives anticipées", "42348-3"),
    Section(
        f"{PCC}.3.35",
        "Directives anticipées codées",
        "42348-3",
        f"{FR_SECTION}.157",
        together=(f"{PCC}.3.34",),
        least=2,
        entries=(ADVANCE_DIRECTIVE,),
    ),
    Section(f"{PCC}.3.25", "Signes vitaux", "8716-3", together=(f"{CCD}.16",), least=2),
    Section(
        f"{PCC}.1.5.3.2",
        "Signes vitaux codés",
        "8716-3",
        f"{FR_SECTION}.75",
        together=(f"{PCC}.3.25",),
        least=3,
        entries=(VITAL_SIGNS,),
    ),
    Section(PREGNANCIES, "Historique des grossesses", "10162-6", f"{FR_SECTION}.77"),
    Section(
        f"{_EXAM}.39",
        "Éducation du patient, consentements",
        "34895-3",
        f"{FR_SECTION}.107",
        together=(f"{_EXAM}.38",),
    ),
    Section(f"{PCC}.1.13.2.11", "Actes et interventions", "29554-3", f"{FR_SECTION}.118", entries=(PROCEDURE,)),
    Section(
        f"{PCC}.1.5.3.3",
        "Historique des rencontres",
        "46240-8",
        f"{FR_SECTION}.76",
        together=(f"{CCD}.3",),
        least=2,
        entries=(ENCOUNTER,),
    ),
    Section(f"{PCC}.1.5.3.7", "Couverture sociale", "48768-6", f"{FR_SECTION}.79", together=(f"{CCD}.9",), least=2),
    Section(
        CANCER,
        "Diagnostic du cancer",
        "72135-7",
        together=(f"{CCD}.11", ACTIVE_PROBLEMS, f"{FR_SECTION}.27"),
        children={"text": SOME},
    ),
    Section(f"{_EXAM}.12", "Historique des transfusions", "56836-0", f"{FR_SECTION}.82"),
    Section(f"{PCC}.1.21.2.2", "Événements prénataux", "57073-9"),
    Section(NEWBORN, "Informations sur le nouveau-né", "57075-4", f"{FR_SECTION}.124"),
    Section(f"{PCC}.3.17", "Statut fonctionnel", "47420-5", together=(f"{CCD}.5",), least=2),
    Section(
        f"{PCC}.1.12.2.1",
        "Statut fonctionnel codé",
        "47420-5",
        f"{FR_SECTION}.111",
        together=(f"{CCD}.5", f"{PCC}.3.17"),
        least=3,
        children={"title": SOME, "text": SOME},
    ),
    Section(f"{PCC}.3.3", "Diagnostic d'admission", "46241-6", f"{FR_SECTION}.129", entries=(PROBLEM_CONCERN,)),
    Section(f"{PCC}.3.7", "Diagnostic de sortie", "11535-2", f"{FR_SECTION}.133", entries=(PROBLEM_CONCERN,)),
    Section(f"{PCC}.3.4", "Histoire de la maladie", "10164-2", f"{FR_SECTION}.130", children={"text": ONCE}),
    Section(f"{PCC}.3.5", "Déroulement de l'hospitalisation", "8648-8"),
    Section(
        f"{PCC}.3.30",
        "Résumé des examens hospitaliers",
        "11493-4",
        together=(f"{PCC}.3.29",),
        least=2,
        anywhere=PROCEDURE,
    ),
    Section(
        f"{PCC}.1.13.2.7", "Note de progression", "18733-6", f"{FR_SECTION}.25", children={"title": SOME, "id": SOME}
    ),
    Section(f"{PCC}.1.13.2.5", "Évaluation et plan", "51847-2"),
    Section(f"{PCC}.1.10.3.2", "Mode de transport", "11459-5", f"{FR_SECTION}.110", entries=(f"{PCC}.1.10.4.1",)),
    Section(f"{_CHILD_HEALTH}.3", "Statut fonctionnel de l'enfant", "47420-5"),
    Section(f"{_CHILD_HEALTH}.4", "Développement psychomoteur", "xx-MCH-PsychoMDev", entries=(SIMPLE_OBSERVATION,)),
    Section(
        f"{PCC}.1.21.2.5.1",
        "Surveillance prénatale",
        "57078-8",
        f"{FR_SECTION}.173",
        together=(f"{PCC}.1.21.2.5",),
        least=2,
        entries=(f"{PCC}.1.21.3.10",),
    ),
    Section(f"{PCC}.3.24", "Examen physique", "29545-1"),
    Section(f"{_EXAM}.15", "Examen physique détaillé", "29545-1", together=(f"{PCC}.3.24",), least=2),
    Section(
        f"{_EXAM}.15.1",
        "Examen physique détaillé codé",
        "29545-1",
        f"{FR_SECTION}.84",
        together=(f"{_EXAM}.15",),
        least=3,
    ),
    Section(f"{_EXAM}.16", "Aspect général", "10210-3", f"{FR_SECTION}.85"),
    Section(f"{_EXAM}.21", "Oreilles", "10195-6", f"{FR_SECTION}.90"),
    Section(f"{_EXAM}.23", "Bouche, gorge et dents", "10201-2"),
    Section(f"{_EXAM}.26", "Thorax et poumons", "10207-9", f"{FR_SECTION}.95"),
    Section(f"{_EXAM}.29", "Système cardiaque", "10200-4", f"{FR_SECTION}.98"),
    Section(f"{_EXAM}.30", "Système respiratoire", "11412-4"),
    Section(f"{_EXAM}.34", "Système musculo-squelettique", "11410-8"),
    Section(f"{_EXAM}.35", "Système neurologique", "10202-0", f"{FR_SECTION}.104"),
    Section(f"{_EXAM}.36", "Organes génitaux", "11400-9"),
    Section(f"{PCC}.1.12.2.5", "Fonction physique", "46006-3", f"{FR_SECTION}.115"),
    Section(
        f"{PCC}.1.12.2.2",
        "Évaluation de la douleur",
        "38208-5",
        f"{FR_SECTION}.112",
        entries=(f"{PCC}.1.12.3.1",),
        children={"id": ONCE, "text": ONCE},
    ),
    Section(
        f"{PCC}.1.12.2.4",
        "Échelle de dépression gériatrique",
        "48542-5",
        f"{FR_SECTION}.114",
        entries=(f"{PCC}.1.12.3.4",),
        children={"id": ONCE, "text": ONCE},
    ),
    Section(f"{FR_SECTION}.2", "Antécédents médicaux, non codés", "11348-0", children={"id": SOME, "text": SOME}),
    Section(f"{FR_SECTION}.4", "Traitements à la sortie, non codés", "10183-2"),
    Section(f"{FR_SECTION}.6", "Motif d'hospitalisation, non codé", "46241-6", children={"id": ONCE}),
    Section(f"{FR_SECTION}.8", "Allergies et intolérances, non codées", "48765-2"),
    Section(f"{FR_SECTION}.13", "Travail et accouchement, non codés", "57074-7", children={"id": ONCE, "text": SOME}),
    Section(f"{FR_SECTION}.44", "Dispositions médico-sociales", "34841-7", children={"id": ONCE, "text": SOME}),
    Section(f"{FR_SECTION}.47", "Commentaire de l'ANS", "48767-8", entries=(SIMPLE_OBSERVATION,)),
    Section(f"{FR_SECTION}.123", "Travail et accouchement", "57074-7"),
    Section(f"{FR_SECTION}.172", "Dispositions", "11302-7", children={"id": AT_MOST_ONCE, "text": SOME}),
)

MODELS: Final[Mapping[str, Section]] = {section.root: section for section in _SECTIONS}
"""The models by the templateId that the published check of each looks for."""
