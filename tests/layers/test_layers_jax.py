"""Layers on JAX, in a process of its own: a loop whose steps draw, what it trains, states that are nests."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def found():
    """What `on_jax.py` says."""
    # All is compiled as ever; LLVM polishes none of it, which takes a third of the time.
    settings = {"KERAS_BACKEND": "jax", "JAX_DISABLE_MOST_OPTIMIZATIONS": "1"}
    variables = os.environ | settings | {"PYTHONPATH": f"{HERE.parents[1]}"}
    command = [sys.executable, str(HERE / "on_jax.py")]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["backend"] == "jax"
    return said


def test_a_loop_draws_what_its_steps_draw_one_after_another(found):
    """Whatever draws, padded or not; and the second call goes on where the first one ended."""
    assert len(found["off"]) == 12
    broken = {name: off for name, off in found["off"].items() if isinstance(off, str)}
    assert broken == {}
    assert {name: max(off) for name, off in found["off"].items() if max(off) > 1e-6} == {}


def test_each_step_row_and_call_drops_other_units(found):
    calls = np.asarray(found["dropped"])
    masks = {mask.tobytes() for call in calls for step in call for mask in step}
    # Of thirty masks of four units some are equal by chance; one mask for all would be one.
    assert len(masks) > 8
    assert 0.2 < calls.mean() < 0.6


def test_it_trains_compiled_and_the_generators_count_its_draws(found):
    losses, counts = found["fitted"]
    assert losses[-1] < 0.8 * losses[0]
    # Thirty batches of five steps with one draw each, and what tracing drew.
    assert all(150 <= count <= 165 for count in counts)


def test_a_step_that_assigns_a_weight_is_refused(found):
    assert "in a JAX loop whose steps draw, a step cannot assign" in found["assigned"]
    assert "count. Use unroll=True." in found["assigned"]


def test_a_loop_that_is_to_drop_is_refused_where_it_could_not_train(found):
    said, at_inference = found["looped"]
    assert "Loop 'looped': expected training on TensorFlow or PyTorch" in said
    assert at_inference == [1.0, 1.0]


def test_of_keras_own_loop_a_warning_says_that_it_draws_one_mask(found):
    [said] = found["warned"]["keras"]
    assert found["warned"]["tf2_lstm"] == []
    assert "DropoutWrapper 'drops'" in said
    assert "every step drops the same units: take tf2_lstm.RNN" in said


def test_a_compiled_model_takes_the_states_of_a_stack(found):
    assert found["stepped"] == [[3, 1, 4], [3, 4], [3, 4], [3, 4]]


def test_sizes_of_what_is_fed_are_numbers_where_it_compiles(found):
    assert found["sized"] == [{"full": [2, 2, 5], "range": [5], "reshaped": [5, 2, 4]}, True]


def test_sparse_tensors_have_their_rows_filled_and_put_together(found):
    places = [[0, 0], [1, 0], [2, 0], [3, 1], [3, 0], [4, 0]]
    filled = [places, [9.0, 2.0, 9.0, 1.0, 4.0, 9.0], [True, False, True, False, True]]
    combined = [[20.0, 14.0, 0.0], [9.0, 9.0, 0.0], [162.0, 36.0, 1.0]]
    assert found["sparse"] == [*filled, [[0], [2], [4], [7], [6], [8]], *combined]
