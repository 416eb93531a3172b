"""Layers and wrappers, read from a step's output down to its input: stacks, dropout, residual."""

from dataclasses import dataclass, field

from tf2_lstm.migrate.graph.terms import Term, array, holds, scalar
from tf2_lstm.migrate.recognise.cells.cell_match import CellMatch


@dataclass(frozen=True)
class Dropped:
    """A value times a random mask: the value, its keep_prob (a number or a term), and the mask's term."""

    value: Term
    keep: object
    variational: bool
    mask: Term


@dataclass
class Layer:
    """One layer of a step: a cell (or, inside a residual, a stack of layers) and the wrappers around it.

    Attributes:
        inside: a `CellMatch`, or a list of `Layer`s from bottom to top.
        wrappers: from the inside out, each {"residual": True} or dropout's {"input": `Dropped`, "output": ...,
            "state": ...}.
    """

    inside: CellMatch | list
    wrappers: list = field(default_factory=list)

    def matches(self):
        """All cells of the layer, bottom to top."""
        if isinstance(self.inside, CellMatch):
            return [self.inside]
        return [one for layer in self.inside for one in layer.matches()]

    def holder(self, match):
        """Return the layer that holds a cell directly: this one or one inside."""
        if self.inside is match:
            return self
        inner = [layer for layer in self.inside if match in layer.matches()]
        return inner[0].holder(match)

    def drop(self, what, dropped):
        """Add a dropout to the outermost wrapper, or a state's to any, that lacks it; else to a new one around all.

        A wrapper draws all its masks once for a sequence, or none.
        """
        near = self.wrappers if what == "state" else self.wrappers[-1:]
        free = [one for one in near if "residual" not in one and what not in one and is_alike(one, dropped)]
        if not free:
            self.wrappers.append({})
        (free or self.wrappers[-1:])[0][what] = dropped


def is_alike(wrapper, dropped):
    """Whether the dropouts of a wrapper draw their masks as a `Dropped` does: once for a sequence, or each step."""
    return all(one.variational == dropped.variational for one in wrapper.values())


def dropout(terms, term):
    """Take a dropped-out value apart.

    Args:
        terms: the table of terms.
        term: any term.

    Returns:
        A `Dropped`, of several dropouts one around the other any one; None when it is no dropout.
    """
    return next(_dropouts(terms, term), None)


def _dropouts(terms, term, kept=()):
    """Yield each way to take one dropout off: a product of several masks does not tell which was the last.

    The factors `kept` belong to the value below, and are not taken off as masks.
    """
    if term.op == "select":
        found = _selected(terms, term)
        yield from [found] if found else []
    for mask in term.args if term.op == "mul" else ():
        found = _keep(terms, mask) if mask not in kept else None
        rest = terms.without(term, mask) if found else None
        value = _unscaled(terms, rest, found[0]) if rest else None
        if value is not None:
            number = scalar(found[0])
            yield Dropped(value, found[0] if number is None else number, found[1], mask)


def stripped(terms, term, value):
    """Take dropouts off, one after the other, until a value is left.

    Args:
        terms: the table of terms.
        term: any term.
        value: a term that is no dropout.

    Returns:
        The `Dropped` ones from the outside in, [] where the term is the value; None where dropout does not lead there.
    """
    drops, kept = [], value.args if value.op == "mul" else ()
    while term is not value:
        found = next(_dropouts(terms, term, kept), None)
        if found is None:
            return None
        drops.append(found)
        term = found.value
    return drops


def is_dropout_of(terms, term, value):
    """Whether a term is one dropout of a value."""
    is_part = value.op == "mul" and value not in term.args
    if term.op == "mul" and len(_masks(terms, term)) != 1 + (len(_masks(terms, value)) if is_part else 0):
        return False
    found = stripped(terms, term, value)
    return found is not None and len(found) == 1


def _masks(terms, product):
    """The masks of dropout among the factors of a product."""
    if product.number not in terms.masks:
        terms.masks[product.number] = [one for one in product.args if _keep(terms, one)]
    return terms.masks[product.number]


def _peeled(terms, term, wanted):
    """Take off the fewest dropouts, from the outside in, until a value is wanted; None where none is."""
    return next((drops for value, drops in below_dropout(terms, term) if wanted(value)), None)


