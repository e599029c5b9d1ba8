"""``banc scenarios | requirements | identities | faults | rules``: what there is, to read or to feed a program."""

import json
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

import typer

from banc_harness.cli.helping import command
from banc_harness.cli.language import Words
from banc_harness.cli.options import flag, one_of, option


def add(application: typer.Typer, say: Words) -> None:
    """Adds the five lists to the command line."""
    shape = option(
        "--format",
        say("text (défaut) ou json", "text (default) or json"),
        metavar="FORMAT",
        parser=one_of("text", "json"),
    )

    @command(
        application,
        help=say(
            "Liste les scénarios et les capacités qu'ils demandent.", "Lists the scenarios and what they require."
        ),
        examples="banc scenarios\nbanc scenarios --format json",
    )
    def scenarios(format: Annotated[str, shape] = "text") -> None:
        from banc_harness.scenarios.registered import scenarios as known

        rows: list[dict[str, Any]] = [
            {
                "id": item.id,
                "title": _both(item.title),
                "actions": list(item.actions),
                "requires": list(item.requires),
                "profiles": list(item.profiles),
                "couloirs": list(item.couloirs),
            }
            for item in known().values()
        ]
        capabilities = sorted({name for row in rows for name in row["requires"]})
        if format == "json":
            _json({"scenarios": rows, "capabilities": capabilities})
            return
        _columns([(row["id"], ", ".join(row["requires"]), row["title"][say.lang]) for row in rows])
        print(say("\nCapacités : ", "\nCapabilities: ") + ", ".join(capabilities))

    @command(
        application,
        help=say(
            "Liste les exigences, avec nos mots ; ou ce que le banc en décide.",
            "Lists the requirements, in our words; or what the bench decides of them.",
        ),
        examples="banc requirements\nbanc requirements --format json\nbanc requirements --coverage",
    )
    def requirements(
        format: Annotated[str, shape] = "text",
        coverage: Annotated[
            bool,
            flag(
                "--coverage",
                say(
                    "Ce que les contrôles décident par logiciel, et pourquoi le reste ne l'est pas encore.",
                    "What the checks decide for each software, and why the rest is not decided yet.",
                ),
            ),
        ] = False,
    ) -> None:
        from banc_harness.requirements.table import couloirs, table

        if coverage:
            _coverage(format, say)
            return
        items = [item for couloir in couloirs() for item in table(couloir).values()]
        if format == "json":
            _json({"requirements": [_requirement(item) for item in items]})
            return
        _columns([(item.id, "/".join(item.software), item.level, item.text.of(say.lang)) for item in items])

    @command(
        application,
        help=say(
            "Liste les personnes et les structures fictives, les mêmes dans tous les services.",
            "Lists the fictitious people and structures, the same in every service.",
        ),
        examples="banc identities\nbanc identities --format json",
    )
    def identities(format: Annotated[str, shape] = "text") -> None:
        from banc_fixtures.population import population

        people = population()
        if format == "json":
            groups = ("patients", "professionals", "structures")
            _json({group: [item.as_json() for item in getattr(people, group)] for group in groups})
            return
        print(say("Patients", "Patients"))
        _columns(
            [
                (
                    p.id,
                    p.ins.value if p.ins else "-",
                    f"{p.birth_family} {p.first_given}",
                    p.birth_date,
                    p.case.of(say.lang),
                )
                for p in people.patients
            ]
        )
        print(say("\nProfessionnels", "\nProfessionals"))
        _columns([(p.id, p.idnat, f"{p.family} {p.given}", p.case.of(say.lang)) for p in people.professionals])
        print(say("\nStructures", "\nStructures"))
        _columns([(s.id, s.finess, s.couloir, s.name) for s in people.structures])

    @command(
        application,
        help=say("Liste les pannes que les services savent montrer.", "Lists the faults that the services can show."),
        examples="banc faults\nbanc faults --format json",
    )
    def faults(format: Annotated[str, shape] = "text") -> None:
        from banc_harness.in_process import faults as known

        rows = [fault.as_json() for fault in known()]
        if format == "json":
            _json({"faults": rows})
            return
        _columns([(row["id"], ", ".join(row["match_keys"]), row["text"][say.lang]) for row in rows])

    @command(
        application,
        help=say(
            "Liste les règles : ce que les services refusent et ce que le banc juge.",
            "Lists the rules: what the services refuse and what the bench judges.",
        ),
        examples="banc rules\nbanc rules --format json",
    )
    def rules(format: Annotated[str, shape] = "text") -> None:
        from banc_harness.catalogue import as_json, catalogue

        items = list(catalogue().values())
        if format == "json":
            _json({"rules": [as_json(rule) for rule in items]})
            return
        _columns([(rule.id, rule.severity, rule.certainty, rule.text.of(say.lang)) for rule in items])


def _coverage(format: str, say: Words) -> None:
    from banc_harness.coverage import as_json, by_reason, coverages

    found = coverages()
    if format == "json":
        _json({"coverage": [as_json(item) for item in found]})
        return
    for item in found:
        decided, asked = item.judged["automatic"], item.asked["automatic"]
        print(
            say(
                f"{item.software} ({item.couloir}) : {decided} exigences automatiques décidées sur {asked}",
                f"{item.software} ({item.couloir}): {decided} automatic requirements decided of {asked}",
            )
        )
        for reason, requirements in by_reason(item):
            print(f"\n  {reason.text.of(say.lang)}")
            print("    " + ", ".join(one.id for one in requirements))
        print()


def _requirement(item: Any) -> dict[str, Any]:
    return {
        "id": item.id,
        "text": _both(item.text),
        "couloir": item.couloir,
        "area": item.area,
        "use_cases": list(item.use_cases),
        "level": item.level,
        "check_mode": item.check_mode,
        "wave": item.wave,
        "software": list(item.software),
        "profiles": list(item.profiles),
        "condition": _both(item.condition) if item.condition.fr else None,
        "review": item.review,
        "approved": list(item.approved),
        "in_gate": [software for software in item.software if item.in_gate(software)],
        "formerly": list(item.formerly),
        "weight": item.weight,
        "source": item.source,
    }


def _both(sentence: Any) -> dict[str, str]:
    return {"fr": sentence.fr, "en": sentence.en}


def _json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


def _columns(rows: Iterable[Sequence[str]]) -> None:
    written = [tuple(row) for row in rows]
    widths = [max(map(len, column)) for column in zip(*written, strict=True)]
    for row in written:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
