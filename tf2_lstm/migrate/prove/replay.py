"""Run the user's own TF1 graph, between the tensors at a recurrence's edges, in a v1 session."""

import math
from collections import OrderedDict
from functools import partial

import numpy as np
import tensorflow as tf

from tf2_lstm.migrate.graph.cond_contexts import ConditionalError
from tf2_lstm.migrate.graph.feeds import SliceError
from tf2_lstm.migrate.graph.in_double import in_double, narrowest
from tf2_lstm.migrate.graph.nodes import attribute, dtype_of, node_of, normal
from tf2_lstm.migrate.graph.operations import SWITCHES
from tf2_lstm.migrate.graph.safety import why_not_run
from tf2_lstm.migrate.graph.shapes import import_errors, importable, misfit
from tf2_lstm.migrate.graph.subgraph import cut, keep_everything, let_through, silence
from tf2_lstm.migrate.graph.training import UPDATE
from tf2_lstm.migrate.graph.while_contexts import LoopError
from tf2_lstm.migrate.memory import LARGE, let_go
from tf2_lstm.migrate.prove.contexts import contexts_of, old_control_flow
from tf2_lstm.migrate.prove.references import put_references
from tf2_lstm.migrate.prove.spare import open_placeholders
from tf2_lstm.private import import_private

v1 = tf.compat.v1
#: Errors of TensorFlow's gradients, which are Python, for a graph that they do not know: each has its own class.
_NO_GRADIENT = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    RuntimeError,
    tf.errors.OpError,
)
#: TensorFlow's first line, before it says what is wrong.
_NOTHING_SAID = "Graph execution error:"


class ReplayError(ValueError):
    """The TF1 graph cannot be replayed: what, where, why."""


