"""Our validators as a GITB validation service: SOAP 1.1 as its WSDL says, and the JSON form of the test bed.

Pure but for the clock: a request in, an answer out; who listens is the sandbox.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, Final, cast

from lxml import etree

from banc_harness.gitb import wsdl
from banc_harness.gitb.names import CORE, MOST_BYTES, REST_PATH, SERVICE_ID, SOAP11, VS, XSI
from banc_harness.gitb.report import Told, as_data, tar
from banc_harness.validate.judging import Order, judge_bytes
from banc_harness.validate.kinds import KINDS
from banc_harness.validate.verdict import KindName
from banc_standards.errors import Lang, Sentence
from banc_standards.xml import Limits, XmlRefused, parse

_LIMITS: Final = Limits(max_bytes=MOST_BYTES, max_depth=20, max_nodes=1_000)
_INPUTS: Final = (
    ("content", "binary", "R", "Le document à juger", "The document to judge"),
    ("kind", "string", "O", "Son genre, sinon deviné : ", "Its kind, guessed otherwise: "),
    ("lang", "string", "O", "Langue des phrases : fr ou en", "Language of the sentences: fr or en"),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: status, media type, body."""

    status: int
    media_type: str
    body: bytes


class _Unusable(Exception):
    """A request that cannot be served; the sentence says why."""

    def __init__(self, text: Sentence) -> None:
        super().__init__(text.en)
        self.text = text


def answer(method: str, path: str, media_type: str, body: bytes, url: str, lang: Lang) -> Answer:
    """The answer to a request on one of the two paths; ``url`` is the address that the WSDL tells."""
    if method == "GET":
        return Answer(200, "text/xml; charset=utf-8", wsdl.document(url.partition("?")[0]))
    if path == REST_PATH:
        return _rest(body, media_type, lang)
    return _soap(body, lang)


def _soap(body: bytes, lang: Lang) -> Answer:
    try:
        envelope = parse(body, _LIMITS)
        asked = envelope.find(f"{{{SOAP11}}}Body/*")
        if envelope.tag != f"{{{SOAP11}}}Envelope" or asked is None:
            raise _Unusable(Sentence("une enveloppe SOAP 1.1 est attendue", "a SOAP 1.1 envelope is expected"))
        if asked.tag == f"{{{VS}}}GetModuleDefinitionRequest":
            return _envelope(_definition(lang))
        if asked.tag != f"{{{VS}}}ValidateRequest":
            name = str(asked.tag)[:200]
            raise _Unusable(Sentence(f"opération inconnue : {name}", f"unknown operation: {name}"))
        data, kind, lang = _inputs(asked, lang)
        response = etree.Element(f"{{{VS}}}ValidationResponse", nsmap={"vs": VS})
        response.append(tar(_judged(data, kind, lang), lang, datetime.now(UTC), "report"))
        return _envelope(response)
    except (XmlRefused, _Unusable) as refused:
        return _fault(refused.text.of(lang))


def _rest(body: bytes, media_type: str, lang: Lang) -> Answer:
    try:
        if media_type != "application/json":
            raise _Unusable(Sentence("un corps application/json est attendu", "an application/json body is expected"))
        try:
            asked = json.loads(body)
        except (ValueError, RecursionError):
            raise _Unusable(Sentence("le corps n'est pas du JSON", "the body is no JSON")) from None
        if not isinstance(asked, dict) or not isinstance(asked.get("contentToValidate"), str):
            raise _Unusable(Sentence("il manque contentToValidate", "contentToValidate is missing"))
        lang = _lang(asked.get("locale"), lang)
        data = _embedded(asked["contentToValidate"], str(asked.get("embeddingMethod") or "STRING"))
        told = _judged(data, _kind(asked.get("validationType")), lang)
        return Answer(
            200, "application/json", json.dumps(as_data(told, datetime.now(UTC)), ensure_ascii=False).encode()
        )
    except _Unusable as refused:
        problem = {"status": 400, "title": refused.text.of(lang)}
        return Answer(400, "application/problem+json", json.dumps(problem, ensure_ascii=False).encode())


