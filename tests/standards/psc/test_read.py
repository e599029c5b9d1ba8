"""Reading what a relying party sends, whatever it sends."""

from __future__ import annotations

import base64

import pytest

from banc_standards.psc import read
from banc_standards.psc.read import BackChannelRequest, Form, UnreadableForm, UserinfoRequest


def test_an_empty_value_counts_as_absent() -> None:
    assert Form.decode("state=&scope=openid").get("state") is None


def test_a_repeated_parameter_is_told_and_the_first_value_read() -> None:
    form = Form.decode("code=a&code=b")

    assert form.repeated() == ["code"]
    assert form.get("code") == "a"


@pytest.mark.parametrize("encoded", ["a=%FF%FE", "&".join("a=1" for _ in range(101)), "é=1".encode("latin-1")])
def test_what_cannot_be_decoded_is_refused(encoded: str | bytes) -> None:
    with pytest.raises(UnreadableForm):
        Form.decode(encoded)


def test_basic_credentials_win_over_the_form() -> None:
    request = BackChannelRequest(Form([("client_id", "b"), ("client_secret", "t")]), Form(), basic=("a", "s"))

    assert (request.client_id, request.secret) == ("a", "s")


@pytest.mark.parametrize(
    ("header", "pair"),
    [
        ("Basic " + base64.b64encode(b"dossier-plus:s:e+c").decode(), ("dossier-plus", "s:e+c")),
        ("basic " + base64.b64encode(b"dossier%2Bplus:x").decode(), ("dossier+plus", "x")),
        ("Basic !!!", ("", "")),
        ("Basic " + base64.b64encode(b"\xff:x").decode(), ("", "")),
        ("Bearer abc", None),
        (None, None),
    ],
)
def test_basic_header(header: str | None, pair: tuple[str, str] | None) -> None:
    assert read.basic(header) == pair


@pytest.mark.parametrize(
    ("header", "form", "token"),
    [
        ("Bearer abc", [], "abc"),
        ("bearer abc ", [], "abc"),
        ("Bearer ", [], None),
        ("Basic abc", [], None),
        (None, [("access_token", "abc")], "abc"),
    ],
)
def test_bearer(header: str | None, form: list[tuple[str, str]], token: str | None) -> None:
    assert UserinfoRequest(header, Form(), Form(form)).bearer == token
