"""What INSi asks of the envelope and its headers: version, action, contexts, Emetteur (insi.md §1, §2)."""

from __future__ import annotations

import codecs
from collections.abc import Iterator

from lxml import etree

from banc_standards.errors import Sentence
from banc_standards.identifiers import uuid
from banc_standards.insi import names
from banc_standards.insi.read import Context
from banc_standards.insi.subject import InsiSubject, moment
from banc_standards.rules import Hit, Rule
from banc_standards.soap.names import SOAP12_MEDIA_TYPE

_HEADER = "/soap:Envelope/soap:Header"
_BAM = f"{_HEADER}/ctxbam:ContexteBAM"
_LPS = f"{_HEADER}/ctxlps:ContexteLPS"


def _contexts(subject: InsiSubject) -> Iterator[tuple[str, Context]]:
    for place, context in ((_BAM, subject.request.bam), (_LPS, subject.request.lps_context)):
        if context is not None:
            yield place, context


def _version(subject: InsiSubject) -> Iterator[Hit]:
    if subject.request.message.version != "1.2":
        yield Hit("/Envelope", found="SOAP 1.1", expected="SOAP 1.2")


def _layout(subject: InsiSubject) -> Iterator[Hit]:
    envelope = subject.request.message.envelope
    own = f"{{{etree.QName(envelope).namespace}}}"
    parts = tuple(str(child.tag).removeprefix(own) for child in envelope.iterchildren("*"))
    if parts not in (("Header", "Body"), ("Body",)):
        yield Hit("/soap:Envelope", found=" ".join(parts), expected="Header Body")


def _charset(subject: InsiSubject) -> Iterator[Hit]:
    written = subject.request.message.envelope.getroottree().docinfo.encoding or "UTF-8"
    told = subject.charset or written
    if (_encoding(told), _encoding(written)) != ("utf-8", "utf-8"):
        yield Hit("Content-Type", found=f"charset={told}, XML {written}", expected="utf-8")


def _encoding(name: str) -> str:
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        return name.lower()
    return "utf-8" if found == "ascii" else found


def _media_type(subject: InsiSubject) -> Iterator[Hit]:
    if subject.media_type != SOAP12_MEDIA_TYPE:
        yield Hit("Content-Type", found=subject.media_type, expected=SOAP12_MEDIA_TYPE)


def _known_action(subject: InsiSubject) -> Iterator[Hit]:
    if subject.request.operation is None:
        yield Hit(f"{_HEADER}/wsa:Action", found=subject.request.action or "", expected=names.SEARCH_ACTION)


def _action_header(subject: InsiSubject) -> Iterator[Hit]:
    if not subject.request.message.action:
        yield Hit(f"{_HEADER}/wsa:Action", expected=names.SEARCH_ACTION)


def _announced_action(subject: InsiSubject) -> Iterator[Hit]:
    announced, action = subject.request.announced, subject.request.message.action
    if announced and action and announced != action:
        yield Hit("Content-Type", found=announced, expected=action)


def _message_id(subject: InsiSubject) -> Iterator[Hit]:
    if not subject.request.message.message_id:
        yield Hit(f"{_HEADER}/wsa:MessageID", expected="uuid:…")


def _message_id_form(subject: InsiSubject) -> Iterator[Hit]:
    found = subject.request.message.message_id
    if found and not (found.startswith("uuid:") and uuid(found.removeprefix("uuid:"))):
        yield Hit(f"{_HEADER}/wsa:MessageID", found=found, expected="uuid:xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx")


_BAM_CHILDREN = ("Id", "Temps", "Emetteur", "DateRef", "COUVERTURE")
_LPS_CHILDREN = ("Id", "Temps", "Emetteur", "LPS")
_SOFTWARE_CHILDREN = ("IDAM", "Version", "Instance", "Nom")


def _shape(context: Context | None, place: str, required: tuple[str, ...], known: tuple[str, ...]) -> Iterator[Hit]:
    if context is None:
        yield Hit(place, expected=place.rpartition(":")[2])
        return
    for name in required:
        if name not in context.children:
            yield Hit(f"{place}/{name}", expected=name, line=context.line)
    in_order = tuple(name for name in known if name in context.children)
    if context.children != in_order:
        yield Hit(place, found=" ".join(context.children), expected=" ".join(in_order), line=context.line)


def _bam_shape(subject: InsiSubject) -> Iterator[Hit]:
    return _shape(subject.request.bam, _BAM, ("Id", "Temps", "COUVERTURE"), _BAM_CHILDREN)


