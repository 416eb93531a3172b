# ruff: noqa: E501 - a row of a table is a line
"""Corners of the language in which a use can hide, and code built to make a resolver run for ever."""

import os

import pytest
from snippet_marks import expected_names, expected_traps, findings, names, table, traps

from tf2_lstm.migrate.source.scan import scan

TF = "import tensorflow as tf\n"
RNN = "from tensorflow.contrib import rnn  #: tf.contrib.rnn\n"

ROWS = (
    ("compat.v1.nn as nn", "import tensorflow.compat.v1.nn as nn\nnn.dynamic_rnn(nn.rnn_cell.GRUCell(3), x)  #: tf.compat.v1.nn.dynamic_rnn tf.compat.v1.nn.rnn_cell.GRUCell\n"),
    ("compat.v1.nn.rnn_cell as rc", "import tensorflow.compat.v1.nn.rnn_cell as rc  #: tf.compat.v1.nn.rnn_cell\nrc.GRUCell(3)  #: tf.compat.v1.nn.rnn_cell.GRUCell\n"),
    ("two names of compat.v1.nn in one import", "from tensorflow.compat.v1.nn import rnn_cell as rc, dynamic_rnn as run  #: tf.compat.v1.nn.rnn_cell tf.compat.v1.nn.dynamic_rnn\nrun(rc.GRUCell(3), x)  #: tf.compat.v1.nn.dynamic_rnn tf.compat.v1.nn.rnn_cell.GRUCell\n"),
    ("an annotation as a string", TF + "def f(c: 'tf.nn.rnn_cell.RNNCell') -> \"tf.contrib.rnn.LSTMStateTuple\":  #: tf.nn.rnn_cell.RNNCell tf.contrib.rnn.LSTMStateTuple\n    pass\n"),
    ("a variable's annotation as a string", RNN + "x: 'rnn.LSTMCell' = None  #: tf.contrib.rnn.LSTMCell\n"),
    ("a string within an annotation", TF + "from typing import Optional\ndef f(c: Optional['tf.nn.rnn_cell.RNNCell']):  #: tf.nn.rnn_cell.RNNCell\n    pass\n"),
    ("a literal type is no annotation as a string", RNN + "from typing import Literal\ndef f(kind: Literal['rnn', 'cnn']):\n    pass\n"),
    ("an annotation that is prose", TF + "def f(c: 'the cell, tf.nn.rnn_cell.RNNCell or so'):\n    pass\n"),
    ("a class taken from a dictionary by name", RNN + "c = {'lstm': rnn.LSTMCell, 'gru': rnn.GRUCell}[name](3)  #: tf.contrib.rnn.LSTMCell tf.contrib.rnn.GRUCell #! RNN501\n"),
    ("a dictionary with a default", RNN + "c = {'gru': rnn.GRUCell}.get(name, rnn.BasicRNNCell)(3)  #: tf.contrib.rnn.GRUCell tf.contrib.rnn.BasicRNNCell\n"),
    ("a dictionary that is filled entry by entry", RNN + "D = {}\nD['lstm'] = rnn.LSTMCell  #: tf.contrib.rnn.LSTMCell\nD['gru'] = rnn.GRUCell  #: tf.contrib.rnn.GRUCell\nc = D['lstm'](3, forget_bias=0.0)  #! RNN502\nc(x, s)  #: tf.contrib.rnn.LSTMCell.__call__\n"),
    ("a registry filled by attribute", TF + "class Cells:\n    known = {}\n    def __init__(self):\n        self.known['a'] = tf.nn.rnn_cell.LSTMCell  #: tf.nn.rnn_cell.LSTMCell\n    def make(self, kind):\n        return self.known[kind](3, use_peepholes=True)  #! RNN501 RNN518\n"),
    ("a class's own table", RNN + "class A:\n    CELLS = {'a': rnn.LSTMCell, 'b': rnn.GRUCell}  #: tf.contrib.rnn.LSTMCell tf.contrib.rnn.GRUCell\n    def f(self, k):\n        return self.CELLS[k](3)  #! RNN501\n"),
    ("partial of partial", "from functools import partial\n" + RNN + "f = partial(rnn.LSTMCell, forget_bias=0.0)  #: tf.contrib.rnn.LSTMCell #! RNN502\ng = partial(f, use_peepholes=True)  #! RNN518\ng(3, num_proj=4)(x, s)  #: tf.contrib.rnn.LSTMCell.__call__ #! RNN519\n"),
    ("partial of an unroll", "from functools import partial\n" + TF + "run = partial(tf.nn.dynamic_rnn, time_major=True)  #: tf.nn.dynamic_rnn #! RNN506\nrun(cell, x, lengths)  #! RNN505 RNN507\n"),
    ("__init__ of TF1's class", TF + "class A(tf.contrib.rnn.BasicLSTMCell):  #: tf.contrib.rnn.BasicLSTMCell #! RNN521\n    def __init__(self, n):\n        tf.contrib.rnn.BasicLSTMCell.__init__(self, n, 0.0, state_is_tuple=False)  #: tf.contrib.rnn.BasicLSTMCell #! RNN502 RNN504\n"),
    ("super().__init__ of TF1's class", TF + "class A(tf.contrib.rnn.BasicLSTMCell):  #: tf.contrib.rnn.BasicLSTMCell #! RNN521\n    def __init__(self, n):\n        super().__init__(n, forget_bias=0.0, activation=tf.nn.relu)  #! RNN502 RNN516\n"),
    ("super(A, self).__init__ of TF1's class", TF + "class A(tf.nn.rnn_cell.LSTMCell):  #: tf.nn.rnn_cell.LSTMCell #! RNN521\n    def __init__(self, n):\n        super(A, self).__init__(n, num_proj=3)  #! RNN501 RNN519\n"),
    ("super().__init__ of a class of the program's own", TF + "class B:\n    pass\nclass A(B):\n    def __init__(self, n):\n        super().__init__(n, forget_bias=0.0)\n"),
    ("a match statement", RNN + "match kind:\n    case 'lstm':\n        cell = rnn.LSTMCell(3)  #: tf.contrib.rnn.LSTMCell #! RNN501\n    case _:\n        cell = rnn.GRUCell(3)  #: tf.contrib.rnn.GRUCell\nrnn.MultiRNNCell([cell, other])  #: tf.contrib.rnn.MultiRNNCell\n"),
    ("a class pattern", RNN + "match state:\n    case rnn.LSTMStateTuple(c=c, h=h):  #: tf.contrib.rnn.LSTMStateTuple\n        pass\n"),
    ("a lambda that makes cells", TF + "make = lambda: tf.nn.rnn_cell.GRUCell(3)  #: tf.nn.rnn_cell.GRUCell\nstack = tf.nn.rnn_cell.MultiRNNCell([make() for _ in range(2)])  #: tf.nn.rnn_cell.MultiRNNCell\n"),
    ("a lambda that gives one cell", TF + "c = tf.nn.rnn_cell.GRUCell(3)  #: tf.nn.rnn_cell.GRUCell\nmake = lambda: c\nstack = tf.nn.rnn_cell.MultiRNNCell([make() for _ in range(2)])  #: tf.nn.rnn_cell.MultiRNNCell #! RNN510\n"),
    ("a lambda as a default", TF + "def f(make=lambda n: tf.nn.rnn_cell.GRUCell(n)):  #: tf.nn.rnn_cell.GRUCell\n    return make(3)(x, s)  #: tf.nn.rnn_cell.GRUCell.__call__\n"),
    ("one cell repeated by itertools", "import itertools\n" + TF + "c = tf.nn.rnn_cell.GRUCell(3)  #: tf.nn.rnn_cell.GRUCell\ntf.nn.rnn_cell.MultiRNNCell(list(itertools.repeat(c, 2)))  #: tf.nn.rnn_cell.MultiRNNCell #! RNN510\n"),
    ("n times a tuple", TF + "tf.nn.rnn_cell.MultiRNNCell(n * (tf.nn.rnn_cell.GRUCell(3),))  #: tf.nn.rnn_cell.MultiRNNCell tf.nn.rnn_cell.GRUCell #! RNN510\n"),
    ("a walrus in a list", TF + "tf.nn.rnn_cell.MultiRNNCell([(c := tf.nn.rnn_cell.GRUCell(3)), c])  #: tf.nn.rnn_cell.MultiRNNCell tf.nn.rnn_cell.GRUCell #! RNN511\n"),
    ("two cells unpacked from a comprehension are two objects", TF + "fw, bw = [tf.nn.rnn_cell.GRUCell(3) for _ in range(2)]  #: tf.nn.rnn_cell.GRUCell\ntf.nn.bidirectional_dynamic_rnn(fw, bw, x)  #: tf.nn.bidirectional_dynamic_rnn\n"),
    ("two cells of a comprehension by number are two objects", TF + "cells = [tf.nn.rnn_cell.GRUCell(3) for _ in range(2)]  #: tf.nn.rnn_cell.GRUCell\ntf.nn.bidirectional_dynamic_rnn(cells[0], cells[1], x)  #: tf.nn.bidirectional_dynamic_rnn\n"),
    ("one cell of a comprehension taken twice", TF + "cells = [tf.nn.rnn_cell.GRUCell(3) for _ in range(2)]  #: tf.nn.rnn_cell.GRUCell\ntf.nn.bidirectional_dynamic_rnn(cells[0], cells[0], x)  #: tf.nn.bidirectional_dynamic_rnn #! RNN512\n"),
    ("two names for [cell] * 2 are one object", TF + "fw, bw = [tf.nn.rnn_cell.GRUCell(3)] * 2  #: tf.nn.rnn_cell.GRUCell\ntf.nn.bidirectional_dynamic_rnn(fw, bw, x)  #: tf.nn.bidirectional_dynamic_rnn #! RNN512\n"),
    ("call and __call__ by name", TF + "cell = tf.nn.rnn_cell.GRUCell(3)  #: tf.nn.rnn_cell.GRUCell\no, s = cell.call(x, s)  #: tf.nn.rnn_cell.GRUCell.__call__\nfor x in xs:\n    o, s = cell.__call__(x, s)  #: tf.nn.rnn_cell.GRUCell.__call__ #! RNN522\n"),
    ("a dataclass's default", "import dataclasses\n" + TF + "@dataclasses.dataclass\nclass C:\n    cell: type = tf.nn.rnn_cell.GRUCell  #: tf.nn.rnn_cell.GRUCell\nC().cell(3)  #: tf.nn.rnn_cell.GRUCell\n"),
    ("a generator of cells", TF + "def g():\n    for _ in range(2):\n        yield tf.nn.rnn_cell.GRUCell(3)  #: tf.nn.rnn_cell.GRUCell\ntf.nn.rnn_cell.MultiRNNCell(list(g()))  #: tf.nn.rnn_cell.MultiRNNCell\n"),
    ("a decorated helper", TF + "@tf.contrib.framework.add_arg_scope\ndef cell(n):\n    return tf.nn.rnn_cell.GRUCell(n)  #: tf.nn.rnn_cell.GRUCell\ncell(3)(x, s)  #: tf.nn.rnn_cell.GRUCell.__call__\n"),
    ("nonlocal", TF + "def outer():\n    base = tf.contrib.rnn  #: tf.contrib.rnn\n    def single():\n        nonlocal base\n        return base.GRUCell(3)  #: tf.contrib.rnn.GRUCell\n    return base.MultiRNNCell([single() for _ in range(3)])  #: tf.contrib.rnn.MultiRNNCell\n"),
    ("tf from a star import of a module that was not found", "from my_imports import *\ncells = tf.nn.rnn_cell  #: tf.nn.rnn_cell\ncells.GRUCell(3)  #: tf.nn.rnn_cell.GRUCell\n"),
    ("a class made by type()", TF + "D = type('D', (tf.nn.rnn_cell.GRUCell,), {})  #: tf.nn.rnn_cell.GRUCell\n"),
    ("a placeholder that is turned round", TF + "drop = tf.placeholder(tf.float32)\ntf.nn.rnn_cell.DropoutWrapper(cell, input_keep_prob=1 - drop)  #: tf.nn.rnn_cell.DropoutWrapper #! RNN514\n"),
)  # fmt: skip


