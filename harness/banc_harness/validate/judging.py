"""Every file in turn: opened within bounds, its kind found, judged; on several processes when asked."""

from __future__ import annotations

import gc
import os
import signal
import sys
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from banc_harness.validate.detect import HEAD, detect, extension
from banc_harness.validate.kinds import KINDS, Asked, Kind
from banc_harness.validate.sources import STDIN, Missing, PassedOver, Target, cannot_open, found, read_beside
from banc_harness.validate.verdict import KindName, Noted, Skipped, Verdict
from banc_standards.errors import EnvironmentFailed, Lang, Sentence

if TYPE_CHECKING:
    from concurrent.futures import Future

    from banc_harness.packs.second import Second

UNKNOWN_KIND: Final = Sentence(
    "genre inconnu : ni le contenu ni le nom ne disent ce que c'est ; précisez avec --as",
    "unknown kind: neither the content nor the name says what it is; tell it with --as",
)
_SETTLED: Final = 8
"""Files after which the rules are taken for loaded."""
_CONTAINERS: Final = 10_000
"""New containers between two looks of the collector: about ten documents."""
_BATCH: Final = 16
_AHEAD: Final = 4
"""Batches under way for each process: enough to keep it busy, few enough to keep memory flat."""


@dataclass(frozen=True, slots=True)
class Order:
    """How to judge: the kind that everything is said to be (None: find out), the language, whether to show lines, the
    folder of a pack that judges too.
    """

    kind: KindName | None = None
    lang: Lang = "fr"
    excerpts: bool = False
    pack: str | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """What came of one target: its verdicts (several for an archive), what was passed over inside, and what was
    remarked of the pack so far.
    """

    verdicts: tuple[Verdict, ...]
    skipped: Skipped
    remarks: tuple[Sentence, ...] = ()


def judged(names: Iterable[str], order: Order, *, jobs: int = 1) -> Iterator[Judged]:
    """The verdicts on everything that the names lead to, in order, as they come.

    Raises ``EnvironmentFailed`` when a process dies.
    """
    if jobs == 1:
        for number, item in enumerate(found(names)):
            if number == _SETTLED:
                _settle()
            yield _of(item, order)
    else:
        yield from _on_processes(found(names), order, jobs)


def judge_bytes(
    data: bytes,
    path: str,
    order: Order,
    *,
    size: int | None = None,
    beside: Callable[[str], bytes | None] | None = None,
) -> Judged:
    """The verdicts on some bytes told under a path. ``size`` is the true one when ``data`` is only the beginning;
    ``beside`` reads a file that stands beside it, by its plain name.
    """
    kind = order.kind or detect(data, path)
    if kind is None:
        return _page(data, path, order)
    known = KINDS[kind]
    if known.judge is None:
        return _unusable(path, known.not_yet, kind)
    total = len(data) if size is None else size
    if total > known.most_bytes:
        return Judged((_oversized(path, known, total, order, exact=size is not None),), Skipped())
    pack = _pack(order.pack) if order.pack is not None else None
    asked = Asked(order.lang, order.excerpts, pack=pack, beside=beside)
    try:
        verdicts = tuple(known.judge(data, path, asked))
        return Judged(verdicts, asked.skipped, tuple(pack.remarks.told.values()) if pack is not None else ())
    except EnvironmentFailed:
        raise
    except Exception as error:  # a defect of ours on one file must neither look like a verdict nor stop the others
        traceback.print_exc(file=sys.stderr)
        return _unusable(path, _our_defect(error), kind)


def _page(data: bytes, path: str, order: Order) -> Judged:
    """A printed document, which is of no kind; anything else is unknown."""
    from banc_standards.printed import is_page

    if not is_page(data):
        return _unusable(path, UNKNOWN_KIND)
    from banc_harness.validate import prints

    return Judged((prints.judge(data, path, Asked(order.lang)),), Skipped())


def _of(item: Target | Missing | PassedOver, order: Order) -> Judged:
    if isinstance(item, Missing):
        return _unusable(item.path, item.reason)
    if isinstance(item, PassedOver):
        return Judged((), Skipped(others=1))
    try:
        data, size = _read(item.path)
    except OSError as error:
        return _unusable(item.path, cannot_open(error))
    if not item.named and (other := _not_ours(data, item.path, order.kind)) is not None:
        return Judged((), other)
    beside = None if item.path == STDIN else partial(read_beside, item.path)
    return judge_bytes(data, item.path, order, size=size, beside=beside)


