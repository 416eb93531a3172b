"""Translate a graph into a `Whole`: each node by its row, each recurrence as a model that is called."""

import contextlib
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tf2_lstm.migrate.graph.frames import Frame, frames_of
from tf2_lstm.migrate.graph.nodes import data_inputs, edge, functions_of, normal
from tf2_lstm.migrate.graph.shapes import inferred
from tf2_lstm.migrate.keras_code.expression import Apply, Item, Line, Ref
from tf2_lstm.migrate.keras_code.recurrence import program_of
from tf2_lstm.migrate.roles import Ends, Form, Role
from tf2_lstm.migrate.translate.by_rows import ByRows
from tf2_lstm.migrate.translate.control.order import Order
from tf2_lstm.migrate.translate.control.rolled import roll_up
from tf2_lstm.migrate.translate.control.sides import decides
from tf2_lstm.migrate.translate.control.time_first import time_first
from tf2_lstm.migrate.translate.edges.drawn import drawn_name, limits_of_draws, shapes_with_draws
from tf2_lstm.migrate.translate.edges.ids import limits_of
from tf2_lstm.migrate.translate.edges.reshapes import reshapes_of
from tf2_lstm.migrate.translate.edges.sparse_parts import fed_name, sparse_shapes
from tf2_lstm.migrate.translate.recovered.dropout import rate_source
from tf2_lstm.migrate.translate.recovered.in_loops import with_held_layers
from tf2_lstm.migrate.translate.whole import Edge, ProgramRefused, Whole
from tf2_lstm.migrate.translate.writing.held import single_cells
from tf2_lstm.migrate.translate.writing.naming import key_name, python_name
from tf2_lstm.migrate.translate.writing.needed import behind, needed, without_unread_steps
from tf2_lstm.migrate.translate.writing.sharing import identity
from tf2_lstm.migrate.translate.writing.short_names import with_short_names
from tf2_lstm.migrate.translate.writing.values import (
    NOT_ALONE,
    Distinct,
    Elements,
    Known,
    Live,
    Origin,
    Refusal,
    Size,
    Untranslated,
    sizes_of,
)
from tf2_lstm.migrate.translate.writing.writer import Writer, dtypes_of

#: The most operations that may follow each other in a Keras model, wherever it is loaded: Python recurses 1,000 deep.
DEEPEST = 800


def translate(tf1, findings, boundary, infer=inferred):
    """Translate a whole inference graph.

    Args:
        tf1: the `TF1Model`.
        findings: its `Findings`.
        boundary: the `Boundary`.
        infer: a function from a graph to its shapes, for the steps of loops.

    Returns:
        A `Whole`.

    Raises:
        ProgramRefused: an operation has no row, or is not translated as it is.
    """
    scene = _Scene(tf1, findings, boundary, infer)
    fewer = _without_steps_of_one(findings)
    if len(fewer) < len(findings.recurrences):
        # Models of single steps may translate where their nodes by themselves do not.
        with contextlib.suppress(ProgramRefused):
            return _with_recurrences(scene, fewer)
    return _with_recurrences(scene, list(findings.recurrences))


def _with_recurrences(scene, recurrences):
    """Translate a program with these recurrences as models of their own, as far as they are possible."""
    shared = frozenset()
    while True:
        translation = _Translation(scene, recurrences, shared)
        try:
            whole = translation.whole()
        except (ProgramRefused, Refusal) as error:
            # Where the model of a recurrence is refused, its loop may translate.
            if not translation.failed:
                raise ProgramRefused(str(error)) from error
            recurrences = [one for number, one in enumerate(recurrences) if number not in translation.failed]
            continue
        twice = _held_twice(whole, scene.tf1) - shared
        if not twice:
            return whole
        shared |= twice


def _without_steps_of_one(findings):
    """Leave out recurrences that are each a single step of one cell: the program calls that cell."""
    called = {(*one.cell.names.values(),) for one in findings.single_cells.get("", ())}
    steps = Counter(_cell_of_a_step(one) for one in findings.recurrences)
    several = {names for names, times in steps.items() if times > 1 and names in called}
    return [one for one in findings.recurrences if _cell_of_a_step(one) not in several]


def _cell_of_a_step(recurrence):
    """Return the variables of the cell of a single step; () for any other recurrence."""
    is_step = recurrence.form == Form.STEP and len(recurrence.cells) == 1
    return (*recurrence.cells[0].names.values(),) if is_step else ()


