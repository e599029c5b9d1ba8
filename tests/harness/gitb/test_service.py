"""Our validators as other people's tools call them, and theirs as we do."""

from __future__ import annotations

import base64
import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
import zeep
from lxml import etree
from requests import Session
from zeep.exceptions import Fault
from zeep.transports import Transport

from banc_harness.cli import main
from banc_harness.gitb import service
from banc_harness.gitb.names import REST_PATH, SOAP11, SOAP_PATH
from banc_harness.in_process import sandbox
from banc_harness.packs import second
from banc_harness.synchronous import Background
from banc_standards.cda.build import discharge_letter
from banc_standards.rules import Finding

from ...standards.letters import letter

LETTER = discharge_letter(letter())
BROKEN = LETTER.replace(b'<realmCode code="FR"', b'<realmCode code="US"')


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The control port of a sandbox in plain HTTP."""
    background = Background("gitb")
    data = tmp_path_factory.mktemp("gitb")
    context = sandbox(data, services=("insi",), plain_http=True)
    ready = background.run(context.__aenter__)
    yield ready.control
    background.run(lambda: context.__aexit__(None, None, None))
    background.close()


@pytest.fixture
def client(address: str) -> Iterator[zeep.Client]:
    """A SOAP client that knows only the WSDL."""
    with Session() as session:
        session.trust_env = False
        session.headers["Connection"] = "close"
        yield zeep.Client(f"{address}{SOAP_PATH}?wsdl", transport=Transport(session=session))


def validated(client: zeep.Client, data: bytes, **inputs: str) -> Any:
    """The report on a document."""
    content = {"name": "content", "embeddingMethod": "BASE64", "value": base64.b64encode(data).decode()}
    more = [{"name": name, "embeddingMethod": "STRING", "value": value} for name, value in inputs.items()]
    return client.service.validate(sessionId="s", input=[content, *more])


def test_a_soap_client_learns_what_the_module_takes(client: zeep.Client) -> None:
    module = client.service.getModuleDefinition()

    assert (module.id, module.operation, module.metadata.name) == ("banc-segur", "V", "Banc Ségur")
    assert [parameter.name for parameter in module.inputs.param] == ["content", "kind", "lang"]


def test_a_sound_document_is_a_success(client: zeep.Client) -> None:
    report = validated(client, LETTER)

    assert report.result in ("SUCCESS", "WARNING")
    assert report.counters.nrOfErrors == 0


def test_each_finding_is_an_assertion_with_its_place(client: zeep.Client) -> None:
    report = validated(client, BROKEN, kind="cda", lang="en")

    assert (report.result, report.counters.nrOfErrors) == ("FAILURE", 1)
    (error,) = [item["error"] for item in report.reports._value_1 if "error" in item]
    assert error.assertionID == "CDA-HDR-002"
    line = BROKEN[: BROKEN.index(b"<realmCode")].count(b"\n") + 1
    assert error.location.startswith(f"content:{line}:")
    assert "Fix:" in error.description


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ([], "content"),
        ([{"name": "content", "embeddingMethod": "BASE64", "value": "pas du base64 !"}], "base64"),
        ([{"name": "content", "embeddingMethod": "URI", "value": "file:///etc/passwd"}], "URI"),
        (
            [
                {"name": "content", "embeddingMethod": "STRING", "value": "x"},
                {"name": "kind", "embeddingMethod": "STRING", "value": "pdf"},
            ],
            "cda, xdm",
        ),
    ],
)
def test_what_cannot_be_served_is_a_fault(client: zeep.Client, inputs: list[dict[str, str]], said: str) -> None:
    with pytest.raises(Fault) as fault:
        client.service.validate(input=inputs)

    assert said in fault.value.message


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<x/>",
        b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>",
        f"<e:Envelope xmlns:e='{SOAP11}'><e:Body/></e:Envelope>".encode(),
        f"<e:Envelope xmlns:e='{SOAP11}'><e:Body><autre/></e:Body></e:Envelope>".encode(),
    ],
)
def test_what_is_no_request_is_a_fault(body: bytes) -> None:
    answer = service.answer("POST", SOAP_PATH, "text/xml", body, "http://localhost/", "fr")

    assert answer.status == 500
    assert etree.fromstring(answer.body).findtext(".//faultcode") == "soap:Client"


def post(url: str, body: bytes, media_type: str = "application/json") -> tuple[int, dict[str, Any]]:
    """What a plain HTTP client gets."""
    request = urllib.request.Request(url, data=body, headers={"Content-Type": media_type})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        with error:
            return error.code, json.load(error)


def test_the_json_form_answers_too(address: str) -> None:
    body = {"contentToValidate": BROKEN.decode(), "validationType": "cda", "locale": "en"}

    status, report = post(f"{address}{REST_PATH}", json.dumps(body).encode())

    assert (status, report["result"], report["counters"]["nrOfErrors"]) == (200, "FAILURE", 1)
    assert report["reports"]["error"][0]["assertionID"] == "CDA-HDR-002"


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"{}", "application/json"),
        (b"{}", "text/plain"),
        (b'{"contentToValidate":"x","embeddingMethod":"URL"}', "application/json"),
        (b'{"contentToValidate":"x","validationType":"pdf"}', "application/json"),
    ],
)
def test_the_json_form_refuses_what_it_cannot_read(address: str, body: bytes, media_type: str) -> None:
    status, problem = post(f"{address}{REST_PATH}", body, media_type)

    assert status == 400
    assert problem["title"]


def test_our_validators_are_a_second_opinion_for_others(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.xml").write_bytes(BROKEN)

    code = main(["validate", "a.xml", "--pack", f"{address}{SOAP_PATH}", "--compare", "--format", "json"])

    output = json.loads(capsys.readouterr().out)
    assert code == 1
    by_source = {
        source: {item["rule"] for item in output["files"][0]["findings"] if item["source"] == source}
        for source in ("banc", "pack:localhost")
    }
    assert by_source["pack:localhost"] == by_source["banc"]
    assert output["comparison"]["agree"] == 1


def test_a_service_that_does_not_answer_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.xml").write_bytes(LETTER)

    assert main(["validate", str(tmp_path / "a.xml"), "--pack", "http://localhost:1/validation"]) == 3
    assert "PACK-007" in capsys.readouterr().err


def test_a_plug_in_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def judge(data: bytes, document_type: str | None) -> list[Finding]:
        assert data.startswith(b"<")
        if document_type == "VSM":
            raise ValueError("pas celui-là")
        return [Finding("X-1", "warning", "sourced", "/ClinicalDocument", "dit", "", "", source="pack:maison")]

    class Point:
        def load(self) -> Any:
            return judge

    monkeypatch.setattr(second, "entry_points", lambda group, name: [Point()] if name == "maison" else [])
    monkeypatch.chdir(tmp_path)
    from banc_standards.cda.read import read

    plug_in = second.second("maison")

    assert plug_in.findings(read(LETTER), "LDL-SES", "")[0].rule == "X-1"  # type: ignore[index]
    assert "pas celui-là" in plug_in.findings(read(LETTER), "VSM", "").en  # type: ignore[union-attr]
