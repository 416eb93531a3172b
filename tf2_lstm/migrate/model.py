"""The findings in a TF1 model, as data: `artifacts/` fills a `TF1Model`, `recognise/` fills `Findings`.

Nothing here reads a file or imports TensorFlow. Names of tensors are TF1's ("rnn/transpose_1:0"), names of variables
are those of the checkpoint ("rnn/basic_lstm_cell/kernel").
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tf2_lstm.errors import UserError
from tf2_lstm.migrate.pairs import PAIRS, Call, Fed
from tf2_lstm.migrate.pairs.row import Layout
from tf2_lstm.migrate.pairs.tree import inner_calls
from tf2_lstm.migrate.roles import Ends, Form


class ArtifactError(UserError):
    """The input cannot be used: what, where, expected, found, next step, in one line."""


@dataclass(frozen=True)
class Variable:
    """One variable of a TF1 model, read on demand.

    Attributes:
        name: its name in the checkpoint, "rnn/lstm_cell/kernel"; of a partitioned variable the name of the whole.
        shape: its shape, a tuple of ints.
        dtype: its dtype's name, "float32".
        read: a function without arguments that returns the array.
        parts: for a variable that the checkpoint keeps in parts or under another name: each name there -> the slices of
            the whole, one for each axis, that it is.
    """

    name: str
    shape: tuple
    dtype: str
    read: Callable[[], Any] = field(repr=False)
    parts: dict = field(default_factory=dict, repr=False, compare=False)


@dataclass
class TF1Model:
    """A TF1 artefact that was read.

    Attributes:
        kind: "checkpoint" (with a graph), "weights" (names and shapes only), "saved_model", "frozen_graph",
            "keras_h5" or "object_checkpoint".
        path: the path that the user gave.
        files: file name -> SHA-256 in hexadecimal, every file that was read.
        producer: TensorFlow's version that wrote it, "" when it does not say.
        graph: a `GraphDef` without the collections; None when there is none.
        variables: checkpoint name -> `Variable`.
        nodes: name of a graph's variable node -> (checkpoint name, None for the whole variable or the slices,
            one for each axis, that the node holds of a partitioned one). A frozen graph has its constants here.
        signatures: a SavedModel's signature -> {"inputs": {key: tensor}, "outputs": {key: tensor}}.
        config: the model configuration of a tf.keras .h5 file, as plain data; None otherwise.
        notes: notes for the user on how it was read, e.g. that averages are served.
        missing: names of the variables that the graph restores and the checkpoint does not have.
        trainable: names of the nodes of variables that TF1 trains, as its collection says; None when nothing says it.
    """

    kind: str
    path: str
    files: dict = field(default_factory=dict)
    producer: str = ""
    graph: Any = None
    variables: "OrderedDict[str, Variable]" = field(default_factory=OrderedDict)
    nodes: dict = field(default_factory=dict)
    signatures: dict = field(default_factory=dict)
    config: Any = None
    notes: list = field(default_factory=list)
    missing: tuple = ()
    trainable: frozenset | None = None

    def value_of(self, node):
        """Return the array that a variable's node holds.

        Args:
            node: a key of `nodes`.

        Raises:
            ArtifactError: the values cannot be read.

        Example:
            ```python
            import numpy as np

            kernel = Variable("kernel", (2, 4), "float32", lambda: np.ones((2, 4)))
            right = (slice(0, 2), slice(2, 4))
            model = TF1Model("checkpoint", "x", variables={"kernel": kernel}, nodes={"part_1": ("kernel", right)})
            assert model.value_of("part_1").shape == (2, 2)
            ```
        """
        name, place = self.nodes[node]
        value = self.variables[name].read()
        return value if place is None else value[place]


@dataclass(frozen=True)
class Block:
    """A part of a variable and its place in one of a row's own tensors; see `layouts`.

    Attributes:
        target: the leaf name of the row's weight map, "kernel".
        rows: its rows there, (start, stop); None for a vector.
        columns: its columns there.
        leaf: the name of the variable among the cell's `names`.
        from_rows: its rows in the variable, None for a vector.
        from_columns: its columns in the variable.
        flipped: whether it is transposed there.
        sign: -1 where it is negative there: 1 - sigmoid(z) is sigmoid(-z).
    """

    target: str
    rows: tuple | None
    columns: tuple
    leaf: str
    from_rows: tuple | None
    from_columns: tuple
    flipped: bool = False
    sign: int = 1


@dataclass(frozen=True)
class Computed:
    """A weight that the graph computes from variables and constants alone: a norm, a mask, a quantised kernel.

    Attributes:
        tensor: the TF1 tensor, "rnn/mul:0"; a cell's `names` have it in place of a variable's name.
        shape: its shape, a tuple of ints.
        dtype: its dtype's name.
        sources: the checkpoint names of the variables that it is computed from, sorted; none of constants alone.
    """

    tensor: str
    shape: tuple
    dtype: str
    sources: tuple

    @property
    def origin(self):
        """The names of its sources, in words."""
        return ", ".join(self.sources) or "constants"


@dataclass(frozen=True)
class CellVariables:
    """The variables of one cell of a recurrence.

    Attributes:
        call: the cell's `Call`, the same object as in the tree.
        scope: the TF1 scope of its variables, for people; identity comes from the graph.
        names: leaf name of the row's weight map ("kernel", "gates/bias", "w_i_diag") -> checkpoint name.
        layout: the `Layout` that the variables are in; a tf.keras layer may have no bias.
        blocks: the place of each part of each variable in that layout, for a cell whose weights are parts of
            variables; see `layouts`.
        computed: the `Computed` weights among them.
    """

    call: Call
    scope: str
    names: dict
    layout: Layout = Layout.TF1
    blocks: tuple = ()
    computed: tuple = ()

    @property
    def variables(self):
        """The checkpoint names of the variables behind the cell's weights, also those behind computed ones."""
        sources = {one.tensor: one.sources for one in self.computed}
        found = [name for own in self.names.values() for name in sources.get(own, (own,))]
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True)
class SingleCell:
    """One call of a known cell, in any surroundings.

    A tensor is a tuple of all names that its value has in the step of the loop, or in the function, or in the graph.

    Attributes:
        cell: the `CellVariables`.
        inputs: the tensors that are the input side by side.
        joined: the tensor that is the whole input, () where the graph has none.
        states: the tensor of each old state, in TF1's order.
        next_states: the tensor of each new state, in TF1's order; the last one is the cell's output.
    """

    cell: CellVariables
    inputs: tuple
    joined: tuple
    states: tuple
    next_states: tuple


