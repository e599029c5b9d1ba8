"""How an endpoint of the control API is written: one row that serves it and describes it in the OpenAPI document."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from pydantic import BaseModel, ValidationError

from banc_mocks.sandbox.control.problems import ApiRefusal, bad_body, bad_parameter
from banc_standards.errors import Sentence

if TYPE_CHECKING:
    from aiohttp import web

    from banc_mocks.sandbox.sandbox import Sandbox
    from banc_mocks.sandbox.sessions import Session

MAX_BODY = 2**20
"""Largest request body, in bytes."""

PAGE = 100
MAX_PAGE = 1_000
MAX_SEQ = 2**53

_Body = TypeVar("_Body", bound=BaseModel)
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Raw:
    """An answer that is not JSON of a model."""

    body: bytes
    media_type: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the query string; ``schema`` is its JSON Schema."""

    name: str
    text: str
    schema: Mapping[str, Any]


AFTER_KEY = Parameter("after", "Key of the last item that was seen.", {"type": "string"})
LIMIT = Parameter("limit", "Most items in the answer.", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE})


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: the sandbox, the session of the path, the body once read, and the query string."""

    sandbox: Sandbox
    request: web.Request
    body: BaseModel | None

    @property
    def session(self) -> Session:
        """The session of the path. Raises ``SessionUnknown``."""
        return self.sandbox.sessions.get(self.part("session"))

    def part(self, name: str) -> str:
        """A named segment of the path."""
        return self.request.match_info[name]

    def content(self, model: type[_Body]) -> _Body:
        """The body, which its endpoint declared to be of this model."""
        assert isinstance(self.body, model)
        return self.body

    def text(self, name: str) -> str | None:
        """A parameter of the query string, as it was given."""
        return self.request.query.get(name)

    def whole(self, name: str, default: int, *, low: int, high: int) -> int:
        """A whole number of the query string, within its bounds."""
        given = self.text(name)
        if given is None:
            return default
        expected = Sentence(f"un entier de {low} à {high}", f"a whole number from {low} to {high}")
        if not re.fullmatch(r"-?[0-9]{1,18}", given) or not low <= int(given) <= high:
            raise bad_parameter(name, given, expected)
        return int(given)

    def seconds(self, name: str, high: int) -> float:
        """A duration of the query string, in seconds, 0 when absent."""
        given = self.text(name)
        if given is None:
            return 0.0
        expected = Sentence(f"des secondes, de 0 à {high}", f"seconds, from 0 to {high}")
        if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,30})?([eE][-+]?[0-9]{1,2})?", given):
            raise bad_parameter(name, given, expected)
        value = float(given)
        if not math.isfinite(value) or value > high:
            raise bad_parameter(name, given, expected)
        return value

    def choice(self, name: str, values: tuple[str, ...]) -> str | None:
        """A word of the query string that is one of a few."""
        given = self.text(name)
        if given is not None and given not in values:
            raise bad_parameter(name, given, Sentence(" | ".join(values), " | ".join(values)))
        return given

    def page(self, items: Iterable[_Item], key: Callable[[_Item], str]) -> tuple[list[_Item], str | None]:
        """The items after ``?after=``, in the order of their keys, at most ``?limit=``; and the next ``after``."""
        limit = self.whole("limit", PAGE, low=1, high=MAX_PAGE)
        after = self.text("after")
        rest = sorted((item for item in items if after is None or key(item) > after), key=key)
        return rest[:limit], key(rest[limit - 1]) if len(rest) > limit else None


Handler = Callable[[Asked], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one address.

    ``path`` is under ``/control/v1``; ``id`` is the OpenAPI operationId. ``body`` and ``answer`` are models of
    ``banc_standards.contracts``; ``media_type`` is set when the answer is not JSON of a model. ``open`` endpoints need
    no token.
    """

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    id: str
    text: str
    handler: Handler
    body: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None
    media_type: str | None = None
    status: int = 200
    parameters: tuple[Parameter, ...] = ()
    open: bool = False

    def read(self, data: bytes, media_type: str) -> BaseModel | None:
        """The body of a request; an absent one is one whose keys all take their defaults."""
        if self.body is None:
            return None
        if data and media_type != "application/json":
            raise ApiRefusal(
                415,
                "API-005",
                Sentence("le corps doit être du JSON", "the body must be JSON"),
                Sentence("Content-Type: application/json", "Content-Type: application/json"),
            )
        try:
            return self.body.model_validate_json(_whole_numbers(data or b"{}"), strict=True)
        except ValidationError as error:
            raise bad_body(error) from None


def _whole_numbers(data: bytes) -> bytes:
    """The JSON text with ``1.0`` written ``1``: JSON Schema takes both for an integer, pydantic's strict mode only one.

    What is not JSON is left as it is, for pydantic to refuse.
    """
    if b"." not in data and b"e" not in data and b"E" not in data:
        return data
    try:
        return json.dumps(json.loads(data, parse_float=_number)).encode()
    except (ValueError, RecursionError):
        return data


def _number(text: str) -> int | float:
    value = float(text)
    return int(value) if value.is_integer() else value
