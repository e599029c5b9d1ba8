"""Claims of the tokens and of userinfo, from a professional and a sign-in.

Tokens carry little of the sector's data; the rich part is in userinfo. Field names of :class:`Activity` and
:class:`Exercice` are those of the wire, so that the answer is spelled in one place.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Literal

from banc_standards.psc import names

Means = Literal["MOBILE", "CARD"]

STORAGE_ID = "11111111-2222-3333-4444-555555555555"
"""Middle part of every ``sub``: the id of the provider's user storage, opaque to services."""


@dataclass(frozen=True, slots=True)
class Activity:
    """One place of work. Every field is a string, empty when unknown: never null, never absent."""

    codeModeExercice: str = ""
    codeSecteurDactivite: str = ""
    codeSectionPharmacien: str = ""
    codeRole: str = ""
    codeGenreActivite: str = ""
    numeroSiretSite: str = ""
    numeroSirenSite: str = ""
    numeroFinessSite: str = ""
    numeroFinessetablissementJuridique: str = ""
    identifiantTechniqueDeLaStructure: str = ""
    raisonSocialeSite: str = ""
    enseigneCommercialeSite: str = ""
    complementDestinataire: str = ""
    complementPointGeographique: str = ""
    numeroVoie: str = ""
    indiceRepetitionVoie: str = ""
    codeTypeDeVoie: str = ""
    libelleVoie: str = ""
    mentionDistribution: str = ""
    bureauCedex: str = ""
    codePostal: str = ""
    codeCommune: str = ""
    codePays: str = ""
    telephone: str = ""
    telephone2: str = ""
    telecopie: str = ""
    adresseEMail: str = ""
    codeDepartement: str = ""
    ancienIdentifiantDeLaStructure: str = ""
    autoriteDenregistrement: str = ""


_NONE = Activity()


