"""A hospital that speaks to the DMP over real sockets, and the session of the sandbox that it speaks to.

Certificates are issued to the session through the control API, as a vendor gets them.
"""

from __future__ import annotations

import hashlib
import ssl
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from lxml import etree

from banc_fixtures.patients import Patient
from banc_fixtures.population import population
from banc_standards.cda import build as cda
from banc_standards.cda import model as letters
from banc_standards.cda.pdf import simple_pdf
from banc_standards.dmp import authorization, names
from banc_standards.dmp import build as dmp
from banc_standards.dmp import read as dmp_read
from banc_standards.ins import Ins
from banc_standards.soap import build as soap
from banc_standards.soap import mtom, read
from banc_standards.terminology.codes import value_set
from banc_standards.vihf import names as vihf_names
from banc_standards.vihf.build import Code, Vihf, build, issuer_of, security, sign
from banc_standards.xds import build as xds
from banc_standards.xds import retrieve
from banc_standards.xds.model import DocumentEntry, Submission, SubmissionSet
from banc_standards.xds.names import APPROVED, DELETED, PROVIDE_AND_REGISTER
from banc_standards.xds.query import build as query_build
from banc_standards.xds.query import read as query_read
from banc_standards.xds.query.model import QueryAnswer
from banc_standards.xds.query.names import LEAF_CLASS, STORED_QUERY
from banc_standards.xds.retrieve import RETRIEVE, DocumentRequest, Retrieved
from banc_standards.xds.signature import sign_submission

DOCTOR = "P01"
HOSPITAL = "S01"
ROOT_ARC = "1.2.250.1.999.7"
UPDATE_SET = "urn:ihe:iti:2010:UpdateDocumentSet"


@dataclass(frozen=True)
class Credential:
    """A certificate issued by the sandbox, with its key, and the files that a TLS client loads."""

    certificate: x509.Certificate
    key: RSAPrivateKey
    chain_file: Path
    key_file: Path


@dataclass(frozen=True)
class Answer:
    """What came back: HTTP status and content type, the SOAP message when there is one."""

    status: int
    media_type: str
    body: bytes

    @property
    def message(self) -> read.Message:
        return read.read(mtom.unpack(self.media_type, self.body).root)

    @property
    def fault(self) -> read.Fault:
        found = read.fault(self.message)
        assert found is not None, self.body
        return found

    @property
    def rule(self) -> str:
        """The rule that the fault's Detail names."""
        assert self.fault.detail is not None
        return self.fault.detail[0].get("id") or ""

    @property
    def existence(self) -> dmp_read.Existence:
        body = self.message.body
        assert body is not None
        assert body.tag == f"{{{names.HL7V3_NS}}}{names.ANSWER_INTERACTION}", self.body
        return dmp_read.existence(body)

    @property
    def found(self) -> QueryAnswer:
        """What a stored query found."""
        body = self.message.body
        assert body is not None
        assert etree.QName(body).localname == "AdhocQueryResponse", self.body
        return query_read.answer(body)

    @property
    def retrieved(self) -> Retrieved:
        """What TD3.2 handed over."""
        package = mtom.unpack(self.media_type, self.body, max_parts=1_000)
        body = read.read(package.root).body
        assert body is not None
        assert etree.QName(body).localname == "RetrieveDocumentSetResponse", self.body
        return retrieve.retrieved(body, package)

    @property
    def errors(self) -> list[tuple[str, str]]:
        """Code and context of each registry error; empty for a success."""
        body = self.message.body
        assert body is not None
        assert etree.QName(body).localname in ("RegistryResponse", "AdhocQueryResponse"), self.body
        found = [
            (error.get("errorCode") or "", error.get("codeContext") or "") for error in body.iter("{*}RegistryError")
        ]
        assert (body.get("status") or "").endswith(":Failure" if found else ":Success")
        return found

    @property
    def codes(self) -> list[str]:
        return [code for code, _ in self.errors]


