"""``python -m banc_harness.witness``: the witness as an ``http`` driver, or for one action as an ``exec`` driver."""

from __future__ import annotations

import _thread
import argparse
import json
import signal
import sys
import tempfile
import threading
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from banc_harness.witness import proxy_server
from banc_harness.witness.actions import CAPABILITIES, Witness
from banc_harness.witness.known_defects import DEFECTS_OF
from banc_harness.witness.proxy import UPSTREAM_S, Proxy
from banc_harness.witness.records import Records
from banc_harness.witness.server import server


def main(arguments: list[str] | None = None) -> int:
    """Serves until told to stop (``serve``), or answers the one action of standard input (``exec``)."""
    parser = argparse.ArgumentParser(prog="python -m banc_harness.witness", description=__doc__)
    parser.add_argument("mode", choices=("serve", "exec"))
    parser.add_argument("--port", type=int, default=0, help="serve: 0 takes any free port, told on standard output")
    parser.add_argument("--host", default="127.0.0.1", help="serve: address to listen on; 0.0.0.0 in a container")
    parser.add_argument("--proxy-port", type=int, default=0, help="serve: port of its proxy e-Santé (HTTPS)")
    parser.add_argument("--until-stdin-ends", action="store_true", help="serve: end with whoever holds standard input")
    parser.add_argument("--data", type=Path, help="folder of the database and keys; a temporary one by default")
    parser.add_argument(
        "--software",
        choices=sorted(DEFECTS_OF),
        default="dpi",
        help="hospital (dpi), laboratory (sgl) or practice (lgc)",
    )
    parser.add_argument("--defect", action="append", default=[], metavar="NAME")
    parser.add_argument("--idle", type=int, metavar="SECONDS", help="end a session that its user left for that long")
    parser.add_argument("--document", "--letter", type=Path, help="a CDA file to send instead of writing a document")
    given = parser.parse_args(arguments)
    unknown = sorted(set(given.defect) - set(DEFECTS_OF[given.software]))
    if unknown:
        parser.error(f"--software {given.software} has no defect {', '.join(unknown)}")
    with tempfile.TemporaryDirectory(prefix="temoin-") as temporary:
        folder = given.data or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        records = Records(str(folder / "temoin.sqlite"))
        document = given.document.read_bytes() if given.document else None
        defects = frozenset(given.defect)
        witness = Witness(records, folder, defects, document, given.software, idle_s=given.idle)
        if given.until_stdin_ends:
            signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
            Thread(target=_end_with_stdin, daemon=True).start()
        try:
            if given.mode == "exec":
                json.dump(witness.act(json.load(sys.stdin)), sys.stdout, ensure_ascii=False)
                return 0
            witness.proxy = Proxy(folder, defects)
            return _serve(witness, witness.proxy, given.host, given.port, given.proxy_port)
        finally:
            records.close()


def _serve(witness: Witness, proxy: Proxy, host: str, port: int, proxy_port: int) -> int:
    listening = server(witness.act, [*CAPABILITIES, "psc.proxy"], host=host, port=port)
    relaying = proxy_server.server(proxy, witness.folder, host=host, port=proxy_port)
    threading.Thread(target=relaying.serve_forever, daemon=True).start()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    ca_file = str((witness.folder / proxy_server.CA_FILE).resolve())
    told = {"url": f"https://127.0.0.1:{_port(relaying)}", "ca_file": ca_file, "upstream_timeout_s": UPSTREAM_S}
    print(json.dumps({"url": f"http://127.0.0.1:{_port(listening)}", "proxy": told}), flush=True)
    try:
        listening.serve_forever()
    except KeyboardInterrupt:
        return 0
    finally:
        relaying.shutdown()
        relaying.server_close()
        listening.server_close()
    return 0


def _port(listening: ThreadingHTTPServer) -> int:
    return int(listening.server_address[1])


def _end_with_stdin() -> None:
    """The end of standard input is that of the process that started us, even when it was killed."""
    sys.stdin.buffer.read()
    _thread.interrupt_main(signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