class Replay:
    """A subgraph of a TF1 graph in a session, its variables restored.

    Args:
        model: a `TF1Model` with a graph.
        outputs: names of the tensors to compute.
        feeds: tensor name -> (dtype's name, shape), the tensors to feed.
        constants: tensor name -> value, for tensors that are fed the same at every run (keep_prob 1).
        gradients: what to differentiate by: "" for nothing, "inputs" for the fed tensors, "weights" for both.
        keep: whether dropout is to keep every unit; its noise is changed in the subgraph.
        same: name of a tensor -> the tensor of `feeds` that has its value.
        double: whether all that is float32 or float16 is to be float64.
        stops: names of the StopGradient nodes that stop gradients; the others hand them on.
        served: whether the session rewrites the graph first, as a program's does, to be fast.
        most: the most operations that are differentiated; None for any number.
        equations: name of a node of cuDNN -> the function of arrays that stands for it, as `references` has it.

    Attributes:
        no_gradients: why there are none, "" when there are.
        too_long: whether there are none because it has more operations than `most`.
        switches: names of the flags of the graph that no edge feeds -> the value that they are fed.
        open: names of the other placeholders that no edge feeds -> (dtype's name, shape or None): see `spare`.
        writes: names of the operations of the subgraph that write variables, which are reset before each run.
        remark: a sentence about operations that were replaced, "" when all were replayed themselves.
        narrowest: the dtype of floats of the subgraph that rounds most, "float16" or "float32".

    Raises:
        ReplayError: a tensor is not in the graph, an operation touches files, Python or the network, or the graph
            cannot be imported.
    """

    reference = "TF1 graph"

    def __init__(
        self,
        model,
        outputs,
        feeds,
        constants=None,
        gradients="weights",
        keep=False,
        same=None,
        double=False,
        stops=(),
        served=False,
        most=None,
        equations=None,
    ):
        if not outputs:
            raise ReplayError(
                "none of its outputs and final states is a tensor that a session can fetch: nothing to compare. Mend "
                "first what is refused beside it, or give one of them a name outside of branches and functions with "
                "tf.identity"
            )
        self._outputs, self._constants = list(dict.fromkeys(outputs)), constants or {}
        types = {name: (tf.as_dtype(dtype).as_datatype_enum, shape) for name, (dtype, shape) in feeds.items()}
        nodes = {node.name: node for node in model.graph.node}
        for name in self._constants:
            node = nodes.get(node_of(name))
            dtype = dtype_of(node) if node is not None else "float32"
            types[name] = (tf.as_dtype(dtype).as_datatype_enum, None)
        stored = _stored(nodes, types, same or {})
        types = {name: entry for name, entry in types.items() if name not in stored}
        same = {name: one for name, one in (same or {}).items() if one not in stored}
        part, self._fed = _slice(model.graph, outputs, types, same, equations or {})
        self._stored = OrderedDict((name, node) for name, node in stored.items() if _holds(part, node))
        if keep:
            keep_everything(part)
        self.narrowest = narrowest(part)
        if double:
            in_double(part)
        let_through(part, stops)
        self._sizes = importable(part)
        self.remark = put_references(part, equations or {})
        self.switches = {node.name: False for node in part.node if _is_flag(node, self._fed)}
        self.open = open_placeholders(part, {*self._fed.values(), *self.switches})
        self._variables = {name: entry for name, entry in model.nodes.items() if _holds(part, name)}
        self.no_gradients = "" if gradients else "not asked for"
        self.too_long = bool(gradients) and most is not None and len(part.node) > most
        if self.too_long:
            gradients, self.no_gradients = "", f"it has {len(part.node):,} operations, more than {most:,}"
        self._graph = tf.Graph()
        with self._graph.as_default(), old_control_flow():
            _import(part)
            self._loads = OrderedDict((name, assign) for name, *assign in self._assignments())
            self._gradients = self._differentiate(part, gradients == "weights") if gradients else {}
        self._session = v1.Session(graph=self._graph, config=_configured(served))
        loaded = [model.variables[name] for name, _ in self._variables.values()]
        self._size = sum(math.prod(one.shape) * np.dtype(one.dtype).itemsize for one in loaded)
        self._load(model)
        self.writes = tuple(node.name for node in part.node if UPDATE.match(node.op))
        # The next run would read what this one writes.
        self._restored = model if self.writes else None

    def close(self):
        """Close the session and free its variables."""
        self._session.close()
        self._session = None
        # The session and the graph reference each other.
        let_go(self._size)

    def __enter__(self):
        return self

    def __exit__(self, *raised):
        self.close()

    def run(self, values, spare=None):
        """Compute the outputs.

        Args:
            values: tensor name -> array, for the tensors to feed.
            spare: name of an open placeholder -> array.

        Returns:
            An OrderedDict from tensor name to array.

        Raises:
            ReplayError: the graph fails, or its sizes do not fit together and it is not run, because some operations
                end the process then; the message is TensorFlow's first line.
        """
        spare = spare or {}
        shapes = {normal(name): np.shape(value) for name, value in values.items()}
        shapes = {self._fed[name]: shape for name, shape in shapes.items() if name in self._fed}
        why = misfit(self._sizes, {**shapes, **{name: np.shape(value) for name, value in spare.items()}})
        if why:
            raise ReplayError(f"the TF1 graph does not take these sizes: {first_line(why)}")
        fetches = OrderedDict((name, self._tensor(name)) for name in self._outputs)
        return self._run(fetches, values, _by_tensor(spare))

    def prepared(self, values, spare=None):
        """Run, and return a function that runs again as a program does, without resetting variables."""
        self.run(values, spare)
        fetches = [self._tensor(name) for name in self._outputs]
        fed = {**self._given(values)[1], **self._flags(), **_by_tensor(spare or {})}
        return partial(self._session.run, fetches, fed)

    def run_gradients(self, values, targets, spare=None):
        """Compute the gradients of half the sum of the mean squares of (output - target).

        Args:
            values: as for `run`.
            targets: name of an output -> array of its shape.
            spare: as for `run`.

        Returns:
            An OrderedDict from the name of a fed tensor or of a variable's node to its gradient.
        """
        given = {self._targets[name]: targets[name] for name in self._targets}
        return self._run(self._gradients, values, {**given, **_by_tensor(spare or {})})

    def pull_back(self, output, gradient):
        """Turn the gradient of an output into those of the variables.

        Args:
            output: the name of an output that depends on no fed tensor.
            gradient: an array of its shape.

        Returns:
            An OrderedDict from the name of a variable's node to its gradient; without one where the graph stops it.
        """
        with self._graph.as_default():
            held = [(node, self._graph.get_tensor_by_name(f"{node}:0")) for node in self._variables]
            held = [(node, one) for node, one in held if one.dtype.is_floating or one.dtype == tf.resource]
            of = tf.constant(gradient, self._tensor(output).dtype)
            found = v1.gradients(self._tensor(output), [one for _, one in held], grad_ys=of)
        named = [(node, one) for (node, _), one in zip(held, found, strict=True) if one is not None]
        return self._session.run(OrderedDict((node, tf.convert_to_tensor(one)) for node, one in named))

    def _given(self, values):
        given = {normal(name): value for name, value in {**self._constants, **values}.items()}
        return given, {f"{self._fed[name]}:0": one for name, one in given.items() if name in self._fed}

    def _run(self, fetches, values, more):
        given, fed = self._given(values)
        if self._restored is not None:
            self._load(self._restored)
        self._assign({node: given[normal(name)] for name, node in self._stored.items()})
        try:
            return self._session.run(fetches, {**fed, **self._flags(), **more})
        except (tf.errors.OpError, TypeError, ValueError) as error:
            # A branch that a flag switches off has no value; is_training is tried off first, then on.
            if "Retval" in str(error) and not all(self.switches.values()):
                self.switches = dict.fromkeys(self.switches, True)
                return self._run(fetches, values, more)
            raise ReplayError(f"the TF1 graph does not run: {first_line(error)}") from error

    def _flags(self):
        return _by_tensor(self.switches)

    def _tensor(self, name):
        placeholder = self._fed.get(normal(name))
        return self._graph.get_tensor_by_name(f"{placeholder}:0" if placeholder else normal(name))

    def _assignments(self):
        """Yield the nodes of the subgraph's variables, each with the placeholder and operation that set it."""
        for name in dict.fromkeys((*self._variables, *self._stored.values())):
            tensor = self._graph.get_tensor_by_name(f"{name}:0")
            if tensor.op.type in ("VariableV2", "Variable"):
                value = v1.placeholder(tensor.dtype.base_dtype)
                yield name, value, tf.raw_ops.Assign(ref=tensor, value=value, validate_shape=False).op
            elif tensor.op.type == "VarHandleOp":
                value = v1.placeholder(tf.as_dtype(tensor.op.get_attr("dtype")))
                yield name, value, tf.raw_ops.AssignVariableOp(resource=tensor, value=value)

    def _load(self, model):
        names = [name for name in self._variables if name in self._loads]
        # Large variables are set one at a time; TensorFlow prepares each other set of fetches anew.
        for group in [names] if self._size < LARGE else [[name] for name in names]:
            self._assign({name: model.value_of(name) for name in group})

    def _assign(self, values):
        given = {}
        for name, value in values.items():
            placeholder, _ = self._loads[name]
            given[placeholder] = np.asarray(value).astype(placeholder.dtype.as_numpy_dtype, copy=False)
        try:
            self._session.run([self._loads[name][1] for name in values], given)
        except tf.errors.OpError as error:
            if len(values) == 1:
                raise ReplayError(f"{name} does not take its value: {first_line(error)}") from error
            # The error names the wrong one.
            for name, value in values.items():
                self._assign({name: value})

    def _differentiate(self, part, of_weights):
        """Return the gradients' tensors; {} when TensorFlow has none, and then `no_gradients` says why."""
        outputs = [self._tensor(name) for name in self._outputs]
        outputs = [
            (name, one) for name, one in zip(self._outputs, outputs, strict=True) if one.dtype.is_floating
        ]
        sources = OrderedDict((name, self._tensor(name)) for name in self._fed if name not in self._constants)
        branched = {node_of(node.input[0]) for node in part.node if node.op in SWITCHES}
        if branched & {*self._stored.values()}:
            self.no_gradients = "TensorFlow merges no gradients of a resource variable that two branches read"
            return {}
        handles = self._stored.items()
        sources.update((normal(name), self._graph.get_tensor_by_name(f"{node}:0")) for name, node in handles)
        variables = (
            [name for name in self._variables if name not in self._stored.values()] if of_weights else ()
        )
        sources.update((name, self._graph.get_tensor_by_name(f"{name}:0")) for name in variables)
        sources = {
            name: one for name, one in sources.items() if one.dtype.is_floating or one.dtype == tf.resource
        }
        try:
            contexts = contexts_of(part)
        except (ConditionalError, LoopError) as error:
            self.no_gradients = str(error)
            return {}
        if not outputs:
            raise ReplayError(f"TensorFlow {tf.__version__} cannot differentiate it: no output is of floats")
        self._targets = {name: v1.placeholder(one.dtype.base_dtype) for name, one in outputs}
        try:
            v1.train.import_meta_graph(contexts)
            # A TF1 variable is a reference, with which no gradient can begin.
            outputs = [(name, tf.identity(one)) for name, one in outputs]
            begun = [_of_mean_square(one, self._targets[name]) for name, one in outputs]
            found = v1.gradients([one for _, one in outputs], list(sources.values()), begun)
        except _NO_GRADIENT as error:
            # The error of `RegisterGradient` for an operation without one. No other error is a reason to go without.
            if type(error) is LookupError:
                self.no_gradients = first_line(error)
                return {}
            raise ReplayError(
                f"TensorFlow {tf.__version__} cannot differentiate it: {first_line(error)}"
            ) from error
        named = zip(sources, found, strict=True)
        return {name: tf.convert_to_tensor(value) for name, value in named if value is not None}