@dataclass(frozen=True, slots=True)
class Exercice:
    """One profession that the person practises; ``nomDexercice`` and ``prenomDexercice`` are the names to show."""

    codeProfession: str
    nomDexercice: str
    prenomDexercice: str
    codeCategorieProfessionnelle: str = "C"
    codeCiviliteDexercice: str = ""
    codeTypeSavoirFaire: str = ""
    codeSavoirFaire: str = ""
    activities: tuple[Activity, ...] = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """A person as the provider knows them. ``idnat`` is the national identifier, in any of its forms."""

    idnat: str
    family_name: str
    given_name: str
    civility: str = ""
    exercices: tuple[Exercice, ...] = ()

    @property
    def sub(self) -> str:
        """The subject: contains the IdNat, to be treated as opaque all the same."""
        return f"f:{STORAGE_ID}:{self.idnat}"


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What an access token says beside the rest, on which no source agrees: ``aud``, and ``SubjectNameID`` or not."""

    audience: str | None = None
    identity: bool = True


_PLAIN = AccessClaims()


@dataclass(frozen=True, slots=True)
class SignIn:
    """What every token of one login states. ``auth_time`` is in seconds of the epoch; ``None`` leaves a claim out."""

    issuer: str
    client_id: str
    identity: Identity
    session_state: str
    auth_time: int
    scope: str
    nonce: str | None = None
    acr: str | None = names.ACR_REQUESTED
    auth_mode: str | None = None
    auth_level: str | None = None
    amr: tuple[str, ...] | None = None
    access: AccessClaims = _PLAIN


def acr_of(means: Means) -> str:
    """The level that a token states: real card users get ``eidas2`` although ``eidas1`` was asked."""
    return "eidas2" if means == "CARD" else "eidas1"


def id_token(sign_in: SignIn, *, now: int, lifetime_s: int, jti: str, access_token: str) -> dict[str, Any]:
    """Claims of the ID token that accompanies ``access_token`` (its encoded form)."""
    claims = _common(sign_in, now, lifetime_s, jti) | {
        "aud": sign_in.client_id,
        "auth_time": sign_in.auth_time,
        "typ": "ID",
        "at_hash": half_hash(access_token),
        "auth_level": sign_in.auth_level,
        "authMode": sign_in.auth_mode,
        "amr": list(sign_in.amr) if sign_in.amr is not None else None,
        "acr": sign_in.acr,
        "email_verified": False,
        "preferred_username": sign_in.identity.idnat,
        "SubjectNameID": sign_in.identity.idnat,
        "given_name": sign_in.identity.given_name,
        "family_name": sign_in.identity.family_name,
    }
    return _present(claims)


def access_token(
    sign_in: SignIn, *, now: int, lifetime_s: int, jti: str, thumbprint: str | None = None
) -> dict[str, Any]:
    """Claims of the access token: no ``aud`` unless told; ``cnf`` when issued over mutual TLS (RFC 8705 §3.1)."""
    claims = _common(sign_in, now, lifetime_s, jti) | {
        "auth_time": sign_in.auth_time,
        "typ": "Bearer",
        "acr": sign_in.acr,
        "scope": sign_in.scope,
        "email_verified": False,
        "preferred_username": sign_in.identity.idnat,
        "aud": sign_in.access.audience,
        "SubjectNameID": sign_in.identity.idnat if sign_in.access.identity else None,
        "cnf": {"x5t#S256": thumbprint} if thumbprint is not None else None,
    }
    return _present(claims)


def refresh_token(sign_in: SignIn, *, now: int, lifetime_s: int, jti: str) -> dict[str, Any]:
    """Claims of the refresh token, addressed to the issuer: opaque to the service."""
    claims = _common(sign_in, now, lifetime_s, jti) | {
        "aud": sign_in.issuer,
        "typ": "Refresh",
        "scope": sign_in.scope,
    }
    return _present(claims)


def logout_token(issuer: str, client_id: str, *, sub: str, sid: str, now: int, jti: str) -> dict[str, Any]:
    """Claims of the token that tells a client that a session is over (OpenID Connect Back-Channel Logout 1.0 §2.4)."""
    return {
        "iss": issuer,
        "sub": sub,
        "aud": client_id,
        "iat": now,
        "exp": now + 120,
        "jti": jti,
        "typ": "Logout",
        "sid": sid,
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
    }


def introspection(claims: dict[str, Any], identity: Identity) -> dict[str, Any]:
    """The active answer about a token whose claims are given; ``SubjectNameID`` for an access token only, ``cnf`` for a
    bound one (RFC 8705 §3.2).
    """
    kept = (
        "exp",
        "iat",
        "auth_time",
        "jti",
        "iss",
        "sub",
        "typ",
        "azp",
        "nonce",
        "session_state",
        "acr",
        "scope",
        "cnf",
    )
    answer = {name: claims[name] for name in kept if name in claims} | {
        "preferred_username": identity.idnat,
        "email_verified": False,
        "client_id": claims.get("azp", ""),
        "username": identity.idnat,
        "active": True,
    }
    if claims.get("typ") == "Bearer":
        answer["SubjectNameID"] = identity.idnat
    return answer


def userinfo(identity: Identity, *, auth_mode: str | None = None) -> dict[str, Any]:
    """The userinfo answer. A person without any exercice gets the short form that services must tolerate."""
    names_and_ids: dict[str, Any] = {
        "sub": identity.sub,
        "preferred_username": identity.idnat,
        "SubjectNameID": identity.idnat,
        "family_name": identity.family_name,
        "given_name": identity.given_name,
        "codeCivilite": identity.civility,
    }
    if not identity.exercices:
        return names_and_ids
    first = next((activity for exercice in identity.exercices for activity in exercice.activities), _NONE)
    sector = first.codeSecteurDactivite
    return _present(
        names_and_ids
        | {
            "SubjectRole": [f"{identity.exercices[0].codeProfession}^{names.PROFESSION_OID}"],
            "Secteur_Activite": f"{sector}^{names.SECTOR_OID}" if sector else "",
            "SubjectOrganization": first.raisonSocialeSite,
            "SubjectOrganizationID": first.identifiantTechniqueDeLaStructure,
            "codeGenreActivite": first.codeGenreActivite,
            "PSI_Locale": names.PSI_OID,
            "UITVersion": "1.0",
            "Palier_Authentification": names.AUTHENTICATION_TIER,
            "Mode_Acces_Raison": "",
            "Acces_Regulation_Medicale": "FAUX",
            "authMode": auth_mode,
            "otherIds": _other_ids(identity.idnat),
            "SubjectRefPro": {"exercices": list(_exercices(identity))},
        }
    )


def userinfo_of_2021(claims: Mapping[str, Any]) -> dict[str, Any]:
    """A userinfo answer in its older form, which services may have been written for."""
    older = {name: value for name, value in claims.items() if name != "codeGenreActivite"} | {"email_verified": False}
    if "SubjectRefPro" in older:
        older["SubjectRefPro"] = {"codeCivilite": older.pop("codeCivilite"), **older["SubjectRefPro"]}
    if "otherIds" in older:
        older["otherIDs"] = older.pop("otherIds")
    return older


def with_letters(claims: Mapping[str, Any]) -> dict[str, Any]:
    """A userinfo answer whose FINESS numbers hold a letter, as those of the provider's test structures do."""

    def activity(one: Mapping[str, Any]) -> dict[str, Any]:
        finess = str(one["numeroFinessSite"])
        if not finess:
            return dict(one)
        lettered = f"0B0{finess[3:]}"
        technical = str(one["identifiantTechniqueDeLaStructure"]).replace(finess, lettered)
        return dict(one) | {"numeroFinessSite": lettered, "identifiantTechniqueDeLaStructure": technical}

    told = dict(claims)
    if "SubjectRefPro" in told:
        exercices = [
            dict(one) | {"activities": [activity(each) for each in one["activities"]]}
            for one in told["SubjectRefPro"]["exercices"]
        ]
        told["SubjectRefPro"] = dict(told["SubjectRefPro"]) | {"exercices": exercices}
        first = next((each for one in exercices for each in one["activities"]), None)
        if first is not None:
            told["SubjectOrganizationID"] = first["identifiantTechniqueDeLaStructure"]
    return told


