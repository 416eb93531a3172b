"""The contexts of TF1's loops, without which TensorFlow cannot differentiate an imported graph."""

import contextlib

import tensorflow as tf
from tensorflow.core.protobuf import control_flow_pb2

from tf2_lstm.migrate.graph.while_contexts import loop_contexts


def contexts_of(part):
    """Return a `MetaGraphDef` with the contexts of the loops of a graph and of the conditionals in them.

    Args:
        part: the `GraphDef`.

    Raises:
        ConditionalError, LoopError: TensorFlow 1 builds no such loop, or conditional in it.
    """
    meta_graph = tf.compat.v1.MetaGraphDef()
    for fields in loop_contexts(part):
        inside = [_definition(control_flow_pb2.CondContextDef, one) for one in fields.pop("conditionals")]
        fields["external_values"] = {
            **{name: name for name in fields.pop("outside")},
            **fields["external_values"],
        }
        definition = _definition(control_flow_pb2.WhileContextDef, fields)
        for one in inside:
            definition.nested_contexts.add().cond_ctxt.CopyFrom(one)
        meta_graph.collection_def["while_context"].bytes_list.value.append(definition.SerializeToString())
    return meta_graph


@contextlib.contextmanager
def old_control_flow():
    """Use v1 control flow in a block: imported v1 loops can be differentiated only so."""
    v1 = tf.compat.v1
    was = v1.control_flow_v2_enabled()
    v1.disable_control_flow_v2()
    try:
        yield
    finally:
        if was:
            v1.enable_control_flow_v2()


def _definition(kind, fields):
    values, external = fields.pop("values"), fields.pop("external_values")
    definition = kind(**fields)
    definition.values_def.values.extend(values)
    definition.values_def.external_values.update(external)
    return definition
