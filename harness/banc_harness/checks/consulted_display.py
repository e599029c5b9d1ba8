"""Checks of what a software does with what it read in the DMP: the list, the documents shown, the copies filed.

What the wire can show comes from the wire; only what the user saw is taken from the driver.
"""

from __future__ import annotations

from collections.abc import Iterator

from banc_harness.checks import check
from banc_harness.checks.consulted import (
    CONSULTATIONS,
    HISTORIES,
    READS,
    SEARCHES,
    act_of,
    acts,
    digest,
    entries_of,
    handed,
    known_before,
    listed,
)
from banc_harness.trace import Trace
from banc_standards.errors import Sentence
from banc_standards.rules import Hit
from banc_standards.xds.names import APPROVED, ARCHIVED, DEPRECATED

STATES = {APPROVED: "current", DEPRECATED: "obsolete", ARCHIVED: "archived"}


@check(
    id="CHK-HIS-011",
    requirements=["SC.DMP/UX.14"],
    on=SEARCHES,
    scenarios=HISTORIES,
    word_of=("document.search",),
    text=Sentence(
        "La liste montre les documents que le DMP vient de rendre, eux seuls, chacun avec son état.",
        "The list shows the documents that the DMP just gave, and no other, each with its state.",
    ),
    clause="SC.DMP/UX.14 ; EX_3.1-1030 ; EX_3.1-1080",
    fix=Sentence(
        "remplacez la liste par la réponse de TD3.1 à cette recherche ; affichez remplacé, archivé, masqué",
        "replace the list with the answer of TD3.1 to this search; show replaced, archived, masked",
    ),
)
def list_is_the_answer(trace: Trace) -> Iterator[Hit]:
    """The documents of the list of each search, against the entries of the last FindDocuments of its step."""
    for act in acts(trace, "document.search"):
        if (act.input.get("search") or {}).get("since"):
            continue
        answered = [one for one in trace.selected if one.claimed_by == act.step and one.outcome == "accepted"]
        if not answered:
            continue
        given = {f"urn:oid:{entry.unique_id}": entry for entry in entries_of(answered[-1])}
        shown = {str(item.get("document")): item for item in listed(act)}
        for name in sorted(shown.keys() ^ given.keys()):
            found, expected = ("liste / list", "aucun / none") if name in shown else ("(absent)", "liste / list")
            yield Hit(answered[-1].place(name), found=found, expected=expected)
        for name in shown.keys() & given.keys():
            state = STATES.get(given[name].status or "", "")
            if shown[name].get("state") != state:
                yield Hit(answered[-1].place(name), found=str(shown[name].get("state")), expected=state)


@check(
    id="CHK-HIS-012",
    requirements=["SBX-DMP-07"],
    on=READS,
    scenarios=HISTORIES,
    word_of=("document.read",),
    text=Sentence(
        "Un document dont l'empreinte ou la taille n'est pas celle de ses métadonnées n'est ni montré ni rangé.",
        "A document whose hash or size is not that of its metadata is neither shown nor filed.",
    ),
    clause="IHE ITI TF-3 §4.2.3.2 (hash, size) ; Guide d'intégration DMP, TD3.2",
    fix=Sentence(
        "calculez le SHA-1 et la taille des octets reçus, et comparez-les à l'entrée que TD3.1 a rendue",
        "compute the SHA-1 and the size of the received bytes, and compare them with the entry that TD3.1 gave",
    ),
)
def whole_documents_only(trace: Trace) -> Iterator[Hit]:
    """What was shown or filed of each TD3.2, against the bytes of the answer and the entries known before it."""
    for exchange in trace.selected:
        act, known = act_of(trace, exchange.claimed_by, "document.read"), known_before(trace, exchange)
        if act is None:
            continue
        used = {str(item.get("document")) for key in ("read", "filed") for item in act.output.get(key) or ()}
        for name, content in handed(exchange).items():
            entry = known.get(name)
            if entry is not None and name in used and digest(content) != (entry.hash or "").lower():
                yield Hit(exchange.place(name), found=digest(content), expected=entry.hash or "")


