"""``banc demo``: the witness software, described and driven like any vendor's."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import IO, Any, Final, Literal

from banc_harness.play import Scenario, Scenarios
from banc_harness.sut import IDLE, Described
from banc_standards.contracts.sut import Endpoints, HttpDriver, Ids, Product, Proxy, Session, Sut
from banc_standards.contracts.vocabulary import Couloir, SoftwareType
from banc_standards.errors import EnvironmentFailed, Sentence, UnusableInput

Kind = Literal["dpi", "sgl", "lgc"]
PROFILES: Final[dict[Kind, tuple[str, ...]]] = {
    "dpi": ("general", "insi-direct", "dmp-direct", "mss-direct", "bal-per-org"),
    "sgl": ("general", "environnement-ville", "bal-per-org"),
    "lgc": ("general", "medecin-traitant", "bal-per-org"),
}
PLACES: Final[dict[Kind, tuple[Couloir, SoftwareType]]] = {
    "dpi": ("hopital", "DPI"),
    "sgl": ("biologie", "SGL"),
    "lgc": ("ville", "LGC"),
}
PROXY: Final = "psc-proxy"
REHEARSALS: Final = frozenset({"cnda-insi", "identitovigilance", "ins-scan", PROXY})
"""Profiles that the witness declares only when a demonstration asks for their scenarios."""
START_S = 20.0
STOP_S = 5.0


@asynccontextmanager
async def witness(
    defects: Sequence[str] = (), kind: Kind = "dpi", *, idle_s: int | None = None
) -> AsyncIterator[Described]:
    """The witness in a process of its own, until the block ends: the hospital's software, the laboratory's or the
    practice's. ``idle_s`` sets its own idle timer, in seconds.

    Raises ``UnusableInput`` for a defect that it does not have, ``EnvironmentFailed`` when it does not start.
    """
    check_defects(defects, kind)
    told = tempfile.TemporaryFile()  # noqa: SIM115 - read after the process has ended, closed below
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "banc_harness.witness",
        "serve",
        "--software",
        kind,
        "--until-stdin-ends",
        *(part for defect in defects for part in ("--defect", defect)),
        *(("--idle", str(idle_s)) if idle_s is not None else ()),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=told,
    )
    try:
        address = await _address(process, told)
        yield timed(described(str(address["url"]), kind, Proxy.model_validate(address["proxy"])), idle_s)
    finally:
        await _stop(process)
        told.close()


def described(url: str, kind: Kind = "dpi", proxy: Proxy | None = None) -> Described:
    """What the witness says of itself, as a ``sut.yaml`` would; ``proxy`` is where its proxy e-Santé is."""
    from banc_harness.witness import actions

    software = actions.SOFTWARES[kind]
    couloir, software_type = PLACES[kind]
    sut = Sut(
        banc=1,
        vendor="Banc Ségur",
        product=Product(name=software.name, version=software.version),
        couloir=couloir,
        software_type=software_type,
        ids=Ids(idam=software.idam, dmp_homologation=software.homologation, nil=software.nil),
        profiles=list(PROFILES[kind]),
        clock="follows",
        capabilities=list(actions.CAPABILITIES),
        endpoints=Endpoints(redirect_uris=[actions.REDIRECT_URI], post_logout_uris=[actions.POST_LOGOUT_URI]),
        proxy=proxy,
        driver=HttpDriver(kind="http", url=url),
    )
    return Described(sut, Path.cwd())


def timed(software: Described, idle_s: int | None) -> Described:
    if idle_s is None:
        return software
    more = {"capabilities": [*software.sut.capabilities, IDLE], "session": Session(idle_s=idle_s)}
    return replace(software, sut=software.sut.model_copy(update=more))


def rehearsing(software: Described, known: Scenarios, asked: Sequence[str]) -> Described:
    """The software as it describes itself when it is to rehearse some of the asked scenarios."""
    wanted = (item for item in known.values() if any(fnmatchcase(item.id, pattern) for pattern in asked))
    more = sorted({profile for item in wanted for profile in item.profiles} & REHEARSALS)
    profiles = list(dict.fromkeys([*software.sut.profiles, *more]))
    changed: dict[str, list[str]] = {"profiles": profiles}
    if PROXY in more:
        changed["capabilities"] = [*software.sut.capabilities, "psc.proxy"]
    return replace(software, sut=software.sut.model_copy(update=changed))


@dataclass(frozen=True, slots=True)
class Parts:
    """What a demonstration plays: scenarios by software (``own``; none means all of its couloir), and chapters of the
    ``story`` that the ``cast`` tells in one session.
    """

    own: dict[Kind, tuple[str, ...]]
    story: tuple[str, ...] = ()
    cast: tuple[Kind, ...] = ()

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The witnesses that are needed."""
        return tuple(dict.fromkeys((*self.own, *self.cast)))


