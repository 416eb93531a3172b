"""The mask of the proof's equations: held against a loop that looks at every step."""

import numpy as np
import pytest
from expected_recurrences import ZOO

from tf2_lstm.migrate.convert.converting import Request, prove
from tf2_lstm.migrate.keras_code import recurrence as writer
from tf2_lstm.migrate.prove.masked import spread, squeezed
from tf2_lstm.migrate.prove.samples import _mask


def one_by_one(inputs, mask, backward):
    """A running sum that keeps its output and state where the mask is false."""
    held = np.zeros_like(inputs)
    for row in range(inputs.shape[0]):
        last = total = 0.0
        for step in range(inputs.shape[1])[:: -1 if backward else 1]:
            if mask[row, step]:
                last = total = total + inputs[row, step]
            held[row, step] = last
    return held


@pytest.mark.parametrize("backward", [False, True])
@pytest.mark.parametrize("seed", range(20))
def test_steps_that_do_not_count_keep_the_output_before(seed, backward):
    generator = np.random.default_rng(seed)
    inputs, mask = generator.normal(size=(4, 6, 2)), generator.random((4, 6)) < 0.5
    moved, lengths = squeezed(inputs, mask)
    valid = (np.arange(6) < np.array(lengths)[:, None])[:, :, None]
    moved = np.where(valid, moved, 0.0)
    ran = np.cumsum(moved[:, ::-1], axis=1)[:, ::-1] if backward else np.cumsum(moved, axis=1)
    np.testing.assert_allclose(spread(ran, mask, backward), one_by_one(inputs, mask, backward), atol=1e-12)


def test_the_masks_of_a_proof_have_padding_everywhere():
    full, none, holes, early = _mask(4, 7, "mixed")
    assert full.all()
    assert not none.any()
    assert not holes[0]
    assert holes[1:].any()
    assert not holes[1:].all()
    assert early[0]
    assert not early[-1]


@pytest.mark.parametrize("name", ["h5_masking", "h5_mask_zero"])
def test_a_model_that_does_not_look_at_its_mask_is_not_proved(name, monkeypatch):
    """The sabotage: every step counts."""
    monkeypatch.setattr(
        writer, "mask_of", lambda program, *_: program.op("all", "ones_like", program.inputs["mask"])
    )
    conversion = prove(Request(str(ZOO / name / "model.h5")))
    assert not conversion.models
    assert all("over tolerance" in one.reason for one in conversion.findings.not_converted)
