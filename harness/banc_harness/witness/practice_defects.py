"""What the witness of the practice can be told to do wrong, beside what any witness can (``defects``)."""

from __future__ import annotations

from typing import Final

#: Name of each defect, and what the software then does, in French and in English.
PRACTICE_DEFECTS: Final[dict[str, tuple[str, str]]] = {
    "drops-an-allergy": (
        "oublie la dernière allergie du dossier dans la synthèse",
        "leaves the last allergy of the chart out of the summary",
    ),
    "keeps-old-treatment": (
        "garde un traitement arrêté parmi les traitements en cours",
        "keeps a stopped treatment among the current ones",
    ),
    "past-as-active": (
        "dit en cours une maladie passée",
        "tells a past disease as a present one",
    ),
    "another-chart": (
        "écrit la synthèse d'un patient avec le dossier du précédent",
        "writes a patient's summary from the chart of the one before",
    ),
    "another-ins": (
        "dépose la synthèse d'un patient sous l'INS du précédent",
        "files a patient's summary under the INS of the one before",
    ),
    "summary-as-pdf": (
        "dépose la synthèse en PDF (N1) au lieu du VSM structuré (N3)",
        "files the summary as a PDF (N1) instead of the structured VSM (N3)",
    ),
    "wrong-speciality": (
        "donne à l'auteur de la synthèse une autre spécialité que la sienne",
        "gives the author of the summary another speciality than his own",
    ),
    "unnamed-treating-doctor": (
        "ne nomme pas le médecin traitant dans la synthèse",
        "does not name the treating doctor in the summary",
    ),
    "wrong-setting": (
        "dit que le patient a été vu dans un établissement",
        "says that the patient was seen in a hospital",
    ),
    "reuses-old-id": (
        "garde l'identifiant de l'ancienne synthèse pour la nouvelle",
        "keeps the id of the former summary for the new one",
    ),
    "associates-unique-id": (
        "remplace par l'uniqueId au lieu de l'entryUUID",
        "replaces by uniqueId instead of entryUUID",
    ),
    "keeps-former": (
        "dépose une synthèse de plus et laisse l'ancienne active",
        "files one more summary and leaves the former one active",
    ),
    "replaces-the-replaced": (
        "remplace une synthèse qui l'était déjà",
        "replaces a summary that was replaced already",
    ),
    "new-id-on-retry": (
        "donne un nouvel identifiant à une mise à jour qu'il renvoie",
        "gives an update that it sends again a new id",
    ),
    "local-times": (
        "met l'heure locale dans les métadonnées, qui sont en UTC",
        "puts local time into the metadata, which are in UTC",
    ),
    "ignores-visibility": (
        "oublie le masquage demandé par l'utilisateur",
        "leaves out the masking that the user asked for",
    ),
    "feeds-held-back": (
        "dépose au DMP une synthèse que le médecin a retenue",
        "files in the DMP a summary that the doctor held back",
    ),
    "news-by-creation": (
        "cherche le nouveau d'après la date des documents, pas celle de leur dépôt",
        "looks for what is new by the date of documents, not that of their filing",
    ),
    "own-as-news": (
        "montre comme nouveau ce qu'il a déposé lui-même",
        "shows as new what it filed itself",
    ),
    "asks-again": (
        "redemande au DMP un document qu'il a déjà rangé",
        "asks the DMP again for a document that it has kept",
    ),
    "silent-on-changes": (
        "ne dit pas qu'un document rangé a été remplacé dans le DMP",
        "does not tell that a document that it kept was replaced in the DMP",
    ),
    "imports-the-incomplete": (
        "reprend une réponse d'INSi dont un trait est vide ou la date incomplète",
        "imports an answer of INSi whose trait is empty or whose date is incomplete",
    ),
}
