"""A graph of many operations: its gradients are written once, in the proof of the program, for one sample's sizes."""

from types import SimpleNamespace

import pytest
from expected_recurrences import ZOO

from tf2_lstm.migrate.convert import converting
from tf2_lstm.migrate.convert.converting import Request
from tf2_lstm.migrate.convert.in_whole import differentiated_in
from tf2_lstm.migrate.prove import graph_side, programs

PROGRAM = str(ZOO / "char_model" / "model.ckpt")
#: A program whose run writes variables: no gradients of it are compared.
WRITES = str(ZOO / "language_model" / "model.ckpt")


@pytest.fixture(autouse=True)
def _long(monkeypatch):
    for module in (graph_side, programs):
        monkeypatch.setattr(module, "LONG", 3)


def gradients(case):
    return {
        tensor.name: tensor.reference for tensor in case.tensors if tensor.name.startswith("gradient of ")
    }


def converted(path=PROGRAM, **options):
    conversion = converting.prove(Request(path, **options))
    assert conversion.models
    return {case.name: case for case in conversion.report.cases}, conversion.report.notes


def test_the_program_has_the_gradients_of_its_recurrences_for_one_sample():
    cases, notes = converted(program=True)
    held = gradients(cases["model"])
    assert len(set(held.values())) == 1
    assert any(name.endswith("basic_lstm_cell/kernel") for name in held)
    label = next(iter(held.values())).partition(", ")[2]
    assert any(f"gradients were compared for {label} alone: it has " in note for note in notes)
    outputs = {tensor.reference for tensor in cases["model"].tensors if tensor.name not in held}
    assert len(outputs) > 1
    recurrences = [case for name, case in cases.items() if name != "model"]
    assert recurrences
    for case in recurrences:
        assert case.passed
        assert not gradients(case)
        [note] = [note for note in case.notes if "no gradients were compared" in note]
        assert note.endswith(" operations, more than 3; those by its variables are compared in model")


@pytest.mark.parametrize(("path", "program"), [(PROGRAM, False), (WRITES, True)])
def test_where_no_program_has_them_the_recurrences_have_their_own(path, program):
    cases, notes = converted(path, program=program)
    assert not gradients(cases.pop("model", None) or case_of())
    assert cases
    assert all(gradients(case) for case in cases.values())
    assert not [note for note in notes if "are compared in" in note]


def case_of(*names):
    return SimpleNamespace(name="model", tensors=[SimpleNamespace(name=name) for name in names])


#: What the tensors of a program's proof are called -> where the gradients of a cell's kernel and bias are.
HELD = {
    ("scores", "gradient of a/kernel", "gradient of a/bias"): "model",
    ("gradient of a/kernel, in float64", "gradient of a/bias"): "model",
    ("scores", "gradient of a/kernel"): "",
    ("a/kernel", "a/bias"): "",
    (): "",
}


@pytest.mark.parametrize("names", HELD)
def test_all_variables_must_have_one(names):
    recurrence = SimpleNamespace(cells=[SimpleNamespace(variables=("a/kernel", "a/bias"))])
    assert differentiated_in(recurrence, [case_of(*names)]) == HELD[names]


def test_a_recurrence_without_variables_is_in_no_program():
    assert not differentiated_in(SimpleNamespace(cells=[]), [case_of("gradient of a/kernel")])
