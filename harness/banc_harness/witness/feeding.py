"""Feeding the DMP: a VIHF for each call, TD0.2 to know the record, TD2.1 to file the letter with its signature."""

from __future__ import annotations

import base64
import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha1
from typing import Any, Literal

from lxml import etree

from banc_harness.witness.credentials import Credential
from banc_harness.witness.letters import organization, professional
from banc_harness.witness.software import Software
from banc_harness.witness.transport import Transport
from banc_standards.dmp import build as dmp
from banc_standards.dmp import names
from banc_standards.dmp import read as dmp_answers
from banc_standards.errors import BancError
from banc_standards.ins import INS_C, INS_TEST, Ins
from banc_standards.soap import build as soap
from banc_standards.soap import mtom
from banc_standards.soap import read as soap_answers
from banc_standards.terminology.codes import value_set
from banc_standards.vihf import build as vihf
from banc_standards.xds import build as xds
from banc_standards.xds.model import Author, SubmissionSet
from banc_standards.xds.names import APPROVED, DELETED
from banc_standards.xds.query import build as queries
from banc_standards.xds.query import read as registry_answers
from banc_standards.xds.query.names import STORED_QUERY
from banc_standards.xds.signature import sign_submission

Existence = Literal["open", "closed", "absent"]
PROVIDE = "urn:ihe:iti:2007:ProvideAndRegisterDocumentSet-b"
UPDATE = "urn:ihe:iti:2010:UpdateDocumentSet"
SET_AUTHORISATION = "urn:si-dmp-habilitations:HabilitationsEndPoint:setAuthorization"
PROFESSIONS = "1.2.250.1.71.1.2.7"
SPECIALITIES = "1.2.250.1.71.4.2.5"
PARIS_IN_WINTER = timezone(timedelta(hours=1))


