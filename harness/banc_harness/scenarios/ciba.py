"""Signing in without a browser (CIBA): the software's server asks, the person answers on their device."""

from __future__ import annotations

from typing import Any

from banc_harness.play import Play, scenario
from banc_harness.scenarios.relying_party_session import left_idle, renewed, signed_in, signed_out
from banc_standards.errors import Sentence

PROFILES = ("psc-ciba",)
NEEDS = ("psc.ciba",)
LOGIN = ("auth.login",)
FLOW: dict[str, Any] = {"flow": "ciba", "channel": "MOBILE"}
SIGNATURES = ("foreign_key", "alg_none", "hs256")
CLAIMS = ("iss", "aud", "expired", "typ")
TRIES = 4
"""Enough numbers for their being all the same not to be luck: one chance in a million."""


@scenario(
    id="PSC.21",
    title=Sentence("Connexion par CIBA, quatre fois", "Sign-in by CIBA, four times"),
    actions=LOGIN,
    requires=NEEDS,
    profiles=PROFILES,
)
async def sign_in(play: Play) -> None:
    """The person approves at once; the number to compare is drawn each time."""
    professional = play.professional()
    for rank in range(1, TRIES + 1):
        title = Sentence(f"Connexion {rank}", f"Sign-in {rank}")
        async with play.step(f"PSC.21.{rank}", title, also=("psc.*",)) as step:
            await step.login(professional)
            await step.switch(psc__ciba_interval_s=1)
            await step.act("auth.login", professional=professional, **FLOW)
            await step.expect("psc.ciba", outcome="accepted")
            await step.expect("psc.token", outcome="accepted")


@scenario(
    id="PSC.22",
    title=Sentence(
        "La personne tarde : le logiciel interroge au rythme demandé",
        "The person takes their time: the software polls at the pace asked for",
    ),
    actions=LOGIN,
    requires=NEEDS,
    profiles=PROFILES,
)
async def polled(play: Play) -> None:
    """Two polls wait, one is told to slow down, the next gets the tokens."""
    professional = play.professional()
    async with play.step(
        "PSC.22.1", Sentence("Connexion, réponse tardive", "Sign-in, late answer"), also=("psc.*",)
    ) as s:
        await s.login(professional)
        await s.switch(psc__ciba_interval_s=1, psc__ciba_polls=1)
        await s.arm_fault("psc.ciba.slow_down")
        await s.act("auth.login", professional=professional, **FLOW)
        await s.expect("psc.token", fault="psc.ciba.slow_down")
        await s.expect("psc.token", outcome="accepted")


@scenario(
    id="PSC.23",
    title=Sentence(
        "La personne refuse, puis ne répond pas : le logiciel cesse d'interroger",
        "The person refuses, then does not answer: the software stops polling",
    ),
    actions=LOGIN,
    requires=NEEDS,
    profiles=PROFILES,
)
async def stopped(play: Play) -> None:
    """A refusal is final; so is the end of the request's life."""
    professional = play.professional()
    async with play.step("PSC.23.1", Sentence("Refus", "Refusal"), also=("psc.*",)) as step:
        await step.login(professional, outcome="refuse")
        await step.switch(psc__ciba_interval_s=1)
        await step.act("auth.login", professional=professional, **FLOW)
        await step.expect("psc.token", outcome="refused", code="access_denied")
    async with play.step("PSC.23.2", Sentence("Aucune réponse", "No answer"), also=("psc.*",)) as step:
        await step.login(professional, outcome="timeout")
        await step.switch(psc__ciba_s=2)
        await step.act("auth.login", professional=professional, **FLOW)
        await step.expect("psc.token", outcome="refused", code=("authorization_pending", "expired_token"))


async def lied_to(play: Play, id: str, fault: str, operation: str = "psc.token") -> None:
    """One sign-in without a browser that Pro Santé Connect spoils in one way."""
    professional = play.professional()
    title = Sentence(f"Connexion CIBA, {fault}", f"CIBA sign-in, {fault}")
    async with play.step(id, title, also=("psc.*",)) as step:
        await step.login(professional)
        await step.switch(psc__ciba_interval_s=1)
        await step.arm_fault(fault)
        await step.act("auth.login", professional=professional, **FLOW)
        await step.expect(operation, fault=fault)
        await step.clear_faults()


