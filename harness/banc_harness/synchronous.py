"""Runs coroutines from code that has no event loop: a thread of its own holds one."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError
from typing import Any, TypeVar

_T = TypeVar("_T")


class Background:
    """An event loop in a daemon thread. Any thread may call :meth:`run`; :meth:`close` ends it."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=name, daemon=True)
        self._closing = threading.Lock()
        self._closed = False
        self._thread.start()

    @property
    def closed(self) -> bool:
        """Whether it takes no more calls."""
        return self._closed

    def run(self, start: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
        """What the coroutine returns; raises what it raises. An interrupted wait cancels it.

        Raises ``RuntimeError`` once closed.
        """
        if self._closed:
            raise RuntimeError("closed: use it inside its `with` block")
        future = asyncio.run_coroutine_threadsafe(_started(start), self._loop)
        try:
            return future.result()
        except CancelledError:
            raise RuntimeError("closed by another thread during this call") from None
        except BaseException:
            future.cancel()
            raise

    def close(self) -> None:
        """Cancels what is under way and ends the thread; further calls do nothing."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
        asyncio.run_coroutine_threadsafe(_cancel_others(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _started(start: Callable[[], Coroutine[Any, Any, _T]]) -> _T:
    return await start()


async def _cancel_others() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
