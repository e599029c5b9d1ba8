"""The rules of a submission, judged on a :class:`banc_standards.xds.rules.subject.SubmissionSubject`."""

from banc_standards.xds.rules import associations, codes, forms, matching, metadata, parts, people, signing

RULES = (
    *metadata.RULES,
    *forms.RULES,
    *people.RULES,
    *codes.RULES,
    *parts.RULES,
    *matching.RULES,
    *associations.RULES,
    *signing.RULES,
)