def _lps_shape(subject: InsiSubject) -> Iterator[Hit]:
    context, found = subject.request.lps_context, subject.request.lps.children
    yield from _shape(context, _LPS, ("Id", "Temps"), _LPS_CHILDREN)
    in_order = tuple(name for name in _SOFTWARE_CHILDREN if name in found)
    if context is not None and found != in_order:
        yield Hit(f"{_LPS}/LPS", found=" ".join(found), expected=" ".join(in_order), line=context.line)


def _once(subject: InsiSubject) -> Iterator[Hit]:
    for name in subject.request.repeated:
        yield Hit(f"{_HEADER}/{name}", found=f"{name} × n", expected=f"{name} × 1")


def _context_version(subject: InsiSubject) -> Iterator[Hit]:
    expected = {"ContexteBAM": names.BAM_VERSION, "ContexteLPS": names.LPS_VERSION}
    for place, context in _contexts(subject):
        if context.version != expected[context.name]:
            yield Hit(f"{place}/@Version", context.version or "", expected[context.name], context.line)


def _context_time(subject: InsiSubject) -> Iterator[Hit]:
    for place, context in _contexts(subject):
        if context.time is not None and not (context.time.endswith("Z") and moment(context.time)):
            yield Hit(f"{place}/Temps", context.time, "AAAA-MM-JJThh:mm:ssZ", context.line)


def _context_id(subject: InsiSubject) -> Iterator[Hit]:
    for place, context in _contexts(subject):
        if context.id is not None and not uuid(context.id):
            yield Hit(f"{place}/Id", context.id, "UUID", context.line)


def _distinct_ids(subject: InsiSubject) -> Iterator[Hit]:
    ids = subject.request.ids
    for value in dict.fromkeys(ids):
        if ids.count(value) > 1:
            yield Hit(_HEADER, found=value, expected="trois UUID distincts")


def _fresh_ids(subject: InsiSubject) -> Iterator[Hit]:
    for value in subject.request.ids:
        if value in subject.seen:
            yield Hit(_HEADER, found=value, expected="un UUID neuf à chaque appel")


def _senders_present(subject: InsiSubject) -> Iterator[Hit]:
    for place, context in _contexts(subject):
        if not context.sender:
            yield Hit(f"{place}/Emetteur", expected=subject.caller or "Emetteur", line=context.line)


def _senders_equal(subject: InsiSubject) -> Iterator[Hit]:
    if len(subject.request.senders) > 1:
        yield Hit(f"{_LPS}/Emetteur", found=subject.request.senders[1], expected=subject.request.senders[0])


def _sender_is_caller(subject: InsiSubject) -> Iterator[Hit]:
    caller = subject.caller
    for sender in subject.request.senders:
        if caller and sender != caller:
            yield Hit(f"{_BAM}/Emetteur", found=sender, expected=caller)


