"""The provider's keys and memory outlive the process."""

from __future__ import annotations

import base64
import json
import ssl
import stat
import string
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey, RSAKey

from banc_mocks.psc.service.keys import Keys

from ..sandbox_thread import SandboxThread
from .conftest import Bench, Login

ALPHABET = string.ascii_letters + string.digits + "-_"


def test_keys_are_made_once_and_read_back(tmp_path: Path) -> None:
    file = tmp_path / "psc" / "keys.json"
    token = Keys(file).signed({"jti": "a"})
    sealed = Keys(file).sealed({"jti": "b"})

    assert Keys(file).read(token) == {"jti": "a"}
    assert Keys(file).read_sealed(sealed) == {"jti": "b"}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_rotation_publishes_the_new_key_first_and_forgets_none(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    keys, other = Keys(file), Keys(file)
    old, new = keys.signed({"jti": "a"}), keys.signed({"jti": "b"}, rank=1)

    assert keys.published(1)["keys"][1:] == keys.published()["keys"]
    for holder in (keys, other, Keys(file)):
        assert (holder.read(old), holder.read(new)) == ({"jti": "a"}, {"jti": "b"})
    assert Keys(file).published(1) == keys.published(1)


def test_a_session_rotates_its_keys(bench: Bench, login: Login) -> None:
    before = login.tokens()
    bench.tell("PUT", "switches", {"psc.key": 1})
    after = login.tokens()
    published = [key["kid"] for key in bench.http().get(bench.document()["jwks_uri"]).json()["keys"]]

    assert [kid_of(tokens["id_token"]) for tokens in (after, before)] == published
    assert login.userinfo(before["access_token"]).status_code == 200


def kid_of(token: str) -> str:
    return str(json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))["kid"])


def test_no_kind_of_token_passes_for_the_other(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "keys.json")

    assert keys.read(keys.sealed({"jti": "a"})) is None
    assert keys.read_sealed(keys.signed({"jti": "a"})) is None
    assert keys.read(keys.signed_by_stranger({"jti": "a"})) is None
    assert keys.read(Keys(tmp_path / "others.json").signed({"jti": "a"})) is None


def test_a_token_is_read_as_it_was_signed_and_in_one_spelling(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "keys.json")
    claims = {"jti": "a", "given_name": "Élodie", "cnf": {"x5t#S256": "b"}}

    for token, read in ((keys.signed(claims), keys.read), (keys.sealed(claims), keys.read_sealed)):
        header, payload, signature = token.split(".")
        other = next(f"{signature[:-1]}{last}" for last in ALPHABET if same_octets(signature, signature[:-1] + last))
        assert read(token) == claims
        for spoiled in (
            f"{header}.{payload}.{other}",
            f"{header}.{payload}.{signature}=",
            f"{header}.{payload}.",
            f"{header}.{payload}",
            f"{header}..{signature}",
            f"{header}.{payload}A.{signature}",
            f"{header}.{payload}.é",
            f"{header}.{payload}é.{signature}",
            f"x.{header}.{payload}.{signature}",
        ):
            assert read(spoiled) is None


def test_tokens_are_those_that_joserfc_writes(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    keys, claims = Keys(file), {"jti": "a", "given_name": "Élodie \u2028", "amr": ["sc", "pin"], "exp": 1}
    signed, sealed = keys.signed(claims), keys.sealed(claims)
    stored = json.loads(file.read_text("utf-8"))
    rsa, secret = RSAKey.import_key(stored["rsa"]), OctKey.import_key(stored["secret"])

    assert signed == jwt.encode({"alg": "RS256", "typ": "JWT", "kid": rsa.kid}, claims, rsa)
    assert sealed == jwt.encode({"alg": "HS256", "typ": "JWT", "kid": secret.kid}, claims, secret)


def test_a_logout_token_carries_its_own_type(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "keys.json")
    token = keys.signed({"jti": "a"}, typ="logout+jwt")

    read = jwt.decode(token, KeySet.import_key_set(keys.published()), algorithms=["RS256"])
    assert read.header == {"alg": "RS256", "typ": "logout+jwt", "kid": keys.published()["keys"][0]["kid"]}
    assert keys.read(token) == {"jti": "a"}


def same_octets(one: str, other: str) -> bool:
    return one != other and base64.urlsafe_b64decode(one + "==") == base64.urlsafe_b64decode(other + "==")


def test_only_an_id_token_is_a_hint(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "keys.json")

    assert keys.read_hint(keys.signed({"typ": "ID"})) == {"typ": "ID"}
    assert keys.read_hint(keys.signed({"typ": "Bearer"})) is None
    assert keys.read_hint("") is None


def test_a_restart_keeps_tokens_and_sessions(tmp_path: Path) -> None:
    with on_default_session(tmp_path) as bench:
        bench.declare()
        bench.approve()
        tokens = Login(bench, bench.http()).tokens()

    with on_default_session(tmp_path) as bench:
        login = Login(bench, bench.http())
        userinfo = login.userinfo(tokens["access_token"])
        refreshed = login.refresh(tokens["refresh_token"])

    assert userinfo.status_code == 200
    assert refreshed.json()["session_state"] == tokens["session_state"]


@contextmanager
def on_default_session(data: Path) -> Iterator[Bench]:
    """A sandbox of its own over a data folder, until it stops."""
    sandbox = SandboxThread(data, "psc")
    trust = ssl.create_default_context(cafile=sandbox.ready["ca_file"])
    try:
        with httpx.Client(base_url=sandbox.ready["control"], verify=trust) as control:
            bench = Bench(sandbox.ready, "default", control, trust)
            yield bench
            for client in bench.opened:
                client.close()
    finally:
        sandbox.stop()
