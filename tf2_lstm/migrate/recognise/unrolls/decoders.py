"""Decoders that no layer runs: the input of a step comes from the step before it, or from a memory with attention."""

from tf2_lstm.migrate.graph.loops import counts
from tf2_lstm.migrate.graph.operations import Trait, having
from tf2_lstm.migrate.graph.terms import leaves
from tf2_lstm.migrate.graph.walks import computed_from
from tf2_lstm.migrate.recognise.unrolls.nearest import step_terms
from tf2_lstm.migrate.recognise.unrolls.unrolled import base

#: Operations that draw or choose -> a description of a decoder with them.
CHOICES = {
    "TopKV2": "the best of several sequences at once are kept (as BeamSearchDecoder does)",
    "ScatterNd": "chance decides whether it is what the step before gave out (as "
    "ScheduledEmbeddingTrainingHelper and ScheduledOutputTrainingHelper do)",
    "Multinomial": "it is drawn by chance from what the step before gave out (as SampleEmbeddingHelper does)",
    "ArgMax": "it is looked up by what the step before gave out (as GreedyEmbeddingHelper does, or "
    "a loop_fn of tf.nn.raw_rnn may)",
}
#: Choices that feed a decoder only where it reads no sequence step by step.
FEEDS_ITSELF = having(Trait.CHOOSES)
WRITES = "a step reads a memory that the steps before it wrote, by a softmax, as a Neural Turing Machine does"
ATTENDS = "a step attends to a memory, and its cell reads what the step before found there (as AttentionWrapper does)"
FED_BACK = (
    "what the step before gave out goes into the input of a step (as a loop_fn of tf.nn.raw_rnn may have it, or a "
    "decoder that feeds itself)"
)


def why_no_layer(loop):
    """Find why a loop is a decoder that no layer runs: it is not fed a sequence.

    Args:
        loop: a `Loop` that was not understood.

    Returns:
        (sentence, term): the sentence, and the first operation that shows it; ("", None) when it is no such decoder.
    """
    own = {var.leaf for var in loop.variables}
    said, shown = [], []
    fed_back = {}
    for term in (term for var in loop.variables if not _collects(var) for term in leaves(var.next)):
        fed_back.setdefault(term.op, term)
    times = {var.leaf for var in loop.variables if counts(var)}
    steps = [term for var in loop.variables for term in leaves(var.next) if term.op == "element"]
    reads = any(term.args[1] in times for term in steps)
    choice = next((op for op in CHOICES if op in fed_back and not (reads and op in FEEDS_ITSELF)), "")
    if choice:
        said.append(f"the input of a step is no step of a sequence: {CHOICES[choice]}")
        shown.append(fed_back[choice])
    inside = step_terms([var.next for var in loop.variables], own)
    weighed = {term: _weighed(term, inside) for term in inside if term.op == "Softmax"}
    read = {one for every in weighed.values() for one in every}
    if read:
        said.append(WRITES if read & {*inside, *own} else ATTENDS)
        shown += [term for term, every in weighed.items() if every]
    return "; ".join(said), next(iter(shown), None)


def fed_back(loop, matches):
    """Find the first operation between the output of a cell in a loop and the input of a cell at the next step.

    Args:
        loop: a `Loop` that was not understood.
        matches: every `CellMatch` of the model.

    Returns:
        The term of the operation; None where only states are carried on.
    """
    carried = {var.leaf: var for var in loop.variables}
    cells = [one for one in matches if _is_carried(one, carried)]
    states = {base(old) for one in cells for old in one.old.values()}
    given = {term for one in cells for term in (one.output, *one.new.values())}
    read = set(leaves([one.inputs for one in cells], given))
    for var in (var for var in loop.variables if var.leaf in read - states and not counts(var)):
        below = set(leaves(var.next))
        first = {one.output for one in cells} & below or given & below
        if first:
            made = computed_from(first, below)
            return min(made - first or made, key=lambda term: term.number)
    return None


def _is_carried(one, carried):
    """Whether a loop carries a cell's new states on in the place of its old ones."""
    variables = {state: carried.get(base(old)) for state, old in one.old.items()}
    return all(
        var is not None and one.new[state] in (var.next, *var.next.args) for state, var in variables.items()
    )


def _collects(var):
    """Whether a loop variable only collects the outputs of steps, or counts them."""
    return counts(var) or var.next.op == "write"


def _weighed(softmax, inside):
    """List the other factors of the matrix products in which a softmax is: the rows that it weighs."""
    above = computed_from([softmax], inside)
    products = [term for term in above if term.op.startswith("BatchMatMul")]
    return [arg for term in products for arg in term.args if arg not in above]
