"""Every rule of the product, collected by name: what the services refuse by and what the harness judges by."""

from __future__ import annotations

from functools import cache
from typing import Any

from banc_standards.rules import Registry, Rule


@cache
def catalogue() -> Registry:
    """All the rules, in the order of the standards, then those of the checks.

    Raises ``ValueError`` when two carry the same id.
    """
    from banc_harness.checks.registered import checks
    from banc_standards import attribution_rules, certificate_rules, ins_datamatrix_rules, transport_rules, xml_rules
    from banc_standards.cda import rules as cda_rules
    from banc_standards.dmp import rules as dmp_rules
    from banc_standards.fhir import rules as fhir_rules
    from banc_standards.hl7v2 import rules as hl7v2_rules
    from banc_standards.insi import answer_rules as insi_answers
    from banc_standards.insi import rules as insi_rules
    from banc_standards.mail import dsn_rules, imap_rules, mdn_rules, smtp_rules
    from banc_standards.mail import rules as mail_rules
    from banc_standards.psc import rules as psc_rules
    from banc_standards.psc.rules import tokens as psc_tokens
    from banc_standards.soap import rules as soap_rules
    from banc_standards.together import rules as together_rules
    from banc_standards.vihf import rules as vihf_rules
    from banc_standards.vihf.rules import alone as vihf_alone
    from banc_standards.xdm import rules as xdm_rules
    from banc_standards.xds import rules as xds_rules
    from banc_standards.xds.query import rules as query_rules
    from banc_standards.xds.rules import answers as answer_rules
    from banc_standards.xds.rules import updates as update_rules

    return Registry(
        attribution_rules.RULES,
        transport_rules.RULES,
        certificate_rules.RULES,
        xml_rules.RULES,
        soap_rules.RULES,
        vihf_rules.RULES,
        vihf_alone.RULES,
        psc_rules.RULES,
        psc_tokens.RULES,
        insi_rules.RULES,
        insi_answers.RULES,
        ins_datamatrix_rules.ALL,
        dmp_rules.RULES,
        cda_rules.RULES,
        xds_rules.RULES,
        query_rules.RULES,
        update_rules.RULES,
        answer_rules.RULES,
        fhir_rules.RULES,
        xdm_rules.RULES,
        mail_rules.RULES,
        mdn_rules.RULES,
        dsn_rules.RULES,
        smtp_rules.RULES,
        imap_rules.RULES,
        hl7v2_rules.RULES,
        together_rules.RULES,
        (check.rule for check in checks().values()),
    )


def as_json(rule: Rule) -> dict[str, Any]:
    """A rule as ``banc rules --format json`` lists it."""
    return {
        "id": rule.id,
        "subject": rule.subject,
        "severity": rule.severity,
        "certainty": rule.certainty,
        "text": {"fr": rule.text.fr, "en": rule.text.en},
        "clause": rule.clause,
        "fix": {"fr": rule.fix.fr, "en": rule.fix.en},
        "code": rule.code or None,
        "always_refused": rule.always,
    }
