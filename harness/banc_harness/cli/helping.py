"""The help of the commands, in the language of the reader, with every option's environment variable and examples."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

from banc_harness.cli.language import Words

_F = TypeVar("_F", bound=Callable[..., Any])
_WIDTH = 98
_NARROW = 80
_INDENT = 34


class BancCommand(TyperCommand):
    """A command whose help speaks the language that the command line was built in."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Writes the help of one command."""
        say: Words = ctx.find_root().command.say
        formatter.write(_command(self, ctx.command_path, say))


def command(application: typer.Typer, *, help: str, examples: str) -> Callable[[_F], _F]:
    """Declares a command, with its help and its examples, one a line."""
    return application.command(cls=BancCommand, help=help, epilog=examples)


class BancGroup(TyperGroup):
    """The command ``banc`` itself. ``say`` is set when the command line is built."""

    say: Words = Words("fr")

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Writes the list of the commands."""
        say = self.say
        lines = [
            *_paragraphs(self.help),
            "",
            say("Usage : banc COMMANDE [options]", "Usage: banc COMMAND [options]"),
            "",
        ]
        lines.append(say("Commandes", "Commands"))
        for name, command in self.commands.items():
            lines += _row(name, (command.help or "").splitlines()[0])
        lines += ["", "Options", *_shared(say), *_row("--version", say("version du banc", "version of the bench"))]
        lines += ["", say("Variables d'environnement", "Environment variables")]
        lines += _row(
            "BANC_DATA",
            say(
                "DATA, dossier du bac à sable et des exécutions (.banc)",
                "DATA, folder of the sandbox and of the runs (.banc)",
            ),
        )
        lines += _row(
            "BANC_TOKEN", say("jeton d'un bac à sable qui en demande un", "token of a sandbox that asks for one")
        )
        lines += _row("BANC_…", say("chaque option, comme son aide le dit", "every option, as its help tells"))
        lines += ["", say("Codes de sortie", "Exit codes")]
        lines += _row("0 1", say("conforme, non conforme", "conform, not conform"))
        lines += _row("2", say("commande ou entrée inutilisable", "the command or its input is unusable"))
        lines += _row("3", say("l'environnement a fait défaut", "the environment failed"))
        formatter.write("\n".join(lines) + "\n")


def _command(command: Any, path: str, say: Words) -> str:
    arguments = [parameter for parameter in command.params if parameter.param_type_name == "argument"]
    options = [parameter for parameter in command.params if parameter.param_type_name == "option"]
    names = "".join(f" {parameter.metavar or parameter.name.upper()}" for parameter in arguments)
    needed = "".join(f" {option.opts[0]} {option.metavar}" for option in options if option.required)
    usage = say("Usage : ", "Usage: ") + f"{path}{names}{needed} [options]"
    lines = [*_paragraphs(command.help), "", usage]
    if arguments:
        lines += ["", "Arguments"]
        for parameter in arguments:
            lines += _row(parameter.metavar or parameter.name.upper(), parameter.help or "")
    lines += ["", "Options"]
    for parameter in (parameter for parameter in options if parameter.name != "help"):
        shown = " ".join(filter(None, (parameter.opts[0], "" if parameter.is_flag else parameter.metavar)))
        lines += _row(shown, f"{parameter.help}  [{parameter.envvar}]")
    lines += _shared(say)
    if command.epilog:
        lines += ["", say("Exemples", "Examples"), *(f"  {line}" for line in command.epilog.splitlines())]
    return "\n".join(lines) + "\n"


def _paragraphs(text: str | None) -> Iterable[str]:
    for rank, paragraph in enumerate((text or "").split("\n\n")):
        if rank:
            yield ""
        yield from textwrap.wrap(paragraph, _width())


def _shared(say: Words) -> Iterable[str]:
    yield from _row(
        "--lang fr|en", say("langue de ce qui se lit  [BANC_LANG]", "language of what is read  [BANC_LANG]")
    )
    yield from _row("--help", say("cette aide", "this help"))


def _row(left: str, right: str) -> list[str]:
    width = _width()
    indent = _INDENT if width >= _NARROW else 6
    wrapped = textwrap.wrap(right, width - indent, break_long_words=False, break_on_hyphens=False) or [""]
    start = f"  {left}".ljust(indent)
    if len(start) > indent or not start.endswith(" "):
        return [start.rstrip(), *(" " * indent + line for line in wrapped)]
    return [start + wrapped[0], *(" " * indent + line for line in wrapped[1:])]


def _width() -> int:
    """Columns of the help: those of the terminal, or of ``COLUMNS``, within reason."""
    return max(40, min(_WIDTH, shutil.get_terminal_size((_WIDTH + 2, 24)).columns - 2))
