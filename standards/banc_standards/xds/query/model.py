"""A stored query and its answer, as the wire carries them."""

from __future__ import annotations

from dataclasses import dataclass

from banc_standards.xds.model import Association, DocumentEntry, RegistryError, SubmissionSet


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: its decoded values, whether any of them was a list in parentheses, and the texts that are neither
    a quoted string, nor a number, nor a list of these.

    ``groups`` are the values of each ``Slot`` of that name: one value of a group is enough, every group must be met.
    """

    name: str
    groups: tuple[tuple[str, ...], ...] = ()
    listed: bool = False
    malformed: tuple[str, ...] = ()

    @property
    def values(self) -> tuple[str, ...]:
        """The values of every group."""
        return tuple(value for group in self.groups for value in group)


@dataclass(frozen=True, slots=True)
class StoredQuery:
    """An ``AdhocQueryRequest``: the id of the query, what it shall return, its parameters in their order.

    ``return_type`` and ``composed`` are None when the request does not say. ``number`` counts the queries that the
    request carries: the first is what is read.
    """

    id: str
    return_type: str | None = None
    composed: str | None = None
    parameters: tuple[Parameter, ...] = ()
    number: int = 1

    def parameter(self, name: str) -> Parameter | None:
        """The parameter of that name."""
        return next((item for item in self.parameters if item.name == name), None)

    def values(self, name: str) -> tuple[str, ...]:
        """The values of a parameter, none when it is absent."""
        found = self.parameter(name)
        return found.values if found else ()


@dataclass(frozen=True, slots=True)
class QueryAnswer:
    """An ``AdhocQueryResponse``: its status, the references or the objects found, the errors."""

    status: str
    references: tuple[str, ...] = ()
    entries: tuple[DocumentEntry, ...] = ()
    sets: tuple[SubmissionSet, ...] = ()
    associations: tuple[Association, ...] = ()
    errors: tuple[RegistryError, ...] = ()
