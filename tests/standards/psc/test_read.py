"""Reading what a relying party sends, whatever it sends."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banc_standards.psc import read
from banc_standards.psc.read import BackChannelRequest, Form, UnreadableForm, UserinfoRequest


def test_an_empty_value_counts_as_absent() -> None:
    assert Form.decode("state=&scope=openid").get("state") is None


def test_a_repeated_parameter_is_told_and_the_first_value_read() -> None:
    form = Form.decode("code=a&code=b")

    assert form.repeated() == ["code"]
    assert form.get("code") == "a"


@pytest.mark.parametrize(
    "encoded",
    [
        "a=%FF%FE",
        "a=%ED%A0%80",
        "a=%zz",
        "a=1%",
        "a=%4",
        "a=b%00c",
        b"a=\x00",
        "&".join("a=1" for _ in range(101)),
        "é=1".encode("latin-1"),
    ],
)
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
        ("Basic é", ("", "")),
        ("Basic \ufffd", ("", "")),
        ("Basic QTpi, Basic QTpi", ("", "")),
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


DATA = {"a": "1", "b": "2"}


def _encoded(content: object) -> bytes:
    return json.dumps(content).encode()


def test_session_data_is_an_object_of_texts() -> None:
    assert read.session_data(json.dumps(DATA | {"c": 3}).encode(), DATA) == DATA


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'"a"',
        b"\xff",
        b"[" * 60_000,
        b'{"a":' * 10_000,
        b'{"a":"1"}',
        b'{"a":"1","b":null}',
        b'{"a":"1","b":{}}',
        b'{"a":"1","b":2}',
        b'{"a":"1","b":"\\ud800"}',
        b'{"a":"1","b":1' + b"0" * 5_000 + b"}",
    ],
    ids=range(12),
)
def test_anything_else_is_no_session_data(body: bytes) -> None:
    assert read.session_data(body, DATA) is None


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60) | st.text(alphabet="%0aFé=&+\x00 ", max_size=60).map(lambda text: text.encode()))
def test_any_octets_are_a_form_or_are_said_not_to_be(encoded: bytes) -> None:
    try:
        form = Form.decode(encoded)
    except UnreadableForm:
        return
    assert all("\x00" not in value for name in form.names() for value in form.all(name))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60) | st.binary(max_size=60).map(lambda pair: "Basic " + base64.b64encode(pair).decode()))
def test_any_header_is_a_pair_or_none(header: str) -> None:
    pair = read.basic(header)

    assert pair is None or len(pair) == 2


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60) | st.dictionaries(st.sampled_from("abc"), st.text() | st.none()).map(_encoded))
def test_any_body_is_session_data_or_none(body: bytes) -> None:
    data = read.session_data(body, DATA)

    assert data is None or (data.keys() == DATA.keys() and "|".join(data.values()).encode())
