"""Clients that we did not write: swaks, msmtp, nodemailer."""

from __future__ import annotations

import base64
import shutil
import subprocess
from pathlib import Path

import pytest

from banc_standards.mail import build

from .conftest import APPLICATION, DOCTOR, GP, PLACE, Bench, mail


def need(command: str) -> str:
    found = shutil.which(command)
    if found is None:
        pytest.skip(f"{command} is not installed")
    return found


def run(*command: str, stdin: bytes = b"") -> str:
    done = subprocess.run(command, input=stdin, capture_output=True, timeout=60, check=False)
    output = (done.stdout + done.stderr).decode("utf-8", "replace")
    assert done.returncode == 0, output
    return output


@pytest.mark.parametrize("port", ["submission", "submission_tls"])
def test_swaks_sends_as_an_application(bench: Bench, port: str, tmp_path: Path) -> None:
    host, number = bench.place(port)
    certificate = bench.certificate(holder=PLACE.id)
    letter = tmp_path / "mail.eml"
    letter.write_bytes(build.message(mail()))
    said = run(
        need("swaks"),
        *("--server", host, "--port", str(number), "--tlsc" if port == "submission_tls" else "--tls"),
        *("--tls-verify", "--tls-ca-path", bench.ready["ca_file"]),
        *("--tls-cert", str(certificate), "--tls-key", str(certificate)),
        *("--auth", "PLAIN", "--auth-user", APPLICATION, "--auth-password", "x"),
        *("--ehlo", "logiciel.test", "--from", APPLICATION, "--to", GP.mailbox, "--data", f"@{letter}"),
    )
    assert "250 2.0.0 Ok" in said
    assert len(bench.messages(GP.mailbox)) == 1


def test_msmtp_sends_with_a_token(bench: Bench, tmp_path: Path) -> None:
    host, number = bench.place()
    token = tmp_path / "token"
    token.write_text(bench.token())
    settings = tmp_path / "msmtprc"
    settings.write_text(
        f"account banc\nhost {host}\nport {number}\ntls on\ntls_starttls on\n"
        f"tls_trust_file {bench.ready['ca_file']}\nauth xoauth2\nuser {DOCTOR.mailbox}\n"
        f'passwordeval "cat {token}"\nfrom {DOCTOR.mailbox}\naccount default : banc\n'
    )
    settings.chmod(0o600)
    run(need("msmtp"), "-C", str(settings), GP.mailbox, stdin=build.message(mail()))
    assert bench.last("mssante.auth")["facts"]["mechanism"] == "XOAUTH2"
    assert len(bench.messages(GP.mailbox)) == 1


def test_msmtp_sends_as_an_application(bench: Bench, tmp_path: Path) -> None:
    host, number = bench.place("submission_tls")
    certificate = bench.certificate(holder=PLACE.id)
    settings = tmp_path / "msmtprc"
    settings.write_text(
        f"account banc\nhost {host}\nport {number}\ntls on\ntls_starttls off\n"
        f"tls_trust_file {bench.ready['ca_file']}\ntls_cert_file {certificate}\ntls_key_file {certificate}\n"
        f"auth plain\nuser {APPLICATION}\npassword x\nfrom {APPLICATION}\naccount default : banc\n"
    )
    settings.chmod(0o600)
    run(need("msmtp"), "-C", str(settings), GP.mailbox, stdin=build.message(mail()))
    assert bench.last()["facts"]["mailbox"] == APPLICATION


_NODEMAILER = """
const nodemailer = require('nodemailer');
const [host, port, ca, user, accessToken, to] = process.argv.slice(2);
const transport = nodemailer.createTransport({
  host, port: Number(port), secure: false, requireTLS: true, tls: { ca: require('fs').readFileSync(ca) },
  auth: { type: 'OAuth2', user, accessToken },
});
transport.sendMail({ from: user, to, subject: 'essai', text: 'Bonjour', headers: { 'X-MSS-NIL': 'DEV000001' } })
  .then((sent) => { console.log(sent.response); transport.close(); })
  .catch((error) => { console.error(error); process.exit(1); });
"""


def test_nodemailer_sends_with_a_token(bench: Bench, tmp_path: Path) -> None:
    node = need("node")
    program = tmp_path / "send.js"
    program.write_text(_NODEMAILER)
    command = [need("npm"), "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "nodemailer@7"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, timeout=120, check=False)
    if done.returncode != 0:
        pytest.skip("npm cannot install nodemailer on this machine")
    host, number = bench.place()
    said = run(node, str(program), host, str(number), bench.ready["ca_file"], DOCTOR.mailbox, bench.token(), GP.mailbox)
    assert "250 2.0.0 Ok" in said


def test_curl_sends_with_a_token(bench: Bench, tmp_path: Path) -> None:
    host, number = bench.place()
    letter = tmp_path / "mail.eml"
    letter.write_bytes(build.message(mail()))
    run(
        need("curl"),
        *("--silent", "--show-error", "--ssl-reqd", "--cacert", bench.ready["ca_file"]),
        *("--url", f"smtp://{host}:{number}", "--mail-from", DOCTOR.mailbox, "--mail-rcpt", GP.mailbox),
        *("--user", f"{DOCTOR.mailbox}:", "--oauth2-bearer", bench.token(), "--login-options", "AUTH=XOAUTH2"),
        *("--upload-file", str(letter)),
    )
    assert len(bench.messages(GP.mailbox)) == 1
    assert base64.b64encode(bench.token().encode()).decode() not in str(bench.exchanges())
