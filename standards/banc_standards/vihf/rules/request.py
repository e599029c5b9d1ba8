"""The rules of what the token asks for: patient, purpose, confidentiality, software (dmp.md §5.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from banc_standards import ins
from banc_standards.errors import Sentence
from banc_standards.identifiers import Cx, MalformedIdentifier
from banc_standards.rules import Hit, Rule
from banc_standards.vihf import names
from banc_standards.vihf.rules.subject import VihfSubject

_INVALID: Final = "DMPMockInvalidVihf"
_EXPECTED_CX: Final = "INS^^^&OID&ISO^NH"


def _patient(subject: VihfSubject) -> Iterator[Hit]:
    if subject.resource_required and not subject.assertion.resource_id:
        yield Hit(names.RESOURCE_ID, expected=_EXPECTED_CX)


def _patient_form(subject: VihfSubject) -> Iterator[Hit]:
    found = subject.assertion.resource_id
    if not found:
        return
    try:
        cx = Cx.parse(found)
    except MalformedIdentifier:
        yield Hit(names.RESOURCE_ID, found=found, expected=_EXPECTED_CX)
        return
    if cx.type != "NH" or cx.authority.oid not in ins.OIDS:
        yield Hit(names.RESOURCE_ID, found=found, expected=_EXPECTED_CX)


def _patient_key(subject: VihfSubject) -> Iterator[Hit]:
    found = subject.assertion.ins
    if found is not None and not ins.valid(found):
        yield Hit(names.RESOURCE_ID, found=found, expected="13 + 97 - (N mod 97)")


def _purpose(subject: VihfSubject) -> Iterator[Hit]:
    purpose = subject.assertion.purpose
    if purpose is None or purpose.code not in names.PURPOSES:
        yield Hit(names.PURPOSE, found=purpose.code if purpose else "", expected=" | ".join(names.PURPOSES))


def _purpose_system(subject: VihfSubject) -> Iterator[Hit]:
    purpose = subject.assertion.purpose
    if purpose is not None and purpose.system not in (names.PURPOSE_SYSTEM, names.PURPOSE_SYSTEM_NOS):
        yield Hit(names.PURPOSE, found=purpose.system, expected=names.PURPOSE_SYSTEM)


def _purpose_nos(subject: VihfSubject) -> Iterator[Hit]:
    purpose = subject.assertion.purpose
    if purpose is not None and purpose.system == names.PURPOSE_SYSTEM_NOS:
        yield Hit(names.PURPOSE, found=purpose.system, expected=names.PURPOSE_SYSTEM)


def _secret(subject: VihfSubject) -> Iterator[Hit]:
    found = subject.assertion.confidentiality
    if found and found != names.HIDDEN_FROM_GUARDIANS:
        yield Hit(names.CONFIDENTIALITY, found=found, expected=names.HIDDEN_FROM_GUARDIANS)


def _software(subject: VihfSubject) -> Iterator[Hit]:
    for name in (names.LPS_NAME, names.LPS_VERSION, names.HOMOLOGATION):
        if not subject.assertion.value(name):
            yield Hit(name)


def _declared(subject: VihfSubject) -> Iterator[Hit]:
    found = subject.assertion.homologation
    if found and subject.homologations is not None and found not in subject.homologations:
        yield Hit(names.HOMOLOGATION, found=found, expected=" | ".join(sorted(subject.homologations)))


RULES: tuple[Rule, ...] = (
    Rule(
        id="VIHF-040",
        text=Sentence("Le jeton nomme le patient (resource-id).", "The token names the patient (resource-id)."),
        clause="VIHF 3.0, attributs (exemples de messages v02.05.00)",
        fix=Sentence(f"Ajouter {_EXPECTED_CX}.", f"Add {_EXPECTED_CX}."),
        check=_patient,
        code=_INVALID,
    ),
    Rule(
        id="VIHF-041",
        text=Sentence(
            "resource-id est un INS : CX de type NH, sous un OID d'INS.",
            "resource-id is an INS: a CX of type NH, under an INS OID.",
        ),
        clause="VIHF 3.0, attributs ; DMP, identifiants (exemples de messages v02.05.00, FR Core)",
        fix=Sentence(f"Écrire {_EXPECTED_CX}.", f"Write {_EXPECTED_CX}."),
        check=_patient_form,
        code=_INVALID,
    ),
    Rule(
        id="VIHF-042",
        text=Sentence("La clé du matricule INS est juste.", "The key of the INS number is right."),
        clause="Référentiel INS, clé du matricule",
        fix=Sentence("Relire le matricule obtenu d'INSi.", "Read again the number that INSi gave."),
        check=_patient_key,
        code=_INVALID,
    ),
    Rule(
        id="VIHF-043",
        text=Sentence(
            "purposeofuse vaut normal, bris_de_glace ou centre_15.",
            "purposeofuse is normal, bris_de_glace or centre_15.",
        ),
        clause="VIHF 3.0, attributs (exemples de messages v02.05.00, NOS TRE_R248)",
        fix=Sentence("Écrire l'un des trois codes.", "Write one of the three codes."),
        check=_purpose,
        code=_INVALID,
    ),
    Rule(
        id="VIHF-044",
        text=Sentence(
            "Le système de codes de purposeofuse est celui des modes d'accès.",
            "The code system of purposeofuse is that of access modes.",
        ),
        clause="VIHF 3.0, attributs (exemples de messages v02.05.00)",
        fix=Sentence(f"Écrire {names.PURPOSE_SYSTEM}.", f"Write {names.PURPOSE_SYSTEM}."),
        check=_purpose_system,
        code=_INVALID,
    ),
    Rule(
        id="VIHF-045",
        text=Sentence(
            "purposeofuse emploie l'OID des exemples DMP, pas celui de la NOS TRE_R248.",
            "purposeofuse uses the OID of the DMP samples, not that of NOS TRE_R248.",
        ),
        clause="VIHF 3.0, attributs (NOS)",
        fix=Sentence(f"Écrire {names.PURPOSE_SYSTEM}.", f"Write {names.PURPOSE_SYSTEM}."),
        check=_purpose_nos,
        severity="warning",
    ),
    Rule(
        id="VIHF-046",
        text=Sentence(
            "Le code de connexion secrète est INVISIBLE_REPRESENTANTS_LEGAUX.",
            "The code of the secret connection is INVISIBLE_REPRESENTANTS_LEGAUX.",
        ),
        clause="VIHF 3.0, attributs (code exemple v2.06.01) : valeur exacte incertaine",
        fix=Sentence("Écrire ce code.", "Write this code."),
        check=_secret,
        severity="info",
        certainty="uncertain",
    ),
    Rule(
        id="VIHF-047",
        text=Sentence(
            "Le jeton dit le nom, la version et le numéro d'homologation du logiciel.",
            "The token tells the name, version and homologation number of the software.",
        ),
        clause="EX_GEN-1180, EX_GEN-1490 ; VIHF 3.0, attributs (exemples de messages v02.05.00)",
        fix=Sentence(
            "Remplir LPS_Nom, LPS_Version et LPS_ID_HOMOLOGATION_DMP.",
            "Fill in LPS_Nom, LPS_Version and LPS_ID_HOMOLOGATION_DMP.",
        ),
        check=_software,
        code=_INVALID,
    ),
    Rule(
        id="VIHF-048",
        text=Sentence(
            "Le numéro d'homologation est celui que l'éditeur a déclaré.",
            "The homologation number is the one that the vendor declared.",
        ),
        clause="EX_GEN-1490",
        fix=Sentence("Reprendre le numéro de sut.yaml.", "Take the number of sut.yaml."),
        check=_declared,
        code=_INVALID,
    ),
)
