"""The rules of who acts: mode, structure, sector, user, roles (dmp.md §4, §5.2, §5.3)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from banc_standards import certificates
from banc_standards.errors import Sentence
from banc_standards.identifiers import IdNat, MalformedIdentifier, StructIdNat
from banc_standards.rules import Hit, Rule
from banc_standards.terminology.codes import value_set
from banc_standards.vihf import names
from banc_standards.vihf.rules.subject import CARD_KINDS, STRUCTURE_KINDS, VihfSubject

_INVALID: Final = "DMPMockInvalidVihf"
_FIRST_ROLES: Final = frozenset({names.G15, names.G16, names.A00, names.R95, names.R94, names.R291})
_IN_TRAINING: Final = frozenset({"10", "21", "40", "50"})
_OTHER_ACTOR: Final = "99"
_LONG_RANK = re.compile(r"4[0-9]{14}")
"""A practice whose rank has three digits, as in the published tokens; the form of two digits is the usual one."""
_SECTOR = re.compile(r"SA[0-9]{2}\^" + re.escape(names.SECTOR_SYSTEM))


def _mode_present(subject: VihfSubject) -> Iterator[Hit]:
    if not subject.assertion.mode:
        yield Hit(names.MODE, expected=" | ".join(names.MODES))


def _mode_known(subject: VihfSubject) -> Iterator[Hit]:
    mode = subject.assertion.mode
    if mode and mode not in names.MODES:
        yield Hit(names.MODE, found=mode, expected=" | ".join(names.MODES))


def _mode_fits(subject: VihfSubject) -> Iterator[Hit]:
    kind, mode = subject.tls_kind, subject.assertion.mode
    if kind is None or mode not in names.MODES:
        return
    expected = CARD_KINDS if mode == names.DIRECT else STRUCTURE_KINDS
    if kind not in expected:
        yield Hit(names.MODE, found=f"{mode} + {kind}", expected=" | ".join(sorted(expected)))


def _structure_form(subject: VihfSubject) -> Iterator[Hit]:
    found = subject.assertion.structure or ""
    if _LONG_RANK.fullmatch(found):
        return
    try:
        StructIdNat.parse(found)
    except MalformedIdentifier as error:
        yield Hit(names.STRUCTURE, found=found, expected=error.hint.fr)


def _structure_owner(subject: VihfSubject) -> Iterator[Hit]:
    declared, certificate = subject.assertion.structure, subject.signing_certificate
    if certificate is None or subject.mode == names.DIRECT:
        return
    owner = certificates.structure(certificate) or ""
    if declared != owner and declared not in subject.declared_under.get(owner, frozenset()):
        yield Hit(names.STRUCTURE, found=declared or "", expected=owner)


def _sector(subject: VihfSubject) -> Iterator[Hit]:
    found = subject.assertion.sector or ""
    if not _SECTOR.fullmatch(found) or found.partition("^")[0] not in value_set("J02").codes:
        yield Hit(names.SECTOR, found=found, expected=f"SA01^{names.SECTOR_SYSTEM}")


def _subject_name(subject: VihfSubject) -> Iterator[Hit]:
    if subject.mode != names.DIRECT and not subject.assertion.subject_name:
        yield Hit(names.SUBJECT_ID)


def _nominative(subject: VihfSubject) -> Iterator[Hit]:
    found = subject.assertion.name_id or ""
    try:
        IdNat.parse(found)
    except MalformedIdentifier as error:
        yield Hit("saml:Subject/saml:NameID", found=found, expected=error.hint.fr)


def _national_in_strong_modes(subject: VihfSubject) -> Iterator[Hit]:
    found = subject.assertion.name_id or ""
    if subject.mode in (names.DIRECT, names.AIR) and "/" in found:
        yield Hit("saml:Subject/saml:NameID", found=found, expected="PS_IdNat (8 + RPPS)")


def _card_holder(subject: VihfSubject) -> Iterator[Hit]:
    certificate = subject.signing_certificate
    if subject.mode != names.DIRECT or certificate is None:
        return
    holder = certificates.common_name(certificate)
    if subject.assertion.name_id != holder:
        yield Hit("saml:Subject/saml:NameID", found=subject.assertion.name_id or "", expected=holder or "")


def _roles_present(subject: VihfSubject) -> Iterator[Hit]:
    count = len(subject.assertion.roles)
    if not 1 <= count <= 2:
        yield Hit(names.ROLE, found=str(count), expected="1 | 2")


def _psc_system(subject: VihfSubject) -> Iterator[Hit]:
    for place, role in enumerate(subject.assertion.roles, 1):
        if role.system == names.PSC_PROFESSION:
            yield Hit(f"{names.ROLE}[{place}]", found=f"{role.code} {role.system}", expected=names.G15)


def _first_role(subject: VihfSubject) -> Iterator[Hit]:
    roles = subject.assertion.roles
    if not roles or roles[0].system == names.PSC_PROFESSION:
        return
    first = roles[0]
    wrong_trainee = first.system == names.G16 and first.code not in _IN_TRAINING
    if first.system not in _FIRST_ROLES or wrong_trainee or not first.code or first.code.startswith("G15"):
        yield Hit(f"{names.ROLE}[1]", found=f"{first.code} {first.system}", expected=f"10 {names.G15}")


def _profession(subject: VihfSubject) -> str | None:
    roles = subject.assertion.roles
    if roles and roles[0].system in (names.G15, names.G16, names.PSC_PROFESSION):
        return roles[0].code
    return None


def _second_role_due(subject: VihfSubject) -> Iterator[Hit]:
    if _profession(subject) in (names.DOCTOR, names.PHARMACIST) and len(subject.assertion.roles) < 2:
        yield Hit(f"{names.ROLE}[2]", expected=names.R01 if _profession(subject) == names.DOCTOR else names.G05)


def _second_role_system(subject: VihfSubject) -> Iterator[Hit]:
    roles = subject.assertion.roles
    expected = {names.DOCTOR: names.R01, names.PHARMACIST: names.G05}.get(_profession(subject) or "")
    if len(roles) > 1 and expected is not None and (roles[1].system != expected or not roles[1].code):
        yield Hit(f"{names.ROLE}[2]", found=f"{roles[1].code} {roles[1].system}", expected=expected)


def _second_role_needless(subject: VihfSubject) -> Iterator[Hit]:
    roles = subject.assertion.roles
    due = _profession(subject) in (names.DOCTOR, names.PHARMACIST) or (bool(roles) and roles[0].code == _OTHER_ACTOR)
    if len(roles) > 1 and not due:
        yield Hit(f"{names.ROLE}[2]", found=f"{roles[1].code} {roles[1].system}")


def _method(subject: VihfSubject) -> Iterator[Hit]:
    if subject.mode == names.DIRECT and subject.assertion.authn_class != names.SMARTCARD_CLASS:
        found = subject.assertion.authn_class or ""
        yield Hit("saml:AuthnContextClassRef", found=found, expected=names.SMARTCARD_CLASS)
    elif not subject.assertion.authn_class:
        yield Hit("saml:AuthnContextClassRef", expected="urn:oasis:names:tc:SAML:2.0:ac:classes:…")


def _hl7_codes(subject: VihfSubject) -> Iterator[Hit]:
    for name, found in subject.assertion.unformed:
        yield Hit(name, found=found, expected=f'{{{names.HL7}}}Role | PurposeOfUse, xsi:type="CE"')


def _strong_method(subject: VihfSubject) -> Iterator[Hit]:
    if subject.mode == names.AIR and not subject.assertion.authn_decl:
        yield Hit("saml:AuthnContextDecl", expected=names.SIMPLE_AIR_DECLARATION)


RULES: tuple[Rule, ...] = (
    Rule(
        id="VIHF-020",
        text=Sentence("Authentification_mode est présent.", "Authentification_mode is present."),
        clause="VIHF 3.0, attributs (exemples de messages v02.05.00, code exemple v2.06.01, ANS, volet CDA en HL7 v2)",
        fix=Sentence("Ajouter l'attribut : le mode est sinon déduit du certificat TLS.", "Add the attribute."),
        check=_mode_present,
        severity="warning",
        certainty="deduced",
    ),
    Rule(
        id="VIHF-021",
        text=Sentence(
            "Authentification_mode vaut DIRECTE, INDIRECTE ou INDIRECTE_RENFORCEE.",
            "Authentification_mode is DIRECTE, INDIRECTE or INDIRECTE_RENFORCEE.",
        ),
        clause="DMP, modes d'authentification ; VIHF 3.0, attributs (exemples de messages v02.05.00)",
        fix=Sentence("Écrire l'un des trois codes.", "Write one of the three codes."),
        check=_mode_known,
        code=_INVALID,
    ),
    Rule(
        id="VIHF-022",
        text=Sentence(
            "Le mode est celui du certificat TLS : carte en DIRECTE, ORG AUTH_CLI dans les deux autres.",
            "The mode is that of the TLS certificate: card in DIRECTE, ORG AUTH_CLI in the other two.",
        ),
        clause="DMP, modes d'authentification (PDT-INF-526 v1.8, PDT-INF-606 v1.3, EX_GEN-1450)",
        fix=Sentence("Accorder le mode et le certificat.", "Make mode and certificate agree."),
        check=_mode_fits,
        code=_INVALID,
    ),
    Rule(
        id="VIHF-023",
        text=Sentence("Identifiant_Structure est un Struct_IdNat.", "Identifiant_Structure is a Struct_IdNat."),
        clause="VIHF 3.0, attributs ; DMP, identifiants (exemples de messages v02.05.00, PDSm4DMP)",
        fix=Sentence(
            "1 + FINESS, 2 + SIREN, 3 + SIRET, 4 + RPPS-rang.", "1 + FINESS, 2 + SIREN, 3 + SIRET, 4 + RPPS-rang."
        ),
        check=_structure_form,
        code=_INVALID,
    ),
    Rule(
        id="VIHF-024",
        text=Sentence(
            "En mode indirect, Identifiant_Structure est l'OU du certificat (ou un établissement déclaré sous elle).",
            "In the indirect modes, Identifiant_Structure is the OU of the certificate (or a site declared under it).",
        ),
        clause="DMP, erreur « Erreur d'authentification de la personne morale » (FAQ d'homologation)",
        fix=Sentence("Lire la structure dans le certificat.", "Read the structure in the certificate."),
        check=_structure_owner,
        code="DMPMockStructureMismatch",
        always=True,
    ),
    Rule(
        id="VIHF-025",
        text=Sentence("Secteur_Activite est un code SAxx^OID.", "Secteur_Activite is a code SAxx^OID."),
        clause="VIHF 3.0, attributs (exemples de messages v02.05.00, réponses observées), JDV_J61",
        fix=Sentence(
            f"Écrire par exemple SA01^{names.SECTOR_SYSTEM}.", f"Write for example SA01^{names.SECTOR_SYSTEM}."
        ),
        check=_sector,
        code=_INVALID,
    ),
    Rule(
        id="VIHF-026",
        text=Sentence(
            "En mode indirect, subject-id nomme l'utilisateur.", "In the indirect modes, subject-id names the user."
        ),
        clause="VIHF 3.0, attributs (exemples de messages v02.05.00, ANS, volet CDA en HL7 v2)",
        fix=Sentence("Ajouter prénom et nom.", "Add given and family names."),
        check=_subject_name,
        code=_INVALID,
    ),
    Rule(
        id="VIHF-027",
        text=Sentence(
            "NameID nomme une personne : PS_IdNat, ou structure/identifiant interne ; jamais un compte générique.",
            "NameID names one person: PS_IdNat, or structure/internal id; never a generic account.",
        ),
        clause="VIHF 3.0, assertion (exemples de messages v02.05.00, ANS, volet CDA en HL7 v2, FAQ d'homologation)",
        fix=Sentence(
            "Y mettre l'identifiant national de l'utilisateur connecté (SubjectNameID de Pro Santé Connect).",
            "Put the national id of the logged-in user there (SubjectNameID of Pro Santé Connect).",
        ),
        check=_nominative,
        code=_INVALID,
    ),
    Rule(
        id="VIHF-028",
        text=Sentence(
            "En mode direct ou AIR, NameID est un identifiant national.",
            "In the direct or AIR mode, NameID is a national id.",
        ),
        clause="DMP, modes d'authentification ; VIHF 3.0, assertion (exemples de messages v02.05.00)",
        fix=Sentence("Y mettre le PS_IdNat.", "Put the PS_IdNat there."),
        check=_national_in_strong_modes,
        certainty="deduced",
        code=_INVALID,
    ),
    Rule(
        id="VIHF-029",
        text=Sentence(
            "En mode direct, NameID est le porteur de la carte qui a signé.",
            "In the direct mode, NameID is the holder of the card that signed.",
        ),
        clause="DMP, modes d'authentification ; VIHF 3.0, assertion (exemples de messages v02.05.00)",
        fix=Sentence("Lire l'identifiant sur la carte.", "Read the id on the card."),
        check=_card_holder,
        certainty="deduced",
        code=_INVALID,
    ),
    Rule(
        id="VIHF-030",
        text=Sentence("Le jeton porte un ou deux rôles.", "The token holds one or two roles."),
        clause="VIHF 3.0, attributs (exemples de messages v02.05.00, réponses observées)",
        fix=Sentence(
            "La profession, puis le savoir-faire s'il est dû.", "The profession, then the savoir-faire if due."
        ),
        check=_roles_present,
        code=_INVALID,
    ),
    Rule(
        id="VIHF-031",
        text=Sentence(
            "Les rôles n'emploient pas le système de codes de Pro Santé Connect.",
            "Roles do not use the code system of Pro Santé Connect.",
        ),
        clause="JDV_J65 : G15 et non le système de Pro Santé Connect",
        fix=Sentence(
            f"Traduire le code : profession sous {names.G15}, pas {names.PSC_PROFESSION}.",
            f"Translate the code: profession under {names.G15}, not {names.PSC_PROFESSION}.",
        ),
        check=_psc_system,
        code=_INVALID,
    ),
    Rule(
        id="VIHF-032",
        text=Sentence(
            "Le premier rôle est une profession (G15, G16) ou un rôle de JDV_J65.",
            "The first role is a profession (G15, G16) or a role of JDV_J65.",
        ),
        clause="VIHF 3.0, rôles : JDV_J65 (exemples de messages v02.05.00, NOS)",
        fix=Sentence(f"Écrire par exemple 10 sous {names.G15}.", f"Write for example 10 under {names.G15}."),
        check=_first_role,
        code=_INVALID,
    ),
    Rule(
        id="VIHF-033",
        text=Sentence(
            "Un médecin ou un pharmacien porte un second rôle (savoir-faire, section).",
            "A doctor or a pharmacist carries a second role (savoir-faire, section).",
        ),
        clause="VIHF 3.0, rôles ; DMP, erreur « Aucune spécialité dans le vihf » (réponses observées)",
        fix=Sentence(
            "Ajouter SM26 ou l'autre spécialité (R01), ou la section du tableau de l'Ordre (G05).",
            "Add SM26 or the other speciality (R01), or the section of the Order's roll (G05).",
        ),
        check=_second_role_due,
        code="DMPMockSpecialityRequired",
        always=True,
    ),
    Rule(
        id="VIHF-034",
        text=Sentence(
            "Le second rôle est un savoir-faire R01 (médecin) ou une section G05 (pharmacien).",
            "The second role is an R01 savoir-faire (doctor) or a G05 section (pharmacist).",
        ),
        clause="VIHF 3.0, rôles : JDV_J65 (ANS, volet CDA en HL7 v2, NOS)",
        fix=Sentence("Changer de système de codes.", "Change the code system."),
        check=_second_role_system,
        code=_INVALID,
    ),
    Rule(
        id="VIHF-035",
        text=Sentence(
            "Seuls médecins, pharmaciens et acteurs 99 portent un second rôle.",
            "Only doctors, pharmacists and actors 99 carry a second role.",
        ),
        clause="VIHF 3.0, rôles : JDV_J65 (ANS, volet CDA en HL7 v2)",
        fix=Sentence("Retirer le second rôle.", "Remove the second role."),
        check=_second_role_needless,
        severity="warning",
    ),
    Rule(
        id="VIHF-036",
        text=Sentence(
            "AuthnContextClassRef dit comment l'utilisateur s'est connecté (SmartcardPKI en mode direct).",
            "AuthnContextClassRef says how the user logged in (SmartcardPKI in the direct mode).",
        ),
        clause="VIHF 3.0, assertion (exemples de messages v02.05.00, code exemple v2.06.01, ANS, volet CDA en HL7 v2)",
        fix=Sentence("Y mettre la classe SAML de la connexion locale.", "Put the SAML class of the local login there."),
        check=_method,
        severity="warning",
    ),
    Rule(
        id="VIHF-037",
        text=Sentence(
            "En AIR, AuthnContextDecl dit la méthode d'authentification.",
            "In AIR, AuthnContextDecl tells the authentication method.",
        ),
        clause="EX_AIR-050 ; VIHF 3.0, assertion (exemples de messages v02.05.00)",
        fix=Sentence("Ajouter AuthnContextDecl.", "Add AuthnContextDecl."),
        check=_strong_method,
        severity="warning",
    ),
    Rule(
        id="VIHF-038",
        text=Sentence(
            "Un rôle, ou un mode d'accès, s'écrit comme HL7 : un élément Role ou PurposeOfUse de type CE par valeur.",
            "A role, or an access mode, is written as HL7 does: one element Role or PurposeOfUse of type CE a value.",
        ),
        clause="VIHF 3.0, attributs ; VIHF 3.0, rôles (exemples de messages v02.05.00, réponses observées)",
        fix=Sentence(
            f'Écrire Role xmlns="{names.HL7}" xsi:type="CE", un par AttributeValue.',
            f'Write Role xmlns="{names.HL7}" xsi:type="CE", one in each AttributeValue.',
        ),
        check=_hl7_codes,
        code=_INVALID,
    ),
)
