"""What TensorFlow 1.15.5 computes of the cases of the rows, recorded once.

python tests/migrate/translate/row_records.py PYTHON_OF_TENSORFLOW_1_15
"""

import json
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import tensorflow as tf
from row_cases import FED, cases

v1 = tf.compat.v1
RECORDS = Path(__file__).with_name("row_records.npz")


def fed():
    """What is fed: name of a placeholder -> array."""
    return {name: np.asarray(values, dtype) for name, (dtype, _, values) in FED.items()}


@cache
def records():
    """Read what is recorded: name of a case -> {"output": array, "gradient of x": array, ...}."""
    found = {}
    with np.load(RECORDS) as file:
        for key in file:
            case, _, what = key.rpartition("/")
            found.setdefault(case, {})[what] = file[key]
    return found


def definition_of(function):
    """The `GraphDef` of one case, as a TensorFlow reads it that does not know the newer attributes."""
    v1.disable_control_flow_v2()
    with tf.Graph().as_default():
        given = {name: v1.placeholder(dtype, shape, name=name) for name, (dtype, shape, _) in FED.items()}
        tf.identity(function(given), name="output")
        written = v1.train.export_meta_graph(strip_default_attrs=True, clear_devices=True).graph_def
    for node in [one for one in written.node if one.op.startswith("SparseSegment")]:
        # There indices and numbers of segments are int32.
        for place, kind in ((1, "Tidx"), (2, "Tsegmentids")):
            if node.attr[kind].type == tf.int64.as_datatype_enum:
                cast = written.node.add(name=f"{node.name}/{kind}", op="Cast", input=[node.input[place]])
                cast.attr["SrcT"].type, cast.attr["DstT"].type = (
                    node.attr[kind].type,
                    tf.int32.as_datatype_enum,
                )
                node.input[place] = cast.name
        for newer in ("Tidx", "Tsegmentids", "sparse_gradient"):
            node.attr.pop(newer, None)
    return written


def main(python):
    """Record all cases anew; name those that TensorFlow 1.15.5 cannot run."""
    names = list(cases())
    with tempfile.TemporaryDirectory() as folder:
        np.savez(f"{folder}/feeds.npz", **fed())
        for number, function in enumerate(cases().values()):
            Path(folder, f"{number}.pb").write_bytes(definition_of(function).SerializeToString())
        script = Path(__file__).with_name("rows_on_tf115.py")
        subprocess.run([python, str(script), folder], check=True)
        with np.load(f"{folder}/found.npz") as file:
            found = {
                f"{names[int(key.partition('/')[0])]}/{key.partition('/')[2]}": file[key] for key in file
            }
        errors = json.loads(Path(folder, "errors.json").read_text())
    np.savez_compressed(RECORDS, **found)
    for number, error in errors.items():
        print(f"{names[int(number)]}: {error}")


if __name__ == "__main__":
    main(sys.argv[1])
