"""What an MSSanté operator refuses while IMAP goes on (RFC 3501, with the extensions that it announces).

``Rule.code`` begins the tagged reply: NO or BAD, then the response code of RFC 5530 when there is one.
"""

from __future__ import annotations

from typing import Final

from banc_standards.rulebook import RuleBook
from banc_standards.rules import Rule, holds

_SECURITY = RuleBook("Espace de confiance MSSanté ; ECO.1.0.2, ECO.1.2.1", "NO [PRIVACYREQUIRED]")
_GRAMMAR = RuleBook("RFC 3501", "BAD")
_BOXES = RuleBook("RFC 3501", "NO")

_SECURITY.add(
    "IMAP-TLS-001",
    ("L'identification ne se dit pas en clair.", "Credentials are not said in clear."),
    ("Envoyer STARTTLS avant LOGIN ou AUTHENTICATE.", "Send STARTTLS before LOGIN or AUTHENTICATE."),
    holds,
    at="STARTTLS (SC.MSS/CONF.06)",
    certainty="deduced",
    always=True,
)
_SECURITY.add(
    "IMAP-TLS-002",
    ("Rien ne suit STARTTLS en clair.", "Nothing follows STARTTLS in clear."),
    ("Attendre la réponse OK puis négocier TLS.", "Wait for OK, then shake hands."),
    holds,
    at="RFC 3501 §6.2.1",
    code="BYE",
    always=True,
)
_SECURITY.add(
    "IMAP-AUTH-001",
    ("La réponse d'authentification est bien formée.", "The authentication response is well formed."),
    ("XOAUTH2 : base64 de user=BAL^Aauth=Bearer JETON^A^A.", "XOAUTH2: base64 of user=BOX^Aauth=Bearer TOKEN^A^A."),
    holds,
    at="RFC 3501 §6.2.2, RFC 4616, XOAUTH2",
    code="BAD",
    always=True,
)
_SECURITY.add(
    "IMAP-AUTH-002",
    ("Le mécanisme est de ceux que CAPABILITY annonce.", "The mechanism is one that CAPABILITY announces."),
    ("Employer AUTHENTICATE XOAUTH2.", "Use AUTHENTICATE XOAUTH2."),
    holds,
    at="RFC 3501 §6.2.2",
    code="NO [CANNOT]",
    always=True,
)
_GRAMMAR.add(
    "IMAP-SYN-001",
    ("Les commandes suivent la grammaire d'IMAP.", "Commands follow IMAP's grammar."),
    ("Corriger la commande là où la réponse le dit.", "Correct the command where the reply says."),
    holds,
    at="§9",
    always=True,
)
_GRAMMAR.add(
    "IMAP-SYN-002",
    ("Une ligne de commande reste sous la limite du serveur.", "A command line stays under the server's limit."),
    ("Découper la commande, ou passer le texte en littéral.", "Split the command, or send the text as a literal."),
    holds,
    at="§9 ; RFC 7162 §4",
    always=True,
)
_GRAMMAR.add(
    "IMAP-SYN-003",
    ("Un littéral reste sous la limite du serveur.", "A literal stays under the server's limit."),
    ("Réduire le message, ou s'authentifier avant de l'envoyer.", "Send a smaller message, or authenticate first."),
    holds,
    at="§4.3",
    code="NO [TOOBIG]",
    always=True,
)
_GRAMMAR.add(
    "IMAP-SYN-004",
    ("La commande est connue du serveur.", "The command is known to the server."),
    ("N'employer que les extensions que CAPABILITY annonce.", "Use only the extensions that CAPABILITY announces."),
    holds,
    at="§6",
    always=True,
)
_GRAMMAR.add(
    "IMAP-STATE-001",
    ("La commande vient dans l'état qui la permet.", "The command comes in the state that allows it."),
    (
        "S'authentifier, puis SELECT, avant de lire des messages.",
        "Authenticate, then SELECT, before reading messages.",
    ),
    holds,
    at="§3",
    always=True,
)
_BOXES.add(
    "IMAP-BOX-001",
    ("Le dossier existe.", "The folder exists."),
    ("Demander LIST ; le nom est en UTF-7 modifié.", "Ask LIST; the name is in modified UTF-7."),
    holds,
    at="§6.3.1, §5.1.3",
    code="NO [NONEXISTENT]",
    always=True,
)
_BOXES.add(
    "IMAP-BOX-002",
    ("Le dossier créé n'existe pas encore.", "The folder that is created does not exist yet."),
    ("Employer le dossier qui existe.", "Use the folder that exists."),
    holds,
    at="§6.3.3",
    code="NO [ALREADYEXISTS]",
    always=True,
)
_BOXES.add(
    "IMAP-BOX-003",
    (
        "Les dossiers de l'opérateur ne se suppriment ni ne se renomment.",
        "The operator's own folders are neither deleted nor renamed.",
    ),
    ("Employer un dossier à soi.", "Use a folder of your own."),
    holds,
    at="§6.3.4, §6.3.5",
    code="NO [CANNOT]",
    always=True,
)
_BOXES.add(
    "IMAP-BOX-004",
    ("Le dossier ouvert par EXAMINE ne se modifie pas.", "A folder opened by EXAMINE is not altered."),
    ("Ouvrir le dossier par SELECT.", "Open the folder with SELECT."),
    holds,
    at="§6.3.2",
    code="NO [READ-ONLY]",
    always=True,
)
_BOXES.add(
    "IMAP-BOX-005",
    ("Une boîte a un nombre de dossiers limité.", "A mailbox has a limited number of folders."),
    ("Supprimer des dossiers.", "Delete some folders."),
    holds,
    at="RFC 5530, LIMIT",
    code="NO [LIMIT]",
    certainty="deduced",
    always=True,
)
_BOXES.add(
    "IMAP-MSG-001",
    (
        "Un numéro de message désigne un message du dossier.",
        "A message number names a message of the folder.",
    ),
    ("Employer les UID ; relire EXISTS et EXPUNGE.", "Use UIDs; follow EXISTS and EXPUNGE."),
    holds,
    at="§9, seq-number",
    code="BAD",
    always=True,
)
_BOXES.add(
    "IMAP-MSG-002",
    ("Une réponse tient dans la limite du serveur.", "An answer fits the server's limit."),
    ("Demander moins de messages à la fois.", "Ask for fewer messages at a time."),
    holds,
    at="RFC 5530, LIMIT",
    code="NO [LIMIT]",
    certainty="deduced",
    always=True,
)
_BOXES.add(
    "IMAP-MSG-003",
    ("Un message déposé ne dépasse pas la taille permise.", "An appended message is within the size allowed."),
    ("Réduire le message.", "Make the message smaller."),
    holds,
    at="§6.3.11",
    code="NO [TOOBIG]",
    certainty="deduced",
    always=True,
)
_BOXES.add(
    "IMAP-SEARCH-001",
    ("SEARCH n'emploie qu'un jeu de caractères connu.", "SEARCH uses a known character set only."),
    ("Employer UTF-8.", "Use UTF-8."),
    holds,
    at="§6.4.4",
    code="NO [BADCHARSET (UTF-8 US-ASCII)]",
    always=True,
)

RULES: tuple[Rule, ...] = (*_SECURITY.rules, *_GRAMMAR.rules, *_BOXES.rules)
BY_ID: Final[dict[str, Rule]] = {rule.id: rule for rule in RULES}
