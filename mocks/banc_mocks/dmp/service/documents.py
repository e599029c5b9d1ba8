"""The content of a submission: metadata and bytes, the CDA documents themselves, who signed the lot."""

from __future__ import annotations

from collections.abc import Mapping

from banc_mocks.dmp.service.admission import Actor, signer_subject
from banc_mocks.dmp.service.existence import DOCUMENT_RULES, HIDDEN_BOTH_WAYS
from banc_mocks.dmp.service.refusal import registry_errors
from banc_mocks.sandbox.call import Call
from banc_standards.cda.rules import ENGINE as CDA
from banc_standards.certificate_rules import RULES as CERTIFICATE_RULES
from banc_standards.dmp import errors
from banc_standards.xds.model import RegistryError, Submission
from banc_standards.xds.rules import RULES as XDS_RULES
from banc_standards.xds.rules.subject import SubmissionSubject
from banc_standards.xds.signature import LotSignature


def subject_of(call: Call, submission: Submission, parts: Mapping[str, bytes], actor: Actor) -> SubmissionSubject:
    """What the rules of a submission read; ``parts`` gives the bytes by the id of their ``xds:Document``."""
    return SubmissionSubject(
        submission,
        documents=parts,
        vihf=actor.assertion,
        signing_certificate=actor.certificate,
        masked_both_ways=bool(call.session.switch(HIDDEN_BOTH_WAYS.name)),
    )


def judge_content(call: Call, subject: SubmissionSubject) -> list[RegistryError]:
    """Records every finding on the content of a submission; returns the errors that refuse it.

    It reads and computes only, so that a large submission can be judged on another thread.
    """
    refused = registry_errors(call, call.judge(XDS_RULES, subject))
    judged_inside = subject.clinical() if call.session.switch(DOCUMENT_RULES.name) else ()
    for _entry, document in judged_inside:
        refused += registry_errors(call, call.note(CDA.judge(document)), "InvalidDocumentContent")
    signature = subject.verified
    if isinstance(signature, LotSignature) and signature.certificate != subject.signing_certificate:
        judged = call.judge(CERTIFICATE_RULES, signer_subject(call, signature.certificate))
        refused += registry_errors(call, judged, errors.INVALID_CERTIFICATE)
    return refused
