"""A proxy e-Santé under the conformity contract: the bench is the software that stands before it."""

from __future__ import annotations

import asyncio
import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from banc_harness.play import Play, Step, scenario
from banc_harness.proxy.driver import instant
from banc_harness.proxy.messages import identity_search, record_query
from banc_harness.session import TEST, TEST_APIS
from banc_standards.errors import Sentence, UnusableInput

if TYPE_CHECKING:
    from banc_fixtures.professionals import Professional
    from banc_harness.trace import Acted

PROFILES = ("psc-proxy",)
NEEDS = ("psc.proxy",)
ATTACHED = ("state.reset",)
AROUND = ("psc.*", "proxy.*")
TEST_API = "signsessiondata"
READABLE = ".well-known/openid-configuration"
UNKNOWN = "899900099999"
"""An IdNat that nobody has."""
OTHER_METHODS = ("PUT", "PATCH", "DELETE")
"""What the test API answers by 405: that answer is the API's, not the proxy's."""
KNOWN = "PAT-01"
"""A patient whom INSi and the DMP know."""
OTHER = "P02"
"""The second user, in crossing calls."""
ROUNDED = timedelta(seconds=2)
"""What the proxy's clock may differ by from the bench's."""
_NO_PSC = Sentence(
    "un proxy e-Santé s'éprouve avec Pro Santé Connect, qui ne répond pas dans ce bac à sable",
    "a proxy e-Santé is tested with Pro Santé Connect, which does not run in this sandbox",
)
SLOWER_S = 2
"""How much longer than the proxy's own patience a slow API takes, in seconds."""


def served(play: Play) -> list[str]:
    """The ids of the softwares that the proxy serves in this session. Raises ``UnusableInput`` without a proxy."""
    proxy = play.sandbox.proxy
    if proxy is None:
        raise UnusableInput("PROXY-001", _NO_PSC)
    return [client.id for client in proxy.clients]


def connection(professional: Professional, client: str, **changed: Any) -> dict[str, Any]:
    """The body of a request to connect, with a number to compare of its own."""
    number = f"{secrets.randbelow(100):02}"
    asked = {"nationalId": professional.idnat, "bindingMessage": number, "clientId": client, "channel": "MOBILE"}
    return asked | changed


def session_data(professional: Professional, client: str, connected: Acted) -> dict[str, Any]:
    """What the test API signs: the session as the software before the proxy knows it."""
    opened = opened_by(connected)
    return {
        "nationalId": professional.idnat,
        "clientID": client,
        "proxy_session_id": opened["proxy_session_id"],
        "session_state": opened["session_state"],
    }


def opened_by(connected: Acted) -> dict[str, str]:
    """The session that an answer to /connect opened; empty texts when it opened none."""
    body = json_of(connected)
    cookie = connected.output.get("session")
    told = {name: str(body.get(name) or "") for name in ("proxy_session_id", "session_state")}
    return told | {"proxy_session_id": str(cookie or told["proxy_session_id"])}


def json_of(acted: Acted) -> dict[str, Any]:
    """The JSON object of an answer, empty when it is none."""
    try:
        body = json.loads(str(acted.output.get("body") or ""))
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


async def called(step: Step, action: str, **given: Any) -> Acted:
    """A call of the contract; the step waits for its trace in the journal."""
    acted = await step.act(action, **given)
    await step.expect(action)
    return acted


async def attached(play: Play, id: str) -> None:
    """The proxy learns of the session's softwares, certificates and addresses, and forgets its users."""
    title = Sentence("Raccordement du proxy", "The proxy is attached")
    async with play.step(f"{id}.0", title, also=AROUND) as step:
        await step.act("state.reset", proxy=served(play))
        await step.switch(psc__ciba_interval_s=1)
        await step.login(play.professional())