def _held_twice(whole, tf1):
    """Return the nodes of variables that several layers would hold."""
    held = [
        one for name in whole.layers for one in {one for one in whole.layers[name] if isinstance(one, str)}
    ]
    inside = [{*cell.variables} for _, cell in single_cells(whole)]
    held += [node for names in inside for node, (name, _) in tf1.nodes.items() if name in names]
    return {one for one, times in Counter(held).items() if times > 1}


@dataclass(frozen=True)
class _Scene:
    """The data that all parts of a translation share."""

    tf1: Any
    findings: Any
    boundary: Any
    infer: Any


def _called(program, made):
    """Return the entries of a dict whose symbols a program calls."""
    symbols = {
        line.value.what
        for line in program.lines
        if isinstance(line.value, Apply) and isinstance(line.value.what, str)
    }
    return {symbol: one for symbol, one in made.items() if symbol in symbols}


class _Translation(ByRows):
    def __init__(self, scene, recurrences, shared):
        self.tf1, self.boundary, self.recurrences = scene.tf1, scene.boundary, recurrences
        self.nodes = {node.name: node for node in self.tf1.graph.node}
        feeds = {*map(normal, self.boundary.inputs), *map(normal, self.boundary.fixed)}
        self.graph = Order(
            self.nodes, recurrences, feeds, frames_of(self.nodes, functions_of(self.tf1.graph))
        )
        self.fetched = [normal(one) for one in self.boundary.outputs.values()]
        self.order, turning = self.graph.of(self.fetched)
        self.shapes = shapes_with_draws(self.nodes, self.boundary.inputs, scene.findings)
        super().__init__(
            scene, self.nodes, self.graph, Writer(self.shapes, self._readers(), shared), {}, turning
        )
        self.called, self.models, self.names, self.failed = {}, {}, [], set()
        self.writer.selects = any(
            decides(self.nodes, self.nodes[key]) for key in self.order if key in self.nodes
        )

    def _readers(self):
        """Map the name of each tensor to the number of its readers in the program."""
        found = {}
        for one in [*(one for key in self.order for one in self.graph.before(key)), *self.fetched]:
            found[normal(one)] = found.get(normal(one), 0) + 1
        return found

    def whole(self):
        """Translate everything in its order, and return the `Whole`."""
        fed = [normal(tensor) for tensor in self.boundary.inputs]
        for tensor in fed:
            self._input(tensor)
        for tensor in sorted(sparse_shapes(self.nodes, fed, self.shapes)):
            self.values[tensor] = Known(self._sizes(self.values[tensor]), self.values[tensor].dtype)
        # Keras finds the model of a recurrence by its name, which no other layer may have.
        self.names = [self.writer.program.reserve(python_name(one.name)) for one in self.recurrences]
        self.cells.reserve(self.order)
        for key in self.order:
            if isinstance(key, int):
                self._call(key)
            elif isinstance(key, Frame) or key in self.nodes:
                self.translate(key)
            elif key not in self.values:
                self._fixed(key)
        for name, tensor in self.boundary.outputs.items():
            self._output(name, normal(tensor))
        roll_up(self.writer, self.values)
        program, *held = with_held_layers(needed(self.writer.program), self.writer.loops, self.writer.layers)
        self.writer.loops, self.writer.layers, notes = held
        for note in notes:
            self.writer.note(note)
        return self._described(program)

    def _described(self, program):
        known = {target for line in program.lines for target in line.targets}
        live = behind(program.inputs.values(), program.lines)
        for name, ref in program.outputs.items():
            _check_end(self.boundary.outputs[name], live.get(ref.name))
        renamed = with_short_names(program, self.writer.wanted)
        layers = {
            renamed.get(name, name): held
            for name, held in self.writer.layers.items()
            if name.partition("/")[0] in known
        }
        fed = {*map(normal, self.boundary.inputs)}
        tensors = {
            tensor: value.ref.name
            for tensor, value in self.values.items()
            if isinstance(value, Live) and value.ref.name in live and tensor not in fed
        }
        inputs = [self._edge(name, self.writer.tensors[ref.name]) for name, ref in program.inputs.items()]
        outputs = [self._edge(name, normal(one)) for name, one in self.boundary.outputs.items()]
        called = {name: one for name, one in self.called.items() if name.removeprefix("build_") in known}
        called = without_unread_steps(called, program.lines)
        limits = limits_of_draws(self.nodes, fed, self.shapes) | limits_of(self.nodes, self.tf1, self.order)
        rates = tuple(self.writer.rates)
        boundary = replace(self.boundary, notes=(*self.boundary.notes, *self.writer.notes))
        loops, cells = _called(program, self.writer.loops), _called(program, self.writer.cells)
        held = {one.name: one.cell for one in self.writer.known_cells if one.name in known}
        reshapes = reshapes_of(self.nodes, self.order, self.shapes, fed)
        made = {"loops": loops, "cells": cells, "held": held, "reshapes": reshapes}
        return Whole(program, inputs, outputs, called, layers, tensors, limits, boundary, rates, **made)

    def _edge(self, name, tensor):
        value = self.values[tensor]
        shape = tuple(None if isinstance(one, Size) else int(one) for one in sizes_of(value))
        return Edge(name, tensor, value.dtype, shape)

    def _input(self, tensor):
        node = self.nodes[edge(tensor)[0]]
        shape = self.shapes.get(tensor, () if self._is_number(tensor) else None)
        dtype = dtypes_of(node)[edge(tensor)[1]]
        if shape is None or not dtype:
            what = "a shape" if dtype else "numbers"
            raise ProgramRefused(
                f"{tensor}: expected {what} of what is fed, found none. Begin behind it, with --feed"
            )
        # A state is named after its variable.
        last = fed_name(self.nodes, tensor) or drawn_name(self.nodes, tensor)
        last = last or node.name.removesuffix("/read").rpartition("/")[2]
        variable = self.writer.program.fresh(python_name(last))
        name = variable if variable != python_name(last) else key_name(last)
        options = {} if dtype == "float32" else {"dtype": dtype}
        if shape and shape[0] is None:
            call = Apply("keras.Input", (tuple(shape[1:]),), {**options, "name": name})
        else:
            call = Apply("keras.Input", (), {"batch_shape": tuple(shape), **options, "name": name})
        ref = self.writer.program.add(variable, call, tensor)
        self.writer.program.inputs[name] = ref
        self.writer.tensors[ref.name] = tensor
        self.values[tensor] = self._live(tensor, ref, dtype, shape)

    def _sizes(self, shape):
        """Return the sizes that a fed tensor holds, a NumPy array of `Size`s."""
        program, name = self.writer.program, shape.ref.name
        sizes = [
            program.op(f"{name}_{number}", "cast", Item(shape.ref, number), "int32")
            for number in range(shape.shape[0])
        ]
        return np.array([Size(((one.name, None),)) for one in sizes], object)

    def _is_number(self, tensor):
        """Whether a fed tensor can only be a number: a vector is put together from it."""
        for node in self.nodes.values():
            given = [normal(one) for one in data_inputs(node)] if node.op == "Pack" else []
            if tensor in given and any(self.shapes.get(one) == () for one in given):
                return True
        return False

    def _live(self, tensor, ref, dtype, dims=None):
        return Live(ref, self.writer.shape(tensor, ref, dims), dtype)

    def _fixed(self, tensor):
        dtype = dtypes_of(self.nodes[edge(tensor)[0]])[edge(tensor)[1]]
        value = next(one for name, one in self.boundary.fixed.items() if normal(name) == tensor)
        self.values[tensor] = Known(np.asarray(value, dtype), dtype, Origin((tensor,), "itself"))

    def _output(self, name, tensor):
        value = self.values[tensor]
        if isinstance(value, Untranslated):
            raise ProgramRefused(value.reason or f"{tensor}: it is in a branch that inference does not take")
        if isinstance(value, Elements):
            raise ProgramRefused(
                f"{tensor}: it is an array of tensors. Fetch what is read of it, with --fetch"
            )
        if isinstance(value, Distinct):
            raise ProgramRefused(f"{tensor}: {NOT_ALONE}")
        if not isinstance(value, Live):
            if isinstance(value, Known) and not value.open:
                ref = self.writer.held(value)
            else:
                ref = self.writer.program.add(
                    python_name(name), Apply("keras.ops.copy", (self.writer.tensor(value),))
                )
            value = self._live(
                tensor, ref, value.dtype, value.array.shape if isinstance(value, Known) else value.shape
            )
            self.values[tensor] = value
        self.writer.program.outputs[name] = value.ref

    # The recurrences.

    def _missing(self, reference):
        key = self.graph.key(reference)
        if isinstance(key, int):
            self.failed.add(key)
            return Untranslated(self._feedback(self.recurrences[key]))
        return super()._missing(reference)

    def _call(self, number):
        """Write a recurrence as a model that is called with a dict."""
        one = self.recurrences[number]
        given = {tensor.name: self.value(tensor.tf1) for tensor in one.inputs if tensor.is_input}
        outputs = [tensor for tensor in one.outputs if tensor.tf1 and not tensor.closed]
        lost = [value for value in given.values() if isinstance(value, Untranslated)]
        if number in self.turning:
            lost = [Untranslated(self._feedback(one))]
        if lost:
            self.failed.add(number)
            self.values.update((normal(tensor.tf1), lost[0]) for tensor in outputs)
            self.values.update((name, lost[0]) for name in time_first(self.nodes, one))
            return
        program, name = self.writer.program, self.names[number]
        model = self._model(one, name)
        fed = {tensor: self.writer.tensor(value) for tensor, value in given.items()}
        results = program.add(f"{name}_outputs", Apply(model, (fed,)))
        for tensor in outputs:
            ref = program.add(f"{name}_{tensor.name}", Item(results, tensor.name))
            self.writer.tensors[ref.name] = normal(tensor.tf1)
            dims = self._dims(one, tensor, given)
            self.values.setdefault(
                normal(tensor.tf1), self._live(normal(tensor.tf1), ref, tensor.dtype, dims)
            )
        for source, tensor in time_first(self.nodes, one).items():
            if self.graph.owners[source] == number and source not in self.values:
                self.values[source] = self._time_first(name, self.values[normal(tensor.tf1)])

    def _time_first(self, name, value):
        """Write the transposition of outputs, which TF1 had before it transposed them; nothing may read it."""
        ref = self.writer.program.op(f"{name}_steps", "swapaxes", value.ref, 0, 1)
        return Live(ref, (value.shape[1], value.shape[0], *value.shape[2:]), value.dtype)

    def _model(self, one, name):
        """Return the `Ref` of a recurrence's model: a new one, or one with the same code and variables."""
        program, key = self.writer.program, identity(one)
        if key not in self.models:
            rates = {
                rate: program.rate_parameter(rate_source(self.nodes, held.said), held.value)
                for rate, held in program_of(one).rates.items()
            }
            scope = f"TF1 scope: {one.scope or '(none)'}"
            self.models[key] = Ref(name)
            program.lines.append(Line((name,), Apply(f"build_{name}", (), rates), scope))
            self.called[f"build_{name}"] = one if python_name(one.name) == name else replace(one, name=name)
        return self.models[key]

    def _dims(self, one, tensor, given):
        """Return the sizes of an output of a recurrence: batch and steps are those of its input."""
        shape = list(tensor.shape)
        inputs = [given[other.name] for other in one.inputs if other.role is Role.INPUTS and other.is_input]
        sizes = inputs[0].shape if isinstance(inputs[0], Live) else ()
        if tensor.role is Role.OUTPUTS and len(shape) == 3 == len(sizes) and one.ends == Ends.WITH_INPUT:
            return (*sizes[:2], shape[2])
        if len(shape) == 2 and len(sizes) in (2, 3):
            return (sizes[1 if one.time_major and len(sizes) == 3 else 0], shape[1])
        return tuple(shape)

    def _feedback(self, one):
        said = [loss.reason for loss in self.scene.findings.not_in_the_model if loss.scope == one.scope]
        where = f"{one.scope or one.name}: "
        return where + (said[0] if said else "what it gives out goes back into it outside of its model")


def _check_end(tensor, steps):
    """Refuse an output that no Keras model can have.

    Args:
        tensor: the name of the fetched tensor.
        steps: the number of lines that follow each other up to it; None where it depends on no input.
    """
    if steps is None:
        raise ProgramRefused(
            f"{tensor}: nothing that is fed goes into it. Leave it out: name with --fetch what is computed of inputs"
        )
    if steps > DEEPEST:
        raise ProgramRefused(
            f"{tensor}: {steps:,} operations follow each other up to it, expected {DEEPEST} at most, because Keras "
            "walks a model by recursion. Cut the program in two with --fetch and --feed"
        )
