import threading

import numpy as np
import pytest
import torch

from packed_screen import from_disk, pack_small
from scbig.data.fit_spec import fit_spec
from scbig.data.pair_loader import PairLoader
from scbig.data.training_effects import training_effects
from scbig.module_membership import ModuleMembership
from scbig.target_embedding import TargetEmbedding
from small_screen import SPLIT, make_small_adata


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    path = pack_small(tmp_path_factory.mktemp("packed"), adata=make_small_adata(cells=120))
    return from_disk(path)


@pytest.fixture(scope="module")
def spec(disk):
    effects = training_effects(disk, SPLIT, TargetEmbedding.empty())
    modules = ModuleMembership.partition(disk.genes, np.arange(30) % 3)
    return fit_spec(disk, SPLIT, effects, modules, {}, seed=0)


def make_loader(disk, spec, **settings):
    chosen = {"conditions_per_batch": 2, "cells_per_condition": 8, "batches_per_epoch": 10}
    return PairLoader(disk, spec, **(chosen | settings))


def rows_in(screen, cells):
    x = torch.from_numpy(screen.cells[np.arange(len(screen.condition))].toarray())
    match = (cells[:, None] == x[None]).all(-1)
    assert (match.sum(1) == 1).all()
    return match.int().argmax(1).numpy()


def same(a, b):
    return all(torch.equal(getattr(a, name), getattr(b, name)) for name in vars(a))


def test_a_batch_holds_what_it_says(disk, spec):
    for batch in make_loader(disk, spec):
        assert batch.control.shape == batch.perturbed.shape == (2, 8, 30)
        for k in range(2):
            name, level = SPLIT.train[int(batch.condition[k])], int(batch.covariates[k, 0])
            perturbed, control = (rows_in(disk, x[k]) for x in (batch.perturbed, batch.control))
            assert {disk.condition_names[c] for c in disk.condition[perturbed]} == {name}
            assert set(disk.condition[control]) == {0}
            assert set(disk.covariate_codes[perturbed, 0]) == {level}
            assert set(disk.covariate_codes[control, 0]) == {level}
            assert len(set(perturbed)) == len(set(control)) == 8


@pytest.mark.parametrize("world_size", [1, 2])
def test_no_perturbed_row_is_read_twice_in_an_epoch_on_any_rank(disk, spec, world_size):
    loaders = [
        make_loader(
            disk, spec, rank=rank, world_size=world_size, batches_per_epoch=12 // world_size
        )
        for rank in range(world_size)
    ]
    for epoch in (0, 1):
        read = []
        for loader in loaders:
            loader.set_epoch(epoch)
            read += [rows_in(disk, batch.perturbed.flatten(0, 1)) for batch in loader]
        rows = np.concatenate(read)
        # 6 of at least 14 slices of each condition
        assert len(rows) == 12 * 2 * 8 == len(set(rows))


def test_control_rows_are_read_once_an_epoch_and_by_one_rank(disk, spec, monkeypatch):
    pools = []
    for rank in (0, 1):
        draws = make_loader(disk, spec, rank=rank, world_size=2)._draws
        pools.append([np.concatenate(draws.control_rows(epoch)) for epoch in (0, 1)])
    for epoch in (0, 1):
        assert not set(pools[0][epoch]) & set(pools[1][epoch])
    assert len(set(pools[0][0])) == len(pools[0][0])
    assert set(np.concatenate([*pools[0], *pools[1]])) <= set(disk.control_rows)
    # one process holds all control cells if they fit, and moves over them if they do not
    draws = make_loader(disk, spec)._draws
    assert sorted(np.concatenate(draws.control_rows(0))) == disk.control_rows.tolist()
    assert draws.control_pool(0).cells is draws.control_pool(3).cells
    monkeypatch.setattr("scbig.data.packed.slice_draws.POOL", 2000)
    few = [np.concatenate(draws.control_rows(epoch)) for epoch in range(8)]
    assert max(map(len, few)) < 120
    assert not set(few[0]) & set(few[1])
    assert set(np.concatenate(few)) == set(disk.control_rows)


def test_order_is_a_function_of_seed_epoch_and_position(disk, spec):
    loader = make_loader(disk, spec, seed=3)
    loader.set_epoch(2)
    whole = list(loader)
    assert all(same(a, b) for a, b in zip(whole, make_whole(disk, spec), strict=True))
    iterator = iter(loader)
    for _ in range(4):
        next(iterator)
    # what is prepared ahead does not count as done
    assert loader.state_dict() == {"epoch": 2, "position": 4}
    again = make_loader(disk, spec, seed=3)
    again.load_state_dict(loader.state_dict())
    assert all(same(a, b) for a, b in zip(again, whole[4:], strict=True))


def make_whole(disk, spec):
    loader = make_loader(disk, spec, seed=3)
    return [loader.batch(2, index) for index in range(10)]


def test_the_thread_ends_with_the_epoch_and_when_it_is_left(disk, spec):
    loader = make_loader(disk, spec)
    iterator = iter(loader)
    next(iterator)
    assert any(thread.name == "prefetch" for thread in threading.enumerate())
    iterator.close()
    list(loader)
    assert not any(thread.name == "prefetch" for thread in threading.enumerate())
