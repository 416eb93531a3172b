"""What a moving average moves by, in graphs of nodes by hand."""

from tf2_lstm.migrate.artifacts.protos import message
from tf2_lstm.migrate.translate.edges.averages import differences


def graph(**nodes):
    whole = message("GraphDef")
    return {name: whole.node.add(name=name, op=op, input=given) for name, (op, *given) in nodes.items()}


def test_it_moves_by_its_distance_to_a_value_with_or_without_a_rate():
    around = {"average": ("VariableV2",), "read": ("Identity", "average"), "value": ("Placeholder",)}
    distance = {"distance": ("Sub", "read", "value"), "move": ("AssignSub", "average", "distance")}
    assert differences(graph(**around, **distance)) == ["distance"]
    slower = {**distance, "rated": ("Mul", "distance", "rate"), "rate": ("Const",)}
    slower["move"] = ("AssignSub", "average", "rated")
    assert differences(graph(**around, **slower)) == ["rated"]
    other = {"distance": ("Sub", "value", "read"), "move": ("AssignSub", "average", "distance")}
    assert differences(graph(**around, **other)) == []


def test_copies_that_turn_in_a_circle_end():
    turning = {"one": ("Identity", "two"), "two": ("Identity", "one"), "taken": ("Sub", "one", "one")}
    assert differences(graph(**turning, move=("AssignSub", "one", "taken"))) == ["taken"]
