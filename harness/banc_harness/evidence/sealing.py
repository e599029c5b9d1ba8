"""What a run does to be sealed: brings its journal while the sandbox is there, writes its bundle when it has ended."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from banc_harness.evidence.seal import Played, seal
from banc_harness.evidence.signature import Signer
from banc_harness.evidence.spool import Source, Spool, collect
from banc_standards.errors import BancError, EnvironmentFailed, Sentence

if TYPE_CHECKING:
    from banc_harness.engine import Engine
    from banc_harness.plan import Plan

EVENTS = "events.ndjson"


@dataclass(frozen=True, slots=True)
class Brought:
    """What was brought of a run, in a folder of its own beside the run's ``folder``; ``failure`` when it could not."""

    folder: Path
    spool: Path
    until: int
    failure: BancError | None = None


async def bring(engine: Engine, source: Source, folder: Path) -> Brought:
    """Brings the journal of a run that has ended, up to where its checks read it. What the sandbox fails at is kept for
    :func:`close_up` to raise: the reports are written first.
    """
    spool = Path(tempfile.mkdtemp(prefix=".sealing-", dir=folder))
    brought = Brought(folder, spool, engine.position)
    if engine.session is None:
        return Brought(folder, spool, 0, _NOTHING_PLAYED)
    try:
        (await collect(source, engine.session.id, spool, until=engine.position)).close()
    except BancError as failure:
        return Brought(folder, spool, engine.position, failure)
    return brought


def close_up(bundle: Path, plan: Plan, engine: Engine, brought: Brought, signer: Signer) -> None:
    """Seals what was brought and takes it away. Raises what bringing or sealing raised."""
    spool = Spool(brought.spool)
    try:
        if brought.failure is not None:
            raise brought.failure
        played = Played(
            spool=spool,
            events=brought.folder / EVENTS,
            position=0 if engine.session is None else engine.session.position,
            checks=plan.checks,
            table=plan.table,
            files=engine.files,
            reviews=engine.reviews,
            reports=brought.folder,
        )
        seal(bundle, played, signer)
    finally:
        spool.close()
        shutil.rmtree(brought.spool, ignore_errors=True)


_NOTHING_PLAYED = EnvironmentFailed(
    "SEAL-004", Sentence("rien n'a été joué : rien à sceller", "nothing was played: nothing to seal")
)
