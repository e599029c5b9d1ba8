"""Errors of the control API: what is refused, with which HTTP status, said as RFC 9457 asks."""

from __future__ import annotations

import re
from http import HTTPStatus

from pydantic import ValidationError

from banc_fixtures.population import UnknownIdentity
from banc_mocks.sandbox.certificates import CertificateUnknown
from banc_mocks.sandbox.chain import EntryRefused
from banc_mocks.sandbox.sessions import SessionRefused, SessionUnknown
from banc_standards.contracts.control import Problem
from banc_standards.contracts.misfit import misfit
from banc_standards.errors import NOTHING, BancError, EnvironmentFailed, Lang, Sentence, UnusableInput

MEDIA_TYPE = "application/problem+json"


class ApiRefusal(BancError):
    """A request that the control API refuses by itself; ``status`` is its HTTP status."""

    def __init__(self, status: int, code: str, text: Sentence, hint: Sentence = NOTHING) -> None:
        super().__init__(code, text, hint)
        self.status = status


def not_found(what: Sentence, hint: Sentence = NOTHING) -> ApiRefusal:
    """404: the thing that was asked for does not exist."""
    return ApiRefusal(404, "API-001", Sentence(f"introuvable : {what.fr}", f"not found: {what.en}"), hint)


def bad_parameter(name: str, given: str, expected: Sentence) -> ApiRefusal:
    """400: a parameter of the address cannot be read."""
    return ApiRefusal(
        400,
        "API-003",
        Sentence(f"paramètre {name} illisible : {given[:100]}", f"parameter {name} cannot be read: {given[:100]}"),
        Sentence(f"attendu : {expected.fr}", f"expected: {expected.en}"),
    )


def bad_body(error: ValidationError) -> ApiRefusal:
    """400: the body is not JSON, or not of its schema; the first faults are named with their place."""
    faults = [(".".join(map(str, one["loc"])), misfit(one)) for one in error.errors(include_url=False)[:3]]
    fr = " ; ".join(f"{place or 'corps'} : {one.fr}" for place, one in faults)
    en = "; ".join(f"{place or 'body'}: {one.en}" for place, one in faults)
    return ApiRefusal(
        400,
        "API-004",
        Sentence(f"corps de requête refusé : {fr}", f"unfit request body: {en}"),
        Sentence("le schéma est dans /control/v1/openapi.json", "the schema is in /control/v1/openapi.json"),
    )


def status_of(error: BancError) -> int:
    """The HTTP status that says an error."""
    if isinstance(error, ApiRefusal):
        return error.status
    if isinstance(error, SessionUnknown | UnknownIdentity | CertificateUnknown):
        return 404
    if isinstance(error, SessionRefused):
        return 409
    if isinstance(error, UnusableInput | EntryRefused):
        return 422
    if isinstance(error, EnvironmentFailed):
        return 503
    return 500


def problem(error: BancError, lang: Lang, instance: str | None = None) -> Problem:
    """The body that says an error in one language."""
    status = status_of(error)
    return Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        code=error.code,
        detail=error.text.of(lang),
        hint=error.hint.of(lang),
        instance=instance,
    )


def language(accepted: str | None, otherwise: Lang) -> Lang:
    """The one of our two languages that an ``Accept-Language`` prefers."""
    weighed: list[tuple[float, Lang]] = []
    for part in (accepted or "").split(","):
        found = re.fullmatch(r"\s*(fr|en)(?:-\w+)*\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*", part, re.IGNORECASE)
        if found:
            weighed.append((float(found[2] or 1), "en" if found[1].lower() == "en" else "fr"))
    best = max(weighed, key=lambda one: one[0], default=(0.0, otherwise))
    return best[1] if best[0] > 0 else otherwise
