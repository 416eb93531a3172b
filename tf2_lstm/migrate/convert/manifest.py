"""`manifest.json`: a list of all that was written, for other programs; schema 1."""

from dataclasses import asdict

from tf2_lstm import __version__
from tf2_lstm.migrate.keras_code.rates import places_of
from tf2_lstm.migrate.keras_code.recurrence import program_of
from tf2_lstm.migrate.model import describe
from tf2_lstm.migrate.pairs.row import Layout
from tf2_lstm.migrate.pairs.tree import tensors_of
from tf2_lstm.migrate.prove.samples import fed_tensors
from tf2_lstm.migrate.recognise.rest.copies import sharing
from tf2_lstm.migrate.report.as_json import tensor_entry
from tf2_lstm.migrate.report.speed import speed_entry


def manifest_of(tf1, findings, converted, versions, wholes=()):
    """Describe a conversion.

    Args:
        tf1: the `TF1Model`.
        findings: the `Findings`; `not_converted` also holds recurrences that failed.
        converted: a list of (recurrence, `CaseReport`, weight paths), see `weight_paths`.
        versions: program -> version.
        wholes: the same of whole programs: (Whole, `CaseReport`, weight paths).

    Returns:
        A dict of plain data.
    """
    shared = sharing([one for one, _, _ in converted])
    return {
        "schema": 1,
        "tool": {"name": "tf2-lstm", "version": __version__, **versions},
        "source": {"kind": tf1.kind, "files": dict(tf1.files), "producer": tf1.producer},
        "models": [*(_model(*one, shared) for one in converted), *(_whole(*one) for one in wholes)],
        "not_converted": [not_converted_entry(one) for one in findings.not_converted],
        "not_in_the_model": [asdict(one) for one in findings.not_in_the_model],
        "unclaimed_variables": [unclaimed_entry(one) for one in findings.unclaimed],
    }


def _model(recurrence, report, paths, shared):
    computed = {one.tensor: one for cell in recurrence.cells for one in cell.computed}
    return {
        "name": recurrence.name,
        "kind": "recurrence",
        "file": f"{recurrence.name}.keras",
        "source_code": f"{recurrence.name}.py",
        **recurrence_entry(recurrence),
        "inputs": [tensor_of(tensor) for tensor in fed_tensors(recurrence)],
        "outputs": [tensor_of(tensor) for tensor in recurrence.outputs],
        "variables": {name: own for name, own in paths.items() if name not in computed},
        "computed_weights": [
            {"tf1": name, "from": list(weight.sources), "weights": paths[name]}
            for name, weight in computed.items()
        ],
        "shares_variables": [
            {"with": other, "variables": names} for other, names in shared.get(recurrence.name, {}).items()
        ],
        "dropout": {rate.said: list(rate.places) for rate in program_of(recurrence).rates.values()},
        "proof": _proof(report),
    }


def _whole(whole, report, paths):
    return {
        "name": whole.name,
        "kind": "program",
        "file": f"{whole.name}.keras",
        "source_code": f"{whole.name}.py",
        "inputs": [asdict(one) for one in whole.inputs],
        "outputs": [asdict(one) for one in whole.outputs],
        "recurrences": [one.name for one in whole.recurrences.values()],
        "fixed": dict(whole.boundary.fixed),
        "dropout": places_of(whole),
        "variables": paths,
        "computed_weights": [],
        "proof": _proof(report),
        **({} if report.speed is None else {"speed": speed_entry(report.speed)}),
    }


def _proof(report):
    return {
        "passed": report.passed,
        "max_abs_diff": max((tensor.max_abs_diff for tensor in report.tensors), default=None),
        "tensors": [tensor_entry(tensor) for tensor in report.tensors],
    }


def recurrence_entry(recurrence):
    """Return a recurrence as plain data."""
    return {
        "scope": recurrence.scope,
        "form": recurrence.form,
        "cell": describe(recurrence.call),
        "time_major": recurrence.time_major,
        "reverse": recurrence.reverse,
        "ends": recurrence.ends,
        "past_end": recurrence.past_end,
        "most_steps": recurrence.most_steps,
        "output_layer": dict(recurrence.output_layer.arguments) if recurrence.output_layer else None,
        "assumed": list(recurrence.assumed),
        "zero_states": [
            tensor_of(tensor)
            for tensor in recurrence.inputs
            if tensor.value is None and tensor not in fed_tensors(recurrence)
        ],
        "around": asdict(recurrence.around) if recurrence.around else None,
        "fixed": {one.name: list(one.value) for one in recurrence.inputs if one.value is not None},
    }


#: This says why an entry has no TF1 tensor.
ZEROS = "zeros that the unroll makes for itself"
NOT_KEPT = "no tensor of the artefact has this value"


def tensor_of(tensor):
    """Return a `model.Tensor` as plain data.

    One that cannot be fetched says why in `no_tf1`; its place, when it has one in a branch or a loop, is `inside`.
    """
    said = {
        "name": tensor.name,
        "tf1": tensor.tf1 or None,
        "dtype": tensor.dtype,
        "shape": list(tensor.shape),
    }
    if tensor.closed:
        return {**said, "tf1": None, "no_tf1": tensor.closed, "inside": tensor.tf1}
    return said if tensor.tf1 else {**said, "no_tf1": ZEROS if tensor.zero else NOT_KEPT}


def not_converted_entry(one):
    """Return a `NotConverted` as plain data."""
    return {
        "scope": one.scope,
        "reason": one.reason,
        "variables": list(one.variables),
        "operations": list(one.operations),
        "state_shapes": [
            list(shape) if isinstance(shape, (list, tuple)) else shape for shape in one.state_shapes
        ],
        "nearest": one.nearest,
        "differs": one.differs,
    }


def unclaimed_entry(one):
    """Return an `Unclaimed` as plain data."""
    return {"name": one.name, "shape": list(one.shape), "reason": one.reason}


def weight_paths(cell, weights):
    """Map each variable of a cell to the Keras weights that hold its numbers.

    Args:
        cell: the `CellVariables`.
        weights: the Keras cell's own weights, in order.

    Returns:
        A dict: checkpoint name -> list of Keras weight paths.
    """
    own, in_keras = (_blocks(cell.call, layout) for layout in (cell.layout, Layout.KERAS))
    found = {}
    for leaf, name in cell.names.items():
        held = zip(weights, in_keras.values(), strict=True)
        paths = [weight.path for weight, blocks in held if leaf not in own or blocks & own[leaf]]
        found.setdefault(name, [])
        found[name] += [path for path in paths if path not in found[name]]
    return found


def _blocks(call, layout):
    """Map the names of a layout's weights, in order, to the blocks of each."""
    found = {}
    for one in tensors_of(call, layout):
        found.setdefault(one.name, set()).update((kind, gate) for kind in one.rows for gate in one.gates)
    return found
