"""The data folder of a sandbox: made, held for it, opened; each refusal says what to do."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

from banc_mocks.sandbox.config import Config
from banc_standards.errors import EnvironmentFailed, Sentence, UnusableInput, reason

if TYPE_CHECKING:
    from banc_mocks.sandbox.store import Store

READY_FILE = "sandbox.json"


def make_folder(folder: Path) -> None:
    """Makes a data folder, or sees that it can be written. Raises ``EnvironmentFailed``."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = folder / f".{os.getpid()}.probe"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise unwritable(folder, error) from error


def unwritable(folder: Path, error: OSError) -> EnvironmentFailed:
    """The refusal of a folder in which something could not be written."""
    return EnvironmentFailed(
        "UP-007",
        Sentence(
            f"dossier de données impossible à écrire : {folder} ({reason(error).fr})",
            f"data folder not writable: {folder} ({reason(error).en})",
        ),
        Sentence("donnez-en un autre par --data", "give another one with --data"),
    )


async def open_store(config: Config) -> tuple[Path | None, Store]:
    """The store of a data folder, and where what it kept before was set aside when a fresh start is asked for.

    Raises ``UnusableInput`` or ``EnvironmentFailed``.
    """
    from banc_mocks.sandbox.aside import set_aside
    from banc_mocks.sandbox.batch import StoreFailed
    from banc_mocks.sandbox.database import InUse, OtherVersion
    from banc_mocks.sandbox.store import Store

    try:
        aside = await asyncio.to_thread(set_aside, config.data) if config.fresh else None
        return aside, await Store.open(config.data, url=config.store_url)
    except StoreFailed as error:
        if isinstance(error.__cause__, OtherVersion):
            raise EnvironmentFailed(
                "UP-010",
                Sentence(
                    f"le dossier {config.data} vient d'une autre version du banc",
                    f"the folder {config.data} comes from another version of the bench",
                ),
                Sentence(
                    "« banc up --fresh » met son journal de côté et repart ; ou donnez-en un autre par --data",
                    "“banc up --fresh” sets its journal aside and begins anew; or give another one with --data",
                )
                if config.store_url is None
                else Sentence(
                    "donnez à --store une base vide, ou un autre schéma : ?options=-csearch_path=NOM",
                    "give --store an empty database, or another schema: ?options=-csearch_path=NAME",
                ),
            ) from error
        held = isinstance(error.__cause__, InUse) and error.__cause__.__cause__ is not None
        if not held:
            raise
        by = _who_runs(config.data / READY_FILE)
        raise EnvironmentFailed(
            "UP-009",
            Sentence(
                f"le dossier {config.data} sert déjà à un autre bac à sable{by}",
                f"the folder {config.data} already serves another sandbox{by}",
            ),
            Sentence(
                "arrêtez-le, servez-vous de lui (--sandbox), ou donnez un autre dossier par --data",
                "stop it, use it (--sandbox), or give another folder with --data",
            ),
        ) from error


def _who_runs(path: Path) -> str:
    """Process and address of the sandbox whose ready file this is, as far as it can be read."""
    try:
        ready = json.loads(path.read_text(encoding="utf-8"))
        return f" (PID {ready['pid']}, {ready['control']})"
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def check_fresh(config: Config) -> None:
    """Raises ``UnusableInput`` when a fresh start is asked of another database than the folder's."""
    if config.fresh and config.store_url is not None:
        raise UnusableInput(
            "UP-015",
            Sentence("--fresh ne vaut pas avec --store", "--fresh does not go with --store"),
            Sentence(
                "donnez à --store une base vide, ou un autre schéma : ?options=-csearch_path=NOM",
                "give --store an empty database, or another schema: ?options=-csearch_path=NAME",
            ),
        )
