"""What the bytes must be before anything is judged: frames, separators, character set, escapes, sizes.

The reader comes upon these; here each gets its sentence.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from banc_standards.hl7v2.message import Message
from banc_standards.hl7v2.read import Hl7Refused
from banc_standards.rulebook import Pair, RuleBook
from banc_standards.rules import Hit, Rule

_HL7 = RuleBook("HL7 v2.5, chapitre 2")
_MLLP = RuleBook("HL7 v2, MLLP (Minimal Lower Layer Protocol)")
_BOUNDS = RuleBook("banc : 50 Mio, 10 000 messages, 10 000 segments par message et 300 000 en tout, 1 000 champs")


def _told(
    book: RuleBook,
    id: str,
    text: Pair,
    fix: Pair,
    at: str = "",
    severity: Literal["error", "warning"] = "error",
    certainty: Literal["sourced", "deduced"] = "sourced",
) -> None:
    def check(message: Message) -> Iterator[Hit]:
        yield from message.faults.get(id, ())

    book.add(id, text, fix, check, at=at, severity=severity, certainty=certainty)


_told(
    _HL7,
    "HL7-TXT-001",
    ("Le message commence par MSH, sans rien devant.", "The message begins with MSH, nothing before it."),
    (
        "Retirer ce qui précède MSH : marque d'ordre des octets (BOM), texte, en-tête d'un autre protocole.",
        "Remove what precedes MSH: a byte order mark, text, the header of another protocol.",
    ),
    "MSH",
)
_told(
    _MLLP,
    "HL7-TXT-002",
    (
        "Une trame MLLP est l'octet 0B, le message, puis les octets 1C 0D ; rien entre deux trames.",
        "An MLLP frame is byte 0B, the message, then bytes 1C 0D; nothing between two frames.",
    ),
    ("Écrire 0B avant chaque message et 1C 0D après.", "Write 0B before each message and 1C 0D after it."),
)
_told(
    _HL7,
    "HL7-TXT-003",
    (
        "Dans une trame, chaque segment se termine par le seul octet 0D (CR).",
        "In a frame each segment ends with byte 0D (CR) alone.",
    ),
    ("Remplacer LF et CRLF par CR avant l'envoi.", "Replace LF and CRLF with CR before sending."),
    "séparateur de segments",
)
_told(
    _HL7,
    "HL7-TXT-003W",
    (
        "Les segments d'un fichier se terminent par CR (0D), comme ils seront envoyés.",
        "The segments of a file end with CR (0D), as they will be sent.",
    ),
    (
        "Enregistrer avec CR ; un éditeur de texte ou un gestionnaire de versions a pu les remplacer par LF.",
        "Save with CR; a text editor or a version control system may have replaced them with LF.",
    ),
    "séparateur de segments",
    severity="warning",
    certainty="deduced",
)
_told(
    _HL7,
    "HL7-TXT-004",
    (
        "MSH-1 et MSH-2 sont exactement les octets |^~\\&.",
        "MSH-1 and MSH-2 are exactly the bytes |^~\\&.",
    ),
    (
        "Écrire MSH|^~\\&| avec le tilde du clavier (7E), non le petit tilde typographique.",
        "Write MSH|^~\\&| with the keyboard's tilde (7E), not the small typographic one.",
    ),
    "MSH-1, MSH-2",
)
_told(
    _HL7,
    "HL7-TXT-005",
    (
        "Les octets du message sont dans le jeu de caractères que MSH-18 déclare.",
        "The bytes of the message are in the character set that MSH-18 declares.",
    ),
    (
        "Coder le texte dans le jeu déclaré, ou déclarer celui qui est employé.",
        "Encode the text in the declared set, or declare the one in use.",
    ),
    "MSH-18",
)
_told(
    _HL7,
    "HL7-TXT-006",
    (
        "Le texte n'a pas été lu dans un autre jeu de caractères que le sien (« Ã© » pour « é »).",
        "The text was not read in another character set than its own (“Ã©” for “é”).",
    ),
    (
        "Déclarer UNICODE UTF-8 si les octets sont de l'UTF-8, et ne recoder qu'une fois.",
        "Declare UNICODE UTF-8 when the bytes are UTF-8, and encode once only.",
    ),
    "MSH-18",
)
_told(
    _HL7,
    "HL7-TXT-007",
    (
        "Chaque ligne est un segment : un nom de trois caractères, puis le séparateur de champs.",
        "Each line is a segment: a name of three characters, then the field separator.",
    ),
    (
        "Retirer les fins de ligne d'un champ (base64 comprise) ; un texte les écrit \\.br\\ ou \\X0D\\.",
        "Remove line ends from a field (base64 too); a text writes them \\.br\\ or \\X0D\\.",
    ),
    "segments",
)
_told(
    _HL7,
    "HL7-TXT-008",
    (
        "Le caractère d'échappement n'ouvre que les séquences de la norme (\\F\\ \\S\\ \\T\\ \\R\\ \\E\\…).",
        "The escape character opens sequences of the standard only (\\F\\ \\S\\ \\T\\ \\R\\ \\E\\…).",
    ),
    ("Écrire \\E\\ pour une barre oblique inversée.", "Write \\E\\ for a backslash."),
    "séquences d'échappement",
    severity="warning",
)
_told(
    _BOUNDS,
    "HL7-TXT-009",
    ("La taille du message reste dans les limites du service.", "The size of the message is within limits."),
    ("Envoyer moins de données par message.", "Send less data per message."),
    certainty="deduced",
)
_told(
    _HL7,
    "HL7-TXT-010",
    (
        "Dans une trame, le dernier segment se termine par CR lui aussi.",
        "In a frame the last segment ends with CR too.",
    ),
    ("Ajouter l'octet 0D avant 1C 0D.", "Add byte 0D before 1C 0D."),
    "séparateur de segments",
    severity="warning",
)
_told(
    _HL7,
    "HL7-TXT-011",
    ("Un champ ne contient pas de caractère de commande.", "A field holds no control character."),
    ("Retirer le caractère, ou l'échapper (\\Xhh\\).", "Remove the character, or escape it (\\Xhh\\)."),
    "séquences d'échappement",
)

_told(
    _HL7,
    "HL7-TXT-012",
    (
        "Une composante ne finit pas par des blancs, insécables ou non.",
        "A component does not end with blanks, non-breaking or not.",
    ),
    (
        "Retirer les blancs : beaucoup de récepteurs comparent à la lettre.",
        "Remove the blanks: many receivers compare to the letter.",
    ),
    "types de données",
    severity="warning",
    certainty="deduced",
)
RULES: tuple[Rule, ...] = (*_HL7.rules, *_MLLP.rules, *_BOUNDS.rules)
BY_ID = {rule.id: rule for rule in RULES}


def hit(refused: Hl7Refused) -> tuple[Rule, Hit]:
    """The rule and the place of a refusal."""
    return BY_ID[refused.rule_id], Hit("/", found=refused.found, expected="MSH|^~\\&|", line=1, column=1)
