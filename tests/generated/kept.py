"""Programs that the generator found a fault with, shrunk: those that are equal now, and those that are refused."""

from tests.generated.program import Layer, Program

#: What failed once and is equal now.
EQUAL = [
    Program((Layer("LSTM", 2, (("state_is_tuple", False),)),), unroll="loop", start="zero_state", time=1),
    Program((Layer("LSTM", 2, (("state_is_tuple", False),)),), unroll="static_bidirectional", time=2),
    Program((Layer("GRU", 2),), unroll="step", start="variable", batch=3),
    Program((Layer("GRU", 2),), unroll="static", lengths="int64", start="variable", batch=2, time=2),
    Program((Layer("GRU", 2),), unroll="raw", lengths="placeholder", start="zero_state"),
    Program((Layer("GRU", 2, (), ("dropout_in",)),)),
    Program((Layer("GRU", 2, (), ("dropout_state",)),), keep="constant"),
    Program((Layer("GRU", 2, (), ("dropout_out", "dropout_out")),)),
    Program((Layer("LSTM", 2, (("num_proj", 2),), ("dropout_state",)),), keep="default"),
    Program((Layer("GRU", 2),), unroll="raw", start="zero_state"),
    Program((Layer("LSTM", 2), Layer("GRU", 2)), unroll="raw", start="fed", time=3, batch=2, functional=True),
    Program((Layer("BasicRNN", 2),), unroll="static", lengths="constant", batch=2, time=1),
    Program((Layer("BasicRNN", 2),), unroll="step", start="zeros", training=True),
    Program(
        (Layer("LSTM", 4, (("num_proj", 2),)),), unroll="static", lengths="constant", batch=2, time=2, width=4
    ),
    Program((Layer("LSTM", 2), Layer("LSTM", 3, (("state_is_tuple", False),)))),
    Program(
        (Layer("GRU", 2), Layer("LSTM", 3, (("state_is_tuple", False),)), Layer("LSTM", 2)),
        unroll="static",
        time=2,
    ),
    Program(
        (Layer("LSTM", 2), Layer("LSTM", 3, (("state_is_tuple", False),))),
        unroll="bidirectional",
        lengths="placeholder",
    ),
    Program(
        (Layer("GRU", 2, (), ("dropout_in",)),),
        unroll="static",
        lengths="constant",
        batch=2,
        time=2,
        width=2,
        dtype="float64",
        keep="constant",
        training=True,
        functional=True,
    ),
    Program(
        (Layer("GRU", 3), Layer("GRU", 2)), unroll="stack_bidirectional", batch=2, time=3, functional=True
    ),
    Program(
        (Layer("BasicLSTM", 2, (("state_is_tuple", False),)), Layer("GRU", 3)),
        unroll="static_bidirectional",
        lengths="computed",
        batch=2,
        time=1,
        source="embedding",
    ),
    Program(
        (Layer("GRU", 2),),
        unroll="raw",
        lengths="computed",
        start="fed",
        batch=2,
        source="embedding",
        functional=True,
    ),
    Program((Layer("GRU", 3, (), ("residual",)),), unroll="loop", start="zero_state", time=2),
    Program((Layer("GRU", 3, (), ("residual",)),), unroll="static", lengths="placeholder", time=2),
    Program((Layer("GRU", 3, (), ("residual", "residual")),)),
    Program((Layer("GRU", 3, (), ("dropout_out", "residual", "residual")),), unroll="static", time=2),
    Program((Layer("LSTM", 3), Layer("GRU", 3)), outer="residual", unroll="loop", start="zero_state", time=2),
    Program((Layer("LSTM", 3, (), ("residual",)),), unroll="step", start="fed"),
    Program((Layer("LSTM", 3, (), ("dropout_recurrent",)),), unroll="step", start="fed"),
    Program(
        (Layer("GRU", 2, (), ("dropout_all",)),),
        unroll="static",
        time=2,
        lengths="placeholder",
        keep="constant",
    ),
    Program((Layer("GRU", 2, (), ("dropout_state", "dropout_state")),)),
    Program(
        (Layer("GRU", 3), Layer("BasicLSTM", 2, (("state_is_tuple", False),))),
        outer="dropout_out",
        unroll="loop",
        start="fed",
        time=2,
    ),
    Program(
        (Layer("GRU", 3), Layer("BasicLSTM", 2, (("state_is_tuple", False),))),
        outer="dropout_out",
        unroll="loop",
        start="zero_state",
        time=1,
    ),
    Program((Layer("LSTM", 2, (), ("dropout_all", "dropout_all")),), unroll="static", time=2),
    Program(
        (Layer("LSTM", 3, (), ("dropout_in", "dropout_out")), Layer("GRU", 3, (), ("dropout_in", "residual")))
    ),
    Program((Layer("LSTM", 3, (), ("dropout_out", "dropout_all")),), unroll="loop", start="fed", time=3),
    Program(
        (Layer("LSTM", 3, (), ("dropout_recurrent", "dropout_all")),),
        unroll="static",
        time=2,
        keep="constant",
    ),
    Program((Layer("LSTM", 3, (), ("dropout_recurrent", "dropout_recurrent")),), unroll="step", start="fed"),
    Program((Layer("GRU", 2, (), ("dropout_state",)), Layer("GRU", 2)), unroll="step", start="fed"),
    Program(
        (Layer("LSTM", 2, (), ("dropout_recurrent", "dropout_recurrent")),),
        unroll="static",
        lengths="placeholder",
        time=2,
    ),
    Program(
        (Layer("GRU", 2, (), ("dropout_state", "dropout_state")),),
        unroll="static",
        lengths="placeholder",
        time=1,
    ),
    Program(
        (Layer("LSTM", 2),),
        unroll="static",
        lengths="int64",
        start="variable",
        batch=2,
        time=2,
        resource=True,
    ),
    Program(
        (Layer("LSTM", 2, (("num_proj", 2), ("proj_clip", 0.3))),), unroll="step", start="fed", training=True
    ),
    Program((Layer("LSTM", 2, (("num_proj", 2),)),), unroll="step", start="fed", training=True),
    Program((Layer("BasicRNN", 2),), unroll="step", start="variable", batch=2, resource=True),
    Program((Layer("BasicRNN", 2, (), ("dropout_all",)),), True, False, unroll="steps", start="zeros"),
    Program(
        (Layer("GRU", 2, (), ("dropout_all",)), Layer("GRU", 2)),
        stack_is_tuple=False,
        unroll="static",
        lengths="int64",
        time=2,
    ),
    Program(
        (Layer("GRU", 3), Layer("BasicRNN", 3)),
        stack_is_tuple=False,
        outer="residual",
        unroll="steps",
        start="fed",
    ),
    Program((Layer("GRU", 3, (), ("dropout_state", "residual")),), unroll="step", start="fed"),
    Program(
        (Layer("GRU", 3, (), ("dropout_all",)), Layer("GRU", 3)),
        stack_is_tuple=False,
        outer="residual",
        unroll="step",
        start="fed",
    ),
    Program(
        (Layer("GRU", 4), Layer("GRU", 2, (), ("dropout_in",))),
        stack_is_tuple=False,
        unroll="loop",
        start="variable",
        batch=2,
        time=1,
    ),
    Program(
        (Layer("GRU", 4), Layer("GRU", 2, (), ("dropout_out",))),
        stack_is_tuple=False,
        unroll="step",
        start="fed",
    ),
    Program(
        (Layer("BasicRNN", 3, (), ("dropout_state",)),),
        stacked=True,
        outer="residual",
        unroll="steps",
        start="fed",
    ),
    Program(
        (Layer("LSTM", 3, (), ("dropout_out", "dropout_all")),), outer="residual", unroll="step", start="fed"
    ),
    Program(
        (Layer("GRU", 3), Layer("GRU", 3, (), ("dropout_recurrent", "dropout_recurrent"))),
        unroll="step",
        start="fed",
        keep="constant",
    ),
    Program(
        (Layer("BasicRNN", 2, (), ("dropout_state",)), Layer("BasicRNN", 2)),
        stack_is_tuple=False,
        outer="dropout_out",
        unroll="step",
        start="zeros",
        keep="constant",
    ),
    Program(
        (Layer("GRU", 3), Layer("GRU", 3, (), ("dropout_out", "residual"))),
        outer="dropout_state",
        unroll="static",
        time=1,
        keep="constant",
    ),
    Program(
        (
            Layer("BasicRNN", 4, (("activation", "relu"),), ("dropout_state", "dropout_state")),
            Layer("GRU", 4),
        ),
        stack_is_tuple=False,
        start="zero_state",
        time=4,
        source="image",
        again="model",
        keep="constant",
        resource=True,
    ),
    Program(
        (Layer("LSTM", 2, (("num_proj", 2),)),),
        unroll="static",
        lengths="int64",
        time=1,
        training=True,
        functional=True,
    ),
]