@scenario(
    id="PSC.42",
    title=Sentence(
        "CIBA : la signature du jeton d'identité est fausse", "CIBA: the signature of the ID token is wrong"
    ),
    actions=LOGIN,
    requires=NEEDS,
    profiles=PROFILES,
)
async def false_signatures(play: Play) -> None:
    """Another key, no signature, the public key as a secret."""
    for rank, name in enumerate(SIGNATURES, 1):
        await lied_to(play, f"PSC.42.{rank}", f"psc.id_token.{name}")


@scenario(
    id="PSC.43",
    title=Sentence(
        "CIBA : le jeton d'identité n'est pas pour ce logiciel, ou pas de maintenant",
        "CIBA: the ID token is not for this software, or not of now",
    ),
    actions=LOGIN,
    requires=NEEDS,
    profiles=PROFILES,
)
async def false_claims(play: Play) -> None:
    """Issuer, audience, expiry and kind, each wrong once."""
    for rank, name in enumerate(CLAIMS, 1):
        await lied_to(play, f"PSC.43.{rank}", f"psc.id_token.{name}")


@scenario(
    id="PSC.44",
    title=Sentence(
        "CIBA : userinfo est d'une autre personne que le jeton", "CIBA: userinfo is another person's than the token"
    ),
    actions=LOGIN,
    requires=NEEDS,
    profiles=PROFILES,
)
async def other_subject(play: Play) -> None:
    """The sub of userinfo is compared with the token's."""
    await lied_to(play, "PSC.44.1", "psc.userinfo.sub", "psc.userinfo")


@scenario(
    id="PSC.45",
    title=Sentence(
        "CIBA : le jeton d'accès expire, il est rafraîchi, une fois",
        "CIBA: the access token expires, it is refreshed, once",
    ),
    actions=(*LOGIN, "auth.refresh"),
    requires=NEEDS,
    profiles=PROFILES,
    like=("PSC.14",),
)
async def one_refresh(play: Play) -> None:
    """What renews the session is the same in both flows."""
    await renewed(play, "PSC.45", FLOW)


@scenario(
    id="PSC.46",
    title=Sentence(
        "CIBA : « Se déconnecter » ferme aussi la session Pro Santé Connect",
        'CIBA: "Sign out" closes the session of Pro Santé Connect too',
    ),
    actions=(*LOGIN, "auth.logout", "auth.refresh"),
    requires=NEEDS,
    profiles=PROFILES,
    like=("PSC.16",),
)
async def explicit_sign_out(play: Play) -> None:
    """Without a browser, the server closes the session."""
    await signed_out(play, "PSC.46", FLOW)


@scenario(
    id="PSC.47",
    title=Sentence(
        "CIBA : une déconnexion automatique laisse la session Pro Santé Connect",
        "CIBA: an automatic sign-out leaves the session of Pro Santé Connect alone",
    ),
    actions=(*LOGIN, "auth.refresh"),
    requires=NEEDS,
    profiles=PROFILES,
    like=("PSC.17",),
)
async def idle_sign_out(play: Play) -> None:
    """Half an hour without the user: the software closes its own session only."""
    await left_idle(play, "PSC.47", FLOW)


@scenario(
    id="PSC.48",
    title=Sentence(
        "CIBA : Pro Santé Connect change de clé, les clés sont relues, une fois",
        "CIBA: Pro Santé Connect changes its key, the keys are read again, once",
    ),
    actions=LOGIN,
    requires=NEEDS,
    profiles=PROFILES,
    like=("PSC.08",),
)
async def rotated_key(play: Play) -> None:
    """A sign-in before and one after the rotation."""
    await signed_in(play, "PSC.48", FLOW)
    title = Sentence("Connexion, nouvelle clé", "Sign-in, new key")
    async with play.step("PSC.48.2", title, also=("psc.*",)) as step:
        await step.switch(psc__key=1)
        await step.act("auth.login", professional=play.professional(), **FLOW)
        await step.expect("psc.token", outcome="accepted")