def _of_mean_square(output, target):
    """Return the gradient of half the mean square of (output - target): TensorFlow's own has twenty operations."""
    return (output - target) / tf.cast(tf.size(output), output.dtype)


def eagerly():
    """Return a context that runs a block eagerly inside of `Graph.as_default`, where Keras cannot be called."""
    return import_private(
        "tensorflow.python.eager.context.eager_mode", "to call a Keras model beside a graph"
    )()


def tensorflow_version():
    """Return the version of the TensorFlow that replays."""
    return tf.__version__


def first_line(error):
    """Return the text of an exception on one line, or its class where it has no text."""
    lines = [line.strip() for line in str(getattr(error, "message", "") or error).splitlines()]
    # TensorFlow first lists where the nodes were made, and then says what is wrong.
    places = [number for number, line in enumerate(lines) if line.startswith("Node: ")]
    told = [line for line in lines[places[-1] + 1 if places else 0 :] if line and line != _NOTHING_SAID]
    return told[0] if told else type(error).__name__


def _slice(graph, outputs, types, same, replaced):
    types = OrderedDict((normal(name), entry) for name, entry in types.items())
    try:
        part, fed = cut(graph, outputs, types, same)
    except SliceError as error:
        raise ReplayError(str(error)) from error
    why = why_not_run(part, replaced)
    if why:
        raise ReplayError(f"the slice between its inputs and outputs holds {why}")
    silence(part)
    return part, fed