@dataclass
class Bench:
    """One session of the sandbox and its control API."""

    ready: dict[str, Any]
    session: str
    control: httpx.Client
    folder: Path
    prefixed: bool = True
    issued: dict[tuple[Any, ...], Credential] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The DMP's base, with the session's prefix."""
        url = httpx.URL(self.ready["services"]["dmp"]["url"])
        return str(url.copy_with(path=f"/s/{self.session}{url.path}" if self.prefixed else url.path))

    def tell(self, method: str, what: str, content: Any = None) -> Any:
        answer = self.control.request(method, f"/control/v1/sessions/{self.session}/{what}", json=content)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def credential(self, kind: str, holder: str, profile: str = "valid") -> Credential:
        key = (kind, holder, profile)
        if key not in self.issued:
            wanted = {"kind": kind, "holder": holder, "profile": profile, "format": "pem"}
            given = self.tell("POST", "certificates", wanted)
            chain_file = self.folder / f"{uuid.uuid4().hex}.pem"
            key_file = chain_file.with_suffix(".key")
            chain_file.write_text(given["certificate"] + given["chain"])
            key_file.write_text(given["private_key"])
            certificate = x509.load_pem_x509_certificate(given["certificate"].encode())
            private = load_pem_private_key(given["private_key"].encode(), None)
            assert isinstance(private, RSAPrivateKey)
            self.issued[key] = Credential(certificate, private, chain_file, key_file)
        return self.issued[key]

    def trust(self, client: Credential | None = None) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.ready["ca_file"])
        if client is not None:
            context.load_cert_chain(client.chain_file, client.key_file)
        return context

    def arm(self, fault: str, **settings: Any) -> None:
        self.tell("PUT", "faults", {"id": fault} | settings)

    def exchanges(self, operation: str = "") -> list[dict[str, Any]]:
        query = f"?operation={operation}" if operation else ""
        return list(self.tell("GET", f"exchanges{query}")["exchanges"])

    def last(self, operation: str = "") -> dict[str, Any]:
        return self.exchanges(operation)[-1]

    def rules(self, operation: str = "") -> set[str]:
        """The rules of the last exchange's findings."""
        return {finding["rule"] for finding in self.last(operation)["findings"]}

    def documents(self) -> list[dict[str, Any]]:
        return list(self.tell("GET", "documents")["documents"])


