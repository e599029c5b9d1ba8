"""Everything that a relying party of Pro Santé Connect must notice while a person signs in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from banc_harness.play import Play, Step, scenario
from banc_standards.errors import Sentence

if TYPE_CHECKING:
    from banc_fixtures.professionals import Professional

PROFILES = ("psc",)
NEEDS = ("psc.code",)
LOGIN = ("auth.login",)

SIGNATURES = ("foreign_key", "altered", "alg_none", "hs256", "unknown_key")
CLAIMS = ("iss", "aud", "azp", "expired", "future", "typ", "at_hash")


BY_BROWSER: Mapping[str, Any] = {}
"""What the action says beside whose sign-in it is; CIBA says more."""


async def signs_in(
    play: Play,
    step: Step,
    professional: Professional | None = None,
    flow: Mapping[str, Any] = BY_BROWSER,
    deadline_s: int | None = None,
) -> None:
    """The software signs a person in; without a browser it polls every second."""
    if flow:
        await step.switch(psc__ciba_interval_s=1)
    await step.act("auth.login", deadline_s=deadline_s, professional=professional or play.professional(), **flow)


async def lied_to(
    play: Play,
    id: str,
    title: Sentence,
    fault: str,
    operation: str = "psc.token",
    flow: Mapping[str, Any] = BY_BROWSER,
) -> None:
    """One sign-in that Pro Santé Connect spoils in one way."""
    async with play.step(id, title, also=("psc.*",)) as step:
        await step.login(play.professional())
        await step.arm_fault(fault)
        await signs_in(play, step, flow=flow)
        await step.expect(operation, fault=fault)
        await step.clear_faults()


async def at_levels(play: Play, id: str, flow: Mapping[str, Any] = BY_BROWSER) -> None:
    """Sign-ins whose tokens state another level than asked for, or none."""
    for rank, level in enumerate(("eidas2", "eidas3", "omit"), 1):
        title = Sentence(f"Connexion, niveau {level}", f"Sign-in, level {level}")
        async with play.step(f"{id}.{rank}", title, also=("psc.*",)) as step:
            await step.login(play.professional(), means="CARD")
            await step.switch(psc__acr=level)
            await signs_in(play, step, flow=flow)
            await step.expect("psc.token", outcome="accepted")


async def as_everybody(play: Play, id: str, flow: Mapping[str, Any] = BY_BROWSER) -> None:
    """Sign-ins of people whose identifiers have different forms."""
    for rank, person in enumerate(("P02", "P07", "P08"), 1):
        professional = play.professional(person)
        title = Sentence(f"Connexion de {professional.idnat}", f"Sign-in of {professional.idnat}")
        async with play.step(f"{id}.{rank}", title, also=("psc.*",)) as step:
            await step.login(professional)
            await signs_in(play, step, professional, flow)
            await step.expect("psc.userinfo", outcome="accepted", facts={"professional": professional.idnat})


async def of_several_places(play: Play, id: str, flow: Mapping[str, Any] = BY_BROWSER) -> None:
    """The sign-in of somebody who works in several places."""
    professional = play.professional("P03")
    title = Sentence("Connexion, choix de la situation d'exercice", "Sign-in, choice of the place of work")
    async with play.step(f"{id}.1", title, also=("psc.*",)) as step:
        await step.login(professional)
        await signs_in(play, step, professional, flow)
        await step.expect("psc.userinfo", outcome="accepted")


async def with_unexpected_userinfo(play: Play, id: str, flow: Mapping[str, Any] = BY_BROWSER) -> None:
    """The sign-in of a person without any exercice, then one with claims that nobody documented."""
    reduced, usual = play.professional("P06"), play.professional()
    async with play.step(f"{id}.1", Sentence("Aucun exercice", "No exercice"), also=("psc.*",)) as step:
        await step.login(reduced)
        await signs_in(play, step, reduced, flow)
        await step.expect("psc.userinfo", outcome="accepted")
    title = Sentence("Données inconnues, chaînes vides", "Unknown claims, empty strings")
    async with play.step(f"{id}.2", title, also=("psc.*",)) as step:
        await step.login(usual)
        await step.arm_fault("psc.userinfo.extra")
        await signs_in(play, step, usual, flow)
        await step.expect("psc.userinfo", outcome="accepted", fault="psc.userinfo.extra")


@scenario(
    id="PSC.04",
    title=Sentence(
        "Le retour ne porte pas de state : aucun jeton n'est demandé",
        "The callback carries no state: no token is asked for",
    ),
    actions=LOGIN,
    requires=NEEDS,
    profiles=PROFILES,
)
async def missing_state(play: Play) -> None:
    """A callback that answers no request is not followed."""
    title = Sentence("Connexion, sans state", "Sign-in, no state")
    await lied_to(play, "PSC.04.1", title, "psc.state.missing", "psc.authorization")


@scenario(
    id="PSC.41",
    title=Sentence(
        "Le retour vient d'un autre émetteur (iss) : aucun jeton n'est demandé",
        "The callback comes from another issuer (iss): no token is asked for",
    ),
    actions=LOGIN,
    requires=NEEDS,
    profiles=PROFILES,
)
async def other_issuer(play: Play) -> None:
    """A provider that an attacker holds sends the code of another one."""
    title = Sentence("Connexion, autre émetteur", "Sign-in, another issuer")
    await lied_to(play, "PSC.41.1", title, "psc.callback.iss", "psc.authorization")


@scenario(
    id="PSC.05",
    title=Sentence(
        "Le jeton d'identité ne porte pas de nonce : la session ne s'ouvre pas",
        "The ID token carries no nonce: no session opens",
    ),
    actions=LOGIN,
    requires=NEEDS,
    profiles=PROFILES,
)
async def missing_nonce(play: Play) -> None:
    """A token that answers no request proves nothing."""
    await lied_to(play, "PSC.05.1", Sentence("Connexion, sans nonce", "Sign-in, no nonce"), "psc.nonce.missing")


@scenario(
    id="PSC.06",
    title=Sentence(
        "La signature du jeton d'identité est fausse, de cinq façons",
        "The signature of the ID token is wrong, in five ways",
    ),
    actions=LOGIN,
    requires=NEEDS,
    profiles=PROFILES,
)
async def false_signatures(play: Play) -> None:
    """Another key, an altered payload, no signature, the public key as a secret, a key that nobody published."""
    for rank, name in enumerate(SIGNATURES, 1):
        title = Sentence(f"Connexion, signature fausse ({name})", f"Sign-in, wrong signature ({name})")
        await lied_to(play, f"PSC.06.{rank}", title, f"psc.id_token.{name}")


@scenario(
    id="PSC.07",
    title=Sentence(
        "Le jeton d'identité n'est pas pour ce logiciel, ou pas de maintenant",
        "The ID token is not for this software, or not of now",
    ),
    actions=LOGIN,
    requires=NEEDS,
    profiles=PROFILES,
)
async def false_claims(play: Play) -> None:
    """Issuer, audience, authorised party, expiry, issue, kind and companion, each wrong once."""
    for rank, name in enumerate(CLAIMS, 1):
        title = Sentence(f"Connexion, jeton altéré ({name})", f"Sign-in, altered token ({name})")
        await lied_to(play, f"PSC.07.{rank}", title, f"psc.id_token.{name}")


@scenario(
    id="PSC.08",
    title=Sentence(
        "Pro Santé Connect change de clé : les clés sont relues, une fois",
        "Pro Santé Connect changes its key: the keys are read again, once",
    ),
    actions=LOGIN,
    requires=NEEDS,
    profiles=PROFILES,
)
async def rotated_key(play: Play) -> None:
    """A sign-in before and one after the rotation."""
    professional = play.professional()
    async with play.step("PSC.08.1", Sentence("Connexion", "Sign-in"), also=("psc.*",)) as step:
        await step.login(professional)
        await step.act("auth.login", professional=professional)
        await step.expect("psc.token", outcome="accepted")
    title = Sentence("Connexion, nouvelle clé", "Sign-in, new key")
    async with play.step("PSC.08.2", title, also=("psc.*",)) as step:
        await step.switch(psc__key=1)
        await step.act("auth.login", professional=professional)
        await step.expect("psc.token", outcome="accepted")


@scenario(
    id="PSC.09",
    title=Sentence("Le jeton porte un autre niveau que demandé", "The token states another level than asked for"),
    actions=LOGIN,
    requires=NEEDS,
    profiles=PROFILES,
)
async def other_level(play: Play) -> None:
    """Card users get eidas2, whatever was asked for; some tokens state no level at all."""
    await at_levels(play, "PSC.09")


@scenario(
    id="PSC.10",
    title=Sentence(
        "userinfo est d'une autre personne que le jeton : la session ne s'ouvre pas",
        "userinfo is another person's than the token: no session opens",
    ),
    actions=LOGIN,
    requires=NEEDS,
    profiles=PROFILES,
)
async def other_subject(play: Play) -> None:
    """The sub of userinfo is compared with the token's."""
    title = Sentence("Connexion, sub altéré", "Sign-in, altered sub")
    await lied_to(play, "PSC.10.1", title, "psc.userinfo.sub", "psc.userinfo")


@scenario(
    id="PSC.11",
    title=Sentence("Toutes les formes d'identifiant national", "Every form of national identifier"),
    actions=LOGIN,
    requires=NEEDS,
    profiles=PROFILES,
)
async def every_identifier(play: Play) -> None:
    """An RPPS, an employee's identifier, a test identity: each signs in."""
    await as_everybody(play, "PSC.11")


@scenario(
    id="PSC.12",
    title=Sentence("Une personne a plusieurs situations d'exercice", "A person has several places of work"),
    actions=LOGIN,
    requires=NEEDS,
    profiles=PROFILES,
)
async def several_places(play: Play) -> None:
    """The software lets the person choose: somebody must see it."""
    await of_several_places(play, "PSC.12")


@scenario(
    id="PSC.13",
    title=Sentence(
        "userinfo réduit, vide ou plus riche que prévu", "userinfo shorter, emptier or richer than expected"
    ),
    actions=LOGIN,
    requires=NEEDS,
    profiles=PROFILES,
)
async def unexpected_userinfo(play: Play) -> None:
    """A person without any exercice, then claims that nobody documented."""
    await with_unexpected_userinfo(play, "PSC.13")