def below_dropout(terms, term):
    """Yield what is left of a term when dropouts are taken off, one after the other; at most `MOST_PEELED` values.

    Args:
        terms: the table of terms.
        term: any term.

    Yields:
        (value, the `Dropped` ones that were taken off, from the outside in), the term itself first.
    """
    todo, seen = [(term, [])], set()
    while todo and len(seen) < MOST_PEELED:
        value, drops = todo.pop(0)
        yield value, drops
        seen.add(value)
        todo += [(one.value, [*drops, one]) for one in _dropouts(terms, value) if one.value not in seen]


def is_part(part, whole):
    """Whether a term is another term, or some of its factors: products are flat."""
    return part is whole or (part.op == whole.op == "mul" and holds(whole, part))


#: The reason for a recurrence with dropout on a flat state.
FLAT_AND_DROPPED = (
    "dropout acts on a flat state (state_is_tuple=False), so that TF1 drops c as well as h: tf2_lstm.DropoutWrapper "
    "drops no c"
)
INFERENCE = "convert the graph of inference, whose state_keep_prob is 1.0"


def is_flat_and_dropped(terms, term):
    """Whether a value is dropout of a concatenation, as of a flat state."""
    found = dropout(terms, term)
    while found is not None and found.value.op != "concat":
        found = dropout(terms, found.value)
    return found is not None


def around(terms, value):
    """List the terms that wrap a value once, its dropouts and its sums, in the order of the graph.

    Sums and products are flat: the sum of a sum and more is one sum of all parts. Terms that only matching made
    are left out.
    """
    users = terms.users(value)
    if value.op in ("add", "mul"):
        # No dropout of a number: in a larger product it is multiplied with the other numbers. A scale has many users.
        parts = [one for one in value.args if scalar(one) is None]
        part = min(parts, key=lambda one: len(terms.users(one)), default=value)
        users += [user for user in terms.users(part) if user.op == value.op and user is not value]
    users += [
        outer for user in users if user.op == "mul" for outer in terms.users(user) if outer.op == "select"
    ]
    found = [
        user
        for user in dict.fromkeys(users)
        if user.number in terms.places
        and ((user.op == "add" and holds(user, value)) or is_dropout_of(terms, user, value))
    ]
    return sorted(found, key=lambda term: term.number)


def _selected(terms, term):
    """Read dropout as TensorFlow 2 writes it under compat.v1: select(mask, scaled value, 0)."""
    mask, scaled, dropped = term.args
    if scalar(dropped) != 0 or not _is_noise(mask):
        return None
    keep = _kept(terms, mask)
    value, number = _unscaled(terms, scaled, keep), scalar(keep)
    return Dropped(value, keep if number is None else number, False, mask) if value is not None else None


def _is_noise(mask):
    return mask.op == "ge" and mask.args[0].op == "RandomUniform"


def _kept(terms, mask):
    return terms.sub(terms.number(1.0), mask.args[1])


def _keep(terms, mask):
    """Return (keep_prob, variational) of a mask random >= 1 - keep_prob, or floor(random + keep_prob)."""
    if mask.number not in terms.keeps:
        terms.keeps[mask.number] = _read_keep(terms, mask)
    return terms.keeps[mask.number]


def _read_keep(terms, mask):
    if mask.op == "Cast" and _is_noise(mask.args[0]):
        return _kept(terms, mask.args[0]), False
    if mask.op == "Floor" and mask.args[0].op == "add":
        noise = [arg for arg in mask.args[0].args if arg.op == "RandomUniform"]
        if len(noise) == 1:
            shape = array(noise[0].args[0])
            return terms.without(mask.args[0], noise[0]), bool(shape) and shape[0] == 1
    return None


def _unscaled(terms, product, keep):
    number = scalar(keep)
    if number is None:
        return terms.without(product, terms.inverse(keep)) if product.op == "mul" else None
    factors = product.args if product.op == "mul" else (product,)
    constants = [scalar(arg) for arg in factors if scalar(arg) is not None]
    scale = (constants[0] if constants else 1.0) * number
    rest = [arg for arg in factors if scalar(arg) is None]
    if not rest or (abs(scale - 1) > _ROUNDING and not constants):
        return None
    return terms.mul(*rest) if abs(scale - 1) <= _ROUNDING else _times(terms, rest, scale)


def _times(terms, factors, scale):
    """Return the product of some terms and a number: the graph's own where it has one, as its number is rounded."""
    key = tuple(sorted(factor.number for factor in factors))
    if key not in terms.scaled:
        found = [product for product in terms.users(factors[0]) if _is_scaled(terms, product, key)]
        terms.scaled[key] = [(_numbers(product)[0], product) for product in found]
    for number, product in terms.scaled[key]:
        if abs(number / scale - 1) <= _ROUNDING:
            return product
    made = terms.mul(*factors, terms.number(scale))
    terms.scaled[key].append((scale, made))
    return made