def _inputs(asked: etree._Element, lang: Lang) -> tuple[bytes, KindName | None, Lang]:
    """The document, the kind that it is said to be and the language: the ``input`` elements of a ValidateRequest."""
    given: dict[str, tuple[str, str]] = {}
    for item in asked.iterchildren("input"):
        value = item.findtext(f"{{{CORE}}}value") or item.findtext("value") or ""
        given[item.get("name", "")] = (value, item.get("embeddingMethod", "STRING"))
    if "content" not in given:
        raise _Unusable(Sentence("il manque l'entrée « content »", "input “content” is missing"))
    plain = {
        name: _embedded(*value).decode("utf-8", "replace").strip() for name, value in given.items() if name != "content"
    }
    return _embedded(*given["content"]), _kind(plain.get("kind")), _lang(plain.get("lang"), lang)


def _embedded(value: str, method: str) -> bytes:
    if method == "STRING":
        return value.encode()
    if method == "BASE64":
        try:
            return base64.b64decode("".join(value.split()), validate=True)
        except (binascii.Error, ValueError):
            raise _Unusable(Sentence("le base64 ne se décode pas", "the base64 does not decode")) from None
    raise _Unusable(
        Sentence(
            f"contenu par {method[:20]} refusé : STRING ou BASE64",
            f"content by {method[:20]} is refused: STRING or BASE64",
        )
    )


def _kind(given: Any) -> KindName | None:
    if not given:
        return None
    if given not in KINDS:
        known = ", ".join(KINDS)
        raise _Unusable(Sentence(f"genre inconnu ; connus : {known}", f"unknown kind; known: {known}"))
    return cast(KindName, given)


def _lang(given: Any, default: Lang) -> Lang:
    return "fr" if str(given).startswith("fr") else "en" if str(given).startswith("en") else default


def _judged(data: bytes, kind: KindName | None, lang: Lang) -> list[Told]:
    told = []
    for verdict in judge_bytes(data, "", Order(kind, lang, excerpts=True)).verdicts:
        unusable = verdict.unusable.of(lang) if verdict.unusable is not None else ""
        told.append(Told(verdict.path.removeprefix("!/"), tuple(item.finding for item in verdict.noted), unusable))
    return told


def _definition(lang: Lang) -> etree._Element:
    response = etree.Element(f"{{{VS}}}GetModuleDefinitionResponse", nsmap={"vs": VS, "core": CORE})
    module = etree.SubElement(response, "module", {"id": SERVICE_ID, "operation": "V"})
    metadata = etree.SubElement(module, f"{{{CORE}}}metadata")
    etree.SubElement(metadata, f"{{{CORE}}}name").text = "Banc Ségur"
    etree.SubElement(metadata, f"{{{CORE}}}version").text = version("banc-segur")
    inputs = etree.SubElement(module, f"{{{CORE}}}inputs")
    for name, type, use, fr, en in _INPUTS:
        said = (en if lang == "en" else fr) + (", ".join(KINDS) if name == "kind" else "")
        attributes = {"name": name, "type": type, "use": use, "kind": "SIMPLE", "desc": said}
        etree.SubElement(inputs, f"{{{CORE}}}param", attributes)
    return response


def _envelope(content: etree._Element, status: int = 200) -> Answer:
    root = etree.Element(f"{{{SOAP11}}}Envelope", nsmap={"soap": SOAP11, "xsi": XSI})
    etree.SubElement(root, f"{{{SOAP11}}}Body").append(content)
    return Answer(status, "text/xml; charset=utf-8", etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _fault(said: str) -> Answer:
    fault = etree.Element(f"{{{SOAP11}}}Fault")
    etree.SubElement(fault, "faultcode").text = "soap:Client"
    etree.SubElement(fault, "faultstring").text = said
    return _envelope(fault, 500)