@scenario(
    id="PSC.31",
    title=Sentence(
        "Proxy e-Santé : vie d'une session, de /connect à /disconnect",
        "Proxy e-Santé: the life of a session, from /connect to /disconnect",
    ),
    actions=ATTACHED,
    requires=NEEDS,
    profiles=PROFILES,
)
async def life(play: Play) -> None:
    """Connects, connects again, calls two APIs, disconnects twice, and calls once more."""
    professional, client = play.professional(), served(play)[0]
    await attached(play, "PSC.31")
    asked = connection(professional, client)
    async with play.step("PSC.31.1", Sentence("Connexion", "Connection"), also=AROUND) as step:
        connected = await called(step, "proxy.connect", json=asked)
        await step.expect("psc.ciba", outcome="accepted")
        await step.expect("psc.token", outcome="accepted")
    session = opened_by(connected)["proxy_session_id"]
    title = Sentence("Connexion d'une session déjà active", "Connection of a session that is active already")
    async with play.step("PSC.31.2", title, also=AROUND) as step:
        await called(step, "proxy.connect", json=asked, session=session)
    for rank, api in enumerate(TEST_APIS, 3):
        title = Sentence(f"Appel de l'API {api}", f"Call of the API {api}")
        async with play.step(f"PSC.31.{rank}", title, also=AROUND) as step:
            data = session_data(professional, client, connected)
            endpoint = f"{TEST_API}?essai={api}"
            await called(step, "proxy.send", api=api, endpoint=endpoint, json=data, session=session)
            await step.expect("psc.api_call", outcome="accepted", facts={"api": api.removeprefix(TEST)})
    title = Sentence("Lecture, sans corps", "A reading, without a body")
    async with play.step("PSC.31.5", title, also=AROUND) as step:
        await called(step, "proxy.send", api=TEST_APIS[0], endpoint=READABLE, method="GET", session=session)
        await step.expect("psc.api_discovery", outcome="accepted")
    title = Sentence(
        "Méthodes que l'API refuse : le proxy les relaie", "Methods that the API refuses: they are relayed"
    )
    async with play.step("PSC.31.6", title, also=AROUND) as step:
        for method in OTHER_METHODS:
            data = {"method": method, "json": session_data(professional, client, connected)}
            await called(step, "proxy.send", api=TEST_APIS[0], endpoint=TEST_API, session=session, **data)
    async with play.step("PSC.31.7", Sentence("Déconnexion", "Disconnection"), also=AROUND) as step:
        await called(step, "proxy.disconnect", session=session)
        await step.expect("psc.logout", outcome="accepted")
    title = Sentence("Déconnexion et appel d'une session close", "Disconnection and call of a closed session")
    async with play.step("PSC.31.8", title, also=AROUND) as step:
        await called(step, "proxy.disconnect", session=session)
        data = session_data(professional, client, connected)
        await called(step, "proxy.send", api=TEST_APIS[0], endpoint=TEST_API, json=data, session=session)


@scenario(
    id="PSC.32",
    title=Sentence("Proxy e-Santé : demandes de connexion mal formées", "Proxy e-Santé: malformed requests to connect"),
    actions=ATTACHED,
    requires=NEEDS,
    profiles=PROFILES,
)
async def malformed(play: Play) -> None:
    """No JSON, a field that is missing, an unknown channel, three digits to compare."""
    good = connection(play.professional(), served(play)[0])
    await attached(play, "PSC.32")
    sent: tuple[tuple[Sentence, dict[str, Any]], ...] = (
        (Sentence("Corps qui n'est pas du JSON", "A body that is no JSON"), {"text": "nationalId=1"}),
        (Sentence("Sans nationalId", "Without nationalId"), {"json": _without(good, "nationalId")}),
        (Sentence("Sans clientId", "Without clientId"), {"json": _without(good, "clientId")}),
        (Sentence("channel inconnu", "Unknown channel"), {"json": good | {"channel": "FAX"}}),
        (Sentence("Trois chiffres à comparer", "Three digits to compare"), {"json": good | {"bindingMessage": "123"}}),
    )
    for rank, (title, given) in enumerate(sent, 1):
        async with play.step(f"PSC.32.{rank}", title, also=AROUND) as step:
            await called(step, "proxy.connect", **given)


@scenario(
    id="PSC.33",
    title=Sentence("Proxy e-Santé : personne ou logiciel inconnus", "Proxy e-Santé: unknown person or software"),
    actions=ATTACHED,
    requires=NEEDS,
    profiles=PROFILES,
)
async def unknown(play: Play) -> None:
    """An IdNat that nobody has, then a software that the proxy does not serve."""
    professional, client = play.professional(), served(play)[0]
    await attached(play, "PSC.33")
    sent = (
        (Sentence("IdNat inconnu", "Unknown IdNat"), connection(professional, client, nationalId=UNKNOWN)),
        (Sentence("Logiciel inconnu", "Unknown software"), connection(professional, f"inconnu-{client}")),
    )
    for rank, (title, asked) in enumerate(sent, 1):
        async with play.step(f"PSC.33.{rank}", title, also=AROUND) as step:
            await called(step, "proxy.connect", json=asked)


