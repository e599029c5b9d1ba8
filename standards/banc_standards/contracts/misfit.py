"""What is wrong with a value that a shape refuses, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from pydantic_core import ErrorDetails

from banc_standards.errors import Sentence

_WANTED: Final[Mapping[str, str]] = {
    "string_type": "un texte",
    "string_too_short": "un texte de {min_length} caractère(s) au moins",
    "string_too_long": "un texte de {max_length} caractères au plus",
    "int_type": "un entier",
    "int_parsing": "un entier",
    "int_from_float": "un entier",
    "greater_than": "plus de {gt}",
    "greater_than_equal": "{ge} ou plus",
    "less_than": "moins de {lt}",
    "less_than_equal": "{le} ou moins",
    "bool_type": "true ou false",
    "bool_parsing": "true ou false",
    "list_type": "un tableau",
    "too_short": "une liste d'au moins {min_length} élément(s)",
    "dict_type": "un objet",
    "model_type": "un objet",
    "model_attributes_type": "un objet",
}


def misfit(fault: ErrorDetails) -> Sentence:
    """What is wrong, without its place; what is rare keeps the sentence of the library in both languages."""
    return Sentence(_french(fault), fault["msg"])


def _french(fault: ErrorDetails) -> str:
    context = fault.get("ctx", {})
    match fault["type"]:
        case "missing":
            return "clé obligatoire"
        case "string_pattern_mismatch":
            return f"un texte qui suit {context['pattern']} est attendu"
        case "literal_error":
            return f"{str(context['expected']).replace(' or ', ' ou ')} attendu"
        case "json_invalid":
            return f"JSON illisible ({context['error']})"
    wanted = _WANTED.get(fault["type"])
    return fault["msg"] if wanted is None else f"{wanted.format(**context)} est attendu"
