"""The normal forms: equal values are the same term, other values are not."""

import numpy as np
import pytest

from tf2_lstm.migrate.graph.terms import Terms, constant, describe, scalar


@pytest.fixture
def terms():
    return Terms()


@pytest.fixture
def leaves(terms):
    made = [terms.make("Placeholder", (), name) for name in "abc"]
    for leaf in made:
        terms.widths[leaf.number] = 4
    return made


def ones(terms, source):
    return terms.make("Fill", (terms.make("Shape", (source,)), terms.number(1.0)))


def step(terms, sequence, time):
    return terms.make("element", (sequence, time), 0)


SAME = [
    (lambda t, a, b, c: t.add(a, t.add(b, c)), lambda t, a, b, c: t.add(t.add(c, a), b)),
    (lambda t, a, b, c: t.mul(a, t.mul(b, c)), lambda t, a, b, c: t.mul(t.mul(c, b), a)),
    (lambda t, a, b, c: t.add(a, t.number(0.0)), lambda t, a, b, c: a),
    (lambda t, a, b, c: t.mul(a, t.number(1.0)), lambda t, a, b, c: a),
    (lambda t, a, b, c: t.sub(t.add(a, b), b), lambda t, a, b, c: a),
    (lambda t, a, b, c: t.mul(ones(t, a), b, a), lambda t, a, b, c: t.mul(a, b)),
    (lambda t, a, b, c: t.mul(ones(t, step(t, a, b)), step(t, a, c)), lambda t, a, b, c: step(t, a, c)),
    (lambda t, a, b, c: t.sub(a, t.sub(a, b)), lambda t, a, b, c: b),
    (lambda t, a, b, c: t.sub(t.number(1.0), t.sub(t.number(1.0), a)), lambda t, a, b, c: a),
    (lambda t, a, b, c: t.div(a, t.inverse(b)), lambda t, a, b, c: t.mul(a, b)),
    (lambda t, a, b, c: t.add(t.number(1.0), t.number(0.75)), lambda t, a, b, c: t.number(1.75)),
    (lambda t, a, b, c: t.sub(t.number(1.0), t.number(0.1)), lambda t, a, b, c: t.number(0.9)),
    (lambda t, a, b, c: t.column_slice(t.concat([a, b], 1), 4, 8), lambda t, a, b, c: b),
    (
        lambda t, a, b, c: t.column_slice(t.concat([a, b, c], 1), 4, 12),
        lambda t, a, b, c: t.concat([b, c], 1),
    ),
    (
        lambda t, a, b, c: t.column_slice(t.column_slice(a, 1, 4), 1, 2),
        lambda t, a, b, c: t.column_slice(a, 2, 3),
    ),
    (lambda t, a, b, c: t.column_slice(a, 0, 4), lambda t, a, b, c: a),
    (
        lambda t, a, b, c: t.column_slice(t.elementwise("Tanh", a), 0, 2),
        lambda t, a, b, c: t.elementwise("Tanh", t.column_slice(a, 0, 2)),
    ),
    (
        lambda t, a, b, c: t.clip("maximum", t.clip("minimum", a, t.number(0.5)), t.number(-0.5)),
        lambda t, a, b, c: t.clip("minimum", t.clip("maximum", a, t.number(-0.5)), t.number(0.5)),
    ),
    (lambda t, a, b, c: t.select(a, b, b), lambda t, a, b, c: b),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_same_value_is_the_same_term(terms, leaves, one, other):
    assert one(terms, *leaves) is other(terms, *leaves)


OTHER = [
    (lambda t, a, b, c: t.mul(ones(t, a), b), lambda t, a, b, c: b),
    (lambda t, a, b, c: t.mul(ones(t, step(t, a, c)), step(t, b, c)), lambda t, a, b, c: step(t, b, c)),
    (lambda t, a, b, c: t.sub(a, b), lambda t, a, b, c: t.sub(b, a)),
    (lambda t, a, b, c: t.mul(a, a), lambda t, a, b, c: a),
    (lambda t, a, b, c: t.add(a, a), lambda t, a, b, c: a),
    (lambda t, a, b, c: t.concat([a, b], 1), lambda t, a, b, c: t.concat([b, a], 1)),
    (lambda t, a, b, c: t.concat([a, b], 1), lambda t, a, b, c: t.concat([a, b], 0)),
    (lambda t, a, b, c: t.column_slice(a, 0, 2), lambda t, a, b, c: t.column_slice(a, 2, 4)),
    (lambda t, a, b, c: t.column_slice(t.concat([a, b], 1), 2, 6), lambda t, a, b, c: t.concat([a, b], 1)),
    (
        lambda t, a, b, c: t.clip("maximum", t.clip("minimum", a, t.number(0.5)), t.number(0.6)),
        lambda t, a, b, c: t.clip("minimum", t.clip("maximum", a, t.number(0.6)), t.number(0.5)),
    ),
    (lambda t, a, b, c: t.select(a, b, c), lambda t, a, b, c: t.select(a, c, b)),
    (lambda t, a, b, c: t.number(0.0), lambda t, a, b, c: t.number(0)),
]


@pytest.mark.parametrize(("one", "other"), OTHER)
def test_another_value_is_another_term(terms, leaves, one, other):
    assert one(terms, *leaves) is not other(terms, *leaves)


def shortcut(terms, leaves, condition, first=True):
    """A masked step inside the conditional that static_rnn puts around it."""
    old, new, lengths = leaves
    time = terms.number(2)
    masked = terms.select(terms.make("ge", (time, lengths)), old, new)
    bound = terms.make(condition, (lengths,))
    if first:
        return masked, terms.select(terms.make("ge", (time, bound)), old, masked)
    return masked, terms.select(terms.make("less", (time, bound)), new, masked)


@pytest.mark.parametrize(
    ("reduction", "first", "dropped"),
    [("Max", True, True), ("Min", False, True), ("Min", True, False), ("Max", False, False)],
)
def test_the_shortcuts_of_a_masked_step_are_dropped_and_no_others(terms, leaves, reduction, first, dropped):
    masked, chosen = shortcut(terms, leaves, reduction, first)
    assert (chosen is masked) == dropped


@pytest.mark.parametrize("value", [0.1, 0.7, 2.5, 1e-12, 3.0])
def test_a_float32_constant_is_the_number_that_was_written(terms, value):
    assert scalar(terms.const(np.float32(value))) == value


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_a_product_that_is_too_large_for_float32_is_infinite(terms):
    large = terms.number(1e30)
    assert scalar(terms.mul(large, large)) == float("inf")


def test_equal_floats_of_an_array_are_one_constant(terms):
    assert constant(terms.const(np.zeros((3, 5), np.float32))) == 0.0
    assert constant(terms.const(np.arange(3, dtype=np.float32))) is None


def test_what_is_taken_out_of_a_sum_is_all_in_it(terms, leaves):
    a, b, c = leaves
    assert terms.without(terms.add(a, b, c), terms.add(a, c)) is b
    assert terms.without(terms.add(a, b), c) is None
    assert terms.without(terms.add(a, b), terms.add(a, b)) is None


def test_a_term_is_short_in_a_message(terms, leaves):
    term = leaves[0]
    for _ in range(2000):
        term = terms.elementwise("Tanh", terms.add(term, leaves[1]))
    assert len(describe(term)) < 80
