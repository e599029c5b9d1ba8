"""What all the shapes have in common: how they read, how they are written, and the forms of their scalars."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler, SerializerFunctionWrapHandler, model_serializer
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

Instant = Annotated[
    str,
    Field(
        pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z$",
        description="Instant in UTC, kept as written: entries are hashed byte for byte.",
    ),
]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 in lower-case hexadecimal.")]
Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$", description="Name of a content: sha256:HEX.")]
SessionId = Annotated[str, Field(pattern=r"^[a-z0-9]{4,16}$")]
Count = Annotated[int, Field(ge=0, strict=True)]


class Shape(BaseModel):
    """A JSON object of the contracts: immutable once read, unknown keys ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    @classmethod
    def read(cls, data: str | bytes | dict[str, Any]) -> Self:
        """Reads JSON text or an already parsed object; raises ``pydantic.ValidationError``."""
        return cls.model_validate(data) if isinstance(data, dict) else cls.model_validate_json(data)

    def as_json(self) -> dict[str, Any]:
        """The object as plain JSON values, keys in the order of the contracts."""
        return self.model_dump(mode="json", by_alias=True)


class Sparse(Shape):
    """A shape in which what does not exist has no key, instead of a null."""

    @model_serializer(mode="wrap")
    def _without_nulls(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {key: value for key, value in write(self).items() if value is not None}

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = handler(core_schema)
        for name, described in list(handler.resolve_ref_schema(schema).get("properties", {}).items()):
            kept = [option for option in described.get("anyOf", []) if option != {"type": "null"}]
            if len(kept) == 1:
                rest = {key: value for key, value in described.items() if key not in ("anyOf", "default")}
                handler.resolve_ref_schema(schema)["properties"][name] = {**rest, **kept[0]}
        return schema
