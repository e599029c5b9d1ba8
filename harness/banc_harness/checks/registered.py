"""The list of the themes: a check exists when its module is named here."""

from __future__ import annotations

from functools import cache

from banc_harness.checks import (
    Checks,
    ciba,
    connected_api,
    consulted_display,
    consulting,
    declared,
    documents,
    feeding,
    identity,
    laboratory,
    laboratory_hiding,
    laboratory_sending,
    laboratory_subcontracting,
    mail,
    printouts,
    proxy,
    proxy_relaying,
    reception,
    relying_party,
    relying_party_session,
    scanned,
    sign_in,
    summary,
    tokens,
    versions,
    vigilance,
    vigilance_calls,
    vigilance_partners,
    vigilance_received,
    vigilance_records,
    visits,
)


@cache
def checks() -> Checks:
    """Every check of the product."""
    return Checks.of(
        (
            sign_in,
            tokens,
            relying_party,
            relying_party_session,
            ciba,
            connected_api,
            proxy,
            proxy_relaying,
            identity,
            vigilance,
            scanned,
            vigilance_partners,
            vigilance_received,
            vigilance_records,
            vigilance_calls,
            feeding,
            versions,
            mail,
            documents,
            printouts,
            declared,
            laboratory,
            laboratory_sending,
            laboratory_hiding,
            laboratory_subcontracting,
            reception,
            summary,
            visits,
            consulting,
            consulted_display,
        )
    )
