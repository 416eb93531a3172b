"""The sign of a zero without its bits: Keras's argmax reads the bits, and LiteRT has no operator for it."""

import tensorflow as tf

from tf2_lstm.migrate.export.litert.saved_functions import constant, make, name_of

FLOAT = tf.float32.as_datatype_enum


def without_bits(function):
    """Rewrite `bits(x) & sign < 0` as `1 / x < 0`, which is the same for a zero.

    It is asked of zeros alone: `keras.ops.argmax` takes 0.0 for larger than -0.0.

    Args:
        function: a FunctionDef.
    """
    nodes = function.node_def
    named = {node.name: node for node in nodes}
    for less in [node for node in nodes if node.op == "Less"]:
        masked = named.get(name_of(less.input[0]))
        bits = (
            named.get(name_of(masked.input[0])) if masked is not None and masked.op == "BitwiseAnd" else None
        )
        if bits is None or bits.op != "Bitcast" or bits.attr["T"].type != FLOAT:
            continue
        one, zero, inverse = (f"{bits.name}/{stem}" for stem in ("one", "zero", "inverse"))
        nodes.extend(
            [
                constant(one, 1.0, FLOAT),
                constant(zero, 0.0, FLOAT),
                make(inverse, "RealDiv", [f"{one}:output:0", bits.input[0]], T=FLOAT),
                make(less.name, "Less", [f"{inverse}:z:0", f"{zero}:output:0"], T=FLOAT),
            ]
        )
        # The converter also converts nodes that nobody reads.
        for node in (less, masked, bits):
            nodes.remove(node)
