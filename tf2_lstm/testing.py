"""For a project's own tests: compare a Keras model that somebody wrote by hand with the TF1 graph that it replaces."""

from tf2_lstm.migrate.convert.against import hold
from tf2_lstm.migrate.convert.converting import Request
from tf2_lstm.migrate.prove.candidate import candidate_of
from tf2_lstm.migrate.report import as_text


def assert_equivalent(path, model, inputs=None, outputs=None, fetch=(), feed=(), weights=None, ema=False):
    """Assert that a Keras model computes what a TF1 graph computes: structure first, then every output.

    The graph runs in a session on seeded numbers of several sizes, ids below the rows of their tables; the model is
    called with the same, for inference. Floats are held to the table of tolerances, integers are equal. Gradients are
    compared by the inputs of floats.

    Args:
        path: a TF1 checkpoint with its .meta, a SavedModel or a frozen graph.
        model: a Sequential or functional `keras.Model`. Or a function, or a subclassed model, that is called with a
            dict of arrays and returns a dict of arrays; then `inputs` and `outputs` name all.
        inputs: name of an input of the model -> the TF1 tensor that it is. All others are matched by name, and by
            order when nothing else is known.
        outputs: name of an output of the model -> the TF1 tensor that it must equal, in the same way. Outputs that it
            does not name may then be left out; the report says which are.
        fetch: names of the TF1 tensors to compare; () for those at which the graph ends.
        feed: names of TF1 tensors at which the graph begins, beside its placeholders.
        weights: the checkpoint, where it is not beside the graph.
        ema: whether the variables are their exponential moving averages.

    Returns:
        The `tf2_lstm.migrate.equivalence.compare.Report`: `cases[0].tensors` has a row for each output and size, and
        for each gradient, `notes` says what was matched and what was left out.

    Raises:
        AssertionError: something differs; its text is the report.
        UserError: the TF1 model cannot be read, or a name is not there.

    Example:
        ```python
        import keras

        from tf2_lstm.testing import assert_equivalent

        ids = keras.Input((None,), dtype="int32", name="ids")
        model = keras.Model(ids, keras.layers.Embedding(3, 2, name="vectors")(ids))
        try:
            assert_equivalent("no/such/model.ckpt", model)
        except ValueError as error:
            assert "nothing is there" in str(error)
        ```
    """
    __tracebackhide__ = True
    request = Request(str(path), weights, ema, fetch=tuple(fetch), feed=tuple(feed))
    candidate = candidate_of(model, inputs, outputs)
    report = hold(request, candidate, {**(inputs or {}), **(outputs or {})})
    if not report.passed:
        raise AssertionError(as_text.render(report, width=120))
    return report
