"""A sandbox that runs beside the tests of one worker, in a thread with an event loop of its own."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from banc_mocks.sandbox.config import Config
from banc_mocks.sandbox.launcher import Running, start

from .stores import store_url


class SandboxThread:
    """Started when it is made, on ports that were free; ``ready`` is its ready line."""

    def __init__(self, data: Path, *services: str) -> None:
        self._config = Config(services=services, port_base=0, data=data, store_url=store_url(data))
        self._started: Future[Running] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)
        self._thread.start()
        self.ready: dict[str, Any] = self._started.result(60).ready

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._over = asyncio.Event()
        try:
            running = await start(self._config)
        except BaseException as error:
            self._started.set_exception(error)
            raise
        self._started.set_result(running)
        await self._over.wait()
        await running.stop()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(30)
