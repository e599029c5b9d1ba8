"""How far a long validation is, on a terminal only."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TextIO

from banc_harness.validate.verdict import Summary

if TYPE_CHECKING:
    from rich.status import Status

    from banc_harness.cli.language import Words

_AFTER_S: Final = 0.5
_EVERY_S: Final = 0.1


@contextmanager
def progress(file: TextIO, *, quiet: bool, say: Words) -> Iterator[Callable[[Summary], None]]:
    """Yields what takes the sums so far and shows them; nothing in a pipe, nor when ``quiet``.

    Verdicts that scroll on the same terminal are progress enough. What draws is loaded only for a run that lasts.
    """
    if quiet or not file.isatty():
        yield lambda _summary: None
        return
    began = shown = time.monotonic()
    status: Status | None = None

    def moved(summary: Summary) -> None:
        nonlocal shown, status
        now = time.monotonic()
        if now - began < _AFTER_S or now - shown < _EVERY_S:
            return
        shown = now
        text = say(
            f"{summary.files} jugés, {summary.not_conform} non conformes ({summary.files / (now - began):.0f}/s)",
            f"{summary.files} judged, {summary.not_conform} not conform ({summary.files / (now - began):.0f}/s)",
        )
        if status is None:
            from rich.console import Console

            status = Console(file=file).status(text)
            status.start()
        else:
            status.update(text)

    try:
        yield moved
    finally:
        if status is not None:
            status.stop()