@scenario(
    id="PSC.34",
    title=Sentence("Proxy e-Santé : appels sans session", "Proxy e-Santé: calls without a session"),
    actions=ATTACHED,
    requires=NEEDS,
    profiles=PROFILES,
)
async def without_session(play: Play) -> None:
    """While somebody is connected: a call without a cookie, then with one that nobody was given."""
    professional, client = play.professional(), served(play)[0]
    await attached(play, "PSC.34")
    async with play.step("PSC.34.1", Sentence("Connexion", "Connection"), also=AROUND) as step:
        connected = await called(step, "proxy.connect", json=connection(professional, client))
    data = session_data(professional, client, connected)
    for rank, session in enumerate((None, secrets.token_urlsafe(24)), 2):
        title = Sentence("Appel sans cookie", "A call without a cookie")
        if session is not None:
            title = Sentence("Appel avec un cookie inconnu", "A call with an unknown cookie")
        async with play.step(f"PSC.34.{rank}", title, also=AROUND) as step:
            await called(step, "proxy.send", api=TEST_APIS[0], endpoint=TEST_API, json=data, session=session)


@scenario(
    id="PSC.35",
    title=Sentence("Proxy e-Santé : Pro Santé Connect en panne", "Proxy e-Santé: Pro Santé Connect is down"),
    actions=ATTACHED,
    requires=NEEDS,
    profiles=PROFILES,
)
async def down(play: Play) -> None:
    """Every address of Pro Santé Connect answers 503."""
    await attached(play, "PSC.35")
    async with play.step("PSC.35.1", Sentence("Connexion", "Connection"), also=AROUND) as step:
        await step.arm_fault("psc.down", times=None)
        await called(step, "proxy.connect", json=connection(play.professional(), served(play)[0]))
        await step.expect("psc.*", fault="psc.down")
        await step.clear_faults()


@scenario(
    id="PSC.36",
    title=Sentence("Proxy e-Santé : une API défaille", "Proxy e-Santé: an API fails"),
    actions=ATTACHED,
    requires=NEEDS,
    profiles=PROFILES,
)
async def failing_api(play: Play) -> None:
    """The API breaks off, is down, then takes longer than the proxy waits."""
    professional, client = play.professional(), served(play)[0]
    await attached(play, "PSC.36")
    async with play.step("PSC.36.1", Sentence("Connexion", "Connection"), also=AROUND) as step:
        connected = await called(step, "proxy.connect", json=connection(professional, client))
    patience = 10 if play.sut.proxy is None else play.sut.proxy.upstream_timeout_s
    late: dict[str, Any] = {"sequence": [{"delay_ms": (patience + SLOWER_S) * 1000}]}
    faults: tuple[tuple[str, Sentence, dict[str, Any]], ...] = (
        ("psc.close", Sentence("L'API coupe la connexion", "The API breaks off"), {}),
        ("psc.down", Sentence("L'API est en panne", "The API is down"), {}),
        ("psc.slow", Sentence("L'API tarde", "The API is late"), late),
    )
    data = session_data(professional, client, connected)
    session = data["proxy_session_id"]
    for rank, (fault, title, settings) in enumerate(faults, 2):
        async with play.step(f"PSC.36.{rank}", title, also=AROUND) as step:
            await step.arm_fault(fault, times=None, match={"operation": "psc.api_call"}, **settings)
            await called(step, "proxy.send", api=TEST_APIS[0], endpoint=TEST_API, json=data, session=session)
            await step.expect("psc.api_call", fault=fault, within_s=SLOWER_S + 5)
            await step.clear_faults()


@scenario(
    id="PSC.37",
    title=Sentence("Proxy e-Santé : traces", "Proxy e-Santé: traces"),
    actions=ATTACHED,
    requires=NEEDS,
    profiles=PROFILES,
)
async def traces(play: Play) -> None:
    """A session from end to end, then its traces, those since it ended, and those of the day before."""
    professional, client = play.professional(), served(play)[0]
    await attached(play, "PSC.37")
    began = datetime.now(UTC) - ROUNDED
    async with play.step("PSC.37.1", Sentence("Une session", "A session"), also=AROUND) as step:
        connected = await called(step, "proxy.connect", json=connection(professional, client))
        data = session_data(professional, client, connected)
        session = data["proxy_session_id"]
        await called(step, "proxy.send", api=TEST_APIS[0], endpoint=TEST_API, json=data, session=session)
        await called(step, "proxy.disconnect", session=session)
    ended = datetime.now(UTC) + ROUNDED
    day = timedelta(days=1)
    read = (
        (Sentence("Traces de la session", "The traces of the session"), {"start": began, "end": ended}),
        (Sentence("Traces depuis la session", "The traces since the session began"), {"start": began}),
        (Sentence("Traces de la veille", "The traces of the day before"), {"start": began - day, "end": ended - day}),
    )
    for rank, (title, bounds) in enumerate(read, 2):
        async with play.step(f"PSC.37.{rank}", title, also=AROUND) as step:
            await called(step, "proxy.traces", **{name: instant(moment) for name, moment in bounds.items()})


