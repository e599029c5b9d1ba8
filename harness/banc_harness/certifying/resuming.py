"""Takes up a run that was interrupted: what it had finished stays, the scenario that was cut short is played again.

What makes it the same run is that its session and the epoch of its journal are there, entry by entry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from banc_fixtures.population import Population
from banc_harness.certifying.keeping import kept_files, kept_reviews
from banc_harness.certifying.reviews import digest
from banc_harness.client import Control
from banc_harness.drivers.reply import Evidence
from banc_harness.evidence.contents import without_credentials
from banc_harness.judging import Judgement, judge_played, judge_unplayed
from banc_harness.plan import Plan, requirement_set, rule_set
from banc_harness.reports.wording import Wording
from banc_harness.session import LEASE_S, RunSession, furnish
from banc_harness.tape import Tape
from banc_harness.told import Told
from banc_standards.contracts import events
from banc_standards.contracts.control import ClientRequest
from banc_standards.contracts.driver import PscClient
from banc_standards.contracts.events import AnyEvent, read_event
from banc_standards.contracts.review import Review
from banc_standards.contracts.sut import Sut
from banc_standards.errors import NOTHING, EnvironmentFailed, Sentence, UnusableInput, reason

EVENTS = "events.ndjson"


@dataclass(slots=True)
class Attempt:
    """One scenario as the events tell it, from its start; ``ended`` is missing when it was cut short."""

    scenario: str
    told: Told
    exchanges: set[int] = field(default_factory=set)
    verdicts: list[tuple[str, str]] = field(default_factory=list)
    failed: bool = False
    ended: events.ScenarioEnded | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """What an interrupted run left: its events, the last attempt of each scenario, its evidence and its reviews."""

    folder: Path
    started: events.RunStarted
    events: tuple[AnyEvent, ...]
    attempts: Mapping[str, Attempt]
    hashes: Mapping[int, str]
    files: dict[str, Evidence]
    reviews: dict[str, Review]

    @property
    def finished(self) -> tuple[str, ...]:
        """The scenarios that need not be played again."""
        return tuple(id for id, attempt in self.attempts.items() if attempt.ended is not None)

    @property
    def failed(self) -> bool:
        """Whether something around the software failed in what is kept."""
        kept = (self.attempts[id] for id in self.finished)
        return any(attempt.failed or (attempt.ended and attempt.ended.outcome == "failed") for attempt in kept)

    @property
    def settled(self) -> set[int]:
        """The exchanges of the scenarios that are kept."""
        return {seq for id in self.finished for seq in self.attempts[id].exchanges}


def find(name: str, folders: Sequence[Path]) -> Path:
    """The folder of a run: ``name`` itself, or where its id lies. Raises ``UnusableInput`` when there is none."""
    for folder in (Path(name), *(folder / name for folder in folders), *folders):
        if (folder / EVENTS).is_file() and (folder.name == Path(name).name or _run_of(folder) == name):
            return folder
    raise _refused("001", f"aucune exécution « {name} »", f"there is no run “{name}”", _GIVE_A_RUN)


def load(folder: Path) -> Past:
    """Reads what an interrupted run left in its folder, and takes away the end of an event that was cut short.

    Raises ``UnusableInput`` when there is nothing to take up, or the run had ended.
    """
    path = folder / EVENTS
    try:
        data = path.read_bytes()
        whole = data[: data.rfind(b"\n") + 1]
        told = tuple(read_event(line) for line in whole.splitlines())
        if len(whole) < len(data):
            path.write_bytes(whole)
    except OSError as error:
        raise _refused("001", f"{path} : {reason(error).fr}", f"{path}: {reason(error).en}", _GIVE_A_RUN) from None
    except ValidationError:
        raise _refused("002", f"{path} ne se lit pas", f"{path} cannot be read", _GIVE_A_RUN) from None
    if not told or not isinstance(told[0], events.RunStarted) or [item.n for item in told] != _numbers(told):
        raise _refused("002", f"{path} n'est pas celui d'une exécution", f"{path} is not that of a run", _GIVE_A_RUN)
    if isinstance(told[-1], events.RunEnded):
        raise _refused(
            "003",
            f"l'exécution {told[0].run} est allée à son terme : il n'y a rien à reprendre",
            f"the run {told[0].run} came to its end: there is nothing to resume",
        )
    attempts = _attempts(told, told[0])
    hashes = {item.seq: item.hash for item in told if isinstance(item, events.ExchangeSeen)}
    signed = {item.requirement: item.review for item in told if isinstance(item, events.ReviewSigned)}
    reviews = {name: item for name, item in kept_reviews(folder).items() if digest(item) == signed.get(name)}
    return Past(folder, told[0], told, attempts, hashes, kept_files(folder), reviews)


def planned_again(plan: Plan, past: Past) -> Plan:
    """The plan of the interrupted run. Raises ``UnusableInput`` when this software or this bench is another one."""
    started = past.started
    if Sut.model_validate(started.sut.model_dump(by_alias=True)) != without_credentials(plan.sut):
        raise _refused(
            "004",
            "sut.yaml ne décrit plus le logiciel de cette exécution",
            "sut.yaml no longer describes the software of this run",
            Sentence("remettez sut.yaml en l'état, ou recommencez", "put sut.yaml back, or start again"),
        )
    if started.rules != rule_set(len(plan.checks)) or started.requirements != requirement_set(plan.table):
        version = f"banc-segur {started.rules.version}"
        raise _refused(
            "005",
            f"cette exécution a commencé avec d'autres règles ou exigences ({version})",
            f"this run began with other rules or requirements ({version})",
            Sentence(f"reprenez-la avec {version}, ou recommencez", f"resume it with {version}, or start again"),
        )
    scenarios = {item.id: item for item in plan.scenarios}
    return replace(
        plan,
        run=started.run,
        kind=started.kind,
        lang=started.lang,
        profiles=tuple(started.profiles),
        scenarios=tuple(scenarios[id] for id in started.scenarios if id in scenarios),
        seed=started.seed,
    )


async def reopen(control: Control, past: Past, population: Population, *, ca_file: Path) -> RunSession:
    """The session of the interrupted run, leased again, furnished again, and put back as a scenario finds it.

    Raises ``EnvironmentFailed`` when the session is not there, or is another run's.
    """
    started = past.started
    try:
        session = await control.session(started.session)
    except UnusableInput:
        raise lost(past, "la session n'y est plus", "the session is no longer there") from None
    await control.lease(session.id, started.run, ttl_s=LEASE_S)
    await control.clear_faults(session.id)
    await control.release_clock(session.id)
    fresh = await control.create_session(mode=started.mode)
    try:
        await control.set_switches(session.id, await control.switches(fresh.id))
    finally:
        await control.delete_session(fresh.id)
    secrets = {client.client_id: client.client_secret for client in await control.clients(session.id)}
    described = await furnish(control, session.id, started.sut, population, ca_file=ca_file)
    client = described.psc_client
    if client is not None and secrets.get(client.id):
        kept = await control.register_client(
            session.id,
            ClientRequest(
                client_id=client.id,
                client_secret=secrets[client.id],
                redirect_uris=started.sut.endpoints.redirect_uris,
                post_logout_uris=started.sut.endpoints.post_logout_uris,
            ),
        )
        described = described.model_copy(update={"psc_client": PscClient(id=client.id, secret=kept.client_secret)})
    return RunSession(id=session.id, mode=session.mode, position=0, sandbox=described)


async def recall(tape: Tape, past: Past, plan: Plan) -> list[Judgement]:
    """Reads the session's journal from its beginning; returns what the checks say of the scenarios that are kept.

    Raises ``EnvironmentFailed`` when the journal is not the one that the events tell of.
    """
    await tape.drain()
    entries: dict[int, Mapping[str, Any]] = {int(entry["seq"]): entry for entry in tape.entries()}
    for seq, hash in past.hashes.items():
        if seq not in entries or entries[seq]["hash"] != hash:
            raise lost(past, f"l'échange n° {seq} n'y est plus", f"exchange no. {seq} is no longer there")
    await tape.load(0)
    found: list[Judgement] = []
    for id in past.finished:
        attempt = past.attempts[id]
        for seq, step in attempt.told.claims.items():
            if step is not None:
                tape.claim(seq, step)
        judgements = _judged(attempt, entries, tape, plan)
        if [(item.check.id, item.verdict) for item in judgements] != attempt.verdicts:
            raise lost(past, f"le verdict de {id} n'est plus le même", f"the verdict of {id} is no longer the same")
        found += judgements
    return found


def lost(past: Past, fr: str, en: str) -> EnvironmentFailed:
    """Why the run cannot go on: its session, or its journal, is not here any more."""
    started = past.started
    return EnvironmentFailed(
        "RESUME-006",
        Sentence(
            f"l'exécution {started.run} ne peut pas reprendre dans la session {started.session} : {fr}",
            f"the run {started.run} cannot go on in the session {started.session}: {en}",
        ),
        Sentence(
            f"il y faut le même bac à sable ({started.sandbox}) ou son dossier de données (BANC_DATA) ; "
            "sinon, recommencez",
            f"it takes the same sandbox ({started.sandbox}) or its data folder (BANC_DATA); else start again",
        ),
    )


def _judged(attempt: Attempt, entries: Mapping[int, Mapping[str, Any]], tape: Tape, plan: Plan) -> list[Judgement]:
    ended = attempt.ended
    assert ended is not None
    if ended.judged:
        trace = attempt.told.trace(entries, tape.blobs, subjects=ended.subjects, sut=plan.sut)
        return judge_played(plan.checks, trace)
    if not attempt.verdicts:
        return []
    return judge_unplayed(plan.checks, attempt.scenario, Wording(plan.lang).said(ended, "reason"), sut=plan.sut)


def _attempts(told: tuple[AnyEvent, ...], started: events.RunStarted) -> dict[str, Attempt]:
    """The last attempt of each scenario: one that begins again forgets how far it had come."""
    found: dict[str, Attempt] = {}
    for event in told:
        scenario = getattr(event, "scenario", None)
        if isinstance(event, events.ScenarioStarted):
            found[event.scenario] = Attempt(event.scenario, Told(event.scenario, started.lang))
        elif scenario in found:
            attempt = found[scenario]
            attempt.told.add(event)
            match event:
                case events.ScenarioEnded():
                    attempt.ended = event
                case events.ExchangeSeen():
                    attempt.exchanges.add(event.seq)
                case events.CheckEnded():
                    attempt.verdicts.append((event.check, event.verdict))
                case events.ActionAnswered() if event.failure is not None:
                    attempt.failed = True
                case _:
                    pass
    return found


def _run_of(folder: Path) -> str:
    with (folder / EVENTS).open("rb") as file:
        try:
            return read_event(file.readline()).run
        except ValidationError:
            return ""


def _numbers(told: tuple[AnyEvent, ...]) -> list[int]:
    return list(range(1, len(told) + 1))


_GIVE_A_RUN = Sentence(
    "donnez l'identifiant d'une exécution (r-…), ou le dossier de ses rapports",
    "give the id of a run (r-…), or the folder of its reports",
)


def _refused(code: str, fr: str, en: str, hint: Sentence = NOTHING) -> UnusableInput:
    return UnusableInput(f"RESUME-{code}", Sentence(fr, en), hint)
