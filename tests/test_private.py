"""What TensorFlow and Keras do not promise to keep: all of it has a row, and what happens when it is gone is tried."""

import ast
import re
import sys
import types
import warnings
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from tf2_lstm import RNN, LSTMCell, StackedRNNCells, accelerate, backends, private, set_dropout, streaming
from tf2_lstm.backends.tensorflow import unroll
from tf2_lstm.errors import UserError
from tf2_lstm.migrate.artifacts import protos
from tf2_lstm.migrate.graph import shapes
from tf2_lstm.migrate.prove.replay import eagerly
from tf2_lstm.stock import layers_of

ROOT = Path(__file__).resolve().parent.parent
ROWS = re.findall(r"^\| `([\w.]+)` \|", (ROOT / "docs/adr/0020-private-names.md").read_text(), re.MULTILINE)
PRIVATE = re.compile(r"(tensorflow\.python|keras\.src)\.[\w.]+")
#: Public names of the standard library that begin with an underscore.
STANDARD = {"_asdict", "_exit", "_fields"}
#: Of a test's own kind: `getattr(x, "_name")`, and what says that a name is gone.
NAMING = {"getattr", "hasattr", "setattr", "delattr", "gone", "warn_gone"}


def uses_of(source):
    """The private names of TensorFlow and Keras that a source text uses."""
    tree = ast.parse(source)
    found, own = set(), _own_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and PRIVATE.fullmatch(f"{node.module}.x"):
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if PRIVATE.fullmatch(alias.name)}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and PRIVATE.fullmatch(node.value):
            found.add(node.value)
        elif isinstance(node, ast.Attribute):
            found |= {node.attr} if _is_hidden(node.attr) and node.attr not in own else set()
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in NAMING:
            found |= _named(node, own)
        elif isinstance(node, ast.ClassDef) and node.bases:
            found |= _hooks(node, tree)
    return found


