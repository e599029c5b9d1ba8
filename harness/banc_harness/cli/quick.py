"""``banc validate`` without the parser of the other commands, whose loading would cost more than judging a document.

It reads the same command line, with the same refusals; the help of the command stays with the others.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from banc_harness.cli.failure import crash, interrupted, tell
from banc_harness.cli.language import Words
from banc_harness.cli.nearest import did_you_mean
from banc_harness.cli.options import one_of, variable, whole
from banc_standards.errors import NOTHING, BancError, Sentence, UnusableInput

COMMAND: Final = "validate"
KINDS: Final = ("cda", "xdm", "xds", "vihf", "hl7v2", "fhir", "mail", "insi", "psc")
FORMATS: Final = ("text", "json", "junit", "sarif")
MOST_JOBS: Final = 256

_VALUED: Final[Mapping[str, tuple[str, Callable[[str], Any]]]] = {
    "--as": ("kind", one_of(*KINDS)),
    "--format": ("format", one_of(*FORMATS)),
    "--pack": ("pack", str),
    "--jobs": ("jobs", whole(1, MOST_JOBS)),
}
_FLAGS: Final = {"--compare": "compare", "--together": "together"}
_TRUE: Final = frozenset({"1", "true", "t", "yes", "y", "on"})
_SEE: Final = Sentence("voyez banc validate --help", "see banc validate --help")


def takes(arguments: Sequence[str]) -> bool:
    """Whether these arguments are a ``banc validate`` that asks for no help."""
    if list(arguments[:1]) != [COMMAND]:
        return False
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return not {"--help", "-h"} & set(options)


def run(arguments: Sequence[str], say: Words) -> int:
    """Runs ``banc validate``; every known error becomes its sentence and its exit code."""
    try:
        from banc_harness.validate.command import Options, validate

        files, chosen = read(arguments[1:], os.environ)
        return validate(Options(files, **chosen), say)
    except BancError as error:
        return tell(error, say)
    except KeyboardInterrupt:
        return interrupted(say)
    except Exception:  # the last line of defence: a defect of ours must not look like a verdict
        return crash(say)


def read(arguments: Sequence[str], environment: Mapping[str, str]) -> tuple[list[str], dict[str, Any]]:
    """The files and the options by field, those of the environment where the command line has none.

    Raises ``UnusableInput``.
    """
    files: list[str] = []
    given: dict[str, str | bool] = {}
    waiting = list(arguments)
    while waiting:
        word = waiting.pop(0)
        if word == "--":
            files += waiting
            break
        if word == "-" or not word.startswith("-"):
            files.append(word)
            continue
        name, equals, value = word.partition("=")
        if name in _FLAGS and not equals:
            given[name] = True
        elif name in _VALUED:
            if not equals and not waiting:
                raise UnusableInput(
                    "CLI-005", Sentence(f"l'option {name} attend une valeur", f"option {name} takes a value"), _SEE
                )
            given[name] = value if equals else waiting.pop(0)
        else:
            raise _unknown(name)
    if not files:
        raise UnusableInput("CLI-006", Sentence("il manque FICHIER|DOSSIER|-…", "FILE|DIR|-… is missing"), _SEE)
    return files, _chosen(given, environment)


def _chosen(given: Mapping[str, str | bool], environment: Mapping[str, str]) -> dict[str, Any]:
    chosen: dict[str, Any] = {}
    for name, (field, parse) in _VALUED.items():
        value = given.get(name, environment.get(variable(name)) or None)
        if isinstance(value, str):
            chosen[field] = parse(value)
    for name, field in _FLAGS.items():
        chosen[field] = bool(given.get(name)) or environment.get(variable(name), "").lower() in _TRUE
    return chosen


def _unknown(name: str) -> UnusableInput:
    meant = did_you_mean(name, [*_VALUED, *_FLAGS, "--help", "--lang"])
    text = Sentence(f"option inconnue : {name}", f"unknown option: {name}")
    return UnusableInput("CLI-004", text, _SEE if meant == NOTHING else meant)
