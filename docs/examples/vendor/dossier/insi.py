"""Recherche de l'INS par les traits d'identité : SOAP 1.2, au nom de l'utilisateur Pro Santé Connect."""

from __future__ import annotations

import unicodedata
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

import aiohttp
from lxml import etree

from dossier import NAME, VERSION
from dossier.psc import User
from dossier.settings import Settings

SOAP = "http://www.w3.org/2003/05/soap-envelope"
WSA = "http://www.w3.org/2005/08/addressing"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
SUBJECT_NAME = "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName"
BAM = "urn:siram:bam:ctxbam"
LPS = "urn:siram:lps:ctxlps"
SEARCH = "http://www.cnamts.fr/INSiRecSans"
RESULT = "{http://www.cnamts.fr/INSiResultat}"
ACTION = "urn:ServiceIdentiteCertifiee:1.0.0:rechercherInsAvecTraitsIdentite"
MEDIA_TYPE = f'application/soap+xml; charset=utf-8; action="{ACTION}"'
INSTANCE = "0f6f2f0e-0000-4000-8000-00000000d055"

FOUND, NONE_FOUND, SEVERAL_FOUND = "00", "01", "02"
_SAFE = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


class InsiRefused(Exception):
    """INSi n'a pas répondu à la question ; le texte est ce que l'utilisateur lit."""


@dataclass(frozen=True, slots=True)
class Traits:
    """Les traits stricts d'un patient, tels que saisis à l'accueil ; `birth_date` en AAAA-MM-JJ."""

    birth_family: str
    birth_givens: str
    sex: str
    birth_date: str
    birth_place: str = ""


@dataclass(frozen=True, slots=True)
class Ins:
    """Le matricule et son OID."""

    number: str
    oid: str


class Insi:
    """Le téléservice, pour un utilisateur connecté."""

    def __init__(self, settings: Settings, http: aiohttp.ClientSession, user: User) -> None:
        self._settings = settings
        self._http = http
        self._user = user

    async def find(self, traits: Traits) -> Ins | None:
        """L'INS du patient, `None` s'il n'y en a pas un seul. Lève InsiRefused.

        Un prénom après l'autre, puis tous ; avec le lieu de naissance quand plusieurs personnes répondent.
        """
        givens = self._written(traits.birth_givens)
        tries = list(dict.fromkeys([*givens.split(), givens]))
        code, found = NONE_FOUND, None
        for given in tries:
            code, found = await self._ask(traits, given)
            if code != NONE_FOUND:
                break
        if code == SEVERAL_FOUND and traits.birth_place:
            code, found = await self._ask(traits, givens, traits.birth_place)
        return found

    def _written(self, name: str) -> str:
        """Un nom comme INSi le prend : majuscules de A à Z, sans accent."""
        if self._settings.defect == "accents":
            return name.upper()
        spelt = name.upper().replace("Œ", "OE").replace("Æ", "AE").replace("’", "'")
        return "".join(letter for letter in unicodedata.normalize("NFKD", spelt) if not unicodedata.combining(letter))

    async def _ask(self, traits: Traits, given: str, place: str = "") -> tuple[str, Ins | None]:
        message = self._message(traits, given, place)
        headers = {"Content-Type": MEDIA_TYPE, "Authorization": f"Bearer {self._user.access_token}"}
        async with self._http.post(self._settings.insi_url, data=message, headers=headers) as answer:
            body = await answer.read()
        try:
            root = etree.fromstring(body, _SAFE)
        except etree.XMLSyntaxError:
            raise InsiRefused("INSi a répondu un message illisible : réessayez plus tard.") from None
        error = root.find(".//{urn:siram}Erreur")
        if error is not None:
            raise InsiRefused(f"INSi : {error.text} ({error.get('code')})")
        code = root.findtext(f".//{RESULT}CodeCR", "")
        active = root.find(f".//{RESULT}INSACTIF")
        if code != FOUND or active is None:
            return code, None
        number = active.findtext(f".//{RESULT}NumIdentifiant", "") + active.findtext(f".//{RESULT}Cle", "")
        return code, Ins(number, active.findtext(f"{RESULT}OID", ""))

    def _message(self, traits: Traits, given: str, place: str) -> bytes:
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap={"soap": SOAP, "wsa": WSA})
        header = etree.SubElement(envelope, f"{{{SOAP}}}Header")
        _add(header, WSA, Action=ACTION, MessageID=f"uuid:{uuid.uuid4()}")
        etree.SubElement(header, f"{{{WSSE}}}Security").append(self._assertion(now))
        for namespace, name, version in ((BAM, "ContexteBAM", "01_02"), (LPS, "ContexteLPS", "01_00")):
            nature = name.replace("Contexte", "CTX")
            context = etree.SubElement(header, f"{{{namespace}}}{name}", Version=version, Nature=nature)
            _add(context, namespace, Id=str(uuid.uuid4()), Temps=now, Emetteur=self._user.idnat)
            if name == "ContexteBAM":
                etree.SubElement(context, f"{{{BAM}}}COUVERTURE")
            else:
                software = etree.SubElement(context, f"{{{LPS}}}LPS")
                etree.SubElement(software, f"{{{LPS}}}IDAM", R="4").text = self._settings.insi_idam
                _add(software, LPS, Version=VERSION, Instance=INSTANCE, Nom=f"urn:lps:{NAME}:{VERSION}")
        search = etree.SubElement(etree.SubElement(envelope, f"{{{SOAP}}}Body"), f"{{{SEARCH}}}RECSANSVITALE")
        _add(search, SEARCH, NomNaissance=self._written(traits.birth_family), Prenom=given)
        _add(search, SEARCH, Sexe=traits.sex, DateNaissance=traits.birth_date, LieuNaissance=place)
        return etree.tostring(envelope, encoding="UTF-8", xml_declaration=True)

    def _assertion(self, now: str) -> etree._Element:
        attributes = {"ID": f"_{uuid.uuid4()}", "IssueInstant": now, "Version": "2.0"}
        assertion = etree.Element(f"{{{SAML}}}Assertion", attributes, nsmap={"saml": SAML})
        issuer = etree.SubElement(assertion, f"{{{SAML}}}Issuer", Format=SUBJECT_NAME)
        issuer.text = f"CN={self._user.idnat},O=PSC,C=FR"
        subject = etree.SubElement(assertion, f"{{{SAML}}}Subject")
        etree.SubElement(subject, f"{{{SAML}}}NameID", NameQualifier="PSC").text = self._user.idnat
        statement = etree.SubElement(assertion, f"{{{SAML}}}AttributeStatement")
        for name, value in (
            ("identifiantFacturation", self._settings.finess),
            ("codeSpecialiteAMO", self._settings.speciality),
            ("secteurActivite", self._settings.sector),
        ):
            _add(etree.SubElement(statement, f"{{{SAML}}}Attribute", Name=name), SAML, AttributeValue=value)
        return assertion


def _add(parent: etree._Element, namespace: str, **texts: str) -> None:
    for name, text in texts.items():
        if text:
            etree.SubElement(parent, f"{{{namespace}}}{name}").text = text
