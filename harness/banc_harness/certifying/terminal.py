"""The tester's terminal: instructions and requirements are shown, answers are typed."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import os
import shlex
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO

from banc_harness.certifying.desk import OPINIONS, STATUSES, Doing, Left, Opinion, attached
from banc_harness.drivers.instruction import Instruction
from banc_harness.drivers.reply import Evidence
from banc_standards.contracts.score import RequirementVerdict
from banc_standards.errors import BancError, Lang, Sentence

_STATUS_WORDS = (
    Sentence("fait", "done"),
    Sentence("refusé par le logiciel", "refused by the software"),
    Sentence("le logiciel ne sait pas le faire", "the software cannot do that"),
    Sentence("échec", "failed"),
)
_OPINION_WORDS = (
    Sentence("conforme", "conform"),
    Sentence("non conforme", "not conform"),
    Sentence("plus tard", "later"),
    Sentence("tout laisser pour plus tard", "leave all the others for later"),
)


class TerminalDesk:
    """Asks on a terminal. What is written goes to ``out``, lines come from the file descriptor ``keys``.

    Example, in a program that runs on a terminal::

        desk = TerminalDesk("fr")
        doing = await desk.do(instruction(action))
    """

    def __init__(self, lang: Lang = "fr", *, out: TextIO | None = None, keys: int = 0) -> None:
        self._lang = lang
        self._out = sys.stderr if out is None else out
        self._keys = keys
        self._typed = b""
        self._name = ""

    async def do(self, wanted: Instruction) -> Doing:
        """Shows the instruction and asks what came of it. Raises ``Left`` at the end of input."""
        by = await self._who()
        colon = self._say(" : ", ": ")
        rows = (f"    {name}{colon}{value}" for name, value in wanted.rows)
        self._show("", f"▶ {wanted.step}  {wanted.title}", *rows)
        status = STATUSES[await self._choose(_STATUS_WORDS)]
        said = ""
        if status in ("refused", "failed"):
            said = await self._line(
                "ce que le logiciel a affiché (Entrée : rien)", "what the software showed (or Enter)"
            )
        return Doing(status, by, said, await self._files())

    async def judge(self, open: RequirementVerdict, rank: int, count: int) -> Opinion | None:
        """Shows a requirement and asks for an opinion. Raises ``Left`` when the others are left for later."""
        by = await self._who()
        colon = self._say(" : ", ": ")
        self._show("", f"◆ {rank}/{count}  {open.requirement}  {open.text}", f"    {open.verdict}{colon}{open.reason}")
        chosen = await self._choose(_OPINION_WORDS)
        if chosen == 2:
            return None
        if chosen == 3:
            raise Left("ANSWER-004", Sentence("revue laissée pour plus tard", "review left for later"))
        comment = await self._line("commentaire, ce qui a été vu", "comment, what was seen")
        return Opinion(OPINIONS[chosen], by, comment, await self._files())

    async def _who(self) -> str:
        if not self._name:
            usual = _user()
            self._show("")
            typed = await self._line(f"votre nom (Entrée : {usual})", f"your name (Enter: {usual})")
            self._name = typed or usual
        return self._name

    async def _choose(self, words: Sequence[Sentence]) -> int:
        listed = "   ".join(f"{number} {word.of(self._lang)}" for number, word in enumerate(words, start=1))
        self._show(f"    {listed}")
        while True:
            typed = (await self._line("réponse", "answer")).casefold()
            by_word = [rank for rank, word in enumerate(words) if typed in (word.fr, word.en)]
            if by_word or (typed.isascii() and typed.isdigit() and 1 <= int(typed) <= len(words)):
                return by_word[0] if by_word else int(typed) - 1
            self._show(self._say(f"    un nombre de 1 à {len(words)}", f"    a number from 1 to {len(words)}"))

    async def _files(self) -> tuple[Evidence, ...]:
        while True:
            typed = await self._line(
                "fichiers à joindre, captures d'écran… (Entrée : aucun)", "files to attach, screenshots… (or Enter)"
            )
            try:
                return attached(_paths(typed))
            except (BancError, ValueError, RuntimeError) as error:
                self._show(f"    {error.text.of(self._lang) if isinstance(error, BancError) else error}")

    async def _line(self, fr: str, en: str) -> str:
        self._out.write(f"    {self._say(fr, en)} > ")
        self._out.flush()
        while b"\n" not in self._typed:
            more = await _in_a_thread(lambda: os.read(self._keys, 4096))
            if not more:
                self._show("")
                raise Left("ANSWER-004", Sentence("le terminal s'est fermé", "the terminal was closed"))
            self._typed += more
        line, _, self._typed = self._typed.partition(b"\n")
        return line.decode("utf-8", "replace").strip()

    def _show(self, *lines: str) -> None:
        self._out.write("\n".join(lines) + "\n")
        self._out.flush()

    def _say(self, fr: str, en: str) -> str:
        return Sentence(fr, en).of(self._lang)


def attended() -> bool:
    """Whether somebody sits at a terminal: questions are shown on standard error and answered on standard input."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def _paths(typed: str) -> list[Path]:
    """Names as a shell reads them: quoted when they hold spaces, ``~`` for the home folder."""
    return [Path(name).expanduser() for name in shlex.split(typed)]


def _user() -> str:
    with contextlib.suppress(OSError, KeyError, ImportError):
        return getpass.getuser()
    return "?"


async def _in_a_thread(read: Callable[[], bytes]) -> bytes:
    """Waits for a blocking read without holding the loop; an interrupted program does not wait for the thread."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[bytes] = loop.create_future()

    def settle(data: bytes) -> None:
        if not done.done():
            done.set_result(data)

    def work() -> None:
        try:
            data = read()
        except OSError:
            data = b""
        with contextlib.suppress(RuntimeError):  # the loop has gone meanwhile
            loop.call_soon_threadsafe(settle, data)

    threading.Thread(target=work, daemon=True).start()
    return await done
