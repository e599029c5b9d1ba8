"""The signature of a lot: there, readable, true, over this lot and these documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit
from banc_standards.terminology.documents import SIGNATURE_PURPOSE
from banc_standards.xds.names import SIGNS
from banc_standards.xds.rules.subject import SubmissionSubject
from banc_standards.xds.signature import LOT_DIGEST, RSA_SHA1, LotSignature, SignatureRefused

_BOOK = RuleBook("DMP TD2.1, signature du lot (IHE DSG, XAdES)", "XDSRegistryMetadataError")


def _declared(subject: SubmissionSubject) -> LotSignature | None:
    return subject.declared if isinstance(subject.declared, LotSignature) else None


@_BOOK.rule(
    "XDS-SIG-001",
    ("Un lot porte un document de signature et un seul.", "A lot carries exactly one signature document."),
    (
        "Ajouter l'ExtrinsicObject de la signature (classe urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1) et ses octets.",
        "Add the signature's ExtrinsicObject (class urn:oid:1.3.6.1.4.1.19376.1.2.1.1.1) and its bytes.",
    ),
)
def _present(subject: SubmissionSubject) -> Iterator[Hit]:
    number = len(subject.submission.signatures)
    if number != 1:
        yield Hit("DocumentEntry[signature]", found=str(number), expected="1")


@_BOOK.rule(
    "XDS-SIG-002",
    ("Le document de signature est une ds:Signature avec un manifeste.", "The signature document is a ds:Signature."),
    (
        "Envoyer une Signature XML avec un Manifest et le certificat du signataire.",
        "Send an XML Signature with a Manifest and the signer's certificate.",
    ),
    code="InvalidDocumentContent",
)
def _readable(subject: SubmissionSubject) -> Iterator[Hit]:
    if isinstance(subject.declared, SignatureRefused):
        yield Hit("Signature", found=subject.declared.detail, expected="ds:Signature/ds:Object/ds:Manifest")


@_BOOK.rule(
    "XDS-SIG-003",
    ("La signature signe le lot (association signs).", "The signature signs the lot (association signs)."),
    ("Ajouter signs, de l'entrée de la signature vers le lot.", "Add signs, from the signature's entry to the lot."),
)
def _signs(subject: SubmissionSubject) -> Iterator[Hit]:
    lot = subject.submission.set
    links = [(link.source, link.target) for link in subject.submission.associations if link.type == SIGNS]
    for entry in subject.submission.signatures if lot else ():
        if lot is not None and (entry.id, lot.id) not in links:
            found = ", ".join(f"{source} → {target}" for source, target in links)
            yield Hit(f"DocumentEntry[{entry.id}]/signs", found=found, expected=f"{entry.id} → {lot.id}")


@_BOOK.rule(
    "XDS-SIG-005",
    ("La signature du lot est juste.", "The signature of the lot is right."),
    (
        "Signer le manifeste, puis envoyer ces octets sans les retoucher.",
        "Sign the manifest, then send those bytes untouched.",
    ),
)
def _true(subject: SubmissionSubject) -> Iterator[Hit]:
    if _declared(subject) is not None and isinstance(subject.verified, SignatureRefused):
        yield Hit("Signature/SignatureValue", found=subject.verified.detail)


@_BOOK.rule(
    "XDS-SIG-006",
    ("Le manifeste désigne le lot par son uniqueId.", "The manifest names the lot by its uniqueId."),
    ("Ajouter Reference URI urn:oid:{uniqueId du lot}.", "Add Reference URI urn:oid:{the lot's uniqueId}."),
)
def _names_lot(subject: SubmissionSubject) -> Iterator[Hit]:
    signature, lot = _declared(subject), subject.submission.set
    if signature and lot and f"urn:oid:{lot.unique_id}" not in [item.uri for item in signature.references]:
        found = ", ".join(item.uri for item in signature.references)
        yield Hit("Signature/Manifest", found=found, expected=f"urn:oid:{lot.unique_id}")


@_BOOK.rule(
    "XDS-SIG-007",
    (
        "Le manifeste désigne chaque document du lot une fois, et rien d'autre.",
        "The manifest names every document of the lot once, and nothing else.",
    ),
    ("Écrire une Reference urn:oid:{uniqueId} par document.", "Write one Reference urn:oid:{uniqueId} per document."),
)
def _names_documents(subject: SubmissionSubject) -> Iterator[Hit]:
    signature, lot = _declared(subject), subject.submission.set
    if signature is None or lot is None:
        return
    found = Counter(item.uri for item in signature.references if item.uri != f"urn:oid:{lot.unique_id}")
    expected = dict.fromkeys(f"urn:oid:{entry.unique_id}" for entry in subject.submission.contents)
    for uri in expected:
        if found[uri] != 1:
            yield Hit("Signature/Manifest", found=str(found[uri]), expected=uri)
    for uri in found:
        if uri not in expected:
            yield Hit("Signature/Manifest", found=uri, expected=", ".join(expected))


@_BOOK.rule(
    "XDS-SIG-008",
    (
        "L'empreinte de chaque document, dans le manifeste, est celle de ses octets.",
        "The digest of every document in the manifest is that of its bytes.",
    ),
    (
        "Calculer SHA-1 sur le document envoyé, canonicalisé s'il est XML.",
        "Compute SHA-1 over the document sent, canonicalised when it is XML.",
    ),
)
def _digests(subject: SubmissionSubject) -> Iterator[Hit]:
    signature = _declared(subject)
    references = {item.unique_id: item for item in signature.references} if signature else {}
    for entry in subject.submission.contents:
        reference, content = references.get(entry.unique_id or ""), subject.content(entry)
        if reference is not None and content is not None and not reference.matches(content):
            yield Hit(f"Signature/Manifest/Reference[{reference.uri}]", found=reference.digest)


@_BOOK.rule(
    "XDS-SIG-009",
    ("L'empreinte du lot est la constante AA==.", "The digest of the lot is the constant AA==."),
    ("Écrire AA==.", "Write AA==."),
    severity="info",
)
def _lot_digest(subject: SubmissionSubject) -> Iterator[Hit]:
    signature, lot = _declared(subject), subject.submission.set
    for item in signature.references if signature and lot else ():
        if lot is not None and item.unique_id == lot.unique_id and item.digest != LOT_DIGEST:
            yield Hit(f"Signature/Manifest/Reference[{item.uri}]", found=item.digest, expected=LOT_DIGEST)


@_BOOK.rule(
    "XDS-SIG-010",
    ("La signature dit son but : source du lot.", "The signature says its purpose: source of the lot."),
    (
        f"Écrire SignatureProperty purposeOfSignature {SIGNATURE_PURPOSE.code}.",
        f"Write SignatureProperty purposeOfSignature {SIGNATURE_PURPOSE.code}.",
    ),
)
def _purpose(subject: SubmissionSubject) -> Iterator[Hit]:
    signature = _declared(subject)
    if signature and signature.purpose != SIGNATURE_PURPOSE.code:
        yield Hit("Signature/SignatureProperty", found=signature.purpose, expected=SIGNATURE_PURPOSE.code)


@_BOOK.rule(
    "XDS-SIG-011",
    ("Le lot est signé avec le certificat qui signe le VIHF.", "The lot is signed with the certificate of the VIHF."),
    ("Employer le même certificat de signature.", "Use the same signing certificate."),
    severity="warning",
)
def _signer(subject: SubmissionSubject) -> Iterator[Hit]:
    signature, expected = _declared(subject), subject.signing_certificate
    if signature and expected is not None and signature.certificate != expected:
        found = signature.certificate.subject.rfc4514_string()
        yield Hit("Signature/KeyInfo", found=found, expected=expected.subject.rfc4514_string())


@_BOOK.rule(
    "XDS-SIG-012",
    (
        "La signature emploie RSA-SHA256 ; RSA-SHA1, des anciens exemples, n'est plus sûr.",
        "The signature uses RSA-SHA256; RSA-SHA1, of old samples, is no longer safe.",
    ),
    ("Signer en RSA-SHA256.", "Sign with RSA-SHA256."),
    severity="info",
    certainty="uncertain",
)
def _algorithm(subject: SubmissionSubject) -> Iterator[Hit]:
    signature = _declared(subject)
    if signature and signature.algorithm == RSA_SHA1:
        yield Hit("Signature/SignedInfo/SignatureMethod", found=signature.algorithm, expected="rsa-sha256")


RULES = _BOOK.rules
