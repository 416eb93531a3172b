"""Names that come through modules of the program's own, and where those modules are looked for."""

from tf2_lstm.migrate.source.rules import short
from tf2_lstm.migrate.source.scan import scan


def tree(folder, **files):
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".py").write_text(text)
    return folder


def found(*paths):
    return [
        (one.path.rsplit("/", 1)[-1], one.line, short(one.name))
        for one in scan([str(p) for p in paths]).findings
        if one.rule < "RNN500"
    ]


COMPAT = "import tensorflow.compat.v1 as tf\nrnn_cell = tf.nn.rnn_cell\n"


def test_a_module_that_re_exports_tensorflow(tmp_path):
    tree(
        tmp_path,
        compat=COMPAT,
        model="from compat import tf, rnn_cell\nrnn_cell.GRUCell(3)\ntf.nn.dynamic_rnn(c, x)\n",
    )
    assert ("model.py", 2, "tf.compat.v1.nn.rnn_cell.GRUCell") in found(tmp_path)
    assert ("model.py", 3, "tf.compat.v1.nn.dynamic_rnn") in found(tmp_path)


def test_it_is_found_when_only_the_one_file_is_scanned(tmp_path):
    tree(tmp_path, compat=COMPAT, model="import compat\ncompat.rnn_cell.GRUCell(3)\n")
    assert found(tmp_path / "model.py") == [("model.py", 2, "tf.compat.v1.nn.rnn_cell.GRUCell")]


def test_packages_and_relative_imports(tmp_path):
    tree(
        tmp_path,
        pkg__compat=COMPAT,
        pkg__cells="from .compat import rnn_cell\nCell = rnn_cell.LSTMCell\n",
        pkg__deep__model="from ..cells import Cell\nfrom pkg import cells\nCell(3)\ncells.Cell(4)\n",
    )
    names = found(tmp_path)
    assert names[-3:] == found(tmp_path / "pkg" / "deep" / "model.py")
    assert [(line, name) for file, line, name in names if file == "model.py"] == [
        (1, "tf.compat.v1.nn.rnn_cell.LSTMCell"),
        (3, "tf.compat.v1.nn.rnn_cell.LSTMCell"),
        (4, "tf.compat.v1.nn.rnn_cell.LSTMCell"),
    ]


def test_a_star_import_of_ones_own_module(tmp_path):
    tree(tmp_path, compat=COMPAT, model="from compat import *\nrnn_cell.GRUCell(3)\n")
    assert ("model.py", 2, "tf.compat.v1.nn.rnn_cell.GRUCell") in found(tmp_path)


def test_a_class_of_ones_own_in_another_module_is_not_tensorflows(tmp_path):
    tree(
        tmp_path,
        cells="class BasicLSTMCell:\n    pass\n",
        model="from cells import BasicLSTMCell\nBasicLSTMCell(3)\n",
    )
    assert found(tmp_path) == []


def test_a_cell_of_ones_own_in_another_module_is_followed(tmp_path):
    tree(
        tmp_path,
        cells="from tensorflow.nn.rnn_cell import RNNCell\nclass Mine(RNNCell):\n    pass\n",
        model="from cells import Mine\nclass Yours(Mine):  # lstm\n    pass\n",
    )
    assert [(one.line, one.rule) for one in scan([str(tmp_path / "model.py")]).findings] == [(2, "RNN521")]


def test_modules_that_import_each_other(tmp_path):
    tree(
        tmp_path,
        a="from b import y\nimport tensorflow as tf\nx = tf.nn.rnn_cell\n",
        b="from a import x\ny = x\nx.GRUCell(3)\n",
    )
    assert ("a.py", 3, "tf.nn.rnn_cell") in found(tmp_path)


def test_a_folder_called_tensorflow_does_not_hide_the_real_one(tmp_path):
    tree(
        tmp_path,
        tensorflow__nn="dynamic_rnn = 3\n",
        model="import tensorflow as tf\ntf.nn.dynamic_rnn(c, x)\n",
    )
    assert found(tmp_path / "model.py") == [("model.py", 2, "tf.nn.dynamic_rnn")]


def test_a_broken_module_does_not_break_those_that_import_it(tmp_path):
    tree(
        tmp_path,
        compat="def f(:\n",
        model="from compat import tf\nimport tensorflow\ntensorflow.nn.dynamic_rnn(c, x)\n",
    )
    assert ("model.py", 3, "tf.nn.dynamic_rnn") in found(tmp_path / "model.py")


def test_a_name_that_is_passed_on_twice_under_other_names(tmp_path):
    tree(
        tmp_path,
        one="from tensorflow.contrib.rnn import LSTMCell\nUnit = LSTMCell\n",
        two="from one import Unit\nBlock = Unit\n",
        three="import two\ntwo.Block(3)\n",
    )
    assert ("three.py", 2, "tf.contrib.rnn.LSTMCell") in found(tmp_path)


def test_two_scans_do_not_share_what_they_know(tmp_path):
    tree(tmp_path, cells="class GRUCell:\n    pass\n", model="from cells import GRUCell\nGRUCell(3)\n")
    assert found(tmp_path) == []
    tree(tmp_path, cells="from tensorflow.nn.rnn_cell import GRUCell\n")
    assert ("model.py", 2, "tf.nn.rnn_cell.GRUCell") in found(tmp_path)
