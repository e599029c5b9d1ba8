"""The rules of several artefacts judged together: one datum a rule, whatever format told it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit
from banc_standards.together.facts import Facts

_BOOK = RuleBook("CI-SIS, correspondance CDA, XDS, HL7 v2 ; DMP, VIHF ; MSSanté")


@dataclass(frozen=True)
class TogetherSubject:
    """Artefacts that belong to one sending."""

    facts: tuple[Facts, ...]

    @cached_property
    def groups(self) -> tuple[tuple[Facts, ...], ...]:
        """The facts of each document: by its id, or all together where every file carries a single document."""
        told = [one for one in self.facts if one.document is not None or (one.kind == "hl7v2" and one.says("type"))]
        carried: dict[str, set[str | None]] = {}
        for one in told:
            if one.kind == "cda":
                carried.setdefault(one.carrier, set()).add(one.document)
        entries: dict[str, list[Facts]] = {}
        for one in told:
            if one.kind != "cda":
                entries.setdefault(f"{one.carrier}|{one.where.partition('/DocumentEntry')[0]}", []).append(one)
        single = all(len(ids) == 1 for ids in carried.values()) and all(len(rows) == 1 for rows in entries.values())
        if single:
            return (tuple(told),) if told else ()
        by_id: dict[str | None, list[Facts]] = {}
        for one in told:
            by_id.setdefault(one.document, []).append(one)
        return tuple(tuple(rows) for rows in by_id.values())

    @property
    def sending(self) -> tuple[Facts, ...]:
        """The facts of whole sendings."""
        return tuple(one for one in self.facts if one.document is None)


def _equal(rows: Sequence[Facts], datum: str) -> Iterator[Hit]:
    """One hit for each artefact that says something else than the first; a document speaks first."""
    saying = [one for one in sorted(rows, key=lambda one: one.kind != "cda") if one.says(datum)]
    for one in saying[1:]:
        first = saying[0]
        if one.says(datum) != first.says(datum):
            yield _hit(one, datum, one.says(datum), first)


def _hit(one: Facts, datum: str, found: frozenset[str], first: Facts, expected: frozenset[str] | None = None) -> Hit:
    wanted = ", ".join(sorted(expected if expected is not None else first.says(datum)))
    return Hit(f"{one.where}#{datum}", found=", ".join(sorted(found))[:300], expected=f"{wanted} ({first.where})"[:500])


def _patient(datum: str) -> Callable[[TogetherSubject], Iterator[Hit]]:
    def check(subject: TogetherSubject) -> Iterator[Hit]:
        yield from _equal(subject.facts, datum)

    return check


def _document(datum: str) -> Callable[[TogetherSubject], Iterator[Hit]]:
    def check(subject: TogetherSubject) -> Iterator[Hit]:
        for group in subject.groups:
            yield from _equal(group, datum)

    return check


_ROWS: Final = (
    ("001", "ins", "l'INS du patient (valeur et OID)", "the patient's INS (value and OID)", _patient, "error"),
    ("003", "birth_name", "le nom de naissance", "the birth name", _patient, "error"),
    ("004", "birth_givens", "les prénoms de naissance", "the birth given names", _patient, "error"),
    ("005", "first_given", "le premier prénom de naissance", "the first birth given name", _patient, "error"),
    ("006", "sex", "le sexe", "the sex", _patient, "error"),
    ("007", "birth_date", "la date de naissance", "the birth date", _patient, "error"),
    ("008", "birth_place", "le lieu de naissance", "the birth place", _patient, "error"),
    ("010", "author", "l'auteur du document", "the author of the document", _document, "error"),
    ("011", "role", "la profession et la spécialité de l'auteur", "the author's profession", _document, "error"),
    ("012", "structure", "la structure de l'auteur", "the author's structure", _document, "error"),
    ("013", "sector", "le type de structure", "the kind of structure", _document, "error"),
    ("014", "setting", "le cadre d'exercice", "the practice setting", _document, "error"),
    ("015", "signer", "le responsable du document", "the legal authenticator", _document, "error"),
    ("020", "id", "l'identifiant du document", "the id of the document", _document, "error"),
    ("021", "type", "le type du document", "the type of the document", _document, "error"),
    ("022", "confidentiality", "la confidentialité", "the confidentiality", _document, "error"),
    ("023", "masks", "les masquages demandés", "the masks that are asked for", _document, "error"),
    ("024", "created", "la date de création", "the time of creation", _document, "error"),
    ("025", "begins", "le début de l'acte", "the start of the act", _document, "error"),
    ("026", "ends", "la fin de l'acte", "the end of the act", _document, "error"),
    ("027", "title", "le titre", "the title", _document, "error"),
    ("028", "language", "la langue", "the language", _document, "error"),
    ("029", "class", "la classe du document", "the class of the document", _document, "error"),
    ("030", "format", "le format du document", "the format of the document", _document, "error"),
    ("032", "replaced", "le document remplacé", "the replaced document", _document, "error"),
    ("033", "bytes", "les octets du document", "the bytes of the document", _document, "error"),
)
for _number, _datum, _fr, _en, _scope, _severity in _ROWS:
    _BOOK.add(
        f"TOG-{_number}",
        (f"Tous les artefacts disent le même fait : {_fr}.", f"Every artefact tells the same fact: {_en}."),
        ("Tirer les deux de la même donnée du dossier.", "Take both from the same datum of the record."),
        _scope(_datum),
        at=_datum,
        certainty="deduced",
    )


@_BOOK.rule(
    "TOG-002",
    (
        "Un identifiant local du patient, des métadonnées ou du message, est l'un de ceux du document.",
        "A local id of the patient, of metadata or message, is one of those of the document.",
    ),
    ("Recopier l'IPP et l'OID de son domaine.", "Copy the local id and the OID of its domain."),
    at="sourcePatientId, PID-3",
    certainty="deduced",
)
def _local(subject: TogetherSubject) -> Iterator[Hit]:
    documents = [one for one in subject.facts if one.kind == "cda" and one.says("local")]
    known = frozenset().union(*(one.says("local") for one in documents))
    for one in subject.facts:
        unknown = one.says("local") - known
        if documents and one.kind != "cda" and unknown:
            yield _hit(one, "local", unknown, documents[0])


@_BOOK.rule(
    "TOG-009",
    (
        "L'adresse MSSanté d'un patient destinataire porte son INS.",
        "The MSSanté address of a patient who gets the mail carries the INS.",
    ),
    ("Écrire au patient du document, à son matricule.", "Write to the document's patient, at the matricule."),
    at="To, patient.mssante.fr",
    certainty="deduced",
)
def _citizen(subject: TogetherSubject) -> Iterator[Hit]:
    named = [one for one in subject.facts if one.says("ins")]
    known = frozenset(text.partition(" ")[0] for one in named for text in one.says("ins"))
    for one in subject.facts:
        others = one.says("matricule") - known
        if named and others:
            yield _hit(one, "matricule", others, named[0], known)


@_BOOK.rule(
    "TOG-016",
    (
        "L'expéditeur du message (PRT SB) est l'auteur du lot.",
        "The sender of the message (PRT SB) is the author of the set.",
    ),
    ("Reprendre le professionnel de PRT SB dans authorPerson du lot.", "Take the PRT SB person as set author."),
    at="PRT SB, SubmissionSet/authorPerson",
    certainty="deduced",
)
def _sender(subject: TogetherSubject) -> Iterator[Hit]:
    yield from _meets(subject, "sender")


@_BOOK.rule(
    "TOG-017",
    (
        "La structure de l'expéditeur du message est celle de l'auteur du lot.",
        "The structure of the message's sender is that of the set's author.",
    ),
    ("Normaliser en Struct_IdNat : 1 + FINESS.", "Normalise to Struct_IdNat: 1 + FINESS."),
    at="PRT-8, SubmissionSet/authorInstitution",
    certainty="deduced",
)
def _sender_structure(subject: TogetherSubject) -> Iterator[Hit]:
    yield from _meets(subject, "sender_structure")


def _meets(subject: TogetherSubject, datum: str) -> Iterator[Hit]:
    saying = [one for one in subject.sending if one.says(datum)]
    for one in saying[1:]:
        if not one.says(datum) & saying[0].says(datum):
            yield _hit(one, datum, one.says(datum), saying[0])


def _among(subject: TogetherSubject, datum: str, *known: str) -> Iterator[Hit]:
    """What a token says must be said by one of these data, where anything says them."""
    telling = [(one, frozenset().union(*(one.says(name) for name in known))) for one in subject.facts]
    telling = [(one, values) for one, values in telling if values]
    all_known = frozenset().union(*(values for _, values in telling))
    for one in subject.facts:
        others = one.says(datum) - all_known
        if telling and others:
            yield _hit(one, datum, others, telling[0][0], all_known)


@_BOOK.rule(
    "TOG-018",
    (
        "En mode direct, le porteur du VIHF est un auteur, ou le responsable du document.",
        "In the direct mode the holder of the VIHF is an author, or the legal authenticator.",
    ),
    ("Envoyer sous la carte de l'auteur.", "Send under the author's card."),
    at="NameID",
    certainty="deduced",
)
def _holder(subject: TogetherSubject) -> Iterator[Hit]:
    yield from _among(subject, "direct_holder", "author", "sender", "signer")


@_BOOK.rule(
    "TOG-019",
    (
        "La structure du VIHF est celle d'un auteur du lot ou du document.",
        "The structure of the VIHF is that of an author of the set or of the document.",
    ),
    ("Prendre la structure de l'expéditeur dans les deux.", "Take the sender's structure in both."),
    at="Identifiant_Structure, authorInstitution",
    certainty="deduced",
)
def _token_structure(subject: TogetherSubject) -> Iterator[Hit]:
    yield from _among(subject, "token_structure", "sender_structure", "structure")


@_BOOK.rule(
    "TOG-034",
    (
        "Le secteur du VIHF est le type de structure du document, quand l'auteur y est chez lui.",
        "The sector of the VIHF is the document's kind of structure, where the author is at home.",
    ),
    ("Vérifier la situation d'exercice choisie.", "Check the situation of practice that was chosen."),
    at="Secteur_Activite, healthCareFacility",
    severity="warning",
    certainty="deduced",
)
def _token_sector(subject: TogetherSubject) -> Iterator[Hit]:
    yield from _among(subject, "token_sector", "sector")


@_BOOK.rule(
    "TOG-035",
    (
        "Les rôles du VIHF sont la profession et le savoir-faire de l'auteur qui envoie.",
        "The roles of the VIHF are the profession and savoir-faire of the author who sends.",
    ),
    ("Couper G15_10/SM26 en 10 et SM26.", "Cut G15_10/SM26 into 10 and SM26."),
    at="role, assignedAuthor/code",
    severity="warning",
    certainty="deduced",
)
def _token_role(subject: TogetherSubject) -> Iterator[Hit]:
    authors = frozenset().union(*(one.says("author") for one in subject.facts))
    telling = [one for one in subject.facts if one.says("role")]
    known = frozenset(text.removeprefix("G15_") for one in telling for text in one.says("role"))
    for one in subject.facts:
        others = one.says("token_role") - known
        if telling and others and one.says("direct_holder") & authors:
            yield _hit(one, "token_role", others, telling[0], known)


@_BOOK.rule(
    "TOG-036",
    (
        "Le courriel annonce le type de chacun des documents (X-MSS-CODECDA).",
        "The mail announces the type of each of the documents (X-MSS-CODECDA).",
    ),
    ("Recopier le code du CDA.", "Copy the code of the CDA."),
    at="X-MSS-CODECDA",
    certainty="deduced",
)
def _announced(subject: TogetherSubject) -> Iterator[Hit]:
    documents = [one for one in subject.facts if one.kind == "cda" and one.says("type")]
    known = frozenset().union(*(one.says("type") for one in documents))
    for one in subject.facts:
        if documents and one.says("types") and not one.says("types") <= known:
            yield _hit(one, "types", one.says("types") - known, documents[0], known)


@_BOOK.rule(
    "TOG-037",
    (
        "Message, courriel, archive et lot demandent la même chose : premier envoi, remplacement ou suppression.",
        "Message, mail, archive and set ask the same: first sending, replacement or deletion.",
    ),
    (
        "Remplacement : OBX-11 C, action C, association RPLC ; suppression : D.",
        "Replacement: OBX-11 C, action C, association RPLC; deletion: D.",
    ),
    at="OBX-11, action, RPLC",
    certainty="deduced",
)
def _action(subject: TogetherSubject) -> Iterator[Hit]:
    """Those that carry a document and are silent ask for a first sending."""
    asking = [one for one in subject.facts if one.kind in ("hl7v2", "xds") and one.document is not None]
    asking += [one for one in subject.facts if one.kind == "mail" and one.says("types")]
    told = [(one, ", ".join(sorted(one.says("action"))) or "F") for one in asking]
    loud = [(one, said) for one, said in told if said != "F"]
    for one, said in told if loud else ():
        if said != loud[0][1]:
            yield _hit(one, "action", frozenset({said}), loud[0][0], frozenset({loud[0][1]}))


RULES = _BOOK.rules
"""Judged on a :class:`TogetherSubject`."""
