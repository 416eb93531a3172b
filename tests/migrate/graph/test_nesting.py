"""In which loops and branches of control flow v1 a tensor stands, and what decides a conditional."""

import pytest
import tensorflow as tf

from tf2_lstm.migrate.graph.nesting import Nesting

v1 = tf.compat.v1


def nesting_of(build):
    was = v1.control_flow_v2_enabled()
    v1.disable_control_flow_v2()
    try:
        with tf.Graph().as_default() as graph:
            x, p, q = (
                v1.placeholder(tf.float32, [], "x"),
                *(v1.placeholder(tf.bool, [], name) for name in "pq"),
            )
            tf.identity(build(x, p, q), name="y")
    finally:
        if was:
            v1.enable_control_flow_v2()
    return Nesting({node.name: node for node in graph.as_graph_def().node})


def here(x):
    return tf.tanh(x, name="here")


def loop(x, made):
    return tf.nest.flatten(tf.while_loop(lambda h: h < 3.0, made, (x,)))[0]


def choice(p, made, x):
    return tf.cond(p, lambda: made(x), lambda: tf.negative(x, name="there"))


#: What is built -> where "here" stands: "loop" or the predicate and its branch.
PLACES = {
    "nowhere": (lambda x, p, q: here(x), []),
    "a loop": (lambda x, p, q: loop(x, here), ["loop"]),
    "a branch": (lambda x, p, q: choice(p, here, x), [("p:0", 1)]),
    "the other branch": (lambda x, p, q: tf.cond(p, lambda: x, lambda: here(x)), [("p:0", 0)]),
    "two branches": (
        lambda x, p, q: choice(p, lambda x: choice(q, here, x), x),
        [("p:0", 1), ("Switch:1", 1)],
    ),
    "two loops": (lambda x, p, q: loop(x, lambda h: loop(h, here)), ["loop", "loop"]),
    "a branch in a loop": (
        lambda x, p, q: loop(x, lambda h: choice(h > 0, here, h)),
        ["loop", ("Greater", 1)],
    ),
    "a loop in a branch": (lambda x, p, q: choice(p, lambda x: loop(x, here), x), [("p:0", 1), "loop"]),
    "behind a loop": (lambda x, p, q: here(loop(x, tf.tanh)), []),
    "behind a loop in a loop": (lambda x, p, q: loop(x, lambda h: here(loop(h, tf.tanh))), ["loop"]),
    "behind a conditional": (lambda x, p, q: here(choice(p, tf.tanh, x)), []),
    "behind a loop in a branch": (
        lambda x, p, q: choice(p, lambda x: here(loop(x, tf.tanh)), x),
        [("p:0", 1)],
    ),
}


@pytest.mark.parametrize(("build", "wanted"), PLACES.values(), ids=PLACES)
def test_it_is_said_from_the_outside_in(build, wanted):
    nesting = nesting_of(build)
    (name,) = (one for one in nesting.nodes if one.rpartition("/")[2] == "here")
    found = nesting.of(name)
    assert len(found) == len(wanted)
    for (what, branch), known in zip(found, wanted, strict=True):
        assert branch == (None if known == "loop" else known[1])
        assert known == "loop" or known[0] == what or known[0] in what
    assert nesting.loops(name) == [what for what, branch in found if branch is None]
    assert nesting.of("y") == ()


@pytest.mark.parametrize("name", [name for name, (_, wanted) in PLACES.items() if "branch" in name])
def test_what_decides_a_merge_is_found_and_which_side_is_taken(name):
    nesting = nesting_of(PLACES[name][0])
    for merge in (node for node in nesting.nodes.values() if node.op == "Merge"):
        first = nesting.of(merge.input[0])[-1]
        if "NextIteration" in merge.input[1]:
            assert nesting.decided(merge) is None
        else:
            assert nesting.decided(merge) == (first[0], 0 if first[1] else 1)


def test_of_several_the_innermost_decides():
    graph = v1.GraphDef()
    for name, op, *read in (
        *(("s", "Switch", "x", "p"), ("yes", "Switch", "s:1", "q"), ("no", "Switch", "s:0", "q")),
        ("y", "Merge", "yes:1", "no:0"),
    ):
        graph.node.add(name=name, op=op, input=read)
    nesting = Nesting({node.name: node for node in graph.node})
    assert nesting.of("yes:1") == (("p:0", 1), ("q:0", 1))
    assert nesting.decided(graph.node[-1]) == ("q:0", 0)
