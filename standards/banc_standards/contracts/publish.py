"""The JSON Schemas (2020-12) of the shapes, as the files that ``schemas/`` holds.

``python -m banc_standards.contracts.publish FOLDER`` writes them again after a model has changed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from banc_standards.contracts import (
    bundle,
    control,
    driver,
    events,
    exchange,
    finding,
    report,
    review,
    sandbox,
    sut,
    validation,
)

DIALECT = "https://json-schema.org/draft/2020-12/schema"
URN = "urn:banc-segur:schema:1:"

SHAPES: Mapping[str, tuple[str, TypeAdapter[Any]]] = {
    "ready": ("Ready line of banc up", TypeAdapter(sandbox.Ready)),
    "readiness": ("Answer of /ready", TypeAdapter(sandbox.Readiness)),
    "exchange": ("Exchange: one entry of the journal", TypeAdapter(exchange.Exchange)),
    "finding": ("Finding: one place where a rule is broken", TypeAdapter(finding.Finding)),
    "event": ("Event of a run", events.EVENT),
    "action": ("Action asked of a driver", TypeAdapter(driver.Action)),
    "answer": ("Answer of a driver", TypeAdapter(driver.Answer)),
    "capabilities": ("Capabilities of an HTTP driver", TypeAdapter(driver.Capabilities)),
    "sut": ("sut.yaml: the software under test", TypeAdapter(sut.Sut)),
    "report": ("report.json: the result of a run", TypeAdapter(report.Report)),
    "review": ("reviews/*.json: a person's verdict on one requirement", TypeAdapter(review.Review)),
    "manifest": ("manifest.json: what an evidence bundle is of, and its files", TypeAdapter(bundle.Manifest)),
    "tombstone": ("What stands for a content that was taken out of a bundle", TypeAdapter(bundle.Tombstone)),
    "checks": ("checks.json: the verdicts of the checks", TypeAdapter(bundle.SealedChecks)),
    "verdicts": (
        "verdicts.json: the requirements' verdicts, the gate and the score",
        TypeAdapter(bundle.SealedVerdicts),
    ),
    "rules": ("rules.json: the frozen judge of a run", TypeAdapter(bundle.SealedRules)),
    "requirements": ("requirements/*.json: the frozen requirements of a run", TypeAdapter(bundle.SealedRequirements)),
    "validation": ("Output of banc validate --format json", TypeAdapter(validation.Validation)),
    **{f"control-{name}": (title, TypeAdapter(model)) for name, (title, model) in control.BODIES.items()},
}


def schema(name: str) -> dict[str, Any]:
    """The published JSON Schema of one shape; raises ``KeyError`` for an unknown name."""
    title, adapter = SHAPES[name]
    described = adapter.json_schema(by_alias=True, mode="validation")
    return {"$schema": DIALECT, "$id": f"{URN}{name}", **described, "title": title}


def schemas() -> dict[str, str]:
    """Every published file, by name, as it must lie in ``schemas/``."""
    return {
        f"{name}.schema.json": json.dumps(schema(name), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
        for name in SHAPES
    }


def publish(folder: Path) -> None:
    """Writes every schema into ``folder`` and removes those of shapes that no longer exist."""
    current = schemas()
    for stale in folder.glob("*.schema.json"):
        if stale.name not in current:
            stale.unlink()
    for name, text in current.items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    publish(Path(sys.argv[1]))
