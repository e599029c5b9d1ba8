"""The times of the header, as the published checks judge them: instants, ends of intervals, intervals."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from lxml import etree

from banc_standards.cda.read import elements, step
from banc_standards.cda.rules.header_walk import Faults, Judge
from banc_standards.cda.times import Time, read_time

_BOUNDS: Final = frozenset({"low", "high", "width", "center"})
_NEVER: Final = {"low": "PINF", "high": "NINF"}
"""The infinity that an end of an interval cannot be."""
_DURATIONS: Final = ("us", "ms", "s", "min", "h", "d", "wk", "mo", "a")
_ZONE: Final = len("+0100")


def instant(*, zoned: bool = False) -> Judge:
    """TS: a time in ``value``, or a nullFlavor, without child. ``zoned`` says that it should tell its zone."""

    def check(element: etree._Element, faults: Faults) -> None:
        bound(element, faults)
        value = element.get("value")
        for inside in elements(element):
            faults.tell("CDA-DT-004", inside, step(inside), "0")
        if zoned and value is not None:
            time = read_time(value)
            if time is not None and not time.zone and len(time.digits) > 8:
                faults.tell("CDA-DT-005", element, value, "±ZZzz", "@value")

    return check


def bound(element: etree._Element, faults: Faults) -> None:
    """IVXB_TS: a real time in ``value``, or a nullFlavor."""
    value, null = element.get("value"), element.get("nullFlavor")
    if value is None:
        if null is None and not len(element):
            faults.tell("CDA-DT-003", element, "", "value | nullFlavor")
        return
    if null is not None:
        faults.tell("CDA-DT-003", element, value, "value | nullFlavor")
    _time(element, value, faults)


def _time(element: etree._Element, value: str, faults: Faults) -> Time | None:
    time = read_time(value)
    if time is None:
        faults.tell("CDA-DT-001", element, value, "AAAA[MM[JJ[hh[mm[ss]]]]][±ZZzz]", "@value")
        if not (value[:4].isascii() and value[:4].isdecimal() and len(value) >= 4):
            faults.tell("CDA-DT-002", element, value, "4 à 14 chiffres", "@value")
    elif time.zone and len(time.zone) != _ZONE:
        faults.tell("CDA-DT-001W", element, time.zone, "±ZZzz", "@value")
    return time


def interval(element: etree._Element, faults: Faults) -> None:
    """IVL_TS: a value, or ends that follow one another, or a nullFlavor."""
    value, null = element.get("value"), element.get("nullFlavor")
    inside = {step(item): item for item in elements(element)}
    ends = sorted(inside.keys() & _BOUNDS)
    if null is not None:
        if ends or value is not None:
            faults.tell("CDA-DT-006", element, ", ".join(ends) or "value", "nullFlavor | value | low, high")
    elif value is None and not inside:
        faults.tell("CDA-DT-003", element, "", "value | low, high | nullFlavor")
    if value is not None:
        _time(element, value, faults)
        if ends:
            faults.tell("CDA-DT-006", element, ", ".join(["value", *ends]), "value | low, high")
    if {"low", "high", "width"} <= set(ends) or ("center" in ends and len(ends) > 1):
        faults.tell("CDA-DT-006", element, ", ".join(ends), "low, high")
    if inside:
        _ends(element, inside, faults)


def _ends(element: etree._Element, inside: dict[str, etree._Element], faults: Faults) -> None:
    for name, item in inside.items():
        for wrong in ("updateMode",) if item.get("nullFlavor") != _NEVER.get(name) else ("updateMode", "nullFlavor"):
            if item.get(wrong) is not None:
                faults.tell("CDA-DT-006", item, item.get(wrong, ""), "", f"@{wrong}")
        value, null = item.get("value"), item.get("nullFlavor")
        if null is not None and (value is not None or item.get("unit") is not None):
            faults.tell("CDA-DT-006", item, f"nullFlavor + {value or 'unit'}", "value | nullFlavor")
        if value is not None and name in ("low", "high", "center"):
            time = _time(item, value, faults)
            if time is not None and time.zone and len(time.zone) != _ZONE:
                faults.tell("CDA-DT-001", item, value, "±ZZzz", "@value")
    width = inside.get("width")
    if width is not None:
        if width.get("unit", "") not in ("", *_DURATIONS):
            faults.tell("CDA-DT-006", width, width.get("unit", ""), " | ".join(_DURATIONS), "@unit")
        if width.get("unit") is not None and width.get("value") is None:
            faults.tell("CDA-DT-006", width, "", "non vide", "@value")
    low, high = (inside[name].get("value", "") if name in inside else "" for name in ("low", "high"))
    if low and (low == high or backwards(low, high)):
        faults.tell("CDA-DT-006", element, f"{low} – {high}", "low < high")


def backwards(low: str, high: str) -> bool:
    """Whether both are times and the first is after the second; what the digits leave open is its start."""
    first, last = read_time(low), read_time(high)
    return first is not None and last is not None and _moment(first) > _moment(last)


def _moment(time: Time) -> datetime:
    return time.start if time.zoned else time.start.replace(tzinfo=UTC)
