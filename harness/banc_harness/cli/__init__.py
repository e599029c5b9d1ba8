"""The command ``banc`` (CONTRACTS §1)."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns its exit code: 0 conform, 1 not conform, 2 unusable, 3 environment failed."""
    from banc_harness.cli.language import Words, take_language
    from banc_harness.cli.quick import takes
    from banc_harness.cli.streams import prepare
    from banc_standards.errors import UnusableInput

    prepare()
    given = sys.argv[1:] if arguments is None else list(arguments)
    try:
        lang, rest = take_language(given)
    except UnusableInput as error:
        from banc_harness.cli.failure import tell

        return tell(error, Words("en" if os.environ.get("BANC_LANG") == "en" else "fr"))
    say = Words(lang)
    try:
        if takes(rest):
            from banc_harness.cli.quick import run
        else:
            from banc_harness.cli.program import run
        code = run(rest, say)
        sys.stdout.flush()
    except KeyboardInterrupt:  # while the command was still loading
        from banc_harness.cli.failure import interrupted

        return interrupted(say)
    except OSError as error:
        from banc_harness.cli.failure import unwritten

        return unwritten(error, say)
    return code
