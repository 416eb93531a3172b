"""A failing program made small: every choice that the fault does not need goes back to the plain one."""

from dataclasses import fields, replace

from tests.generated.program import Layer, Program, objection


def shrunk(program, fails):
    """Make a program plainer as long as it fails.

    Args:
        program: a `Program` that fails.
        fails: a function of a program: whether it fails in the same way.

    Returns:
        The plainest `Program` that was reached.
    """
    while True:
        plainer = next((one for one in plainer_than(program) if not objection(one) and fails(one)), None)
        if plainer is None:
            return program
        program = plainer


def plainer_than(program):
    """Yield the programs that have one choice less."""
    for number in range(len(program.layers) if len(program.layers) > 1 else 0):
        yield replace(program, layers=program.layers[:number] + program.layers[number + 1 :])
    for one in fields(Program)[1:]:
        if getattr(program, one.name) != one.default:
            yield replace(program, **{one.name: one.default})
    for number, layer in enumerate(program.layers):
        for smaller in _smaller(layer):
            yield replace(program, layers=(*program.layers[:number], smaller, *program.layers[number + 1 :]))


def _smaller(layer):
    for name in ("options", "wrappers"):
        held = getattr(layer, name)
        for number in range(len(held)):
            yield replace(layer, **{name: held[:number] + held[number + 1 :]})
    if layer.kind != "GRU" and not layer.options:
        yield Layer("GRU", layer.units, (), layer.wrappers)
