"""The list of the use cases: a scenario exists when its module is named here."""

from __future__ import annotations

from functools import cache

from banc_harness.play import Scenarios
from banc_harness.scenarios import (
    ciba,
    ciba_session,
    connected_api,
    discharge_letter,
    history,
    history_withheld,
    insi_rehearsal,
    lab_reception,
    lab_results,
    lab_results_withheld,
    letter_by_mail,
    proxy,
    relying_party,
    relying_party_session,
    scanning,
    sign_in,
    story,
    summary,
    summary_withheld,
    vigilance,
    vigilance_partners,
    vigilance_received,
    vigilance_records,
    visit,
)


@cache
def scenarios() -> Scenarios:
    """Every scenario of the product."""
    return Scenarios.of(
        (
            sign_in,
            relying_party,
            relying_party_session,
            ciba,
            ciba_session,
            connected_api,
            proxy,
            discharge_letter,
            letter_by_mail,
            lab_results,
            lab_results_withheld,
            lab_reception,
            summary,
            summary_withheld,
            visit,
            history,
            history_withheld,
            insi_rehearsal,
            vigilance,
            scanning,
            vigilance_partners,
            vigilance_received,
            vigilance_records,
            story,
        )
    )
