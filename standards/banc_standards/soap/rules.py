"""The rules of SOAP messages: some are judged where the bytes are read, the others take a :class:`SoapSubject`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from banc_standards.errors import Sentence
from banc_standards.rules import Hit, Rule, holds
from banc_standards.soap.mtom import ContentType, Package
from banc_standards.soap.names import SOAP11_MEDIA_TYPE, SOAP12_MEDIA_TYPE, WSA, XOP
from banc_standards.soap.read import Message, SoapRefused
from banc_standards.xml import line_of


@dataclass(frozen=True, slots=True)
class SoapSubject:
    """One message with what is known of its transport. ``action`` is what the operation's WS-Addressing Action must be;
    empty when any is allowed."""

    message: Message
    content_type: ContentType
    package: Package
    action: str = ""


def _envelope_version(subject: SoapSubject) -> Iterator[Hit]:
    if subject.message.version != "1.2":
        yield Hit("/Envelope", found="SOAP 1.1", expected="SOAP 1.2")


def _content_type(subject: SoapSubject) -> Iterator[Hit]:
    announced = subject.package.media_type
    expected = SOAP11_MEDIA_TYPE if subject.message.version == "1.1" else SOAP12_MEDIA_TYPE
    if announced != expected:
        yield Hit("Content-Type", found=announced or subject.content_type.media_type, expected=expected)
    if subject.package.multipart and subject.content_type.media_type != "multipart/related":
        yield Hit("Content-Type", found=subject.content_type.media_type, expected="multipart/related")


def _required_headers(subject: SoapSubject) -> Iterator[Hit]:
    present = set(subject.message.addressing)
    for name in ("MessageID", "To", "ReplyTo", "Action"):
        if name not in present:
            yield Hit("/Envelope/Header", found="", expected=f"wsa:{name}")


_URN_UUID = re.compile(r"urn:uuid:[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def _message_id(subject: SoapSubject) -> Iterator[Hit]:
    found = subject.message.message_id
    if found is not None and not _URN_UUID.fullmatch(found):
        yield Hit("/Envelope/Header/wsa:MessageID", found=found, expected="urn:uuid:…")


def _action(subject: SoapSubject) -> Iterator[Hit]:
    found = subject.message.action
    if subject.action and found is not None and found != subject.action:
        yield Hit("/Envelope/Header/wsa:Action", found=found, expected=subject.action)


def _announced_action(subject: SoapSubject) -> Iterator[Hit]:
    announced = subject.content_type.parameters.get("action") or subject.package.action
    found = subject.message.action
    if announced and found and announced != found:
        yield Hit("Content-Type", found=announced, expected=found)


def _repeated_headers(subject: SoapSubject) -> Iterator[Hit]:
    for name in ("MessageID", "To", "ReplyTo", "Action", "From", "FaultTo"):
        if (count := subject.message.addressing.count(name)) > 1:
            yield Hit(f"/Envelope/Header/wsa:{name}", found=str(count), expected="1")


def _one_body_child(subject: SoapSubject) -> Iterator[Hit]:
    if subject.message.body_children != 1:
        yield Hit("/Envelope/Body", found=str(subject.message.body_children), expected="1")


def _must_understand(subject: SoapSubject) -> Iterator[Hit]:
    for name in ("Action", "ReplyTo", "To", "MessageID"):
        for element in subject.message.envelope.iterfind(f"{{*}}Header/{{{WSA}}}{name}"):
            if element.get("mustUnderstand") is not None:
                yield Hit(f"/Envelope/Header/wsa:{name}/@mustUnderstand", found="mustUnderstand", line=line_of(element))


def _documents_by_xop(subject: SoapSubject) -> Iterator[Hit]:
    for element in subject.message.envelope.iter("{urn:ihe:iti:xds-b:2007}Document"):
        if element.find(f"{{{XOP}}}Include") is None:
            place = f"xds:Document[@id='{element.get('id') or ''}']"
            yield Hit(place, found="base64", expected="xop:Include", line=line_of(element))


ENVELOPE = Rule(
    id="SOAP-001",
    text=Sentence(
        "Le message est une enveloppe SOAP qui a un corps et un seul.",
        "The message is a SOAP envelope with exactly one body.",
    ),
    clause="SOAP 1.2 part 1 §5.1",
    fix=Sentence("Envoyer soap:Envelope/soap:Body.", "Send soap:Envelope/soap:Body."),
    check=holds,
    always=True,
)
ENVELOPE_VERSION = Rule(
    id="SOAP-002",
    text=Sentence("L'enveloppe est en SOAP 1.2.", "The envelope is SOAP 1.2."),
    clause="DMP, transport (exemples de messages v02.05.00)",
    fix=Sentence(
        "Employer l'espace de noms http://www.w3.org/2003/05/soap-envelope (l'exemple publié de TD2.1 porte à tort "
        "celui de SOAP 1.1).",
        "Use the namespace http://www.w3.org/2003/05/soap-envelope (the published TD2.1 sample wrongly carries that of "
        "SOAP 1.1).",
    ),
    check=_envelope_version,
)
CONTENT_TYPE = Rule(
    id="SOAP-003",
    text=Sentence(
        "Le Content-Type annonce application/soap+xml, directement ou comme type de la racine MTOM.",
        "The Content-Type announces application/soap+xml, directly or as the type of the MTOM root.",
    ),
    clause="SOAP 1.2 part 2 §7.1.4; DMP, transport (exemples de messages v02.05.00)",
    fix=Sentence("Envoyer Content-Type: application/soap+xml.", "Send Content-Type: application/soap+xml."),
    check=_content_type,
    severity="warning",
)
REQUIRED_HEADERS = Rule(
    id="SOAP-004",
    text=Sentence(
        "Les quatre en-têtes WS-Addressing MessageID, To, ReplyTo et Action sont présents.",
        "The four WS-Addressing headers MessageID, To, ReplyTo and Action are present.",
    ),
    clause="DMP, transport (exemples de messages v02.05.00, réponses observées)",
    fix=Sentence(
        "Ajouter l'en-tête qui manque (To peut être vide, ReplyTo/Address vaut "
        "http://www.w3.org/2005/08/addressing/anonymous).",
        "Add the missing header (To may be empty, ReplyTo/Address is http://www.w3.org/2005/08/addressing/anonymous).",
    ),
    check=_required_headers,
    code="MessageAddressingHeaderRequired",
    always=True,
)
MESSAGE_ID = Rule(
    id="SOAP-005",
    text=Sentence("MessageID est un urn:uuid.", "MessageID is a urn:uuid."),
    clause="DMP, transport (exemples de messages v02.05.00)",
    fix=Sentence("Écrire urn:uuid: suivi d'un UUID neuf.", "Write urn:uuid: followed by a fresh UUID."),
    check=_message_id,
)
ACTION = Rule(
    id="SOAP-006",
    text=Sentence(
        "L'Action WS-Addressing est celle de l'opération que porte le corps.",
        "The WS-Addressing Action is that of the operation in the body.",
    ),
    clause="DMP, transactions (exemples de messages v02.05.00, WSDL de juin 2024)",
    fix=Sentence("Envoyer l'Action du tableau des transactions.", "Send the Action of the table of transactions."),
    check=_action,
    severity="warning",
)
ANNOUNCED_ACTION = Rule(
    id="SOAP-007",
    text=Sentence(
        "Le paramètre action du Content-Type et l'Action WS-Addressing sont égaux.",
        "The action parameter of the Content-Type and the WS-Addressing Action are equal.",
    ),
    clause="SOAP 1.2 part 2 §6.5.3; WS-Addressing 1.0 SOAP Binding §4",
    fix=Sentence(
        "Donner la même valeur aux deux, ou retirer le paramètre.", "Give both one value, or drop the parameter."
    ),
    check=_announced_action,
    severity="warning",
)
REPEATED_HEADERS = Rule(
    id="SOAP-008",
    text=Sentence("Aucun en-tête WS-Addressing n'est répété.", "No WS-Addressing header is repeated."),
    clause="WS-Addressing 1.0 SOAP Binding §3.2",
    fix=Sentence("N'envoyer chaque en-tête qu'une fois.", "Send each header once."),
    check=_repeated_headers,
)
ONE_BODY_CHILD = Rule(
    id="SOAP-009",
    text=Sentence("Le corps a un élément et un seul.", "The body has exactly one element."),
    clause="WS-I Basic Profile 2.0 R2201",
    fix=Sentence("N'envoyer qu'une opération par message.", "Send one operation per message."),
    check=_one_body_child,
    always=True,
)
MUST_UNDERSTAND = Rule(
    id="SOAP-010",
    text=Sentence(
        "L'attribut mustUnderstand des en-têtes est dans l'espace de noms de SOAP.",
        "The mustUnderstand attribute of headers is in the SOAP namespace.",
    ),
    clause="SOAP 1.2 part 1 §5.2.3; DMP, transport (accepted as in the samples)",
    fix=Sentence("Écrire soap:mustUnderstand, ou rien.", "Write soap:mustUnderstand, or nothing."),
    check=_must_understand,
    severity="info",
)
DOCUMENTS_BY_XOP = Rule(
    id="MTOM-008",
    text=Sentence(
        "Les documents voyagent en parties MTOM, désignées par xop:Include.",
        "Documents travel as MTOM parts, pointed to by xop:Include.",
    ),
    clause="EX_2.1-1260; DMP, transport (exemples de messages v02.05.00, DRIMbox, tests d'homologation)",
    fix=Sentence("Activer MTOM dans le client SOAP.", "Switch MTOM on in the SOAP client."),
    check=_documents_by_xop,
)


def _mtom(number: int, text: Sentence, clause: str, fix: Sentence) -> Rule:
    return Rule(id=f"MTOM-{number:03d}", text=text, clause=clause, fix=fix, check=holds, always=True)


_REPACK = Sentence("Revoir la production du message multipart/related.", "Check how the multipart/related is produced.")
MTOM_RULES = (
    _mtom(
        1,
        Sentence(
            "Le message MTOM est complet, jusqu'à sa frontière finale.",
            "The MTOM message is complete, up to its final boundary.",
        ),
        "RFC 2046 §5.1.1",
        _REPACK,
    ),
    _mtom(
        2,
        Sentence(
            "Le Content-Type multipart annonce sa frontière.", "The multipart Content-Type announces its boundary."
        ),
        "RFC 2046 §5.1.1",
        Sentence('Ajouter boundary="…" au Content-Type.', 'Add boundary="…" to the Content-Type.'),
    ),
    _mtom(
        3,
        Sentence("La partie racine que désigne start est présente.", "The root part that start points to is present."),
        "RFC 2387 §3.2",
        _REPACK,
    ),
    _mtom(
        4,
        Sentence("Chaque partie a son propre Content-ID.", "Each part has a Content-ID of its own."),
        "RFC 2045 §7",
        _REPACK,
    ),
    _mtom(
        5,
        Sentence("Le nombre de parties reste borné.", "The number of parts stays bounded."),
        "banc: 50 parties",
        Sentence("Envoyer plusieurs lots.", "Send several submissions."),
    ),
    _mtom(
        6,
        Sentence(
            "Chaque xop:Include désigne une partie présente.", "Each xop:Include points to a part that is present."
        ),
        "XOP 1.0 §3.2; RFC 2392",
        Sentence(
            "Reprendre dans href le Content-ID de la partie, précédé de cid:.",
            "Put the part's Content-ID into href, after cid:.",
        ),
    ),
    _mtom(
        7,
        Sentence("Un contenu en ligne est en base64.", "Inline content is base64."),
        "XML Schema part 2 §3.2.16",
        _REPACK,
    ),
    DOCUMENTS_BY_XOP,
    _mtom(
        9,
        Sentence(
            "Un xop:Include est seul dans l'élément dont il tient lieu du contenu.",
            "An xop:Include stands alone in the element whose content it stands for.",
        ),
        "XOP 1.0 §2.1, §3.2",
        _REPACK,
    ),
)

MESSAGE_RULES: tuple[Rule, ...] = (
    ENVELOPE_VERSION,
    CONTENT_TYPE,
    REQUIRED_HEADERS,
    MESSAGE_ID,
    ACTION,
    ANNOUNCED_ACTION,
    REPEATED_HEADERS,
    ONE_BODY_CHILD,
    MUST_UNDERSTAND,
    DOCUMENTS_BY_XOP,
)
"""What a DMP message is judged by; INSi takes its own selection (its MessageID has another form)."""

RULES: tuple[Rule, ...] = (ENVELOPE, *(rule for rule in MESSAGE_RULES if rule is not DOCUMENTS_BY_XOP), *MTOM_RULES)
BY_ID = {rule.id: rule for rule in RULES}


def hit(refused: SoapRefused) -> tuple[Rule, Hit]:
    """The rule and the place of a refusal, ready to be recorded as a finding."""
    return BY_ID[refused.rule_id], Hit("/", found=refused.detail)