def played_by(known: Scenarios, asked: Sequence[str], defects: Sequence[str]) -> Parts:
    """Who plays what, without a wish: everybody the priority use cases of its couloir, and the story; else those of the
    asked scenarios, or the one that has the defects.
    """
    from banc_harness.witness.known_defects import DEFECTS_OF

    if not asked and defects:
        return Parts({next((kind for kind in PLACES if DEFECTS_OF[kind].keys() >= set(defects)), "dpi"): ()})
    if not asked:
        story = known.stories()[:1]
        priority = {kind: use_cases(known, kind) for kind in witnesses(known)}
        return Parts(priority, story, _cast(known.chapters(story[0]) if story else ()))
    chapters = [item for item in known.values() if item.story and {item.id, item.story} & set(asked)]
    others = [name for name in asked if not any(name in (item.id, item.story) for item in chapters)]
    alone = [item for item in known.values() if not item.story]
    if not all(any(fnmatchcase(item.id, pattern) for item in alone) for pattern in others):
        return Parts({"dpi": tuple(asked)})  # the run refuses it, with the nearest
    wanted = [item for item in alone if any(fnmatchcase(item.id, pattern) for pattern in others)]
    parts: dict[Kind, tuple[str, ...]] = {}
    for kind, (couloir, _) in PLACES.items():
        if own := tuple(item.id for item in wanted if couloir in item.couloirs):
            parts[kind] = own
    anyone = tuple(item.id for item in wanted if not item.couloirs)
    if anyone:
        first: Kind = next(iter(parts), "dpi")
        parts = {first: (*anyone, *parts.pop(first, ())), **parts}
    return Parts(parts, tuple(item.id for item in chapters), _cast(chapters))


def use_cases(known: Scenarios, kind: Kind) -> tuple[str, ...]:
    """The scenarios of a witness's couloir; those of every couloir (``PSC.*``, ``INS.*``) are for whoever asks."""
    couloir, _ = PLACES[kind]
    profiles = {"", *PROFILES[kind]}
    return tuple(
        item.id
        for item in known.values()
        if couloir in item.couloirs and not item.story and profiles & {*(item.profiles or ("",))}
    )


def witnesses(known: Scenarios) -> tuple[Kind, ...]:
    """The witnesses whose couloir has scenarios of its own."""
    played = {couloir for item in known.values() if not item.story for couloir in item.couloirs}
    return tuple(kind for kind, (couloir, _) in PLACES.items() if couloir in played)


def _cast(chapters: Sequence[Scenario]) -> tuple[Kind, ...]:
    """Who tells the chapters, in the order of the witnesses."""
    wanted = {item.by for item in chapters}
    return tuple(kind for kind, (_, software_type) in PLACES.items() if software_type in wanted)


def own_defects(names: Sequence[str], kinds: Sequence[Kind]) -> dict[Kind, tuple[str, ...]]:
    """The defects that each witness has of those asked for. Raises ``UnusableInput`` for one that none of them has."""
    from banc_harness.witness.known_defects import DEFECTS_OF

    for name in names:
        if not any(name in DEFECTS_OF[kind] for kind in kinds):
            check_defects([name], kinds[0])
    return {kind: tuple(name for name in names if name in DEFECTS_OF[kind]) for kind in kinds}


def check_defects(names: Sequence[str], kind: Kind = "dpi") -> None:
    """Raises ``UnusableInput`` for a defect that the witness does not have, with the nearest."""
    from banc_harness.cli.nearest import did_you_mean
    from banc_harness.witness.known_defects import DEFECTS_OF

    known = DEFECTS_OF[kind]
    for name in names:
        if name not in known:
            everyone = sorted({other for defects in DEFECTS_OF.values() for other in defects})
            meant, listed = did_you_mean(name, everyone), ", ".join(sorted(known))
            raise UnusableInput(
                "DEMO-001",
                Sentence(f"le logiciel témoin n'a pas de défaut « {name} »", f"the witness has no defect “{name}”"),
                Sentence(f"{meant.fr} connus : {listed}".strip(), f"{meant.en} known: {listed}".strip()),
            )


async def _address(process: asyncio.subprocess.Process, told: IO[bytes]) -> dict[str, Any]:
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), START_S)
        address: dict[str, Any] = json.loads(line)
    except (TimeoutError, ValueError):
        told.seek(0)
        last = told.read().decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise EnvironmentFailed(
            "DEMO-002",
            Sentence("le logiciel témoin ne démarre pas", "the witness software does not start"),
            Sentence(last, last),
        ) from None
    return address


async def _stop(process: asyncio.subprocess.Process) -> None:
    assert process.stdin is not None
    process.stdin.close()
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_S)
    except TimeoutError:
        process.kill()
        await process.wait()
