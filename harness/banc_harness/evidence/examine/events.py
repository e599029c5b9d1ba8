"""The events of the run (``BUNDLE-070`` to ``078``): whole, of this run, and about this journal."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from banc_harness.evidence import names
from banc_harness.evidence.bundle import Bundle
from banc_harness.evidence.refusal import Refused, refused
from banc_standards.contracts import events
from banc_standards.contracts.bundle import Manifest
from banc_standards.contracts.events import AnyEvent
from banc_standards.errors import Sentence


@dataclass(slots=True)
class Told:
    """How many events there are, and what is worth a remark."""

    count: int = 0
    remarks: list[Sentence] = field(default_factory=list)


def judge(bundle: Bundle, manifest: Manifest) -> Told:
    """Reads every event once. Raises ``Refused``."""
    told = Told()
    exchanges: set[int] = set()
    attached: set[str] = set()
    reviewed: dict[str, str] = {}
    cut_short = False
    last: AnyEvent | None = None
    for event in bundle.events():
        told.count += 1
        _judge_place(event, told.count, last, manifest)
        last = event
        match event:
            case events.RunStarted():
                _compare_start(event, manifest, bundle)
            case events.ExchangeSeen():
                _compare_exchange(event, bundle.entries)
                exchanges.add(event.seq)
            case events.ActionAnswered():
                attached |= {file.blob for file in event.evidence}
            case events.EvidenceAdded():
                attached.add(event.evidence.blob)
            case events.ReviewSigned():
                reviewed[event.requirement] = event.review
            case events.ScenarioEnded(outcome="failed", judged=False):
                cut_short = True
            case _:
                pass
    if not isinstance(last, events.RunEnded):
        raise refused("072", "les événements ne vont pas jusqu'à la fin", "the events do not go to the end of the run")
    _judge_untold(bundle, manifest, exchanges, told, cut_short=cut_short)
    _compare_attachments(bundle, attached)
    _compare_reviews(bundle, reviewed)
    return told


def _judge_place(event: AnyEvent, n: int, before: AnyEvent | None, manifest: Manifest) -> None:
    if event.n != n:
        raise refused("071", f"il manque un événement : n° {n}", f"an event is missing: no. {n}")
    if event.run != manifest.run:
        raise refused("072", f"événement n° {n} d'une autre exécution", f"event no. {n} is of another run")
    begins, ended = isinstance(event, events.RunStarted), isinstance(before, events.RunEnded)
    if begins != (n == 1) or ended:
        raise refused(
            "072",
            f"événement n° {n} : une exécution commence une fois et finit une fois",
            f"event no. {n}: a run begins once and ends once",
        )


def _compare_start(event: events.RunStarted, manifest: Manifest, bundle: Bundle) -> None:
    session = manifest.session
    pairs = {
        "kind": (event.kind, manifest.kind),
        "lang": (event.lang, manifest.lang),
        "session": ((event.session, event.mode), (session.id, session.mode)),
        "seed": (event.seed, manifest.seed),
        "rules": (event.rules, manifest.rule_set),
        "requirements": (event.requirements, manifest.requirement_set),
        "sut.yaml": (event.sut, bundle.sut),
    }
    for name, (told, sealed) in pairs.items():
        if told != sealed:
            raise refused(
                "075",
                f"{name} : le dossier ne dit pas ce que l'exécution a dit en commençant",
                f"{name}: the bundle does not say what the run said when it began",
            )


def _compare_exchange(event: events.ExchangeSeen, entries: Mapping[int, Mapping[str, Any]]) -> None:
    entry = entries.get(event.seq)
    same = ("hash", "operation", "outcome", "code", "fault")
    if entry is None or any(entry.get(name) != getattr(event, name) for name in same):
        raise refused(
            "073",
            f"événement n° {event.n} : l'échange n° {event.seq} n'est pas celui du journal",
            f"event no. {event.n}: the exchange no. {event.seq} is not the one of the journal",
        )


def _judge_untold(bundle: Bundle, manifest: Manifest, exchanges: set[int], told: Told, *, cut_short: bool) -> None:
    """An exchange that no event tells of is one that no check was asked about."""
    untold = [seq for seq in bundle.entries if seq > manifest.session.position and seq not in exchanges]
    if untold and not cut_short:
        raise refused(
            "074",
            f"l'échange n° {untold[0]} est au journal et aucun événement n'en parle : rien ne l'a jugé",
            f"the exchange no. {untold[0]} is in the journal and no event tells of it: nothing judged it",
        )
    if untold:
        told.remarks.append(
            Sentence(
                f"{len(untold)} échanges d'un scénario interrompu n'ont pas été jugés",
                f"{len(untold)} exchanges of a scenario that broke off were not judged",
            )
        )


def _compare_attachments(bundle: Bundle, attached: set[str]) -> None:
    found = {names.digest(name) for name in bundle.names if names.role(name) == "attachment"}
    for digest in sorted(attached ^ found):
        short = names.attachment(digest)
        if digest in attached:
            raise refused("076", f"la pièce {short} manque", f"the evidence file {short} is missing")
        raise refused("077", f"aucun événement ne nomme la pièce {short}", f"no event names the evidence file {short}")
    for digest in found:
        with bundle.stream(names.attachment(digest)) as file:
            if f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}" != digest:  # type: ignore[arg-type]
                raise _not_it(names.attachment(digest))


def _compare_reviews(bundle: Bundle, reviewed: Mapping[str, str]) -> None:
    signed = {names.review(requirement): digest for requirement, digest in reviewed.items()}
    found = {name for name in bundle.names if names.role(name) == "review" and name.endswith(".json")}
    for name in sorted(found ^ signed.keys()):
        raise refused(
            "078", f"{name} : la revue et l'événement qui la dit ne vont pas ensemble", f"{name}: review without event"
        )
    for name in sorted(found):
        if f"sha256:{hashlib.sha256(bundle.read(name)).hexdigest()}" != signed[name]:
            raise refused("078", f"{name} n'est pas la revue qui a été signée", f"{name} is not the review signed")


def _not_it(name: str) -> Refused:
    return refused("077", f"{name} n'est pas la pièce qui a été jointe", f"{name} is not the file that was attached")
