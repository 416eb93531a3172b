"""Record what TensorFlow 1.15.5 computes with the operations that TensorFlow 2.21 lacks: one JSON file an operation.

Run with the Python of a TensorFlow 1.15.5 environment; a record that is there is left alone.
"""

import json
from pathlib import Path

import numpy as np
import tensorflow as tf

HERE = Path(__file__).parent


def searches():
    """Name of a case -> what gather_tree is given: step_ids, parent_ids, max_sequence_lengths, end_token."""
    words = [[[1, 2, 3]], [[4, 5, 6]], [[7, 8, 9]], [[3, 3, 3]]]
    parents = [[[0, 0, 0]], [[0, 1, 1]], [[2, 1, 2]], [[-1, 7, -1]]]
    found = {
        "the documentation's": (words, parents, [3], 10),
        "no step counts": (words, parents, [0], 10),
        "fewer than no step": (words, parents, [-2], 10),
        "more steps than there are": (words[:3], parents[:3], [9], 10),
        "one step": (words[:1], parents[:1], [1], 10),
        "one beam": ([[[5]], [[6]]], [[[0]], [[0]]], [2], 6),
        "words behind the end": ([[[1, 9]], [[9, 5]], [[7, 9]], [[3, 4]]], [[[0, 0]], [[1, 0]]] * 2, [4], 9),
        "the first word is the end": ([[[9, 2]], [[1, 5]]], [[[0, 0]], [[0, 1]]], [2], 9),
        "the end behind the steps that count": ([[[1, 2]], [[9, 5]]], [[[0, 0]], [[1, 0]]], [1], 9),
        "a parent before the first beam": (
            words,
            [[[0, 0, 0]], [[0, -1, 1]], [[2, 1, 2]], [[0, 0, 0]]],
            [3],
            10,
        ),
        "fewer lengths than rows": ([[[1, 2], [3, 4]]], [[[0, 0], [0, 0]]], [1], 9),
        "parents of other sizes": (words, parents[:3], [3], 10),
        "a parent behind the last beam": (
            words,
            [[[0, 0, 0]], [[0, 1, 1]], [[2, 5, 0]], [[0, 0, 0]]],
            [3],
            10,
        ),
    }
    for seed, (steps, batch, width) in enumerate([(1, 3, 2), (4, 2, 3), (7, 5, 5), (12, 4, 2)]):
        draws = np.random.RandomState(seed)
        ids = draws.randint(0, 6, (steps, batch, width))
        parents = draws.randint(0, width, (steps, batch, width))
        found[f"drawn, {steps} x {batch} x {width}"] = (
            ids,
            parents,
            draws.randint(0, steps + 2, batch),
            2,
        )
    return found


def record(name, call, cases):
    """Write what an operation gives of its cases, or the error that it ends in."""
    path = HERE / f"{name}.json"
    if path.exists():
        return
    found = {}
    for case, given in cases.items():
        given = [np.array(one, "int32") for one in given]
        with tf.Graph().as_default(), tf.Session() as session:
            try:
                # Nothing knows their shapes before the operation runs.
                fed = {tf.placeholder(tf.int32): one for one in given}
                gives = session.run(call(*fed), fed).tolist()
            except tf.errors.InvalidArgumentError as error:
                gives = str(error.message).split("\n")[0]
        found[case] = {"given": [one.tolist() for one in given], "gives": gives}
    lines = [f"  {json.dumps(case)}: {json.dumps(one)}" for case, one in found.items()]
    joined = ",\n".join(lines)
    path.write_text(f'{{"tensorflow": "{tf.__version__}", "cases": {{\n{joined}\n}}}}\n')


if __name__ == "__main__":
    if not tf.__version__.startswith("1.15"):
        raise SystemExit(f"expected TensorFlow 1.15, found {tf.__version__}: run it with that Python")
    record("GatherTree", tf.contrib.seq2seq.gather_tree, searches())
