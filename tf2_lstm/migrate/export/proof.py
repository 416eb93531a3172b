"""Compare another runtime with the Keras model, on the same inputs."""

from collections import OrderedDict

import keras

from tf2_lstm.migrate.equivalence.compare import CaseReport, Report, compare_results
from tf2_lstm.migrate.equivalence.result import KERAS, RunResult
from tf2_lstm.migrate.export.model_edges import call


def prove(model, samples, run, runtime, versions):
    """Compare all outputs of a model with those of another runtime.

    Args:
        model: the Keras model.
        samples: the `Sample`s.
        run: function of name -> array that returns name -> array, the other runtime.
        runtime: the name of the runtime.
        versions: program -> version, of the runtime.

    Returns:
        A `Report` of one case.
    """
    tensors = []
    for sample in samples:
        expected, received = call(model, sample.values), run(sample.values)
        # Outputs have names in another runtime; their order has no meaning.
        received = {name: received[name] for name in [*expected, *received] if name in received}
        tensors += compare_results(
            RunResult(f"{KERAS}, {sample.label}", OrderedDict(expected)),
            RunResult(runtime, OrderedDict(received)),
        )
    case = CaseReport(f"{model.name} in {runtime}", tensors)
    return Report([case], versions={runtime: versions, KERAS: {"keras": keras.__version__}})
