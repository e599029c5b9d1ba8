"""The rules of a submission, judged on a :class:`banc_standards.xds.rules.subject.SubmissionSubject`."""

from banc_standards.xds.rules import associations, codes, forms, matching, metadata, parts, people, signing, updates

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
"""Those of a submission of documents (ITI-41)."""

UPDATE_RULES = (
    *(rule for rule in metadata.RULES if rule.id != "XDS-META-003"),
    *forms.RULES,
    *people.RULES,
    *codes.RULES,
    *parts.RULES,
    *updates.RULES,
)
"""Those of a change of availability (ITI-57): the same lot, without documents."""

METADATA_RULES = (*metadata.RULES, *forms.RULES, *people.RULES, *codes.RULES)
"""Those of a change of metadata (ITI-57): a lot and whole entries, without documents."""