@scenario(
    id="PSC.38",
    title=Sentence(
        "Proxy e-Santé : deux utilisateurs et deux logiciels en même temps",
        "Proxy e-Santé: two users and two softwares at the same time",
    ),
    actions=ATTACHED,
    requires=NEEDS,
    profiles=PROFILES,
)
async def together(play: Play) -> None:
    """Four sessions open at once; their calls cross; one of them ends and the others go on."""
    people = (play.professional(), play.professional(OTHER))
    pairs = [(person, client) for person in people for client in served(play)]
    await attached(play, "PSC.38")
    async with play.step("PSC.38.1", Sentence("Quatre connexions", "Four connections"), also=AROUND) as step:
        asked = [connection(person, client) for person, client in pairs]
        connected = await asyncio.gather(*(step.act("proxy.connect", json=body) for body in asked))
        for _ in pairs:
            await step.expect("proxy.connect")
            await step.expect("psc.token", outcome="accepted")
    data = [session_data(person, client, one) for (person, client), one in zip(pairs, connected, strict=True)]
    title = Sentence("Appels croisés de deux API", "Crossing calls of two APIs")
    async with play.step("PSC.38.2", title, also=AROUND) as step:
        await _crossing(step, data)
    async with play.step("PSC.38.3", Sentence("Une session se ferme", "One session ends"), also=AROUND) as step:
        await called(step, "proxy.disconnect", session=data[0]["proxy_session_id"])
        await step.expect("psc.logout", outcome="accepted")
    async with play.step("PSC.38.4", Sentence("Les autres continuent", "The others go on"), also=AROUND) as step:
        await _crossing(step, data[1:])
    async with play.step("PSC.38.5", Sentence("Les autres se ferment", "The others end"), also=AROUND) as step:
        await asyncio.gather(*(step.act("proxy.disconnect", session=one["proxy_session_id"]) for one in data[1:]))
        for _ in data[1:]:
            await step.expect("proxy.disconnect")


@scenario(
    id="PSC.39",
    title=Sentence(
        "Proxy e-Santé : le DMP et INSi eux-mêmes, par le proxy", "Proxy e-Santé: the DMP and INSi, through the proxy"
    ),
    actions=ATTACHED,
    requires=NEEDS,
    profiles=PROFILES,
)
async def services(play: Play) -> None:
    """An INSi search and the test of a DMP. What the services get is the bench's own writing, so no step claims it: no
    check may credit the software with it.
    """
    professional, place, client = play.professional(), play.structure(), served(play)[0]
    proxy, seals = play.sandbox.proxy, play.sandbox.certificates or {}
    running = {api.name for api in proxy.apis} if proxy is not None else set()
    await attached(play, "PSC.39")
    async with play.step("PSC.39.1", Sentence("Connexion", "Connection"), also=AROUND) as step:
        connected = await called(step, "proxy.connect", json=connection(professional, client))
        await step.expect("psc.ciba", outcome="accepted")
    session, patient = opened_by(connected)["proxy_session_id"], play.patient(KNOWN)
    if "insi" in running:
        async with play.step("PSC.39.2", Sentence("Recherche INSi", "INSi search"), also=AROUND) as step:
            text, media = identity_search(play.sut, patient, professional, place)
            soap = {"text": text, "media_type": media}
            await called(step, "proxy.send", api="insi", endpoint="lps", session=session, **soap)
    if "dmp" in running and "SIGN" in seals:
        async with play.step("PSC.39.3", Sentence("Test d'existence du DMP", "Test of a DMP"), also=AROUND) as step:
            text, media = record_query(play.sut, patient, professional, place, seal=seals["SIGN"])
            soap = {"text": text, "media_type": media}
            await called(step, "proxy.send", api="dmp", endpoint="patients", session=session, **soap)
    async with play.step("PSC.39.4", Sentence("Déconnexion", "Disconnection"), also=AROUND) as step:
        await called(step, "proxy.disconnect", session=session)
        await step.expect("psc.logout", outcome="accepted")


async def _crossing(step: Step, data: list[dict[str, Any]]) -> None:
    """Every session calls every API, all at once."""
    calls = [
        {"api": api, "endpoint": TEST_API, "json": one, "session": one["proxy_session_id"]}
        for api in TEST_APIS
        for one in data
    ]
    await asyncio.gather(*(step.act("proxy.send", **call) for call in calls))
    for call in calls:
        await step.expect(
            "proxy.send", facts={"given_session": call["session"], "path": f"/send/{call['api']}/{TEST_API}"}
        )


def _without(asked: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in asked.items() if key != name}
