"""An ONNX graph while it is written: nodes, constants and new names."""

import keras
import numpy as np
from onnx import TensorProto, helper, numpy_helper

#: Every onnxruntime since 1.12 runs it.
OPSET, IR_VERSION = 17, 8


class Graph:
    """The nodes of one graph, or of the body of a Scan; a body reads values of the graph around it by name.

    Args:
        outer: the graph around a body, which holds its constants; None for the model's own.
        taken: names that no value may get.
    """

    def __init__(self, outer=None, taken=()):
        self.nodes, self.taken = [], set(taken) if outer is None else outer.taken
        self.constants = {} if outer is None else outer.constants
        self._names = {} if outer is None else outer._names
        self._known = {} if outer is None else outer._known

    def fresh(self, stem):
        """Return a name that no other value of the model has."""
        number = self._names.get(stem, 0)
        while f"{stem}_{number}" in self.taken:
            number += 1
        self._names[stem] = number + 1
        return f"{stem}_{number}"

    def add(self, operator, inputs, outputs=1, **attributes):
        """Append a node.

        Args:
            operator: ONNX's name of it.
            inputs: names of values, "" for one that is left out.
            outputs: the number of outputs.
            **attributes: ONNX's attributes; those that are None are left out.

        Returns:
            The name of the output; a list of names for more than one.
        """
        names = [self.fresh(operator.lower()) for _ in range(outputs)]
        given = {key: value for key, value in attributes.items() if value is not None}
        self.nodes.append(helper.make_node(operator, list(inputs), names, name=names[0], **given))
        return names[0] if outputs == 1 else names

    def constant(self, value, dtype=None):
        """Return the name of a constant; equal small ones and the same variable are held once.

        Args:
            value: an array, a number, a list, a Keras variable or a tensor.
            dtype: the dtype of the constant; by default the value's own.
        """
        array = value if isinstance(value, np.ndarray) else np.asarray(keras.ops.convert_to_numpy(value))
        array = np.ascontiguousarray(array.astype(dtype or array.dtype)).reshape(array.shape)
        key = id(value) if array.size > 64 else array.tobytes()
        key = (key, array.dtype.str, array.shape)
        if key not in self._known:
            name = self.fresh("constant")
            # The value is kept, so that no other has its id.
            self._known[key] = (name, value)
            self.constants[name] = numpy_helper.from_array(array, name)
        return self._known[key][0]

    def integers(self, *numbers):
        """Return the name of a constant vector of int64, as ONNX wants axes and sizes."""
        return self.constant(np.array(numbers, "int64"))

    def used_constants(self):
        """Return the constants that a node uses, also in the body of one."""
        used, waiting = set(), list(self.nodes)
        while waiting:
            node = waiting.pop()
            used.update(node.input)
            waiting += [inner for one in node.attribute for inner in one.g.node]
        return [tensor for name, tensor in self.constants.items() if name in used]

    def cast(self, name, dtype):
        """Return a value in another dtype."""
        return self.add("Cast", [name], to=onnx_dtype(dtype))

    def size(self, name, *axes):
        """Return the sizes of a value along axes, a vector of int64."""
        return self.add("Gather", [self.add("Shape", [name]), self.integers(*axes)], axis=0)

    def zeros(self, sizes, dtype="float32", value=0):
        """Return zeros of the sizes in a vector of int64."""
        tensor = helper.make_tensor("value", onnx_dtype(dtype), [1], np.array([value], dtype).tolist())
        return self.add("ConstantOfShape", [sizes], value=tensor)

    def unsqueeze(self, name, *axes):
        """Return a value with new axes of size 1."""
        return self.add("Unsqueeze", [name, self.integers(*axes)])

    def squeeze(self, name, *axes):
        """Return a value without some axes of size 1."""
        return self.add("Squeeze", [name, self.integers(*axes)])

    def joined(self, *sizes):
        """Return one vector of int64 joined from vectors; an int stands for a vector of it alone."""
        names = [size if isinstance(size, str) else self.integers(size) for size in sizes]
        return self.add("Concat", names, axis=0)

    def flipped(self, name, axis):
        """Return a value with an axis reversed."""
        ends = [self.integers(number) for number in (-1, np.iinfo("int64").min, axis, -1)]
        return self.add("Slice", [name, *ends])


def value_info(name, dtype, sizes=None):
    """Return the description of a value that is an input or output of a graph.

    Args:
        name: the value's name.
        dtype: its dtype's name.
        sizes: its shape, None or a name for each size that is open; None where its rank is not known.
    """
    return helper.make_tensor_value_info(name, onnx_dtype(dtype), sizes)


def onnx_dtype(dtype):
    """Return ONNX's number for a dtype's name.

    Example:
        ```python
        assert onnx_dtype("float32") == 1
        ```
    """
    return TensorProto.BOOL if str(dtype) == "bool" else helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