def _stored(nodes, feeds, same):
    """Return name -> the variable's node, for the fed tensors that are the value of a resource variable.

    They are assigned, not fed: a branch, a loop or a function reads the variable itself.
    """
    equal = [(one, node_of(name)) for name, one in same.items()] + [(name, node_of(name)) for name in feeds]
    return {name: node for name, node in equal if node in nodes and nodes[node].op == "VarHandleOp"}


def _configured(served):
    config = v1.ConfigProto(allow_soft_placement=True)
    # Rewriting takes longer than the few runs of a proof; without it, what runs is the graph that was read.
    config.graph_options.rewrite_options.disable_meta_optimizer = not served
    return config


def _holds(part, name):
    return any(node.name == name for node in part.node)


def _is_flag(node, fed):
    """Whether a node is a boolean placeholder that no edge feeds."""
    return (
        node.op == "Placeholder"
        and attribute(node, "dtype").type == tf.bool.as_datatype_enum
        and (node.name not in fed.values())
    )


def _by_tensor(values):
    return {f"{name}:0": value for name, value in values.items()}


def _import(part):
    try:
        tf.import_graph_def(part, name="")
    except import_errors() as error:
        raise ReplayError(
            f"TensorFlow {tf.__version__} cannot import the graph: {first_line(error)}"
        ) from error
