"""Threads for short work that leaves the interpreter's lock alone (signatures), beside the loop that asked for it.

It costs less than the loop's own executor: a job is one item of a queue, and what was done meanwhile comes back to the
loop in one call.
"""

from __future__ import annotations

import asyncio
import os
import queue
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar

MOST = 4
"""Most threads of one crew; one per processor when there are fewer."""

_Result = TypeVar("_Result")
_Job = tuple[asyncio.Future[Any], Callable[[], Any]]


class Crew:
    """The threads of one sandbox, started at the first job. They end with :meth:`stop`, or with the process."""

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._done: deque[tuple[asyncio.Future[Any], Any, BaseException | None]] = deque()
        self._told = False
        self._threads: list[threading.Thread] = []
        self._loop: asyncio.AbstractEventLoop | None = None

    async def do(self, work: Callable[[], _Result]) -> _Result:
        """What ``work`` returns or raises, run on one of the threads."""
        if self._loop is None:
            self._start()
        assert self._loop is not None
        future: asyncio.Future[_Result] = self._loop.create_future()
        self._jobs.put((future, work))
        return await future

    async def stop(self) -> None:
        """Ends the threads once the jobs that were given are done."""
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            await asyncio.to_thread(thread.join)
        self._threads.clear()
        self._loop = None

    def _start(self) -> None:
        self._loop = asyncio.get_running_loop()
        for rank in range(min(MOST, os.cpu_count() or 1)):
            thread = threading.Thread(target=self._work, args=(self._loop,), name=f"banc-crew-{rank}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        while (job := self._jobs.get()) is not None:
            future, work = job
            try:
                self._done.append((future, work(), None))
            except BaseException as error:  # whoever waits must hear of it
                self._done.append((future, None, error))
            if not self._told:
                self._told = True
                with suppress(RuntimeError):  # the loop was closed: nobody waits any more
                    loop.call_soon_threadsafe(self._settle)

    def _settle(self) -> None:
        self._told = False  # before the first is taken: what is added from now on is either taken here or told again
        while self._done:
            future, result, error = self._done.popleft()
            if future.done():
                continue
            if error is None:
                future.set_result(result)
            else:
                future.set_exception(error)
