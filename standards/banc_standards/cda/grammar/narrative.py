"""The markup of the narrative: what ``section/text`` may hold (HL7 CDA R2 §4.3.5)."""

from __future__ import annotations

from typing import Final

from banc_standards.cda.grammar.datatypes import Declaration

_STYLED: Final = "ID:ID language:NMTOKEN styleCode:NMTOKENS"
_ALIGNED: Final = f"{_STYLED} align:Align char:any charoff:any valign:VAlign"
_COLUMN: Final = f"{_ALIGNED} span:any width:any"
_CELL: Final = f"{_ALIGNED} abbr:any axis:any headers:IDREFS scope:Scope rowspan:any colspan:any"

_TYPES: Final = {
    "linkHtml": "Link",
    "sub": "Script",
    "sup": "Script",
    "br": "Break",
    "content": "Content",
    "footnote": "Footnote",
    "footnoteRef": "FootnoteReference",
    "renderMultiMedia": "Rendered",
    "paragraph": "Paragraph",
    "list": "List",
    "table": "Table",
}


def _mix(*names: str) -> str:
    return "( " + " | ".join(f"{name}:{_TYPES[name]}" for name in names) + " )*"


_INLINE: Final = ("content", "linkHtml", "sub", "sup", "br", "footnote", "footnoteRef", "renderMultiMedia")
_BLOCKS: Final = ("paragraph", "list", "table")
_ROWS: Final = Declaration(content="tr+:Row", attributes=_ALIGNED)


NARRATIVE: Final[dict[str, Declaration]] = {
    "Narrative": Declaration(
        content=_mix(*_INLINE, *_BLOCKS), attributes=f"{_STYLED} mediaType:any=text/x-hl7-text+xml", mixed=True
    ),
    "Content": Declaration(content=_mix(*_INLINE), attributes=f"{_STYLED} revised:Revised", mixed=True),
    "Link": Declaration(
        content=_mix("footnote", "footnoteRef"),
        attributes=f"name:any href:any rel:any rev:any title:any {_STYLED}",
        mixed=True,
    ),
    "Script": Declaration(mixed=True),
    "Break": Declaration(),
    "Footnote": Declaration(
        content=_mix("content", "linkHtml", "sub", "sup", "br", "renderMultiMedia", *_BLOCKS),
        attributes=_STYLED,
        mixed=True,
    ),
    "FootnoteReference": Declaration(attributes=f"{_STYLED} IDREF!:IDREF"),
    "Rendered": Declaration(content="caption?:Caption", attributes=f"referencedObject!:IDREFS {_STYLED}"),
    "Caption": Declaration(
        content=_mix("linkHtml", "sub", "sup", "footnote", "footnoteRef"), attributes=_STYLED, mixed=True
    ),
    "Paragraph": Declaration(content=f"caption?:Caption {_mix(*_INLINE)}", attributes=_STYLED, mixed=True),
    "List": Declaration(content="caption?:Caption item+:Item", attributes=f"{_STYLED} listType:ListType"),
    "Item": Declaration(content=f"caption?:Caption {_mix(*_INLINE, *_BLOCKS)}", attributes=_STYLED, mixed=True),
    "Table": Declaration(
        content="caption?:Caption ( col*:Column | colgroup*:Columns ) thead?:Rows tfoot?:Rows tbody+:Rows",
        attributes=f"{_STYLED} summary:any width:any border:any frame:Frame rules:Rules cellspacing:any"
        " cellpadding:any",
    ),
    "Columns": Declaration(content="col*:Column", attributes=_COLUMN),
    "Column": Declaration(attributes=_COLUMN),
    "Rows": _ROWS,
    "Row": Declaration(content="( th:Heading | td:Cell )+", attributes=_ALIGNED),
    "Heading": Declaration(content=_mix(*_INLINE), attributes=_CELL, mixed=True),
    "Cell": Declaration(content=_mix(*_INLINE, "paragraph", "list"), attributes=_CELL, mixed=True),
}
