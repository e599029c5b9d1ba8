"""``--answers FILE``: what a tester would answer, written beforehand, for rehearsals and tests without a terminal.

::

    by: Camille Fictive
    actions:
      - {action: auth.login, status: done}
      - {step: UC1.04.2, status: refused, said: Identité non trouvée, evidence: [capture.png]}
    reviews:
      - {requirement: SC.PSC.03, verdict: CONFORME, comment: vu à l'écran}

The first entry that fits answers; ``step``, ``action`` and ``requirement`` may be patterns.
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from banc_harness.certifying.desk import Doing, Left, Opinion, attached
from banc_harness.drivers.instruction import Instruction
from banc_harness.drivers.reply import Evidence
from banc_standards.contracts.score import RequirementVerdict
from banc_standards.contracts.vocabulary import AnswerStatus
from banc_standards.errors import BancError, Sentence, UnusableInput, reason

MAX_BYTES = 2**20


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    evidence: list[str] = Field(default_factory=list)


class ActionAnswer(_Entry):
    """The answer to the actions of a step, of a name, or both."""

    step: str = "*"
    action: str = "*"
    status: AnswerStatus = "done"
    said: str = ""


class ReviewAnswer(_Entry):
    """The opinion on the requirements of an id or pattern."""

    requirement: str
    verdict: Literal["CONFORME", "NON_CONFORME"]
    comment: str = ""


class Answers(BaseModel):
    """A file of answers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    by: Annotated[str, Field(min_length=1)]
    actions: list[ActionAnswer] = Field(default_factory=list)
    reviews: list[ReviewAnswer] = Field(default_factory=list)


class AnswerFile:
    """A desk that reads its answers. Raises ``UnusableInput`` when the file, or one that it attaches, is no good."""

    def __init__(self, path: Path) -> None:
        self._folder = path.parent
        self._path = path
        self._answers = _read(path)
        for entry in (*self._answers.actions, *self._answers.reviews):
            self._attached(entry.evidence)

    async def do(self, wanted: Instruction) -> Doing:
        """The first answer for this step and action. Raises :class:`~banc_harness.certifying.desk.Left` without one."""
        for entry in self._answers.actions:
            if fnmatchcase(wanted.step, entry.step) and fnmatchcase(wanted.action, entry.action):
                return Doing(entry.status, self._answers.by, entry.said, self._attached(entry.evidence))
        raise Left(
            "ANSWER-003",
            Sentence(
                f"{self._path} ne répond pas à {wanted.action} ({wanted.step})",
                f"{self._path} has no answer to {wanted.action} ({wanted.step})",
            ),
        )

    async def judge(self, open: RequirementVerdict, rank: int, count: int) -> Opinion | None:
        """The first opinion on this requirement."""
        for entry in self._answers.reviews:
            if fnmatchcase(open.requirement, entry.requirement):
                evidence = self._attached(entry.evidence)
                return Opinion(entry.verdict, self._answers.by, entry.comment, evidence)
        return None

    def _attached(self, names: Iterable[str]) -> tuple[Evidence, ...]:
        try:
            return attached(self._folder / name for name in names)
        except BancError as error:
            raise UnusableInput(error.code, error.text) from None


def _read(path: Path) -> Answers:
    try:
        data = path.read_bytes()
    except OSError as error:
        why = reason(error)
        raise _wrong(f"impossible de lire {path} : {why.fr}", f"cannot read {path}: {why.en}") from None
    if len(data) > MAX_BYTES:
        raise _wrong(f"{path} dépasse 1 Mio", f"{path} is over 1 MiB")
    try:
        return Answers.model_validate(yaml.safe_load(data))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise _wrong(f"{path} : {where} : {first['msg']}", f"{path}: {where}: {first['msg']}") from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        said = getattr(error, "problem", None) or type(error).__name__
        raise _wrong(f"{path} n'est pas du YAML lisible : {said}", f"{path} is no readable YAML: {said}") from None


def _wrong(fr: str, en: str) -> UnusableInput:
    return UnusableInput(
        "ANSWER-001",
        Sentence(fr, en),
        Sentence("un fichier de réponses commence par `by: NOM`", "a file of answers begins with `by: NAME`"),
    )
