"""Starts a sandbox inside this process: the one place where the harness touches the simulated services' code."""

from __future__ import annotations

from collections.abc import AsyncIterator
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
    ``token``, ``plain_http``. Raises ``UnusableInput`` or ``EnvironmentFailed`` when it cannot start.
    """
    from banc_mocks.sandbox import launcher
    from banc_standards.contracts.sandbox import Ready

    # The launcher is the only module of the services that may be imported here, so its options are reached through it.
    launch: Any = launcher
    running = await launch.start(launch.Config(data=data, port_base=port_base, lang=lang, **options))
    try:
        yield Ready.read(running.ready)
    finally:
        await running.stop()


def faults() -> tuple[Any, ...]:
    """Every fault that the services can be told to show; each has ``id``, ``service``, ``text`` and ``as_json()``."""
    from banc_mocks.sandbox import launcher

    return launcher.faults()
