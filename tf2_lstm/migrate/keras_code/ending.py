"""The steps after a row's end: the mask for the layers, and the outputs as TF1 has them."""

from tf2_lstm.migrate.keras_code.expression import LENGTH_MASK, Apply, Item
from tf2_lstm.migrate.roles import Ends, Role

#: The name of the dense layer that a decoder applies to its cell's outputs.
OUTPUT_LAYER = "output_layer"


def mask_of(program, recurrence, sequence):
    """Write the mask [B, T] of the steps that count: the given one, or counted from sequence_length, as T may be open.

    Args:
        program: the `Program`, which has its inputs.
        recurrence: the `Recurrence`.
        sequence: the `Ref` of the input [B, T, D].

    Returns:
        The `Ref` of the mask; None when every step counts.
    """
    if "mask" in program.inputs:
        mask = program.inputs["mask"]
        return program.op("mask_of_rows", "swapaxes", mask, 0, 1) if recurrence.time_major else mask
    given = next((one for one in recurrence.inputs if one.role is Role.LENGTHS), None)
    if given is None:
        return None
    if given.value is None:
        lengths = program.inputs["sequence_length"]
    else:
        lengths = program.op("fixed", "convert_to_tensor", list(given.value), "int32")
    if recurrence.most_steps is not None:
        lengths = program.op("at_most", "minimum", lengths, recurrence.most_steps)
    if recurrence.past_end:
        lengths = program.op("longest", "max", lengths, keepdims=True)
    return program.add("mask", Apply(LENGTH_MASK, (sequence, lengths)))


def given_out(program, recurrence, outputs, mask):
    """Write what follows the layer that runs the cell: the output layer, and the end with the longest row.

    Args:
        program: the `Program`.
        recurrence: the `Recurrence`.
        outputs: the expression of the outputs [B, T, P].
        mask: the result of `mask_of`.

    Returns:
        The expression of the outputs of the TF1 loop, [B, steps, P].
    """
    if recurrence.output_layer is not None:
        outputs = _through_layer(program, recurrence, outputs)
        if mask is not None and not recurrence.past_end:
            there, nothing = (
                program.op("there", "expand_dims", mask, 2),
                program.op("nothing", "zeros_like", outputs),
            )
            outputs = program.op("masked", "where", there, outputs, nothing)
    if recurrence.ends != Ends.WITH_LONGEST:
        return outputs
    any_row = program.op("any_row", "any", mask, axis=0)
    note = "The TF1 loop ends when its longest row has ended, and gives out no more steps."
    kept = program.add("kept_steps", Item(Apply("keras.ops.nonzero", (any_row,)), 0), note)
    return program.op("to_longest", "take", outputs, kept, axis=1)


def _through_layer(program, recurrence, outputs):
    given = recurrence.output_layer.arguments
    options = {"name": OUTPUT_LAYER}
    options |= {} if given["use_bias"] else {"use_bias": False}
    options |= {"activation": given["activation"]} if given["activation"] else {}
    dtype = next(one.dtype for one in recurrence.inputs if one.role is Role.INPUTS)
    options |= {} if dtype == "float32" else {"dtype": dtype}
    layer = program.add(OUTPUT_LAYER, Apply("keras.layers.Dense", (given["units"],), options))
    program.cells[id(recurrence.output_layer)] = OUTPUT_LAYER
    return program.add("logits", Apply(layer, (outputs,)))
