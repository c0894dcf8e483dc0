"""``scbig data audit``: is a split what it claims, and is nothing fitted on what it tests?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from scbig.commands.screen_file import ScreenFile

if TYPE_CHECKING:
    from scbig.data.audit.written_split import WrittenSplit
    from scbig.data.screen import Screen
    from scbig.data.splits.split_rule import SplitRule

PACKED = (
    "a packed screen has no uns, var, varm or obsm and no further columns of batches: audit the "
    "file it was packed from for what that carries"
)


def audit(
    data: ScreenFile,
    split: str | None = None,
    split_column: str | None = None,
    run: str | None = None,
    modules: list[str] | None = None,
    embeddings: list[str] | None = None,
    aliases: str | None = None,
    predictions: str | None = None,
) -> None:
    """Look for leaks between the sides of a split; fails closed.

    One line a finding: LEAK is there, UNPROVEN cannot be excluded, note is to know. With a LEAK or
    UNPROVEN the exit code is 2. Looked at: conditions on two sides under any spelling; equal cells
    and equal barcodes; what training and validation know of tested genes against the subgroups
    that are claimed; genes, DE lists, modules, statistics and embeddings that were made from other
    than training cells; predictions that are copies; control pools, batches and coverage.

    Args:
        data: the file and how it is to be read; with a run, as the run read it.
        split: split file: JSON, or CSV or TSV with the columns condition and split.
        split_column: obs column that says train, val or test.
        run: run folder: its split, checkpoint and modules are audited.
        modules: files of gene modules (scbig modules).
        embeddings: files of gene embeddings; those of the run by default.
        aliases: table of gene aliases.
        predictions: h5ad of predicted cells.
    """
    import warnings
    from dataclasses import replace

    from scbig.conditions import target_genes
    from scbig.data.anndata_reader import open_anndata
    from scbig.data.audit.audit import audit as look
    from scbig.data.audit.evidence import EmbeddingFile, Evidence
    from scbig.data.audit.finding import Finding
    from scbig.data.audit.shared_cells import make_names_unique
    from scbig.data.packed.pack_index import is_packed
    from scbig.data.packed.packed_screen import as_packed
    from scbig.data.schema import read_screen
    from scbig.errors import UserError
    from scbig.json_object import read_json_object
    from scbig.priors.aliases import Aliases, read_aliases
    from scbig.priors.embedding_provenance import fitted_on_of
    from scbig.priors.target_embedding_files import read_target_embeddings
    from scbig.truth_data import RunOrigin

    if sum(given is not None for given in (split, split_column)) + (run is not None) == 0:
        raise UserError(
            "name the split to audit: --split S.json, --split_column COLUMN or --run FOLDER"
        )
    origin = RunOrigin.of(run, None) if run is not None else None
    contract = data.contract if origin is None else origin.contract_with(data.contract)
    contract = as_packed(data.path, contract)
    columns = (split_column, contract.condition_key) if split_column is not None else ()
    adata, repeated = None, list[str]()
    if not is_packed(data.path):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # names that repeat are a finding
            adata = open_anndata(data.path)
        repeated = make_names_unique(adata)
    source = data.path if adata is None else adata
    screen = read_screen(source, replace(contract, annotations=columns))
    configured = {} if run is None else _configured(Path(run))
    written, rule = _split(screen, contract, split, split_column, run, configured)
    files = {str(path): read_json_object(Path(path), "file of modules") for path in modules or []}
    if run is not None:
        path = Path(run) / "modules.json"
        files[str(path)] = read_json_object(path, "file of modules")
    known = read_aliases(aliases) if aliases else Aliases()
    targets = target_genes(screen.conditions)
    evidence = Evidence(
        screen=screen,
        written=written,
        adata=adata,
        rule=rule,
        spec=origin.spec if origin is not None else None,
        n_hvg=configured.get("n_hvg"),
        modules=files,
        embeddings=tuple(
            EmbeddingFile(
                Path(path).name,
                read_target_embeddings([path], known, (*targets, *screen.genes)),
                fitted_on_of(path),
            )
            for path in embeddings or []
        ),
        predictions=None if predictions is None else open_anndata(predictions),
    )
    found = [Finding("leak", "cells", text) for text in repeated] + look(evidence)
    found += [Finding("note", "file", line) for line in screen.reported]
    if adata is None:
        found.append(Finding("note", "extras", PACKED))
    found.append(Finding("note", "scale", f"declared {contract.scale}, and verified"))
    words = {"leak": "LEAK", "unproven": "UNPROVEN", "note": "note"}
    for finding in found:
        print(f"{words[finding.severity]:<9}{finding.check:<12}{finding.text}")
    failed = [finding for finding in found if finding.fails]
    if failed:
        leaks = sum(finding.severity == "leak" for finding in failed)
        raise UserError(
            f"audit of {data.path} under the split {written.name!r} fails: {leaks} leaks, "
            f"{len(failed) - leaks} unproven; each is a line on standard output"
        )
    print(f"clean: {written.name}, sha256 {evidence.split.sha256}")


def _split(
    screen: Screen,
    contract: Any,
    split: str | None,
    split_column: str | None,
    run: str | None,
    configured: dict[str, Any],
) -> tuple[WrittenSplit, SplitRule | None]:
    from scbig.data.audit.written_split import WrittenSplit
    from scbig.data.split_lists import read_split_lists
    from scbig.data.split_rules import rule_described

    if split_column is not None:
        return WrittenSplit.of_column(screen, split_column, contract.condition_key), None
    path = Path(split) if split is not None else Path(str(run)) / "split.json"
    values = read_split_lists(path)
    written = WrittenSplit.of_lists(values, str(path), contract.label_style, contract.control_label)
    return written, rule_described(values.get("rule") or configured.get("split"))


def _configured(run: Path) -> dict[str, Any]:
    import yaml

    data = yaml.safe_load((run / "config.yaml").read_text(encoding="utf-8")).get("data") or {}
    data.setdefault("split", None)
    if data["split"] is None:
        # what the data module takes when nothing is said
        data["split"] = {"class_path": "scbig.data.splits.simulation.Simulation"}
    return data
