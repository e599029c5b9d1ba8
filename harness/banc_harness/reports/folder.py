"""The folder that the reports of a run are written into."""

from __future__ import annotations

from pathlib import Path

from banc_standards.errors import EnvironmentFailed, Sentence, reason


def write(folder: Path, name: str, text: str) -> Path:
    """Writes one report, making the folder when absent. Raises ``EnvironmentFailed`` when it cannot be written."""
    path = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise EnvironmentFailed(
            "REPORT-001",
            Sentence(
                f"impossible d'écrire le rapport dans {folder} : {reason(error).fr}",
                f"cannot write the report into {folder}: {reason(error).en}",
            ),
            Sentence("choisissez un autre dossier par --report", "choose another folder with --report"),
        ) from None
    return path
