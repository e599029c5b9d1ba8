"""``banc report --format pdf``: the report on paper, in the language of the run, without the bytes of every exchange.

WeasyPrint, an optional extra, makes the file; it is loaded when asked for only.
"""

from __future__ import annotations

import logging
from importlib import import_module
from typing import Any

from banc_harness.account import Account
from banc_harness.reports.html_report import context, environment, first_time, template
from banc_harness.sealed import NOTHING_SEALED, Sealed
from banc_standards.errors import EnvironmentFailed, Sentence


def page(account: Account, sealed: Sealed = NOTHING_SEALED) -> str:
    """The page to be printed, as HTML; raises ``ValueError`` before the run has ended."""
    shared = context(account, sealed)
    made = environment(shared["lang"]).get_template("print.html.j2")
    reviews = list(account.reviews.values())
    return made.render(**shared, print_css=template("print.css"), reviews=reviews, letters=(), first=first_time())


def render(account: Account, sealed: Sealed = NOTHING_SEALED) -> bytes:
    """The PDF file; raises ``EnvironmentFailed`` without WeasyPrint, ``ValueError`` before the run has ended."""
    return print_page(page(account, sealed))


def print_page(html: str) -> bytes:
    """A page on paper; raises ``EnvironmentFailed`` without WeasyPrint."""
    printer = _printer()
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)  # the page's style for screens is no concern of a reader
    return bytes(printer.HTML(string=html, url_fetcher=_fetch_nothing).write_pdf())


def _printer() -> Any:
    try:
        return import_module("weasyprint")
    except (ImportError, OSError) as error:
        raise EnvironmentFailed(
            "REPORT-004",
            Sentence(f"le PDF demande WeasyPrint : {error}", f"PDF takes WeasyPrint: {error}"),
            Sentence(
                "installez l'extra pdf (pip install 'banc-segur[pdf]') et Pango, ou demandez --format html",
                "install the pdf extra (pip install 'banc-segur[pdf]') and Pango, or ask for --format html",
            ),
        ) from None


def _fetch_nothing(url: str, *arguments: Any, **options: Any) -> Any:
    raise ValueError(f"a report asks nothing of a network: {url}")
