"""How the services behave in a session: public addresses, clock, switches, faults, login without a screen."""

from __future__ import annotations

from urllib.parse import urlsplit

from banc_fixtures.population import population
from banc_mocks.sandbox import faults
from banc_mocks.sandbox.control.endpoint import AFTER_KEY, LIMIT, Asked, Endpoint
from banc_mocks.sandbox.control.problems import not_found
from banc_mocks.sandbox.control.sessions import clock_of
from banc_mocks.sandbox.settings import Login
from banc_standards.contracts import control as shapes
from banc_standards.errors import Sentence, UnusableInput


async def put_public_urls(asked: Asked) -> shapes.PublicUrls:
    """Replaces the addresses under which the software sees the services."""
    wanted = asked.content(shapes.PublicUrls)
    urls = {name: _base(name, getattr(wanted, name)) for name in sorted(wanted.model_fields_set)}
    await asked.sandbox.sessions.change(asked.session, public_urls=urls)
    return shapes.PublicUrls.model_validate(urls)


async def put_clock(asked: Asked) -> shapes.Clock:
    """Moves or stops the session's clock."""
    wanted = asked.content(shapes.ClockRequest)
    session = asked.session
    await asked.sandbox.sessions.set_clock(session, offset_s=wanted.offset_s, frozen=wanted.frozen)
    return clock_of(session)


async def get_clock(asked: Asked) -> shapes.Clock:
    """The session's clock."""
    return clock_of(asked.session)


async def release_clock(asked: Asked) -> None:
    """Puts the session back on real time."""
    await asked.sandbox.sessions.set_clock(asked.session)


async def get_switches(asked: Asked) -> dict[str, object]:
    """Every switch, with its value in the session."""
    return {switch.name: asked.session.switch(switch.name) for switch in asked.sandbox.sessions.switches}


async def put_switches(asked: Asked) -> dict[str, object]:
    """Sets the given switches; the others stay."""
    wanted = asked.content(shapes.Switches).root
    await asked.sandbox.sessions.set_switches(asked.session, dict(wanted))
    return await get_switches(asked)


async def put_fault(asked: Asked) -> shapes.ArmedFault:
    """Arms a fault; the same one with the same match is replaced."""
    wanted = asked.content(shapes.FaultRequest)
    arming = asked.sandbox.sessions.faults.arming(
        wanted.id,
        service=wanted.service,
        match={key: _matched(key, value) for key, value in wanted.match.items()},
        sequence=[_step(step) for step in wanted.sequence],
        times=wanted.times,
    )
    asked.session.faults.arm(arming)
    return _armed(arming)


async def list_faults(asked: Asked) -> shapes.FaultPage:
    """What is armed and not yet spent."""
    page, after = asked.page(asked.session.faults, key=lambda arming: arming.fault.id)
    return shapes.FaultPage(faults=[_armed(arming) for arming in page], next=after)


async def disarm_all(asked: Asked) -> None:
    """Disarms everything."""
    asked.session.faults.disarm()


async def disarm(asked: Asked) -> None:
    """Disarms one fault."""
    fault = asked.part("fault")
    if not asked.session.faults.disarm(fault):
        raise not_found(Sentence(f"panne armée {fault[:100]}", f"armed fault {fault[:100]}"))


async def put_login(asked: Asked) -> shapes.LoginRequest:
    """From now on the wallet answers by itself, as that professional. Raises ``UnknownIdentity``."""
    wanted = asked.content(shapes.LoginRequest)
    professional = population().professional(wanted.auto)
    login = Login(auto=professional.idnat, means=wanted.means, outcome=wanted.outcome)
    await asked.sandbox.sessions.change(asked.session, login=login)
    return shapes.LoginRequest(auto=login.auto, means=login.means, outcome=login.outcome)


async def delete_login(asked: Asked) -> None:
    """Brings the wallet page back."""
    await asked.sandbox.sessions.change(asked.session, login=None)