@check(
    id="CHK-HIS-013",
    requirements=["SC.DMP/UX.31", "SC.CDA/INT.08"],
    on=READS,
    presence=True,
    scenarios=("UC3.41", "UC3.43"),
    word_of=("document.read",),
    text=Sentence(
        "La copie d'un document est rangée dans le dossier de son patient, avec son origine.",
        "The copy of a document is filed in the record of its patient, with its origin.",
    ),
    clause="SC.DMP/UX.31 ; SC.CDA/INT.08 ; EX_3.2",
    fix=Sentence(
        "gardez avec la copie l'entrepôt, l'uniqueId, l'entryUUID, l'auteur et la date de l'entrée",
        "keep with the copy the repository, uniqueId, entryUUID, author and date of the entry",
    ),
)
def copies_with_their_origin(trace: Trace) -> Iterator[Hit]:
    """Every document that was to be filed, is; under the patient of the action; its origin is that of its entry."""
    for exchange in trace.selected:
        act, known = act_of(trace, exchange.claimed_by, "document.read"), known_before(trace, exchange)
        if act is None or not act.input.get("file") or act.status != "done":
            continue
        filed = {str(item.get("document")): item for item in act.output.get("filed") or ()}
        owner = str((act.input.get("patient") or {}).get("local_id"))
        for name in handed(exchange):
            item, entry = filed.get(name), known.get(name)
            if item is None or entry is None:
                yield Hit(exchange.place(name), found="(absent)", expected="rangé / filed")
                continue
            if str(item.get("patient")) != owner:
                yield Hit(exchange.place(f"{name} patient"), found=str(item.get("patient")), expected=owner)
            author = entry.authors[0].persons[0] if entry.authors and entry.authors[0].persons else ""
            expected = {
                "repository": entry.repository_unique_id,
                "unique_id": entry.unique_id,
                "entry_uuid": entry.id,
                "author": author,
                "date": entry.creation_time,
            }
            said = item.get("origin") or {}
            for key, value in expected.items():
                if said.get(key) != value:
                    yield Hit(exchange.place(f"{name} {key}"), found=str(said.get(key) or "∅"), expected=str(value))


@check(
    id="CHK-HIS-014",
    requirements=["SBX-DMP-07"],
    on=READS,
    presence=True,
    scenarios=("UC3.51",),
    word_of=("document.read",),
    text=Sentence(
        "Un document remplacé se lit dans sa version en vigueur, ou se dit remplacé.",
        "A document that was replaced is read in its current version, or said to be replaced.",
    ),
    clause="EX_3.1-1080 ; Guide d'intégration DMP, TD3.1 (RPLC)",
    fix=Sentence(
        "relisez l'entrée (TD3.1b) avant de lire ; Deprecated : suivez l'association RPLC, ou affichez « remplacé »",
        "read the entry again (TD3.1b) before reading; Deprecated: follow the RPLC association, or show “replaced”",
    ),
)
def current_version(trace: Trace) -> Iterator[Hit]:
    """What was handed over while it no longer stood is not shown as if it did."""
    for exchange in trace.selected:
        act = act_of(trace, exchange.claimed_by, "document.read")
        shown = {str(item.get("document")): item for item in (act.output.get("read") or () if act else ())}
        for name in exchange.fact("obsolete") or ():
            if name in shown and shown[name].get("state") == "current":
                yield Hit(exchange.place(name), found="current", expected="obsolete")


@check(
    id="CHK-HIS-015",
    requirements=["SBX-DMP-08"],
    on=CONSULTATIONS,
    scenarios=HISTORIES,
    word_of=("document.search", "document.read"),
    text=Sentence(
        "L'utilisateur apprend que le DMP a refusé ou n'a pas répondu.",
        "The user learns that the DMP refused, or did not answer.",
    ),
    clause="Guide d'intégration DMP, PRE_ERR (codes d'erreur montrés à l'utilisateur)",
    fix=Sentence(
        "montrez le code et le texte de l'erreur ; une liste vide n'en dit rien",
        "show the code and the text of the error; an empty list says nothing of it",
    ),
)
def errors_told(trace: Trace) -> Iterator[Hit]:
    """An action whose consultation failed was not reported done without a word of warning."""
    for exchange in trace.selected:
        failed = exchange.outcome in ("refused", "failed") or exchange.code is not None
        act = act_of(trace, exchange.claimed_by, "document.search", "document.read")
        if not failed or act is None or act.status != "done":
            continue
        if not any(level in ("warning", "error") for level, _ in act.shown):
            yield Hit(exchange.place(), found="∅", expected=exchange.code or exchange.outcome)
