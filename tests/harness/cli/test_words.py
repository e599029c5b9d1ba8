"""The small parts of the command line: language, repeated options, nearest words, settings."""

from __future__ import annotations

import json
from typing import Any

import pytest

from banc_harness.cli.language import take_language
from banc_harness.cli.nearest import did_you_mean, nearest
from banc_harness.cli.options import listed, spread, variable
from banc_harness.cli.settings import settings, written
from banc_standards.errors import NOTHING, Sentence, UnusableInput

READY: dict[str, Any] = {
    "control": "https://localhost:8440",
    "ca_file": "/tmp/données du banc/trust/ca.pem",
    "ca_sha256": "ab" * 32,
    "services": {"psc": {"issuer": "https://localhost:8441/x"}, "insi": {"url": "u", "url_mtls": "m"}},
}
CLIENTS = [{"client_id": "un", "client_secret": "it's"}, {"client_id": "deux", "client_secret": None}]


def test_the_language_option_is_taken_out_wherever_it_stands() -> None:
    assert take_language(["rules", "--lang", "en", "--format=json"], {}) == ("en", ["rules", "--format=json"])
    assert take_language(["--lang=fr", "rules"], {"BANC_LANG": "en"}) == ("fr", ["rules"])


def test_what_follows_two_dashes_is_not_an_option() -> None:
    assert take_language(["explain", "--", "--lang", "en"], {}) == ("fr", ["explain", "--", "--lang", "en"])


@pytest.mark.parametrize(("given", "code"), [("--lang=de", "CLI-001"), ("--lang", "CLI-005")])
def test_an_unknown_language_is_refused(given: str, code: str) -> None:
    with pytest.raises(UnusableInput, match=code):
        take_language([given], {})


def test_an_option_may_have_several_values_one_after_the_other() -> None:
    assert spread(["run", "--scenario", "A", "B", "--sut", "x", "y"]) == [
        "run", "--scenario", "A", "--scenario", "B", "--sut", "x", "y",
    ]  # fmt: skip


def test_values_may_be_separated_by_commas_too() -> None:
    assert listed(["a, b", "c"]) == ["a", "b", "c"]
    assert listed(None) == []


def test_the_variable_of_an_option_is_its_name() -> None:
    assert variable("--port-base") == "BANC_PORT_BASE"


def test_the_nearest_words_come_first_whatever_their_case() -> None:
    assert nearest("XML-02", ["SOAP-002", "xml-002"])[0] == "xml-002"
    assert did_you_mean("zzzzz", ["xml-002"]) == NOTHING
    assert did_you_mean("aab", ["aaa", "aac"]) == Sentence("vouliez-vous dire aac ou aaa ?", "did you mean aac or aaa?")


def test_settings_name_every_address_client_and_file() -> None:
    found = settings(READY, CLIENTS, "jeton")
    assert found["BANC_INSI_URL_MTLS"] == "m"
    assert found["BANC_INSI_IDAM"] == "BANC-IDAM-0001"
    assert found["BANC_PSC_CLIENT_ID"] == "un"
    assert found["BANC_PSC_CLIENT_2_ID"] == "deux"
    assert "BANC_PSC_CLIENT_2_SECRET" not in found
    assert found["BANC_TRUSTSTORE"] == "/tmp/données du banc/trust/ca.p12"
    assert found["BANC_TOKEN"] == "jeton"


def test_dotenv_quotes_what_a_shell_would_cut() -> None:
    lines = written(settings(READY, CLIENTS, None), "dotenv").splitlines()
    assert "BANC_CA_FILE='/tmp/données du banc/trust/ca.pem'" in lines
    assert "BANC_PSC_CLIENT_SECRET='it'\\''s'" in lines
    assert "BANC_CONTROL=https://localhost:8440" in lines


def test_json_holds_the_same_settings() -> None:
    found = settings(READY, CLIENTS, None)
    assert json.loads(written(found, "json")) == found


def test_spring_properties_are_ascii_and_name_the_oauth_client() -> None:
    text = written(settings(READY, CLIENTS, None), "spring")
    assert text.isascii()
    lines = text.splitlines()
    assert "spring.security.oauth2.client.registration.psc.client-id=un" in lines
    assert "spring.ssl.bundle.jks.banc.truststore.location=file:/tmp/donn\\u00e9es du banc/trust/ca.p12" in lines


def test_a_windows_path_survives_spring() -> None:
    values = {**settings(READY, [], None), "BANC_CA_FILE": "C:\\x\\ca.pem"}
    assert "banc.ca-file=C:\\\\x\\\\ca.pem" in written(values, "spring").splitlines()
