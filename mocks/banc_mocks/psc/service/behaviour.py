"""The switches of the provider: lifetimes, and what rests on an uncertain fact. Defaults are those of the documents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from banc_mocks.sandbox.switches import Switch, Value
from banc_standards.errors import Sentence
from banc_standards.psc import build, names
from banc_standards.psc.build import AccessClaims, Means

_SERVICE = "psc"

_ACCESS = Switch(
    "psc.access_token_s",
    _SERVICE,
    Sentence("Vie du jeton d'accès et de l'ID token, en secondes.", "Life of access and ID tokens, in seconds."),
    names.ACCESS_TOKEN_S,
)
_REFRESH = Switch(
    "psc.refresh_token_s",
    _SERVICE,
    Sentence("Vie du refresh token, en secondes d'inactivité.", "Life of the refresh token, in idle seconds."),
    names.REFRESH_TOKEN_S,
)
_CODE = Switch(
    "psc.code_s",
    _SERVICE,
    Sentence("Vie du code d'autorisation, en secondes (non documentée).", "Life of a code, in seconds (undocumented)."),
    names.CODE_S,
)
_SSO_MAX = Switch(
    "psc.sso_max_s",
    _SERVICE,
    Sentence("Durée maximale de la session SSO, en secondes.", "Longest SSO session, in seconds."),
    names.SSO_MAX_S,
)
_SSO_IDLE = Switch(
    "psc.sso_idle_s",
    _SERVICE,
    Sentence("Inactivité qui ferme la session SSO, en secondes.", "Idle time that ends the SSO session, in seconds."),
    names.SSO_IDLE_S,
)
_ROTATION = Switch(
    "psc.refresh_rotation",
    _SERVICE,
    Sentence(
        "overlap : l'ancien refresh token sert jusqu'à son expiration ; single_use : il ne sert qu'une fois, un second "
        "emploi révoque aussi ceux qui l'ont suivi.",
        "overlap: the former refresh token works until it expires; single_use: it works once, a second use revokes "
        "those that followed it too.",
    ),
    "overlap",
    ("overlap", "single_use"),
)
_ACR = Switch(
    "psc.acr",
    _SERVICE,
    Sentence(
        "acr des jetons. means : eidas1 pour MOBILE, eidas2 pour CARD ; omit : absent.",
        "acr of tokens. means: eidas1 for MOBILE, eidas2 for CARD; omit: absent.",
    ),
    "means",
    ("means", "eidas1", "eidas2", "eidas3", "omit"),
)
_AUTH_MODE = Switch(
    "psc.auth_mode",
    _SERVICE,
    Sentence("Émet authMode et auth_level.", "Emits authMode and auth_level."),
    True,
)
_AMR = Switch(
    "psc.amr",
    _SERVICE,
    Sentence("Émet amr selon le moyen d'identification.", "Emits amr according to the means of identification."),
    False,
)

_ACCESS_AUDIENCE = Switch(
    "psc.access_token_aud",
    _SERVICE,
    Sentence(
        "aud du jeton d'accès. omit : absent ; account : celui que le logiciel de PSC écrit d'ordinaire.",
        "aud of the access token. omit: absent; account: what PSC's software ordinarily writes.",
    ),
    "omit",
    ("omit", "account"),
)
_ACCESS_IDENTITY = Switch(
    "psc.access_token_identity",
    _SERVICE,
    Sentence("Écrit SubjectNameID dans le jeton d'accès.", "Writes SubjectNameID in the access token."),
    True,
)
_ACCESS_BINDING = Switch(
    "psc.access_token_cnf",
    _SERVICE,
    Sentence(
        "Lie le jeton d'accès au certificat du client (cnf), en TLS mutuel.",
        "Binds the access token to the client's certificate (cnf), in mutual TLS.",
    ),
    True,
)
_BOUND_USE = Switch(
    "psc.access_token_use",
    _SERVICE,
    Sentence(
        "Jeton d'accès lié, montré à userinfo sans son certificat. inform : constat ; refuse : 401 (RFC 8705).",
        "Bound access token, shown to userinfo without its certificate. inform: a finding; refuse: 401 (RFC 8705).",
    ),
    "inform",
    ("inform", "refuse"),
)
_USERINFO_FINESS = Switch(
    "psc.userinfo_finess",
    _SERVICE,
    Sentence(
        "FINESS de userinfo. digits : neuf chiffres ; letter : avec une lettre, comme au bac à sable réel (0B0…).",
        "FINESS in userinfo. digits: nine digits; letter: with a letter, as in the real test environment (0B0…).",
    ),
    "digits",
    ("digits", "letter"),
)
_USERINFO_FORM = Switch(
    "psc.userinfo_form",
    _SERVICE,
    Sentence(
        "Forme de userinfo. 2023 : actuelle ; 2021 : codeCivilite dans SubjectRefPro, otherIDs, email_verified.",
        "Form of userinfo. 2023: current; 2021: codeCivilite in SubjectRefPro, otherIDs, email_verified.",
    ),
    "2023",
    ("2023", "2021"),
)

_TIMEOUT = Switch(
    "psc.timeout_answer",
    _SERVICE,
    Sentence(
        "Une personne qui ne répond pas à temps : page, un message et un nouvel essai ; callback, access_denied.",
        "A person who does not answer in time: page, a message and another try; callback, access_denied.",
    ),
    "page",
    ("page", "callback"),
)

_CIBA_LIFE = Switch(
    "psc.ciba_s",
    _SERVICE,
    Sentence("Vie d'une demande CIBA, en secondes.", "Life of a CIBA request, in seconds."),
    names.CIBA_S,
)
_CIBA_INTERVAL = Switch(
    "psc.ciba_interval_s",
    _SERVICE,
    Sentence("Secondes entre deux interrogations CIBA.", "Seconds between two CIBA polls."),
    names.CIBA_INTERVAL_S,
)
_CIBA_POLLS = Switch(
    "psc.ciba_polls",
    _SERVICE,
    Sentence(
        "Interrogations CIBA qui attendent avant que la réponse sans écran (…/login) ne compte.",
        "CIBA polls that wait before the answer without a screen (…/login) counts.",
    ),
    0,
)
_CIBA_CHANNEL = Switch(
    "psc.ciba_channel",
    _SERVICE,
    Sentence("Moyen d'une demande CIBA sans channel.", "Means of a CIBA request without channel."),
    "MOBILE",
    ("MOBILE", "CARD"),
)
_CIBA_UNKNOWN = Switch(
    "psc.ciba_unknown_user",
    _SERVICE,
    Sentence("Erreur d'un login_hint inconnu.", "Error of an unknown login_hint."),
    "unknown_user_id",
    ("unknown_user_id", "invalid_request"),
)
_CIBA_REFUSED = Switch(
    "psc.ciba_refusal_status",
    _SERVICE,
    Sentence("Statut HTTP d'un refus de la personne en CIBA.", "HTTP status of the person's refusal in CIBA."),
    400,
    (400, 403),
)
_KEY = Switch(
    "psc.key",
    _SERVICE,
    Sentence(
        "Rang de la clé qui signe ; le JWKS publie celles de rang 0 à celui-ci (rotation).",
        "Rank of the signing key; the JWKS publishes those of rank 0 to this one (rotation).",
    ),
    0,
    (0, 1, 2, 3),
)
_USERINFO_SIGNED = Switch(
    "psc.userinfo_signed",
    _SERVICE,
    Sentence("userinfo répond par un JWT signé (application/jwt).", "userinfo answers a signed JWT (application/jwt)."),
    False,
)

_EXCHANGE_LIFE = Switch(
    "psc.exchange_s",
    _SERVICE,
    Sentence("Vie d'un jeton d'API échangé, en secondes.", "Life of an exchanged API token, in seconds."),
    names.EXCHANGE_S,
)
_EXCHANGE_BINDING = Switch(
    "psc.exchange_cnf",
    _SERVICE,
    Sentence(
        "Écriture de cnf dans un jeton d'API. rfc : RFC 8705 ; ans : base64 du texte hexadécimal.",
        "Writing of cnf in an API token. rfc: RFC 8705; ans: base64 of the hexadecimal text.",
    ),
    "rfc",
    ("rfc", "ans"),
)

SWITCHES: tuple[Switch, ...] = (
    _ACCESS,
    _REFRESH,
    _CODE,
    _SSO_MAX,
    _SSO_IDLE,
    _ROTATION,
    _ACR,
    _AUTH_MODE,
    _AMR,
    _ACCESS_AUDIENCE,
    _ACCESS_IDENTITY,
    _ACCESS_BINDING,
    _BOUND_USE,
    _KEY,
    _USERINFO_SIGNED,
    _USERINFO_FORM,
    _USERINFO_FINESS,
    _TIMEOUT,
    _CIBA_LIFE,
    _CIBA_INTERVAL,
    _CIBA_POLLS,
    _CIBA_CHANNEL,
    _CIBA_UNKNOWN,
    _CIBA_REFUSED,
    _EXCHANGE_LIFE,
    _EXCHANGE_BINDING,
)

PAGE_S = 1800
"""How long the wallet page may wait for its user, in seconds."""

_AMR_OF: dict[Means, tuple[str, ...]] = {"CARD": ("sc", "pin", "mfa", "hwk"), "MOBILE": ("swk", "mfa")}


@dataclass(frozen=True, slots=True)
class CibaBehaviour:
    """The switches of CIBA; durations in seconds."""

    life_s: int
    interval_s: int
    polls: int
    channel: Means
    unknown_user: str
    refusal_status: int


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The values of the switches in one session; durations in seconds."""

    access_token_s: int
    refresh_token_s: int
    code_s: int
    sso_max_s: int
    sso_idle_s: int
    single_use_refresh: bool
    acr: str
    auth_mode: bool
    amr: bool
    access: AccessClaims
    binds_access: bool
    refuses_unbound: bool
    key: int
    userinfo_signed: bool
    userinfo_of_2021: bool
    userinfo_letters: bool
    timeout_returns: bool
    ciba: CibaBehaviour
    exchange_s: int
    hexadecimal_cnf: bool

    @classmethod
    def of(cls, switch: Callable[[str], Value]) -> Behaviour:
        """Reads the switches of a session."""
        return cls(
            access_token_s=int(switch(_ACCESS.name)),
            refresh_token_s=int(switch(_REFRESH.name)),
            code_s=int(switch(_CODE.name)),
            sso_max_s=int(switch(_SSO_MAX.name)),
            sso_idle_s=int(switch(_SSO_IDLE.name)),
            single_use_refresh=switch(_ROTATION.name) == "single_use",
            acr=str(switch(_ACR.name)),
            auth_mode=bool(switch(_AUTH_MODE.name)),
            amr=bool(switch(_AMR.name)),
            access=AccessClaims(
                audience="account" if switch(_ACCESS_AUDIENCE.name) == "account" else None,
                identity=bool(switch(_ACCESS_IDENTITY.name)),
            ),
            binds_access=bool(switch(_ACCESS_BINDING.name)),
            refuses_unbound=switch(_BOUND_USE.name) == "refuse",
            key=int(switch(_KEY.name)),
            userinfo_signed=bool(switch(_USERINFO_SIGNED.name)),
            userinfo_of_2021=switch(_USERINFO_FORM.name) == "2021",
            userinfo_letters=switch(_USERINFO_FINESS.name) == "letter",
            timeout_returns=switch(_TIMEOUT.name) == "callback",
            ciba=CibaBehaviour(
                life_s=int(switch(_CIBA_LIFE.name)),
                interval_s=int(switch(_CIBA_INTERVAL.name)),
                polls=int(switch(_CIBA_POLLS.name)),
                channel="CARD" if switch(_CIBA_CHANNEL.name) == "CARD" else "MOBILE",
                unknown_user=str(switch(_CIBA_UNKNOWN.name)),
                refusal_status=int(switch(_CIBA_REFUSED.name)),
            ),
            exchange_s=int(switch(_EXCHANGE_LIFE.name)),
            hexadecimal_cnf=switch(_EXCHANGE_BINDING.name) == "ans",
        )

    def acr_of(self, means: Means) -> str | None:
        """The ``acr`` of a token, None to leave it out."""
        if self.acr == "omit":
            return None
        return build.acr_of(means) if self.acr == "means" else self.acr

    def mode_of(self, means: Means) -> str | None:
        """``authMode``, None to leave it out."""
        return means if self.auth_mode else None

    def amr_of(self, means: Means) -> tuple[str, ...] | None:
        """``amr``, None to leave it out."""
        return _AMR_OF[means] if self.amr else None