@dataclass(frozen=True)
class Around:
    """The operations of a program around a recurrence, outside of its model.

    Attributes:
        begins: the TF1 tensors of its inputs.
        ends: the TF1 tensors of its outputs.
        in_front: the operations between fed tensors and the inputs: "GatherV2 (lookup) over words [9, 4]".
        behind: the operations from the outputs to those that nothing reads, without gradients and updates.
    """

    begins: tuple
    ends: tuple
    in_front: tuple
    behind: tuple

    def in_words(self):
        """Return the same in a few words, "" when there is nothing around.

        Example:
            ```python
            around = Around(("x:0",), ("y:0",), (), ("MatMul (scores) over w [4, 2]", "Softmax (p)"))
            assert around.in_words() == (
                "the model begins at x:0 and ends at y:0. Not in it: behind, 2 operation(s): "
                "MatMul (scores) over w [4, 2], Softmax (p)"
            )
            ```
        """
        sides = [
            f"{where}, {len(found)} operation(s): {_first(found)}"
            for where, found in (("in front", self.in_front), ("behind", self.behind))
            if found
        ]
        ends = f"the model begins at {_first(self.begins, 1)} and ends at {_first(self.ends, 1)}. Not in it: "
        return ends + "; ".join(sides) if sides else ""


def _first(names, most=3):
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return (", ".join(names[:most]) or "its edge") + more


