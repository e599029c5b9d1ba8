"""Starts a sandbox inside this process: the one place where the harness touches the simulated services' code."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from banc_standards.errors import Lang

if TYPE_CHECKING:
    from banc_standards.contracts.sandbox import Ready


@asynccontextmanager
async def sandbox(data: Path, *, port_base: int = 0, lang: Lang = "fr", **options: Any) -> AsyncIterator[Ready]:
    """A sandbox of all the services, by default on any free ports, until the block ends.

    ``options`` are the other ones of ``banc up``: ``services``, ``host``, ``store_url``, ``public_url``, ``san``,
    ``token``, ``plain_http``, ``fresh``; ``insi_population`` is by default the file that BANC_INSI_POPULATION names.
    Raises ``UnusableInput`` or ``EnvironmentFailed`` when it cannot start.
    """
    from banc_mocks.sandbox import launcher
    from banc_standards.contracts.sandbox import Ready

    # The launcher is the only module of the services that may be imported here, so its options are reached through it.
    launch: Any = launcher
    told = {"guests": (_validators(launch),), "insi_population": _population(), "progress": _progress(lang)}
    running = await launch.start(launch.Config(data=data, port_base=port_base, lang=lang, **(told | options)))
    if running.aside is not None:
        said = "ce que le dossier gardait est dans" if lang == "fr" else "what the folder kept is in"
        print(f"{said} {running.aside}", file=sys.stderr)
    try:
        yield Ready.read(running.ready)
    finally:
        await running.stop()


def _population() -> Path | None:
    named = os.environ.get("BANC_INSI_POPULATION")
    return Path(named) if named else None


def _progress(lang: Lang) -> Callable[[int], None]:
    """How many people were read, on a terminal only."""
    said = "identités lues" if lang == "fr" else "identities read"

    def tell(count: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{count:,} {said}\033[K", end="", file=sys.stderr, flush=True)

    return tell


def _validators(launch: Any) -> Any:
    """Our validators, which answer on the control port as a GITB validation service; loaded when first called."""
    from banc_harness.gitb.names import MOST_BYTES, REST_PATH, SOAP_PATH

    def answer(method: str, path: str, query: str, media_type: str, body: bytes, url: str, lang: Lang) -> Any:
        from banc_harness.gitb import service

        told = service.answer(method, path, media_type, body, url, lang)
        return told.status, told.media_type, told.body

    return launch.Guest((SOAP_PATH, REST_PATH), answer, MOST_BYTES)


def faults() -> tuple[Any, ...]:
    """Every fault that the services can be told to show; each has ``id``, ``service``, ``text`` and ``as_json()``."""
    from banc_mocks.sandbox import launcher

    return launcher.faults()
