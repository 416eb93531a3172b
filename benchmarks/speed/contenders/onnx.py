"""onnxruntime's LSTM and GRU operators, one a layer."""

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

THREADS = 2


def versions():
    """Return what this contender uses."""
    return {"onnxruntime": onnxruntime.__version__, "onnx": onnx.__version__}


def forget():
    """Nothing is kept."""


def build(name, task, arrays):
    """Return the functions (first, again) of a task."""
    session = session_of(_model(task, arrays).SerializeToString())
    return _streaming(session, task, arrays) if task.kind == "streaming" else _inference(session, arrays)


def session_of(written):
    """Return onnxruntime's session of a file's bytes, with the threads that every contender has."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = THREADS, 1
    return onnxruntime.InferenceSession(written, options, ["CPUExecutionProvider"])


#: ONNX's order of the blocks, as places in Keras's: LSTM i, o, f, c; GRU z, r, h.
_ORDER = {"lstm": (0, 3, 1, 2), "gru": (0, 1, 2)}


def _model(task, arrays):
    nodes = [helper.make_node("Transpose", ["x"], ["y_0"], perm=[1, 0, 2])]
    constants = [numpy_helper.from_array(np.array([1], "int64"), "one")]
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["b", "t", task.depth])]
    outputs, last = [], len(task.units)
    for layer, units in enumerate(task.units):
        constants += _weights(task.cell, arrays, layer)
        states = ["h", "c"][: 2 if task.cell == "lstm" else 1]
        given = [f"{name}_{layer}" for name in states] if task.kind == "streaming" else []
        made = [f"new_{name}" for name in given]
        inputs += [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, "b", units]) for name in given]
        outputs += [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, "b", units]) for name in made]
        names = [f"y_{layer}", f"w_{layer}", f"r_{layer}", f"b_{layer}", "", *given]
        options = {"hidden_size": units, **({"linear_before_reset": 0} if task.cell == "gru" else {})}
        nodes.append(helper.make_node(task.cell.upper(), names, [f"z_{layer}", *made], **options))
        nodes.append(helper.make_node("Squeeze", [f"z_{layer}", "one"], [f"y_{layer + 1}"]))
    nodes.append(helper.make_node("Transpose", [f"y_{last}"], ["y"], perm=[1, 0, 2]))
    result = helper.make_tensor_value_info("y", TensorProto.FLOAT, ["b", "t", task.units[-1]])
    graph = helper.make_graph(nodes, "rnn", inputs, [result, *outputs], constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)


def _weights(cell, arrays, layer):
    def arranged(name):
        blocks = np.split(arrays[f"{name}_{layer}"], len(_ORDER[cell]), axis=-1)
        return np.concatenate([blocks[place] for place in _ORDER[cell]], axis=-1)

    bias = arranged("bias")
    tensors = {
        f"w_{layer}": arranged("kernel").T[None],
        f"r_{layer}": arranged("recurrent").T[None],
        f"b_{layer}": np.concatenate([bias, np.zeros_like(bias)])[None],
    }
    return [numpy_helper.from_array(np.ascontiguousarray(value), name) for name, value in tensors.items()]


def _inference(session, arrays):
    def run():
        return {"outputs": session.run(["y"], {"x": arrays["x"]})[0]}

    return run, run


def _streaming(session, task, arrays):
    steps = [np.ascontiguousarray(arrays["x"][:, t : t + 1]) for t in range(task.time)]
    names = [one.name for one in session.get_inputs()[1:]]
    zeros = {one.name: np.zeros((1, task.batch, one.shape[2]), "float32") for one in session.get_inputs()[1:]}
    fetched = ["y", *(f"new_{name}" for name in names)]

    def run():
        states, outputs = zeros, []
        for one in steps:
            y, *new = session.run(fetched, {"x": one, **states})
            states = dict(zip(names, new, strict=True))
            outputs.append(y)
        return {"outputs": np.concatenate(outputs, axis=1)}

    return run, run
