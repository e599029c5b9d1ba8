"""One run from its options to its exit code: finds or starts a sandbox, plays, writes the reports."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, ExitStack, aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from banc_fixtures.population import SEED, population
from banc_harness import company
from banc_harness import sut as software
from banc_harness.account import Account
from banc_harness.certifying import access, resuming
from banc_harness.certifying.answers import AnswerFile
from banc_harness.certifying.desk import Desk
from banc_harness.certifying.keeping import Keeper
from banc_harness.certifying.resuming import Past
from banc_harness.certifying.terminal import TerminalDesk, attended
from banc_harness.checks.registered import checks
from banc_harness.client import Control
from banc_harness.engine import Engine
from banc_harness.events import Consumer, ndjson
from banc_harness.here import control_here
from banc_harness.in_process import sandbox as started_sandbox
from banc_harness.plan import Plan, check_identities, profiles_of, scenarios_of, unasked
from banc_harness.reports import baseline, html_report, json_report, junit, markdown, sarif, whole
from banc_harness.reports.baseline import Comparison
from banc_harness.requirements.table import table
from banc_harness.scenarios.registered import scenarios
from banc_harness.session import RunSession
from banc_harness.sut import Described
from banc_harness.together import Played, Whole
from banc_standards.contracts.report import Report
from banc_standards.contracts.sandbox import Ready
from banc_standards.contracts.vocabulary import RunKind, SessionMode
from banc_standards.errors import BancError, EnvironmentFailed, Lang, Sentence, reason

if TYPE_CHECKING:
    from banc_harness.evidence.sealing import Brought
    from banc_harness.evidence.signature import Signer

READY_FILE = "sandbox.json"
_IN_USE = "UP-009"


def owner_file(data: Path, pid: int) -> Path:
    """The mark of a process that starts sandboxes for its own runs: one file each, as several may begin at once."""
    return data / f"sandbox.run.{pid}"


@dataclass(frozen=True, slots=True)
class Options:
    """The options of ``banc run`` (CONTRACTS §1). ``sut`` is a file, or a description already read.

    ``report`` is the folder of the reports, by default ``DATA/runs/RUN``. Without ``sandbox`` a running one is looked
    for in ``data``, else one is started for the run; ``ca_file`` and ``ca_sha256`` tell a remote one's CA.
    ``answers`` is a file that answers instead of a person; ``resume`` names an interrupted run, or its folder. With a
    ``signer`` the run is sealed, into ``bundle`` or a file of its own name in its folder.
    """

    sut: Path | Described
    data: Path = Path(".banc")
    kind: RunKind = "bac-a-sable"
    lang: Lang = "fr"
    profile: str | None = None
    scenarios: tuple[str, ...] = ()
    sandbox: str | None = None
    token: str | None = None
    ca_file: Path | None = None
    ca_sha256: str | None = None
    report: Path | None = None
    baseline: Path | None = None
    events: str | None = None
    fail_under: float | None = None
    answers: Path | None = None
    resume: str | None = None
    signer: Signer | None = None
    bundle: Path | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """A run that took place: its report, where ``report.json`` and the ``page`` for people are, what changed since the
    baseline, its evidence ``bundle``; ``unsealed`` is why there is none although one was asked for.
    """

    report: Report
    path: Path
    page: Path
    compared: Comparison | None = None
    bundle: Path | None = None
    unsealed: BancError | None = None
    fail_under: float | None = None

    @property
    def excused(self) -> bool:
        """Whether the run fails, and only for gaps that its baseline knows: never so for an approval."""
        short = self.fail_under is not None and (self.report.score.percent or 0) < self.fail_under
        known = self.compared is not None and self.compared.excuses and self.report.kind != "homologation"
        return self.report.exit_code == 1 and known and not short

    @property
    def exit_code(self) -> int:
        """0 conform, or nothing new since the baseline; 1 not conform; 3 the environment failed."""
        if self.unsealed is not None:
            return 3
        return 0 if self.excused else self.report.exit_code


@dataclass(frozen=True, slots=True)
class Reached:
    """A sandbox that answers. ``own`` when it was started for this run."""

    base: str
    ca_file: Path | None
    own: bool


async def run(options: Options, consumers: Sequence[Consumer] = ()) -> Done:
    """Runs, handing every event to the consumers as it happens, and writes the reports.

    Raises ``UnusableInput`` (exit code 2) or ``EnvironmentFailed`` (3) when the run cannot take place.
    """
    described = _described(options)
    before = None if options.baseline is None else baseline.load(options.baseline)
    plan = planned(options, described)
    past = None if options.resume is None else resuming.load(resuming.find(options.resume, _run_folders(options)))
    if past is not None:
        plan = resuming.planned_again(plan, past)
    company.check(plan, sealed=options.signer is not None or past is not None)
    folder = past.folder if past is not None else options.report or options.data / "runs" / plan.run
    gathering, account = json_report.Gathering(), Account()
    readers: list[Consumer] = [gathering, account.add, *consumers]
    with ExitStack() as files:
        targets = event_files(options, folder)
        writers = [files.enter_context(ndjson(target, more=past is not None)) for target in targets]
        async with reached(options, folder) as found, company.completed(plan) as plan:
            engine, brought = await _play(plan, options, found, folder, past, readers, writers)
    report = gathering.report()
    compared = None if before is None else baseline.compare(before, report)
    path = json_report.write(report, folder)
    junit.write(account, folder)
    known = None if before is None else baseline.gaps(before)
    sarif.write(account, folder, description=_description(options), known=known)
    markdown.write(account, folder, compared)
    if plan.cast:
        page = whole.write(Whole([Played(account, gathering, engine.sealed)]), folder)
    else:
        page = html_report.write(account, engine.sealed, folder)
    bundle, unsealed = await asyncio.to_thread(_seal, options, plan, engine, brought)
    return Done(report, path, page, compared, bundle, unsealed, options.fail_under)


def warnings(options: Options) -> tuple[Sentence, ...]:
    """What is worth a remark in the description. Raises ``UnusableInput``."""
    described = _described(options)
    return (*described.warnings, *unasked(described.sut, table(described.sut.couloir)))


async def find(data: Path, *, token: str | None = None, lang: Lang = "fr") -> Ready | None:
    """The sandbox that runs on a data folder, its ``control`` as this machine reaches it, else ``None``."""
    try:
        ready = Ready.read((data / READY_FILE).read_bytes())
    except (OSError, ValidationError):
        return None
    here = await asyncio.to_thread(control_here, ready.control, plain_http=ready.plain_http)
    ready = ready.model_copy(update={"control": here})
    try:
        async with Control(ready.control, token=token, ca_file=Path(ready.ca_file), lang=lang) as control:
            return ready if (await control.sandbox()).pid == ready.pid else None
    except EnvironmentFailed:
        return None


def new_run(now: datetime | None = None) -> str:
    """An id for a new run: the second it starts in, and a random end."""
    return f"r-{(now or datetime.now(UTC)):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"


@asynccontextmanager
async def reached(options: Options, folder: Path) -> AsyncIterator[Reached]:
    """The sandbox of the options until the block ends: the one named, one that runs, or one of its own."""
    if options.sandbox is not None:
        yield Reached(options.sandbox, options.ca_file, own=False)
        return
    found = await find(options.data, token=options.token, lang=options.lang)
    if found is not None and not _ends_with_its_run(found, options.data):
        yield Reached(found.control, Path(found.ca_file), own=False)
        return
    beside = folder / "sandbox"
    data = options.data if found is None and not (options.resume and beside.is_dir()) else beside
    async with AsyncExitStack() as stack:
        try:
            ready = await stack.enter_async_context(_own(data, options.lang))
        except EnvironmentFailed as error:
            if error.code != _IN_USE or data == beside:
                raise
            ready = await stack.enter_async_context(_own(beside, options.lang))  # another run has just begun there
        yield Reached(ready.control, Path(ready.ca_file), own=True)


@asynccontextmanager
async def _own(data: Path, lang: Lang) -> AsyncIterator[Ready]:
    mark = _marked(data)
    try:
        async with started_sandbox(data, lang=lang) as ready:
            yield ready
    finally:
        with suppress(OSError):
            mark.unlink()


def _marked(data: Path) -> Path:
    mark = owner_file(data, os.getpid())
    with suppress(OSError):  # a folder that cannot be written is refused by the start itself, with its reason
        data.mkdir(parents=True, exist_ok=True)
        mark.touch()
    return mark


def _ends_with_its_run(ready: Ready, data: Path) -> bool:
    """Whether a running sandbox was started by another run, which will stop it: it is no place to play in."""
    return owner_file(data, ready.pid).exists()


async def _play(
    plan: Plan,
    options: Options,
    reached: Reached,
    folder: Path,
    past: Past | None,
    readers: Sequence[Consumer],
    writers: Sequence[Consumer],
) -> tuple[Engine, Brought | None]:
    lenient = reached.own and options.kind == "bac-a-sable"
    mode: SessionMode = "lenient" if lenient else "strict"
    async with Control(
        reached.base,
        token=None if reached.own else options.token,
        ca_file=reached.ca_file,
        ca_sha256=options.ca_sha256,
        lang=options.lang,
    ) as control:
        ca_file = reached.ca_file or await _keep_ca(control, folder)
        engine = Engine(
            plan,
            control,
            mode=mode,
            ca_file=ca_file.resolve(),
            desk=_desk(options),
            past=past,
            opened=partial(_opened, plan, options),
        )
        consumers: list[Consumer] = [Keeper(folder, engine.files, engine.reviews), *readers, *writers]
        earlier = () if past is None else past.events
        async with aclosing(engine.run()) as events:
            async for event in events:
                for told in earlier:
                    for read in readers:
                        read(told)
                earlier = ()
                for consume in consumers:
                    consume(event)
        return engine, await _bring(options, engine, control, folder)


async def _bring(options: Options, engine: Engine, control: Control, folder: Path) -> Brought | None:
    if options.signer is None:
        return None
    from banc_harness.evidence import sealing

    return await sealing.bring(engine, control, folder)


def _seal(
    options: Options, plan: Plan, engine: Engine, brought: Brought | None
) -> tuple[Path | None, BancError | None]:
    """The bundle of a run that was to be sealed, or why there is none."""
    if brought is None or options.signer is None:
        return None, None
    from banc_harness.evidence import sealing

    bundle = options.bundle or brought.folder / f"{plan.run}.banc.zip"
    try:
        sealing.close_up(bundle, plan, engine, brought, options.signer)
    except BancError as error:
        return None, error
    return bundle, None


def _desk(options: Options) -> Desk | None:
    """Who can be asked: the file of answers, else whoever sits at the terminal."""
    if options.answers is not None:
        return AnswerFile(options.answers)
    return TerminalDesk(options.lang) if attended() else None


def _description(options: Options) -> str:
    """The path of the description as a repository knows it, for tools that point at it."""
    if isinstance(options.sut, Described):
        return "sut.yaml"
    return options.sut.name if options.sut.is_absolute() else options.sut.as_posix()


def _opened(plan: Plan, options: Options, session: RunSession) -> Sentence | None:
    """Writes down what a person must set in the software, when a person uses it."""
    if not access.by_hand(plan.sut):
        return None
    return access.write(session.sandbox, options.data / "runs" / plan.run / "access")


def _run_folders(options: Options) -> list[Path]:
    """Where an interrupted run may lie."""
    return [options.data / "runs", *([options.report] if options.report is not None else [])]


async def _keep_ca(control: Control, folder: Path) -> Path:
    """A remote sandbox's CA is told to the software as a file of this machine."""
    path = folder / "ca.pem"
    await asyncio.to_thread(path.write_text, await control.ca_pem())
    return path