@dataclass
class Recurrence:
    """One recurrence that was recognised; all that is needed to build, write and prove its Keras model.

    Attributes:
        name: unique in the model and safe as a file name, made from the scope.
        scope: the TF1 scope.
        form: the `roles.Form`: how the graph runs it.
        call: the outermost `Call`: dynamic_rnn, static_rnn, bidirectional_dynamic_rnn,
            static_bidirectional_rnn, python_loop for a cell that is stepped by hand, or
            stack_bidirectional_dynamic_rnn for a cuDNN layer. Beyond the rows' arguments a gru may have
            `reset_after`, and a Keras 1 cell has `recurrent_activation` ("hard_sigmoid" is clip(0.2 x + 0.5)).
        inputs: the input `Tensor`s, in the order of the Keras model's inputs. A bidirectional recurrence has
            "initial_state_fw..." and "initial_state_bw...". A static one has "inputs", or "inputs_0",
            "inputs_1", ... when the steps are separate tensors of the graph; a step has "inputs" [B, D].
        outputs: the output `Tensor`s: "outputs" (or "outputs_fw" and "outputs_bw"; "outputs_0", ... for
            separate steps) and every leaf of the final state, "state", "state_c", "state_1_h", "state_fw_c".
        time_major: whether inputs and outputs are [T, B, ...].
        reverse: whether a recurrence of one direction runs from the last step to the first.
        cells: the `CellVariables`, each cell object once; that of `output_layer`, when there is one, last.
        keep_probs: dropout's keep_prob tensors or constants found, by TF1 argument ("input_keep_prob_2" for a second
            value); dropout is proved at 1.
        assumed: a sentence for each assumption: of the user, or where nothing tells: forget_bias without a graph.
        notes: notes for the user, one sentence each.
        ends: the `roles.Ends`. A loop that ends with the longest row, or after `most_steps`, has as many output steps
            (dynamic_decode, raw_rnn).
        past_end: whether rows go on past their own end to that of the longest one (impute_finished=False).
        most_steps: the largest number of steps, None without a limit.
        output_layer: the `Call` of the dense layer that the loop applies to the cell's output, None without one;
            the outputs are those of the layer.
        holds: whether a masked step has the output of the step before, as by default in Keras; else it has zeros.
        around: the `Around` of a recurrence of a graph, None without one.
    """

    name: str
    scope: str
    form: Form
    call: Call
    inputs: list
    outputs: list
    time_major: bool = False
    reverse: bool = False
    cells: list = field(default_factory=list)
    keep_probs: dict = field(default_factory=dict)
    assumed: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    ends: Ends = Ends.WITH_INPUT
    past_end: bool = False
    most_steps: int | None = None
    output_layer: Call | None = None
    holds: bool = False
    around: Around | None = None


@dataclass(frozen=True)
class NotConverted:
    """A recurrence that was found and is not converted.

    Attributes:
        scope: its TF1 scope.
        reason: why, one sentence.
        variables: the checkpoint names of the variables that it reads.
        operations: the kinds of operations in its step, in order of first use.
        state_shapes: the shapes of the states that it carries.
        nearest: the row of the pairs table that it is nearest to, "" for none.
        differs: the difference from that row, one sentence.
    """

    scope: str
    reason: str
    variables: tuple = ()
    operations: tuple = ()
    state_shapes: tuple = ()
    nearest: str = ""
    differs: str = ""


@dataclass(frozen=True)
class NotInTheModel:
    """A computation with a recurrence that no model has: one that leads back into it, or c of every step.

    Attributes:
        scope: the recurrence's TF1 scope.
        output: the TF1 tensor that leads back, "lstm/mul_2:0".
        into: the TF1 tensor of an input that is computed from it; "" for what the program must feed again or fetches.
        operation: the first operation between the two, by its node; "" when the tensor itself leads back.
        reason: all of it, one sentence.
    """

    scope: str
    output: str
    into: str
    operation: str
    reason: str


@dataclass(frozen=True)
class Unclaimed:
    """A variable that no recurrence claims, and why: "an optimizer's slot", "read by no recurrence"."""

    name: str
    shape: tuple
    reason: str


@dataclass
class Findings:
    """All that `recognise` reports of a model. Nothing of it is silent.

    Attributes:
        recurrences: the `Recurrence`s, in the order of the graph.
        not_converted: the `NotConverted` ones.
        unclaimed: every variable that is in neither, as `Unclaimed`.
        not_in_the_model: the `NotInTheModel` ones: computations outside of the models that lead back into them.
        notes: notes for the user on the whole model.
        shapes: name of a tensor of the graph -> its shape, with None where a size is free; without those of unknown
            rank.
        single_cells: name of a function, "" for the graph itself -> the `SingleCell`s among its nodes.
    """

    recurrences: list = field(default_factory=list)
    not_converted: list = field(default_factory=list)
    unclaimed: list = field(default_factory=list)
    not_in_the_model: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    shapes: dict = field(default_factory=dict)
    single_cells: dict = field(default_factory=dict)


def describe(call):
    """Return a tree of calls as plain data, for JSON: {"cell": TF1 name, "arguments": {...}, "cells": [...]}.

    An argument that a program feeds is "fed".

    Example:
        ```python
        tree = describe(Call("dynamic_rnn", cell=Call("gru", num_units=4)))
        assert tree["cells"][0] == {"cell": "GRUCell", "arguments": {"num_units": 4}, "cells": []}
        ```
    """
    row = PAIRS[call.pair]
    plain = {
        name: "fed" if isinstance(value, Fed) else value
        for name, value in call.arguments.items()
        if name not in row.cells
    }
    return {
        "cell": row.tf1[0].rsplit(".", 1)[-1],
        "arguments": plain,
        "cells": [describe(inner) for _, inner in inner_calls(call)],
    }
