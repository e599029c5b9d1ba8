"""Checks of what a relying party believes when a person signs in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from banc_harness.checks import check
from banc_harness.selection import Selection
from banc_harness.trace import Acted, Exchange, Trace
from banc_standards.errors import Sentence
from banc_standards.psc import build
from banc_standards.rules import Hit

LOGIN = "auth.login"
REFUSED = "refused"
"""What a software that declines answers; its user reads why."""


def deceived(trace: Trace) -> Iterator[Hit]:
    """Where tokens that a fault spoiled opened a session all the same: they were used at userinfo, or the software says
    that its user is signed in.
    """
    for exchange in trace.selected:
        if exchange.entry.get("fault") is None:
            continue
        for used in trace.after(exchange, "psc.userinfo"):
            if used.claimed_by == exchange.claimed_by:
                yield Hit(used.place(), found=f"userinfo ({exchange.entry['fault']})", expected="aucun / none")
                break
        else:
            yield from opened(trace, exchange)


def opened(trace: Trace, exchange: Exchange) -> Iterator[Hit]:
    """Where the software says that its user is signed in although the exchange was spoiled."""
    for act in acts_of(trace, exchange):
        if act.status == "done":
            yield Hit(f"{act.step} {act.action}", found=f"done ({exchange.entry.get('fault')})", expected=REFUSED)


def acts_of(trace: Trace, exchange: Exchange) -> tuple[Acted, ...]:
    """The sign-ins of the step that an exchange belongs to; one whose driver died tells nothing of the software."""
    return tuple(act for act in trace.answers(LOGIN) if act.step == exchange.claimed_by and act.answered)


@check(
    id="CHK-PSC-009",
    requirements=["SBX-PSC-14"],
    on=Selection(operation="psc.discovery"),
    scenarios=("PSC.*",),
    text=Sentence(
        "Le logiciel lit le document de découverte du portail, non celui du royaume brut.",
        "The software reads the wallet's discovery document, not the raw realm's.",
    ),
    clause="Pro Santé Connect, documentation technique : wallet-openid-configuration",
    fix=Sentence(
        "configurez {issuer}/.well-known/wallet-openid-configuration",
        "configure {issuer}/.well-known/wallet-openid-configuration",
    ),
)
def wallet_discovery(trace: Trace) -> Iterator[Hit]:
    """No read of the standard address."""
    for exchange in trace.selected:
        if "/.well-known/openid-configuration" in exchange.line:
            yield Hit(exchange.place("request line"), found=exchange.line[:120], expected="wallet-openid-configuration")


@check(
    id="CHK-PSC-010",
    requirements=["SBX-PSC-03"],
    on=Selection(operation="psc.token"),
    scenarios=("PSC.06", "PSC.42"),
    word_of=(LOGIN,),
    text=Sentence(
        "Un jeton d'identité dont la signature est fausse n'ouvre pas de session.",
        "An ID token whose signature is wrong opens no session.",
    ),
    clause="OpenID Connect Core 1.0 §3.1.3.7 (6, 7) ; RFC 8725 §3.1",
    fix=Sentence(
        "vérifiez la signature en RS256 seulement, avec la clé du JWKS que kid désigne",
        "verify the signature in RS256 only, with the key of the JWKS that kid names",
    ),
)
def signature_verified(trace: Trace) -> Iterator[Hit]:
    """No use of tokens whose ID token was forged."""
    yield from deceived(trace)


@check(
    id="CHK-PSC-011",
    requirements=["SBX-PSC-03"],
    on=Selection(operation="psc.token"),
    scenarios=("PSC.07", "PSC.43"),
    word_of=(LOGIN,),
    text=Sentence(
        "Un jeton d'identité d'un autre émetteur, pour un autre client, d'un autre moment ou d'un autre genre "
        "n'ouvre pas de session.",
        "An ID token of another issuer, for another client, of another time or of another kind opens no session.",
    ),
    clause="OpenID Connect Core 1.0 §3.1.3.7 (2 à 5, 9, 10)",
    fix=Sentence(
        "comparez iss, aud, azp, typ, exp et iat à ce qui est attendu avant d'utiliser les jetons",
        "compare iss, aud, azp, typ, exp and iat with what is expected before the tokens are used",
    ),
)
def claims_verified(trace: Trace) -> Iterator[Hit]:
    """No use of tokens whose ID token says something false; ``at_hash``, which the standard makes optional to check in
    this flow, is for CHK-PSC-033 to tell.
    """
    kept = tuple(item for item in trace.selected if item.entry.get("fault") != AT_HASH)
    yield from deceived(replace(trace, selected=kept))


AT_HASH = "psc.id_token.at_hash"


@check(
    id="CHK-PSC-033",
    requirements=["SBX-PSC-03"],
    on=Selection(operation="psc.token", fault=AT_HASH),
    scenarios=("PSC.07", "PSC.43"),
    word_of=(LOGIN,),
    severity="info",
    text=Sentence(
        "Un jeton d'identité qui n'accompagne pas le jeton d'accès (at_hash) n'ouvre pas de session.",
        "An ID token that does not come with the access token (at_hash) opens no session.",
    ),
    clause="OpenID Connect Core 1.0 §3.1.3.8 : vérification facultative",
    fix=Sentence("comparez at_hash à l'empreinte du jeton d'accès", "compare at_hash with the access token's hash"),
)
def companion_verified(trace: Trace) -> Iterator[Hit]:
    """Informs only: the flow lets a client leave it out."""
    yield from deceived(trace)


@check(
    id="CHK-PSC-041",
    requirements=["SBX-PSC-03"],
    on=Selection(operation="psc.token"),
    scenarios=("PSC.41",),
    absence=True,
    severity="info",
    certainty="deduced",
    way="psc.code",
    text=Sentence(
        "Le code d'un retour qui vient d'un autre émetteur (iss) n'est pas échangé.",
        "The code of a callback that comes from another issuer (iss) is not redeemed.",
    ),
    clause="RFC 9207 §2.4 ; RFC 9700 §4.4.2 : utile à qui connaît plusieurs fournisseurs",
    fix=Sentence(
        "comparez iss, quand le retour le porte, à l'émetteur de la demande",
        "compare iss, when the callback carries it, with the issuer of the request",
    ),
)
def issuer_compared(trace: Trace) -> Iterator[Hit]:
    """Informs only: a software that knows one provider cannot mix it up with another."""
    for exchange in trace.selected:
        yield Hit(exchange.place(), found=exchange.form.get("grant_type", ""), expected="aucun / none")


@check(
    id="CHK-PSC-042",
    requirements=["SBX-PSC-14"],
    on=Selection(operation="psc.userinfo", outcome="accepted"),
    scenarios=("PSC.*",),
    text=Sentence(
        "userinfo est appelé avec le jeton d'accès dans l'en-tête Authorization.",
        "userinfo is called with the access token in the Authorization header.",
    ),
    clause="Pro Santé Connect, documentation technique (userinfo) ; RFC 6750 §2.1",
    fix=Sentence("envoyez Authorization: Bearer, sans formulaire", "send Authorization: Bearer, without a form"),
)
def bearer_header(trace: Trace) -> Iterator[Hit]:
    """No token in the body."""
    for exchange in trace.selected:
        if not (exchange.header("Authorization") or "").lower().startswith("bearer "):
            yield Hit(exchange.place("access_token"), found="access_token", expected="Authorization: Bearer")


@check(
    id="CHK-PSC-012",
    requirements=["SBX-PSC-04"],
    on=Selection(operation="psc.token", outcome="accepted"),
    scenarios=("PSC.06", "PSC.08", "PSC.42", "PSC.48"),
    word_of=(LOGIN,),
    text=Sentence(
        "Une clé inconnue fait relire les clés une fois, sans redémarrage ni boucle.",
        "An unknown key makes the software read the keys again once, without a restart or a loop.",
    ),
    clause="OpenID Connect Core 1.0 §10.1.1",
    fix=Sentence(
        "sur un kid inconnu, relisez jwks_uri une fois, puis acceptez ou refusez",
        "on an unknown kid, read jwks_uri again once, then accept or refuse",
    ),
)
def keys_reread(trace: Trace) -> Iterator[Hit]:
    """After the rotation the sign-in goes through; a key that is nowhere is looked for twice at most."""
    for exchange in trace.selected:
        read = [item for item in trace.after(exchange, "psc.jwks") if item.claimed_by == exchange.claimed_by]
        times = sum(int(item.entry.get("count", 1)) for item in read)
        if times > MOST_READS:
            yield Hit(read[-1].place(), found=f"{times} × jwks", expected=f"≤ {MOST_READS}")
        ended = [act.status for act in acts_of(trace, exchange)]
        if trace.scenario not in FORGED and ended and "done" not in ended:
            yield Hit(exchange.place(), found=", ".join(ended), expected="done")


MOST_READS = 2
FORGED = ("PSC.06", "PSC.42")
"""Where the keys are read in vain: nothing has to go through."""


@check(
    id="CHK-PSC-013",
    requirements=["SBX-PSC-04"],
    on=Selection(operation="psc.token", outcome="accepted"),
    scenarios=("PSC.09", "PSC.51"),
    word_of=(LOGIN,),
    severity="info",
    certainty="uncertain",
    text=Sentence(
        "Un jeton de niveau eidas2 ou eidas3, comme celui d'une carte, ouvre la session.",
        "A token of level eidas2 or eidas3, as a card's, opens the session.",
    ),
    clause="Pro Santé Connect, usage constaté (acr des jetons)",
    fix=Sentence(
        "acceptez eidas1, eidas2 et eidas3 dans le jeton, quel que soit le niveau demandé",
        "accept eidas1, eidas2 and eidas3 in the token, whatever level was asked for",
    ),
)
def higher_level(trace: Trace) -> Iterator[Hit]:
    """Informs only."""
    for exchange in trace.selected:
        ended = [act.status for act in acts_of(trace, exchange)]
        if ended and "done" not in ended:
            yield Hit(exchange.place(), found=", ".join(ended), expected="done")


@check(
    id="CHK-PSC-014",
    requirements=["SBX-PSC-14"],
    on=Selection(operation=("psc.authorization", "psc.token", "psc.ciba")),
    scenarios=("PSC.*",),
    text=Sentence(
        "Le secret du client reste sur le serveur, et l'authentifie.",
        "The client's secret stays on the server, and authenticates it.",
    ),
    clause="Référentiel Pro Santé Connect, exigences 22 et 24 ; RFC 6749 §2.3",
    fix=Sentence(
        "n'envoyez le secret qu'au point d'accès token, dans l'en-tête Authorization ou le corps",
        "send the secret to the token endpoint only, in the Authorization header or the body",
    ),
)
def secret_kept(trace: Trace) -> Iterator[Hit]:
    """No secret in an address, no refused client."""
    for exchange in trace.selected:
        if "client_secret" in exchange.query:
            yield Hit(exchange.place("client_secret"), found="client_secret", expected="aucun / none")
        if exchange.code == "invalid_client":
            yield Hit(exchange.place("client_id"), found="invalid_client", expected="accepted")


@check(
    id="CHK-PSC-015",
    requirements=["SBX-PSC-14"],
    on=Selection(operation="psc.token", facts={"grant_type": "authorization_code"}),
    scenarios=("PSC.*",),
    way="psc.code",
    text=Sentence(
        "Un code s'échange une fois, avec l'adresse de retour et le secret PKCE de sa demande.",
        "A code is redeemed once, with the return address and the PKCE secret of its request.",
    ),
    clause="RFC 6749 §4.1.3 ; RFC 7636 §4.5",
    fix=Sentence(
        "échangez chaque code une fois, avec la redirect_uri et le code_verifier de la demande (S256)",
        "redeem each code once, with the redirect_uri and the code_verifier of the request (S256)",
    ),
)
def code_redeemed_once(trace: Trace) -> Iterator[Hit]:
    """Compares each token request with the authorization request that it follows."""
    seen: dict[str, Exchange] = {}
    for exchange in trace.selected:
        code = exchange.form.get("code", "")
        if code in seen:
            yield Hit(exchange.place("code"), found=f"= {seen[code].place()}", expected="un code neuf / a fresh code")
        seen[code] = exchange
        asked = trace.before(exchange, "psc.authorization")
        if asked:
            yield from _unlike(exchange, asked[-1])


def _unlike(exchange: Exchange, asked: Exchange) -> Iterator[Hit]:
    parameters = {**asked.query, **asked.form}
    for name in ("client_id", "redirect_uri"):
        sent = exchange.form.get(name)
        if sent is not None and sent != parameters.get(name):
            yield Hit(exchange.place(name), found=sent, expected=parameters.get(name, ""))
    challenge = parameters.get("code_challenge")
    if challenge is None:
        return
    if parameters.get("code_challenge_method") != "S256":
        yield Hit(asked.place("code_challenge_method"), parameters.get("code_challenge_method", "plain"), "S256")
    elif build.challenge(exchange.form.get("code_verifier", "")) != challenge:
        yield Hit(exchange.place("code_verifier"), exchange.form.get("code_verifier", ""), f"S256 → {challenge}")


@check(
    id="CHK-PSC-016",
    requirements=["SBX-PSC-03"],
    on=Selection(operation="psc.userinfo", fault="psc.userinfo.sub"),
    scenarios=("PSC.10", "PSC.44"),
    word_of=(LOGIN,),
    text=Sentence(
        "userinfo d'une autre personne que celle du jeton n'ouvre pas de session.",
        "userinfo of another person than the token's opens no session.",
    ),
    clause="OpenID Connect Core 1.0 §5.3.2",
    fix=Sentence("comparez le sub de userinfo à celui du jeton", "compare the sub of userinfo with the token's"),
)
def subject_compared(trace: Trace) -> Iterator[Hit]:
    """The software says that its user is not signed in."""
    for exchange in trace.selected:
        yield from opened(trace, exchange)


@check(
    id="CHK-PSC-017",
    requirements=["SBX-PSC-05"],
    on=Selection(operation="psc.userinfo", outcome="accepted"),
    scenarios=("PSC.11", "PSC.52"),
    word_of=(LOGIN,),
    text=Sentence(
        "Toute forme d'identifiant national ouvre une session, au nom de SubjectNameID.",
        "Every form of national identifier opens a session, in the name of SubjectNameID.",
    ),
    clause="Référentiel Pro Santé Connect, EXI PSC 19",
    fix=Sentence(
        "rattachez le compte à SubjectNameID tel quel : 8…, 5…/…, ANS…",
        "tie the account to SubjectNameID as it is: 8…, 5…/…, ANS…",
    ),
)
def any_identifier(trace: Trace) -> Iterator[Hit]:
    """Each person signs in, under the identifier that userinfo gave."""
    for exchange in trace.selected:
        given = str((exchange.response_json or {}).get("SubjectNameID", ""))
        for act in acts_of(trace, exchange):
            if act.status != "done":
                yield Hit(f"{act.step} {act.action}", found=f"{act.status} ({given})", expected="done")
            known = (act.output.get("professional") or {}).get("idnat", given)
            if known != given:
                yield Hit(f"{act.step} professional.idnat", found=str(known), expected=given)


@check(
    id="CHK-PSC-018",
    requirements=["SBX-PSC-10"],
    on=Selection(operation="psc.userinfo", outcome="accepted"),
    scenarios=("PSC.12", "PSC.54"),
    word_of=(LOGIN,),
    text=Sentence(
        "Une personne qui a plusieurs situations d'exercice se connecte ; elle choisit la sienne à l'écran.",
        "A person with several places of work signs in; they choose one on the screen.",
    ),
    clause="Pro Santé Connect, documentation technique (SubjectRefPro)",
    fix=Sentence(
        "lisez SubjectRefPro.exercices et faites choisir quand il y en a plusieurs",
        "read SubjectRefPro.exercices and let the user choose when there are several",
    ),
)
def several_places(trace: Trace) -> Iterator[Hit]:
    """The sign-in succeeds; whether the choice was offered, a person tells."""
    for exchange in trace.selected:
        for act in acts_of(trace, exchange):
            if act.status != "done":
                yield Hit(f"{act.step} {act.action}", found=act.status, expected="done")


@check(
    id="CHK-PSC-019",
    requirements=["SBX-PSC-05"],
    on=Selection(operation="psc.userinfo", outcome="accepted"),
    scenarios=("PSC.13", "PSC.53"),
    word_of=(LOGIN,),
    text=Sentence(
        "Un userinfo réduit ou plus riche que prévu ne fait pas échouer le logiciel.",
        "A userinfo shorter or richer than expected does not make the software fail.",
    ),
    clause="OpenID Connect Core 1.0 §5.3.2 ; Pro Santé Connect, documentation technique",
    fix=Sentence(
        "tolérez l'absence d'exercices, les chaînes vides et les données inconnues ; refusez proprement au besoin",
        "tolerate absent exercices, empty strings and unknown claims; decline properly if need be",
    ),
)
def tolerant_reader(trace: Trace) -> Iterator[Hit]:
    """A session or a refusal that the user understands; for claims that are merely unknown, a session."""
    for exchange in trace.selected:
        more = exchange.entry.get("fault") is not None
        for act in acts_of(trace, exchange):
            if act.status not in (("done",) if more else ("done", REFUSED)):
                yield Hit(f"{act.step} {act.action}", found=act.why or act.status, expected="done")
