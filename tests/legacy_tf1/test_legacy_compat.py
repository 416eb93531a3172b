"""The doors to the TF1 cells, open and shut, and the quiet around them."""

import logging
import subprocess
import sys
import types
import warnings

import pytest
import warm

from legacy_tf1 import compat

FIRST, SECOND = compat.DOORS


def _door(names=compat.NAMES):
    return types.SimpleNamespace(**{name: object() for name in names})


def test_the_private_door_of_tensorflow_is_open():
    module = compat.open_door()
    assert module.__name__ == FIRST
    assert compat.rnn_cell.LSTMCell is module.LSTMCell
    assert set(vars(compat.rnn_cell)) == set(compat.NAMES)


def test_the_second_door_is_taken_when_the_first_is_shut(monkeypatch):
    monkeypatch.setitem(sys.modules, FIRST, None)
    monkeypatch.setitem(sys.modules, SECOND, _door())
    assert compat.open_door() is sys.modules[SECOND]


def test_the_second_door_is_taken_when_the_first_lacks_a_name(monkeypatch):
    monkeypatch.setitem(sys.modules, FIRST, _door(compat.NAMES[1:]))
    monkeypatch.setitem(sys.modules, SECOND, _door())
    assert compat.open_door() is sys.modules[SECOND]


def test_no_door_says_what_was_tried_and_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, FIRST, None)
    monkeypatch.setitem(sys.modules, SECOND, _door(compat.NAMES[1:]))
    with pytest.raises(ImportError) as error:
        compat.open_door()
    message = str(error.value)
    assert FIRST in message
    assert SECOND + ": has no RNNCell" in message
    assert "pip install tf_keras" in message
    assert compat.tf.__version__ in message


def test_tf2_has_no_contrib():
    assert not compat.IS_TF1
    assert compat.stack_bidirectional_dynamic_rnn is None


def test_only_deprecations_are_hushed(caplog):
    logger = logging.getLogger("tensorflow")
    with caplog.at_level(logging.WARNING, "tensorflow"):
        logger.warning("From %s: dynamic_rnn is deprecated and will be removed.", "x.py")
        logger.warning("loss is NaN")
    assert [record.getMessage() for record in caplog.records] == ["loss is NaN"]
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        compat.hush_deprecations()
        warnings.warn("`tf.nn.rnn_cell.GRUCell` is deprecated and will go.", stacklevel=1)
        warnings.warn("`model.fit` is deprecated.", stacklevel=1)
    assert [str(w.message) for w in seen] == ["`model.fit` is deprecated."]


def _python(code, **environment):
    return subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": ":".join(sys.path), **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_import_and_use_print_nothing():
    done = _python(
        "from legacy_tf1.compat import rnn_cell, tf\n"
        "with tf.Graph().as_default():\n"
        "    cells = [rnn_cell.GRUCell(2), rnn_cell.BasicLSTMCell(2, state_is_tuple=False)]\n"
        "    cell = rnn_cell.MultiRNNCell(cells, state_is_tuple=False)\n"
        "    tf.nn.dynamic_rnn(cell, tf.ones([1, 2, 3]), dtype=tf.float32)\n"
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_failed_import_shows_what_was_kept_back(tmp_path):
    (tmp_path / "tensorflow.py").write_text(
        "import os\nos.write(2, b'no such library')\nraise ImportError('broken')\n"
    )
    done = _python(f"import sys\nsys.path.insert(0, {str(tmp_path)!r})\nimport legacy_tf1.compat")
    assert done.returncode == 1
    assert "no such library" in done.stderr
    assert "ImportError: broken" in done.stderr


def test_a_user_who_asks_for_the_log_gets_it(tmp_path):
    (tmp_path / "tensorflow.py").write_text("import os\nos.write(2, b'talking')\nraise SystemExit(0)\n")
    code = f"import sys\nsys.path.insert(0, {str(tmp_path)!r})\nimport legacy_tf1.compat"
    assert _python(code, TF_CPP_MIN_LOG_LEVEL="0").stderr == "talking"
    assert _python(code, TF_CPP_MIN_LOG_LEVEL="0").returncode == 0


def test_a_process_without_stderr_imports_it_all_the_same():
    done = subprocess.run(
        f"{sys.executable} -c 'import legacy_tf1.compat; print(legacy_tf1.compat.IS_TF1)' 2>&-",
        shell=True,
        env={"PYTHONPATH": ":".join(sys.path)},
        stdout=subprocess.PIPE,
        timeout=120,
    )
    assert (done.returncode, done.stdout) == (0, b"False\n")


def test_session_code_leaves_eager_keras_alone():
    done = warm.python(
        "-c",
        "import keras, numpy as np, tensorflow as tf\n"
        "from legacy_tf1 import session\n"
        "from legacy_tf1.programs import stacked_lstm\n"
        "with session.graph() as graph:\n"
        "    built = stacked_lstm.build()\n"
        "with session.session(graph) as sess:\n"
        "    stacked_lstm.run(sess, built)\n"
        "    assert sess.graph is graph\n"
        "assert tf.executing_eagerly() and tf.compat.v1.executing_eagerly_outside_functions()\n"
        "assert keras.layers.LSTM(2)(np.ones((1, 2, 3))).numpy().shape == (1, 2)\n",
    )
    assert done.returncode == 0, done.stderr
