"""Where the sandbox of a test run is: in a process of its own, in a container, or at an address."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from banc_harness.handle import SandboxHandle
from banc_harness.pytest_plugin.choice import CONTAINER, IN_PROCESS, Choice
from banc_harness.pytest_plugin.telling import journal, said
from banc_standards.errors import BancError, EnvironmentFailed, Lang, Sentence

if TYPE_CHECKING:
    from banc_harness.session_handle import SessionHandle

TAIL_LINES = 30
DYING_S = 2.0
"""How long a sandbox that no longer answers may take to be seen dead, in seconds."""
STOP_S = 10.0


class Host(Protocol):
    """What keeps a sandbox up."""

    def gone(self, *, within_s: float = 0.0) -> Sentence | None:
        """Why the sandbox is not there any more; ``None`` while it is, and still is after that time in seconds."""

    def tail(self) -> str:
        """The last lines of its log."""

    def close(self) -> None:
        """Stops it, if it was started here."""


class Place:
    """A sandbox and what keeps it up; ``own`` when it was started for these tests."""

    def __init__(self, handle: SandboxHandle, host: Host, *, own: bool, lang: Lang) -> None:
        self.handle = handle
        self.own = own
        self.lang: Lang = lang
        self._host = host
        self._told = False

    def require(self) -> None:
        """Fails the test at hand when the sandbox is gone."""
        gone = self._host.gone()
        if gone is not None:
            pytest.fail(self._loss(gone), pytrace=False)

    def end(self, session: SessionHandle) -> None:
        """Deletes a session; a sandbox that went away fails the test that did not notice."""
        try:
            session.delete()
        except BancError as error:
            gone = self._host.gone(within_s=DYING_S)
            loss = said(error, self.lang) if gone is None else self._loss(gone)
            told = self._told
        else:
            return
        if not told:
            pytest.fail(loss, pytrace=False)

    def sections(self, session: SessionHandle | None, seen: str | None = None) -> list[tuple[str, str]]:
        """What a failed test shows: the journal of its session (``seen``), or how the sandbox went away."""
        gone = self._host.gone()
        if gone is not None:
            self._told = True
            return [("banc", self._loss(gone))]
        if seen is not None:
            return [("banc", seen)]
        if session is None:
            return []
        try:
            return [("banc", journal(session.id, session.exchanges(), self.lang))]
        except BancError as error:
            gone = self._host.gone(within_s=DYING_S)
            self._told = self._told or gone is not None
            return [("banc", said(error, self.lang) if gone is None else self._loss(gone))]

    def close(self) -> None:
        """Lets go of the sandbox, and stops it when it was started here."""
        try:
            self.handle.close()
        finally:
            self._host.close()

    def _loss(self, gone: Sentence) -> str:
        tail = self._host.tail()
        log = Sentence("fin de son journal d'exécution :", "the end of its log:")
        return gone.of(self.lang) + (f"\n{log.of(self.lang)}\n{tail}" if tail else "")


def place(choice: Choice, config: pytest.Config) -> Place | str:
    """Finds or starts the sandbox; says why when that cannot be."""
    try:
        if choice.where == IN_PROCESS:
            return _beside(choice, config)
        if choice.where == CONTAINER:
            from banc_harness.pytest_plugin.containers import contained

            handle, host = contained(choice)
            return Place(handle, host, own=True, lang=choice.lang)
        return _elsewhere(choice)
    except BancError as error:
        return said(error, choice.lang)


class _Process:
    """A sandbox in a process of its own."""

    def __init__(self, asked: dict[str, Any]) -> None:
        self._log = Path(asked["data"]) / "sandbox.log"
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "banc_harness.pytest_plugin.beside"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
                text=True,
                encoding="utf-8",
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            self._process.wait(STOP_S)
            self.close()
            text = Sentence("le bac à sable des tests ne démarre pas", "the sandbox of the tests does not start")
            raise EnvironmentFailed("PYTEST-001", text, Sentence(self.tail(), self.tail()))
        self.ready: dict[str, Any] = json.loads(line)

    def gone(self, *, within_s: float = 0.0) -> Sentence | None:
        try:
            code = self._process.wait(within_s)
        except subprocess.TimeoutExpired:
            return None
        how = f"signal {-code}" if code < 0 else f"code {code}"
        return Sentence(f"le bac à sable s'est arrêté ({how})", f"the sandbox ended ({how})")

    def tail(self) -> str:
        with self._log.open(encoding="utf-8", errors="replace") as log:
            return "".join(deque(log, TAIL_LINES)).strip()

    def close(self) -> None:
        assert self._process.stdin is not None
        try:
            self._process.communicate(timeout=STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()


class _Elsewhere:
    """A sandbox that somebody else keeps up."""

    def __init__(self, handle: SandboxHandle) -> None:
        self._handle = handle

    def gone(self, *, within_s: float = 0.0) -> Sentence | None:
        try:
            self._handle.health()
        except BancError as error:
            return error.text
        return None

    def tail(self) -> str:
        return ""

    def close(self) -> None:
        """Leaves it as it is."""


def _beside(choice: Choice, config: pytest.Config) -> Place:
    data = _data(choice, config)
    asked: dict[str, Any] = {"data": str(data), "lang": choice.lang, "port_base": choice.port_base}
    if choice.services is not None:
        asked["services"] = list(choice.services)
    host = _Process(asked)
    try:
        handle = SandboxHandle(host.ready["control"], ca_file=host.ready["ca_file"], lang=choice.lang)
    except BaseException:
        host.close()
        raise
    return Place(handle, host, own=True, lang=choice.lang)


def _elsewhere(choice: Choice) -> Place:
    handle = SandboxHandle(
        choice.where, token=choice.token, ca_file=choice.ca_file, ca_sha256=choice.ca_sha256, lang=choice.lang
    )
    host = _Elsewhere(handle)
    gone = host.gone()
    if gone is not None:
        handle.close()
        raise EnvironmentFailed("PYTEST-002", gone, Sentence("démarrez-le avec `banc up`", "start it with `banc up`"))
    return Place(handle, host, own=False, lang=choice.lang)


def _data(choice: Choice, config: pytest.Config) -> Path:
    """A folder for this worker alone: two sandboxes never share one."""
    if choice.data is not None:
        worker = os.environ.get("PYTEST_XDIST_WORKER")
        return choice.data / worker if worker else choice.data
    factory: pytest.TempPathFactory = config._tmp_path_factory  # type: ignore[attr-defined]  # as its fixture does
    return factory.mktemp("banc")
