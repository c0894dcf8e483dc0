from scbig.metrics.discovery import find_metrics
from scbig.report.metric_groups import AGREEMENT, CELLS, ERRORS, STATED, TELLING, grouped, looks_at


def test_every_metric_is_in_one_group():
    metrics = find_metrics()
    groups = grouped(metrics)
    members = [m for _, group in groups for m in group]
    assert len(members) == len(set(members)) == len(metrics)
    assert all(group for _, group in groups)


def test_groups_are_what_metrics_look_at():
    found = {m.name: looks_at(m) for m in find_metrics()}
    assert found["pearson_delta"] == AGREEMENT and found["mse"] == ERRORS
    assert found["perturbation_discrimination"] == found["dispersion_ratio"] == TELLING
    assert found["energy_distance"] == found["variance_ratio"] == CELLS
    assert found["interval_coverage_80"] == STATED
    assert grouped([]) == []
