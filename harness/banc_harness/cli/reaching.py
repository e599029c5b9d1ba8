"""``banc env`` and ``banc cert``: what a running sandbox gives to whoever wants to reach it."""

import asyncio
import base64
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args

import typer

from banc_harness.cli.helping import command
from banc_harness.cli.language import Words
from banc_harness.cli.options import one_of, option
from banc_standards.contracts.vocabulary import CertificateKind, CertificateProfile
from banc_standards.errors import EnvironmentFailed, Sentence, UnusableInput, reason

if TYPE_CHECKING:
    from banc_harness.cli.control import SandboxControl

_P12_ENDINGS = (".p12", ".pfx")


def add(application: typer.Typer, say: Words) -> None:
    """Adds ``banc env`` and ``banc cert`` to the command line."""
    shape = option(
        "--format",
        say("dotenv (défaut), json ou spring", "dotenv (default), json or spring"),
        metavar="FORMAT",
        parser=one_of("dotenv", "json", "spring"),
    )

    @command(
        application,
        help=say(
            "Écrit chaque adresse, identifiant, secret et fichier du bac à sable (BANC_SANDBOX, sinon BANC_DATA).",
            "Writes every address, id, secret and file of the sandbox (BANC_SANDBOX, else BANC_DATA).",
        ),
        examples="banc env > .env\nbanc env --format spring > application-banc.properties",
    )
    def env(format: Annotated[str, shape] = "dotenv") -> None:
        from banc_harness.cli.settings import written

        print(written(asyncio.run(_settings(say)), format), end="")

    @command(
        application,
        help=say(
            "Fait émettre un certificat par l'IGC de test du bac à sable qui tourne, et l'écrit avec sa clé.",
            "Has the running sandbox's test PKI issue a certificate, and writes it with its key.",
        ),
        examples="banc cert AUTH_CLI --out client.p12 --holder S01\nbanc cert SIGN --out sceau.pem --profile expired",
    )
    def cert(
        kind: Annotated[
            str,
            typer.Argument(
                metavar="KIND", help=", ".join(get_args(CertificateKind)), parser=one_of(*get_args(CertificateKind))
            ),
        ],
        out: Annotated[
            Path,
            option(
                "--out",
                say("fichier à écrire : .p12 ou .pfx, sinon PEM", "file to write: .p12 or .pfx, else PEM"),
                metavar=say("FICHIER", "FILE"),
            ),
        ],
        holder: Annotated[
            str | None,
            option("--holder", say("personne ou structure (banc identities)", "person or structure"), metavar="ID"),
        ] = None,
        cn: Annotated[
            str | None, option("--cn", say("nom commun imposé", "common name"), metavar=say("NOM", "NAME"))
        ] = None,
        profile: Annotated[
            str,
            option(
                "--profile",
                say("défaut voulu : ", "wanted defect: ") + ", ".join(get_args(CertificateProfile)),
                metavar="PROFILE",
                parser=one_of(*get_args(CertificateProfile)),
            ),
        ] = "valid",
        session: Annotated[
            str, option("--session", say("session (default)", "session (default)"), metavar="ID")
        ] = "default",
    ) -> None:
        request = {
            "kind": kind,
            "holder": holder,
            "cn": cn,
            "profile": profile,
            "format": "p12" if out.suffix.lower() in _P12_ENDINGS else "pem",
        }
        print(json.dumps(asyncio.run(_certificate(request, session, out, say)), ensure_ascii=False))


def data_folder() -> Path:
    """Where a sandbox keeps what it writes: ``BANC_DATA``, else ``.banc`` in the current folder."""
    return Path(os.environ.get("BANC_DATA") or ".banc")


def running_sandbox() -> dict[str, Any]:
    """The ready line of the sandbox of the data folder. Raises ``EnvironmentFailed`` when none was started there."""
    path = data_folder() / "sandbox.json"
    try:
        ready: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise EnvironmentFailed(
            "SANDBOX-404",
            Sentence(f"aucun bac à sable ne tourne dans {data_folder()}", f"no sandbox runs in {data_folder()}"),
            Sentence(
                "lancez banc up, ou dites où avec BANC_DATA=DOSSIER ou BANC_SANDBOX=URL",
                "start banc up, or say where with BANC_DATA=FOLDER or BANC_SANDBOX=URL",
            ),
        ) from None
    return ready


def control_of(say: Words) -> "SandboxControl":
    """The control API of the sandbox of ``BANC_SANDBOX``, else of the data folder, with the token of ``BANC_TOKEN``."""
    from banc_harness.cli.control import SandboxControl
    from banc_harness.here import control_here

    token = os.environ.get("BANC_TOKEN") or None
    if base := os.environ.get("BANC_SANDBOX"):
        ca_file = os.environ.get("BANC_CA_FILE")
        return SandboxControl(
            base,
            token=token,
            ca_file=Path(ca_file) if ca_file else None,
            ca_sha256=os.environ.get("BANC_CA_SHA256") or None,
            lang=say.lang,
        )
    ready = running_sandbox()
    here = control_here(ready["control"], plain_http=ready.get("plain_http") is True)
    return SandboxControl(
        here, token=token, ca_file=Path(ready["ca_file"]), ca_sha256=ready["ca_sha256"], lang=say.lang
    )


async def _settings(say: Words) -> dict[str, str]:
    from banc_harness.cli.settings import settings

    async with control_of(say) as control:
        ready = (await control.sandbox()).as_json()
        clients = await control.clients("default") if "psc" in ready["services"] else []
        if os.environ.get("BANC_SANDBOX"):
            ready |= {"control": control.base, "ca_file": str(await _trust_store(control))}
    return settings(ready, [client.as_json() for client in clients], os.environ.get("BANC_TOKEN") or None)


async def _trust_store(control: "SandboxControl") -> Path:
    """Keeps the CA of a sandbox that runs elsewhere as files of this machine: ``DATA/remote/ca.pem``, ``ca.p12``."""
    files = {"ca.pem": (await control.ca_pem()).encode("ascii"), "ca.p12": await control.ca_p12()}
    folder = data_folder().resolve() / "remote"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)
    except OSError as error:
        raise UnusableInput(
            "ENV-001",
            Sentence(
                f"impossible d'écrire dans {folder} : {reason(error).fr}",
                f"cannot write to {folder}: {reason(error).en}",
            ),
            Sentence("dites un autre dossier par BANC_DATA", "give another folder with BANC_DATA"),
        ) from None
    return folder / "ca.pem"


async def _certificate(request: dict[str, Any], session: str, out: Path, say: Words) -> dict[str, Any]:
    from banc_standards.contracts.control import CertificateRequest

    async with control_of(say) as control:
        issued = await control.issue(session, CertificateRequest.read(request))
    if issued.p12 is not None:
        content = base64.b64decode(issued.p12)
    else:
        content = "".join(filter(None, (issued.private_key, issued.certificate, issued.chain))).encode()
    _write_privately(out, content)
    told = issued.as_json()
    kept = ("id", "sha256", "kind", "subject", "not_before", "not_after", "password")
    return {**{key: told[key] for key in kept}, "file": str(out)}


def _write_privately(path: Path, content: bytes) -> None:
    """Writes a file that only its owner reads; raises ``UnusableInput`` when it cannot be written."""
    try:
        path.unlink(missing_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
    except OSError as error:
        raise UnusableInput(
            "CERT-003",
            Sentence(f"impossible d'écrire {path} : {reason(error).fr}", f"cannot write {path}: {reason(error).en}"),
            Sentence("donnez un autre --out", "give another --out"),
        ) from None