@pytest.mark.parametrize(**table(*ROWS))
def test_corners(code):
    assert names(code) == expected_names(code)
    assert traps(code) == expected_traps(code)


NOTHING = (
    ("torch", "import torch.nn as nn\nnn.LSTMCell(3, 4)\nnn.GRUCell(3, 4)\n"),
    ("flax", "import flax.linen as nn\nnn.RNN(nn.GRUCell(3))\n"),
    ("mxnet", "from mxnet import rnn\nrnn.LSTMCell(3)\n"),
    ("sonnet", "import sonnet as snt\nsnt.LSTM(3)\n"),
    ("a name in a string and in a comment", "x = 'tf.nn.rnn_cell.LSTMCell'  # tf.contrib.rnn\n"),
    ("contrib without RNNs", TF + "tf.contrib.layers.fully_connected(x)\n"),
)


@pytest.mark.parametrize(**table(*NOTHING))
def test_other_libraries_are_no_finding(code):
    assert findings(code) == ()


CELL = "import tensorflow as tf\ncell = tf.nn.rnn_cell.GRUCell(3)\n"


def _doubled(first, line, times):
    return CELL + first + "".join(line.format(n, n + 1) for n in range(times))


HOSTILE = (
    ("a list that is doubled", CELL + "a = [cell]\n" + "a = a + a\n" * 60),
    ("a list that is doubled in place", CELL + "a = [cell]\n" + "a += a\n" * 60),
    ("a list that is extended by itself", CELL + "a = [cell]\n" + "a.extend(a)\n" * 60),
    ("lists in lists", _doubled("a0 = [cell]\n", "a{1} = [a{0}, a{0}]\n", 60)),
    ("two nests that are compared", _doubled("a0 = [cell]\n", "a{1} = [a{0}, a{0}]\n", 40) + "b0 = [cell]\n" + "".join(f"b{n + 1} = [b{n}, b{n}]\n" for n in range(40)) + "c = a40 if x else b40\n"),
    ("tables in tables", _doubled("a0 = {'x': cell}\n", "a{1} = {{'x': a{0}, 'y': a{0}}}\n", 60)),
    ("functions that double", _doubled("def a0(): return tf.nn.rnn_cell.GRUCell(3)\n", "def a{1}(): return [a{0}(), a{0}()]\n", 60) + "a60()\n"),
    ("a chain of attributes", CELL + "x = tf" + ".a" * 20_000 + "\n"),
    ("a long list", CELL + "x = [" + "1, " * 100_000 + "]\n"),
    ("a number of thousands of digits", CELL + "tf.nn.rnn_cell.LSTMCell(3, forget_bias=0x" + "f" * 9000 + ")\n"),
    ("a class that is its own base", CELL + "class A(A): pass\nclass A(A, tf.nn.rnn_cell.RNNCell): pass\nA(3)\n"),
    ("functions that call each other", CELL + "def f(n): return g(n)\ndef g(n): return f(n)\nf(3)(x, s)\n"),
    ("four hundred branches", CELL + "".join(f"if a{n}: cell = tf.nn.rnn_cell.GRUCell({n})\n" for n in range(400)) + "cell(x, s)\n"),
)  # fmt: skip


@pytest.mark.parametrize(**table(*HOSTILE))
def test_hostile_code_ends_and_the_use_before_it_is_found(code):
    assert (2, "tf.nn.rnn_cell.GRUCell") in names(code)


def test_a_pipe_is_a_finding_and_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.py")
    [finding] = scan([str(tmp_path)]).findings
    assert finding.rule == "RNN004"
    assert "no regular file" in finding.message
