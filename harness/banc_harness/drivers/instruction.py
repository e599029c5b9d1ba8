"""An action of CONTRACTS §9 in the words of the person who will do it: what to do, with whom, with what."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from banc_standards.contracts.driver import Action
from banc_standards.errors import Lang, Sentence

_DO: dict[str, Sentence] = {
    "auth.login": Sentence("Connectez-vous par Pro Santé Connect", "Sign in through Pro Santé Connect"),
    "auth.refresh": Sentence(
        "Faites renouveler la session Pro Santé Connect, sans vous reconnecter",
        "Have the Pro Santé Connect session renewed, without signing in again",
    ),
    "auth.logout": Sentence("Déconnectez-vous de Pro Santé Connect", "Sign out of Pro Santé Connect"),
    "patient.create": Sentence("Créez le dossier de ce patient", "Create this patient's record"),
    "patient.qualify": Sentence("Qualifiez l'identité de ce patient", "Qualify this patient's identity"),
    "identity.search": Sentence(
        "Cherchez dans le logiciel un dossier existant, par ces seuls critères",
        "Look in the software for an existing record, by these criteria only",
    ),
    "identity.verify": Sentence("Vérifiez l'INS de ce patient", "Verify this patient's INS"),
    "document.send": Sentence("Envoyez ce document", "Send this document"),
    "document.replace": Sentence(
        "Envoyez une nouvelle version du document", "Send a document that replaces the former one"
    ),
    "document.delete": Sentence("Supprimez le document du DMP", "Delete the document from the DMP"),
    "document.hide": Sentence("Changez la visibilité du document", "Change who may see the document"),
    "document.search": Sentence(
        "Cherchez les documents du patient dans son DMP", "Look for the patient's documents in the DMP"
    ),
    "document.read": Sentence("Ouvrez ce document du DMP", "Open this document of the DMP"),
    "mail.send": Sentence("Envoyez ce message par MSSanté", "Send this mail through MSSanté"),
    "mail.fetch": Sentence("Relevez la boîte MSSanté", "Fetch the mail of the MSSanté mailbox"),
    "directory.search": Sentence("Cherchez dans l'Annuaire Santé", "Search the Annuaire Santé"),
    "hl7.receive": Sentence("Laissez le logiciel recevoir ce message HL7", "Let the software receive this HL7 message"),
    "clock.set": Sentence("Mettez l'horloge du logiciel à l'heure de la séance", "Set the software's clock"),
    "state.reset": Sentence(
        "Remettez le logiciel dans son état de départ", "Put the software back into its first state"
    ),
    "state.export": Sentence("Exportez ce que le logiciel a gardé", "Export what the software kept"),
}

_EDIT = Sentence("Modifiez le dossier de ce patient", "Edit this patient's record")

_NAMES: dict[str, Sentence] = {
    "professional": Sentence("professionnel", "professional"),
    "patient": Sentence("patient", "patient"),
    "structure": Sentence("structure", "structure"),
    "document": Sentence("document", "document"),
    "order": Sentence("demande d'examens", "lab order"),
    "recipients": Sentence("destinataires", "recipients"),
    "identity_document": Sentence("pièce d'identité présentée", "identity document shown"),
    "opposed": Sentence("oppositions du patient", "the patient's objections"),
    "criteria": Sentence("critères", "criteria"),
    "attributes": Sentence("attributs à poser", "attributes to set"),
    "mailbox": Sentence("boîte", "mailbox"),
    "proxy": Sentence("logiciels à servir par le proxy (access.json)", "softwares that the proxy serves (access.json)"),
    "offset_s": Sentence("décalage en secondes", "shift in seconds"),
    "frozen": Sentence("horloge arrêtée", "clock stopped"),
}
_SEX = {"F": Sentence("née", "born"), "M": Sentence("né", "born")}


@dataclass(frozen=True, slots=True)
class Instruction:
    """What a person is told: one sentence, and the named things that go with it, in the language ``lang``."""

    step: str
    action: str
    lang: Lang
    title: str
    rows: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        colon = ": " if self.lang == "en" else " : "
        return "\n".join([self.title, *(f"{name}{colon}{value}" for name, value in self.rows)])


def instruction(action: Action) -> Instruction:
    """The action in readable words. What it does not know is told by its own name."""
    lang = action.lang
    said = _DO.get(action.action, Sentence(action.action, action.action))
    if action.action == "patient.create" and action.input.get("edit"):
        said = _EDIT
    rows = tuple(
        (_NAMES[name].of(lang) if name in _NAMES else name, _value(name, value, lang))
        for name, value in action.input.items()
        if value not in (None, "", [], {}) and name != "edit"
    )
    return Instruction(action.step, action.action, lang, said.of(lang), rows)


def _value(name: str, value: Any, lang: Lang) -> str:
    if isinstance(value, Mapping):
        told = {
            "patient": _patient,
            "professional": _professional,
            "structure": _structure,
            "document": _document,
            "order": _order,
        }
        if name in told:
            return " · ".join(part for part in told[name](value, lang) if part)
    if isinstance(value, list | tuple) and all(isinstance(item, str) for item in value):
        return ", ".join(_recipient(item, lang) if name == "recipients" else item for item in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _patient(patient: Mapping[str, Any], lang: Lang) -> Iterator[str]:
    family, used = str(patient.get("birth_family", "")), str(patient.get("used_family", ""))
    yield f"{family} {patient.get('birth_givens', '')}".strip()
    if used and used != family:
        yield Sentence(f"nom utilisé {used}", f"known as {used}").of(lang)
    born = _SEX.get(str(patient.get("sex")), Sentence("né(e)", "born")).of(lang)
    place = patient.get("birth_place")
    at = Sentence(f" à {place} (COG)", f" in {place} (COG)").of(lang) if place else ""
    yield f"{born} {_on(lang)}{patient.get('birth_date', '?')}{at}"
    yield Sentence(f"sexe {patient.get('sex', '?')}", f"sex {patient.get('sex', '?')}").of(lang)
    if patient.get("local_id"):
        yield f"IPP {patient['local_id']}"
    yield _address(patient.get("address") or {})


def _on(lang: Lang) -> str:
    return Sentence("le ", "on ").of(lang)


def _professional(person: Mapping[str, Any], lang: Lang) -> Iterator[str]:
    yield f"{person.get('given', '')} {person.get('family', '')}".strip()
    if person.get("rpps"):
        yield f"RPPS {person['rpps']}"
    yield str(person.get("mailbox") or "")


def _structure(place: Mapping[str, Any], lang: Lang) -> Iterator[str]:
    yield str(place.get("name") or "")
    if place.get("finess"):
        yield f"FINESS {place['finess']}"
    yield str(place.get("mailbox") or "")


def _document(document: Mapping[str, Any], lang: Lang) -> Iterator[str]:
    yield f"{document.get('type', '')} {document.get('level', '')}".strip()
    yield str(document.get("title") or "")
    if document.get("replaces"):
        yield Sentence(f"remplace {document['replaces']}", f"replaces {document['replaces']}").of(lang)
    elif document.get("id"):
        yield str(document["id"])
    if document.get("visibility"):
        hidden = ", ".join(map(str, document["visibility"]))
        yield Sentence(f"visibilité {hidden}", f"visibility {hidden}").of(lang)


def _order(order: Mapping[str, Any], lang: Lang) -> Iterator[str]:
    yield Sentence(f"n° {order.get('number', '')}", f"no. {order.get('number', '')}").of(lang)
    for name, told in (
        ("prescribers", Sentence("prescrite par", "ordered by")),
        ("copies", Sentence("copie à", "copy to")),
    ):
        people = [" ".join(_professional(someone, lang)) for someone in order.get(name) or ()]
        if people:
            yield f"{told.of(lang)} {', '.join(people)}"
    for result in order.get("results") or ():
        value = result.get("value")
        waiting = Sentence("en attente", "awaited").of(lang)
        said = waiting if value is None else f"{value} {result.get('unit', '')} ({result.get('interpretation', '')})"
        yield f"{result.get('code', '')} {result.get('label', '')} : {said}"


def _address(address: Mapping[str, Any]) -> str:
    street = " ".join(str(address.get(name) or "") for name in ("number", "street")).strip()
    city = " ".join(str(address.get(name) or "") for name in ("postal_code", "city")).strip()
    return ", ".join(part for part in (street, city) if part)


def _recipient(recipient: str, lang: Lang) -> str:
    kind, _, rest = recipient.partition(":")
    if recipient == "dmp":
        return Sentence("le DMP du patient", "the patient's DMP").of(lang)
    if recipient == "patient":
        return Sentence("le patient (Mon espace santé)", "the patient (Mon espace santé)").of(lang)
    return Sentence(f"le professionnel {rest}", f"the professional {rest}").of(lang) if kind == "pro" else recipient
