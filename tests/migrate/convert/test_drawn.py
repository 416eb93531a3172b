"""A Keras model as boxes and arrows: what is called twice, what is in a layer, what is read and given out."""

import keras
from keras import layers

from tf2_lstm.migrate.convert.drawn import drawing_of


def test_layers_operations_and_ends_are_boxes_with_their_sizes():
    x = keras.Input((None, 3), name="x")
    shared = layers.Dense(3, name="shared")
    y = keras.ops.tanh(shared(shared(x)))
    cells = [layers.LSTMCell(2), layers.GRUCell(4)]
    outputs, _, g = layers.RNN(cells, return_sequences=True, return_state=True, name="rnn")(y)
    both = layers.Bidirectional(layers.LSTM(5), name="both")(y)
    drawing = drawing_of(keras.Model(x, {"y": outputs, "g": g, "a": both}))
    assert {box.name: box.lines for box in drawing.boxes if not box.plain} == {
        "x/0": ("x", "input [?, ?, 3] float32"),
        "shared/0": ("shared", "Dense 3", "[?, ?, 3]"),
        "shared/1": ("shared", "Dense 3", "[?, ?, 3]"),
        "rnn/0": ("rnn", "RNN(StackedRNNCells(LSTMCell 2, GRUCell 4))", "[?, ?, 4]", "[?, 4]"),
        "both/0": ("both", "Bidirectional(LSTM 5, LSTM 5)", "[?, 10]"),
        "y": ("y", "output [?, ?, 4]"),
        "g": ("g", "output [?, 4]"),
        "a": ("a", "output [?, 10]"),
    }
    (plain,) = [box for box in drawing.boxes if box.plain]
    assert plain.lines == ("Tanh",)
    assert {("x/0", "shared/0"), ("shared/0", "shared/1"), ("shared/1", plain.name)} < set(drawing.arrows)
    assert {("rnn/0", "y"), ("rnn/0", "g"), ("both/0", "a")} < set(drawing.arrows)
    assert len(drawing.arrows) == 8


def test_a_model_in_a_model_is_a_box_that_says_what_is_in_it():
    x = keras.Input((4, 3), name="x")
    inner = keras.Model({"x": x}, {"h": layers.LSTM(2)(x)}, name="inner")
    z = keras.Input((4, 3), name="z")
    drawing = drawing_of(keras.Model(z, {"h": inner({"x": z})["h"]}))
    assert [box.lines[:2] for box in drawing.boxes][1] == ("inner", "LSTM 2")
    assert drawing.arrows == (("z/0", "inner/0"), ("inner/0", "h"))
