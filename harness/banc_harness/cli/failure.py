"""How a command fails: one sentence, one hint, one code, one exit code; never a traceback for a known error."""

from __future__ import annotations

import errno
import re
import sys
import traceback
from typing import Any, Final

from banc_harness.cli.language import Words
from banc_harness.cli.nearest import did_you_mean
from banc_harness.cli.streams import silence
from banc_standards.errors import NOTHING, BancError, EnvironmentFailed, Sentence, UnusableInput, reason

CONFORM: Final = 0
NOT_CONFORM: Final = 1
UNUSABLE: Final = 2
ENVIRONMENT: Final = 3

_EXHAUSTED: Final = frozenset(
    getattr(errno, name, None) for name in ("ENOSPC", "EDQUOT", "EROFS", "EIO", "EMFILE", "ENFILE", "ENOMEM")
)
"""What the machine lacks, whichever command meets it first."""

_TOO_MANY: Final = re.compile(r"unexpected extra arguments?(?:\(s\))? \((.*)\)")
_LATER: Final = ("campaign",)
"""Commands that the contract names and that this version does not have yet."""


def exit_code(error: BancError) -> int:
    """The exit code of a known error: 3 when something around the product failed, else 2."""
    return ENVIRONMENT if isinstance(error, EnvironmentFailed) else UNUSABLE


def tell(error: BancError, say: Words) -> int:
    """Prints a known error on standard error; returns its exit code."""
    print(f"banc : {error.text.of(say.lang)} [{error.code}]", file=sys.stderr)
    hint = error.hint.of(say.lang)
    if hint:
        print(f"       → {hint}", file=sys.stderr)
    return exit_code(error)


def crash(say: Words) -> int:
    """Prints the error under way as a defect of ours, with what a report of it needs, unless the machine is at its end;
    returns the exit code of a failed environment.
    """
    error = sys.exc_info()[1]
    if isinstance(error, OSError) and error.errno in _EXHAUSTED:
        return unwritten(error, say)
    traceback.print_exc()
    print(
        say(
            "banc : défaut du banc, pas de votre logiciel ; joignez ces lignes à votre signalement [CLI-900]",
            "banc : a defect of the bench, not of your software; join these lines to your report [CLI-900]",
        ),
        file=sys.stderr,
    )
    return ENVIRONMENT


def unwritten(error: OSError, say: Words) -> int:
    """Says what the system did not let a command do; returns its exit code."""
    silence()
    why = reason(error)
    where = f" ({error.filename})" if error.filename else ""
    return tell(
        EnvironmentFailed(
            "CLI-011",
            Sentence(f"le système a refusé : {why.fr}{where}", f"the system refused: {why.en}{where}"),
            Sentence(
                "voyez la place sur le disque et où va la sortie, puis recommencez",
                "look at the room on the disk and at where the output goes, then begin again",
            ),
        ),
        say,
    )


def interrupted(say: Words) -> int:
    """Says that the command was stopped before its end; returns its exit code."""
    return tell(EnvironmentFailed("CLI-010", Sentence("interrompu avant la fin", "interrupted before the end")), say)


def misused(error: Any, command: Any) -> UnusableInput:
    """A usage error of the parser as one of ours: what is wrong, and the nearest thing that exists."""
    within = "banc" if command.name == "banc" else f"banc {command.name}"
    see = Sentence(f"voyez {within} --help", f"see {within} --help")
    unknown = getattr(error, "option_name", None)
    if unknown and "requires" in error.message:
        return UnusableInput(
            "CLI-005", Sentence(f"l'option {unknown} attend une valeur", f"option {unknown} takes a value"), see
        )
    if unknown:
        known = [name for parameter in command.params for name in parameter.opts] + ["--help", "--lang"]
        return UnusableInput(
            "CLI-004",
            Sentence(f"option inconnue : {unknown}", f"unknown option: {unknown}"),
            _or(did_you_mean(unknown, known), see),
        )
    parameter = getattr(error, "param", None)
    if parameter is not None:
        name = next((name for name in parameter.opts if name.startswith("--")), (parameter.metavar or parameter.name))
        if type(error).__name__ == "MissingParameter":
            return UnusableInput("CLI-006", Sentence(f"il manque {name}", f"{name} is missing"), see)
        return UnusableInput(
            "CLI-007",
            Sentence(f"la valeur de {name} ne convient pas", f"the value of {name} does not fit"),
            _or(_yes_or_no(parameter), see),
        )
    if more := _TOO_MANY.search(error.message):
        return UnusableInput(
            "CLI-008", Sentence(f"argument de trop : {more[1]}", f"one argument too many: {more[1]}"), see
        )
    return UnusableInput("CLI-008", Sentence(f"commande mal formée ({error.message})", f"{error.message}"), see)


def _yes_or_no(parameter: Any) -> Sentence:
    if not getattr(parameter, "is_flag", False):
        return NOTHING
    name = parameter.envvar
    return Sentence(f"écrivez {name}=1 ou {name}=0", f"write {name}=1 or {name}=0")


def unknown_command(name: str, known: list[str]) -> UnusableInput:
    """The refusal of a command that does not exist."""
    see = Sentence(f"commandes : {', '.join(known)}", f"commands: {', '.join(known)}")
    if name in _LATER:
        return UnusableInput(
            "CLI-012",
            Sentence(f"banc {name} n'existe pas encore dans cette version", f"this version has no banc {name} yet"),
            see,
        )
    text = Sentence(f"commande inconnue : {name}", f"unknown command: {name}")
    return UnusableInput("CLI-009", text, _or(did_you_mean(name, known), see))


def _or(first: Sentence, second: Sentence) -> Sentence:
    return second if first == NOTHING else first
