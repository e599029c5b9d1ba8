"""What the witness can be told to do wrong. Each defect changes what crosses the wire, and a check notices it."""

from __future__ import annotations

from typing import Final

from banc_harness.witness.sign_in_defects import SIGN_IN_DEFECTS

#: Name of each defect, and what the software then does, in French and in English.
DEFECTS: Final[dict[str, tuple[str, str]]] = {
    "no-acr": (
        "n'envoie pas acr_values à Pro Santé Connect",
        "sends no acr_values to Pro Santé Connect",
    ),
    "no-nonce": (
        "n'envoie pas de nonce à Pro Santé Connect",
        "sends no nonce to Pro Santé Connect",
    ),
    "short-state": (
        "envoie toujours le même state court",
        "always sends the same short state",
    ),
    "state-unchecked": (
        "accepte un retour dont le state n'est pas le sien",
        "accepts a callback whose state is not its own",
    ),
    "nonce-unchecked": (
        "accepte un jeton d'identité dont le nonce n'est pas le sien",
        "accepts an ID token whose nonce is not its own",
    ),
    "raw-realm": (
        "ouvre l'adresse du realm brut au lieu du wallet",
        "opens the raw realm instead of the wallet",
    ),
    "token-from-page": (
        "demande les jetons depuis la page (en-tête Origin)",
        "asks for tokens from the page (Origin header)",
    ),
    "never-refreshes": (
        "rouvre une connexion au lieu de rafraîchir le jeton",
        "opens a new sign-in instead of refreshing the token",
    ),
    "refresh-loop": (
        "insiste après un rafraîchissement refusé",
        "keeps refreshing after a refusal",
    ),
    "raw-traits": (
        "envoie à INSi les traits en minuscules, accents compris",
        "sends INSi traits in lower case, accents included",
    ),
    "unqualified-ins": (
        "envoie le matricule d'une identité qui n'est pas qualifiée",
        "sends the matricule of an identity that is not qualified",
    ),
    "production-oid": (
        "range l'INS de test sous l'OID de production",
        "puts the test INS under the production OID",
    ),
    "no-birth-place": (
        "oublie le lieu de naissance dans le CDA",
        "leaves the birth place out of the CDA",
    ),
    "obsolete-ins": (
        "range l'INS du CDA sous l'OID périmé de l'INS-C",
        "puts the INS of the CDA under the obsolete OID of the INS-C",
    ),
    "text-body": (
        "annonce un texte au lieu du PDF du document de niveau 1",
        "announces a text instead of the PDF of the level 1 document",
    ),
    "claims-sent": (
        "dit avoir envoyé la lettre, et n'envoie rien",
        "says that the letter was sent, and sends nothing",
    ),
    "wrong-hash": (
        "annonce une empreinte qui n'est pas celle du document",
        "declares a hash that is not the document's",
    ),
    "blind-feeding": (
        "dépose sans tester l'existence du DMP (TD0.2)",
        "files without testing that the DMP exists (TD0.2)",
    ),
    "ignores-opposition": (
        "dépose au DMP malgré l'opposition du patient",
        "files in the DMP although the patient objects",
    ),
    "plain-subject": (
        "oublie le marqueur XDM/1.0/DDM+ dans l'objet du message",
        "leaves the marker XDM/1.0/DDM+ out of the subject of the mail",
    ),
    "no-nil": (
        "oublie l'en-tête X-MSS-NIL",
        "leaves out the header X-MSS-NIL",
    ),
    "no-mention": (
        "remplace une lettre sans dire qu'elle annule la précédente",
        "replaces a letter without saying that it cancels the former one",
    ),
    "no-read-receipt": (
        "ne demande pas d'accusé de lecture (MDN)",
        "asks for no read receipt (MDN)",
    ),
    "open-ended": (
        "oublie X-MSS-MES: FIN vers le patient",
        "leaves out X-MSS-MES: FIN towards the patient",
    ),
    "no-pdf": (
        "n'ajoute pas la copie PDF au message",
        "adds no PDF copy to the mail",
    ),
    "two-patients": (
        "joint la lettre d'un second patient au message",
        "attaches the letter of a second patient to the mail",
    ),
    "wrong-xdm-hash": (
        "annonce dans l'archive XDM une empreinte fausse",
        "declares a wrong hash in the XDM archive",
    ),
    "clear-text": (
        "commence son message avant STARTTLS",
        "begins its mail before STARTTLS",
    ),
    "ignores-mail-refusal": (
        "écrit au patient malgré son refus de la messagerie citoyenne",
        "writes to the patient although citizen mail was refused",
    ),
    "new-mail-on-retry": (
        "change le Message-ID à chaque nouvel essai",
        "changes the Message-ID at each new attempt",
    ),
    "mail-storm": (
        "insiste huit fois après un refus de l'opérateur",
        "insists eight times after a refusal of the operator",
    ),
    "self-authorisation": (
        "s'ajoute une autorisation d'accès (TD0.3) avant de déposer",
        "adds itself an access authorisation (TD0.3) before filing",
    ),
    "generic-user": (
        "désigne un utilisateur générique dans le VIHF",
        "names a generic user in the VIHF",
    ),
    "no-speciality": (
        "oublie le savoir-faire du médecin dans le VIHF",
        "leaves the doctor's speciality out of the VIHF",
    ),
    "wrong-seal": (
        "signe le VIHF avec le certificat d'authentification",
        "signs the VIHF with the authentication certificate",
    ),
    "other-software": (
        "se présente sous un autre nom que celui déclaré",
        "presents itself under another name than the declared one",
    ),
    "new-id-on-retry": (
        "change l'identifiant du document à chaque nouvel essai",
        "changes the document's id at each new attempt",
    ),
    "replaces-nothing": (
        "dépose la nouvelle version sans l'association RPLC",
        "files the new version without the RPLC association",
    ),
    "deletes-by-unique-id": (
        "demande la suppression par l'uniqueId au lieu de l'entryUUID",
        "asks for the deletion by uniqueId instead of entryUUID",
    ),
    "no-symbol": (
        "imprime un document sans le datamatrix INS",
        "prints a document without the datamatrix INS",
    ),
    "symbol-of-another": (
        "imprime le datamatrix INS d'un autre patient",
        "prints the datamatrix INS of another patient",
    ),
    "nameless-print": (
        "imprime un document sans le matricule INS en clair",
        "prints a document without the readable matricule INS",
    ),
} | SIGN_IN_DEFECTS
