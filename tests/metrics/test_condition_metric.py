import os
import socket
from pathlib import Path

import pytest
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from metric_panel import make_panel, run

from scbig.metrics.discovery import find_metrics
from scbig.metrics.pearson_delta import PearsonDelta
from scbig.metrics.population import Population
from scbig.metrics.truth import Truth


def test_long_and_foreign_names_survive():
    cells = Population.of_cells(torch.rand(5, 4) + 1)
    name = "É" + "+".join(f"GENE{i}" for i in range(20))
    truth = Truth.of(name, cells, Population.of_cells(torch.rand(5, 4)))
    assert list(run(PearsonDelta, [truth], [cells]).per_condition()) == [name]


def test_a_name_beyond_the_width_is_refused():
    cells = Population.of_cells(torch.rand(5, 4) + 1)
    truth = Truth.of("A" * 300, cells, Population.of_cells(torch.rand(5, 4)))
    with pytest.raises(ValueError, match="longer than"):
        run(PearsonDelta, [truth], [cells])


def _score_share(rank: int, port: int, folder: str) -> None:
    torch.set_num_threads(1)
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    dist.init_process_group("gloo", rank=rank, world_size=2)
    panel = make_panel()
    predictions = panel.moved(panel.effects * 0.6)
    # unequal shares: no rank pads or drops a condition
    mine = slice(0, 5) if rank == 0 else slice(5, None)
    found = {}
    for metric in find_metrics():
        done = run(metric, panel.truths[mine], predictions[mine])
        found[metric.name] = float(done.compute()), done.per_condition()
    torch.save(found, Path(folder) / f"rank{rank}.pt")
    dist.destroy_process_group()


def test_two_processes_score_as_one(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    mp.spawn(_score_share, (port, str(tmp_path)), nprocs=2)
    panel = make_panel()
    predictions = panel.moved(panel.effects * 0.6)
    ranks = [torch.load(tmp_path / f"rank{rank}.pt", weights_only=True) for rank in (0, 1)]
    for metric in find_metrics():
        whole = run(metric, panel.truths, predictions)
        for found in ranks:
            mean, per_condition = found[metric.name]
            assert mean == pytest.approx(float(whole.compute()), abs=1e-12)
            assert per_condition == pytest.approx(whole.per_condition(), abs=1e-12)
