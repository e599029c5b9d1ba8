"""The story of several softwares for the eye: chapter by chapter, who did what, with which document, where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Final

from banc_harness.account import Account, Scenario
from banc_harness.reports.redaction import safe
from banc_harness.reports.sequence import NAMES, OUTCOMES
from banc_harness.reports.wording import Wording
from banc_harness.sealed import Sealed
from banc_harness.trace import Exchange
from banc_standards.contracts.events import ExchangeSeen
from banc_standards.contracts.sut import Sut
from banc_standards.contracts.vocabulary import SoftwareType
from banc_standards.errors import Sentence

VERBS: Final[tuple[tuple[str, Sentence], ...]] = (
    ("insi.*", Sentence("qualifie l'identité", "qualifies the identity")),
    ("dmp.TD0.3", Sentence("note l'autorisation d'accès", "notes the access authorisation")),
    ("dmp.TD2.1", Sentence("dépose", "files")),
    ("dmp.TD3.1", Sentence("cherche des documents", "searches for documents")),
    ("dmp.TD3.2", Sentence("lit", "reads")),
    ("dmp.TD3.3*", Sentence("change le statut de", "changes the status of")),
    ("mssante.submission", Sentence("envoie", "sends")),
    ("mssante.imap.FETCH", Sentence("relève", "fetches")),
)
"""What an exchange does for the patient; one of another operation serves it and is left to the timeline."""

_MAIL: Final = "mssante.submission"
_CARRIERS: Final = ("dmp.TD2.1", _MAIL)
_REPLACES: Final = Sentence("remplace par", "replaces with")
_RECEIPT: Final = Sentence("accuse réception", "sends a receipt")
_PATIENT_SPACE: Final = "@patient."


@dataclass(frozen=True, slots=True)
class Crossing:
    """Something that crossed: what was done (``verb``, ``what``), at which ``service`` and for whom (``to``).

    ``seqs`` are the exchanges; ``errors`` counts what the rules found in them.
    """

    verb: Sentence
    what: str
    service: Sentence
    to: Sentence
    outcome: str
    result: Sentence
    seqs: tuple[int, ...]
    errors: int


@dataclass(frozen=True, slots=True)
class Chapter:
    """One chapter: who tells it, how it went, what crossed; ``shown`` is what the user of the software read."""

    id: str
    title: Sentence
    software: SoftwareType | None
    product: str
    outcome: str
    reason: Sentence
    crossings: tuple[Crossing, ...]
    shown: tuple[str, ...]


def chapters(account: Account, sealed: Sealed, wording: Wording) -> Iterator[Chapter]:
    """The chapters of the story, in the order in which they were told."""
    titles = _titles(account, sealed)
    started = account.started
    suts = {} if started is None else {item.software: item.sut for item in started.cast}
    if started is not None:
        suts[started.sut.software_type] = started.sut
    for scenario in account.scenarios.values():
        yield _chapter(scenario, sealed, wording, titles, suts)


def patients(account: Account) -> tuple[str, ...]:
    """The patients whom the story is about, by their ids."""
    found = (scenario.ended.subjects.get("patients", []) for scenario in account.scenarios.values() if scenario.ended)
    return tuple(dict.fromkeys(name for names in found for name in names))


def _chapter(
    scenario: Scenario,
    sealed: Sealed,
    wording: Wording,
    titles: Mapping[str, str],
    suts: Mapping[SoftwareType, Sut],
) -> Chapter:
    ended, started = scenario.ended, scenario.started
    outcome = ended.outcome if ended is not None else "failed"
    software = started.software if started is not None else None
    seen = sorted((item for step in scenario.steps.values() for item in step.exchanges), key=lambda item: item.seq)
    return Chapter(
        id=scenario.id,
        title=wording.said(started, "title") if started is not None else Sentence(scenario.title, scenario.title),
        software=software,
        product=suts[software].product.name if software is not None and software in suts else "",
        outcome="missed" if outcome == "done" and scenario.missed else outcome,
        reason=wording.said(ended, "reason") if ended is not None else Sentence("", ""),
        crossings=tuple(_joined(_crossings(seen, sealed, titles))),
        shown=tuple(safe(text) for step in scenario.steps.values() for text in step.shown),
    )


def _crossings(seen: list[ExchangeSeen], sealed: Sealed, titles: Mapping[str, str]) -> Iterator[Crossing]:
    for item in seen:
        verb = next((verb for pattern, verb in VERBS if fnmatchcase(item.operation, pattern)), None)
        if verb is None:
            continue
        exchange = sealed.exchange(item.seq)
        facts = {} if exchange is None else exchange.facts
        service = item.operation.partition(".")[0]
        tail = f" · {item.code}" if item.code and item.outcome != "accepted" else ""
        said = OUTCOMES[item.outcome]
        if item.operation == "mssante.imap.FETCH" and not _bodies(facts):
            continue  # headers only, on the way to the mail
        yield Crossing(
            verb=_verb(item, exchange) or verb,
            what=_what(item, exchange, titles),
            service=NAMES.get(service, Sentence(service, service)),
            to=_to(facts.get("recipients") or ()),
            outcome=item.outcome,
            result=Sentence(said.fr + tail, said.en + tail),
            seqs=(item.seq,),
            errors=sum(finding.severity == "error" for finding in item.findings),
        )


def _bodies(facts: Mapping[str, object]) -> bool:
    """Whether a FETCH read more of the mails than their headers."""
    sections = facts.get("sections")
    return not isinstance(sections, list | tuple) or any("HEADER" not in str(section) for section in sections)


def _verb(item: ExchangeSeen, exchange: Exchange | None) -> Sentence | None:
    """What is told otherwise than by its operation alone."""
    if exchange is None:
        return None
    if item.operation == "dmp.TD2.1" and exchange.facts.get("replaces"):
        return _REPLACES
    if item.operation == "mssante.submission" and exchange.mail is not None and exchange.mail.report_type:
        return _RECEIPT
    return None


def _joined(crossings: Iterator[Crossing]) -> Iterator[Crossing]:
    """The same thing done several times in a row, to one or to several, is told once."""
    last: Crossing | None = None
    for item in crossings:
        if last is not None and _same(item) == _same(last):
            to = last.to if item.to.fr in last.to.fr else Sentence(*_listed(last.to, item.to))
            last = replace(last, to=to, seqs=(*last.seqs, *item.seqs), errors=last.errors + item.errors)
            continue
        if last is not None:
            yield last
        last = item
    if last is not None:
        yield last


def _same(item: Crossing) -> Crossing:
    return replace(item, to=Sentence("", ""), seqs=(), errors=0)


def _listed(one: Sentence, other: Sentence) -> tuple[str, str]:
    return f"{one.fr} et {other.fr}", f"{one.en} and {other.en}"


def _titles(account: Account, sealed: Sealed) -> dict[str, str]:
    """The titles of the documents that were filed, by their ids as facts name them, and of those that were mailed, by
    Message-ID.
    """
    found = {}
    for item in account.exchanges:
        exchange = sealed.exchange(item.seq) if item.operation in _CARRIERS else None
        if exchange is not None and item.operation == _MAIL:
            found[str(exchange.fact("message_id"))] = ", ".join(document.title for document in exchange.mailed_cdas)
            continue
        submission = None if exchange is None else exchange.submission
        for entry in () if submission is None else submission.contents:
            found[f"urn:oid:{entry.unique_id}"] = entry.title or ""
    return found


def _what(item: ExchangeSeen, exchange: Exchange | None, titles: Mapping[str, str]) -> str:
    if exchange is None or item.operation in ("dmp.TD3.1", "dmp.TD0.3"):
        return ""
    if item.operation == _MAIL:
        return ", ".join(dict.fromkeys(safe(document.title) for document in exchange.mailed_cdas))
    named = exchange.facts.get("documents") or exchange.facts.get("message_ids")
    names = [str(name) for name in named] if isinstance(named, list | tuple) else []
    return ", ".join(dict.fromkeys(safe(titles[name]) for name in names if titles.get(name)))


def _to(recipients: object) -> Sentence:
    if not isinstance(recipients, list | tuple) or not recipients:
        return Sentence("", "")
    if all(_PATIENT_SPACE in str(box) for box in recipients):
        return Sentence("au patient", "to the patient")
    boxes = ", ".join(safe(str(box)) for box in recipients)
    return Sentence(f"à {boxes}", f"to {boxes}")
