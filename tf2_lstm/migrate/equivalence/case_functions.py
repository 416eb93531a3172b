"""Python functions that cases give to TF1 and to Keras alike, by name, so that a row stays data."""


def half_sum(inputs, outputs):
    """Return the mean of a cell's inputs and outputs, a residual_fn."""
    return 0.5 * (inputs + outputs)


FUNCTIONS = {"half_sum": half_sum}