def _is_scaled(terms, product, key):
    """Whether a term of the graph is the product of exactly these terms and one number."""
    if product.op != "mul" or len(product.args) != len(key) + 1 or product.number not in terms.places:
        return False
    others = sorted(arg.number for arg in product.args if scalar(arg) is None)
    return tuple(others) == key and len(_numbers(product)) == 1


def _numbers(product):
    return [scalar(arg) for arg in product.args if scalar(arg) is not None]


#: The most values that are looked at below several dropouts.
MOST_PEELED = 64
#: The largest relative difference of two numbers that are one, computed in float32.
_ROUNDING = 1e-5
#: The most terms that are looked at for one layer's output, and the most levels of wrappers.
MOST_LOOKS, MOST_WRAPPERS = 2_000, 100
#: The reason where one cell has more wrappers, and the next step.
WRAPPED_OFTEN = f"more than {MOST_WRAPPERS} wrappers stand around one cell"
FEWER = "make one dropout of those that follow one another, whose keep_prob is the product of theirs"


def wrapped_often(layers):
    """Find a cell, a `CellMatch`, with more wrappers around it than are read; None where there is none."""
    for layer in layers:
        inside = layer.inside if isinstance(layer.inside, list) else ()
        if len(layer.wrappers) > MOST_WRAPPERS:
            return layer.matches()[0]
        if (found := wrapped_often(inside)) is not None:
            return found
    return None


class Layers:
    """Reads layers off the terms of one step.

    Args:
        terms: the table of terms.
        matches: the `CellMatch`s of the step.
    """

    def __init__(self, terms, matches):
        self.terms = terms
        self.outputs = {match.output: match for match in matches}
        self._looks = self._depth = 0

    def stack(self, output):
        """Return the layers below an output, bottom to top, and the input of the lowest one."""
        layers, below = [], output
        while True:
            found = self.top(below)
            if found is None:
                return layers, below
            layer, below = found
            while self.top(below) is None and (dropped := dropout(self.terms, below)):
                layer.drop("input", dropped)
                below = dropped.value
            layers.insert(0, layer)

    def top(self, term):
        """Return the layer whose output a term is, and its input; None where there is none or nesting is too deep."""
        self._looks = self._looks + 1 if self._depth else 0
        if self._looks > MOST_LOOKS or self._depth > MOST_WRAPPERS:
            return None
        self._depth += 1
        try:
            return self._top(term)
        finally:
            self._depth -= 1

    def _top(self, term):
        if term in self.outputs:
            return Layer(self.outputs[term]), self.outputs[term].inputs
        dropped = dropout(self.terms, term)
        if dropped:
            found = self.top(dropped.value)
            if found:
                found[0].drop("output", dropped)
            return found
        return self._residual(term) if term.op == "add" else None

    def _residual(self, term):
        """Read a sum of a layer's output and, for each residual connection around the layer, its input."""
        for output in [*self.outputs, *term.args]:
            added = self.terms.without(term, output)
            if added is None or (output not in self.outputs and not dropout(self.terms, output)):
                continue
            found = self.top(output)
            wrapped = self._down_to(*found, added) if found else None
            if wrapped:
                return wrapped
        return None

    def _down_to(self, layer, below, added):
        """Return the layer, or the stack, whose inputs residual connections add, and its input."""
        layers = [layer]
        while True:
            below = self._undropped(layers[0], below, added)
            while self._holds(added, below):
                layers = [layers[0] if len(layers) == 1 else Layer(layers)]
                layers[0].wrappers.append({"residual": True})
                if added is below:
                    return layers[0], below
                added = self.terms.without(added, below)
                below = self._undropped(layers[0], below, added)
            found = self.top(below)
            if not found:
                return None
            layers.insert(0, found[0])
            below = found[1]

    def _holds(self, added, below):
        return added is below or (added.op == "add" and holds(added, below))

    def _undropped(self, layer, below, added):
        """Take the dropout between an added input and the layer off, and add it to the layer; return the input."""
        found = _peeled(self.terms, below, lambda value: self._holds(added, value))
        if found is None:
            return below
        for dropped in found[::-1]:
            layer.drop("input", dropped)
        return found[-1].value if found else below
