"""TF1 models of live graphs, whose variables have given values."""

from tf2_lstm.migrate.model import TF1Model, Variable


def model_of(graph, values, trainable=None):
    """Return the `TF1Model` of a graph, with a variable for each name of a node -> array."""
    variables = {
        name: Variable(name, value.shape, "float32", lambda value=value: value)
        for name, value in values.items()
    }
    nodes = {name: (name, None) for name in values}
    return TF1Model(
        "checkpoint", "", graph=graph.as_graph_def(), variables=variables, nodes=nodes, trainable=trainable
    )
