"""Feeding the DMP: 100 KiB lots with VIHF, XAdES and MTOM, judged and durable before each answer.

The goal is 100 lots a second in one process. Half of the lots hold a letter with its PDF (level 1), half a structured
biology report with its PDF copy. The same lots again with the document rules off (switch ``dmp.document_rules``) tell
what those cost. Floors of the same run: a bare aiohttp sink over TLS that keeps nothing, and what no DMP can do
without, the MTOM package taken apart, the envelope and the documents parsed, both signatures verified, in one thread.
What is asserted are ratios of CPU time: rates tell of the machine, and the clients take their share of it.
Run with ``pytest -m bench -s tests/bench/test_feeding.py``.
"""

from __future__ import annotations

import asyncio
import os
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

import httpx
import pytest

from banc_standards import xml
from banc_standards.cda.biology import BiologyReport, Chapter, Result
from banc_standards.cda.build import biology_report, discharge_letter_n1
from banc_standards.cda.model import Act
from banc_standards.cda.pdf import simple_pdf
from banc_standards.soap import mtom, read
from banc_standards.terminology.codes import Code, value_set
from banc_standards.terminology.oids import LOINC
from banc_standards.vihf.verify import signed_assertion
from banc_standards.xds.read import document_parts
from banc_standards.xds.signature import verify

from ..mocks.dmp.hospital import Answer, Hospital, hospital_of
from ..mocks.dmp.own_process import up

pytestmark = pytest.mark.bench

GOAL, LOTS, CLIENTS, SIZE = 100, 200, 8, 100 * 1024
MOST_FLOORS = 20
CHAPTERS = (("18719-5", "Biochimie"), ("18723-7", "Hématologie"), ("18725-2", "Microbiologie"))
Writing: TypeAlias = Callable[[Hospital, bytes], bytes]
SINK = """
import asyncio, ssl, sys
from aiohttp import web

async def take(request):
    await request.read()
    return web.Response(text="")

async def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[1], sys.argv[2])
    runner = web.ServerRunner(web.Server(take))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    print(site._server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@dataclass(frozen=True)
class Measure:
    """Requests a second, and the server's CPU time for each."""

    name: str
    rate: float
    cpu_ms: float

    def __str__(self) -> str:
        return f"{self.name:<46} {self.rate:>7,.0f}/s   {self.cpu_ms:>6.2f} ms CPU each"


def letter(hospital: Hospital, pdf: bytes) -> bytes:
    return discharge_letter_n1(hospital.letter(), pdf)


def report(hospital: Hospital, pdf: bytes) -> bytes:
    """Three chapters of four results each."""
    heading = hospital.letter().heading
    sampled = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=6)
    results = tuple(
        Result(Code(code, LOINC, label), "4.10", unit="mmol/L", low="3.50", high="5.10", interpretation="N")
        for code, label in (("2823-3", "Potassium"), ("2951-2", "Sodium"), ("2075-0", "Chlore"), ("14749-6", "Glucose"))
    )
    chapters = tuple(Chapter(Code(code, LOINC, label), results) for code, label in CHAPTERS)
    first, *others = (chapter.code for chapter in chapters)
    heading = replace(
        heading,
        code=Code("11502-2", LOINC, "CR d'examens biologiques"),
        title="Compte rendu d'examens biologiques",
        acts=(Act(first, sampled, heading.created, heading.author, "completed"), *map(Act, others)),
        encounter=replace(heading.encounter, code=value_set("J142").get("AMB"), responsible=heading.author),
        validators=(heading.author,),
        prescriber=heading.author,
    )
    return biology_report(BiologyReport(heading, chapters, sampled, pdf))


def filled(hospital: Hospital, write: Writing) -> bytes:
    """The PDF that brings a document to its size."""
    pdf, lines = b"", 100
    while len(write(hospital, pdf)) < SIZE:
        pdf = simple_pdf(["Compte rendu", *(os.urandom(30).hex() for _ in range(lines))])
        lines += 50
    return pdf


