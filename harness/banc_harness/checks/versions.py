"""Checks of what becomes of a document that was filed: replaced by its next version, or deleted."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from banc_harness.checks import check
from banc_harness.checks.heard import heard_in
from banc_harness.selection import Selection
from banc_harness.trace import Exchange, Trace
from banc_standards.errors import Sentence
from banc_standards.rules import Finding, Hit
from banc_standards.xds.names import DELETED

FILED = Selection(operation="dmp.TD2.1", outcome="accepted")
REGISTRY = Selection(operation=("dmp.TD3.1", "dmp.TD3.3c"))


@check(
    id="CHK-DMP-010",
    requirements=["SBX-DMP-04", "DMP/va1.15", "DMP/va1.16", "DMP/va1.23", "SBX-VSM-02"],
    on=FILED,
    presence=True,
    scenarios=("UC1.11", "UC2.03", "UC3.02"),
    text=Sentence(
        "Un document corrigé prend la place de l'ancienne version dans le DMP.",
        "A corrected document takes the place of its former version in the DMP.",
    ),
    clause="Guide d'intégration DMP, TD2.1 (remplacement) ; IHE ITI-41, RPLC ; CI-SIS, relatedDocument",
    fix=Sentence(
        "cherchez l'entryUUID (TD3.1b), déposez la nouvelle version avec RPLC vers lui, un nouvel id, le même setId, "
        "versionNumber + 1 et relatedDocument vers l'ancien id",
        "look the entryUUID up (TD3.1b), file the new version with RPLC to it, a new id, the same setId, "
        "versionNumber + 1 and relatedDocument to the former id",
    ),
)
def replaced_by_its_next_version(trace: Trace) -> Iterator[Hit | Finding]:
    """Each document filed follows the one before: in the registry, and in the document itself."""
    yield from heard_in(trace.about(Selection(operation="dmp.TD3.1")), "XDS-QRY-", "DMP-")
    filed = (*(item for item in trace.earlier if FILED.matches(item.entry)), *trace.selected)
    if len(filed) < 2:
        yield Hit("dmp.TD2.1", found=str(len(filed)), expected="2")
        return
    for former, new in pairwise(filed):
        known = _documents(former)
        replaced = new.fact("replaced") or []
        if known.isdisjoint(replaced):
            yield Hit(new.place("RPLC"), found=", ".join(replaced), expected=", ".join(sorted(known)))
        yield from _follows(former, new)


def _follows(former: Exchange, new: Exchange) -> Iterator[Hit]:
    for before, after in zip(former.cdas, new.cdas, strict=False):
        parent = after.replaces
        next_version = (before.version or 0) + 1
        pairs = (
            ("relatedDocument/parentDocument/id", parent.root if parent else "", before.id.root),
            ("setId", after.set_id.root, before.set_id.root),
            ("versionNumber", str(after.version or ""), str(next_version)),
        )
        for where, found, expected in pairs:
            if found != expected:
                yield Hit(new.place(where), found=found or "(absent)", expected=expected)
        if after.id == before.id:
            yield Hit(new.place("id"), found=after.id.root, expected="≠")


@check(
    id="CHK-DMP-011",
    requirements=["SC.DMP/CONF.03", "DMP/va1.16", "DMP/va1.23"],
    on=Selection(operation="dmp.TD3.3c", outcome="accepted"),
    presence=True,
    scenarios=("UC1.12", "UC2.07", "UC3.05"),
    text=Sentence(
        "Le document que l'utilisateur retire est supprimé du DMP.",
        "The document that the user takes back is deleted from the DMP.",
    ),
    clause="SC.DMP/CONF.03 ; Guide d'intégration DMP, TD3.3c ; IHE ITI-57",
    fix=Sentence(
        "cherchez l'entryUUID (TD3.1b), puis envoyez UpdateAvailabilityStatus vers lui, du statut actuel à Deleted",
        "look the entryUUID up (TD3.1b), then send UpdateAvailabilityStatus to it, from the present status to Deleted",
    ),
)
def deleted_as_asked(trace: Trace) -> Iterator[Hit | Finding]:
    """The document that was filed, and it alone, becomes Deleted; nothing is wrong in what was sent to the registry."""
    yield from heard_in(trace.about(REGISTRY), "TLS-", "SOAP-", "VIHF-", "XDS-", "DMP-")
    filed = {name for exchange in trace.all("dmp.TD2.1", "accepted") for name in _documents(exchange)}
    for exchange in trace.selected:
        taken = set(exchange.fact("documents") or ())
        if taken != filed:
            yield Hit(exchange.place("targetObject"), found=", ".join(sorted(taken)), expected=", ".join(sorted(filed)))
        if exchange.fact("new_status") != DELETED:
            yield Hit(exchange.place("NewStatus"), found=str(exchange.fact("new_status")), expected=DELETED)


def _documents(exchange: Exchange) -> frozenset[str]:
    return frozenset(exchange.fact("documents") or ())
