"""Turn the resolver's events into findings: names first, then every trap."""

import ast
from bisect import bisect_left
from functools import lru_cache
from itertools import accumulate

from tf2_lstm.migrate.source import traps
from tf2_lstm.migrate.source.alternatives import Member, Symbol
from tf2_lstm.migrate.source.finding import Finding
from tf2_lstm.migrate.source.namespaces import LEAVES, look_up, strip_root
from tf2_lstm.migrate.source.rules import RULES, known, message_of, short
from tf2_lstm.migrate.source.traps.trap import Trap

# Names that only TF1's RNNs have; LSTMCell and the like are too common.
DISTINCTIVE = frozenset(
    (
        "BasicLSTMCell", "BasicRNNCell", "MultiRNNCell", "LSTMStateTuple", "LSTMBlockCell",
        "LSTMBlockFusedCell", "GRUBlockCell", "LayerNormBasicLSTMCell", "DropoutWrapper",
        "ResidualWrapper", "AttentionCellWrapper", "CudnnLSTM", "CudnnGRU", "CudnnCompatibleLSTMCell",
        "CudnnCompatibleGRUCell", "CoupledInputForgetGateLSTMCell", "TimeReversedFusedRNN",
        "dynamic_rnn", "bidirectional_dynamic_rnn", "static_rnn", "static_bidirectional_rnn", "raw_rnn",
        "stack_bidirectional_dynamic_rnn", "stack_bidirectional_rnn", "static_state_saving_rnn",
    )
)  # fmt: skip
_OWN_CLASSES = (
    "tf2_lstm",
    "keras",
    "tf_keras",
    "torch",
    "flax",
    "haiku",
    "jax",
    "paddle",
    "mxnet",
    "sonnet",
    "chainer",
)
_USUAL_ROOTS = (
    "tf",
    "tensorflow",
    "rnn",
    "rnn_cell",
    "core_rnn_cell",
    "rnn_cell_impl",
    "contrib",
    "tfc",
    "nn",
)
_TF1_ONLY = frozenset(
    (
        "contrib", "Session", "InteractiveSession", "placeholder", "placeholder_with_default",
        "get_variable", "variable_scope", "layers", "app", "flags", "global_variables_initializer",
        "initialize_all_variables", "ConfigProto", "reset_default_graph", "set_random_seed",
        "get_variable_scope", "AUTO_REUSE", "GraphDef", "global_variables", "trainable_variables",
        "enable_eager_execution", "disable_v2_behavior", "disable_eager_execution", "log", "to_float",
        "to_int32", "mul", "sub", "pack", "unpack",
    )
)  # fmt: skip
# Names that TF 2 programs take from compat.v1, and names that only they have.
_OF_BOTH = frozenset(
    ("logging", "flags", "app", "gfile", "enable_v2_behavior", "config", "ConfigProto", "Session")
)
_TF2_ONLY = frozenset(
    (
        "function", "enable_v2_behavior", "random.set_seed", "config.list_physical_devices",
        "config.run_functions_eagerly", "summary.create_file_writer", "data.AUTOTUNE",
    )
)  # fmt: skip
_TF1_TRAIN = ("Saver", "AdamOptimizer", "GradientDescentOptimizer", "RMSPropOptimizer", "MomentumOptimizer",
              "AdagradOptimizer", "import_meta_graph", "Supervisor", "MonitoredTrainingSession")  # fmt: skip


