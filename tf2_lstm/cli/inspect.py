"""`tf2-lstm inspect`: show the recurrences of a TF1 model, and where its program begins and ends; nothing is run."""

from dataclasses import asdict

from tf2_lstm.cli.model_arguments import (
    add_model_arguments,
    all_written,
    import_quietly,
    limits_of,
    request_of,
)
from tf2_lstm.cli.process import one_line
from tf2_lstm.migrate.report.printable import json_text


def add_arguments(parser):
    """Declare the arguments of `tf2-lstm inspect`."""
    add_model_arguments(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text")


def own_process(arguments):
    """Return the `Limits` of the process, a function that cleans up nothing, and PATH."""
    return limits_of(arguments), lambda: None, one_line(arguments.path)


def run(arguments):
    """Run the command; return 0 if all recurrences are known, 1 if one is not, 2 for unusable input."""
    import_quietly(arguments.path, builds=False)
    from tf2_lstm.migrate.convert import converting, findings_as_text
    from tf2_lstm.migrate.convert.whole_edges import edges_of

    request = request_of(arguments)
    tf1, findings = converting.look(request)
    programs = edges_of(tf1, findings, request)
    all_written(arguments)
    if arguments.format == "json":
        print(json_text(as_data(tf1, findings, programs)))
    else:
        print(findings_as_text.render(tf1, findings, programs=programs))
    return 1 if findings.not_converted else 0


def as_data(tf1, findings, programs):
    """Return a model, its findings and the edges of its programs as plain data, with the keys of the manifest."""
    from tf2_lstm.migrate.convert import manifest

    return {
        "schema": 1,
        "source": {"kind": tf1.kind, "files": dict(tf1.files), "producer": tf1.producer},
        "notes": [*tf1.notes, *findings.notes],
        "recurrences": [
            {
                "name": one.name,
                **manifest.recurrence_entry(one),
                "inputs": [manifest.tensor_of(tensor) for tensor in one.inputs],
                "outputs": [manifest.tensor_of(tensor) for tensor in one.outputs],
                "variables": [name for cell in one.cells for name in cell.variables],
                "keep_probs": dict(one.keep_probs),
                "notes": list(one.notes),
            }
            for one in findings.recurrences
        ],
        "not_converted": [manifest.not_converted_entry(one) for one in findings.not_converted],
        "not_in_the_model": [asdict(one) for one in findings.not_in_the_model],
        "programs": programs,
        "unclaimed_variables": [manifest.unclaimed_entry(one) for one in findings.unclaimed],
    }