def _own_names(tree):
    defined = {node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    stored = {
        getattr(node, "attr", getattr(node, "id", None))
        for node in ast.walk(tree)
        if isinstance(node, (ast.Attribute, ast.Name)) and isinstance(node.ctx, ast.Store)
    }
    return defined | stored


def _is_hidden(name):
    return name.startswith("_") and not name.startswith("__") and name not in STANDARD


def _named(call, own):
    texts = [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    gone = call.func.id in ("gone", "warn_gone")
    names = {text.rpartition(".")[2] for text in texts if text.startswith("keras.") and gone}
    return names | {text for text in texts if not gone and _is_hidden(text) and text not in own}


def _hooks(kind, tree):
    """Hidden methods that nobody here calls: a class of Keras does."""
    called = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return {
        one.name
        for one in kind.body
        if isinstance(one, ast.FunctionDef) and _is_hidden(one.name) and one.name not in called
    }


def test_every_private_name_has_a_row_and_a_test():
    sources = (ROOT / "tf2_lstm").rglob("*.py")
    found = set().union(*(uses_of(path.read_text(encoding="utf-8")) for path in sources))
    assert found == set(ROWS) == NEEDED.keys() | FASTER.keys() | LOOKED_AT.keys()


USES = [
    "from keras.src.backend import masking",
    "from tensorflow.python import pywrap",
    "import tensorflow.python.eager.tape",
    "import_module('tensorflow.python.eager.tape')",
    "model._layers",
    "class Own(RNN):\n    def call(self):\n        return self._states",
    "class Own(RNN):\n    def _begin(self):\n        pass",
    "getattr(model, '_layers', None)",
]


@pytest.mark.parametrize("source", USES)
def test_a_private_name_is_seen(source):
    assert len(uses_of(source)) == 1


def test_own_names_are_none():
    assert not uses_of(
        "def _own():\n    self._kept = os._exit\n    return other._kept, other._own, row._asdict()"
    )


@pytest.fixture
def forgotten():
    """Nothing is known of what is there, before and after."""

    def forget():
        caches = private.import_optional, private.warn_gone, unroll._function, unroll._sizes
        for cached in (*caches, shapes._kind_of_graph):
            cached.cache_clear()

    forget()
    yield
    forget()


def _without_module(path):
    """The module is there, and nothing in it; TensorFlow itself holds the one that it has."""

    def take_away(monkeypatch, model):
        module = path.rpartition(".")[0]
        monkeypatch.setitem(sys.modules, module, types.ModuleType(module))

    return take_away


def _renamed(name):
    """Keras calls it by another name."""

    def take_away(monkeypatch, model):
        for kind in (keras.layers.RNN, keras.layers.LSTM, keras.layers.GRU):
            functions = [one for one in vars(kind).values() if isinstance(one, types.FunctionType)]
            for one in functions:
                names = tuple("moved" if used == name else used for used in one.__code__.co_names)
                monkeypatch.setattr(one, "__code__", one.__code__.replace(co_names=names))
            if name in vars(kind):
                monkeypatch.setattr(kind, "moved", getattr(kind, name), raising=False)
                monkeypatch.delattr(kind, name)

    return take_away


def _stack():
    layer = RNN(StackedRNNCells([LSTMCell(4), LSTMCell(3)]), return_sequences=True)
    layer.build((None, None, 4))
    return layer


def _stock():
    return keras.Sequential([keras.Input((None, 4)), keras.layers.LSTM(3), keras.layers.Dense(2)])


def _numbers(model, x):
    """Outputs and gradients, eagerly and in a function."""

    def everything(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = model(x)
        return y, tape.gradient(y, x)

    return [*everything(x), *tf.function(everything, autograph=False)(x), model(x)]


#: Name -> (what takes it away, a model). The plain way gives the same numbers, with one warning.
FASTER = {
    **{
        path: (_without_module(path), _stack)
        for path in (
            "tensorflow.python.eager.record.should_record_backprop",
            "tensorflow.python.ops.control_flow_util.GraphOrParentsInXlaContext",
        )
    },
    "inner_loop": (_renamed("inner_loop"), lambda: accelerate(_stock())),
    "_maybe_config_dropout_masks": (_renamed("_maybe_config_dropout_masks"), _stack),
}


@pytest.mark.parametrize("name", FASTER)
def test_what_saves_time_is_gone_and_the_numbers_stay(name, monkeypatch, forgotten):
    take_away, make = FASTER[name]
    model, x = make(), tf.constant(np.random.default_rng(1).normal(size=(2, 5, 4)), "float32")
    with backends.plain():
        expected = _numbers(model, x)
    take_away(monkeypatch, model)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        other = make()
        other.set_weights(model.get_weights())
        found = _numbers(other, x)
    for one, two in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, two, rtol=0, atol=2e-6)
    messages = [str(one.message) for one in said if one.category is RuntimeWarning]
    assert len(messages) == 1
    assert name in messages[0]
    assert "results are the same" in messages[0]


#: Name of an attribute -> (what has it, the function of TensorFlow that uses it).
LOOKED_AT = {
    "_add_new_tf_operations": (
        tf.Graph,
        sys.modules["tensorflow.python.framework.importer"]._ProcessNewOps,
    ),
    "_from_c_op": (tf.Operation, tf.Graph._create_op_from_tf_operation),
}


@pytest.mark.parametrize("name", LOOKED_AT)
def test_what_prepares_a_graph_is_gone_and_the_shapes_stay(name, monkeypatch, forgotten):
    with tf.Graph().as_default() as graph:
        x = tf.compat.v1.placeholder("float32", [None, 4], "x")
        tf.tanh(tf.matmul(x, tf.ones([4, 3])), name="y")
    part = shapes.importable(graph.as_graph_def())
    expected, said = shapes.inferred(part), shapes.misfit(part, {"x": (2, 5)})
    assert expected["y:0"] == (None, 3)
    assert "must be equal, but are 5 and 4" in said
    kind, function = LOOKED_AT[name]
    names = tuple("moved" if used == name else used for used in function.__code__.co_names)
    monkeypatch.setattr(function, "__code__", function.__code__.replace(co_names=names))
    monkeypatch.setattr(kind, "moved", getattr(kind, name), raising=False)
    monkeypatch.delattr(kind, name)
    shapes._kind_of_graph.cache_clear()
    with pytest.warns(RuntimeWarning, match=f"has no tensorflow.*{name}. The results are the same"):
        assert shapes.misfit(part, {"x": (2, 5)}) == said
    assert shapes.inferred(shapes.importable(graph.as_graph_def())) == expected


def _masked():
    table = keras.layers.Embedding(5, 4, mask_zero=True)
    return keras.Sequential([keras.Input((None,)), table, RNN(LSTMCell(3), return_sequences=True)])


def _without_mask(monkeypatch, model):
    """Keras keeps masks under another name."""
    for name in ("get_keras_mask", "set_keras_mask"):
        code = getattr(sys.modules["keras.src.backend.common.masking"], name)
        constants = tuple("_moved" if one == "_keras_mask" else one for one in code.__code__.co_consts)
        monkeypatch.setattr(code, "__code__", code.__code__.replace(co_consts=constants))


#: Name -> (what takes it away, a model, what needs it).
NEEDED = {
    "inner_loop": (_renamed("inner_loop"), _stock, lambda model: RNN(LSTMCell(3))),
    "_keras_history": (
        lambda patch, model: patch.delattr(model.outputs[0], "_keras_history"),
        _stock,
        streaming,
    ),
    "_inbound_nodes": (
        lambda patch, model: patch.delattr(model.layers[-1], "_inbound_nodes"),
        _stock,
        streaming,
    ),
    "_keras_mask": (_without_mask, _stock, lambda model: streaming(_masked())),
    "_tracker": (
        lambda patch, model: patch.delattr(model.layers[-1], "_tracker"),
        lambda: keras.Sequential([keras.Input((4,)), keras.layers.Dropout(0.0)]),
        lambda model: (vars(model.layers[-1]).pop("seed_generator", None), set_dropout(model, 0.5)),
    ),
    "tensorflow.python.eager.context.eager_mode": (
        _without_module("tensorflow.python.eager.context.eager_mode"),
        _stock,
        lambda model: eagerly(),
    ),
    "tensorflow.python.framework.op_def_registry.get": (
        _without_module("tensorflow.python.framework.op_def_registry.get"),
        _stock,
        lambda model: protos.definition.__wrapped__("Split"),
    ),
    "tensorflow.python.training.checkpoint_state_pb2": (
        _without_module("tensorflow.python.training.checkpoint_state_pb2.CheckpointState"),
        _stock,
        lambda model: protos.message("CheckpointState"),
    ),
}


@pytest.mark.parametrize("name", NEEDED)
def test_what_is_needed_is_gone_and_one_line_says_so(name, monkeypatch):
    take_away, make, use = NEEDED[name]
    model = make()
    use(model)
    take_away(monkeypatch, model)
    with pytest.raises(UserError, match=f"{name.rpartition('.')[2]}.* is needed .*pip install") as error:
        use(model)
    assert "\n" not in str(error.value)


def test_the_versions_that_the_error_names_are_those_of_setup_cfg():
    asked = re.findall(
        r"^    ((?:tensorflow|keras)) ?(==\S+)$", (ROOT / "setup.cfg").read_text(), re.MULTILINE
    )
    assert all(f"'{name}{version}'" in str(private.gone("keras.x", "")) for name, version in asked)
    assert len(asked) == 2


def test_every_layer_that_keras_tracks_is_found():
    inner = keras.Sequential([keras.Input((None, 4)), keras.layers.LSTM(4, return_sequences=True)])
    x = keras.Input((None, 4))
    both = keras.layers.Bidirectional(keras.layers.GRU(3, return_sequences=True))(inner(x))
    model = keras.Model(
        x, RNN([LSTMCell(3), LSTMCell(2)])(keras.layers.TimeDistributed(keras.layers.Dense(2))(both))
    )
    found = layers_of(model)
    assert {id(layer) for layer in model._flatten_layers()} <= {id(layer) for layer in found}
    assert len(found) == len({id(layer) for layer in found})
