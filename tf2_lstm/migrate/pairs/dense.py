"""The dense layer that a decoder applies to its cell's outputs: a row outside of the table, with no page."""

from tf2_lstm.migrate.pairs.row import Argument, Pair, Tensor, WeightMap

_WEIGHTS = (Tensor("kernel", ("input",), "y"), Tensor("bias", ("bias",), "y", when="use_bias"))

DENSE = Pair(
    name="dense",
    kind="layer",
    file="",
    tf1=("tf.layers.Dense",),
    legacy="",
    keras="keras.layers.Dense",
    summary="The same kernel and the same bias.",
    arguments=tuple(Argument(name, "renamed", name) for name in ("units", "use_bias", "activation")),
    weights=WeightMap(tf1=_WEIGHTS, keras=_WEIGHTS),
)
