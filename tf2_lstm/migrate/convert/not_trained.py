"""Find the variables of a recurrence that TF1 does not train: Keras trains every weight unless it is told not to."""


def not_trained(tf1, recurrence):
    """List the variables of a recurrence that TF1 does not train.

    Args:
        tf1: the `TF1Model`.
        recurrence: a `Recurrence` of it.

    Returns:
        A sentence; "" where TF1 trains all of them, or nothing says what it trains.

    Example:
        ```python
        from types import SimpleNamespace as Namespace

        rnn = Namespace(name="rnn", cells=[Namespace(variables=["kernel", "bias"])])
        nodes = {"kernel": ("kernel", None), "bias": ("bias", None)}
        tf1 = Namespace(nodes=nodes, trainable=frozenset({"kernel"}))
        assert not_trained(tf1, rnn).startswith("rnn: TF1 does not train bias;")
        ```
    """
    if tf1.trainable is None:
        return ""
    # A variable that no node holds is a part of another one, as cuDNN's blob is saved.
    others = {name for node, (name, _) in tf1.nodes.items() if node not in tf1.trainable}
    trained = {tf1.nodes[node][0] for node in tf1.trainable if node in tf1.nodes}
    fixed = sorted({name for cell in recurrence.cells for name in cell.variables} & others - trained)
    if not fixed:
        return ""
    return (
        f"{recurrence.name}: TF1 does not train {', '.join(fixed)}; Keras would. Before you train, set trainable = "
        "False of the layer"
    )