class Observer:
    """The listener of one file. `findings()` returns its findings.

    Attributes:
        consumed: site of a cell object -> where it was used; for the traps of shared weights.
    """

    def __init__(self):
        self.consumed = {}
        self.uses_rnn = False
        self.is_tf1 = False
        self.is_tf2 = False
        self._found = {}

    def add(self, trap):
        """Keep a trap, once for each place and rule; of several possible names, the shortest."""
        key = (id(trap.node), trap.rule)
        kept = self._found.get(key)
        if kept is None or len(trap.name) < len(kept.name):
            self._found[key] = trap

    def kept(self, in_project=False):
        """Return the traps that count in this file.

        Args:
            in_project: True for a file that belongs to one with RNNs: its Saver counts as well.
        """
        return [
            trap
            for trap in self._found.values()
            if (self.uses_rnn or not trap.beside or (in_project and trap.rule == "RNN523"))
            and ((self.is_tf1 and not self.is_tf2) or not trap.in_tf1)
        ]

    # Events of the resolver

    def reference(self, resolver, node, value):
        """A name was used."""
        best = {}
        for alternative in value:
            if isinstance(alternative, Symbol):
                self._note_version(alternative.dotted)
                use = look_up(alternative.dotted)
                if use:
                    rule = self._rule(use)
                    if rule not in best or len(use.name) < len(best[rule].name):
                        best[rule] = use
        for rule, use in best.items():
            self._use(rule, use, node)
        if not best and not any(isinstance(v, Member) for v in value):
            self._perhaps(resolver, node, value)

    def _rule(self, use):
        if use.what == "namespace":
            return "RNN011"
        return "RNN012" if use.what == "unknown" else known(use).rule

    def _use(self, rule, use, node):
        if use.what != "name":
            self.uses_rnn = True
            text = {
                "RNN011": f"{short(use.name)} is a namespace of TF1 RNNs, which TF 2.21 does not have; "
                "its uses are reported where they stand",
                "RNN012": f"{short(use.name)} is below a namespace of TF1 RNNs, but not a public name of it; "
                "no Keras twin can be named",
            }
            self.add(Trap(rule, node, text[rule], use.name))
            return
        entry = known(use)
        if use.family == "keras3":
            return
        self.uses_rnn = self.uses_rnn or entry.removed
        message = message_of(use)
        self.add(Trap(rule, node, message, use.name, entry.pair, in_tf1=not entry.removed))

    def _note_version(self, dotted):
        parts = (strip_root(dotted) or "").split(".")
        if dotted.endswith(".compat.v1") or (".compat.v1." in dotted and parts[0] not in _OF_BOTH):
            self.is_tf1 = True
        if not _TF2_ONLY.isdisjoint((parts[0], ".".join(parts[:2]))):
            self.is_tf2 = True
        if ".compat.v1." in dotted and parts[0] in _OF_BOTH:
            return
        if parts[0] in _TF1_ONLY and dotted.startswith("tensorflow."):
            self.is_tf1 = True
        if parts[0] == "train" and len(parts) > 1 and parts[1] in _TF1_TRAIN:
            self.is_tf1 = True

    def _perhaps(self, resolver, node, value):
        leaf = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
        if leaf not in DISTINCTIVE:
            return
        symbols = [v.dotted for v in value if isinstance(v, Symbol)]
        if value and not symbols:
            return
        root = node
        while isinstance(root, ast.Attribute):
            root = root.value
        name = getattr(root, "id", "")
        bound = resolver.scope.find(name) is not None
        if symbols:
            foreign = [s for s in symbols if s.split(".")[0] not in _OWN_CLASSES]
        else:
            foreign = [ast.unparse(node)] if name in _USUAL_ROOTS or not bound else []
        if foreign and (symbols or isinstance(root, ast.Name)):
            message = f"{foreign[0]} may be TF1's {leaf}: the module that it comes from was not found"
            self.add(Trap("RNN008", node, message, foreign[0]))

    def imported(self, resolver, node, alias, value):
        """Something was imported under a name."""
        for alternative in sorted(value, key=lambda one: len(repr(one))):
            if not isinstance(alternative, Symbol):
                continue
            self._note_version(alternative.dotted)
            use = look_up(alternative.dotted)
            if use is None or use.family == "keras3":
                continue
            if use.what == "unknown":
                self._use("RNN012", use, alias)
                return
            entry = known(use) if use.what == "name" else None
            self.uses_rnn = self.uses_rnn or entry is None or entry.removed
            text = (
                f"{short(use.name)} is a TF1 RNN name"
                if entry
                else f"{short(use.name)} is a namespace of TF1 RNNs"
            )
            by = f"; {RULES[entry.rule].id} says what it becomes" if entry else ""
            pair = entry.pair if entry else None
            late = entry is not None and not entry.removed
            self.add(Trap("RNN010", alias, f"import: {text}{by}", use.name, pair, in_tf1=late))
            return

    def starred(self, resolver, node, alias, value):
        """A module was star-imported."""
        for alternative in value:
            use = look_up(alternative.dotted) if isinstance(alternative, Symbol) else None
            if use and use.what == "namespace" and use.family in LEAVES:
                self.uses_rnn = True
                message = f"star import of {short(use.name)}, which TF 2.21 does not have"
                self.add(Trap("RNN009", alias, message, use.name))

    def at_run_time(self, node, namespace):
        """A member of a namespace was chosen at run time."""
        self.uses_rnn = True
        message = (
            f"a member of {short(namespace)} is chosen at run time; look up which names reach this place"
        )
        self.add(Trap("RNN007", node, message, namespace))

    def call(self, resolver, seen):
        """Something was called."""
        self._run(traps.ON_CALL, resolver, seen)

    def attribute(self, resolver, node, base):
        """An attribute was read."""
        self._run(traps.ON_ATTRIBUTE, resolver, node, base)

    def subscript(self, resolver, node, base, key):
        """An entry was read."""
        self._run(traps.ON_SUBSCRIPT, resolver, node, base, key)

    def unpack(self, resolver, target, value):
        """A value was unpacked into several names."""
        self._run(traps.ON_UNPACK, resolver, target, value)

    def key(self, resolver, node, value):
        """A value was used as a key of a dictionary."""
        self._run(traps.ON_KEY, resolver, node, value)

    def defined(self, resolver, node, cls):
        """A class was defined."""
        self._run(traps.ON_CLASS, resolver, node, cls)

    def _run(self, checks, resolver, *what):
        for check in checks:
            for trap in check(self, resolver, *what):
                self.add(trap)


def finding(trap, path, lines, cell=None):
    """Return the `Finding` of a trap in a file.

    Args:
        trap: the `Trap`.
        path: the file's name.
        lines: the lines of the source, to turn byte offsets into characters.
        cell: the number of the notebook's cell.
    """
    node = trap.node
    rule = RULES[trap.rule]
    end_line = getattr(node, "end_lineno", None) or node.lineno
    end = getattr(node, "end_col_offset", None)
    return Finding(
        path=path,
        line=node.lineno,
        column=_characters(lines, node.lineno, node.col_offset) + 1,
        end_line=end_line,
        end_column=_characters(lines, end_line, node.col_offset if end is None else end) + 1,
        rule=rule.id,
        severity=rule.severity,
        name=trap.name,
        message=trap.message,
        pair=trap.pair or rule.pair,
        applicability=rule.applicability,
        url=rule.url,
        cell=cell,
    )


def _characters(lines, line, offset):
    text = lines[line - 1] if 0 < line <= len(lines) else ""
    return offset if text.isascii() else bisect_left(_ends(text), offset + 1)


@lru_cache(maxsize=8)
def _ends(text):
    """Return the byte at which each character of a line ends; counted once, as a long line has many findings."""
    return tuple(accumulate(len(one.encode("utf-8", "surrogatepass")) for one in text))
