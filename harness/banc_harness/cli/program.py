"""Builds the command line in one language, and runs it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import typer

from banc_harness.cli import explaining, lists, making, reaching, reporting, running, sealing, validating
from banc_harness.cli.failure import CONFORM, crash, interrupted, misused, tell, unknown_command
from banc_harness.cli.helping import BancGroup
from banc_harness.cli.language import Words
from banc_harness.cli.options import spread
from banc_standards.errors import BancError

_USAGE_ERROR: Any = (
    typer.BadParameter.__base__
)  # the one usage error that typer exports is a child of the others' parent

_INTERRUPTED = 130  # what typer returns, instead of raising, when a command ends on SIGINT


def build(say: Words) -> Any:
    """The command line as one parser, its help in the language of ``say``."""
    application = typer.Typer(
        name="banc",
        cls=BancGroup,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["--help", "-h"]},
        help=say(
            "Banc d'essai du Ségur du numérique en santé : les services nationaux simulés, "
            "et ce que vaut votre logiciel face à eux.",
            "Test bench of the Ségur du numérique en santé: the national services, simulated, "
            "and how your software fares with them.",
        ),
    )
    for commands in (running, sealing, reporting, validating, making, explaining, reaching, lists):
        commands.add(application, say)

    @application.callback()
    def globals_only() -> None:
        pass

    command = typer.main.get_command(application)
    command.say = say  # type: ignore[attr-defined]  # BancGroup has it
    return command


def run(arguments: Sequence[str], say: Words) -> int:
    """Runs one command; every known error becomes its sentence and its exit code."""
    words = list(arguments)
    if words == ["--version"]:
        from importlib.metadata import version

        print(f"banc {version('banc-segur')}")
        return CONFORM
    command = build(say)
    try:
        if not words:
            words = ["--help"]
        if not words[0].startswith("-") and words[0] not in command.commands:
            raise unknown_command(words[0], list(command.commands))
        code = int(command.main(args=spread(words), prog_name="banc", standalone_mode=False) or CONFORM)
        return code if code != _INTERRUPTED else interrupted(say)
    except BancError as error:
        return tell(error, say)
    except _USAGE_ERROR as error:
        return tell(misused(error, command.commands.get(words[0], command)), say)
    except (KeyboardInterrupt, typer.Abort):
        return interrupted(say)
    except SystemExit:  # typer leaves this way when the reader of a pipe is gone: nothing is wrong
        return CONFORM
    except Exception:  # the last line of defence: a defect of ours must not look like a verdict
        return crash(say)