@dataclass
class Hospital:
    """A hospital's software in front of the DMP: what it sends can be altered at every stage."""

    bench: Bench
    tls: Credential | None
    seal: Credential
    patient: Patient
    mode: str = vihf_names.INDIRECT
    professional: str = DOCTOR

    @property
    def ins(self) -> Ins:
        return self.patient.ins or Ins.of("2790351215189")

    # -- VIHF and envelope ---------------------------------------------------------------------------------------

    def vihf(self, **changed: Any) -> Vihf:
        doctor = population().professional(self.professional)
        structure = population().structure(HOSPITAL)
        now = datetime.now(UTC)
        honest = Vihf(
            assertion_id=f"_{uuid.uuid4()}",
            issue_instant=now,
            issuer=issuer_of(self.seal.certificate),
            name_id=doctor.idnat,
            authn_instant=now - timedelta(minutes=5),
            authn_class=vihf_names.SINGLE_FACTOR_CLASS,
            mode=self.mode,
            structure=structure.struct_idnat,
            sector=f"{structure.sector}^{vihf_names.SECTOR_SYSTEM}",
            roles=(Code("10", vihf_names.G15, "Médecin"), Code("SM26", vihf_names.R01, "Médecine générale")),
            subject_name=f"{doctor.given} {doctor.family}",
            ins=self.ins.value,
            ins_oid=self.ins.oid,
            lps_name="Dossier Exemple",
            lps_version="1.0",
            homologation="EXE-0001-tmp1",
        )
        return replace(honest, **changed)

    def signed(self, **changed: Any) -> etree._Element:
        return sign(build(self.vihf(**changed)), key=self.seal.key, certificate=self.seal.certificate)

    def envelope(
        self, action: str, body: etree._Element | None, *, assertion: etree._Element | None = None, **changed: Any
    ) -> bytes:
        headers = soap.addressing(action=action, message_id=f"urn:uuid:{uuid.uuid4()}")
        headers.append(security(self.signed(**changed) if assertion is None else assertion))
        return soap.serialize(soap.envelope(headers=headers, body=body))

    def post(self, path: str, data: bytes, media_type: str = "application/soap+xml; charset=UTF-8") -> Answer:
        with httpx.Client(verify=self.bench.trust(self.tls)) as client:
            answer = client.post(f"{self.bench.url}/{path}", content=data, headers={"Content-Type": media_type})
        return Answer(answer.status_code, answer.headers.get("Content-Type", ""), answer.content)

    # -- TD0.2 ---------------------------------------------------------------------------------------------------

    def query(self, patient: Ins | None = None, reason: str = names.TEST_EXISTENCE) -> etree._Element:
        return dmp.query(
            message_id=dmp.Identifier(f"{ROOT_ARC}.1", str(uuid.uuid4())),
            query_id=dmp.Identifier(f"{ROOT_ARC}.2", str(uuid.uuid4())),
            when=datetime.now(UTC),
            sender=dmp.Device(ROOT_ARC, "Dossier Exemple"),
            patient=patient or self.ins,
            reason=reason,
        )

    def ask(self, body: etree._Element | None = None, **changed: Any) -> Answer:
        return self.post(
            "patients", self.envelope(names.QUERY_ACTION, self.query() if body is None else body, **changed)
        )

    # -- TD2.1 ---------------------------------------------------------------------------------------------------

    def letter(self, **changed: Any) -> letters.DischargeLetter:
        doctor, structure = population().professional(self.professional), population().structure(HOSPITAL)
        place = letters.Organization(
            structure.struct_idnat,
            structure.name,
            value_set("J04").get("ETABLISSEMENT"),
            letters.Address("1", "rue du Banc", "35000", "RENNES", use="WP"),
            (letters.Telecom("tel:0261910001", "WP"),),
        )
        author = letters.Professional(
            doctor.idnat,
            doctor.family,
            doctor.given,
            speciality=value_set("J01").get("G15_10/SM26"),
            organization=place,
            address=letters.Address("1", "rue du Banc", "35000", "RENNES", use="WP"),
            telecoms=(letters.Telecom("tel:0261910001", "WP"),),
        )
        subject = letters.Patient(
            ins=self.ins,
            local_ids=(letters.Identifier(structure.patient_authority, self.patient.local_id),),
            birth_family=self.patient.birth_family,
            birth_givens=self.patient.birth_givens,
            first_given=self.patient.first_given,
            sex=self.patient.sex,
            birth_date=self.patient.birth_date,
            birth_place_cog=self.patient.birth_place,
            address=letters.Address("2", "rue de l'Essai", "35000", "RENNES", use="H"),
            telecoms=(letters.Telecom("tel:0261910002", "H"),),
        )
        leaving = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
        number = fresh_oid()
        honest = letters.DischargeLetter(
            id=number,
            set_id=fresh_oid(),
            created=leaving,
            patient=subject,
            author=author,
            legal_authenticator=author,
            custodian=place,
            stay=letters.Stay(
                admission=leaving - timedelta(days=3),
                discharge=leaving,
                entry_mode=value_set("ModaliteEntree").get("8715000"),
                exit_mode=value_set("ModaliteSortie").get("160849004"),
                facility_type=value_set("J02").get(structure.sector),
                performer=author,
            ),
            reason="Exploration d'une douleur.",
            synthesis=letters.Synthesis("Évolution simple."),
        )
        return replace(honest, **changed)

    def document(self, **changed: Any) -> bytes:
        return cda.discharge_letter(self.letter(**changed))

    def pdf_document(self, **changed: Any) -> bytes:
        return cda.discharge_letter_n1(self.letter(**changed), simple_pdf(["Lettre de liaison"]))

    def lot(self, document: bytes, **options: Any) -> Lot:
        return Lot.of(self, document, **options)

    def send(self, lot: Lot, **changed: Any) -> Answer:
        media_type, data = self.packed(lot, **changed)
        return self.post("repository", data, media_type)

    def packed(self, lot: Lot, **changed: Any) -> tuple[str, bytes]:
        parts = {f"{identifier}@lps": content for identifier, content in lot.contents.items()}
        body = xds.provide_and_register(
            lot.submission, {identifier: f"{identifier}@lps" for identifier in lot.contents}
        )
        envelope = self.envelope(PROVIDE_AND_REGISTER, body, **changed)
        boundary = f"lps-{uuid.uuid4().hex}"
        return mtom.pack(envelope, parts, action=PROVIDE_AND_REGISTER, boundary=boundary, root_id="root@lps")

    def feed(self, document: bytes | None = None, **options: Any) -> Answer:
        return self.send(self.lot(document or self.document(), **options))

    # -- TD3.1, TD3.3c -------------------------------------------------------------------------------------------

    def search(self, query: etree._Element, **changed: Any) -> Answer:
        return self.post("registry", self.envelope(STORED_QUERY, query, **changed))

    def entry_uuid(self, unique_id: str) -> str:
        """TD3.1b."""
        [found] = self.search(query_build.get_documents(unique_ids=[unique_id])).found.references
        return found

    def found(self, unique_id: str, **changed: Any) -> DocumentEntry:
        """The entry of a document, as the registry gives it."""
        query = query_build.get_documents(unique_ids=[unique_id], return_type=LEAF_CLASS)
        [entry] = self.search(query, **changed).found.entries
        return entry

    # -- TD0.3 ---------------------------------------------------------------------------------------------------

    def authorize(self, action: str = authorization.ADD, role: str = "", **changed: Any) -> tuple[str, str]:
        """The code and the sentence that TD0.3 answers."""
        answer = self.authorizing(action, role, **changed)
        body = answer.message.body
        assert body is not None
        assert etree.QName(body).localname == "setAuthorizationResponse", answer.body
        return authorization.told(body)

    def authorizing(self, action: str = authorization.ADD, role: str = "", **changed: Any) -> Answer:
        body = authorization.set_authorization(authorization.Wish(action, role))
        return self.post("habilitations", self.envelope(authorization.ACTION, body, **changed))

    # -- TD3.2 ---------------------------------------------------------------------------------------------------

    def retrieve(self, *unique_ids: str, repository: str = names.REPOSITORY, **changed: Any) -> Answer:
        body = retrieve.retrieve_documents([DocumentRequest(repository, unique_id) for unique_id in unique_ids])
        return self.post("repository", self.envelope(RETRIEVE, body, **changed))

    def set(self, **changed: Any) -> SubmissionSet:
        """A lot without documents, by the doctor of the hospital."""
        honest = SubmissionSet(
            id="Lot01",
            unique_id=fresh_oid(),
            source_id=ROOT_ARC,
            patient_id=self.ins.cx(),
            submission_time=xds.utc(datetime.now(UTC)),
            authors=(xds.author_of(self.letter().author),),
            content_type=value_set("J59").get("03"),
        )
        return replace(honest, **changed)

    def change(self, entry_uuid: str, *, original: str = APPROVED, new: str = DELETED, **changed: Any) -> Answer:
        """TD3.3c, or another change of status."""
        body = xds.update_statuses(self.set(), [entry_uuid], original=original, new=new)
        return self.update(body, **changed)

    def update(self, body: etree._Element, **changed: Any) -> Answer:
        return self.post("registry", self.envelope(UPDATE_SET, body, **changed))


