"""The RNN layers of tf.keras in a graph, which compute a step and a transposition that nothing reads."""

import re

from tf2_lstm.migrate.graph.nodes import data_inputs, node_of

#: The name of the variable that all RNN layers of tf.keras have.
_VARIABLE = re.compile(r"(^|/)recurrent_kernel$")
_IN_A_LOOP = re.compile(r"/while(_\d+)?(/.*)?$")


def scopes_read(nodes, readers, kept):
    """Return the scopes of the layers of tf.keras that something outside reads: what is unread there is no output.

    Args:
        nodes: name -> NodeDef.
        readers: name of a node -> the names of its readers.
        kept: the names of the nodes of the forward graph, inside of recurrences too.

    Returns:
        A tuple of prefixes of names.
    """
    return tuple(scope for scope in sorted(_scopes(nodes)) if _is_read(scope, readers, kept))


def _scopes(nodes):
    """Return the scopes of the nodes that read a layer's variable, without those around the variable itself."""
    read = ((name, node_of(one)) for name, node in nodes.items() for one in data_inputs(node))
    found = {
        _IN_A_LOOP.sub("", name.rpartition("/")[0])
        for name, variable in read
        if _VARIABLE.search(variable) and not name.startswith(f"{variable}/")
    }
    return {f"{scope}/" for scope in found if scope}


def _is_read(scope, readers, kept):
    return any(
        reader in kept and not reader.startswith(scope)
        for name in kept
        if name.startswith(scope)
        for reader in readers.get(name, ())
    )
