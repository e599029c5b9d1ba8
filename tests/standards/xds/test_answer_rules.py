"""Each rule of the answers, of what a search found and of retrievals lets the right one pass, and finds its break."""

from __future__ import annotations

from dataclasses import replace

import pytest

from banc_standards.xds.model import DocumentEntry, RegistryError
from banc_standards.xds.names import APPROVED, FAILURE, PARTIAL_SUCCESS, SUCCESS
from banc_standards.xds.query.model import QueryAnswer
from banc_standards.xds.retrieve import DocumentRequest, DocumentResponse
from banc_standards.xds.rules.answers import RULES, AnswerSubject, FoundSubject, RetrieveSubject

ERROR = RegistryError("XDSRepositoryError", "le dépôt est plein")
ENTRY = DocumentEntry(
    id="urn:uuid:0190a6f0-0000-7000-8000-000000000001",
    unique_id="1.2.250.1.999.1",
    patient_id="279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH",
    repository_unique_id="1.2.250.1.213.4.1.1.1.2",
    status=APPROVED,
    hash="0" * 40,
    size="10",
)
ASKED = DocumentRequest("1.2.250.1.213.4.1.1.1.2", "1.2.250.1.999.1")
GIVEN = DocumentResponse("1.2.250.1.213.4.1.1.1.2", "1.2.250.1.999.1", "text/xml", b"<a/>")
OTHER = replace(ENTRY, id="urn:uuid:0190a6f0-0000-7000-8000-000000000002", patient_id="1^^^&1.2.3&ISO^PI")
SOUND = [
    AnswerSubject(SUCCESS),
    AnswerSubject(SUCCESS, (replace(ERROR, warning=True),)),
    AnswerSubject(FAILURE, (ERROR,), gives=False),
    FoundSubject(QueryAnswer(SUCCESS, entries=(ENTRY,))),
    RetrieveSubject(asked=(ASKED,)),
    RetrieveSubject(given=(GIVEN,)),
]
BROKEN = {
    "XDS-RSP-001": [AnswerSubject("Success"), AnswerSubject("")],
    "XDS-RSP-002": [AnswerSubject(SUCCESS, (ERROR,)), AnswerSubject(FAILURE)],
    "XDS-RSP-003": [AnswerSubject(FAILURE, (replace(ERROR, context=""),))],
    "XDS-RSP-004": [AnswerSubject(FAILURE, (ERROR,), gives=True), AnswerSubject(PARTIAL_SUCCESS, (ERROR,), False)],
    "XDS-FND-001": [FoundSubject(QueryAnswer(SUCCESS, entries=(replace(ENTRY, id="Document01"),)))],
    "XDS-FND-002": [FoundSubject(QueryAnswer(SUCCESS, entries=(replace(ENTRY, repository_unique_id=None),)))],
    "XDS-FND-003": [FoundSubject(QueryAnswer(SUCCESS, entries=(ENTRY, OTHER)))],
    "XDS-RTV-001": [RetrieveSubject(asked=())],
    "XDS-RTV-002": [RetrieveSubject(asked=(replace(ASKED, unique_id=ENTRY.id),))],
    "XDS-RTV-003": [RetrieveSubject(asked=(ASKED, ASKED)), RetrieveSubject(given=(GIVEN, GIVEN))],
    "XDS-RTV-004": [RetrieveSubject(given=(replace(GIVEN, content=b""),))],
}
_KIND = {"RSP": AnswerSubject, "FND": FoundSubject, "RTV": RetrieveSubject}


def found(subject: object) -> set[str]:
    own = [rule for rule in RULES if isinstance(subject, _KIND[rule.id.split("-")[1]])]
    return {rule.id for rule in own for _ in rule.check(subject)}


@pytest.mark.parametrize("subject", SOUND)
def test_a_right_one_breaks_nothing(subject):
    assert found(subject) == set()


@pytest.mark.parametrize("rule", BROKEN)
def test_a_rule_finds_its_own_break(rule):
    assert all(rule in found(subject) for subject in BROKEN[rule])


def test_every_rule_has_its_case():
    assert set(BROKEN) == {rule.id for rule in RULES}
