"""``python -m banc_harness.packs.worker PACK CACHE MEMORY``: runs schematrons for its parent, in capped memory.

Frames on standard input and output: four bytes of length, then a JSON object. A request names the schemas to run on a
document and the XML schema that comes first; the answer tells, for each, what does not hold.
"""

from __future__ import annotations

import base64
import json
import struct
import sys
from pathlib import Path
from typing import IO, Any

from lxml import etree

from banc_harness.packs.cache import stylesheet_of
from banc_harness.packs.schematron import Folder
from banc_harness.packs.stylesheet import BANC
from banc_standards.errors import BancError

_MOST_HITS = 1_000
"""Told of one document by one schema."""


def main(arguments: list[str]) -> int:
    """Serves until standard input ends."""
    pack, cache, memory = Path(arguments[0]), Path(arguments[1]), int(arguments[2])
    _cap(memory)
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # whatever a library prints must not look like a frame
    runner = Runner(pack, cache)
    write_frame(sink, {"ready": runner.engine})
    while (request := read_frame(source)) is not None:
        write_frame(sink, runner.answer(request))
    return 0


class Runner:
    """The engine, and every schema that it has compiled."""

    def __init__(self, pack: Path, cache: Path) -> None:
        from saxonche import PySaxonProcessor  # type: ignore[import-not-found]

        self._processor = PySaxonProcessor(license=False)
        self._processor.set_configuration_property("http://saxon.sf.net/feature/allow-external-functions", "off")
        self._processor.set_configuration_property("http://saxon.sf.net/feature/allowedProtocols", "file")
        self._compiler = self._processor.new_xslt30_processor()
        self._folder, self._cache = Folder(pack), cache
        self._compiled: dict[str, Any] = {}
        self._grammars: dict[str, etree.XMLSchema | str] = {}
        self.engine = str(self._processor.version)

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """What the schemas of a request say of its document."""
        data = base64.b64decode(request["document"])
        answer: dict[str, Any] = {"schemas": []}
        if request.get("grammar"):
            answer["grammar"] = self._grammar(request["grammar"], data)
        try:
            node = self._processor.parse_xml(xml_text=data.decode("utf-8"))
        except Exception as error:  # the engine's own errors have no common class
            return answer | {"error": _said(error)}
        for path in request["schemas"]:
            answer["schemas"].append({"schema": path} | self._run(path, node))
        return answer

    def _run(self, path: str, node: Any) -> dict[str, Any]:
        known = self._compiled.get(path)
        if known is None:
            known = self._compiled[path] = self._compile(path)
        executable, remarks = known
        if isinstance(executable, str):
            return {"error": executable, "remarks": remarks, "hits": [], "unevaluated": []}
        try:
            told = etree.fromstring(executable.transform_to_string(xdm_node=node).encode())
        except Exception as error:  # see above
            return {"error": _said(error), "remarks": remarks, "hits": [], "unevaluated": []}
        hits = [
            {"rule": hit.get("rule"), "at": hit.get("at"), "role": hit.get("role", ""), "text": _words(hit)}
            for hit in told.iterchildren(f"{{{BANC}}}hit")
        ]
        unevaluated = sorted(
            {
                (item.get("rule", ""), item.get("code", ""), item.get("why", ""))
                for item in told.iterchildren(f"{{{BANC}}}unevaluated")
            }
        )
        return {"remarks": remarks, "hits": hits[:_MOST_HITS], "unevaluated": unevaluated}

    def _compile(self, path: str) -> tuple[Any, list[dict[str, str]]]:
        remarks: list[dict[str, str]] = []
        try:
            made, found = stylesheet_of(Path(path), self._folder, self._cache)
            remarks = [{"fr": remark.text.fr, "en": remark.text.en} for remark in found]
            return self._compiler.compile_stylesheet(stylesheet_text=made.decode()), remarks
        except BancError as error:
            return error.text.en, remarks
        except Exception as error:  # see above
            return _said(error), remarks

    def _grammar(self, path: str, data: bytes) -> list[dict[str, Any]] | str:
        known = self._grammars.get(path)
        if known is None:
            try:
                known = etree.XMLSchema(etree.parse(path, etree.XMLParser(no_network=True)))
            except (etree.LxmlError, OSError) as error:
                known = str(error)
            self._grammars[path] = known
        if isinstance(known, str):
            return known
        root = etree.fromstring(data, etree.XMLParser(no_network=True, resolve_entities=False, huge_tree=True))
        if known.validate(root):
            return []
        log: Any = known.error_log
        return [{"line": item.line, "path": item.path, "text": item.message} for item in log][:_MOST_HITS]


def read_frame(source: IO[bytes]) -> dict[str, Any] | None:
    """The next frame; None at the end."""
    head = source.read(4)
    if len(head) < 4:
        return None
    (size,) = struct.unpack(">I", head)
    data = source.read(size)
    if len(data) < size:
        return None
    frame: dict[str, Any] = json.loads(data)
    return frame


def write_frame(sink: IO[bytes], frame: dict[str, Any]) -> None:
    """Sends a frame at once."""
    data = json.dumps(frame).encode()
    sink.write(struct.pack(">I", len(data)) + data)
    sink.flush()


def _words(hit: etree._Element) -> str:
    return " ".join(str(hit.xpath("string()")).split())


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:500]


def _cap(mebibytes: int) -> None:
    """What the process may allocate. The engine reserves far more address space than it uses: data is what counts."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    limit = mebibytes * 2**20
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
