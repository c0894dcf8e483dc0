import numpy as np

from make_effects import effects_of, random_screen
from scbig.baselines.gp_programmes import GROUPS, Programmes, without_own_entries


def test_components_are_those_of_the_singular_value_decomposition() -> None:
    y = np.random.default_rng(0).standard_normal((12, 40))
    programmes = Programmes.of(y @ y.T)
    basis = programmes.from_effects.T @ y
    np.testing.assert_allclose(basis @ basis.T, np.eye(12), atol=1e-10)
    np.testing.assert_allclose(programmes.rows @ basis, y, atol=1e-10)
    values = np.linalg.svd(y, compute_uv=False)
    np.testing.assert_allclose(np.linalg.norm(programmes.rows, axis=0), values)
    other = np.random.default_rng(1).standard_normal((3, 40))
    np.testing.assert_allclose((other @ y.T) @ programmes.from_effects, other @ basis.T)


def test_groups_cover_every_component_once() -> None:
    for n in (1, 3, 5, 30, 60):
        y = np.random.default_rng(n).standard_normal((n, 80))
        slices = Programmes.of(y @ y.T).slices
        assert [s.start for s in slices] == [g for g in GROUPS if g < n]
        assert np.concatenate([np.arange(n)[s] for s in slices]).tolist() == list(range(n))


def test_directions_without_effect_are_no_components() -> None:
    y = np.random.default_rng(0).standard_normal((2, 30))
    assert Programmes.of(np.vstack([y, y]) @ np.vstack([y, y]).T).rows.shape == (4, 2)
    assert Programmes.of(np.zeros((3, 3))).slices == []


def test_own_entries_become_the_mean_elsewhere() -> None:
    effects = effects_of(
        {"A": [9.0, 1.0, 2.0], "B": [2.0, 9.0, 3.0], "A+B": [9.0, 9.0, 4.0], "C": [4.0, 3.0, 9.0]},
        genes=["A", "B", "x"],
    )
    expected = [[3.0, 1.0, 2.0], [2.0, 2.0, 3.0], [3.0, 2.0, 4.0], [4.0, 3.0, 9.0]]
    np.testing.assert_allclose(without_own_entries(effects), expected)
    screen = random_screen()
    elsewhere = without_own_entries(screen) == screen.delta
    assert elsewhere[:, 4:].all() and not elsewhere[0, 0]