_FLAT = Layer("BasicLSTM", 2, (("state_is_tuple", False),), ("dropout_state",))
_TWICE = Layer("BasicLSTM", 2, (("state_is_tuple", False),), ("dropout_state", "dropout_state"))

_RESIDUAL = Layer("BasicLSTM", 2, (("state_is_tuple", False),), ("dropout_all", "residual"))

#: What failed once as a whole program and is equal now, if not in its recurrences.
WHOLE_EQUAL = [
    Program(
        (Layer("BasicLSTM", 2, (), ("device", "dropout_all")),),
        unroll="step",
        start="fed",
        batch=3,
        control=True,
        again="cell",
        functional=True,
    ),
    Program(
        (
            Layer(
                "LSTM", 2, (("activation", "relu"), ("state_is_tuple", False)), ("dropout_in", "dropout_all")
            ),
            Layer("BasicLSTM", 3),
        ),
        unroll="static",
        lengths="constant",
        batch=3,
        time=3,
        keep="default",
    ),
    Program((Layer("BasicLSTM", 2),), stacked=True, lengths="int64", start="fed", batch=2, source="reshape"),
    Program(
        (Layer("LSTM", 2, (("state_is_tuple", False),), ("dropout_state",)),),
        unroll="static_bidirectional",
        time=2,
        dtype="float64",
        keep="default",
    ),
    Program(
        (Layer("BasicLSTM", 2, (("state_is_tuple", False),), ("dropout_state",)),),
        unroll="static_bidirectional",
        batch=2,
        time=1,
        keep="constant",
    ),
]
#: Program -> the name of the reason in `REFUSALS`.
REFUSED = {
    Program(
        (Layer("BasicLSTM", 3, (("state_is_tuple", False),), ("dropout_all",)), Layer("BasicLSTM", 3)),
        outer="residual",
        unroll="static",
        time=3,
    ): "around_a_stack_that_is_not_whole",
    Program(
        (_FLAT, Layer("GRU", 2)), stack_is_tuple=False, unroll="static", time=2, batch=3, source="reshape"
    ): "flat_state_dropout",
    Program(
        (Layer("LSTM", 2, (("state_is_tuple", False),), ("dropout_recurrent",)),) * 2, stack_is_tuple=False
    ): "flat_state_dropout",
    Program((_FLAT,)): "flat_state_dropout",
    Program((_FLAT,), unroll="loop", start="zero_state", time=2): "flat_state_dropout",
    Program((_FLAT,), unroll="static", time=1, lengths="constant", batch=2): "flat_state_dropout",
    Program((_TWICE, Layer("GRU", 2)), unroll="static", time=2, lengths="placeholder"): "flat_state_dropout",
    Program(
        (_FLAT, Layer("GRU", 2)), stack_is_tuple=False, unroll="static", time=2, lengths="placeholder"
    ): "flat_state_dropout",
    Program(
        (Layer("GRU", 2), _TWICE), stack_is_tuple=False, unroll="static", time=2, lengths="placeholder"
    ): "flat_state_dropout",
    Program((_FLAT,), unroll="step", start="fed"): "flat_state_dropout",
    Program((_FLAT,), unroll="step", start="zeros"): "flat_state_dropout",
    Program((_FLAT,), unroll="step", start="variable", batch=2): "flat_state_dropout",
    Program((_FLAT, Layer("GRU", 2), Layer("GRU", 2)), unroll="steps", start="zeros"): "flat_state_dropout",
    Program((_FLAT, Layer("GRU", 3)), stack_is_tuple=False, start="fed"): "flat_state_dropout",
    Program((Layer("GRU", 2), _RESIDUAL), unroll="steps", start="fed", keep="constant"): "flat_state_dropout",
}
