"""The solver finds LinearSVC's solution, whatever the rows, weights and order in which they come."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from sklearn.exceptions import ConvergenceWarning
from sklearn.svm import LinearSVC

from corpus import known_rows
from corpus.support_vectors import SquaredHingeSVC


@st.composite
def problems(draw):
    """Sparse non-negative rows of length 1, as TF-IDF gives; labels, weights, cost."""
    n, d = draw(st.integers(3, 40)), draw(st.integers(1, 25))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    X = rng.random((n, d)) * (rng.random((n, d)) < draw(st.sampled_from([0.1, 0.4, 1.0])))
    X /= np.maximum(1e-12, np.linalg.norm(X, axis=1, keepdims=True))
    y = np.r_[0, 1, rng.integers(0, 2, n - 2)]
    return X, y, rng.uniform(0.01, 10, n), draw(st.sampled_from([0.01, 0.11, 1.0]))


def objective(model, X, y, weights):
    gap = np.maximum(0, 1 - np.where(y == 1, 1, -1) * (X @ model.coef_[0] + model.intercept_[0]))
    lengths = (model.coef_**2).sum() + model.intercept_[0] ** 2
    return 0.5 * lengths + model.C * (weights * gap**2).sum()


def converged_peer(X, y, weights, C):
    """LinearSVC run to a tight tolerance, or None where it does not get there."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            peer = LinearSVC(C=C, tol=1e-10, max_iter=20_000, random_state=0)
            return peer.fit(X, y, sample_weight=weights)
        except ConvergenceWarning:
            return None


@given(problems(), st.booleans())
def test_the_solution_is_that_of_linear_svc(problem, are_products_kept):
    X, y, weights, C = problem
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(known_rows, "_MOST_KEPT", 2000 if are_products_kept else 2)
        model = SquaredHingeSVC(C=C, tol=1e-10).fit(X, y, weights)
    peer = converged_peer(X, y, weights, C)
    if peer is None:
        return
    assert objective(model, X, y, weights) <= objective(peer, X, y, weights) + 1e-9
    np.testing.assert_allclose(model.coef_, peer.coef_, atol=1e-6)
    np.testing.assert_allclose(model.intercept_, peer.intercept_, atol=1e-6)
    np.testing.assert_allclose(model.decision_function(X), peer.decision_function(X), atol=1e-6)
    assert model.predict(X).tolist() == (model.decision_function(X) > 0).astype(int).tolist()


@given(problems(), st.randoms(use_true_random=False))
def test_rows_that_come_one_by_one_and_go_again_lead_to_the_same_solution(problem, random):
    X, y, weights, C = problem
    matrix, model = csr_matrix(X), SquaredHingeSVC(C=C, tol=1e-10)
    rows = list(range(len(y)))
    for n in range(2, len(rows) + 1):
        known = [0, 1, *random.sample(rows[2:n], random.randint(0, n - 2))]
        model.fit_rows(matrix, known, y[known], weights[known])
    afresh = SquaredHingeSVC(C=C, tol=1e-10).fit(X[known], y[known], weights[known])
    np.testing.assert_allclose(model.coef_, afresh.coef_, atol=1e-7)
    asked = np.array(sorted(set(rows) - set(known[2:])))
    np.testing.assert_allclose(model.score_rows(asked), afresh.decision_function(X[asked]), atol=1e-7)


@given(st.integers(0, 2**32 - 1), st.booleans(), st.sampled_from([1.0, 3.0]))
def test_the_best_row_is_the_one_that_scoring_every_row_finds(seed, has_negatives, length):
    rng = np.random.default_rng(seed)
    X = rng.random((60, 30)) * (rng.random((60, 30)) < 0.2)
    X *= length * rng.random((60, 1)) / np.maximum(1e-12, np.linalg.norm(X, axis=1, keepdims=True))
    if has_negatives:
        X *= rng.choice([-1, 1], (60, 30))
    X[59] = X[58]
    matrix = csr_matrix(X)
    y = (X[:, :5].sum(axis=1) > 0.1).astype(int)
    y[:2] = 0, 1
    unread = np.arange(2, 60)
    known = [0, 1]
    # all scores are asked of another model, which leaves this one's memory as it was
    quick, thorough = SquaredHingeSVC(C=0.11, tol=1e-10), SquaredHingeSVC(C=0.11, tol=1e-10)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(known_rows, "_WORTH_BOUNDING", 5)
        while len(unread):
            labels = y[known]
            best = quick.fit_rows(matrix, known, labels).best_of_rows(unread)
            scores = thorough.fit_rows(matrix, known, labels).score_rows(unread)
            # alike to the last bits is alike
            assert best == unread[np.flatnonzero(scores >= scores.max() - 1e-9)[0]]
            known, unread = [*known, best], unread[unread != best]
            if len(unread) % 7 == 0 and len(unread):
                known, unread = [*known, unread[0]], unread[1:]


def test_the_order_of_a_real_collection_is_that_of_linear_svc(shared_data):
    """With the tolerance of the ranking: single precision, thousandths of ASReview's own tolerance."""
    from corpus import Ranker, RankingSettings, read_labelled
    from corpus.ranking_parts import balanced_weights

    records, included = read_labelled(shared_data / "screening" / "syn_Meijboom_2021.csv.gz")
    labels = np.array(included)
    ranker = Ranker(records)
    rows = np.r_[np.flatnonzero(labels == 1)[:12], np.flatnonzero(labels == 0)[:150]]
    scores = ranker.scores(rows, labels[rows])
    X = RankingSettings().parts().features.fit_transform(records["title"] + " " + records["abstract"])
    peer = LinearSVC(C=0.11, tol=1e-10, max_iter=100_000, random_state=0)
    peer.fit(X[rows], labels[rows], sample_weight=balanced_weights(labels[rows], 9.8))
    unread = np.setdiff1d(np.arange(len(labels)), rows)
    theirs = peer.decision_function(X)[unread]
    assert np.abs(scores[unread] - theirs).max() < 2e-5
    best = np.argsort(-scores[unread], kind="stable")[:100]
    assert best.tolist() == np.argsort(-theirs, kind="stable")[:100].tolist()


def test_one_class_is_refused():
    with pytest.raises(ValueError, match="Two classes are needed; there are 1"):
        SquaredHingeSVC().fit([[1.0], [2.0]], [1, 1])


def test_too_few_steps_are_said():
    X = np.array([[1.0, 0.0], [1.0, 0.1], [0.0, 1.0], [5.0, 1.0]])
    with pytest.warns(ConvergenceWarning, match="stopped after 1 steps"):
        SquaredHingeSVC(C=100, tol=1e-12, max_iter=1).fit(X, [0, 1, 0, 1])
