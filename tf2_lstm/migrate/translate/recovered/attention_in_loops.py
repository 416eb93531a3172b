"""Attention in the steps of a loop: Luong's by products of query and keys, Bahdanau's by their sum."""

from dataclasses import dataclass

from tf2_lstm.migrate.keras_code.expression import Apply, Item, Line, Ref
from tf2_lstm.migrate.translate.recovered.loop_lines import Found
from tf2_lstm.migrate.translate.writing.naming import python_name

_ONLY = (slice(None), 0, slice(None))
_NO_STEP = (
    "a row of which no step is there gets the mean of all; TF1 gives NaN, the softmax of minus infinity alone"
)


@dataclass(frozen=True)
class _Scores:
    """Scores [batch, steps] of the keys [batch, steps, dim] for one query.

    Attributes:
        query: the query [batch, 1, dim].
        keys: the keys.
        symbol: the class of the layer.
        options: keyword arguments of the layer.
        shape: the shapes of query, values and keys that it is built for.
        weights: the names of its weights.
    """

    query: object
    keys: object
    symbol: str
    options: dict
    shape: list
    weights: tuple = ()


def attention_in(lines, weights):
    """Find attention of one query to the steps of a sequence.

    Args:
        lines: the `LoopLines`.
        weights: name of a value that the loop is given -> the `Weight` that only this loop reads.

    Yields:
        Each as `Found`.
    """
    for line in lines.cycle.body:
        name = line.targets[0]
        masked = lines.argument(Ref(name), "softmax")
        context = _context(lines, name) if masked else None
        if context:
            scores, mask = _unmasked(lines, masked)
            found = _additive(lines, weights, scores) or _dot(lines, weights, scores)
            if found:
                yield _found(lines, weights, found, mask, name, *context)


def _context(lines, alignments):
    """Return (the name of a line that sums values by their alignments, the values); None without such a line."""
    for wide in (Ref(line.targets[0]) for line in lines.readers(alignments) if line.targets):
        line = lines.only_reader(wide.name)
        if line is None:
            continue
        if lines.widened(wide, 2) == Ref(alignments):
            context = lines.only_reader(line.targets[0])
            for one, values in _both_ways(lines.called(Ref(line.targets[0]), "multiply")):
                is_sum = context and lines.argument(Ref(context.targets[0]), "sum", axis=1)
                if one == wide and is_sum == Ref(line.targets[0]):
                    return context.targets[0], values
        elif lines.widened(wide, 1) == Ref(alignments):
            context = lines.only_reader(line.targets[0])
            product = lines.called(Ref(line.targets[0]), "matmul")
            first = context and lines.first_of_axis_1(Ref(context.targets[0]))
            if product and product[0] == wide and first == Ref(line.targets[0]):
                return context.targets[0], product[1]
    return None


def _unmasked(lines, scores):
    """Return (scores, the mask of the steps that there are), None for the mask where all are there."""
    given = lines.called(scores, "where")
    if not given or not _is_lowest(lines, given[2]):
        return scores, None
    return given[1], given[0]


def _is_lowest(lines, expression):
    """Whether a value is minus infinity everywhere."""
    if expression == float("-inf"):
        return True
    given = lines.called(expression, "multiply")
    return bool(given) and given[0] == float("-inf") and _is_ones(lines, given[1])


def _is_ones(lines, expression):
    value = lines.value(expression)
    layer = lines.value(value.what) if isinstance(value, Apply) and isinstance(value.what, Ref) else None
    is_full = isinstance(layer, Apply) and layer.what == "tf2_lstm.FullOf" and layer.arguments[1] == 1
    return is_full or bool(lines.called(expression, "ones_like"))


def _additive(lines, weights, scores):
    """Return the `_Scores` of sum(v * tanh(keys + query)); None for any other scores."""
    for v, hidden in _both_ways(lines.called(lines.argument(scores, "sum", axis=2), "multiply")):
        size = _own_weight(lines, weights, v, 1)
        for keys, query in _both_ways(lines.called(lines.argument(hidden, "tanh"), "add")):
            if size and lines.widened(query, 1):
                shape = [(None, None, one) for one in (*size, None, *size)]
                options = weights[v.name].options
                return _Scores(query, keys, "keras.layers.AdditiveAttention", options, shape, (v.name,))
    return None


def _dot(lines, weights, scores):
    """Return the `_Scores` of the products of query and keys, scaled or not; None for any other scores."""
    for g, product in _both_ways(lines.called(scores, "multiply")):
        if _own_weight(lines, weights, g, 0) is not None:
            options = {"use_scale": True, **weights[g.name].options}
            return _product(lines, product, options, (g.name,))
    return _product(lines, scores, {}, ())


def _product(lines, scores, options, weights):
    first = lines.first_of_axis_1(scores)
    query, keys = lines.called(first, "matmul") or (None, None)
    turned = lines.called(keys, "swapaxes")
    if turned[1:] != (-1, -2) or not lines.widened(query, 1):
        return None
    return _Scores(query, turned[0], "keras.layers.Attention", options, [(None, None, None)] * 3, weights)


def _both_ways(pair):
    """Return the two orders of a pair; () for ()."""
    return (pair, pair[::-1]) if pair else ()


def _own_weight(lines, weights, expression, rank):
    """Return the shape of a weight of this rank that only one line reads; None for any other expression."""
    weight = weights.get(expression.name) if isinstance(expression, Ref) else None
    is_own = weight is not None and len(weight.shape) == rank and lines.only_reader(expression.name)
    return weight.shape if is_own else None


def _found(lines, weights, scores, mask, alignments, context, values):
    """Return attention as `Found`."""
    inputs = [scores.query, values, scores.keys]
    options = {} if mask is None else {"mask": [None, mask]}
    # The context is one reader of the alignments.
    are_read = len(lines.readers(alignments)) > 1

    def written(layer):
        name = f"{layer.name}_outputs"
        more = {"return_attention_scores": True} if are_read else {}
        both = Line((name,), Apply(layer, (inputs,), {**options, **more}))
        if not are_read:
            return {context: [both, Line((context,), Item(Ref(name), _ONLY))]}
        return {
            alignments: [both, Line((alignments,), Item(Item(Ref(name), 1), _ONLY))],
            context: [Line((context,), Item(Item(Ref(name), 0), _ONLY))],
        }

    note = "" if mask is None else _NO_STEP
    scope = [weights[one].node.split("/") for one in scores.weights]
    wanted = python_name(scope[0][-2]) if scope and len(scope[0]) > 1 else "attention"
    return Found(wanted, scores.symbol, (), scores.options, scores.shape, scores.weights, written, note)
