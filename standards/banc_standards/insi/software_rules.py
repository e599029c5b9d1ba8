"""What INSi asks of the software and of the structure: rights that the gateway checks (insi.md §2.2, §2.3, §6)."""

from __future__ import annotations

from collections.abc import Iterator

from banc_standards import certificates
from banc_standards.errors import Sentence
from banc_standards.insi import names
from banc_standards.insi.subject import InsiSubject
from banc_standards.rules import Hit, Rule

_LPS = "/soap:Envelope/soap:Header/ctxlps:ContexteLPS/LPS"


def _known_software(subject: InsiSubject) -> Iterator[Hit]:
    idam = subject.request.lps.idam
    if idam not in subject.accepted:
        yield Hit(f"{_LPS}/IDAM", found=idam or "", expected="un numéro d'autorisation déclaré")


def _idam_role(subject: InsiSubject) -> Iterator[Hit]:
    lps = subject.request.lps
    if lps.idam and lps.idam_role != names.IDAM_ROLE:
        yield Hit(f"{_LPS}/IDAM/@R", found=lps.idam_role or "", expected=names.IDAM_ROLE)


def _described_software(subject: InsiSubject) -> Iterator[Hit]:
    lps = subject.request.lps
    for name, value in (("Version", lps.version), ("Instance", lps.instance), ("Nom", lps.name)):
        if not value:
            yield Hit(f"{_LPS}/{name}", expected=name)


def _named_software(subject: InsiSubject) -> Iterator[Hit]:
    product = subject.request.lps.product
    declared = subject.accepted.get(subject.request.lps.idam or "")
    if product and declared and product.casefold() != declared.casefold():
        yield Hit(f"{_LPS}/Nom", found=product, expected=declared)


def _organisation_name(subject: InsiSubject) -> Iterator[Hit]:
    if subject.mutual_tls and subject.certificate is not None:
        name = certificates.common_name(subject.certificate)
        if name not in names.ORGANISATION_NAMES:
            yield Hit("TLS", found=name or "", expected=" | ".join(sorted(names.ORGANISATION_NAMES)))


KNOWN_SOFTWARE = Rule(
    id="INSI-LPS-001",
    text=Sentence(
        "Le numéro d'autorisation (IDAM) du logiciel est connu.", "The software's authorisation number (IDAM) is known."
    ),
    clause="SEL-MP-043, erreur desir_550",
    fix=Sentence(
        "Déclarer le logiciel et son IDAM à la session (POST …/software, ou ids.idam de sut.yaml).",
        "Declare the software and its IDAM to the session (POST …/software, or ids.idam of sut.yaml).",
    ),
    check=_known_software,
    code="desir_550",
    always=True,
)
IDAM_ROLE = Rule(
    id="INSI-LPS-002",
    text=Sentence("L'IDAM porte l'attribut R = 4.", "The IDAM carries the attribute R = 4."),
    clause="XSD CTXLPS V01_00",
    fix=Sentence('Écrire <IDAM R="4">.', 'Write <IDAM R="4">.'),
    check=_idam_role,
    severity="warning",
)
DESCRIBED_SOFTWARE = Rule(
    id="INSI-LPS-003",
    text=Sentence(
        "Le logiciel dit sa version, son instance et son nom.", "The software tells its version, instance and name."
    ),
    clause="XSD CTXLPS V01_00 (facultatif)",
    fix=Sentence(
        "Remplir LPS/Version, LPS/Instance (UUID de l'installation) et LPS/Nom (urn:lps:<nom>:<version>).",
        "Fill in LPS/Version, LPS/Instance (UUID of the installation) and LPS/Nom (urn:lps:<name>:<version>).",
    ),
    check=_described_software,
    severity="warning",
)
NAMED_SOFTWARE = Rule(
    id="INSI-LPS-004",
    text=Sentence(
        "Le nom du logiciel est celui à qui l'IDAM a été donné.",
        "The name of the software is that to which the IDAM was given.",
    ),
    clause="CNDA : un numéro d'autorisation vaut pour un logiciel",
    fix=Sentence(
        "Déclarer le logiciel sous le nom qu'il envoie.", "Declare the software under the name that it sends."
    ),
    check=_named_software,
    severity="warning",
    certainty="deduced",
)
ORGANISATION_NAME = Rule(
    id="INSI-TLS-001",
    text=Sentence(
        "Le CN du certificat de structure est exactement INSI-MANU ou INSI-AUTO.",
        "The CN of the structure's certificate is exactly INSI-MANU or INSI-AUTO.",
    ),
    clause="SEL-MP-043, erreur desir_560 ; IGC-Santé, certificat ORG AUTH_CLI",
    fix=Sentence(
        "Demander un certificat AUTH_CLI de CN INSI-MANU (« banc cert AUTH_CLI --cn INSI-MANU »).",
        'Ask for an AUTH_CLI certificate of CN INSI-MANU ("banc cert AUTH_CLI --cn INSI-MANU").',
    ),
    check=_organisation_name,
    code="desir_560",
    always=True,
)

RIGHTS_RULES: tuple[Rule, ...] = (ORGANISATION_NAME, KNOWN_SOFTWARE)
"""What the gateway refuses with its documented codes."""

SOFTWARE_RULES: tuple[Rule, ...] = (IDAM_ROLE, DESCRIBED_SOFTWARE, NAMED_SOFTWARE)

RULES: tuple[Rule, ...] = (*RIGHTS_RULES, *SOFTWARE_RULES)
