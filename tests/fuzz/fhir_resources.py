"""Coverage-guided fuzzing of the reader of FHIR resources and of every rule (atheris, by hand and in CI).

    python tests/fuzz/fhir_resources.py -atheris_runs=20000 [FOLDER]

FOLDER keeps what it finds worth trying again. The input is either bytes as a stranger sends them, or instructions that
change a sound sample: a crash, or a finding that points outside the resource, stops it.
"""

from __future__ import annotations

import copy
import json
import sys
from contextlib import suppress
from typing import Any

import atheris

with atheris.instrument_imports(include=["banc_standards.fhir"]):
    from banc_standards.fhir.positions import offsets
    from banc_standards.fhir.read import FhirRefused, read
    from banc_standards.fhir.rules import ENGINE
    from banc_standards.fhir.rules.examples import samples
    from banc_standards.fhir.subject import subject_of
    from banc_standards.xml import XmlRefused

SAMPLES = [samples()[name] for name in sorted(samples())]
VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        -1,
        1.5,
        2**40,
        "",
        " ",
        "x",
        "#auteur",
        "urn:uuid:x",
        "2026-02-31",
        "2026-01-05T10:00:00Z",
    ),
    *(
        "official",
        "http://loinc.org",
        "https://rpps.esante.gouv.fr",
        "PENsaW5pY2FsRG9jdW1lbnQvPg==",
        "Patient",
        "Bundle",
    ),
    *([], {}, [None], [[]], [{}], {"resourceType": "Patient"}, {"url": "x"}, {"coding": [None]}, ["a", {"b": 1}]),
)


def changed(data: atheris.FuzzedDataProvider) -> bytes:
    """A sound sample after the changes that the instructions make."""
    content = copy.deepcopy(SAMPLES[data.ConsumeIntInRange(0, len(SAMPLES) - 1)])
    while data.remaining_bytes():
        holder: Any = content
        for _ in range(data.ConsumeIntInRange(0, 8)):
            inner = [each for each in (holder.values() if isinstance(holder, dict) else holder) if each]
            inner = [each for each in inner if isinstance(each, dict | list)]
            if not inner:
                break
            holder = inner[data.ConsumeIntInRange(0, len(inner) - 1)]
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        if not keys:
            continue
        key = keys[data.ConsumeIntInRange(0, len(keys) - 1)]
        if data.ConsumeBool():
            holder[key] = copy.deepcopy(VALUES[data.ConsumeIntInRange(0, len(VALUES) - 1)])
        else:
            del holder[key]
    return json.dumps(content).encode()


def test_one_input(data: bytes) -> None:
    content = data[1:] if data[:1] < b"\x40" else changed(atheris.FuzzedDataProvider(data[1:]))
    with suppress(FhirRefused, XmlRefused):
        document = read(content)
        for rule, hit in ENGINE.judge(subject_of(document)):
            assert hit.location.startswith(document.type), (rule.id, hit)
        if document.text:
            offsets(document.text, [("entry", 0, "resource")])


if __name__ == "__main__":
    atheris.Setup(sys.argv, test_one_input)
    atheris.Fuzz()
