"""What the pages tell a reader to type is typed, in a real sandbox, and prints what they say that it prints."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest

STEP_S = 60
"""What one command of a page may last, in seconds: the demonstration is the longest."""

TERMINAL = ("bash", "curl")
"""What every page is typed with."""

OTHERS = ("openssl", "keytool", "node", "jq", "sha256sum")
"""What some commands call and a machine may lack: they are then left out, with their output."""

SHORTER = {"./bancw demo": "BANC_SCENARIO=UC1.01 ./bancw demo"}
"""The whole demonstration is run by .ci/run and measured by tests/bench; here, one scenario of it."""

STARTS_A_SANDBOX = re.compile(r"banc up\b")
_END = "--- end of command"


@dataclass(frozen=True)
class Sandbox:
    """A sandbox that ``banc up`` keeps up: its data folder, and what it printed."""

    data: Path
    printed: str

    def reset(self) -> None:
        """An empty journal for the next page."""
        ready = json.loads((self.data / "sandbox.json").read_text())
        subprocess.run([sys.executable, "-c", _RESET, ready["control"], ready["ca_file"]], check=True, timeout=STEP_S)


_RESET = """
import ssl, sys, urllib.request
where = f"{sys.argv[1]}/control/v1/sessions/default/reset"
trust = ssl.create_default_context(cafile=sys.argv[2])
urllib.request.urlopen(urllib.request.Request(where, b"", method="POST"), context=trust).close()
"""


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``banc``, ``bancw``, ``pytest`` and ``python3`` as this test's own Python has them."""
    folder = tmp_path_factory.mktemp("bin")
    run = f'#!/bin/sh\nexec "{sys.executable}"'
    main = ' -c "from banc_harness.cli import main; raise SystemExit(main())" "$@"\n'
    tests = ' -m pytest -p no:cacheprovider -p no:asyncio "$@"\n'
    for name, rest in (("banc", main), ("bancw", main), ("python3", ' "$@"\n'), ("pytest", tests)):
        (folder / name).write_text(run + rest)
        (folder / name).chmod(0o755)
    return folder


def environment(programs: Path, lang: str) -> dict[str, str]:
    """A terminal's environment: no setting of the bench, the language of the page."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BANC_")}
    return {**kept, "PATH": f"{programs}{os.pathsep}{kept['PATH']}", "BANC_LANG": lang, "PYTHONWARNINGS": ""}


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory, programs: Path) -> Iterator[Sandbox]:
    """The ``banc up`` of the pages, on any free ports, for all of them."""
    folder = tmp_path_factory.mktemp("sandbox")
    with (folder / "stderr").open("w+b") as told:
        process = subprocess.Popen(
            ["banc", "up", "--port-base", "0"],
            cwd=folder,
            env=environment(programs, "fr"),
            stdout=subprocess.PIPE,
            stderr=told,
        )
        try:
            assert process.stdout is not None
            line = process.stdout.readline().decode()
            assert line, (folder / "stderr").read_text()
            yield Sandbox(folder / ".banc", line)
        finally:
            process.terminate()
            process.communicate(timeout=STEP_S)


class Terminal:
    """One shell that types the commands of a page one after the other."""

    def __init__(self, folder: Path, variables: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            ["bash", "--noprofile", "--norc"],
            cwd=folder,
            env=variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )

    def type(self, command: str) -> tuple[str, int]:
        """Runs one command; what it printed on both outputs, and its exit code."""
        send, receive = self._pipes()
        send.write(f"{{ {command}\n}} </dev/null\nprintf '\\n{_END} %s\\n' $?\n")
        send.flush()
        printed = []
        for line in receive:
            if line.startswith(_END):
                return "".join(printed).strip("\n"), int(line.removeprefix(_END))
            printed.append(line)
        raise AssertionError(f"the shell ended:\n{''.join(printed)}")

    def close(self) -> None:
        """Ends the shell."""
        self._process.kill()
        self._process.communicate()

    def _pipes(self) -> tuple[IO[str], IO[str]]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        return self._process.stdin, self._process.stdout


@pytest.mark.skipif(not all(map(shutil.which, TERMINAL)), reason="the pages are typed in bash, with curl")
def test_what_a_page_says_to_type_prints_what_it_says(typed_page, sandbox, programs, tmp_path):
    page = typed_page
    lang = "en" if page.path.parent.name == "en" else "fr"
    blocks = [block for block in page.blocks if block.kind == "console" or block.title]
    commands = [command for block in blocks if block.kind == "console" for command in block.commands()]
    if not any(STARTS_A_SANDBOX.match(command.text) for command in commands):
        (tmp_path / ".banc").symlink_to(sandbox.data)
    (tmp_path / "bancw").symlink_to(programs / "bancw")
    sandbox.reset()
    terminal = Terminal(tmp_path, environment(programs, lang))
    try:
        for block in blocks:
            if block.title:
                (tmp_path / block.title).write_text(block.text, encoding="utf-8")
                continue
            for command in block.commands():
                where = f"{page.path.name}, block of line {block.line}:\n$ {command.text}"
                if STARTS_A_SANDBOX.match(command.text):
                    printed, code = started(tmp_path, sandbox, command.printed), 0
                elif absent(command.text):
                    continue
                else:
                    printed, code = terminal.type(SHORTER.get(command.text, command.text))
                if code or (command.printed and not alike(printed, command.printed)):
                    pytest.fail(f"{where}\nended with {code} and printed:\n{printed}", pytrace=False)
    finally:
        terminal.close()


def started(folder: Path, sandbox: Sandbox, expected: str) -> str:
    """The page's ``banc up``: the sandbox that runs is put where the page started it. Returns what was printed."""
    shutil.rmtree(folder / ".banc", ignore_errors=True)
    (folder / ".banc").symlink_to(sandbox.data)
    return sandbox.printed + expected.partition("\n")[2]


def absent(command: str) -> bool:
    """Whether a command calls a program that this machine lacks."""
    return any(name in command.split() and shutil.which(name) is None for name in OTHERS)


def alike(printed: str, expected: str) -> bool:
    """Whether a text is the one that a page shows, ``…`` standing for anything."""
    lines = [line.rstrip() for line in expected.splitlines()]
    written = "\n".join(line.rstrip() for line in printed.splitlines())
    pattern = "\n".join(".*" if line == "…" else re.escape(line).replace("…", "[^\n]*") for line in lines)
    return re.fullmatch(pattern, written, re.DOTALL) is not None
