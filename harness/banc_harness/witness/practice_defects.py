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
}
