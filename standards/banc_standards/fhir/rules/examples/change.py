"""Changes to a resource, each a function that breaks one rule of it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

Change = Callable[[Any], None]
Steps = tuple[str | int, ...]


def steps(path: str) -> Steps:
    """The steps of a path such as ``entry.1.resource.status``."""
    return tuple(int(part) if part.isdigit() else part for part in path.split(".")) if path else ()


def inside(resource: Any, where: Steps) -> Any:
    """The value at some steps."""
    for step in where:
        resource = resource[step]
    return resource


def put(path: str, value: Any) -> Change:
    """Writes a value; a number one past the end of an array adds to it."""

    def change(resource: Any) -> None:
        *above, last = steps(path)
        holder = inside(resource, tuple(above))
        if isinstance(holder, list) and last == len(holder):
            holder.append(copy.deepcopy(value))
        else:
            holder[last] = copy.deepcopy(value)

    return change


def drop(path: str) -> Change:
    """Removes a value."""

    def change(resource: Any) -> None:
        *above, last = steps(path)
        del inside(resource, tuple(above))[last]

    return change


def twice(path: str) -> Change:
    """Writes an element of an array a second time."""

    def change(resource: Any) -> None:
        *above, last = steps(path)
        holder = inside(resource, tuple(above))
        holder.append(copy.deepcopy(holder[last]))

    return change


def all_of(*changes: Change) -> Change:
    """Several changes, in order."""

    def change(resource: Any) -> None:
        for one in changes:
            one(resource)

    return change
