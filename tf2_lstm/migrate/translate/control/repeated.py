"""Find steps that a graph repeats, unrolled by hand, among the lines of a program.

Two steps are alike when their lines are, but for the step's inputs and the values that it reads of the step before.
"""

import itertools
from collections import defaultdict
from dataclasses import dataclass, field

from tf2_lstm.migrate.keras_code.expression import Apply, Item, Ref
from tf2_lstm.migrate.translate.writing.needed import names_in


class Unlike(Exception):
    """The steps are not alike."""


@dataclass
class Steps:
    """Steps that are alike.

    Attributes:
        count: the number of steps.
        back: name of a line of a step -> the name of its twin in the step before.
        inputs: the names of each step's inputs, a tuple for each input.
        states: name of a line of the first step that the second one reads -> the name that the first one reads there.
    """

    count: int
    back: dict = field(default_factory=dict)
    inputs: list = field(default_factory=list)
    states: dict = field(default_factory=dict)

    def __post_init__(self):
        first = [name for name in dict.fromkeys(self.back.values()) if name not in self.back]
        onward = {before: name for name, before in self.back.items()}
        self.place = {}
        for name in first:
            number, role = 0, name
            while name is not None:
                self.place[name] = (role, number)
                number, name = number + 1, onward.get(name)

    def lines_of(self, number):
        """Return the names of the lines of a step."""
        return [name for name, (_, step) in self.place.items() if step == number]


def repeated(lines):
    """Find steps that are alike, those with most repetitions first.

    Args:
        lines: name -> expression, each after those that it reads.

    Yields:
        `Steps`.
    """
    groups = _calls_of_weights(lines)
    for count in sorted({len(one) for one in groups}, reverse=True):
        pairs = _Pairs(lines)
        for group in groups:
            if len(group) == count:
                pairs.extend(group)
        for back, unlike in pairs.parts():
            try:
                yield _steps(lines, count, back, unlike)
            except Unlike:
                continue


def _calls_of_weights(lines):
    """Return a list for each weight: the names of the lines that compute with it, in order."""
    groups = defaultdict(list)
    weights = {name for name, value in lines.items() if _is_call_of(lines, value, "tf2_lstm.Weight")}
    for name, value in lines.items():
        if _layer_of(lines, value) == "keras.layers.Dense" or _layer_of(lines, value).endswith("Cell"):
            groups[value.what.name].append(name)
        elif isinstance(value, Apply) and value.what == "keras.ops.matmul":
            for weight in sorted(names_in(value) & weights):
                groups[weight].append(name)
    return list(groups.values())


def _is_call_of(lines, value, symbol):
    """Whether an expression calls a layer of a kind."""
    return _layer_of(lines, value) == symbol


def _layer_of(lines, value):
    """Return the class of the layer that an expression calls; "" for any other expression."""
    layer = lines.get(value.what.name) if isinstance(value, Apply) and isinstance(value.what, Ref) else None
    return layer.what if isinstance(layer, Apply) and isinstance(layer.what, str) else ""


class _Pairs:
    """Pairs of lines at the same place of two steps that follow each other.

    Attributes:
        back: name of a line -> the name of its twin.
        unlike: (name, name) of different values read at the same place -> the names of the lines that read them.
        twins: the names that are some line's twin.
    """

    def __init__(self, lines):
        self.lines, self.back, self.unlike, self.twins = lines, {}, {}, set()

    def extend(self, group):
        """Pair the calls of a weight, and the lines that they read; undo it where they do not fit."""
        paired, differing = [], []
        try:
            for before, name in itertools.pairwise(group):
                self._pair(name, before, paired, differing)
        except Unlike:
            for name in paired:
                self.twins.discard(self.back.pop(name))
            for pair, reader in differing:
                self.unlike[pair].discard(reader)

    def _pair(self, name, before, paired, differing):
        todo = [(name, before, name)]
        while todo:
            name, before, reader = todo.pop()
            if name == before or self.back.get(name) == before:
                continue
            parts = _alike(self.lines, name, before)
            if parts is None:
                readers = self.unlike.setdefault((name, before), set())
                differing += [] if reader in readers else [((name, before), reader)]
                readers.add(reader)
                continue
            if name in self.back or before in self.twins:
                raise Unlike(name)
            self.back[name] = before
            self.twins.add(before)
            paired.append(name)
            todo += [(*pair, name) for pair in parts]

    def parts(self):
        """Yield (back, unlike) for each recurrence: the pairs of lines that are connected."""
        above = {}

        def found(name):
            while above.setdefault(name, name) != name:
                name = above[name]
            return name

        inner = {*self.back, *self.twins}
        for name in inner:
            for other in (names_in(self.lines[name]) & inner) | {self.back.get(name, name)}:
                above[found(name)] = found(other)
        for one in dict.fromkeys(map(found, self.back)):
            back = {name: other for name, other in self.back.items() if found(name) == one}
            unlike = [
                pair for pair, readers in self.unlike.items() if any(found(each) == one for each in readers)
            ]
            yield back, unlike


