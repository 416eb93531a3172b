"""A checkpoint without a graph: cells of an own form are named by what names and shapes show, others are not."""

import pytest
from test_assumptions import model

from tf2_lstm.migrate.recognise import recognise

INPUTS, UNITS = 3, 4


def joined(*names):
    return dict.fromkeys(names, (INPUTS + UNITS, UNITS))


def given(*names):
    return dict.fromkeys(names, (INPUTS, UNITS))


def carried(*names):
    return dict.fromkeys(names, (UNITS, UNITS))


def vectors(*names, width=UNITS):
    return dict.fromkeys(names, (width,))


def each(pattern, gates):
    return [pattern.format(gate) for gate in gates]


def norms(cell, scopes):
    return vectors(*(f"{cell}__{scope}__{leaf}" for scope in scopes for leaf in ("gamma", "beta")))


LAYER_NORM = {
    **dict.fromkeys(["rnn__layer_norm_basic_lstm_cell__kernel"], (INPUTS + UNITS, 4 * UNITS)),
    **norms("rnn__layer_norm_basic_lstm_cell", ("input", "transform", "forget", "output", "state")),
}
#: What the variables are -> (they, the scope that is named, what it is called).
CELLS = {
    "a matrix a gate over x and h": (
        joined(*each("lstm__w_{}", "ifoc")) | vectors(*each("lstm__b_{}", "ifoc")),
        "lstm",
        "an LSTM with a matrix of its own for each gate (w_i, w_f, w_o, w_c [7, 4])",
    ),
    "matrices of x and of h": (
        given(*each("net__W{}", "ifoc"))
        | carried(*each("net__U{}", "ifoc"))
        | vectors(*each("net__b{}", "ifoc")),
        "net",
        "an LSTM with a matrix of its own for each gate (Ui, Uf, Uo, Uc [4, 4], Wi, Wf, Wo, Wc [3, 4])",
    ),
    "gates that are words": (
        joined(*each("core__{}_gate__w", ("input", "forget", "output", "cell"))),
        "core",
        "an LSTM with a matrix of its own for each gate (input_gate/w, ",
    ),
    "a GRU of Sonnet": (
        given(*each("gru__w{}", "zrh"))
        | carried(*each("gru__u{}", "zrh"))
        | vectors(*each("gru__b{}", "zrh")),
        "gru",
        "a GRU with a matrix of its own for each gate (uz, ur, uh [4, 4], wz, wr, wh [3, 4])",
    ),
    "an LSTM of Sonnet": (
        {"lstm__w_gates": (7, 16), "lstm__b_gates": (16,)},
        "lstm",
        "an LSTM whose gates are one matrix (w_gates [7, 16], b_gates [16])",
    ),
    "LayerNormBasicLSTMCell": (
        LAYER_NORM,
        "rnn/layer_norm_basic_lstm_cell",
        "an LSTM with layer normalisation, TF1's LayerNormBasicLSTMCell (",
    ),
    "layer normalisation of its own": (
        {"my_lstm__w": (7, 16), "my_lstm__ln_i__gamma": (4,), "my_lstm__ln_i__beta": (4,)},
        "my_lstm",
        "an LSTM with layer normalisation (",
    ),
}
#: What is no cell, or one of which a name says what it is: IndyGRUCell, PhasedLSTMCell.
OTHERS = {
    "attention": carried(*each("attention__w_{}", "qkvo")) | vectors(*each("attention__b_{}", "qkvo")),
    "dense layers": given(*each("mlp__w{}", "1234")),
    "a gate is missing": joined(*each("lstm__w_{}", "ifo")),
    "one gate is wider": joined(*each("lstm__w_{}", "ifo")) | {"lstm__w_c": (7, 5)},
    "nothing carries a state": given(*each("moe__w_{}", "ifoc")),
    "another class's gates": {"rnn__phased_lstm_cell__mask_gates__kernel": (16, 16)}
    | vectors("rnn__phased_lstm_cell__mask_gates__bias", width=16),
    "batch normalisation": {"conv__w": (7, 16)} | vectors("conv__bn__gamma", "conv__bn__beta"),
    "slots of an optimizer": joined(*each("lstm__w_{}__Adam", "ifoc")),
}


@pytest.mark.parametrize(("shapes", "scope", "called"), CELLS.values(), ids=CELLS)
def test_a_form_is_named_with_all_its_variables(shapes, scope, called):
    findings = recognise(model(**shapes, global_step=()))
    (said,) = findings.not_converted
    assert said.scope == scope
    assert said.reason.startswith(f"by the names and shapes of its variables it is {called}")
    assert set(said.variables) == {name.replace("__", "/") for name in shapes}
    assert not findings.recurrences


@pytest.mark.parametrize("shapes", OTHERS.values(), ids=OTHERS)
def test_what_is_no_such_cell_is_not_called_one(shapes):
    findings = recognise(model(**shapes))
    assert not any("by the names and shapes" in one.reason for one in findings.not_converted)


def test_slots_stand_with_no_cell():
    shapes, _, _ = CELLS["a GRU of Sonnet"]
    (said,) = recognise(
        model(**shapes, **{f"{name}__Adam": shape for name, shape in shapes.items()})
    ).not_converted
    assert not any("Adam" in name for name in said.variables)
