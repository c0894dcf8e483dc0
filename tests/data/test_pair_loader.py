import numpy as np
import pytest
import torch

from scbig.data.fit_spec import fit_spec
from scbig.data.pair_loader import PairLoader
from scbig.data.training_effects import training_effects
from scbig.module_membership import ModuleMembership
from scbig.target_embedding import EmbeddingSource, TargetEmbedding
from small_screen import SPLIT, make_small_screen

EMBEDDING = TargetEmbedding(
    ("A", "C"),
    np.eye(2, dtype=np.float16),
    np.ones((2, 1), dtype=bool),
    (EmbeddingSource("hand", 2, ""),),
)


def make_loader(screen=None, **settings):
    screen = screen or make_small_screen()
    effects = training_effects(screen, SPLIT, EMBEDDING)
    modules = ModuleMembership.partition(screen.genes, np.arange(30) % 3)
    spec = fit_spec(screen, SPLIT, effects, modules, {}, seed=0)
    chosen = {
        "conditions_per_batch": 2,
        "cells_per_condition": 8,
        "batches_per_epoch": 10,
    } | settings
    return PairLoader(screen, spec, **chosen)


def same(a, b):
    return all(torch.equal(getattr(a, name), getattr(b, name)) for name in vars(a))


def rows_in(screen, cells):
    """Row of the screen of each cell; expression of the small screen identifies a cell."""
    x = torch.from_numpy(screen.cells.toarray())
    match = (cells[:, None] == x[None]).all(-1)
    assert (match.sum(1) == 1).all()
    return match.int().argmax(1).numpy()


def test_a_batch_holds_what_it_says():
    screen = make_small_screen()
    loader = make_loader(screen)
    for batch in loader:
        assert batch.control.shape == batch.perturbed.shape == (2, 8, 30)
        assert batch.control.dtype == torch.float32
        for k in range(2):
            name = SPLIT.train[int(batch.condition[k])]
            level = int(batch.covariates[k, 0])
            perturbed = rows_in(screen, batch.perturbed[k])
            control = rows_in(screen, batch.control[k])
            assert {screen.condition_names[c] for c in screen.condition[perturbed]} == {name}
            assert set(screen.condition[control]) == {0}
            # both sides come from the one covariate level of the row, without repeats
            assert set(screen.covariate_codes[perturbed, 0]) == {level}
            assert set(screen.covariate_codes[control, 0]) == {level}
            assert len(set(perturbed)) == len(set(control)) == 8
            rows = [EMBEDDING.row.get(t, 2) for t in name.split("+")]
            assert batch.targets[k][batch.target_mask[k]].tolist() == rows


def test_no_held_out_condition_is_drawn():
    loader = make_loader()
    drawn = {int(c) for batch in loader for c in batch.condition}
    assert drawn == set(range(len(SPLIT.train)))


def test_conditions_are_drawn_once_a_pass():
    loader = make_loader(conditions_per_batch=2)
    for epoch in range(3):
        for turn in range(5):
            pair = [loader.drawn_conditions(epoch, 2 * turn + i) for i in (0, 1)]
            assert sorted(np.concatenate(pair)) == [0, 1, 2, 3]


def test_conditions_are_drawn_uniformly_when_a_pass_does_not_divide():
    loader = make_loader(conditions_per_batch=3)
    numbers = np.bincount(
        np.concatenate([loader.drawn_conditions(0, i) for i in range(2000)]), minlength=4
    )
    assert numbers.sum() == 6000
    # standard deviation of each is below sqrt(6000 / 4)
    assert np.abs(numbers - 1500).max() < 5 * np.sqrt(1500)


def test_ranks_take_different_conditions_of_one_step():
    loaders = [make_loader(conditions_per_batch=2, rank=r, world_size=2) for r in (0, 1)]
    for index in range(10):
        drawn = np.concatenate([loader.drawn_conditions(0, index) for loader in loaders])
        assert len(set(drawn)) == 4
    first = [loader.batch(0, 0) for loader in loaders]
    assert not torch.equal(first[0].control, first[1].control)


def test_more_conditions_than_there_are():
    loader = make_loader(conditions_per_batch=7)
    drawn = loader.drawn_conditions(0, 0)
    assert len(drawn) == 7
    assert sorted(drawn[:4]) == [0, 1, 2, 3]


def test_cells_repeat_only_where_there_are_too_few():
    screen = make_small_screen(covariates=())
    loader = make_loader(screen, cells_per_condition=60)
    batch = next(iter(loader))
    # 40 perturbed cells, 120 control cells
    assert len(set(rows_in(screen, batch.perturbed[0]))) <= 40
    assert len(set(rows_in(screen, batch.control[0]))) == 60


def test_strata_are_drawn_as_often_as_they_occur():
    screen = make_small_screen()
    loader = make_loader(screen, batches_per_epoch=400, cells_per_condition=1)
    y = torch.cat([batch.covariates[:, 0] for batch in loader]).double().mean()
    share = screen.condition_strata[screen.codes_of(SPLIT.train)]
    expected = (share[:, 1] / share.sum(1)).mean()
    assert abs(y - expected) < 4 * 0.5 / np.sqrt(800)


def test_order_is_a_function_of_seed_and_epoch():
    one, two = make_loader(seed=3), make_loader(seed=3)
    assert all(same(a, b) for a, b in zip(one, two, strict=True))
    two.set_epoch(1)
    assert not same(next(iter(one)), next(iter(two)))
    assert not same(next(iter(one)), next(iter(make_loader(seed=4))))
    # iterating again without a new epoch repeats it
    assert same(next(iter(one)), next(iter(one)))


@pytest.mark.parametrize("done", [1, 4, 9])
def test_a_killed_run_continues_with_the_next_batch(done):
    loader = make_loader()
    loader.set_epoch(2)
    whole = list(loader)
    iterator = iter(loader)
    for _ in range(done):
        next(iterator)
    state = loader.state_dict()
    assert state == {"epoch": 2, "position": done}
    again = make_loader()
    again.load_state_dict(state)
    again.set_epoch(2)
    rest = list(again)
    assert len(rest) == 10 - done
    assert all(same(a, b) for a, b in zip(rest, whole[done:], strict=True))
    # the next epoch is complete, as it is when the state was that of an earlier epoch
    again.set_epoch(3)
    assert len(list(again)) == 10
    again.load_state_dict(state)
    again.set_epoch(3)
    assert len(list(again)) == 10


def test_an_abandoned_epoch_leaves_nothing_behind():
    loader = make_loader()
    next(iter(loader))
    assert len(list(loader)) == 10


def test_other_genes_are_refused():
    screen = make_small_screen()
    loader = make_loader(screen)
    effects = training_effects(screen, SPLIT, EMBEDDING)
    modules = ModuleMembership.partition(screen.genes, np.arange(30) % 3)
    spec = fit_spec(screen, SPLIT, effects, modules, {}, seed=0)
    with pytest.raises(ValueError, match="not in the genes"):
        PairLoader(
            screen.with_genes(screen.genes[::-1]),
            spec,
            conditions_per_batch=1,
            cells_per_condition=1,
            batches_per_epoch=1,
        )
    assert loader.sampler is loader