@lru_cache(maxsize=256)
def _exercices(identity: Identity) -> tuple[dict[str, Any], ...]:
    """The same for every answer about a person: not to be altered."""
    return tuple(asdict(exercice) for exercice in identity.exercices)


def challenge(verifier: str) -> str:
    """The S256 code challenge of a verifier (RFC 7636 §4.2)."""
    return _base64url(hashlib.sha256(verifier.encode("ascii", "replace")).digest())


def half_hash(token: str) -> str:
    """``at_hash`` of an access token signed with a 256-bit algorithm (OpenID Connect Core §3.1.3.6)."""
    return _base64url(hashlib.sha256(token.encode("ascii")).digest()[:16])


def thumbprint(certificate: bytes) -> str:
    """``x5t#S256`` of a DER certificate, in the form of RFC 8705: base64url of the raw digest."""
    return _base64url(hashlib.sha256(certificate).digest())


def hexadecimal_thumbprint(certificate: bytes) -> str:
    """``x5t#S256`` as the agency's examples write it: base64, padded, of the hexadecimal text of the digest."""
    return base64.b64encode(hashlib.sha256(certificate).hexdigest().encode()).decode("ascii")


def binding(shown: str, certificate: bytes) -> Literal["rfc", "ans"] | None:
    """In which form ``x5t#S256`` names a DER certificate; None when it names another one."""
    forms: tuple[tuple[Literal["rfc", "ans"], str], ...] = (
        ("rfc", thumbprint(certificate)),
        ("ans", hexadecimal_thumbprint(certificate)),
    )
    return next(
        (form for form, value in forms if hmac.compare_digest(value, shown.encode("ascii", "replace").decode())), None
    )


def exchanged_token(
    subject: dict[str, Any],
    *,
    issuer: str,
    audience: str,
    client_id: str,
    scope: str,
    now: int,
    lifetime_s: int,
    jti: str,
    thumbprint: str,
) -> dict[str, Any]:
    """Claims of the API token that a PSC access token (its claims) is exchanged for, bound to a certificate
    (RFC 8693, RFC 8705 §3.1).
    """
    kept = ("sub", "preferred_username", "session_state", "sid", "acr", "auth_time")
    return {name: subject[name] for name in kept if name in subject} | {
        "SubjectNameID": subject["preferred_username"],
        "iss": issuer,
        "aud": audience,
        "azp": client_id,
        "typ": "Bearer",
        "iat": now,
        "exp": now + lifetime_s,
        "jti": jti,
        "scope": scope,
        "cnf": {"x5t#S256": thumbprint},
    }


def _common(sign_in: SignIn, now: int, lifetime_s: int, jti: str) -> dict[str, Any]:
    return {
        "exp": now + lifetime_s,
        "iat": now,
        "jti": jti,
        "iss": sign_in.issuer,
        "sub": sign_in.identity.sub,
        "azp": sign_in.client_id,
        "nonce": sign_in.nonce,
        "session_state": sign_in.session_state,
        "sid": sign_in.session_state,
    }


def _other_ids(idnat: str) -> list[dict[str, Any]]:
    """Registry of origin, told by the prefix where a source shows it: RPPS, or the test identities of EDIT."""
    origin = "RPPS" if idnat.startswith("8") else "EDIT" if idnat.startswith("ANS") else None
    return [{"identifiant": idnat, "origine": origin, "qualite": 1}] if origin else []


def _present(claims: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in claims.items() if value is not None}


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
