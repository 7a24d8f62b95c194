"""placeholder"""

from pathlib import Path
from typing import Any

from cleaner.config import Config


def write(folder: Path, summary: dict[str, Any], config: Config) -> None:
    """Write the report."""
    (folder / "report").mkdir(exist_ok=True)
    (folder / "report" / "index.html").write_text("<!doctype html>")
    (folder / "README.md").write_text("x")
