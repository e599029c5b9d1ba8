"""The content of a submission: metadata, the CDA documents themselves, the signature of the lot."""

from __future__ import annotations

from collections.abc import Mapping

from banc_mocks.dmp.service.admission import Actor
from banc_mocks.sandbox.call import Call
from banc_standards.rules import Finding, Rule
from banc_standards.xds.model import Submission


def judge_documents(
    call: Call, submission: Submission, contents: Mapping[str, bytes], actor: Actor
) -> list[tuple[Rule, Finding]]:
    """Records every finding on the content of a submission; returns those that refuse in this session's mode."""
    return []
