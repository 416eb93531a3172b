"""Mistakes in the Keras column: cells, states, wrappers, stacks, unrolls, both directions."""

from tests.mutants.mistake import mistakes

_CELLS = "tests/layers/test_layers_cells.py::"
_CALLING = "tests/layers/test_layers_calling.py::"
_WRAPPERS = "tests/layers/test_layers_wrappers.py::"
_STATE = "tests/layers/test_layers_state.py::"
_ERRORS = "tests/layers/test_layers_errors.py::"
_UNROLL = "tests/layers/test_layers_unroll.py::"

LAYERS = [
    *mistakes(
        "tf2_lstm/cells/lstm.py",
        _CELLS + "test_lstm_is_its_equations",
        ("i, f, j, o = self._gates", "i, j, f, o = self._gates"),
        ("f = f + self.forget_peephole * c", "f = f - self.forget_peephole * c"),
        ("i = i + self.input_peephole * c", "i = i + self.forget_peephole * c"),
        ("        c = _clip(c, self.cell_clip)\n", ""),
        ("h = self.recurrent_activation(o) * self.activation(c)", "h = self.recurrent_activation(o) * c"),
        ("self.projection_kernel), self.projection_clip)", "self.projection_kernel), self.cell_clip)"),
        ("return h, [h, c]", "return h, [c, h]"),
        ("ops.clip(x, -limit, limit)", "ops.clip(x, 0, limit)"),
        ("if self.use_bias:", "if not self.use_bias:"),
    ),
]
