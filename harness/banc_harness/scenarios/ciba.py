"""Signing in without a browser (CIBA): the software's server asks, the person answers on their device."""

from __future__ import annotations

from typing import Any

from banc_harness.play import Play, scenario
from banc_harness.scenarios.relying_party import (
    CLAIMS,
    LOGIN,
    SIGNATURES,
    as_everybody,
    at_levels,
    lied_to,
    of_several_places,
    with_unexpected_userinfo,
)
from banc_standards.errors import Sentence

PROFILES = ("psc-ciba",)
NEEDS = ("psc.ciba",)
FLOW: dict[str, Any] = {"flow": "ciba", "channel": "MOBILE"}
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


async def spoiled(play: Play, id: str, fault: str, operation: str = "psc.token") -> None:
    """One sign-in without a browser that Pro Santé Connect spoils in one way."""
    await lied_to(play, id, Sentence(f"Connexion CIBA, {fault}", f"CIBA sign-in, {fault}"), fault, operation, FLOW)


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
    """Another key, an altered payload, no signature, the public key as a secret, a key that nobody published."""
    for rank, name in enumerate(SIGNATURES, 1):
        await spoiled(play, f"PSC.42.{rank}", f"psc.id_token.{name}")


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
    """Issuer, audience, authorised party, expiry, issue, kind and companion, each wrong once."""
    for rank, name in enumerate(CLAIMS, 1):
        await spoiled(play, f"PSC.43.{rank}", f"psc.id_token.{name}")


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
    await spoiled(play, "PSC.44.1", "psc.userinfo.sub", "psc.userinfo")


@scenario(
    id="PSC.51",
    title=Sentence("CIBA : le jeton porte un autre niveau que demandé", "CIBA: the token states another level"),
    actions=LOGIN,
    requires=NEEDS,
    profiles=PROFILES,
)
async def other_level(play: Play) -> None:
    """Card users get eidas2, whatever was asked for; some tokens state no level at all."""
    await at_levels(play, "PSC.51", FLOW)


@scenario(
    id="PSC.52",
    title=Sentence("CIBA : toutes les formes d'identifiant national", "CIBA: every form of national identifier"),
    actions=LOGIN,
    requires=NEEDS,
    profiles=PROFILES,
)
async def every_identifier(play: Play) -> None:
    """An RPPS, an employee's identifier, a test identity: each signs in."""
    await as_everybody(play, "PSC.52", FLOW)


@scenario(
    id="PSC.53",
    title=Sentence(
        "CIBA : userinfo réduit, vide ou plus riche que prévu",
        "CIBA: userinfo shorter, emptier or richer than expected",
    ),
    actions=LOGIN,
    requires=NEEDS,
    profiles=PROFILES,
)
async def unexpected_userinfo(play: Play) -> None:
    """A person without any exercice, then claims that nobody documented."""
    await with_unexpected_userinfo(play, "PSC.53", FLOW)


@scenario(
    id="PSC.54",
    title=Sentence(
        "CIBA : une personne a plusieurs situations d'exercice", "CIBA: a person has several places of work"
    ),
    actions=LOGIN,
    requires=NEEDS,
    profiles=PROFILES,
)
async def several_places(play: Play) -> None:
    """The software lets the person choose: somebody must see it."""
    await of_several_places(play, "PSC.54", FLOW)