def _alike(lines, name, before):
    """Return the pairs of names that two lines read; None where the lines differ in more than names."""
    values = lines.get(name), lines.get(before)
    if None in values or any(_is_call_of(lines, one, "keras.layers.Embedding") for one in values):
        return None
    (form, names), (other, others) = map(_form, values)
    if form != other or _are_parts(lines, *values):
        return None
    pairs = list(zip(names, others, strict=True))
    layers = [pair for pair in pairs if pair[0] != pair[1] and any(_is_layer(lines.get(one)) for one in pair)]
    if any(not _drop_alike(lines, *pair) for pair in layers):
        return None
    return [pair for pair in pairs if pair not in layers]


def _are_parts(lines, one, other):
    """Whether two expressions take a part of different parts of one tensor: then these parts are inputs of steps."""
    of = [
        lines.get(value.of.name)
        for value in (one, other)
        if isinstance(value, Item) and isinstance(value.of, Ref)
    ]
    return (
        len(of) == 2
        and all(isinstance(value, Item) for value in of)
        and of[0].of == of[1].of
        and of[0] != of[1]
    )


def _is_layer(value):
    """Whether a line makes a layer."""
    made = isinstance(value, Apply) and isinstance(value.what, str) and "name" in value.options
    return made and value.what != "keras.Input"


def _drop_alike(lines, one, other):
    """Whether two layers drop at the same rate."""
    values = lines.get(one), lines.get(other)
    if not all(isinstance(value, Apply) and value.what == "keras.layers.Dropout" for value in values):
        return False
    first, second = ((value.arguments, {**value.options, "name": ""}) for value in values)
    return first == second


def _form(expression):
    """Return (an expression without the names that it reads, these names in order)."""
    names = []

    def without(one):
        if isinstance(one, Ref):
            names.append(one.name)
            return Ref
        if isinstance(one, Item):
            return "item", without(one.of), repr(one.at)
        if isinstance(one, Apply):
            options = tuple((key, without(value)) for key, value in one.options.items())
            return "call", without(one.what), without(one.arguments), options
        if isinstance(one, (list, tuple)):
            return type(one).__name__, *map(without, one)
        return type(one).__name__, repr(one)

    return without(expression), names


def _steps(lines, count, back, unlike):
    """Return the `Steps` of pairs, completed and checked."""
    inner = {*back, *back.values()}
    states, before = {}, {}
    for name, other in unlike:
        held = states if name in inner else before
        if other in inner or held.get(name, other) != other:
            raise Unlike(name)
        held[name] = other
    if not states:
        raise Unlike("nothing is carried")
    _add_last(lines, back, before)
    found = Steps(count, back, sorted(_chains(before, count)), states)
    _check(lines, found)
    return found


def _chains(before, count):
    """List the inputs of the steps, the first step's first: a tuple for each input."""
    found = []
    for name in set(before) - set(before.values()):
        names = [name]
        while names[-1] in before and len(names) <= count:
            names.append(before[names[-1]])
        found.append(tuple(names[::-1]))
    # Values that go round in a circle have no end.
    if any(len(names) != count for names in found) or set(before) - set().union(*found):
        raise Unlike("what is fed is not one to each step")
    return found


def _add_last(lines, back, before):
    """Add the lines of the last step that come after the weights: they read its own lines, or its inputs."""
    onward = {other: name for pairs in (back, before) for name, other in pairs.items()}
    alike = defaultdict(list)
    for name, value in lines.items():
        form, names = _form(value)
        alike[form].append((name, names))
    for name in lines:
        form, names = _form(lines[name])
        for last, others in alike[form] if name in back and name not in onward else ():
            new = {
                one: other for one, other in zip(names, others, strict=True) if onward.get(one, one) != other
            }
            is_own = any(onward.get(one) == other for one, other in zip(names, others, strict=True))
            if last not in back and is_own and all(one in before and one not in onward for one in new):
                onward.update(new)
                before.update((other, one) for one, other in new.items())
                back[last], onward[name] = name, last
                break


def _check(lines, steps):
    """Refuse lines that read from other steps than their own and the one before."""
    fed = {name: number for names in steps.inputs for number, name in enumerate(names)}
    for name, (_, number) in steps.place.items():
        for read in names_in(lines[name]):
            role, step = steps.place.get(read, (None, number))
            carried = step == number - 1 and role in steps.states
            if fed.get(read, number) != number or not (step == number or carried):
                raise Unlike(name)
    behind = set(steps.place)
    for name, value in lines.items():
        if name not in behind and names_in(value) & behind:
            behind.add(name)
    if (set(fed) | set(steps.states.values())) & behind:
        raise Unlike("what is fed to the steps is computed of them")