def _described(options: Options) -> Described:
    if isinstance(options.sut, Described):
        return options.sut
    return software.load(options.sut, capabilities=scenarios().capabilities())


def planned(options: Options, described: Described) -> Plan:
    """What a run with these options would do. Raises ``UnusableInput``."""
    requirements = table(described.sut.couloir)
    check_identities(described.sut, population())
    profiles = profiles_of(described.sut, requirements, options.profile)
    return Plan(
        run=new_run(),
        kind=options.kind,
        lang=options.lang,
        sut=described.sut,
        folder=described.folder,
        profiles=profiles,
        scenarios=scenarios_of(scenarios(), couloir=described.sut.couloir, profiles=profiles, asked=options.scenarios),
        checks=checks(),
        table=requirements,
        seed=SEED,
        fail_under=options.fail_under,
    )


def event_files(options: Options, folder: Path) -> list[str]:
    """Where the events go: a file in the folder, made when absent, and where the options say. Raises
    ``EnvironmentFailed``.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EnvironmentFailed(
            "REPORT-001",
            Sentence(
                f"impossible de créer le dossier {folder} : {reason(error).fr}",
                f"cannot create the folder {folder}: {reason(error).en}",
            ),
            Sentence("donnez un autre dossier par --report", "give another folder with --report"),
        ) from None
    return [str(folder / "events.ndjson"), *([options.events] if options.events else [])]
