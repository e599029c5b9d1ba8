"""``banc explain``: one rule or one requirement, down to its clause."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated

import typer

from banc_harness.catalogue import catalogue
from banc_harness.cli.helping import command
from banc_harness.cli.language import Words
from banc_harness.cli.nearest import did_you_mean
from banc_harness.requirements.table import Requirement, Table, couloirs, table
from banc_harness.rule_pages import illustration
from banc_standards.errors import NOTHING, Sentence, UnusableInput
from banc_standards.rules import Rule

_WIDTH = 98
_LABEL = 14
_SEVERITIES = {
    "error": Sentence("erreur", "error"),
    "warning": Sentence("avertissement", "warning"),
    "info": Sentence("information", "information"),
}
_CERTAINTIES = {
    "sourced": Sentence("lue à la source", "read at the source"),
    "deduced": Sentence("déduite", "deduced"),
    "uncertain": Sentence("incertaine : informe seulement", "uncertain: informs only"),
}
_LEVELS = {
    "mandatory": Sentence("obligatoire", "mandatory"),
    "conditional": Sentence("obligatoire sous condition", "mandatory under a condition"),
    "optional": Sentence("recommandée", "recommended"),
}
_MODES = {
    "automatic": Sentence("automatique", "automatic"),
    "semi": Sentence("automatique, puis une personne", "automatic, then a person"),
    "manual": Sentence("une personne", "a person"),
}
_REVIEWS = {
    "approved": Sentence("rédaction approuvée", "wording approved"),
    "obsolete": Sentence("obsolète : jamais dans le verdict", "obsolete: never in the gate"),
    "to_rework": Sentence("à retravailler : jamais dans le verdict", "to be reworked: never in the gate"),
    "later_reading": Sentence("lue plus tard, hors de l'export", "read later, not in the export"),
    "see_source": Sentence("voir la source", "see the source"),
    "own_id": Sentence("identifiant à nous", "an id of ours"),
}


def add(application: typer.Typer, say: Words) -> None:
    """Adds ``banc explain`` to the command line."""

    @command(
        application,
        help=say(
            "Explique une règle ou une exigence : ce qu'elle demande, d'où elle vient, comment s'y conformer.",
            "Explains a rule or a requirement: what it asks, where it comes from, how to comply.",
        ),
        examples="banc explain XML-002\nbanc explain SC.DMP/UX.08",
    )
    def explain(
        name: Annotated[
            str,
            typer.Argument(
                metavar="RULE_ID|REQUIREMENT_ID", help=say("identifiant de la règle ou de l'exigence", "id of either")
            ),
        ],
    ) -> None:
        print("\n".join(explanation(name, say)))


def explanation(name: str, say: Words) -> Iterable[str]:
    """The lines that explain a rule or a requirement; raises ``UnusableInput`` with the nearest ids."""
    rule = next((rule for known, rule in catalogue().items() if known.casefold() == name.casefold()), None)
    if rule is not None:
        return _rule(rule, say)
    tables = [table(couloir) for couloir in couloirs()]
    asked = [(known.named(name) or known.named(name.upper()), known) for known in tables]
    found = [(requirement, known) for requirement, known in asked if requirement is not None]
    if found:
        return _everywhere(found, say)
    ids = [*catalogue(), *(item for known in tables for item in known)]
    meant = did_you_mean(name, ids)
    see = Sentence("voyez banc rules et banc requirements", "see banc rules and banc requirements")
    raise UnusableInput(
        "EXPLAIN-001",
        Sentence(f"ni règle ni exigence de ce nom : {name}", f"neither a rule nor a requirement: {name}"),
        see if meant == NOTHING else meant,
    )


def _rule(rule: Rule, say: Words) -> Iterator[str]:
    lang = say.lang
    yield f"{rule.id} · {_SEVERITIES[rule.severity].of(lang)} · {_CERTAINTIES[rule.certainty].of(lang)}"
    yield from textwrap.wrap(rule.text.of(lang), _WIDTH)
    yield ""
    yield from _line(say("Texte", "Clause"), rule.clause)
    yield from _line(say("À faire", "Fix"), rule.fix.of(lang))
    shown = illustration(rule.id)
    if shown is not None:
        yield from _line(say("Pourquoi", "Why"), shown.why.of(lang))
    subject = say("un document", "a document") if rule.subject == "document" else say("les échanges", "the exchanges")
    yield from _line(say("Porte sur", "Judges"), subject)
    if rule.code:
        yield from _line(say("Code rendu", "Wire code"), rule.code)
    if rule.severity == "error" and rule.subject == "document":
        yield from _line(
            say("Service", "Service"),
            say("refuse toujours, comme le vrai", "always refuses, as the real one does")
            if rule.always
            else say(
                "refuse en mode strict ; en mode tolérant, note seulement",
                "refuses when strict, only notes when lenient",
            ),
        )
    proven = _requirements_of(rule.id)
    if proven:
        yield from _line(say("Exigences", "Requirements"), ", ".join(proven))
    if shown is not None and shown.bad:
        near = "" if shown.own else say(", règle voisine", ", a rule nearby")
        yield from _extract(say("À éviter", "Wrong") + near, shown.bad)
        yield from _extract(say("Correct", "Right") + near, shown.good)


def _everywhere(found: Sequence[tuple[Requirement, Table]], say: Words) -> Iterator[str]:
    """The requirement as each couloir asks it."""
    for rank, (requirement, known) in enumerate(found):
        if rank:
            yield ""
        yield from _requirement(requirement, known, say)


def _requirement(item: Requirement, known: Table, say: Words) -> Iterator[str]:
    lang = say.lang
    yield f"{item.id} · {_LEVELS[item.level].of(lang)} · {known.areas[item.area].of(lang)}"
    yield from textwrap.wrap(item.text.of(lang), _WIDTH)
    yield ""
    wave = say(f", vague {item.wave}", f", wave {item.wave}") if item.wave else ""
    yield from _line(say("Demandée à", "Asked of"), f"{', '.join(item.software)} ({item.couloir}{wave})")
    if item.profiles:
        yield from _line(say("Profils", "Profiles"), ", ".join(known.profiles[key].of(lang) for key in item.profiles))
    if item.condition.fr:
        yield from _line(say("Quand", "When"), item.condition.of(lang))
    yield from _line(say("Cas d'usage", "Use cases"), ", ".join(item.use_cases))
    yield from _line(say("Jugée par", "Judged by"), _MODES[item.check_mode].of(lang))
    approved = f" ({', '.join(item.approved)})" if item.approved else ""
    yield from _line(say("Statut", "Status"), _REVIEWS[item.review].of(lang) + approved)
    gate = [software for software in item.software if item.in_gate(software)]
    yield from _line(
        say("Verdict", "Gate"), say("compte pour ", "counts for ") + (", ".join(gate) or say("personne", "nobody"))
    )
    if item.formerly:
        yield from _line(say("Autrefois", "Formerly"), ", ".join(item.formerly))
    yield from _line(say("Source", "Source"), known.sources[item.source].of(lang))
    bound = _checks_of(item.id)
    yield from _line(
        say("Contrôles", "Checks"),
        ", ".join(bound) or say("aucun encore : lue NON_TESTE dans les rapports", "none yet: reports read NON_TESTE"),
    )


def _line(label: str, value: str) -> Iterator[str]:
    start = f"{label} ".ljust(_LABEL)
    wrapped = textwrap.wrap(value, _WIDTH - _LABEL, break_long_words=False, break_on_hyphens=False) or [""]
    yield f"{start}{wrapped[0]}"
    yield from (" " * _LABEL + rest for rest in wrapped[1:])


def _extract(label: str, text: str) -> Iterator[str]:
    yield ""
    yield label
    yield from (f"    {line}".rstrip() for line in text.splitlines())


def _checks_of(requirement: str) -> list[str]:
    from banc_harness.checks.registered import checks

    return [check.id for check in checks().of_requirement(requirement)]


def _requirements_of(check: str) -> list[str]:
    from banc_harness.checks.registered import checks

    found = checks().get(check)
    return list(found.requirements) if found else []
