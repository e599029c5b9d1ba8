"""Which language the command line speaks, decided before anything is parsed: help texts depend on it."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from banc_standards.errors import Lang, Sentence, UnusableInput


@dataclass(frozen=True, slots=True)
class Words:
    """Says things in the chosen language."""

    lang: Lang

    def __call__(self, fr: str, en: str) -> str:
        return en if self.lang == "en" else fr


def take_language(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> tuple[Lang, list[str]]:
    """The language of ``--lang`` wherever it stands, else of ``BANC_LANG``, else French; and the other arguments.

    Raises ``UnusableInput`` for any other language.
    """
    wanted = environment.get("BANC_LANG") or "fr"
    rest: list[str] = []
    waiting = list(arguments)
    while waiting:
        argument = waiting.pop(0)
        if argument == "--":
            rest += [argument, *waiting]
            break
        if argument == "--lang":
            wanted = waiting.pop(0) if waiting else ""
        elif argument.startswith("--lang="):
            wanted = argument.removeprefix("--lang=")
        else:
            rest.append(argument)
    if wanted == "fr":
        return "fr", rest
    if wanted == "en":
        return "en", rest
    if not wanted:
        raise UnusableInput(
            "CLI-005",
            Sentence("l'option --lang attend une valeur", "option --lang takes a value"),
            Sentence("écrivez --lang fr ou --lang en", "write --lang fr or --lang en"),
        )
    raise UnusableInput(
        "CLI-001",
        Sentence(f"langue inconnue : « {wanted} »", f'unknown language: "{wanted}"'),
        Sentence("écrivez --lang fr ou --lang en", "write --lang fr or --lang en"),
    )
