"""The rules of the VIHF (dmp.md §5): signature, token, identity of the actor, what is asked for.

A rule whose real error code is not public answers with ``DMPMockInvalidVihf``, a code of ours (dmp.md §11).
"""

from __future__ import annotations

from banc_standards.rules import Hit, Rule
from banc_standards.vihf.rules import actor, request, signature, token
from banc_standards.vihf.rules.subject import VihfSubject as VihfSubject
from banc_standards.vihf.verify import Refused

TOKEN_RULES: tuple[Rule, ...] = (*token.RULES, *actor.RULES, *request.RULES)
"""What a verified assertion is judged by, with a :class:`VihfSubject`."""

RULES: tuple[Rule, ...] = (*signature.RULES, *TOKEN_RULES)


def hit(refused: Refused) -> tuple[Rule, Hit]:
    """The rule and the place of a refusal by ``vihf.verify``, ready to be recorded as a finding."""
    return signature.BY_ID[refused.rule_id], Hit("wsse:Security/saml:Assertion", found=refused.detail)