ENVELOPE_VERSION = Rule(
    id="INSI-SOAP-001",
    text=Sentence("L'enveloppe est en SOAP 1.2.", "The envelope is SOAP 1.2."),
    clause="WSDL DESIR_ICIR_EXP 1.5.0 (soap12:binding)",
    fix=Sentence(
        "Employer l'espace de noms http://www.w3.org/2003/05/soap-envelope.",
        "Use the namespace http://www.w3.org/2003/05/soap-envelope.",
    ),
    check=_version,
    code="mock_soap",
    always=True,
)
MEDIA_TYPE = Rule(
    id="INSI-SOAP-002",
    text=Sentence("Le Content-Type est application/soap+xml.", "The Content-Type is application/soap+xml."),
    clause="WSDL DESIR_ICIR_EXP 1.5.0; SOAP 1.2 part 2 §7.1.4",
    fix=Sentence(
        "Envoyer Content-Type: application/soap+xml; charset=utf-8.",
        "Send Content-Type: application/soap+xml; charset=utf-8.",
    ),
    check=_media_type,
    code="mock_soap",
    always=True,
)
LAYOUT = Rule(
    id="INSI-SOAP-003",
    text=Sentence(
        "L'enveloppe est un Header, puis un Body, sans rien d'autre.",
        "The envelope is one Header, then one Body, and nothing else.",
    ),
    clause="SOAP 1.2 part 1 §5.1",
    fix=Sentence("N'écrire qu'un Header, avant le Body.", "Write one Header, before the Body."),
    check=_layout,
    code="mock_soap",
)
CHARSET = Rule(
    id="INSI-SOAP-004",
    text=Sentence(
        "Le message est en UTF-8, et le paramètre charset du Content-Type le dit.",
        "The message is in UTF-8, and the charset parameter of the Content-Type says so.",
    ),
    clause="WSDL DESIR_ICIR_EXP 1.5.0 (application/soap+xml; charset=utf-8); RFC 7303 §3 (charset prime sur le XML)",
    fix=Sentence("Envoyer de l'UTF-8 et annoncer charset=utf-8.", "Send UTF-8 and announce charset=utf-8."),
    check=_charset,
    severity="warning",
)
KNOWN_ACTION = Rule(
    id="INSI-HDR-001",
    text=Sentence("L'action désigne une opération d'INSi.", "The action names an operation of INSi."),
    clause="WSDL DESIR_ICIR_EXP 1.5.0: one /lps URL, routed by wsa:Action",
    fix=Sentence(f"Envoyer wsa:Action = {names.SEARCH_ACTION}.", f"Send wsa:Action = {names.SEARCH_ACTION}."),
    check=_known_action,
    code="mock_action",
    always=True,
)
ACTION_HEADER = Rule(
    id="INSI-HDR-002",
    text=Sentence("L'en-tête wsa:Action est présent.", "The wsa:Action header is present."),
    clause="SEL-MP-043 §3.2 ; WSDL DESIR_ICIR_EXP 1.5.0",
    fix=Sentence("Ajouter l'en-tête wsa:Action.", "Add the wsa:Action header."),
    check=_action_header,
    severity="warning",
    certainty="deduced",
)
ANNOUNCED_ACTION = Rule(
    id="INSI-HDR-003",
    text=Sentence(
        "Le paramètre action du Content-Type et wsa:Action sont égaux.",
        "The action parameter of the Content-Type and wsa:Action are equal.",
    ),
    clause="WSDL DESIR_ICIR_EXP 1.5.0 (soapAction = wsa:Action)",
    fix=Sentence("Donner la même valeur aux deux.", "Give both the same value."),
    check=_announced_action,
    severity="warning",
)
MESSAGE_ID = Rule(
    id="INSI-HDR-004",
    text=Sentence("L'en-tête wsa:MessageID est présent.", "The wsa:MessageID header is present."),
    clause="WSDL DESIR_ICIR_EXP 1.5.0, header part MessageID",
    fix=Sentence("Ajouter wsa:MessageID = uuid: et un UUID neuf.", "Add wsa:MessageID = uuid: and a fresh UUID."),
    check=_message_id,
    code="mock_entete",
)
MESSAGE_ID_FORM = Rule(
    id="INSI-HDR-005",
    text=Sentence("MessageID s'écrit uuid: suivi d'un UUID.", "MessageID reads uuid: followed by a UUID."),
    clause="SEL-MP-043 §3.2 ; un UUID nu a été servi jusqu'en 2022",
    fix=Sentence("Écrire uuid:<UUID>, sans urn: devant.", "Write uuid:<UUID>, without urn: before it."),
    check=_message_id_form,
    severity="warning",
)
BAM_SHAPE = Rule(
    id="INSI-HDR-006",
    text=Sentence(
        "ContexteBAM porte Id, Temps et COUVERTURE, dans l'ordre du schéma.",
        "ContexteBAM carries Id, Temps and COUVERTURE, in the order of the schema.",
    ),
    clause="XSD CTXBAM V01_02",
    fix=Sentence(
        "Écrire Id, Temps, Emetteur, DateRef, COUVERTURE (vide pour une recherche par traits).",
        "Write Id, Temps, Emetteur, DateRef, COUVERTURE (empty for a search by traits).",
    ),
    check=_bam_shape,
    code="mock_entete",
)
LPS_SHAPE = Rule(
    id="INSI-HDR-007",
    text=Sentence(
        "ContexteLPS porte Id et Temps, dans l'ordre du schéma.",
        "ContexteLPS carries Id and Temps, in the order of the schema.",
    ),
    clause="XSD CTXLPS V01_00",
    fix=Sentence(
        "Écrire Id, Temps, Emetteur, LPS, et dans LPS : IDAM, Version, Instance, Nom.",
        "Write Id, Temps, Emetteur, LPS, and in LPS: IDAM, Version, Instance, Nom.",
    ),
    check=_lps_shape,
    code="mock_entete",
)
CONTEXT_VERSION = Rule(
    id="INSI-HDR-008",
    text=Sentence(
        "L'attribut Version est 01_02 sur ContexteBAM et 01_00 sur ContexteLPS.",
        "The attribute Version is 01_02 on ContexteBAM and 01_00 on ContexteLPS.",
    ),
    clause="XSD CTXBAM V01_02, CTXLPS V01_00 (the publisher kit also holds 1.00.00)",
    fix=Sentence("Corriger l'attribut Version.", "Correct the Version attribute."),
    check=_context_version,
    severity="warning",
)
CONTEXT_TIME = Rule(
    id="INSI-HDR-009",
    text=Sentence("Temps est une date et heure UTC.", "Temps is a date and time in UTC."),
    clause="XSD CTXBAM V01_02, CTXLPS V01_00",
    fix=Sentence("Écrire AAAA-MM-JJThh:mm:ssZ.", "Write YYYY-MM-DDThh:mm:ssZ."),
    check=_context_time,
    code="mock_entete",
)
CONTEXT_ID = Rule(
    id="INSI-HDR-010",
    text=Sentence("L'Id de chaque contexte est un UUID.", "The Id of each context is a UUID."),
    clause="XSD CTXBAM V01_02, CTXLPS V01_00 : Id est une chaîne libre, les exemples y mettent un UUID",
    fix=Sentence("Tirer un UUID neuf par appel.", "Draw a fresh UUID per call."),
    check=_context_id,
    severity="warning",
)
DISTINCT_IDS = Rule(
    id="INSI-HDR-011",
    text=Sentence(
        "MessageID, l'Id de ContexteBAM et celui de ContexteLPS sont distincts.",
        "MessageID, the Id of ContexteBAM and that of ContexteLPS are distinct.",
    ),
    clause="Retour d'intégration : un même UUID partout rend les appels difficiles à suivre",
    fix=Sentence("Tirer trois UUID.", "Draw three UUIDs."),
    check=_distinct_ids,
    severity="warning",
    certainty="deduced",
)
FRESH_IDS = Rule(
    id="INSI-HDR-012",
    text=Sentence(
        "Les identifiants de message et de contextes sont neufs à chaque appel, reprises comprises.",
        "The ids of message and contexts are fresh for each call, retries included.",
    ),
    clause="SEL-MP-043 : chaque essai est un appel à part ; WS-Addressing 1.0 §3.2",
    fix=Sentence("Tirer de nouveaux UUID avant chaque envoi.", "Draw new UUIDs before each sending."),
    check=_fresh_ids,
    severity="warning",
)
SENDERS_PRESENT = Rule(
    id="INSI-HDR-013",
    text=Sentence("Les deux contextes portent un Emetteur.", "Both contexts carry an Emetteur."),
    clause="SEL-MP-043 §3.2 ; facultatif dans le XSD, exigé par le service",
    fix=Sentence(
        "Écrire l'identifiant national du PS, ou l'OU du certificat de structure.",
        "Write the national id of the professional, or the OU of the structure's certificate.",
    ),
    check=_senders_present,
    code="mock_emetteur",
)
SENDERS_EQUAL = Rule(
    id="INSI-HDR-014",
    text=Sentence("L'Emetteur est le même dans les deux contextes.", "The Emetteur is the same in both contexts."),
    clause="SEL-MP-043 §3.2, Emetteur",
    fix=Sentence("Écrire la même valeur dans les deux.", "Write the same value in both."),
    check=_senders_equal,
    code="mock_emetteur",
)
SENDER_IS_CALLER = Rule(
    id="INSI-HDR-015",
    text=Sentence(
        "L'Emetteur est le NameID de l'assertion, ou l'OU du certificat de structure.",
        "The Emetteur is the NameID of the assertion, or the OU of the structure's certificate.",
    ),
    clause="SEL-MP-043 §3.2, Emetteur",
    fix=Sentence("Recopier l'identité qui s'authentifie.", "Copy the identity that authenticates."),
    check=_sender_is_caller,
    code="mock_emetteur",
)

