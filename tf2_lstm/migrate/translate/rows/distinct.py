"""Which rows take the distinct numbers of a vector, and what is computed of them number by number."""

from tf2_lstm.migrate.translate.rows.arithmetic import cast, of_two, select
from tf2_lstm.migrate.translate.rows.lookups import gather
from tf2_lstm.migrate.translate.rows.parts import concat
from tf2_lstm.migrate.translate.rows.segments import chosen_segments, counted_segments
from tf2_lstm.migrate.translate.rows.shapes import numbers, reshape, shape, size
from tf2_lstm.migrate.translate.rows.sources import hand_on
from tf2_lstm.migrate.translate.writing.values import NOT_ALONE, Distinct, Known, Live, Refusal, sizes_of

#: The rows that take what is known of distinct numbers; the others take tensors.
_WITH_DISTINCT = {gather, hand_on, chosen_segments, counted_segments}
#: The rows that compute each number of a vector by itself.
_ONE_BY_ONE = {cast, of_two, select}
#: The rows that compute how many there are, or count them.
_COUNTS = {numbers, shape, size}


def with_distinct(row, writer, node, inputs):
    """Call a row, some of whose inputs may be of distinct numbers.

    What is computed of the distinct numbers one by one, as the parts of a table that they are in, is computed of all
    numbers of the vector, and is known as of the distinct ones: only a lookup takes it. How many there are only a
    reshape takes, and a lookup that puts the rows of a table's parts together.

    Args:
        row: the row's function.
        writer: the `Writer`.
        node: the NodeDef.
        inputs: the values of its inputs.

    Returns:
        What the row returns.

    Raises:
        Refusal: the row takes no distinct numbers.
    """
    given = [one for one in inputs if isinstance(one, Distinct)]
    if not given or row in _WITH_DISTINCT:
        return row(writer, node, inputs)
    others = [one for one in inputs if not isinstance(one, Distinct)]
    part = _part(row, inputs)
    if not part or len({one.node for one in given}) > 1 or not all(isinstance(one, Known) for one in others):
        raise Refusal(NOT_ALONE)
    plain = [one.value if isinstance(one, Distinct) else one for one in inputs]
    found = row(writer, node, plain)
    if row is reshape and sizes_of(found) != sizes_of(plain[0]):
        raise Refusal(NOT_ALONE)
    return Distinct(found, given[0].node, part)


def _part(row, inputs):
    """Return which part of the distinct numbers a row computes; "" for none."""
    parts = [one.part if isinstance(one, Distinct) else "" for one in inputs]
    told = {*parts} - {""}
    if "places" in told:
        return ""
    if row is reshape:
        return parts[0] if told - {parts[0]} <= {"counts"} else ""
    if row is concat or row is numbers:
        return "counts" if told == {"counts"} else ""
    if row in _COUNTS:
        return "counts"
    return told.pop() if row in _ONE_BY_ONE and len(told) == 1 else ""


def looked_up_of(value, look_up):
    """Look rows up by what may be computed of distinct numbers.

    Args:
        value: a function from a reference to its value.
        look_up: a function of such a function that writes the lookup.

    Returns:
        What the lookup returns; its rows at the distinct numbers where it reads them.
    """
    read = []

    def plain(reference):
        one = value(reference)
        read.extend([one] if isinstance(one, Distinct) else [])
        return one.value if isinstance(one, Distinct) else one

    found = look_up(plain)
    return Distinct(found, read[0].node, "rows") if read and isinstance(found, Live) else found
