"""What the witness of the hospital can be told to do wrong when it reads the DMP, beside the rest (``defects``)."""

from __future__ import annotations

from typing import Final

#: Name of each defect, and what the software then does, in French and in English.
CONSULTING_DEFECTS: Final[dict[str, tuple[str, str]]] = {
    "fetches-unasked": (
        "lit les documents du DMP dès l'admission, sans que personne le demande",
        "reads the documents of the DMP at admission, though nobody asked",
    ),
    "hash-unchecked": (
        "affiche et range un document dont l'empreinte est fausse",
        "shows and files a document whose hash is wrong",
    ),
    "reads-the-replaced": (
        "lit un document remplacé comme s'il était en vigueur",
        "reads a document that was replaced as if it stood",
    ),
    "shows-what-it-kept": (
        "garde dans la liste ce qu'une recherche précédente avait rendu",
        "keeps in the list what an earlier search had given",
    ),
    "copy-without-origin": (
        "range une copie sans dire d'où elle vient",
        "files a copy without saying where it comes from",
    ),
    "local-period": (
        "borne la période en heure locale, alors que le registre est en UTC",
        "bounds the period in local time, while the registry is in UTC",
    ),
    "asks-for-everything": (
        "demande tout au DMP, et trie chez lui",
        "asks the DMP for everything, and sorts it at home",
    ),
    "entry-as-unique-id": (
        "demande un document par son entryUUID au lieu de son uniqueId",
        "asks for a document by its entryUUID instead of its uniqueId",
    ),
    "always-breaks-the-glass": (
        "consulte toujours en bris de glace",
        "always consults by breaking the glass",
    ),
    "enters-blindly": (
        "consulte sans tester l'existence du DMP ni le droit d'accès",
        "consults without testing that the DMP exists nor the right of access",
    ),
    "reads-as-a-structure": (
        "consulte au nom de la structure (mode INDIRECTE)",
        "consults in the name of the structure (mode INDIRECTE)",
    ),
    "files-under-another-patient": (
        "range la copie dans le dossier d'un autre patient",
        "files the copy in the record of another patient",
    ),
    "ignores-consult-refusal": (
        "consulte malgré le refus du patient",
        "consults although the patient refused",
    ),
    "insists-when-blocked": (
        "s'ajoute une autorisation (TD0.3) alors que le patient l'a bloqué",
        "adds itself an authorisation (TD0.3) although the patient blocked it",
    ),
    "reads-the-unlisted": (
        "demande un document que la recherche n'a pas rendu",
        "asks for a document that the search did not give",
    ),
    "says-nothing-of-errors": (
        "montre une liste vide quand le DMP répond une erreur",
        "shows an empty list when the DMP answers an error",
    ),
}
