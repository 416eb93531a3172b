"""Mistakes in what is read, written and proved of cuDNN's nodes."""

from tests.mutants.mistake import mistakes

_READ = "tests/migrate/recognise/test_cudnn.py::"
_WHOLE = "tests/migrate/translate/test_whole_zoo.py::test_a_program_comes_over_whole"
_REFERENCES = "tests/migrate/prove/test_references.py::"
_ZOO = "tests/migrate/convert/test_convert_zoo.py::test_what_is_written_gives_the_numbers_of_tensorflow_1_15"

CUDNN = [
    *mistakes(
        "tf2_lstm/migrate/recognise/unrolls/cudnn.py",
        f"{_READ}test_what_nothing_here_can_hold_is_refused",
        ('if attributes.get("num_proj", 0):', 'if attributes.get("num_units", 0):'),
        ('if not attributes.get("time_major", True):', 'if not attributes.get("batch_major", True):'),
    ),
    *mistakes(
        "tf2_lstm/migrate/recognise/unrolls/cudnn.py",
        f"{_READ}test_lengths_are_an_input_and_their_meaning_is_assumed",
        ("assumed=[_ROWS_END] if len(term.args) > _LENGTHS else []", "assumed=[]"),
        ("_LENGTHS = 4", "_LENGTHS = 5"),
    ),
    *mistakes(
        "tf2_lstm/migrate/recognise/unrolls/cudnn.py",
        f"{_READ}test_one_layer_drops_nothing",
        ("if rate and layers > 1:", "if rate:"),
    ),
    *mistakes(
        "tf2_lstm/migrate/recognise/unrolls/cudnn.py",
        f"{_READ}test_dropout_between_layers_is_said",
        ("if rate and layers > 1:", "if layers > 1:"),
    ),
    *mistakes(
        "tf2_lstm/migrate/keras_code/recurrence.py",
        f"{_ZOO}[cudnn_lstm_lengths]",
        ('self._run(rnn, cell, x, mask, f"_{number}")', 'self._run(rnn, cell, x, None, f"_{number}")'),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/references.py",
        f"{_REFERENCES}test_it_does_not_read_the_blob_of_weights",
        ("_BLOB = 3", "_BLOB = 2"),
        ("del node.input[_BLOB], given[_BLOB]", "pass"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/references.py",
        f"{_REFERENCES}test_it_begins_with_the_states_that_it_is_given",
        ('"initial_state_h": h, "initial_state_c": c', '"initial_state_h": c, "initial_state_c": h'),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/references.py",
        f"{_REFERENCES}test_it_has_the_outputs_of_the_node_in_their_order",
        ("given.get(tensor.name, lengths)", "given.get(tensor.name)"),
        ('last = found.get("state_h", found.get("state"))', 'last = found.get("state")'),
        ('found.get("state_c", np.zeros_like(last))', "np.zeros_like(last)"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/references.py",
        f"{_WHOLE}[cudnn_gru]",
        ('last = found.get("state_h", found.get("state"))', 'last = found["state_h"]'),
        ("return found[:count] if", "return found if"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/program_gradients.py",
        f"{_WHOLE}[cudnn_gru]",
        ("if one.form == Form.CUDNN:", "if one.form == Form.BLOCK:"),
    ),
]
