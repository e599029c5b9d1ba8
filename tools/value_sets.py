"""Makes the tables of ``banc_standards/terminology/sets`` from a folder of official value sets (SVS XML).

For the maintainer, when the ANS publishes new sets::

    python tools/value_sets.py FOLDER            # writes the tables
    python tools/value_sets.py FOLDER --check    # writes nothing, exits 1 when a table differs

A table keeps the name, OID, version and date of its set, and its codes with their French labels, in the order of the
publication. The tables of sets that the folder does not hold are left alone: those that no folder of SVS files carries
(``J57``, ``J59``, ``J60``, ``Confidentiality``) are kept by hand.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Final

from lxml import etree

SVS: Final = "{urn:ihe:iti:svs:2008}"
TABLES: Final = Path(__file__).parents[1] / "standards" / "banc_standards" / "terminology" / "sets"

_NUMBERED: Final = re.compile(r"JDV_(J\d+)_")
_NAMED: Final = re.compile(r"JDV_(.+?)(_CISIS|_DMP|_SERAFIN)?")


def name_of(title: str) -> str:
    """The name of a set as rules call it: ``J01`` of ``JDV_J01_XdsAuthorSpecialty_CISIS``, ``StatutDoc`` of
    ``JDV_StatutDoc_CISIS``.

    Raises ``ValueError`` for a title of another form.
    """
    found = _NUMBERED.match(title) or _NAMED.fullmatch(title)
    if found is None:
        raise ValueError(f"{title} is not named JDV_…")
    return found[1]


def table(path: Path) -> tuple[str, str]:
    """The name of the set in a file, and its table as text.

    Raises ``ValueError`` for a file that is no single value set, or names a code twice.
    """
    sets = etree.parse(path).getroot().findall(f"{SVS}ValueSet")
    if len(sets) != 1:
        raise ValueError(f"{path.name} holds {len(sets)} value sets")
    found = sets[0]
    systems: dict[str, dict[str, str]] = {}
    for concept in found.iterfind(f"{SVS}ConceptList/{SVS}Concept"):
        code, system, display = (str(concept.attrib[name]) for name in ("code", "codeSystem", "displayName"))
        codes = systems.setdefault(system, {})
        if code in codes:
            raise ValueError(f"{path.name} names {code} twice")
        codes[code] = display
    content = {
        "name": name_of(path.stem),
        "title": path.stem,
        "oid": found.attrib["id"],
        "version": found.get("version", ""),
        "date": found.get("revisionDate", "")[:10],
        "systems": systems,
    }
    return name_of(path.stem), json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def tables(folder: Path) -> dict[str, str]:
    """The tables of every value set of a folder, by name. Raises ``ValueError`` when two files have one name."""
    found: dict[str, str] = {}
    for path in sorted(folder.glob("JDV_*.xml")):
        name, text = table(path)
        if name in found:
            raise ValueError(f"two files of {folder} are called {name}")
        found[name] = text
    return found


def main(arguments: list[str] | None = None) -> int:
    """Writes or compares the tables; tells each one that changed."""
    parser = argparse.ArgumentParser(description="Makes the value set tables from a folder of official SVS files.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--check", action="store_true", help="write nothing, fail when a table differs")
    chosen = parser.parse_args(arguments)
    changed = 0
    for name, text in tables(chosen.folder).items():
        path = TABLES / f"{name}.json"
        if path.is_file() and path.read_text(encoding="utf-8") == text:
            continue
        changed += 1
        print(name)
        if not chosen.check:
            path.write_text(text, encoding="utf-8")
    return 1 if changed and chosen.check else 0


if __name__ == "__main__":
    sys.exit(main())
