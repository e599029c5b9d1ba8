"""Rules over what Pro Santé Connect gives: the tokens, userinfo, the discovery document, each as a file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from banc_standards.psc import names
from banc_standards.psc.tokens import MOST_HEADER_BYTES, Token
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit, holds

_JWT = RuleBook("RFC 7519 ; RFC 8725 ; OpenID Connect Core 1.0 §2")
_ID = RuleBook("OpenID Connect Core 1.0 §2 et §3.1.3.7 ; Pro Santé Connect, ID token")
_ACCESS = RuleBook("RFC 9068 §4 ; Pro Santé Connect, jeton d'accès")
_LOGOUT = RuleBook("OpenID Connect Back-Channel Logout 1.0 §2.4 et §2.6")
_INFO = RuleBook("Pro Santé Connect, userinfo")
_META = RuleBook("OpenID Connect Discovery 1.0 §3 ; Pro Santé Connect, wallet-openid-configuration")
_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
_SIGNED: Final = ("id", "access", "logout")
_ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")

for _book, _id, _fr, _en in (
    (_JWT, "PSC-JWT-001", "Le jeton est un JWS compact de trois parties base64url, en JSON, borné.",
     "The token is a compact JWS of three base64url parts, in JSON, bounded."),
    (_JWT, "PSC-JSN-001", "La réponse est un objet JSON bien formé et borné.",
     "The answer is a well-formed, bounded JSON object."),
):  # fmt: skip
    _book.add(
        _id, (_fr, _en), ("Reprendre les octets reçus, sans les couper.", "Take the bytes received, uncut."), holds
    )


def _shown(value: Any) -> str:
    return str(value)[:200]


@_JWT.rule(
    "PSC-JWT-002",
    (
        "Le jeton est signé par une clé de Pro Santé Connect : alg n'est ni none ni symétrique.",
        "The token is signed by a key of Pro Santé Connect: alg is neither none nor symmetric.",
    ),
    (
        "Refuser alg=none et HS256 ; n'admettre que l'algorithme attendu (RS256).",
        "Refuse alg=none and HS256; allow the expected algorithm only (RS256).",
    ),
    at="RFC 8725 §3.1 et §3.2",
)
def _algorithm(token: Token) -> Iterator[Hit]:
    if token.header is not None and token.form in (*_SIGNED, "userinfo", "unknown"):
        found = token.header.get("alg")
        if found not in _ALGORITHMS:
            yield Hit("header/alg", found=_shown(found), expected="RS256")
        elif not token.signature:
            yield Hit("signature", found="", expected=str(found))


@_JWT.rule(
    "PSC-JWT-003",
    ("L'en-tête nomme la clé (kid) et n'en apporte pas.", "The header names the key (kid) and brings none."),
    (
        "Prendre la clé dans jwks_uri ; ignorer jwk, jku, x5u et x5c du jeton.",
        "Take the key from jwks_uri; ignore jwk, jku, x5u and x5c of the token.",
    ),
    at="RFC 8725 §3.10",
)
def _key(token: Token) -> Iterator[Hit]:
    if token.header is None or token.form == "refresh":
        return
    if not isinstance(token.header.get("kid"), str) or not token.header.get("kid"):
        yield Hit("header/kid", found=_shown(token.header.get("kid", "")), expected="kid")
    for name in ("jwk", "jku", "x5u", "x5c"):
        if name in token.header:
            yield Hit(f"header/{name}", found=_shown(token.header[name]), expected="")


@_JWT.rule(
    "PSC-JWT-004",
    (
        "Aucun membre n'est répété, et aucune extension critique n'est inconnue.",
        "No member is repeated, and no critical extension is unknown.",
    ),
    (
        "Refuser le jeton : deux lecteurs y liraient deux choses.",
        "Refuse the token: two readers would read two things.",
    ),
    at="RFC 7515 §4 et §4.1.11",
)
def _once(token: Token) -> Iterator[Hit]:
    for name in token.repeated:
        yield Hit(name, found="2", expected="1")
    if token.header is not None and "crit" in token.header:
        yield Hit("header/crit", found=_shown(token.header["crit"]))


@_JWT.rule(
    "PSC-JWT-005",
    (
        f"L'en-tête du jeton tient en {MOST_HEADER_BYTES} octets.",
        f"The header of the token holds in {MOST_HEADER_BYTES} bytes.",
    ),
    ("Refuser un en-tête démesuré.", "Refuse an enormous header."),
    at="limite du banc",
    certainty="deduced",
)
def _short(token: Token) -> Iterator[Hit]:
    if token.header_bytes > MOST_HEADER_BYTES:
        yield Hit("header", found=str(token.header_bytes), expected=f"<= {MOST_HEADER_BYTES}")


@_JWT.rule(
    "PSC-JWT-006",
    ("Le jeton dit ce qu'il est (typ).", "The token says what it is (typ)."),
    (
        "Attendre typ ID, Bearer ou Logout, et refuser l'un à la place de l'autre.",
        "Expect typ ID, Bearer or Logout, and refuse one in the place of another.",
    ),
    at="typ",
)
def _typ(token: Token) -> Iterator[Hit]:
    if token.header is None:
        return
    if token.form == "unknown":
        yield Hit("typ", found=_shown(token.claims.get("typ", "")), expected="ID | Bearer | Refresh | Logout")
        return
    wanted = {"id": ("JWT",), "access": ("JWT", "at+jwt"), "logout": ("JWT", "logout+jwt")}.get(token.form)
    found = token.header.get("typ")
    if wanted and found is not None and str(found).lower() not in {one.lower() for one in wanted}:
        yield Hit("header/typ", found=_shown(found), expected=" | ".join(wanted))


@_JWT.rule(
    "PSC-JWT-007",
    (
        "Les dates sont des secondes entières, dans l'ordre : iat, puis exp.",
        "Times are whole seconds, in order: iat, then exp.",
    ),
    ("Écrire des secondes depuis 1970, en entiers.", "Write seconds since 1970, as integers."),
    at="RFC 7519 §4.1.4 à §4.1.6",
)
def _times(token: Token) -> Iterator[Hit]:
    for name in ("exp", "iat", "nbf", "auth_time"):
        if name in token.claims and token.number(name) is None:
            yield Hit(name, found=_shown(token.claims[name]), expected="secondes")
    issued, ends, login = token.number("iat"), token.number("exp"), token.number("auth_time")
    if issued is not None and ends is not None and ends <= issued:
        yield Hit("exp", found=str(ends), expected=f"> {issued}")
    if issued is not None and login is not None and login > issued + 60:
        yield Hit("auth_time", found=str(login), expected=f"<= {issued}")


def _form(token: Token, *forms: str) -> bool:
    return token.form in forms


@_ID.rule(
    "PSC-IDT-001",
    (
        "L'ID token porte iss, sub, aud, exp et iat.",
        "The ID token carries iss, sub, aud, exp and iat.",
    ),
    ("Refuser un ID token incomplet.", "Refuse an incomplete ID token."),
    at="§2",
)
def _complete(token: Token) -> Iterator[Hit]:
    for name in ("iss", "sub", "aud", "exp", "iat") if _form(token, "id") else ():
        if not token.claims.get(name):
            yield Hit(name, expected=name)


@_ID.rule(
    "PSC-IDT-002",
    ("iss est une URL https sans barre finale.", "iss is an https URL without trailing slash."),
    ("Comparer iss à l'issuer de la découverte, à l'octet.", "Compare iss to the issuer of discovery, byte by byte."),
    at="iss",
)
def _issuer(token: Token) -> Iterator[Hit]:
    found = token.claims.get("iss")
    if _form(token, "id", "access", "logout", "refresh") and found is not None:
        text = token.text("iss")
        if not re.fullmatch(r"https?://[^\s?#]+[^/\s?#]", text) or not text.endswith(names.REALM_PATH):
            yield Hit("iss", found=_shown(found), expected=f"https://…{names.REALM_PATH}")


@_ID.rule(
    "PSC-IDT-003",
    (
        "Plusieurs destinataires (aud) demandent azp, et azp est l'un d'eux.",
        "Several audiences ask for azp, and azp is one of them.",
    ),
    ("Vérifier que aud contient votre client_id.", "Check that aud holds your client_id."),
    at="§3.1.3.7, aud et azp",
)
def _audience(token: Token) -> Iterator[Hit]:
    if not _form(token, "id"):
        return
    aud, azp = token.claims.get("aud"), token.claims.get("azp")
    several = [one for one in aud if isinstance(one, str)] if isinstance(aud, list) else [token.text("aud")]
    if isinstance(aud, list) and len(aud) > 1 and azp is None:
        yield Hit("azp", expected=" | ".join(several)[:200])
    if azp is not None and aud and azp not in several:
        yield Hit("azp", found=_shown(azp), expected=" | ".join(several)[:200])


@_ID.rule(
    "PSC-IDT-004",
    ("L'ID token désigne le professionnel par SubjectNameID.", "The ID token names the professional by SubjectNameID."),
    (
        "Garder SubjectNameID (= preferred_username) pour pivot, jamais sub découpé.",
        "Keep SubjectNameID (= preferred_username) as the pivot, never a sub cut up.",
    ),
    at="SubjectNameID, preferred_username",
    severity="warning",
)
def _pivot(token: Token) -> Iterator[Hit]:
    if _form(token, "id", "userinfo"):
        first, second = token.claims.get("SubjectNameID"), token.claims.get("preferred_username")
        if not first:
            yield Hit("SubjectNameID", found=_shown(first or ""), expected="IdNat")
        elif second is not None and first != second:
            yield Hit("preferred_username", found=_shown(second), expected=_shown(first))


@_ID.rule(
    "PSC-IDT-005",
    ("nonce et session (sid) sont là.", "nonce and session (sid) are there."),
    (
        "Comparer nonce à celui de la demande ; garder sid pour la déconnexion. Le flux CIBA n'a pas de nonce.",
        "Compare nonce to that of the request; keep sid for sign-out. The CIBA flow has no nonce.",
    ),
    at="nonce, sid",
    severity="info",
)
def _bound(token: Token) -> Iterator[Hit]:
    for name in ("nonce", "sid") if _form(token, "id") else ():
        if not token.claims.get(name):
            yield Hit(name, expected=name)


@_ID.rule(
    "PSC-IDT-006",
    ("acr est un niveau eIDAS que Pro Santé Connect donne.", "acr is an eIDAS level that Pro Santé Connect gives."),
    ("Admettre eidas1, eidas2, eidas3 et son absence.", "Take eidas1, eidas2, eidas3 and its absence."),
    at="acr",
    severity="warning",
    certainty="deduced",
)
def _level(token: Token) -> Iterator[Hit]:
    known = {names.ACR_REQUESTED, *names.ACR_TOLERATED}
    if _form(token, "id", "access") and "acr" in token.claims and token.text("acr") not in known:
        yield Hit("acr", found=_shown(token.claims["acr"]), expected="eidas1 | eidas2 | eidas3")


@_ID.rule(
    "PSC-IDT-007",
    (
        "L'ID token d'une réponse s'accorde avec le jeton d'accès qui l'accompagne (at_hash).",
        "The ID token of an answer agrees with the access token beside it (at_hash).",
    ),
    ("Vérifier at_hash sur l'access_token reçu.", "Check at_hash over the access_token received."),
    at="§3.1.3.8, at_hash",
)
def _half_hash(token: Token) -> Iterator[Hit]:
    from banc_standards.psc.build import half_hash

    access = token.text("access_token")
    if token.form == "answer" and token.inner is not None and access.isascii() and access:
        found = token.inner.text("at_hash")
        if found and found != half_hash(access):
            yield Hit("id_token/at_hash", found=found, expected=half_hash(access))


@_ACCESS.rule(
    "PSC-ACC-001",
    (
        "Un jeton d'accès porte les portées que Pro Santé Connect demande.",
        "An access token carries the scopes that Pro Santé Connect asks for.",
    ),
    ("Ne pas lire d'identité dans le jeton d'accès : appeler userinfo.", "Read no identity from it: call userinfo."),
    at="typ, scope",
    severity="warning",
)
def _scope(token: Token) -> Iterator[Hit]:
    if _form(token, "access"):
        words = token.text("scope").split()
        for name in names.REQUIRED_SCOPES:
            if name not in words:
                yield Hit("scope", found=_shown(token.claims.get("scope", "")), expected=name)


@_ACCESS.rule(
    "PSC-ACC-002",
    (
        "Un jeton d'accès dit qui l'a demandé (azp), et de quand à quand il vaut.",
        "An access token says who asked for it (azp), and from when until when it holds.",
    ),
    ("Refuser un jeton sans azp, iat ou exp.", "Refuse a token without azp, iat or exp."),
    at="azp, iat, exp",
)
def _whose(token: Token) -> Iterator[Hit]:
    for name in ("iss", "sub", "azp", "iat", "exp", "jti") if _form(token, "access") else ():
        if not token.claims.get(name):
            yield Hit(name, expected=name)


@_ACCESS.rule(
    "PSC-ACC-003",
    (
        "Un jeton lié au certificat porte cnf/x5t#S256, de 43 caractères.",
        "A token bound to the certificate carries cnf/x5t#S256, of 43 characters.",
    ),
    ("Comparer à l'empreinte SHA-256 du certificat TLS.", "Compare to the SHA-256 of the TLS certificate."),
    at="RFC 8705 §3.1",
)
def _bound_to(token: Token) -> Iterator[Hit]:
    if _form(token, "access") and "cnf" in token.claims:
        cnf = token.claims["cnf"]
        found = cnf.get("x5t#S256") if isinstance(cnf, dict) else cnf
        if not isinstance(found, str) or not re.fullmatch(r"[A-Za-z0-9_-]{43}", found):
            yield Hit("cnf/x5t#S256", found=_shown(found), expected="SHA-256 base64url")


@_LOGOUT.rule(
    "PSC-LGT-001",
    ("Le jeton de déconnexion porte iss, aud, iat, exp et jti.", "A logout token carries iss, aud, iat, exp and jti."),
    ("Refuser le jeton incomplet, sans fermer de session.", "Refuse the incomplete token, closing no session."),
    at="§2.4",
)
def _logout_claims(token: Token) -> Iterator[Hit]:
    for name in ("iss", "aud", "iat", "exp", "jti") if _form(token, "logout") else ():
        if not token.claims.get(name):
            yield Hit(name, expected=name)


@_LOGOUT.rule(
    "PSC-LGT-002",
    ("Le jeton de déconnexion nomme la session (sid) ou la personne (sub).", "A logout token names sid or sub."),
    ("Fermer la session de sid, sinon toutes celles de sub.", "Close the session of sid, else all those of sub."),
    at="sub, sid",
)
def _logout_whose(token: Token) -> Iterator[Hit]:
    if _form(token, "logout") and not token.claims.get("sub") and not token.claims.get("sid"):
        yield Hit("sid", expected="sid | sub")


@_LOGOUT.rule(
    "PSC-LGT-003",
    ("events contient l'événement de déconnexion, un objet.", "events holds the logout event, an object."),
    (f"Attendre events[{_EVENT}] = {{}}.", f"Expect events[{_EVENT}] = {{}}."),
    at="events",
)
def _logout_event(token: Token) -> Iterator[Hit]:
    if _form(token, "logout"):
        events = token.claims.get("events")
        if not isinstance(events, dict) or not isinstance(events.get(_EVENT), dict):
            yield Hit("events", found=_shown(events if events is not None else ""), expected=_EVENT)


@_LOGOUT.rule(
    "PSC-LGT-004",
    ("Un jeton de déconnexion ne porte jamais de nonce.", "A logout token never carries a nonce."),
    (
        "Le refuser : ce serait un ID token présenté à la place.",
        "Refuse it: it would be an ID token shown in its place.",
    ),
    at="nonce",
)
def _logout_nonce(token: Token) -> Iterator[Hit]:
    if _form(token, "logout") and "nonce" in token.claims:
        yield Hit("nonce", found=_shown(token.claims["nonce"]), expected="")


@_LOGOUT.rule(
    "PSC-LGT-005",
    ("typ de l'en-tête est logout+jwt.", "The header's typ is logout+jwt."),
    ("Écrire typ logout+jwt, qui évite toute confusion.", "Write typ logout+jwt, which avoids any confusion."),
    at="§2.4, typ",
    severity="info",
)
def _logout_typ(token: Token) -> Iterator[Hit]:
    if _form(token, "logout") and token.header is not None:
        found = str(token.header.get("typ", ""))
        if found.lower() != "logout+jwt":
            yield Hit("header/typ", found=found[:200], expected="logout+jwt")


@_INFO.rule(
    "PSC-INF-001",
    ("userinfo porte sub, et le même que l'ID token.", "userinfo carries sub, the same as the ID token."),
    ("Comparer sub à celui de l'ID token avant tout usage.", "Compare sub to that of the ID token before any use."),
    at="OpenID Connect Core 1.0 §5.3.2",
)
def _info_sub(token: Token) -> Iterator[Hit]:
    if _form(token, "userinfo") and not token.text("sub"):
        yield Hit("sub", found=_shown(token.claims.get("sub", "")), expected="sub")


@_INFO.rule(
    "PSC-INF-002",
    (
        "SubjectRole et Secteur_Activite s'écrivent code^OID, de leurs terminologies.",
        "SubjectRole and Secteur_Activite are written code^OID, of their terminologies.",
    ),
    (
        f"Attendre 10^{names.PROFESSION_OID} et SA07^{names.SECTOR_OID}.",
        f"Expect 10^{names.PROFESSION_OID} and SA07^{names.SECTOR_OID}.",
    ),
    at="SubjectRole, Secteur_Activite",
)
def _info_codes(token: Token) -> Iterator[Hit]:
    if not _form(token, "userinfo"):
        return
    roles = token.claims.get("SubjectRole", [])
    if not isinstance(roles, list):
        yield Hit("SubjectRole", found=_shown(roles), expected="[code^OID]")
        roles = []
    for number, role in enumerate(roles[:50]):
        if not isinstance(role, str) or not re.fullmatch(rf"[^\^]+\^{re.escape(names.PROFESSION_OID)}", role):
            yield Hit(f"SubjectRole[{number}]", found=_shown(role), expected=f"code^{names.PROFESSION_OID}")
    sector = token.claims.get("Secteur_Activite", "")
    if sector != "" and not re.fullmatch(rf"SA[0-9]+\^{re.escape(names.SECTOR_OID)}", _shown(sector)):
        yield Hit("Secteur_Activite", found=_shown(sector), expected=f"SA07^{names.SECTOR_OID}")


@_INFO.rule(
    "PSC-INF-003",
    (
        "SubjectRefPro donne les exercices, et pour chacun une profession et des activités.",
        "SubjectRefPro gives the practices, each with a profession and activities.",
    ),
    ("Lire SubjectRefPro.exercices[].activities[].", "Read SubjectRefPro.exercices[].activities[]."),
    at="SubjectRefPro",
)
def _info_practices(token: Token) -> Iterator[Hit]:
    if not _form(token, "userinfo") or "SubjectRefPro" not in token.claims:
        return
    held = token.claims["SubjectRefPro"]
    practices = held.get("exercices") if isinstance(held, dict) else None
    if not isinstance(practices, list):
        yield Hit("SubjectRefPro/exercices", found=type(practices).__name__, expected="[…]")
        return
    for number, practice in enumerate(practices[:50]):
        place = f"SubjectRefPro/exercices[{number}]"
        if not isinstance(practice, dict) or not practice.get("codeProfession"):
            yield Hit(f"{place}/codeProfession", expected="codeProfession")
        elif not isinstance(practice.get("activities", []), list):
            yield Hit(f"{place}/activities", found=type(practice["activities"]).__name__, expected="[…]")


@_INFO.rule(
    "PSC-INF-004",
    ("Les champs d'une activité sont des textes, vides plutôt que nuls.", "The fields of an activity are texts."),
    ("Écrire \"\" pour ce qui est inconnu.", "Write \"\" for what is unknown."),
    at="SubjectRefPro.exercices[].activities[]",
    severity="warning",
)  # fmt: skip
def _info_texts(token: Token) -> Iterator[Hit]:
    held = token.claims.get("SubjectRefPro") if _form(token, "userinfo") else None
    practices = held.get("exercices") if isinstance(held, dict) else None
    for number, practice in enumerate(practices[:50] if isinstance(practices, list) else ()):
        activities = practice.get("activities") if isinstance(practice, dict) else None
        for rank, activity in enumerate(activities[:50] if isinstance(activities, list) else ()):
            for name, value in activity.items() if isinstance(activity, dict) else ():
                if not isinstance(value, str):
                    place = f"SubjectRefPro/exercices[{number}]/activities[{rank}]/{name}"
                    yield Hit(place, found=_shown(value), expected='""')


@_INFO.rule(
    "PSC-INF-005",
    (
        "Acces_Regulation_Medicale est un texte (VRAI, FAUX), pas un booléen.",
        "Acces_Regulation_Medicale is a text (VRAI, FAUX), no boolean.",
    ),
    ("Comparer au texte FAUX.", "Compare to the text FAUX."),
    at="Acces_Regulation_Medicale",
    severity="warning",
)
def _info_access(token: Token) -> Iterator[Hit]:
    if _form(token, "userinfo") and "Acces_Regulation_Medicale" in token.claims:
        found = token.claims["Acces_Regulation_Medicale"]
        if found not in ("VRAI", "FAUX", "") or not isinstance(found, str):
            yield Hit("Acces_Regulation_Medicale", found=_shown(found), expected="VRAI | FAUX")


@_META.rule(
    "PSC-META-001",
    (
        "Le document de découverte donne issuer, les adresses d'autorisation, de jeton, de userinfo et les clés.",
        "The discovery document gives issuer, the authorization, token and userinfo addresses and the keys.",
    ),
    ("Relire wallet-openid-configuration.", "Read wallet-openid-configuration again."),
    at="métadonnées",
)
def _meta_complete(token: Token) -> Iterator[Hit]:
    required = ("issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
    for name in required if _form(token, "discovery") else ():
        if not token.text(name):
            yield Hit(name, found=_shown(token.claims.get(name, "")), expected="https://…")


@_META.rule(
    "PSC-META-002",
    (
        "L'adresse d'autorisation est celle du wallet, pas celle du royaume.",
        "The authorization address is the wallet's, not the realm's.",
    ),
    (
        "Lire wallet-openid-configuration au lieu de openid-configuration.",
        "Read wallet-openid-configuration instead of openid-configuration.",
    ),
    at="authorization_endpoint",
    severity="warning",
)
def _meta_wallet(token: Token) -> Iterator[Hit]:
    found = token.text("authorization_endpoint")
    if _form(token, "discovery") and found.endswith(names.REALM_AUTHORIZATION):
        yield Hit("authorization_endpoint", found=found[:200], expected=f"…{names.WALLET_AUTHORIZATION}")


@_META.rule(
    "PSC-META-003",
    (
        "Toutes les adresses sont en https, sauf sur la machine même.",
        "Every address is https, but for the machine itself.",
    ),
    ("Publier en https.", "Publish over https."),
    at="RFC 8414 §2",
)
def _meta_https(token: Token) -> Iterator[Hit]:
    safe = ("https://", "http://localhost", "http://127.0.0.1", "http://[::1]")
    for name, value in token.claims.items() if _form(token, "discovery") else ():
        address = name.endswith("_endpoint") or name in ("issuer", "jwks_uri")
        if address and isinstance(value, str) and not value.startswith(safe):
            yield Hit(name, found=value[:200], expected="https://")


@_META.rule(
    "PSC-META-004",
    (
        "Le document annonce le flux par code et une signature asymétrique.",
        "The document announces the code flow and an asymmetric signature.",
    ),
    ("Attendre response_types code et RS256.", "Expect response_types code and RS256."),
    at="response_types_supported, id_token_signing_alg_values_supported",
)
def _meta_flows(token: Token) -> Iterator[Hit]:
    if not _form(token, "discovery"):
        return
    for name, wanted in (("response_types_supported", "code"), ("id_token_signing_alg_values_supported", "RS256")):
        found = token.claims.get(name)
        if not isinstance(found, list) or wanted not in found:
            yield Hit(name, found=_shown(found or ""), expected=wanted)


RULES = (*_JWT.rules, *_ID.rules, *_ACCESS.rules, *_LOGOUT.rules, *_INFO.rules, *_META.rules)
"""Judged on a :class:`~banc_standards.psc.tokens.Token`."""
BY_ID = {rule.id: rule for rule in RULES}