class DmpRefused(Exception):
    """The DMP answered with an error: its code, and the sentence for the user."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(f"{code} : {sentence}" if sentence else code)
        self.code = code


@dataclass(slots=True)
class Feeding:
    """One user of one structure, with the certificates of that structure, in front of the DMP."""

    base: str
    transport: Transport
    tls: Credential
    seal: Credential
    software: Software
    user: Mapping[str, Any]
    professional: Mapping[str, Any]
    structure: Mapping[str, Any]
    now: datetime
    defects: frozenset[str] = frozenset()
    mode: str = "INDIRECTE"
    purpose: str = "normal"

    def existence(self, ins: Ins) -> Existence:
        """TD0.2: whether the patient has a record, and whether it is open.

        Raises :class:`DmpRefused` when the DMP answers an error.
        """
        answer = self.tested(ins)
        if answer.found != names.FOUND:
            return "absent"
        return "open" if answer.feedable else "closed"

    def tested(self, ins: Ins) -> dmp_answers.Existence:
        """TD0.2: all that the DMP says of the record. Raises :class:`DmpRefused` when it answers an error."""
        system = f"{self.structure['oid']}.3"
        request = dmp.query(
            message_id=dmp.Identifier(f"{system}.1", str(uuid.uuid4())),
            query_id=dmp.Identifier(f"{system}.2", str(uuid.uuid4())),
            when=self.now,
            sender=dmp.Device(system, self.software.name),
            patient=ins,
        )
        answer = dmp_answers.existence(self._call("patients", names.QUERY_ACTION, request, ins))
        if answer.error_code or answer.acknowledgement != "AA":
            raise DmpRefused(answer.error_code, answer.error_text)
        return answer

    def file(
        self,
        document: bytes,
        ins: Ins,
        *,
        submission_id: str,
        replaces: str | None = None,
        visibility: Sequence[str] = (),
    ) -> None:
        """TD2.1: files one document with the signature of its lot; ``visibility`` holds codes of JDV J08.

        Raises :class:`DmpRefused` with the DMP's own code when it is not registered.
        """
        entry = xds.entry_from_cda(document, visibility=visibility)
        if "obsolete-ins" in self.defects:
            document = document.replace(INS_TEST.encode() + b'"', INS_C.encode() + b'"')
            entry = replace(entry, hash=sha1(document, usedforsecurity=False).hexdigest(), size=str(len(document)))
        lot = self._lot(submission_id, ins)
        signature = sign_submission(
            lot=submission_id,
            documents={entry.unique_id or "": document},
            key=self.seal.key,
            certificate=self.seal.certificate,
            signing_time=self.now,
            signature_id=f"S{uuid.uuid4().hex}",
        )
        if "wrong-hash" in self.defects:
            entry = replace(entry, hash="0" * 40)
        if "hash-of-the-pdf" in self.defects:
            entry = replace(entry, hash=sha1(_pdf(document), usedforsecurity=False).hexdigest())
        if "local-times" in self.defects:
            entry = replace(entry, creation_time=self.now.astimezone(PARIS_IN_WINTER).strftime("%Y%m%d%H%M%S"))
        signed = xds.signature_entry(lot, entry, signature, unique_id=f"{submission_id}.1")
        submission = xds.submission(lot, [entry, signed], replaces={entry.id: replaces} if replaces else None)
        parts = {f"{entry.id}@temoin": document, f"{signed.id}@temoin": signature}
        body = xds.provide_and_register(submission, {entry.id: f"{entry.id}@temoin", signed.id: f"{signed.id}@temoin"})
        registered(self._call("repository", PROVIDE, body, ins, parts=parts))

    def entry_uuid(self, unique_id: str, ins: Ins) -> str | None:
        """TD3.1b: the id that the DMP gave to the entry of a document; None when it holds none.

        Raises :class:`DmpRefused` when the DMP answers an error.
        """
        request = queries.get_documents(unique_ids=[unique_id])
        answer = registered(self._call("registry", STORED_QUERY, request, ins))
        return next(iter(registry_answers.answer(answer).references), None)

    def delete(self, entry_uuid: str, ins: Ins, *, submission_id: str) -> None:
        """TD3.3c: the document of this entry, as it was filed, becomes deleted.

        Raises :class:`DmpRefused` with the DMP's own code when it stays.
        """
        request = xds.update_statuses(self._lot(submission_id, ins), [entry_uuid], original=APPROVED, new=DELETED)
        registered(self._call("registry", UPDATE, request, ins))

    def _lot(self, unique_id: str, ins: Ins) -> SubmissionSet:
        return SubmissionSet(
            id="Lot01",
            unique_id=unique_id,
            source_id=f"{self.structure['oid']}.3",
            patient_id=ins.cx(),
            submission_time=xds.utc(self.now),
            authors=(self._author(),),
            content_type=value_set("J59").get(self.software.activity),
        )

    def _author(self) -> Author:
        place = organization(self.structure)
        return xds.author_of(professional(self.professional, place))

    def authorise(self, ins: Ins) -> None:
        """TD0.3, which has no place around a feeding: only a defect calls it."""
        try:
            self._authorise(ins)
        except DmpRefused:
            return

    def _authorise(self, ins: Ins) -> None:
        """TD0.3: adds the user's authorisation. Raises :class:`DmpRefused` when the DMP does not."""
        request = etree.Element("{urn:si-dmp-habilitations}setAuthorization", nsmap={None: "urn:si-dmp-habilitations"})  # type: ignore[dict-item]
        etree.SubElement(request, "{urn:si-dmp-habilitations}action").text = "AJOUT"
        answer = self._call("habilitations", SET_AUTHORISATION, request, ins)
        status = (answer.findtext(".//{*}status") or "").strip()
        if status != "DMPOk":
            raise DmpRefused(status or "TD0.3", (answer.findtext(".//{*}context") or "").strip())

    def _call(
        self,
        service: str,
        action: str,
        body: etree._Element,
        ins: Ins,
        *,
        parts: Mapping[str, bytes] | None = None,
    ) -> etree._Element:
        return self._exchange(service, action, body, ins, parts=parts)[0]

    def _exchange(
        self,
        service: str,
        action: str,
        body: etree._Element,
        ins: Ins,
        *,
        parts: Mapping[str, bytes] | None = None,
    ) -> tuple[etree._Element, mtom.Package]:
        url = f"{self.base}/{service}"
        headers = soap.addressing(action=action, message_id=f"urn:uuid:{uuid.uuid4()}", to=url)
        headers.append(vihf.security(self._vihf(ins)))
        envelope = soap.serialize(soap.envelope(headers=headers, body=body))
        if parts:
            content_type, data = mtom.pack(
                envelope, parts, action=action, boundary=f"temoin-{secrets.token_hex(12)}", root_id="enveloppe@temoin"
            )
        else:
            content_type, data = f'application/soap+xml; charset=utf-8; action="{action}"', envelope
        answer = self.transport.presenting(self.tls.pair).send(
            "POST", url, body=data, headers={"Content-Type": content_type}
        )
        try:
            package = mtom.unpack(answer.headers.get("content-type", ""), answer.body)
            message = soap_answers.read(package.root)
        except BancError as error:
            raise DmpRefused(f"HTTP {answer.status}", "la réponse du DMP n'est pas lisible") from error
        fault = message.envelope.find(".//{*}Body/{*}Fault")
        if fault is not None:
            code = (fault.findtext("{*}Code/{*}Subcode/{*}Value") or "Fault").rpartition(":")[2]
            raise DmpRefused(code, (fault.findtext("{*}Reason/{*}Text") or "").strip())
        if message.body is None:
            raise DmpRefused(f"HTTP {answer.status}", "la réponse du DMP est vide")
        return message.body, package

    def _vihf(self, ins: Ins) -> etree._Element:
        seal = self.tls if "wrong-seal" in self.defects else self.seal
        roles = [vihf.Code(self.professional["profession"], PROFESSIONS, "Médecin")]
        speciality = str(self.professional["speciality"])
        if "/" in speciality and "no-speciality" not in self.defects:
            label = value_set("J01").get(speciality).display
            roles.append(vihf.Code(speciality.partition("/")[2], SPECIALITIES, label))
        assertion = vihf.build(
            vihf.Vihf(
                assertion_id=f"_{uuid.uuid4()}",
                issue_instant=self.now,
                issuer=vihf.issuer_of(seal.certificate),
                name_id="SECRETARIAT" if "generic-user" in self.defects else self.user["idnat"],
                authn_instant=datetime.fromtimestamp(self.user["signed_in_at"], UTC),
                authn_class="urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorUnregistered",
                authn_decl=None if self.mode == "INDIRECTE" else "CONF_EXI_PGSSIS",
                mode=self.mode,
                purpose=self.purpose,
                structure=seal.structure,
                sector=f"{self.structure['sector']}^1.2.250.1.71.4.2.4",
                roles=tuple(roles),
                subject_name=f"{self.user['given']} {self.user['family']}",
                ins=ins.value,
                ins_oid=ins.oid,
                lps_name="Autre Logiciel" if "other-software" in self.defects else self.software.name,
                lps_version=self.software.version,
                homologation=self.software.homologation,
            )
        )
        return vihf.sign(assertion, key=seal.key, certificate=seal.certificate)


def _pdf(document: bytes) -> bytes:
    """The PDF inside a document, in whichever place."""
    held = (item for item in etree.fromstring(document).iter("{*}value", "{*}text"))
    text = next((item.text or "" for item in held if item.get("mediaType") == "application/pdf"), "")
    return base64.b64decode(text)


def registered(answer: etree._Element) -> etree._Element:
    """The registry's answer; raises :class:`DmpRefused` when it carries an error."""
    errors = list(answer.iter("{*}RegistryError"))
    if errors:
        raise DmpRefused(errors[0].get("errorCode", ""), errors[0].get("codeContext", ""))
    return answer
