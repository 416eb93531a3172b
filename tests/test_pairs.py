"""Rows, twin files, records and TF1's own signatures cover each other, both ways."""

import inspect
from pathlib import Path

import pytest

import legacy_tf1
import tf2_lstm
from tf2_lstm.migrate.build import Builder, BuildError, resolve
from tf2_lstm.migrate.equivalence.case_functions import FUNCTIONS
from tf2_lstm.migrate.pairs import CASES, PAIRS, Call
from tf2_lstm.migrate.pairs.tree import scoped_cells

ROOTS = {"legacy_tf1": Path(legacy_tf1.__file__).parent, "tf2_lstm": Path(tf2_lstm.__file__).parent}
KINDS = {"cell", "wrapper", "stack", "unroll", "state", "program"}
#: Files of one column that have no twin, and why. An entry that gets a twin must go.
ALONE = {
    ("legacy_tf1", "compat.py"): "Keras needs no search for its classes",
    ("legacy_tf1", "session.py"): "Keras has no session",
    ("tf2_lstm", "fitting.py"): "TF1's cells check no inputs",
    (
        "tf2_lstm",
        "gather_tree.py",
    ): "in TF1 an operation of tf.contrib puts beams together, no construct of RNNs",
    ("tf2_lstm", "sizes.py"): "in TF1 a size is a tensor of the graph",
    ("tf2_lstm", "sparse.py"): "in TF1 operations of the graph take sparse tensors",
    ("tf2_lstm", "weight.py"): "in TF1 a variable stands alone",
    ("tf2_lstm", "lines.py"): "what the layers with lines run; in TF1 the graph does",
    ("tf2_lstm", "equation_cell.py"): "in TF1 a cell of one's own is Python code",
    ("tf2_lstm", "loop.py"): "in TF1 a loop is control flow of the graph",
    ("tf2_lstm", "dropout_rates.py"): "in TF1 keep_prob is fed",
    ("tf2_lstm", "held_layers.py"): "in TF1 a step of the graph has the operations of its cells and layers",
    ("tf2_lstm", "loop_arrays.py"): "in TF1 it is a TensorArray of the graph",
    ("tf2_lstm", "activations.py"): "tf.keras 1.15's hard_sigmoid is an argument of layers, no RNN construct",
    ("tf2_lstm", "cell_plan.py"): "what the fast unrolls and the streaming step read; TF1 had neither",
    ("tf2_lstm", "errors.py"): "what a command says in one line; TF1 code has no commands",
    (
        "tf2_lstm",
        "quiet.py",
    ): "what an import prints; legacy_tf1/compat.py has its own, for TensorFlow 1.15 too",
    (
        "tf2_lstm",
        "private.py",
    ): "what this Keras and this TensorFlow may not have; TF1 does not change any more",
    ("tf2_lstm", "testing.py"): "what a project's own tests assert; nothing of TF1 is called",
    ("tf2_lstm", "stock.py"): "what Keras's own layers are given; TF1 had no such thing",
    ("tf2_lstm", "__main__.py"): "the command line",
}
#: Parameters of the Python signatures that are no arguments of the construct.
NOT_ARGUMENTS = {"self", "kwargs", "args"}


def files_of(column):
    root = ROOTS[column]
    found = {path.relative_to(root).as_posix() for path in root.rglob("*.py")}
    rooms = ("migrate/", "stream/", "backends/", "cli/")
    return {name for name in found if not name.startswith(rooms) and not name.endswith("__init__.py")}


def signature_of(pair):
    """The parameters of what TF1 calls, from the real thing."""
    module, attribute = pair.legacy.split(":")
    symbol = getattr(resolve(module), attribute)
    if pair.kind == "wrapper":
        symbol = next(base for base in symbol.__mro__ if base.__name__ == attribute + "Base").__init__
    elif pair.kind == "state":
        return list(symbol._fields)
    elif inspect.isclass(symbol):
        symbol = symbol.__init__
    return [name for name in inspect.signature(symbol).parameters if name not in NOT_ARGUMENTS]


ROWS = [pytest.param(pair, id=name) for name, pair in PAIRS.items()]
CALLABLE = [pytest.param(pair, id=name) for name, pair in PAIRS.items() if pair.kind != "program"]


@pytest.mark.parametrize("pair", ROWS)
def test_a_row_is_whole(pair):
    assert pair.kind in KINDS
    assert pair.summary.endswith(".")
    assert pair.cases, "a row without a case proves nothing"
    assert all(case.why for case in pair.cases)
    assert resolve(pair.keras)
    assert not pair.stock or resolve(pair.stock)