HEADERS_ONCE = Rule(
    id="INSI-HDR-016",
    text=Sentence("Chaque en-tête d'INSi n'est là qu'une fois.", "Each header of INSi is there only once."),
    clause="WSDL DESIR_ICIR_EXP 1.5.0 (parties de l'en-tête) ; WS-Addressing 1.0, SOAP Binding, InvalidCardinality",
    fix=Sentence(
        "N'écrire qu'un wsa:Action, wsa:MessageID, wsse:Security, ContexteBAM et ContexteLPS.",
        "Write one wsa:Action, wsa:MessageID, wsse:Security, ContexteBAM and ContexteLPS.",
    ),
    check=_once,
    code="mock_entete",
)

SOAP_RULES: tuple[Rule, ...] = (ENVELOPE_VERSION, MEDIA_TYPE, LAYOUT, CHARSET, KNOWN_ACTION)
"""What must hold before anything else is looked at."""

HEADER_RULES: tuple[Rule, ...] = (
    ACTION_HEADER,
    ANNOUNCED_ACTION,
    MESSAGE_ID,
    MESSAGE_ID_FORM,
    BAM_SHAPE,
    LPS_SHAPE,
    CONTEXT_VERSION,
    CONTEXT_TIME,
    CONTEXT_ID,
    DISTINCT_IDS,
    FRESH_IDS,
    SENDERS_PRESENT,
    SENDERS_EQUAL,
    SENDER_IS_CALLER,
    HEADERS_ONCE,
)

RULES: tuple[Rule, ...] = (*SOAP_RULES, *HEADER_RULES)