def lots(hospital: Hospital) -> list[tuple[str, bytes]]:
    """Content types and octets of requests that were never sent, half of them of each kind."""
    kinds: tuple[Writing, ...] = (letter, report)
    pdfs = [filled(hospital, write) for write in kinds]
    documents = [write(hospital, pdf) for _ in range(LOTS // 2) for write, pdf in zip(kinds, pdfs, strict=True)]
    return [hospital.packed(hospital.lot(document)) for document in documents]


def cpu_s(process: subprocess.Popen[bytes]) -> float:
    """CPU seconds of a process."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def load(
    name: str, process: subprocess.Popen[bytes], url: str, trust: ssl.SSLContext, sent: Sequence[tuple[str, bytes]]
) -> tuple[Measure, list[Answer]]:
    """Sends everything over some connections at once; what was measured, and the answers."""
    waiting = list(sent)

    async def all_of_them() -> list[Answer]:
        answers = []
        async with httpx.AsyncClient(verify=trust, timeout=120) as client:

            async def one() -> None:
                while waiting:
                    media_type, data = waiting.pop()
                    told = await client.post(url, content=data, headers={"Content-Type": media_type})
                    answers.append(Answer(told.status_code, told.headers.get("Content-Type", ""), told.content))

            await asyncio.gather(*(one() for _ in range(CLIENTS)))
        return answers

    began, spent = time.perf_counter(), cpu_s(process)
    answers = asyncio.run(all_of_them())
    took = time.perf_counter() - began
    return Measure(name, len(sent) / took, (cpu_s(process) - spent) / len(sent) * 1000), answers


def needed(sent: Sequence[tuple[str, bytes]]) -> Measure:
    """Parsing and signatures alone, in this process."""
    began = time.process_time()
    for media_type, data in sent:
        package = mtom.unpack(media_type, data)
        message = read.read(package.root)
        signed_assertion(message.envelope, now=datetime.now(UTC), trusted=lambda certificate, now: None)
        assert message.body is not None
        *documents, signature = (mtom.resolve(part, package) for part in document_parts(message.body).values())
        for document in documents:
            xml.parse(document)
        verify(signature)
    each = (time.process_time() - began) / len(sent)
    return Measure("parsing and signatures alone (floor)", 1 / each, each * 1000)


def test_feeding_100_kib_lots(tmp_path: Path) -> None:
    with up(tmp_path) as (process, bench):
        hospital = hospital_of(bench)
        trust, url = bench.trust(hospital.tls), f"{bench.url}/repository"
        load("", process, url, trust, lots(hospital)[:20])
        sent = lots(hospital)
        ruled, answers = load("TD2.1, document rules on", process, url, trust, sent)
        assert [answer.errors for answer in answers] == [[]] * LOTS
        bench.tell("PUT", "switches", {"dmp.document_rules": False})
        bare, answers = load("TD2.1, document rules off", process, url, trust, lots(hospital))
        assert [answer.errors for answer in answers] == [[]] * LOTS
        assert len(bench.tell("GET", "documents?limit=1000")["documents"]) == 2 * LOTS + 20
        floor = needed(sent)
        server = bench.folder / "data" / "pki"
        sink_command = [sys.executable, "-c", SINK, str(server / "server.pem"), str(server / "server.key")]
        with subprocess.Popen(sink_command, stdout=subprocess.PIPE) as sink:
            assert sink.stdout is not None
            port = int(sink.stdout.readline())
            kept, _ = load("bare aiohttp sink, keeps nothing", sink, f"https://localhost:{port}/", trust, sent)
            sink.terminate()
    sizes = [len(data) for _, data in sent]
    print(f"\n{LOTS} lots of {min(sizes):,} to {max(sizes):,} octets, {CLIENTS} connections")
    for measure in (ruled, bare, floor, kept):
        print(measure)
    print(
        f"document rules: {ruled.cpu_ms - bare.cpu_ms:.2f} ms CPU a lot; over parsing and signatures:"
        f" {ruled.cpu_ms / floor.cpu_ms:.2f} with them, {bare.cpu_ms / floor.cpu_ms:.2f} without"
    )
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors; goal: {GOAL} lots a second")
    assert ruled.cpu_ms < MOST_FLOORS * floor.cpu_ms