@pytest.mark.parametrize("pair", ROWS)
def test_both_columns_have_the_file(pair):
    for root in ROOTS.values():
        assert (root / pair.file).is_file()


def test_every_file_of_a_column_is_a_row_or_stands_alone_for_a_reason():
    rows = {pair.file for pair in PAIRS.values()}
    for column in ROOTS:
        alone = {name for where, name in ALONE if where == column}
        assert files_of(column) == rows | alone


@pytest.mark.parametrize("pair", CALLABLE)
def test_arguments_are_total_over_the_tf1_signature(pair):
    assert [argument.tf1 for argument in pair.arguments] == signature_of(pair)


@pytest.mark.parametrize("pair", CALLABLE)
def test_an_argument_has_a_fate_and_a_reason(pair):
    for argument in pair.arguments:
        assert argument.how in {"renamed", "folded", "dropped", "refused"}
        assert argument.how == "renamed" or argument.why, argument.tf1
        assert (argument.how in {"renamed", "folded"}) == bool(argument.to), argument.tf1


def test_case_names_are_unique_and_start_with_their_pair():
    assert len(CASES) == sum(len(pair.cases) for pair in PAIRS.values())
    for pair in PAIRS.values():
        for case in pair.cases:
            assert case.name.split("/")[0] == pair.name


def test_the_cases_use_every_pair():
    used = set()

    def visit(call):
        used.add(call.pair)
        for value in call.arguments.values():
            for inner in value if isinstance(value, tuple) else [value]:
                if isinstance(inner, Call):
                    visit(inner)

    for case in CASES.values():
        visit(case.call)
    assert used == {name for name, pair in PAIRS.items() if pair.kind != "state"}


def given_arguments():
    """(pair, argument) for every argument that some case gives."""
    found = set()
    for case in CASES.values():
        for call in scoped_cells(case.call).values():
            found |= {(call.pair, name) for name in call.arguments}
    return found


#: Cell arguments that no case gives, each with its reason.
NOT_PROVED = {
    "reuse": "sharing is by object in Keras",
    "name": "names, not numbers",
    "dtype": "--dtype float64 runs every case in it",
    "initializer": "weights come from the checkpoint",
    "kernel_initializer": "weights come from the checkpoint",
    "bias_initializer": "weights come from the checkpoint",
}


def test_every_argument_of_a_cell_is_in_a_case_or_has_a_reason():
    declared = {(p.name, a.tf1) for p in PAIRS.values() if p.kind == "cell" for a in p.arguments}
    assert {name for _, name in declared - given_arguments()} == set(NOT_PROVED)


@pytest.mark.parametrize("pair", [row for row in ROWS if row.values[0].weights])
def test_the_keras_layout_is_the_layers_own(pair):
    """The weight map's Keras side names the weights of the built layer, in its order."""
    options = {"num_units": 4}
    options.update({t.when: 3 if t.when == "num_proj" else True for t in pair.weights.keras if t.when})
    cell = Builder().cell(Call(pair.name, **options))
    cell.build((None, 5))
    assert [weight.name for weight in cell.weights] == [tensor.name for tensor in pair.weights.keras]


def _stock_cases():
    for pair in PAIRS.values():
        if pair.kind != "cell" or not pair.stock:
            continue
        for case in pair.cases:
            if not set(case.call.arguments["cell"].arguments) & set(pair.stock_unless):
                yield pytest.param(pair, case, id=case.name)


@pytest.mark.parametrize(("pair", "case"), list(_stock_cases()))
def test_stock_keras_is_exact_where_the_row_says_so(pair, case, monkeypatch):
    """The named stock cell in the place of ours, through the whole proof."""
    import dataclasses

    from tf2_lstm.migrate.equivalence.prove import prove

    monkeypatch.setitem(PAIRS, pair.name, dataclasses.replace(pair, keras=pair.stock))
    report = prove(case)
    assert report.passed
    assert resolve(pair.stock).__module__.startswith("keras.")


REFUSED = [
    (Call("basic_rnn", num_units=2, units=3), "unknown argument 'units', expected one of num_units"),
    (
        Call("dropout", cell=Call("gru", num_units=2), dropout_state_filter_visitor="mine"),
        r"dropout_state_filter_visitor='mine'\): no Keras equal",
    ),
]


@pytest.mark.parametrize(("call", "message"), REFUSED)
def test_what_has_no_twin_is_refused(call, message):
    with pytest.raises(BuildError, match=message):
        Builder(functions=FUNCTIONS).cell(call)
