"""The one stream of a run: numbered, typed events (CONTRACTS §8) that every report is drawn from."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar

from banc_standards.contracts.events import AnyEvent
from banc_standards.contracts.vocabulary import SoftwareType
from banc_standards.errors import EnvironmentFailed, Lang, Sentence, reason

if TYPE_CHECKING:
    from collections.abc import Iterator

_E = TypeVar("_E", bound=AnyEvent)
Consumer = Callable[[AnyEvent], None]


def instant(moment: datetime) -> str:
    """An instant as the contracts write it: UTC, microseconds, ``Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class Recorder:
    """Numbers the events of one run from 1 without gaps, or on from ``before``, and hands each to ``consume``.

    A :class:`~banc_standards.errors.Sentence` becomes the text in ``lang``; the event's ``other`` says it in the other
    language. ``software`` is the one that the next events are about, in a run that several play.
    """

    def __init__(
        self, run: str, now: Callable[[], datetime], consume: Consumer, lang: Lang = "fr", *, before: int = 0
    ) -> None:
        self.run = run
        self.now = now
        self.software: SoftwareType | None = None
        self._consume = consume
        self._lang: Lang = lang
        self._other: Lang = "fr" if lang == "en" else "en"
        self._n = before

    def emit(self, kind: type[_E], /, **content: Any) -> _E:
        """Makes the next event of that kind; raises ``pydantic.ValidationError`` when its content is not one."""
        told = {key: value for key, value in content.items() if isinstance(value, Sentence)}
        if told:
            content.update({key: value.of(self._lang) for key, value in told.items()})
            content["other"] = {key: value.of(self._other) for key, value in told.items()} | content.get("other", {})
        if self.software is not None:
            content.setdefault("software", self.software)
        event = kind(run=self.run, n=self._n + 1, at=instant(self.now()), **content)
        self._n += 1
        self._consume(event)
        return event


def line(event: AnyEvent) -> str:
    """The event as one line of NDJSON, its end included."""
    return event.model_dump_json(by_alias=True) + "\n"


@contextmanager
def ndjson(target: str, *, more: bool = False) -> Iterator[Consumer]:
    """A consumer that writes each event as it comes, to a file or, for ``-``, to standard output; ``more`` after those
    that the file holds already.

    Raises ``EnvironmentFailed`` when the file cannot be written.
    """
    if target == "-":
        yield _writer(sys.stdout)
        return
    with ExitStack() as files:
        try:
            file = files.enter_context(Path(target).open("a" if more else "w", encoding="utf-8"))
        except OSError as error:
            raise EnvironmentFailed(
                "EVENTS-001",
                Sentence(
                    f"impossible d'écrire les événements dans {target} : {reason(error).fr}",
                    f"cannot write the events to {target}: {reason(error).en}",
                ),
                Sentence("donnez un fichier que vous pouvez écrire, ou -", "give a file that you can write, or -"),
            ) from None
        yield _writer(file)


def _writer(file: IO[str]) -> Consumer:
    def write(event: AnyEvent) -> None:
        file.write(line(event))
        file.flush()

    return write
