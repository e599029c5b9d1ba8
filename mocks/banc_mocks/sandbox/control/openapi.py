"""The OpenAPI 3.1 document of the control API, made from the endpoints and their models."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from banc_mocks.sandbox.control.endpoint import Endpoint
from banc_mocks.sandbox.control.problems import MEDIA_TYPE
from banc_standards.contracts.control import Problem

_REF = "#/components/schemas/{model}"
_PATH_SCHEMAS: dict[str, dict[str, Any]] = {
    "session": {"type": "string", "pattern": "^[a-z0-9]{4,16}$"},
    "sha256": {"type": "string", "pattern": "^(sha256:)?[0-9a-f]{64}$"},
}


def described(endpoints: Sequence[Endpoint], base: str) -> bytes:
    """The document, as JSON."""
    models = {model for one in endpoints for model in (one.body, one.answer) if model is not None} | {Problem}
    inputs = {one.body for one in endpoints}
    wanted: list[tuple[type[BaseModel], Any]] = [
        (model, "validation" if model in inputs else "serialization")
        for model in sorted(models, key=lambda model: model.__name__)
    ]
    refs, definitions = models_json_schema(wanted, ref_template=_REF)
    schemas = {model: schema for (model, _), schema in refs.items()}
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        operation = _operation(endpoint, schemas)
        paths.setdefault(base + endpoint.path, {})[endpoint.method.lower()] = operation
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "Banc Ségur: control API",
            "version": version("banc-segur"),
            "description": "Sessions, faults, clock, journal and evidence of one sandbox.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "security": [{"token": []}, {}],
        "paths": paths,
        "components": {
            "schemas": definitions["$defs"],
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "BANC_TOKEN; without one, only this machine may call.",
                }
            },
        },
    }
    return json.dumps(document, ensure_ascii=False).encode()


def _operation(endpoint: Endpoint, schemas: Mapping[Any, Any]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.id,
        "summary": endpoint.text,
        "parameters": [*_path_parameters(endpoint.path), *_query_parameters(endpoint)],
        "responses": {
            str(endpoint.status): _response(endpoint, schemas),
            "default": {"description": "Error", "content": {MEDIA_TYPE: {"schema": schemas[Problem]}}},
        },
    }
    if endpoint.body is not None:
        operation["requestBody"] = {
            "required": any(field.is_required() for field in endpoint.body.model_fields.values()),
            "content": {"application/json": {"schema": schemas[endpoint.body]}},
        }
    if endpoint.open:
        operation["security"] = []
    return operation


def _response(endpoint: Endpoint, schemas: Mapping[Any, Any]) -> dict[str, Any]:
    if endpoint.answer is not None:
        return {"description": "Done", "content": {"application/json": {"schema": schemas[endpoint.answer]}}}
    if endpoint.media_type is not None:
        return {"description": "Done", "content": {endpoint.media_type: {}}}
    return {"description": "Done, nothing to say"}


def _path_parameters(path: str) -> Iterable[dict[str, Any]]:
    for name in re.findall(r"\{(\w+)\}", path):
        schema = _PATH_SCHEMAS.get(name, {"type": "string", "minLength": 1, "maxLength": 200})
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _query_parameters(endpoint: Endpoint) -> Iterable[dict[str, Any]]:
    for one in endpoint.parameters:
        yield {"name": one.name, "in": "query", "description": one.text, "schema": dict(one.schema)}
