"""The process that runs schematrons: started when first asked, kept warm, bounded in memory and time, started anew."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from threading import Timer
from typing import IO, Any, Final

from banc_harness.packs.cache import cache_folder
from banc_harness.packs.worker import read_frame, write_frame
from banc_standards.errors import EnvironmentFailed, Sentence, UnusableInput

MEMORY_MIB: Final = 2_048
"""What the process may allocate, unless ``BANC_PACK_MEMORY_MIB`` says otherwise."""
DEADLINE_S: Final = 300.0
"""The longest one document may take; the first one pays for compiling every schema."""


def check_installed() -> None:
    """Raises ``UnusableInput`` (PACK-004) where the engine is not installed."""
    if find_spec("saxonche") is None:
        raise UnusableInput(
            "PACK-004",
            Sentence("--pack demande un moteur XSLT, saxonche", "--pack needs an XSLT engine, saxonche"),
            Sentence("pip install 'banc-segur[pack]'", "pip install 'banc-segur[pack]'"),
        )


class Died(Exception):
    """The process ended, or was ended, before it answered."""


class Engine:
    """One process for one pack. Use as a context manager, or :meth:`close` it."""

    def __init__(self, pack: Path, *, memory_mib: int | None = None, deadline_s: float = DEADLINE_S) -> None:
        check_installed()
        self._pack = pack
        self._memory = memory_mib or int(os.environ.get("BANC_PACK_MEMORY_MIB") or MEMORY_MIB)
        self._deadline = deadline_s
        self._process: subprocess.Popen[bytes] | None = None
        self._told: IO[bytes] | None = None
        self.version = ""

    def __enter__(self) -> Engine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def judge(self, document: bytes, schemas: Sequence[Path], grammar: Path | None) -> dict[str, Any]:
        """What the schemas say of a document in UTF-8.

        Raises ``Died`` when the process does not survive it (the next call starts another), ``EnvironmentFailed``
        (PACK-005) when it cannot start.
        """
        request = {
            "document": base64.b64encode(document).decode("ascii"),
            "schemas": [str(path) for path in schemas],
            "grammar": str(grammar) if grammar else None,
        }
        process = self._process or self._start()
        assert process.stdin is not None
        assert process.stdout is not None
        late = Timer(self._deadline, process.kill)
        late.start()
        try:
            write_frame(process.stdin, request)
            answer = read_frame(process.stdout)
        except (OSError, ValueError):
            answer = None
        finally:
            late.cancel()
        if answer is None:
            raise Died(self._ended())
        return answer

    def close(self) -> None:
        """Ends the process, if there is one."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()
        if self._told is not None:
            self._told.close()
            self._told = None

    def _start(self) -> subprocess.Popen[bytes]:
        self._told = tempfile.TemporaryFile()  # noqa: SIM115 - read when the process has died
        command = [sys.executable, "-m", "banc_harness.packs.worker"]
        process = subprocess.Popen(  # noqa: S603 - our own module
            [*command, str(self._pack), str(cache_folder()), str(self._memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._told,
        )
        self._process = process
        assert process.stdout is not None
        ready = read_frame(process.stdout)
        if ready is None:
            why = self._ended()
            raise EnvironmentFailed(
                "PACK-005",
                Sentence(f"le moteur XSLT ne démarre pas : {why}", f"the XSLT engine does not start: {why}"),
                Sentence("relancez sans --pack, ou réinstallez saxonche", "run without --pack, or reinstall saxonche"),
            )
        self.version = ready["ready"]
        return process

    def _ended(self) -> str:
        """The last words of the process, which is gone."""
        words = ""
        if self._told is not None and not self._told.closed:
            self._told.seek(0)
            lines = self._told.read()[-20_000:].decode("utf-8", "replace").splitlines()
            said = [line.strip() for line in lines if "Error" in line or "error" in line] or [
                line.strip() for line in lines if line.strip()
            ]
            words = said[-1][:300] if said else ""
        self.close()
        return words
