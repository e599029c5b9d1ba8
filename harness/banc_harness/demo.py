"""``banc demo``: the witness software, described and driven like any vendor's."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import IO

from banc_harness.sut import Described
from banc_standards.contracts.sut import Endpoints, HttpDriver, Ids, Product, Sut
from banc_standards.errors import EnvironmentFailed, Sentence, UnusableInput

PROFILES = ("general", "insi-direct", "dmp-direct", "mss-direct", "bal-per-org")
START_S = 20.0
STOP_S = 5.0


@asynccontextmanager
async def witness(defects: Sequence[str] = ()) -> AsyncIterator[Described]:
    """The witness in a process of its own, until the block ends.

    Raises ``UnusableInput`` for a defect that it does not have, ``EnvironmentFailed`` when it does not start.
    """
    check_defects(defects)
    told = tempfile.TemporaryFile()  # noqa: SIM115 - read after the process has ended, closed below
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "banc_harness.witness",
        "serve",
        *(part for defect in defects for part in ("--defect", defect)),
        stdout=asyncio.subprocess.PIPE,
        stderr=told,
    )
    try:
        yield described(await _address(process, told))
    finally:
        await _stop(process)
        told.close()


def described(url: str) -> Described:
    """What the witness says of itself, as a ``sut.yaml`` would."""
    from banc_harness.witness import actions
    from banc_harness.witness.software import SOFTWARE as software

    sut = Sut(
        banc=1,
        vendor="Banc Ségur",
        product=Product(name=software.name, version=software.version),
        couloir="hopital",
        software_type="DPI",
        ids=Ids(idam=software.idam, dmp_homologation=software.homologation, nil=software.nil),
        profiles=list(PROFILES),
        capabilities=list(actions.CAPABILITIES),
        endpoints=Endpoints(redirect_uris=[actions.REDIRECT_URI], post_logout_uris=[actions.POST_LOGOUT_URI]),
        driver=HttpDriver(kind="http", url=url),
    )
    return Described(sut, Path.cwd())


def check_defects(names: Sequence[str]) -> None:
    """Raises ``UnusableInput`` for a defect that the witness does not have, with the nearest."""
    from banc_harness.cli.nearest import did_you_mean
    from banc_harness.witness.defects import DEFECTS

    for name in names:
        if name not in DEFECTS:
            meant, known = did_you_mean(name, DEFECTS), ", ".join(sorted(DEFECTS))
            raise UnusableInput(
                "DEMO-001",
                Sentence(f"le logiciel témoin n'a pas de défaut « {name} »", f"the witness has no defect “{name}”"),
                Sentence(f"{meant.fr} connus : {known}".strip(), f"{meant.en} known: {known}".strip()),
            )


async def _address(process: asyncio.subprocess.Process, told: IO[bytes]) -> str:
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), START_S)
        return str(json.loads(line)["url"])
    except (TimeoutError, ValueError, KeyError):
        told.seek(0)
        last = told.read().decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise EnvironmentFailed(
            "DEMO-002",
            Sentence("le logiciel témoin ne démarre pas", "the witness software does not start"),
            Sentence(last, last),
        ) from None


async def _stop(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), STOP_S)
    except TimeoutError:
        process.kill()
        await process.wait()
