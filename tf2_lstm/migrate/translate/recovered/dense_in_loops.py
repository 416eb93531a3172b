"""Dense layers in the steps of a loop."""

from tf2_lstm.migrate.keras_code.expression import Apply, Line, Ref
from tf2_lstm.migrate.translate.recovered.layers import ACTIVATIONS, scope_name
from tf2_lstm.migrate.translate.recovered.loop_lines import Found


def dense_in(lines, weights):
    """Find products with a matrix of weights, with their bias and their activation.

    Args:
        lines: the `LoopLines`.
        weights: name of a value that the loop is given -> the `Weight` that only this loop reads.

    Yields:
        Each as `Found`.
    """
    for line in (*lines.cycle.before, *lines.cycle.body):
        x, kernel = lines.called(Ref(line.targets[0]), "matmul") or (None, None)
        held = weights.get(kernel.name) if isinstance(kernel, Ref) else None
        if held and len(held.shape) == 2 and x != kernel and lines.only_reader(kernel.name) == line:
            yield _dense(lines, weights, line.targets[0], x, kernel.name)


def _dense(lines, weights, product, x, kernel):
    last, held = product, [kernel]
    line = lines.only_reader(last)
    bias = _bias(lines, line, last, weights, kernel) if line else ""
    if bias:
        last, held = line.targets[0], [kernel, bias]
        line = lines.only_reader(last)
    activation = _activation(lines, line, last) if line else ""
    options = ({} if bias else {"use_bias": False}) | ({"activation": activation} if activation else {})
    last = line.targets[0] if activation else last
    rows, units = weights[kernel].shape
    return Found(
        scope_name(weights[kernel].node),
        "keras.layers.Dense",
        (units,),
        {**options, **weights[kernel].options},
        (None, rows),
        tuple(held),
        lambda layer: {last: [Line((last,), Apply(layer, (x,)))]},
    )


def _bias(lines, line, product, weights, kernel):
    """Return the name of the bias that a line adds to a product; "" for any other line."""
    given = lines.called(Ref(line.targets[0]), "add")
    names = [one.name for one in given if isinstance(one, Ref) and one.name != product]
    bias = weights.get(names[0]) if len(given) == 2 and len(names) == 1 else None
    if bias is None or not lines.only_reader(names[0]):
        return ""
    kernel = weights[kernel]
    return names[0] if (bias.shape, bias.options) == (kernel.shape[1:], kernel.options) else ""


def _activation(lines, line, product):
    """Return the name of the activation that a line is of a product; "" for any other line."""
    name = next(
        (one for one in ACTIVATIONS if lines.called(Ref(line.targets[0]), one) == (Ref(product),)), ""
    )
    return "exponential" if name == "exp" else name
