"""The command ``banc`` (CONTRACTS §1)."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns its exit code: 0 conform, 1 not conform, 2 unusable, 3 environment failed."""
    from banc_harness.cli.language import Words, take_language
    from banc_harness.cli.quick import takes
    from banc_standards.errors import UnusableInput

    _speak_utf8()
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        lang, rest = take_language(given)
    except UnusableInput as error:
        from banc_harness.cli.failure import tell

        return tell(error, Words("fr"))
    if takes(rest):
        from banc_harness.cli.quick import run
    else:
        from banc_harness.cli.program import run
    try:
        code = run(rest, Words(lang))
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of a pipe has left: nothing is wrong, and nothing more can be written
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    return code


def _speak_utf8() -> None:
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None and (stream.encoding or "").lower() not in ("utf-8", "utf8"):
            reconfigure(encoding="utf-8", errors="replace")
