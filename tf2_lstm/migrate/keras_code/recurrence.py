"""Write a recurrence as the lines of a functional Keras model with the same inputs and outputs."""

from dataclasses import replace

from tf2_lstm.migrate.build import Builder, BuildError, is_stock, stock_symbol
from tf2_lstm.migrate.keras_code.ending import given_out, mask_of
from tf2_lstm.migrate.keras_code.expression import Apply, Item, Ref
from tf2_lstm.migrate.keras_code.program import Program
from tf2_lstm.migrate.keras_code.states import innermost, keras_nest, leaf_pieces, tf1_order
from tf2_lstm.migrate.pairs import PAIRS
from tf2_lstm.migrate.pairs.tree import inner_calls
from tf2_lstm.migrate.roles import Form, Role, read_name

#: Arguments that a person writes without their names.
_POSITIONAL = ("units", "cell", "cells")


def program_of(recurrence):
    """Describe the Keras model of a recurrence.

    Args:
        recurrence: a `model.Recurrence`.

    Returns:
        A `Program`.

    Raises:
        BuildError: the recurrence is of a kind that no Keras model is written for.
    """
    return _Writer(recurrence).write()


class _Writer:
    """Writes the lines of one recurrence."""

    def __init__(self, recurrence):
        self.recurrence, self.program = recurrence, Program()
        self.dtype = next(one.dtype for one in recurrence.inputs if one.role is Role.INPUTS)
        self.builder = Builder(self.dtype, stock=True, make=self._make, rate=self.program.rate)
        self.given = {one.name: one for one in recurrence.inputs if one.is_input}
        self.wanted = {one.name: one for one in recurrence.outputs}
        self.leaves, self.final = {}, {}

    def write(self):
        for tensor in self.given.values():
            self.program.inputs[tensor.name] = self.program.add(tensor.name, _input(tensor), tensor.tf1)
        self.leaves.update(self.program.inputs)
        call = self.recurrence.call
        cells = [cell for _, cell in inner_calls(call)]
        if self.recurrence.form == Form.CUDNN:
            self._cudnn(call, cells)
        elif call.pair == "python_loop":
            self._steps(cells[0])
        elif len(cells) == 1:
            self._one_direction(cells[0])
        elif len(cells) == 2 and "bidirectional" in call.pair and not call.pair.startswith("stack"):
            self._two_directions(*cells)
        else:
            raise BuildError(f"{self.recurrence.scope}: no Keras model is written for {call.pair}.")
        if set(self.program.outputs) != set(self.wanted):
            missing = sorted(set(self.wanted) ^ set(self.program.outputs))
            raise BuildError(f"{self.recurrence.scope}: {', '.join(missing)} is no output of {call.pair}.")
        return self.program

    # The cells and layers.

    def _make(self, symbol, call, dtype, **options):
        """Assign a cell to a name for its place; the `Builder` makes each cell once."""
        name = self.program.fresh(PAIRS[call.pair].name if inner_calls(call) else "cell")
        return self.program.add(name, self._called(symbol, dtype, {**options, "name": name}))

    def _called(self, symbol, dtype, options):
        first = tuple(options.pop(name) for name in _POSITIONAL if name in options)
        if dtype != "float32":
            options["dtype"] = dtype
        return Apply(symbol, first, options)

    def _rnn(self, call, name, **options):
        """Assign the layer that runs a cell over a sequence; stock Keras where it is exact."""
        options = {"return_sequences": True, "return_state": True, **options, "name": name}
        stock = is_stock(call)
        if stock or self.recurrence.holds:
            options["zero_output_for_mask"] = not self.recurrence.holds
        if stock and PAIRS[call.pair].kind == "cell":
            # Keras names the layer of a cell like the cell, without the word "Cell".
            symbol = stock_symbol(call).removesuffix("Cell")
            options = {**self.builder.options(call), **options}
        else:
            symbol = "keras.layers.RNN" if stock else "tf2_lstm.RNN"
            options["cell"] = self.builder.cell(call)
        self._locate(call, f"{name}/cell")
        return self.program.add(name, self._called(symbol, self.dtype, options))

    def _locate(self, call, path):
        """Record the first place of each cell with weights."""
        if PAIRS[call.pair].weights is not None:
            self.program.cells.setdefault(id(call), path)
        if call.pair == "dropout":
            self._locate_rates(call, path)
        for number, (_, inner) in enumerate(inner_calls(call)):
            inside = f"cells/{number}" if PAIRS[call.pair].kind == "stack" else "cell"
            self._locate(inner, f"{path}/{inside}")

    def _locate_rates(self, call, path):
        """Record the places of a dropout's rates whose keep_probs are fed."""
        for name, value in self.builder.options(call).items():
            if isinstance(value, Ref) and value.name in self.program.rates:
                place = f"{path}/{name}"
                known = self.program.rates[value.name].places
                known += [place] if place not in known else []

    # The kinds of recurrence.

    def _steps(self, call):
        """Write a cell that is called by hand, once or several times."""
        if _draws_once(call):
            self._sequence_of_one(call)
            return
        cell = self.builder.cell(call)
        self._locate(call, cell.name)
        steps, states = self._step_inputs(), self._initial_state(call, "initial_state", zeros=True)
        outputs = []
        for step in steps:
            number = f"_{len(outputs)}" if len(steps) > 1 else ""
            output, states = self.program.unpack(
                [self._free(f"output{number}"), self._free(f"states{number}")], Apply(cell, (step, states))
            )
            outputs.append(output)
        named = [f"outputs_{number}" for number in range(len(steps))] if "outputs" not in self.wanted else []
        self._keep(dict(zip(named, outputs, strict=True)) if named else {"outputs": outputs[-1]})
        self._keep_states(call, "state", states)

    def _sequence_of_one(self, call):
        """Write a step whose dropout draws its noise for a whole sequence as a sequence of one step."""
        rnn = self._rnn(call, "rnn")
        x = self.program.op("x", "expand_dims", self.program.inputs["inputs"], axis=1)
        outputs = self._run(rnn, call, x, None, "")
        self._keep({"outputs": self.program.op(self._free("output"), "squeeze", outputs, axis=1)})

    def _step_inputs(self):
        if "inputs" in self.program.inputs:
            return [self.program.inputs["inputs"]]
        return [ref for name, ref in self.program.inputs.items() if read_name(name).step is not None]

    def _known_steps(self):
        """Return the number of steps that a static graph has in its one input tensor, 0 when there is none."""
        shape = self.given["inputs"].shape if "inputs" in self.given else ()
        return (shape[0 if self.recurrence.time_major else 1] or 0) if len(shape) == 3 else 0

    def _one_direction(self, call):
        options = {"go_backwards": True} if self.recurrence.reverse else {}
        rnn = self._rnn(call, "rnn", **options)
        sequence, mask = self._sequence_and_mask()
        outputs = self._in_order(self._run(rnn, call, sequence, mask, ""), self.recurrence.reverse)
        self._keep_outputs({"outputs": given_out(self.program, self.recurrence, outputs, mask)})

    def _two_directions(self, forward, backward):
        if forward is backward:
            self._shared_directions(forward)
            return
        if self._is_bidirectional(forward, backward):
            self._bidirectional(forward, backward)
            return
        layers = [self._rnn(forward, "fw"), self._rnn(backward, "bw", go_backwards=True)]
        sequence, mask = self._sequence_and_mask()
        fw = self._run(layers[0], forward, sequence, mask, "_fw")
        bw = self._in_order(self._run(layers[1], backward, sequence, mask, "_bw"), reverse=True)
        self._keep_both(fw, bw)

    def _is_bidirectional(self, forward, backward):
        """Whether stock `Bidirectional` is exact: it makes the backward layer like the forward one."""
        alike = forward.pair == backward.pair and self.builder.options(forward) == self.builder.options(
            backward
        )
        is_cell = PAIRS[forward.pair].kind == "cell" and is_stock(forward)
        return alike and is_cell and not self.recurrence.holds

    def _are_apart(self):
        """Whether the outputs of each direction are wanted separately."""
        return any(read_name(name).role is Role.OUTPUTS and read_name(name).side for name in self.wanted)

    def _bidirectional(self, forward, backward):
        """Write two equal cells as one `Bidirectional` layer."""
        symbol, apart = stock_symbol(forward).removesuffix("Cell"), self._are_apart()
        options = {**self.builder.options(forward), "return_sequences": True, "return_state": True}
        inner = self._called(symbol, self.dtype, {**options, "name": symbol.rpartition(".")[2].lower()})
        options = {"merge_mode": None} if apart else {}
        made = self._called("keras.layers.Bidirectional", self.dtype, {**options, "name": "rnn"})
        rnn = self.program.add("rnn", Apply(made.what, (inner,), made.options))
        self._locate(forward, "rnn/forward_layer/cell")
        self._locate(backward, "rnn/backward_layer/cell")
        names = ["outputs_fw", "outputs_bw"] if apart else ["outputs"]
        outputs = self._run_both(rnn, (forward, backward), names)
        if apart:
            self._keep_both(*outputs)
        else:
            self._keep_outputs({"outputs": outputs[0]})

    def _shared_directions(self, call):
        """Write one cell object in both directions: only our layer keeps that it is one."""
        cell = self.builder.cell(call)
        options = {"return_sequences": True, "return_state": True}
        both = [
            self.program.add(
                name, self._called("tf2_lstm.RNN", self.dtype, {"cell": cell, **more, "name": name})
            )
            for name, more in (("fw", options), ("bw", {**options, "go_backwards": True}))
        ]
        options = {"merge_mode": None, "name": "rnn"}
        rnn = self.program.add("rnn", Apply("tf2_lstm.Bidirectional", tuple(both), options))
        self._locate(call, "rnn/forward_layer/cell")
        self._keep_both(*self._run_both(rnn, (call, call), ["outputs_fw", "outputs_bw"]))

    def _run_both(self, rnn, calls, names):
        """Call a layer of two directions, keep its states, return its outputs."""
        sequence, mask = self._sequence_and_mask()
        sides = list(zip(("fw", "bw"), calls, strict=True))
        initial = [self._initial_state(call, f"initial_state_{side}", listed=True) for side, call in sides]
        if (initial[0] is None) != (initial[1] is None):
            initial = [
                self._initial_state(call, f"initial_state_{side}", listed=True, zeros=True)
                for side, call in sides
            ]
        options = {} if mask is None else {"mask": mask}
        if initial[0] is not None:
            options["initial_state"] = initial[0] + initial[1]
        names = [self._free(name) for name in names]
        *outputs, states = self.program.unpack([*names, "*states"], Apply(rnn, (sequence,), options))
        start = 0
        for side, call in sides:
            end = start + len(_listed(keras_nest(call, lambda width: None)))
            self._keep_states(call, f"state_{side}", [Item(states, place) for place in range(start, end)])
            start = end
        return outputs

    def _cudnn(self, call, cells):
        """Write all layers of one cuDNN operation, whose states are [layers * directions, B, units]."""
        layers = [(cell,) for _, cell in inner_calls(cells[0])]
        if len(PAIRS[call.pair].cells) == 2:
            layers = list(zip(cells[: len(cells) // 2], cells[len(cells) // 2 :], strict=True))
        self._apart(sum(map(len, layers)))
        (x, mask), number = self._sequence_and_mask(), 0
        for place, layer in enumerate(layers):
            outputs = []
            for side, cell in zip(("", "_backward"), layer, strict=False):
                options = {"go_backwards": True} if side else {}
                rnn = self._rnn(cell, f"layer_{place}{side}", **options)
                found = self._run(rnn, cell, x, mask, f"_{number}")
                outputs.append(self._in_order(found, bool(side)))
                number += 1
            x = outputs[0]
            if len(outputs) == 2:
                x = self.program.op(f"both_{place}", "concatenate", outputs, axis=-1)
        self._keep_outputs({"outputs": x})
        self._together(number)

    def _apart(self, count):
        """Split cuDNN's initial states, one for each layer and direction."""
        for name in [name for name in self.program.inputs if read_name(name).role is Role.INITIAL]:
            states = self.program.op(f"{name}_apart", "unstack", self.program.inputs[name], count, axis=0)
            for number in range(count):
                self.leaves[replace(read_name(name), numbers=(number,)).name] = Item(states, number)

    def _together(self, count):
        """Stack the final states of all layers as cuDNN has them."""
        for ending in ("", "_c", "_h"):
            states = [self.final.get(f"state_{number}{ending}") for number in range(count)]
            if f"state{ending}" in self.wanted and None not in states:
                self._keep({f"state{ending}": self.program.op(f"state{ending}", "stack", states, axis=0)})

    def _run(self, rnn, call, sequence, mask, side):
        """Call a layer, keep its states, return its outputs [B, T, P]."""
        options = {} if mask is None else {"mask": mask}
        initial = self._initial_state(call, f"initial_state{side}", listed=True)
        if initial is not None:
            options["initial_state"] = initial
        row = PAIRS[innermost(call).pair]
        names = [f"state{side}_{name}" for name in row.states] or [f"state{side}"]
        if row.kind == "stack":
            names = [f"*states{side}"]
        value = Apply(rnn, (sequence,), options)
        outputs, *states = self.program.unpack([self._free(f"outputs{side}"), *names], value)
        self._keep_states(call, f"state{side}", states[0] if row.kind == "stack" else states)
        return outputs

    # The edge.

    def _sequence(self):
        """Return the input [B, T, D] that Keras layers take."""
        if "inputs" not in self.program.inputs:
            return self.program.op("x", "stack", self._step_inputs(), axis=1)
        inputs = self.program.inputs["inputs"]
        return self.program.op("x", "swapaxes", inputs, 0, 1) if self.recurrence.time_major else inputs

    def _sequence_and_mask(self):
        sequence = self._sequence()
        return sequence, mask_of(self.program, self.recurrence, sequence)

    def _sequence_name(self):
        known = {target for line in self.program.lines for target in line.targets}
        return Ref("x") if "x" in known else self.program.inputs["inputs"]

    def _initial_state(self, call, name, listed=False, zeros=False):
        """Return the nest of the initial state for Keras; None when the layer makes zeros itself."""
        leaves = leaf_pieces(call, name)
        if not zeros and not any(leaf in self.leaves for leaf, _ in leaves):
            return None
        pieces = iter([piece for leaf, widths in leaves for piece in self._pieces(leaf, widths)])
        nest = keras_nest(call, lambda width: next(pieces))
        return _listed(nest) if listed else nest

    def _pieces(self, leaf, widths):
        """Return a leaf, split into the states that Keras keeps apart when TF1 keeps them flat."""
        whole = self.leaves[leaf] if leaf in self.leaves else self._zeros(sum(widths))
        if len(widths) == 1:
            return [whole]
        edges = [sum(widths[: number + 1]) for number in range(len(widths) - 1)]
        parts = self.program.op(self._free(f"{leaf}_parts"), "split", whole, edges, axis=1)
        return [Item(parts, number) for number in range(len(widths))]

    def _zeros(self, width):
        first = self._step_inputs()[0] if "inputs" not in self.program.inputs else self._sequence_name()
        rank = len(next(one.shape for one in self.given.values() if one.role is Role.INPUTS))
        if rank == 3:
            first = self.program.op("first_step", "take", first, 0, axis=1)
        column = self.program.op("column", "take", first, [0], axis=1)
        return self.program.op(
            "zeros", "repeat", self.program.op("zero", "zeros_like", column), width, axis=1
        )

    def _in_order(self, outputs, reverse):
        return (
            self.program.op(self._free(f"{outputs.name}_in_order"), "flip", outputs, axis=1)
            if reverse
            else outputs
        )

    def _keep_both(self, fw, bw):
        if self._are_apart():
            self._keep_outputs({"outputs_fw": fw, "outputs_bw": bw})
        else:
            self._keep_outputs({"outputs": self.program.op("outputs", "concatenate", [fw, bw], axis=-1)})

    def _keep_outputs(self, outputs):
        """Lay outputs [B, T, P] out as TF1 has them: as they are, time-major, or as a list of steps."""
        for name, ref in outputs.items():
            if name in self.wanted:
                swapped = self.recurrence.time_major
                self._keep(
                    {name: self.program.op(self._free(name), "swapaxes", ref, 0, 1) if swapped else ref}
                )
                continue
            steps = [
                one for one in self.wanted if one.startswith(f"{name}_") and read_name(one).step is not None
            ]
            if steps:
                count = max(read_name(one).step for one in steps) + 1
                count = max(count, len(self._step_inputs()), self._known_steps())
                apart = self.program.op(self._free(f"{name}_steps"), "unstack", ref, count, axis=1)
                self._keep({one: Item(apart, read_name(one).step) for one in steps})

    def _keep_states(self, call, name, states):
        pieces = iter(tf1_order(call, states))
        for leaf, widths in leaf_pieces(call, name):
            own = [next(pieces) for _ in widths]
            if leaf in self.wanted and len(own) > 1:
                own = [self.program.op(leaf, "concatenate", own, axis=-1)]
            self.final[leaf] = own[0]
            self._keep({leaf: own[0]})

    def _keep(self, outputs):
        self.program.outputs.update((name, ref) for name, ref in outputs.items() if name in self.wanted)
        self.program.outputs = {
            name: self.program.outputs[name] for name in self.wanted if name in self.program.outputs
        }

    def _free(self, name):
        return self.program.fresh(name)


def _input(tensor):
    """Return the call of `keras.Input` for a tensor of TF1's shape."""
    options = {} if tensor.dtype == "float32" else {"dtype": tensor.dtype}
    shape = tuple(tensor.shape)
    if shape and shape[0] is None:
        return Apply("keras.Input", (shape[1:],), {**options, "name": tensor.name})
    return Apply("keras.Input", (), {"batch_shape": shape, **options, "name": tensor.name})


def _draws_once(call):
    """Whether a dropout in a tree of calls draws its noise once for a sequence."""
    inner = any(_draws_once(one) for _, one in inner_calls(call))
    return inner or bool(call.arguments.get("variational_recurrent"))


def _listed(nest):
    return nest if isinstance(nest, list) else [nest]
