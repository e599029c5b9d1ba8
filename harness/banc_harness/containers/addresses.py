"""Tells a session under which addresses the software sees the services: for a compose file, once the sandbox is up."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from banc_harness.handle import DEFAULT, SandboxHandle
from banc_standards.errors import BancError, Lang, Sentence, UnusableInput

UNUSABLE, FAILED = 2, 3


def told(arguments: Sequence[str]) -> dict[str, str]:
    """The map of CONTRACTS §2 of arguments ``NAME=URL``. Raises ``UnusableInput`` for anything else."""
    pairs = [argument.partition("=") for argument in arguments]
    if not pairs or not all(name and url for name, _, url in pairs):
        raise UnusableInput(
            "ADDRESS-002",
            Sentence("une adresse publique s'écrit NOM=URL", "a public address is written NAME=URL"),
            Sentence("par exemple wallet=https://localhost:8445", "for instance wallet=https://localhost:8445"),
        )
    return {name: url for name, _, url in pairs}


def main(arguments: Sequence[str]) -> int:
    """Sets the addresses ``NAME=URL …`` in the session of ``BANC_SESSION``, on the sandbox of ``BANC_SANDBOX``.

    Returns the exit code: 0, 2 when the arguments are unusable, 3 when the sandbox is.
    """
    environment = os.environ
    lang: Lang = "en" if environment.get("BANC_LANG") == "en" else "fr"
    try:
        urls = told(arguments)
        with SandboxHandle(
            environment.get("BANC_SANDBOX") or "https://localhost:8440",
            token=environment.get("BANC_TOKEN"),
            ca_file=environment.get("BANC_CA_FILE"),
            lang=lang,
        ) as sandbox:
            sandbox.at(environment.get("BANC_SESSION") or DEFAULT).set_public_urls(urls)
    except BancError as error:
        print(f"banc : {error.text.of(lang)} [{error.code}]\n       → {error.hint.of(lang)}", file=sys.stderr)
        return UNUSABLE if isinstance(error, UnusableInput) else FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
