"""Match the inputs and outputs of a model with tensors of a graph, and note what is left out."""

from dataclasses import dataclass, replace

from tf2_lstm.migrate.graph.frames import frames_of
from tf2_lstm.migrate.graph.nodes import data_inputs, edge, functions_of, node_of, normal
from tf2_lstm.migrate.graph.operations import Trait, having
from tf2_lstm.migrate.model import ArtifactError
from tf2_lstm.migrate.prove.matching import match
from tf2_lstm.migrate.translate.control.order import CLOSED, Order
from tf2_lstm.migrate.translate.edges.boundary import boundary_of
from tf2_lstm.migrate.translate.edges.ids import limits_of
from tf2_lstm.migrate.translate.whole import Edge, ProgramRefused, Whole
from tf2_lstm.migrate.translate.writing.writer import dtypes_of

#: Operations that return values of a loop, branch or function that is not translated: the replay runs it.
_PASSED = CLOSED - having(Trait.FRESH)


@dataclass(frozen=True)
class Claim:
    """The comparison that a model asks for.

    Attributes:
        whole: a `Whole` without lines: the inputs and outputs that were matched, under the names of the model.
        faults: (name, what is wrong with it), one for each input or output that only one side has.
        notes: a sentence for each thing that was matched, assumed or left out.
    """

    whole: object
    faults: tuple
    notes: tuple


def claim_of(tf1, findings, request, candidate, said):
    """Match a model with a TF1 graph.

    Args:
        tf1: the `TF1Model`, with a graph.
        findings: its `Findings`.
        request: the `Request`; its `fetch` and `feed` say where the graph ends and begins.
        candidate: the `Candidate`.
        said: name of an input or output -> TF1 tensor, as the user says.

    Returns:
        A `Claim`.

    Raises:
        ArtifactError: a name or a tensor is not there.
    """
    _check(candidate, said)
    said = {name: normal(tensor) for name, tensor in said.items()}
    try:
        return _Matching(tf1, findings, request, candidate, said).claim()
    except ProgramRefused as error:
        raise ArtifactError(f"{request.path}: {error}.") from error


def _check(candidate, said):
    for name in said:
        if name not in (*candidate.inputs, *candidate.outputs):
            raise ArtifactError(
                f"{name}: expected the name of an input or output of the model, received one that it does not have. "
                f"It has the inputs {', '.join(candidate.inputs)} and the outputs {', '.join(candidate.outputs)}."
            )


