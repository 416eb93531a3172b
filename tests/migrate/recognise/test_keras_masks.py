"""Where a mask of a tf.keras 1.15 model goes: made, passed on, stopped, joined."""

import pytest

from tf2_lstm.migrate.model import ArtifactError, TF1Model
from tf2_lstm.migrate.recognise import recognise
from tf2_lstm.migrate.recognise.without_graph.keras_masks import masks_of

MASKING = ("Masking", {"mask_value": -1.0})
WORDS = ("Embedding", {"mask_zero": True})
ALL = ("LSTM", {"return_sequences": True})
LAST = ("LSTM", {})


def layer(number, kind, options, inputs=None):
    found = {"class_name": kind, "config": {"name": f"{kind.lower()}_{number}", **options}}
    if inputs is not None:
        found.update(
            name=found["config"]["name"],
            inbound_nodes=[[[name, 0, 0, {}] for name in inputs]] if inputs else [],
        )
    return found


def sequential(*layers):
    made = [one if isinstance(one, dict) else layer(number, *one) for number, one in enumerate(layers)]
    return {"class_name": "Sequential", "config": {"name": "inner", "layers": made}}


def masked(config):
    """The names of the layers with a mask, at any depth."""
    found, names = masks_of(config), []

    def walk(one):
        if isinstance(one, dict):
            if id(one) in found:
                names.append(one["config"].get("name"))
            for value in one.values():
                walk(value)
        for value in one if isinstance(one, list) else ():
            walk(value)

    walk(config)
    return names


PASSED = [
    ("Dropout", {}),
    ("Dense", {}),
    ("TimeDistributed", {"layer": layer(9, "Dense", {})}),
    ("Activation", {}),
]
PASSED += [("BatchNormalization", {}), ("GRU", {"return_sequences": True}), ("Mine", {})]
PASSED += [("Bidirectional", {"layer": layer(9, *ALL)}), ("SpatialDropout1D", {})]
STOPPED = [
    ("Conv1D", {}),
    ("MaxPooling1D", {}),
    ("Reshape", {}),
    ("Lambda", {}),
    ("LSTM", {}),
    ("Permute", {}),
]
STOPPED += [("Bidirectional", {"layer": layer(9, *LAST)}), ("RepeatVector", {}), ("Embedding", {})]


@pytest.mark.parametrize("first", [MASKING, WORDS])
@pytest.mark.parametrize("between", PASSED + STOPPED, ids=lambda one: one[0])
def test_a_mask_goes_through_some_layers_and_ends_at_others(first, between):
    assert ("lstm_2" in masked(sequential(first, between, LAST))) == (between in PASSED)


def test_the_note_says_how_each_mask_is_made():
    config = sequential(WORDS, MASKING, LAST)
    (said,) = masks_of(config).values()
    assert said == ("masking_1: mask = any(x != -1.0, axis=-1) of its input x",)
    (said,) = masks_of(sequential(WORDS, LAST)).values()
    assert said == ("embedding_0: mask = ids != 0 of its input ids",)


def test_a_layer_without_a_mask_has_none():
    assert masks_of(sequential(("Embedding", {"mask_zero": False}), LAST)) == {}


def test_a_model_inside_passes_what_its_last_layer_passes():
    assert masked(sequential(sequential(WORDS, ALL), LAST)) == ["lstm_1", "lstm_1"]
    assert masked(sequential(sequential(WORDS, LAST), LAST)) == ["lstm_1"]
    assert masked(sequential(WORDS, sequential(ALL), LAST)) == ["lstm_0", "lstm_2"]
    assert masked(sequential(("TimeDistributed", {"layer": sequential(WORDS, LAST)}))) == ["lstm_1"]


def functional(reverse=False):
    """Words and numbers, joined; a decoder that begins with the encoder's state and has no mask of its own."""
    layers = [
        layer(0, "InputLayer", {}, []),
        layer(1, "InputLayer", {}, []),
        layer(2, *WORDS, ["inputlayer_0"]),
        layer(3, "Concatenate", {}, ["inputlayer_1", "embedding_2"]),
        layer(4, *ALL, ["concatenate_3"]),
        layer(5, *LAST, ["inputlayer_1", "lstm_4", "lstm_4"]),
        layer(6, "Add", {}, ["lstm_4", "inputlayer_1"]),
        layer(7, *LAST, ["add_6"]),
    ]
    tensors = {
        "input_layers": [["inputlayer_0", 0, 0], ["inputlayer_1", 0, 0]],
        "output_layers": [["lstm_7", 0, 0]],
    }
    return {"class_name": "Model", "config": {"layers": layers[::-1] if reverse else layers, **tensors}}


@pytest.mark.parametrize("reverse", [False, True])
def test_a_graph_of_layers_is_followed_tensor_by_tensor(reverse):
    assert sorted(masked(functional(reverse))) == ["lstm_4", "lstm_7"]


DAMAGED = [{"class_name": "Model", "config": {"layers": [{"class_name": "LSTM", "config": {}}]}}]
DAMAGED += [{"class_name": "Sequential", "config": {"layers": [{"class_name": "LSTM"}]}}]
DAMAGED += [{"class_name": "Sequential", "config": {"layers": 3}}, {"class_name": "Sequential"}]


@pytest.mark.parametrize("config", DAMAGED, ids=range(len(DAMAGED)))
def test_a_configuration_that_cannot_be_followed_is_refused(config):
    with pytest.raises(ArtifactError, match="cannot follow it"):
        recognise(TF1Model("keras_h5", "m.h5", config=config))