def _not_ours(data: bytes, path: str, wanted: KindName | None) -> Skipped | None:
    """What a file that was found in a folder counts as when it is not to be judged; None when it is."""
    skipped = Skipped()
    kind = detect(data, path)
    if kind == "xdm" and extension(path) != ".zip":  # office documents and libraries are zips too
        kind = None
    if kind is None or (wanted is not None and kind != wanted):
        skipped.pass_over(None)
        return skipped
    if KINDS[kind].judge is None and wanted is None:
        skipped.pass_over(kind)
        return skipped
    return None


def _read(path: str) -> tuple[bytes, int | None]:
    """The bytes of a file, only its beginning when no kind may be so large, and then its true size."""
    most = max(kind.most_bytes for kind in KINDS.values())
    if path == STDIN:
        data = sys.stdin.buffer.read(most + 1)
        return data, None
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size > most:
            return file.read(HEAD), size
        return file.read(most + 1), None


def _oversized(path: str, kind: Kind, size: int, order: Order, *, exact: bool) -> Verdict:
    from banc_standards.rules import Hit, Rule

    rule: Rule
    if kind.name == "xdm":
        from banc_standards.xdm.rules.archive import ZIP_RULES

        rule = ZIP_RULES["XDM-ZIP-002"]
    elif kind.name == "mail":
        from banc_standards.mail.rules.mime import BY_ID

        rule = BY_ID["MAIL-MIME-001"]
    elif kind.name == "hl7v2":
        from banc_standards.hl7v2.rules.text import BY_ID

        rule = BY_ID["HL7-TXT-009"]
    elif kind.name == "fhir":
        from banc_standards.fhir.rules.reading import BY_ID

        rule = BY_ID["FHIR-JSON-003"]
    else:
        from banc_standards.xml_rules import TOO_LARGE as rule
    found = f"{size} octets" if exact else f"> {kind.most_bytes} octets"
    hit = Hit("/", found=found, expected=f"≤ {kind.most_bytes}")
    return Verdict(path, kind.name, noted=(Noted(rule.finding(hit, order.lang)),))


def _unusable(path: str, reason: Sentence, kind: KindName | None = None) -> Judged:
    return Judged((Verdict(path, kind, unusable=reason),), Skipped())


@cache
def _pack(asked: str) -> Second:
    """Who judges beside us, for the life of the process."""
    import atexit

    from banc_harness.packs.second import second

    pack = second(asked)
    atexit.register(pack.close)
    return pack


def _our_defect(error: Exception) -> Sentence:
    name = f"{type(error).__name__}: {error}"[:200]
    return Sentence(
        f"défaut du banc, pas de votre fichier ; joignez ceci à votre signalement : {name}",
        f"a defect of the bench, not of your file; join this to your report: {name}",
    )


def _on_processes(items: Iterator[Any], order: Order, jobs: int) -> Iterator[Judged]:
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_warm_up)
    under_way: deque[Future[list[Judged]] | list[Judged]] = deque()
    try:
        while batch := list(islice(items, _BATCH)):
            if any(isinstance(item, Target) and item.path == STDIN for item in batch):
                under_way.append(_batch(batch, order))
            else:
                with _deaf_to_interruptions():
                    under_way.append(pool.submit(_batch, batch, order))
            while len(under_way) >= jobs * _AHEAD:
                yield from _done(under_way.popleft())
        while under_way:
            yield from _done(under_way.popleft())
    except BrokenProcessPool:
        raise EnvironmentFailed(
            "VALIDATE-900",
            Sentence("un des processus de --jobs s'est arrêté", "one of the processes of --jobs has died"),
            Sentence("relancez avec --jobs 1 pour voir quel fichier", "run again with --jobs 1 to see which file"),
        ) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _done(batch: Future[list[Judged]] | list[Judged]) -> list[Judged]:
    return batch if isinstance(batch, list) else batch.result()


@contextmanager
def _deaf_to_interruptions() -> Iterator[None]:
    """Ctrl-C is for the parent, which stops its processes: those started meanwhile do not hear it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _warm_up() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # where signals have no mask
    from banc_harness.validate import clinical  # noqa: F401  # the rules are loaded before the first file comes

    _settle()


def _settle() -> None:
    """Keeps the collector away from rules and tables, which stay to the end: it looks at documents only, less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_CONTAINERS, 20, 20)


def _batch(items: list[Target | Missing | PassedOver], order: Order) -> list[Judged]:
    return [_of(item, order) for item in items]
