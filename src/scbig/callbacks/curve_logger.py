"""``CurveLogger``: training curves in one CSV file that survives a restart."""

import csv
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lightning.pytorch.loggers import Logger
from lightning.pytorch.utilities import rank_zero_only


class CurveLogger(Logger):
    """Writes ``metrics.csv``: one row a step, one column a metric.

    Lightning's own CSV logger deletes the file of an interrupted run. This one keeps it, and drops
    the rows from the first logged step on: they are trained again.

    Args:
        save_dir: folder of the run; the command line sets it.
    """

    def __init__(self, save_dir: str = ".") -> None:
        super().__init__()
        self._folder = save_dir
        self._rows: list[dict[str, str]] | None = None
        self._columns: list[str] = []
        self._pending: list[dict[str, str]] = []

    @property
    def name(self) -> str:
        """Name of the logger."""
        return "curves"

    @property
    def version(self) -> str:
        """The run folder already is one version."""
        return ""

    @property
    def save_dir(self) -> str:
        """Folder of the run."""
        return self._folder

    @property
    def path(self) -> Path:
        """The file."""
        return Path(self._folder) / "metrics.csv"

    @rank_zero_only
    def log_hyperparams(
        self, params: dict[str, Any] | Namespace, *args: Any, **kwargs: Any
    ) -> None:
        """Nothing: the configuration of a run is its config.yaml."""

    @rank_zero_only
    def log_metrics(self, metrics: Mapping[str, float], step: int | None = None) -> None:
        """Keep one row; it is written at the next ``save``."""
        now = -1 if step is None else step
        if self._rows is None:
            self._open(now)
        row = {"step": str(now)} | {k: repr(float(v)) for k, v in metrics.items()}
        self._pending.append(row)

    @rank_zero_only
    def save(self) -> None:
        """Write the pending rows; a new metric rewrites the file with its column."""
        if not self._pending or self._rows is None:
            return
        new = [key for row in self._pending for key in row if key not in self._columns]
        self._columns += list(dict.fromkeys(new))
        rewrite = bool(new) or not self.path.exists()
        self._rows += self._pending
        with self.path.open("w" if rewrite else "a", newline="") as file:
            writer = csv.DictWriter(file, self._columns, restval="")
            if rewrite:
                writer.writeheader()
            writer.writerows(self._rows if rewrite else self._pending)
        self._pending = []

    @rank_zero_only
    def finalize(self, status: str) -> None:
        """Write what is pending."""
        self.save()

    def _open(self, first_step: int) -> None:
        self._rows = []
        if not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            return
        with self.path.open(newline="") as file:
            reader = csv.DictReader(file)
            self._columns = list(reader.fieldnames or [])
            # a line that a killed process left incomplete has no step
            kept = [row for row in reader if (row.get("step") or "").lstrip("-").isdigit()]
        self._rows = [row for row in kept if int(row["step"]) < first_step]
        with self.path.open("w", newline="") as file:
            writer = csv.DictWriter(file, self._columns, restval="")
            writer.writeheader()
            writer.writerows(self._rows)