@dataclass(frozen=True)
class Lot:
    """A submission with the bytes of its parts, by the id of their entries."""

    submission: Submission
    contents: Mapping[str, bytes]

    @classmethod
    def of(
        cls,
        hospital: Hospital,
        document: bytes,
        *,
        unique_id: str | None = None,
        replaces: str | None = None,
        visibility: tuple[str, ...] = (),
        signer: Credential | None = None,
    ) -> Lot:
        entry = xds.entry_from_cda(document, visibility=visibility)
        by = signer or hospital.seal
        lot = SubmissionSet(
            id="Lot01",
            unique_id=unique_id or fresh_oid(),
            source_id=ROOT_ARC,
            patient_id=hospital.ins.cx(),
            submission_time=xds.utc(datetime.now(UTC)),
            title="Lettre de liaison",
            authors=entry.authors,
            content_type=value_set("J59").get("03"),
        )
        signature = sign_submission(
            lot=lot.unique_id or "",
            documents={entry.unique_id or "": document},
            key=by.key,
            certificate=by.certificate,
            signing_time=datetime.now(UTC),
            signature_id=f"S{uuid.uuid4().hex}",
        )
        signed = xds.signature_entry(lot, entry, signature, unique_id=fresh_oid())
        links = {entry.id: replaces} if replaces else None
        return cls(xds.submission(lot, [entry, signed], replaces=links), {entry.id: document, signed.id: signature})

    @property
    def entry(self) -> DocumentEntry:
        return self.submission.contents[0]

    def with_entry(self, **changed: Any) -> Lot:
        """The same lot whose document entry says something else."""
        entries = tuple(entry if entry.signature else replace(entry, **changed) for entry in self.submission.entries)
        return replace(self, submission=replace(self.submission, entries=entries))

    def with_set(self, **changed: Any) -> Lot:
        assert self.submission.set is not None
        return replace(self, submission=replace(self.submission, set=replace(self.submission.set, **changed)))


def fresh_oid() -> str:
    return f"{ROOT_ARC}.{uuid.uuid4().int % 10**15}"


def sha1(content: bytes) -> str:
    return hashlib.sha1(content).hexdigest()


def hospital_of(bench: Bench, patient: str = "PAT-01") -> Hospital:
    """A hospital in the indirect mode, with the certificates of its session."""
    tls, seal = bench.credential("AUTH_CLI", HOSPITAL), bench.credential("SIGN", HOSPITAL)
    return Hospital(bench, tls, seal, population().patient(patient))