class _Matching:
    def __init__(self, tf1, findings, request, candidate, said):
        self.tf1, self.findings, self.request, self.candidate = tf1, findings, request, candidate
        self.nodes = {node.name: node for node in tf1.graph.node}
        self.given = {name: one for name, one in said.items() if name in candidate.inputs}
        self.asked = {name: one for name, one in said.items() if name in candidate.outputs}
        self.feed = (*request.feed, *self.given.values())
        self.faults, self.notes = [], []

    def claim(self):
        outputs = self._outputs()
        boundary, recurrences = self._behind(list(outputs.values()))
        self.notes += boundary.notes
        inputs = self._inputs(boundary)
        whole = Whole(
            None,
            [self._input(name, tensor) for name, tensor in inputs.items()],
            [self._edge(name, tensor) for name, tensor in outputs.items()],
            {one.name: one for one in recurrences},
            {},
            {},
            limits_of(self.nodes, self.tf1, list(self.nodes)),
            boundary,
            name="the model",
        )
        return Claim(whole, tuple(self.faults), tuple(dict.fromkeys(self.notes)))

    def _outputs(self):
        """Map the name of each output of the model to the tensor that it must equal."""
        tensors = {tensor: name for name, tensor in self._given_out().items()}
        tensors.update((tensor, "") for tensor in self.asked.values() if tensor not in tensors)
        matched = match(self.candidate.outputs, tensors, self.asked)
        self._tell("output", matched)
        for tensor in matched.left:
            what = "the graph gives it out, and no output of the model is it"
            self._miss(bool(self.asked) and not self.request.fetch, tensor, what, f"--map OUTPUT={tensor}")
        for name in matched.names:
            what = "nothing that the graph gives out is it"
            self._miss(bool(self.asked), f"output {name}", what, f"--map {name}=TENSOR")
        return matched.tensors

    def _given_out(self):
        """Return name -> tensor of the graph's outputs; {} where none is found and the user names the outputs."""
        try:
            boundary = boundary_of(self.tf1, self.findings, self.request.fetch, self.feed)
        except ProgramRefused:
            if not self.asked or self.request.fetch:
                raise
            return {}
        self.notes += boundary.notes
        return boundary.outputs

    def _behind(self, tensors):
        """Return the boundary and the recurrences of some tensors, also through loops that are no recurrence."""
        frames = frames_of(self.nodes, functions_of(self.tf1.graph))
        while True:
            boundary = boundary_of(self.tf1, self.findings, tensors, self.feed)
            feeds = {*map(normal, self.feed)}
            order = Order(self.nodes, self.findings.recurrences, feeds, frames).of(tensors)[0]
            passed = [self.nodes[key] for key in order if key in self.nodes and self.nodes[key].op in _PASSED]
            more = [normal(one) for node in passed for one in data_inputs(node)]
            more = [one for one in dict.fromkeys(more) if one not in tensors]
            if not more:
                return boundary, [self.findings.recurrences[key] for key in order if isinstance(key, int)]
            tensors = [*tensors, *more]

    def _inputs(self, boundary):
        """Map the name of each input of the model to the tensor that is fed the same."""
        keys = {
            normal(tensor): key
            for one in (self.tf1.signatures or {}).values()
            for key, tensor in one["inputs"].items()
        }
        tensors = {normal(tensor): keys.get(normal(tensor), "") for tensor in boundary.inputs}
        matched = match(tuple(self.candidate.inputs), tensors, self.given)
        self._tell("input", matched)
        for tensor in matched.left:
            what = "it is fed to the graph, and no input of the model is it"
            self._miss(False, tensor, what, f"--map INPUT={tensor}, or begin behind it with --feed")
        for name in matched.names:
            self._miss(False, f"input {name}", "nothing that is fed is it", f"--map {name}=TENSOR")
        return matched.tensors

    def _miss(self, chosen, name, what, step):
        """Note an input or output that is not compared; it is a fault unless the user chose which are."""
        if chosen:
            self.notes.append(f"not compared: {name}: {what}")
        else:
            self.faults.append((name, f"{what}. Next: {step}"))

    def _tell(self, side, matched):
        for name, tensor in matched.tensors.items():
            how = ", assumed by their order" if name in matched.assumed else ""
            self.notes.append(f"{side} {name} is {tensor}{how}")

    def _edge(self, name, tensor):
        dtype = dtypes_of(self.nodes[node_of(tensor)])[edge(tensor)[1]]
        return Edge(name, tensor, dtype, self.findings.shapes.get(tensor))

    def _input(self, name, tensor):
        """Return an input's `Edge`, its sizes as far as either side fixes them; add a fault where they do not fit."""
        one = self._edge(name, tensor)
        dtype, shape = self.candidate.inputs[name] or (one.dtype, one.shape)
        if shape is None:
            raise ProgramRefused(
                f"{tensor}: expected a shape of what is fed, found none. Begin behind it with --feed"
            )
        if dtype != one.dtype:
            self.faults.append((f"input {name}", f"dtype {dtype}, expected {one.dtype} of {tensor}"))
        sizes = _both(shape, shape if one.shape is None else one.shape)
        if sizes is None:
            self.faults.append((f"input {name}", f"shape {shape}, expected {one.shape} of {tensor}"))
        elif sizes != one.shape:
            self.notes.append(
                f"input {name}: proved for {sizes}, the sizes of the model; the graph has {one.shape}"
            )
        return replace(one, shape=sizes)


def _both(shape, other):
    """Return the sizes that either of two shapes fixes; None where they do not fit."""
    pairs = list(zip(shape, other, strict=False))
    if len(shape) != len(other) or any(None not in pair and pair[0] != pair[1] for pair in pairs):
        return None
    return tuple(b if a is None else a for a, b in pairs)
