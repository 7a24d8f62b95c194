"""The sample corpus, run once for all tests of the report."""

from pathlib import Path
from typing import Any

import pytest

from cleaner import pipeline
from cleaner.config import Config
from cleaner.engines.local import Local
from cleaner.progress import Progress

SAMPLE = Path(__file__).parents[2] / "data" / "raw"


def run(raw: Path, out: Path, config: Config | None = None) -> dict[str, Any]:
    """Run the pipeline quietly in this process; return the manifest."""
    return pipeline.run(raw, out, config or Config(), Local(1), Progress(shown=False))


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """Return the result of a run over data/raw, and its manifest. Not to be changed."""
    out = tmp_path_factory.mktemp("sample") / "out"
    return out, run(SAMPLE, out)
