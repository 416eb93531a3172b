"""Layers get the names that they were to have, where no line has them, and are called by those."""

import pytest

from tf2_lstm.migrate.keras_code.expression import Apply, Ref
from tf2_lstm.migrate.keras_code.program import Program
from tf2_lstm.migrate.translate.writing.short_names import with_short_names


def _program(layers, values=()):
    """A program with layers, each called on x by a line "of_NAME", and with other lines."""
    program = Program()
    for name in values:
        program.add(name, 1.0)
    for name in layers:
        layer = program.add(name, Apply("keras.layers.Dense", (3,), {"name": name}))
        program.add(f"of_{name}", Apply(layer, (Ref("x"),)))
    return program


#: Layers with the names that they were to have, the other lines -> the names that layers get.
CASES = [
    ({"dense_2": "dense"}, (), ["dense"]),
    ({"dense_2": "dense"}, ("dense",), ["dense_0"]),
    ({"dense_4": "dense", "dense_9": "dense"}, (), ["dense", "dense_0"]),
    ({"dense_0": "dense"}, ("dense",), ["dense_0"]),
    ({"dense_2": "dense", "dense": "dense"}, (), ["dense_0", "dense"]),
    ({"h": "h"}, (), ["h"]),
]


@pytest.mark.parametrize(("wanted", "values", "names"), CASES)
def test_a_layer_has_its_name_where_it_is_free(wanted, values, names):
    program = _program(wanted, values)
    renamed = with_short_names(program, wanted)
    assert [renamed.get(name, name) for name in wanted] == names
    layers = [line for line in program.lines if line.targets[0] in names]
    assert [(line.targets[0], line.value.options["name"]) for line in layers] == list(
        zip(names, names, strict=True)
    )
    made = {name: (lambda given, name=name: (name, given)) for name in names}
    calls = [line for line in program.lines if line.targets[0].startswith("of_")]
    found = [made[line.value.what.name]("x") for line in calls]
    assert found == [(name, "x") for name in names]


def test_what_is_no_layer_keeps_its_name():
    program = Program()
    program.add("kernel_3", Apply("tf2_lstm.Weight", ([3],), {"name": "kernel_3"}))
    assert with_short_names(program, {"kernel_3": "kernel"}) == {}
    assert program.lines[0].targets == ("kernel_3",)
