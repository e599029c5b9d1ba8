"""Options of the commands: each is also a ``BANC_…`` environment variable, each refusal names what was possible."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from banc_harness.cli.nearest import did_you_mean
from banc_standards.errors import Sentence, UnusableInput

REPEATED = ("--scenario", "--san", "--defect", "--mutation")
"""Options that take several values, one after the other."""


def variable(name: str) -> str:
    """The environment variable of an option: ``--port-base`` is ``BANC_PORT_BASE``."""
    return "BANC_" + name.removeprefix("--").replace("-", "_").upper()


def option(name: str, help: str, *, metavar: str | None = None, parser: Callable[[str], Any] | None = None) -> Any:
    """An option that is also an environment variable."""
    import typer

    return typer.Option(name, help=help, envvar=variable(name), metavar=metavar, parser=parser, show_default=False)


def flag(name: str, help: str) -> Any:
    """An option without a value that is also an environment variable."""
    import typer

    return typer.Option(name, help=help, envvar=variable(name), show_default=False)


def one_of(*choices: str) -> Callable[[str], str]:
    """Reads one of a few words. Raises ``UnusableInput`` for another, with the nearest."""

    def read(value: str) -> str:
        if value in choices:
            return value
        possible = ", ".join(choices)
        meant = did_you_mean(value, choices)
        raise UnusableInput(
            "CLI-002",
            Sentence(f"valeur inconnue : « {value} »", f'unknown value: "{value}"'),
            Sentence(f"{meant.fr} possibles : {possible}".strip(), f"{meant.en} possible: {possible}".strip()),
        )

    return read


def whole(least: int, most: int) -> Callable[[Any], int]:
    """Reads a whole number between two bounds. Raises ``UnusableInput`` for anything else."""

    def read(value: Any) -> int:
        try:
            number = int(value)
        except ValueError:
            number = least - 1
        if least <= number <= most:
            return number
        raise UnusableInput(
            "CLI-003",
            Sentence(f"« {value} » n'est pas un nombre qui convient", f'"{value}" is not a number that fits'),
            Sentence(f"donnez un entier de {least} à {most}", f"give a whole number from {least} to {most}"),
        )

    return read


def listed(values: Iterable[str] | None) -> list[str]:
    """The values of an option that may be repeated or hold several, separated by commas."""
    return [part for value in values or () for part in (piece.strip() for piece in value.split(",")) if part]


def spread(arguments: Iterable[str]) -> list[str]:
    """Repeats an option before each of its values: ``--scenario A B`` is ``--scenario A --scenario B``."""
    written: list[str] = []
    current = ""
    for argument in arguments:
        if argument.startswith("-"):
            current = argument if argument in REPEATED else ""
        elif current and written[-1] != current:
            written.append(current)
        written.append(argument)
    return written