def _base(name: str, given: str | None) -> str:
    url = given or ""
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
        plain = not (parts.query or parts.fragment or parts.username) and url.isprintable() and " " not in url
    except ValueError:
        good = plain = False
    if not good or not plain or len(url) > 500:
        raise UnusableInput(
            "ADDRESS-001",
            Sentence(
                f"{name} : « {url[:100]} » n'est pas une adresse de base", f"{name}: {url[:100]!r} is no base URL"
            ),
            Sentence("par exemple https://banc.example:18443", "for instance https://banc.example:18443"),
        )
    return url.rstrip("/")


def _matched(key: str, value: object) -> str:
    if isinstance(value, str | int) and not isinstance(value, bool):
        return str(value)
    raise UnusableInput(
        "FAULT-007",
        Sentence(
            f"match.{key[:100]} attend un texte ou un entier", f"match.{key[:100]} takes a text or a whole number"
        ),
    )


def _step(step: object) -> dict[str, faults.Parameter] | None:
    if step is None:
        return None
    if isinstance(step, dict) and all(isinstance(value, str | int | bool) for value in step.values()):
        return step
    raise UnusableInput(
        "FAULT-008",
        Sentence("élément de sequence refusé", "unfit item of sequence"),
        Sentence("un objet de réglages, ou null pour laisser passer", "an object of settings, or null to let it pass"),
    )


def _armed(arming: faults.Arming) -> shapes.ArmedFault:
    return shapes.ArmedFault.model_validate(arming.as_json())


_ONE = "/sessions/{session}"

ENDPOINTS = (
    Endpoint(
        "PUT",
        f"{_ONE}/public-urls",
        "putPublicUrls",
        "Replaces the addresses under which the software sees the services",
        put_public_urls,
        body=shapes.PublicUrls,
        answer=shapes.PublicUrls,
    ),
    Endpoint("GET", f"{_ONE}/clock", "getClock", "The session's clock", get_clock, answer=shapes.Clock),
    Endpoint(
        "PUT",
        f"{_ONE}/clock",
        "putClock",
        "Moves or stops the session's clock",
        put_clock,
        body=shapes.ClockRequest,
        answer=shapes.Clock,
    ),
    Endpoint("DELETE", f"{_ONE}/clock", "releaseClock", "Back to real time", release_clock, status=204),
    Endpoint(
        "GET",
        f"{_ONE}/switches",
        "getSwitches",
        "Every switch, with its value in the session",
        get_switches,
        answer=shapes.Switches,
    ),
    Endpoint(
        "PUT",
        f"{_ONE}/switches",
        "putSwitches",
        "Sets the given switches; the others stay",
        put_switches,
        body=shapes.Switches,
        answer=shapes.Switches,
    ),
    Endpoint(
        "PUT",
        f"{_ONE}/faults",
        "armFault",
        "Arms a fault; the same one with the same match is replaced",
        put_fault,
        body=shapes.FaultRequest,
        answer=shapes.ArmedFault,
    ),
    Endpoint(
        "GET",
        f"{_ONE}/faults",
        "listFaults",
        "What is armed and not yet spent",
        list_faults,
        answer=shapes.FaultPage,
        parameters=(AFTER_KEY, LIMIT),
    ),
    Endpoint("DELETE", f"{_ONE}/faults", "disarmFaults", "Disarms everything", disarm_all, status=204),
    Endpoint("DELETE", f"{_ONE}/faults/{{fault}}", "disarmFault", "Disarms one fault", disarm, status=204),
    Endpoint(
        "PUT",
        f"{_ONE}/login",
        "putLogin",
        "Answers authorization requests at once, with no page (CONTRACTS §12)",
        put_login,
        body=shapes.LoginRequest,
        answer=shapes.LoginRequest,
    ),
    Endpoint("DELETE", f"{_ONE}/login", "deleteLogin", "Brings the wallet page back", delete_login, status=204),
)
