"""What reports never show."""

from __future__ import annotations

import pytest

from banc_harness.reports.redaction import HIDDEN, safe, safe_headers
from banc_standards.ins import key


@pytest.mark.parametrize(
    "text",
    [
        "access_token=SECRET123456&x=1",
        '{"refresh_token" : "SECRET123456"}',
        '{"client_secret":"SECRET\\"123456"}',
        "Authorization: Bearer SECRET123456",
        "<wsse:Password Type='x'>SECRET123456</wsse:Password>",
        "AUTH PLAIN SECRET123456==",
        "-----BEGIN PRIVATE KEY-----\nSECRET123456\n-----END PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\nSECRET123456",
        "eyJhbGciOiJSUzI1NiJ9.SECRET123456.abc",
        "GET /callback?code=SECRET123456&state=1",
    ],
)
def test_secret_is_hidden(text: str) -> None:
    shown = safe(text)

    assert "SECRET" not in shown
    assert HIDDEN in shown


@pytest.mark.parametrize("text", ["response_type=code&client_id=abc", '{"token_type":"Bearer"}', "code=00"])
def test_what_is_no_secret_stays(text: str) -> None:
    assert safe(text) == text


def test_matricule_of_the_population_stays_and_any_other_is_masked() -> None:
    unknown = f"2550855123456{key('2550855123456')}"

    assert safe("279035121518989") == "279035121518989"
    assert safe(f"{unknown} ?") == f"{'•' * 13}{unknown[-2:]} ?"


def test_secret_headers_are_hidden_and_keep_their_scheme() -> None:
    shown = safe_headers([("authorization", "Basic c2VjcmV0OnNlY3JldA=="), ("Cookie", "a=b"), ("Accept", "*/*")])

    assert shown == [("authorization", f"Basic {HIDDEN}"), ("Cookie", HIDDEN), ("Accept", "*/*")]
