"""Rules over codes and tokens, judged where the provider's memory is: what it knows of them decides."""

from __future__ import annotations

from banc_standards.errors import Sentence
from banc_standards.rules import Rule, holds

BAD_CODE = Rule(
    id="PSC-TOK-013",
    text=Sentence(
        "Le code est connu, n'est pas expiré, et a été émis pour ce client.",
        "The code is known, has not expired, and was issued to this client.",
    ),
    clause="RFC 6749 §5.2",
    fix=Sentence(
        "Échangez le code dès le retour, une fois, avec le client qui l'a demandé.",
        "Redeem the code right after the callback, once, with the client that asked for it.",
    ),
    check=holds,
    code="invalid_grant",
    always=True,
)

USED_CODE = Rule(
    id="PSC-TOK-014",
    text=Sentence(
        "Un code ne sert qu'une fois : à la seconde, les jetons qui en sont issus sont révoqués.",
        "A code is used once: the second time, the tokens issued from it are revoked.",
    ),
    clause="RFC 6749 §4.1.2",
    fix=Sentence(
        "N'échangez un code qu'une fois ; ne rejouez pas le retour au rechargement de la page.",
        "Redeem a code once; do not replay the callback when the page reloads.",
    ),
    check=holds,
    code="invalid_grant",
    always=True,
)

OTHER_REDIRECT = Rule(
    id="PSC-TOK-015",
    text=Sentence(
        "redirect_uri est celle de la demande d'autorisation.", "redirect_uri is the one of the authorization request."
    ),
    clause="RFC 6749 §4.1.3",
    fix=Sentence("Envoyez la même adresse dans les deux appels.", "Send the same address in both calls."),
    check=holds,
    code="invalid_grant",
    always=True,
)

BAD_VERIFIER = Rule(
    id="PSC-TOK-016",
    text=Sentence("code_verifier correspond au code_challenge.", "code_verifier matches the code_challenge."),
    clause="RFC 7636 §4.6",
    fix=Sentence(
        "Gardez le code_verifier avec le state et envoyez-le tel quel.",
        "Keep the code_verifier with the state and send it unchanged.",
    ),
    check=holds,
    code="invalid_grant",
    always=True,
)

BAD_REFRESH = Rule(
    id="PSC-TOK-017",
    text=Sentence(
        "Le refresh token est utilisable : connu, ni expiré ni remplacé, et sa session est ouverte.",
        "The refresh token can be used: known, neither expired nor replaced, and its session is open.",
    ),
    clause="RFC 6749 §5.2, §6",
    fix=Sentence(
        "Relancez une demande d'autorisation, une fois, sans boucle.",
        "Start a new authorization request, once, without a loop.",
    ),
    check=holds,
    code="invalid_grant",
    always=True,
)

DOWNGRADED = Rule(
    id="PSC-TOK-018",
    text=Sentence(
        "Un code_verifier répond à un code_challenge de la demande : sans lui, la demande a été affaiblie en route.",
        "A code_verifier answers a code_challenge of the request: without one, the request was weakened on its way.",
    ),
    clause="RFC 9700 §2.1.1, §4.8.2",
    fix=Sentence(
        "Envoyez code_challenge dans la demande, et code_verifier avec le code de cette demande seulement.",
        "Send code_challenge in the request, and code_verifier with the code of that request only.",
    ),
    check=holds,
    code="invalid_grant",
)

WIDER_SCOPE = Rule(
    id="PSC-TOK-020",
    text=Sentence(
        "Un rafraîchissement ne demande pas plus de scopes que la connexion n'en a obtenu.",
        "A refresh does not ask for more scopes than the sign-in was given.",
    ),
    clause="RFC 6749 §6",
    fix=Sentence("Retirez scope du rafraîchissement.", "Remove scope from the refresh."),
    check=holds,
    certainty="deduced",
    code="invalid_scope",
    always=True,
)

ANOTHERS_TOKEN = Rule(
    id="PSC-TOK-021",
    text=Sentence("Un client ne révoque que ses propres jetons.", "A client revokes its own tokens only."),
    clause="RFC 7009 §2.1",
    fix=Sentence(
        "Révoquez le jeton avec le client qui l'a reçu.", "Revoke the token with the client that received it."
    ),
    check=holds,
    certainty="deduced",
    code="invalid_grant",
    always=True,
)

INACTIVE = Rule(
    id="PSC-TOK-023",
    text=Sentence(
        "Le jeton introspecté ou révoqué est connu ici, en vie, et sa session est ouverte.",
        "The token introspected or revoked is known here, alive, and its session is open.",
    ),
    clause="RFC 7662 §2.2 ; RFC 7009 §2.2",
    fix=Sentence(
        "Rien à faire s'il devait être mort ; sinon, rafraîchissez-le avant de le présenter.",
        "Nothing to do when it should be dead; otherwise refresh it before showing it.",
    ),
    check=holds,
    severity="info",
)

BAD_BEARER = Rule(
    id="PSC-UIN-001",
    text=Sentence(
        "Le jeton d'accès est présent, bien formé, ni expiré ni révoqué.",
        "The access token is present, well formed, neither expired nor revoked.",
    ),
    clause="RFC 6750 §3.1 ; OpenID Connect Core 1.0 §5.3.3",
    fix=Sentence(
        "Rafraîchissez le jeton : il ne vit que deux minutes.", "Refresh the token: it lives two minutes only."
    ),
    check=holds,
    code="invalid_token",
    always=True,
)

OTHER_CERTIFICATE = Rule(
    id="PSC-UIN-002",
    text=Sentence(
        "Un jeton lié à un certificat est présenté avec ce certificat.",
        "A token bound to a certificate is shown with that certificate.",
    ),
    clause="RFC 8705 §3 ; tls_client_certificate_bound_access_tokens",
    fix=Sentence(
        "Présentez le même certificat à userinfo qu'au point d'accès token.",
        "Show userinfo the same certificate as the token endpoint.",
    ),
    check=holds,
    severity="info",
    certainty="uncertain",
    code="invalid_token",
)

RULES: tuple[Rule, ...] = (
    BAD_CODE,
    USED_CODE,
    OTHER_REDIRECT,
    BAD_VERIFIER,
    BAD_REFRESH,
    DOWNGRADED,
    WIDER_SCOPE,
    ANOTHERS_TOKEN,
    INACTIVE,
    BAD_BEARER,
    OTHER_CERTIFICATE,
)
