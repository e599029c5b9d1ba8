"""The medical contents that made-up documents draw from: invented stories, common examinations, diseases and drugs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from banc_standards.terminology.codes import Code
from banc_standards.terminology.oids import CCAM_ATIH, CIM10, LOINC


@dataclass(frozen=True, slots=True)
class Story:
    """A hospital stay in words."""

    reason: str
    synthesis: str
    follow_up: str
    pending: str = ""


@dataclass(frozen=True, slots=True)
class Drug:
    """A drug and how it is taken: ``days`` 0 when no end is decided."""

    name: str
    dose: str
    unit: str
    hours: int
    days: int
    instructions: str = ""


@dataclass(frozen=True, slots=True)
class Test:
    """An examination: its LOINC code, its label, its unit (UCUM), its reference range, how many decimals are shown."""

    __test__ = False  # no test of pytest's

    loinc: str
    label: str
    unit: str
    range: tuple[float, float]
    digits: int


@dataclass(frozen=True, slots=True)
class Discipline:
    """A chapter of biology with its examinations; ``battery`` is the (code, system, label) of what groups them."""

    code: str
    label: str
    tests: tuple[Test, ...]
    battery: tuple[str, str, str] | None = None


STAYS: Final = (
    Story(
        "Douleur thoracique d'effort, pour exploration.",
        "Syndrome coronarien écarté : troponines négatives, coronarographie sans lésion significative.",
        "Consultation de contrôle dans un mois.",
    ),
    Story(
        "Pneumopathie fébrile de la base droite.",
        "Évolution favorable sous antibiothérapie, apyrexie au troisième jour.",
        "Radiographie de contrôle à six semaines.",
        "Recherche d'antigènes urinaires en cours.",
    ),
    Story(
        "Appendicectomie programmée.",
        "Intervention sans incident, reprise du transit au premier jour.",
        "Ablation des fils au dixième jour par l'infirmière.",
    ),
    Story(
        "Déséquilibre d'un diabète de type 2.",
        "Adaptation du traitement, éducation thérapeutique, glycémies stabilisées.",
        "Bilan rénal et ophtalmologique dans l'année.",
        "Micro-albuminurie en attente.",
    ),
    Story(
        "Chute mécanique avec fracture du poignet gauche.",
        "Réduction et immobilisation plâtrée, douleurs calmées.",
        "Contrôle radiographique à huit jours.",
    ),
)
DRUGS: Final = (
    Drug("PARACETAMOL 1 g, comprimé", "1", "{tbl}", 8, 5, "En cas de douleur, sans dépasser trois prises par jour."),
    Drug("AMOXICILLINE 1 g, comprimé dispersible", "1", "{tbl}", 8, 6),
    Drug("METFORMINE 1000 mg, comprimé pelliculé", "1", "{tbl}", 12, 0, "Au cours du repas."),
    Drug("RAMIPRIL 5 mg, comprimé sécable", "1", "{tbl}", 24, 0, "Le matin."),
    Drug("ATORVASTATINE 20 mg, comprimé pelliculé", "1", "{tbl}", 24, 0, "Le soir."),
)
CHAPTERS: Final = (
    Discipline(
        "18719-5",
        "Biochimie",
        (
            Test("14749-6", "Glucose [Moles/Volume] Sérum/Plasma ; Numérique", "mmol/L", (4.1, 5.9), 2),
            Test("14682-9", "Créatinine [Moles/Volume] Sérum/Plasma ; Numérique", "umol/L", (49, 90), 0),
            Test("2823-3", "Potassium [Moles/Volume] Sérum/Plasma ; Numérique", "mmol/L", (3.5, 5.1), 1),
            Test("2951-2", "Sodium [Moles/Volume] Sérum/Plasma ; Numérique", "mmol/L", (136, 145), 0),
            Test("1988-5", "Protéine C réactive [Masse/Volume] Sérum/Plasma ; Numérique", "mg/L", (1, 5), 1),
        ),
    ),
    Discipline(
        "18723-7",
        "Hématologie",
        (
            Test("718-7", "Hémoglobine [Masse/Volume] Sang ; Numérique", "g/dL", (12.0, 16.0), 1),
            Test("6690-2", "Leucocytes [Nombre/Volume] Sang ; Numérique ; Comptage automate", "10*9/L", (4.0, 10.0), 2),
            Test("777-3", "Plaquettes [Nombre/Volume] Sang ; Numérique ; Comptage automate", "10*9/L", (150, 400), 0),
        ),
        ("58410-2", LOINC, "Numération globulaire"),
    ),
    Discipline(
        "18718-7",
        "Protéines, marqueurs tumoraux, vitamines",
        (
            Test("3016-3", "Thyréostimuline [Arbitraire/Volume] Sérum/Plasma ; Numérique", "m[IU]/L", (0.27, 4.2), 3),
            Test("3024-7", "Thyroxine libre [Masse/Volume] Sérum/Plasma ; Numérique", "pg/mL", (9.3, 17.0), 2),
        ),
    ),
)
PROBLEMS: Final = (
    Code("I10", CIM10, "Hypertension essentielle (primitive)"),
    Code("E11.9", CIM10, "Diabète sucré de type 2, sans complication"),
    Code("J45.9", CIM10, "Asthme, sans précision"),
    Code("I20.0", CIM10, "Angine de poitrine instable"),
)
PAST: Final = (
    Code("N10", CIM10, "Néphrite tubulo-interstitielle aiguë"),
    Code("I21.1", CIM10, "Infarctus transmural aigu du myocarde, de la paroi inférieure"),
    Code("J18.9", CIM10, "Pneumopathie, sans précision"),
)
ACTS: Final = (
    Code("DDAF004", CCAM_ATIH, "Dilatation intraluminale de deux vaisseaux coronaires avec pose d'endoprothèse"),
)
ALLERGIES: Final = (
    ("416098002", "Amoxicilline"),
    ("414285001", "Arachide"),
    ("419199007", "Latex"),
)
"""Kind of allergy (SNOMED CT), and what causes it."""
HABITS: Final = (
    ("74011-8", "25", "{pack}/a"),
    ("73985-4", "Marche une heure par jour", ""),
    ("74013-4", "Occasionnelle", ""),
)
"""Habit (LOINC), value, unit."""
FAMILY: Final = (
    ("MTH", Code("E11.9", CIM10, "Diabète sucré de type 2, sans complication")),
    ("FTH", Code("I21.1", CIM10, "Infarctus transmural aigu du myocarde, de la paroi inférieure")),
)
VIGILANCE: Final = (
    "Surveillance de la fonction rénale tous les six mois.",
    "Dépistage du cancer colorectal à programmer.",
    "Aucun point de vigilance particulier.",
)
