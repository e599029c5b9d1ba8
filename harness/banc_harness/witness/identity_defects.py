"""What the witness can be told to do wrong with identities and INSi, beside the rest (``defects``)."""

from __future__ import annotations

from typing import Final

#: Name of each defect, and what the software then does, in French and in English.
IDENTITY_DEFECTS: Final[dict[str, tuple[str, str]]] = {
    "first-given-only": (
        "n'envoie à INSi que le premier prénom",
        "sends INSi the first given name only",
    ),
    "all-givens-at-once": (
        "envoie à INSi tous les prénoms d'un coup",
        "sends INSi all the given names at once",
    ),
    "no-place-to-insi": (
        "n'ajoute pas le lieu de naissance quand INSi trouve plusieurs personnes",
        "does not add the place of birth when INSi finds several people",
    ),
    "flattens-names": (
        "retire traits d'union et apostrophes du nom envoyé à INSi",
        "drops hyphens and apostrophes from the name sent to INSi",
    ),
    "insists-on-faults": (
        "répète la même recherche après une erreur d'INSi",
        "repeats the same search after a fault of INSi",
    ),
    "searches-twice": (
        "envoie deux fois de suite la même recherche à INSi",
        "sends INSi the same search twice in a row",
    ),
    "silent-on-faults": (
        "ne dit rien à l'utilisateur quand INSi répond une erreur",
        "tells the user nothing when INSi answers a fault",
    ),
    "loses-papers-on-faults": (
        "oublie la pièce vérifiée quand INSi répond une erreur",
        "forgets the papers that were checked when INSi answers a fault",
    ),
    "qualifies-without-papers": (
        "qualifie une identité sans pièce d'identité, sur la foi d'INSi",
        "qualifies an identity without papers, on INSi's word",
    ),
    "always-nir": (
        "range tout matricule sous l'OID du NIR",
        "keeps every matricule under the OID of the NIR",
    ),
    "drops-history": (
        "ne garde pas les INS historiques",
        "does not keep the historical INS",
    ),
    "keeps-local-traits": (
        "garde les traits saisis au lieu de ceux d'INSi",
        "keeps the traits that were typed instead of INSi's",
    ),
    "imports-the-incomplete": (
        "reprend une identité d'INSi dont la date porte 00 ou dont un trait est vide",
        "imports an INSi identity whose date holds 00 or with an empty trait",
    ),
    "calls-for-doubtful": (
        "appelle INSi pour une identité douteuse ou fictive",
        "calls INSi for a doubtful or fictitious identity",
    ),
    "keeps-status-after-edit": (
        "garde le statut d'une identité dont un trait strict a changé",
        "keeps the status of an identity of which a strict trait changed",
    ),
    "ignores-failed-verification": (
        "garde qualifiée une identité qu'INSi ne confirme pas",
        "keeps an identity qualified that INSi does not confirm",
    ),
    "scans-anything": (
        "reprend l'identité d'un symbole qui n'est pas un datamatrix INS bien formé",
        "imports the identity of a symbol that is no well-formed datamatrix INS",
    ),
    "scans-one-given-name": (
        "ne reprend que le premier prénom du datamatrix",
        "imports the first given name of the datamatrix only",
    ),
    "qualifies-by-scan": (
        "tient pour qualifiée l'identité lue sur un datamatrix",
        "takes the identity read from a datamatrix for qualified",
    ),
    "keeps-ins-after-failure": (
        "garde le matricule d'une identité qu'INSi ne confirme pas",
        "keeps the matricule of an identity that INSi does not confirm",
    ),
    "tells-no-partner": (
        "n'avertit pas qui a reçu une identité qui n'est plus qualifiée",
        "does not tell whoever received an identity that is no longer qualified",
    ),
    "trusts-received-ins": (
        "tient pour qualifiée une identité reçue avec un INS, sans interroger INSi",
        "takes an identity that came with an INS for qualified, without asking INSi",
    ),
    "qualifies-on-verification": (
        "qualifie une identité venue d'ailleurs parce qu'INSi en confirme l'INS",
        "qualifies an identity from elsewhere because INSi confirms its INS",
    ),
    "keeps-unconfirmed-ins": (
        "garde l'INS reçu qu'INSi ne confirme pas",
        "keeps the received INS that INSi does not confirm",
    ),
    "denies-known-identity": (
        "retire l'INS d'une identité connue parce qu'un tiers en a envoyé un autre",
        "takes the INS of a known identity away because a third party sent another one",
    ),
    "files-the-unconfirmed": (
        "range un document dont INSi ne confirme pas l'INS",
        "files a document of which INSi does not confirm the INS",
    ),
    "search-minds-accents": (
        "ne retrouve un dossier que si accents, casse et apostrophes sont les mêmes",
        "finds a record only when accents, case and apostrophes are the same",
    ),
    "no-search-by-ins": (
        "ne sait pas retrouver un dossier par le matricule INS",
        "cannot find a record by the matricule INS",
    ),
    "says-nothing-of-doubles": (
        "ne dit pas qu'un dossier existe déjà, à la création ni quand INSi rend le même INS",
        "does not say that a record exists already, neither when creating nor when INSi returns the same INS",
    ),
    "verifies-by-searching": (
        "relance une recherche INSi pour toute sa base à chaque vérification",
        "searches INSi again for everybody whom it knows at each verification",
    ),
}
