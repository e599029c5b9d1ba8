"""What the witness can be told to do wrong with Pro Santé Connect, beside what ``defects`` lists."""

from __future__ import annotations

from typing import Final

#: Name of each defect, and what the software then does, in French and in English.
SIGN_IN_DEFECTS: Final[dict[str, tuple[str, str]]] = {
    "raw-discovery": (
        "lit la découverte du royaume brut",
        "reads the raw realm's discovery document",
    ),
    "signature-unchecked": (
        "croit un jeton d'identité sans vérifier sa signature",
        "believes an ID token without verifying its signature",
    ),
    "claims-unchecked": (
        "croit un jeton d'identité sans regarder de qui, pour qui et de quand il est",
        "believes an ID token without looking at who issued it, for whom and when",
    ),
    "issuer-unchecked": (
        "échange un code qui vient d'un autre émetteur",
        "redeems a code that comes from another issuer",
    ),
    "token-in-form": (
        "envoie le jeton d'accès dans un formulaire",
        "sends the access token in a form",
    ),
    "sub-unchecked": (
        "ne compare pas le sub de userinfo à celui du jeton",
        "does not compare the sub of userinfo with the token's",
    ),
    "keys-forever": (
        "ne relit jamais les clés de Pro Santé Connect",
        "never reads the keys of Pro Santé Connect again",
    ),
    "strict-acr": (
        "refuse un niveau eidas2 dans le jeton",
        "refuses a level of eidas2 in the token",
    ),
    "secret-in-front": (
        "fait passer son secret par le navigateur",
        "lets its secret travel through the browser",
    ),
    "redeems-twice": (
        "échange deux fois le même code",
        "redeems the same code twice",
    ),
    "rpps-only": (
        "refuse un identifiant national qui n'est pas un RPPS",
        "refuses a national identifier that is not an RPPS",
    ),
    "single-activity": (
        "refuse une personne qui a plusieurs situations d'exercice",
        "refuses a person with several places of work",
    ),
    "needs-exercice": (
        "échoue devant une personne sans exercice",
        "fails before a person without any exercice",
    ),
    "refresh-storm": (
        "rafraîchit en rafale",
        "refreshes in a burst",
    ),
    "local-logout": (
        "se déconnecte sans fermer la session Pro Santé Connect",
        "signs out without closing the session of Pro Santé Connect",
    ),
    "logout-keeps-tokens": (
        "garde sa session et ses jetons après une déconnexion",
        "keeps its session and its tokens after a sign-out",
    ),
    "idle-logout-closes-psc": (
        "ferme la session Pro Santé Connect à une déconnexion automatique",
        "closes the session of Pro Santé Connect at an automatic sign-out",
    ),
    "idle-session-kept": (
        "garde sa session après une demi-heure sans activité",
        "keeps its session after half an hour without activity",
    ),
    "endless-session": (
        "garde sa session au-delà de quatre heures",
        "keeps its session beyond four hours",
    ),
    "error-ignored": (
        "demande des jetons malgré une erreur dans le retour",
        "asks for tokens although the callback carries an error",
    ),
    "logs-tokens": (
        "montre un jeton à l'utilisateur",
        "shows a token to its user",
    ),
    "opens-without-psc": (
        "ouvre une session quand Pro Santé Connect ne répond pas",
        "opens a session when Pro Santé Connect does not answer",
    ),
    "waits-for-ever": (
        "attend sans limite quand Pro Santé Connect se tait",
        "waits without a limit when Pro Santé Connect keeps silent",
    ),
    "silent-outage": (
        "ne dit rien à l'utilisateur quand Pro Santé Connect ne répond pas",
        "tells its user nothing when Pro Santé Connect does not answer",
    ),
    "fixed-binding": (
        "affiche toujours le même nombre à comparer",
        "always shows the same number to compare",
    ),
    "number-unshown": (
        "n'affiche pas le nombre à comparer",
        "does not show the number to compare",
    ),
    "polls-too-fast": (
        "interroge sans attendre l'intervalle demandé",
        "polls without waiting for the interval asked for",
    ),
    "polls-after-the-end": (
        "interroge encore après un refus",
        "keeps polling after a refusal",
    ),
    "workstation-calls": (
        "appelle Pro Santé Connect depuis le poste de travail",
        "calls Pro Santé Connect from the workstation",
    ),
    "exchanges-twice": (
        "échange deux fois le même jeton Pro Santé Connect",
        "exchanges the same Pro Santé Connect token twice",
    ),
    "exchanges-id-token": (
        "échange le jeton d'identité au lieu du jeton d'accès",
        "exchanges the ID token instead of the access token",
    ),
    "calls-without-certificate": (
        "appelle l'API sans le certificat auquel son jeton est lié",
        "calls the API without the certificate that its token is bound to",
    ),
    "mixes-users": (
        "échange le jeton d'un autre utilisateur",
        "exchanges another user's token",
    ),
    "tls-unverified": (
        "ne vérifie pas le certificat de Pro Santé Connect",
        "does not verify the certificate of Pro Santé Connect",
    ),
}
