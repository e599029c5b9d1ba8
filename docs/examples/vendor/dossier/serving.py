"""L'application dans un fil d'exécution à elle : pour les tests et l'adaptateur."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web

from dossier.settings import Settings
from dossier.web import Dossier


@contextmanager
def running(settings: Settings) -> Iterator[str]:
    """L'application sur un port libre, jusqu'à la fin du bloc ; donne son adresse."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    runner = web.AppRunner(Dossier(settings).application())
    try:
        asyncio.run_coroutine_threadsafe(_start(runner), loop).result(30)
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _start(runner: web.AppRunner) -> None:
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
