"""The notation of the header's table: one row an element, its children indented below it.

A row is a name and words, in any order::

    id        ?root:PS  1  II  +extension      # one, of type II; only those under the root PS are looked at
    code      ?stated   1  009 CE oid JDV:J07  # 009: the rule that its number and attributes break

``?word`` takes the children that it describes, ``+a,b`` wants attributes, ``JDV:name`` a code of that value set,
``oid`` a code system that is an OID, ``zoned`` a time with its zone, ``#word`` a check of the element's own,
``count:stated`` counts those without nullFlavor only, ``.contact`` and ``.named`` stand for rows that recur. A row
without number has that of the row above it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from banc_standards.cda.names import CI_SIS, HL7_FRANCE, TYPE_ID_EXTENSION, TYPE_ID_ROOT, V3
from banc_standards.cda.rules import header_contacts as contacts
from banc_standards.cda.rules import header_times as times
from banc_standards.cda.rules import header_types as types
from banc_standards.cda.rules.header_walk import Aim, Branch, Faults, Judge, Part, Siblings, Take, branch
from banc_standards.identifiers import PS_IDNAT, STRUCT_IDNAT
from banc_standards.terminology.codes import value_set

ROOTS: Final = {"PS": PS_IDNAT, "STRUCT": STRUCT_IDNAT, "HL7-FRANCE": HL7_FRANCE, "CI-SIS": CI_SIS}
_CONTACT: Final = ("addr AD", "telecom TEL")
_NAMED: Final = ("name ?holds:family 1 PN", "    family 1", "    given 0..1", "    prefix 0..1", "    suffix 0..1")
_COUNT: Final = re.compile(r"(\d)(?:\.\.(\d|\*))?")
_STEP: Final = 4

_SIBLINGS: Final[Mapping[str, Siblings]] = {
    "II": types.distinct_identifiers,
    "CE": types.distinct_codes,
    "CD": types.distinct_codes,
    "AD": contacts.distinct_contacts,
    "TEL": contacts.distinct_telecoms,
    "PN": contacts.distinct_contacts,
    "ON": contacts.distinct_contacts,
    "EN": contacts.distinct_contacts,
}
_TYPE_CHECKS: Final[Mapping[str, Judge]] = {
    "II": types.identifier,
    "CS": types.simple_code,
    "IVXB_TS": times.bound,
    "IVL_TS": times.interval,
    "ST": types.text,
    "ED": types.text,
    "SC": types.coded_text,
    "AD": contacts.address,
    "TEL": contacts.telecom,
    "PN": contacts.name("PN"),
    "ON": contacts.name("ON"),
    "EN": contacts.name("EN"),
}
_TYPES: Final = {*_TYPE_CHECKS, "CE", "CD", "TS", "INT", "BL", "ANY"}


@dataclass(slots=True)
class _Row:
    """One row, read: see the module."""

    name: str
    rule: str
    depth: int
    count: tuple[int, int | None] = (0, None)
    type: str = ""
    needed: tuple[str, ...] = ()
    value_set: str = ""
    flags: set[str] = field(default_factory=set)
    takes: list[str] = field(default_factory=list)
    checks: list[str] = field(default_factory=list)


def table(text: str, checks: Mapping[str, Callable[[str], Judge]], *, prefix: str, own: Judge | None = None) -> Part:
    """The part that a table describes, of the element that holds its outermost rows.

    ``checks`` are the checks that ``#word`` names, made for a rule; ``prefix`` goes before the number of a rule.
    """
    rows = list(_rows(text, prefix))
    branches, rest = _branches(rows, 0, 0, checks)
    assert rest == len(rows)
    return Part(*branches, checks=(own,) if own else ())


def _rows(text: str, prefix: str) -> Iterator[_Row]:
    rules: list[str] = []
    for line in _lines(text):
        depth, rest = divmod(len(line) - len(line.lstrip()), _STEP)
        assert not rest, line
        name, *words = line.split()
        del rules[depth:]
        rule = next((f"{prefix}{word}" for word in words if len(word) == 3 and word.isdecimal()), "")
        rules.append(rule or (rules[-1] if rules else ""))
        yield _row(name, [word for word in words if not (len(word) == 3 and word.isdecimal())], rules[-1], depth)


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        line = line.split("  # ")[0].rstrip()
        if not line:
            continue
        indent = line[: len(line) - len(line.lstrip())]
        if line.strip() == ".contact":
            yield from (indent + row for row in _CONTACT)
        elif line.endswith(" .named"):
            yield line.removesuffix(" .named")
            yield from (f"{indent}    {row}" for row in _NAMED)
        else:
            yield line


def _row(name: str, words: list[str], rule: str, depth: int) -> _Row:
    row = _Row(name, rule, depth)
    for word in words:
        counted = _COUNT.fullmatch(word)
        if counted:
            low, high = int(counted[1]), counted[2] or counted[1]
            row.count = (low, None if high == "*" else int(high))
        elif word in _TYPES:
            row.type = word
        elif word.startswith("+"):
            row.needed = tuple(word[1:].split(","))
        elif word.startswith("JDV:"):
            row.value_set = word[4:]
        elif word.startswith("?"):
            row.takes.append(word[1:])
        elif word.startswith("#"):
            row.checks.append(word[1:])
        else:
            assert word in ("oid", "zoned", "count:stated"), word
            row.flags.add(word)
    return row


def _branches(
    rows: list[_Row], start: int, depth: int, checks: Mapping[str, Callable[[str], Judge]]
) -> tuple[list[Branch], int]:
    found: list[Branch] = []
    index = start
    while index < len(rows) and rows[index].depth == depth:
        row = rows[index]
        below, index = _branches(rows, index + 1, depth + 1, checks)
        found.append(
            branch(
                row.name,
                _part(row, below, checks),
                row.count,
                row.rule,
                take=_take(row.takes),
                count=stated if "count:stated" in row.flags else None,
                shown=row.name + "".join(_shown(word) for word in row.takes),
                aims=tuple(_aim(word) for word in row.takes),
            )
        )
    return found, index


def _part(row: _Row, below: list[Branch], checks: Mapping[str, Callable[[str], Judge]]) -> Part | None:
    judges: list[Judge] = []
    if row.type in ("CE", "CD"):
        judges.append(types.concept(oid="oid" in row.flags, equivalents=row.type == "CE"))
    elif row.type == "TS":
        judges.append(times.instant(zoned="zoned" in row.flags))
    elif row.type == "INT":
        judges.append(types.integer(row.rule))
    elif row.type in _TYPE_CHECKS:
        judges.append(_TYPE_CHECKS[row.type])
    if row.needed:
        judges.append(types.needs(row.rule, *row.needed))
    if row.value_set:
        judges.append(types.of_set(row.rule, row.value_set))
    judges.extend(checks[word](row.rule) for word in row.checks)
    if not (judges or below or row.type):
        return None
    return Part(
        *below,
        checks=judges,
        named=types.typed(row.type) if row.type not in ("", "ANY") else None,
        siblings=_SIBLINGS.get(row.type),
        absence=bool(row.type),
    )


# Which children are looked at


def stated(element: etree._Element) -> bool:
    """Whether the element says something: it has no nullFlavor."""
    return element.get("nullFlavor") is None


def _has(name: str) -> Take:
    tag = V3 + name
    return lambda element: next(element.iterchildren(tag), None) is not None


def _is(attribute: str, value: str) -> Take:
    return lambda element: element.get(attribute) == value


def _identified(root: str) -> Take:
    tag = f"{V3}id"
    return lambda element: any(item.get("root") == root for item in element.iterchildren(tag))


def _signed(element: etree._Element) -> bool:
    return any(item.get("code") == "S" for item in element.iterchildren(f"{V3}signatureCode"))


def _completed(element: etree._Element) -> bool:
    return element.get("code") == "completed" or element.get("nullFlavor") is not None


def _consented(element: etree._Element) -> bool:
    return any(_completed(item) for item in element.iterchildren(f"{V3}statusCode"))


def _cda_r2(element: etree._Element) -> bool:
    return (element.get("root"), element.get("extension")) == (TYPE_ID_ROOT, TYPE_ID_EXTENSION)


def _paired(name: str) -> Take:
    return lambda element: (element.get("code"), element.get("codeSystem")) in value_set(name)


_WORDS: Final[Mapping[str, Take]] = {
    "stated": stated,
    "signed": _signed,
    "completed": _completed,
    "consented": _consented,
    "cda-r2": _cda_r2,
}
_AIMS: Final = {
    "stated": ("@nullFlavor", ""),
    "signed": ("signatureCode/@code", "S"),
    "completed": ("@code", "completed"),
    "consented": ("statusCode/@code", "completed"),
    "cda-r2": ("@extension", TYPE_ID_EXTENSION),
}
"""Where each of these words looks, and what it wants there."""


def _take(words: list[str]) -> Take | None:
    takes = [_one_take(word) for word in words]
    if len(takes) < 2:
        return takes[0] if takes else None
    return lambda element: all(take(element) for take in takes)


def _one_take(word: str) -> Take:
    kind, _, value = word.partition(":")
    if kind == "holds":
        return _has(value)
    if kind == "root":
        return _is("root", ROOTS[value])
    if kind == "identified":
        return _identified(ROOTS[value])
    if kind == "pair":
        return _paired(value)
    if kind in ("code", "typeCode"):
        return _is(kind, value)
    return _WORDS[word]


def _aim(word: str) -> Aim:
    kind, _, value = word.partition(":")
    if kind == "holds":
        return _one_take(word), value, "1"
    if kind == "identified":
        return _one_take(word), f"id[@root='{ROOTS[value]}']", "1"
    if kind == "pair":
        return _one_take(word), "@code", f"JDV {value}"
    return _one_take(word), *_AIMS.get(kind, (f"@{kind}", ROOTS.get(value, value)))


def _shown(word: str) -> str:
    _, below, wanted = _aim(word)
    if wanted == "1":
        return f"[{below}]"
    return f"[{below}='{wanted}']" if wanted and not word.startswith("pair:") else ""


# Checks of an element's own


def one_of(attribute: str, *allowed: str) -> Callable[[str], Judge]:
    """An attribute, when there is one, has one of these values."""

    def made(rule: str) -> Judge:
        def check(element: etree._Element, faults: Faults) -> None:
            found = element.get(attribute)
            if found is not None and found not in allowed:
                faults.tell(rule, element, found, " | ".join(allowed), f"@{attribute}")

        return check

    return made


def choice(low: int, high: int, **names: Take | None) -> Callable[[str], Judge]:
    """Between ``low`` and ``high`` children in all, of these names; with a take, of those that it takes."""
    takes = {V3 + name: take for name, take in names.items()}

    def made(rule: str) -> Judge:
        def check(element: etree._Element, faults: Faults) -> None:
            number = 0
            for child in element.iterchildren(*takes):
                take = takes[str(child.tag)]
                number += take is None or take(child)
            if not low <= number <= high:
                wanted = str(low) if low == high else f"{low}..{high}"
                faults.tell(rule, element, str(number), wanted, " | ".join(names))

        return check

    return made
