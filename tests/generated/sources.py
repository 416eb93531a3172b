"""Writes TF1 sources at random, with what a scan must find in them: every use, every trap, and nothing else.

`python -m tests.generated.sources 500` runs the long way and prints what was missed and what was a false alarm.
"""

import random
import sys

from tf2_lstm.migrate.source.scan import scan

CELLS = {"BasicLSTMCell": "RNN101", "LSTMCell": "RNN102", "GRUCell": "RNN103", "BasicRNNCell": "RNN104"}
RULES = {
    **CELLS, "MultiRNNCell": "RNN105", "DropoutWrapper": "RNN106", "ResidualWrapper": "RNN107", "dynamic_rnn": "RNN108",
    "static_rnn": "RNN109", "bidirectional_dynamic_rnn": "RNN110",
}  # fmt: skip
#: What no parser of Python 3 takes; the names of such a source are found by text.
PYTHON_2 = ("print 'done'", "exec 'x = 1' in {}", "y = 0777", "raise ValueError, 'no'")
ODD = (
    ("x{n}: int = 3",), ("del_{n} = 1; del del_{n}",), ("assert isinstance(q, int), 'tf.nn.dynamic_rnn'",),
    ('"""rnn_cell.LSTMCell(3) of the text"""',), ("# tf.contrib.rnn.GRUCell(4)",),
    ("print(f'{{tf}} LSTMCell {{q!r:>3}}')",),
    ("é{n} = [i for i in range(3) if i for j in (i, i)]",), ("async def g{n}(*a, b=1, **c):", "    await a; yield b"),
    ("if (w{n} := 3) > 2 > 1: pass",),
    ("try:", "    q += 1", "except (IOError, OSError) as e:", "    raise", "finally:", "    pass"),
    ("match q:", "    case {{'a': [b, *_]}} | (b, _):", "        pass", "    case _:", "        pass"),
    ("with open('f') as (a{n}), open('g') as b{n}: pass",), ("a{n}, (b{n}, *c{n}) = 1, (2, 3, 4)",),
    ("class K{n}(object, metaclass=type):", "    __slots__ = ()", "    def LSTMCell(self): return self.GRUCell"),
    ("global q{n}", "q{n} = \\", "  3"), ("f{n} = lambda *a, k=(lambda: 1)(): (yield)",),
    ("@staticmethod", "def d{n}(): ..."),
    ("x[1:2, ..., ::3] = y = {{**{{}}, 'a': 1}}['a']",), ("while not q: break", "else: q = -q ** ~q if q else q @ q"),
)  # fmt: skip


class Source:
    """One source as it grows: `text()`, and `expected`, a set of (line, rule).

    Args:
        seed: of the random choices.
        by_text: True for a source of Python 2.
    """

    def __init__(self, seed, by_text=False):
        self.rng = random.Random(seed)
        self.by_text = by_text
        self.lines, self.expected, self.indent, self.number = [], set(), "", 0
        self.tf = self.rng.choice(("tf", "tensorflow", "T", "_tf"))
        first = "tensorflow" if self.rng.random() < 0.6 else "tensorflow.compat.v1"
        self.line("q = input()")
        self.line(f"import {first} as {self.tf}")

    def text(self):
        return "\n".join(self.lines) + "\n"

    def new(self, stem):
        self.number += 1
        return f"{stem}{self.number}"

    def line(self, text, *rules):
        self.lines.append(self.indent + text)
        self.expected |= {(len(self.lines), rule) for rule in rules if rule}

    def name(self, leaf):
        """Write what a spelling of a TF1 name needs; return (the spelling, the rule where it stands or "")."""
        rule = RULES[leaf]
        is_unroll = leaf.endswith("rnn")
        space = (
            f"{self.tf}.nn"
            if is_unroll
            else self.rng.choice((f"{self.tf}.nn.rnn_cell", f"{self.tf}.contrib.rnn"))
        )
        module = (
            "tensorflow.nn"
            if is_unroll
            else self.rng.choice(("tensorflow.nn.rnn_cell", "tensorflow.contrib.rnn"))
        )
        forms = ["dotted", "from", "module"] if self.by_text else list(_FORMS)
        return getattr(self, "_" + self.rng.choice(forms))(leaf, rule, space, module)

    def _dotted(self, leaf, rule, space, module):
        return f"{space}.{leaf}", rule

    def _from(self, leaf, rule, space, module):
        alias = self.new("N")
        self.line(f"from {module} import {leaf} as {alias}", rule if self.by_text else "")
        return alias, rule

    def _module(self, leaf, rule, space, module):
        alias = self.new("m")
        head, _, last = module.rpartition(".")
        self.line(self.rng.choice((f"import {module} as {alias}", f"from {head} import {last} as {alias}")))
        return f"{alias}.{leaf}", rule

    def _space(self, leaf, rule, space, module):
        alias = self.new("s")
        self.line(f"{alias} = {space}")
        return f"{alias}.{leaf}", rule

    def _value(self, leaf, rule, space, module):
        alias = self.new("V")
        self.line(f"{alias} = {space}.{leaf}", rule)
        return alias, rule

    def _getattr(self, leaf, rule, space, module):
        return f"getattr({space}, {leaf!r})", rule

    def _table(self, leaf, rule, space, module):
        table = self.new("d")
        self.line(
            f"{table} = dict(a={space}.{leaf})"
            if self.rng.random() < 0.5
            else f"{table} = {{'a': {space}.{leaf}}}",
            rule,
        )
        return f"{table}['a']", ""

    def _attribute(self, leaf, rule, space, module):
        cls = self.new("C")
        self.line(f"class {cls}: made_of = {space}.{leaf}", rule)
        return f"{cls}.made_of", rule

    def _importer(self, leaf, rule, space, module):
        alias = self.new("i")
        self.line("import importlib")
        self.line(f"{alias} = importlib.import_module({module!r})")
        return f"{alias}.{leaf}", rule

    def _guarded(self, leaf, rule, space, module):
        alias = self.new("g")
        head, _, last = module.rpartition(".")
        self.line(f"try: from {head} import {last} as {alias}")
        self.line(f"except ImportError: from {head} import {last} as {alias}")
        return f"{alias}.{leaf}", rule


_FORMS = (
    "dotted",
    "from",
    "module",
    "space",
    "value",
    "getattr",
    "table",
    "attribute",
    "importer",
    "guarded",
)


def cell(source, kinds=tuple(CELLS)):
    """Return (an expression of a new cell, its kind, the rules where it stands)."""
    leaf = source.rng.choice(kinds)
    spelt, rule = source.name(leaf)
    options, rules = [], [rule]
    if "LSTM" in leaf:
        bias, trap = source.rng.choice(
            (("", "RNN501"), (", forget_bias=0.0", "RNN502"), (", forget_bias=q", "RNN503"))
        )
        flat = source.rng.random() < 0.2
        options, rules = (
            [bias, ", state_is_tuple=False" if flat else ""],
            [rule, trap, "RNN504" if flat else ""],
        )
    return f"{spelt}(8{''.join(options)})", leaf, rules


def made(source, kinds=tuple(CELLS)):
    """Write a cell under a name, in one of several ways; return (the name, its kind)."""
    text, leaf, rules = cell(source, kinds)
    name, way = source.new("c"), source.rng.randrange(4)
    if way == 0:
        helper = source.new("make")
        source.line(f"def {helper}(): return {text}", *rules)
        text, rules = f"{helper}()", ()
    elif way == 1:
        helper = source.new("make")
        source.line(f"{helper} = lambda: {text}", *rules)
        text, rules = f"{helper}()", ()
    source.line(f"{name} = {text}" if way < 3 else f"{name} = ({text})  # LSTMCell", *rules)
    return name, leaf


def unroll(source, name, *rules, more=""):
    """Write a use of a cell by an unroll; return the name of the state."""
    spelt, rule = source.name("dynamic_rnn")
    state = source.new("s")
    source.line(f"_, {state} = {spelt}({name}, q, dtype='float32'{more})", rule, *rules)
    return state


def plain(source):
    name, leaf = made(source)
    more, rules = "", []
    if source.rng.random() < 0.5:
        more, rules = ", sequence_length=q", ["RNN507"]
    if source.rng.random() < 0.3:
        more, rules = more + ", initial_state=q", [*rules, "RNN508" if "LSTM" in leaf else ""]
    state = unroll(source, name, *rules, more=more)
    if "LSTM" in leaf:
        source.line(f"z, w = {state}" if source.rng.random() < 0.5 else f"z = {state}.h", "RNN520")


def stacked(source):
    text, _, rules = cell(source)
    spelt, rule = source.name("MultiRNNCell")
    cells, stack = source.new("l"), source.new("k")
    way = source.rng.randrange(4)
    if way == 0:
        source.line(f"{cells} = [{text} for _ in range(q)]", *rules)
    elif way == 1:
        source.line(f"{cells} = []")
        source.line(f"for _ in range(q): {cells}.append({text})", *rules)
    elif way == 2:
        source.line(f"{cells} = [{text}] * q", *rules)
    else:
        source.line(f"{cells} = [{text}]", *rules)
    source.line(f"{stack} = {spelt}({cells})", rule, ("", "", "RNN510", "RNN530")[way])
    unroll(source, stack)


def shared(source):
    name, _ = made(source)
    unroll(source, name)
    if source.rng.random() < 0.5:
        unroll(source, name, "RNN511")
    else:
        source.line("if q:")
        source.line(f"    {source.tf}.nn.static_rnn({name}, [q])", "RNN109", "RNN511")


def several(source):
    text, _, rules = cell(source)
    spelt, rule = source.name("dynamic_rnn")
    cells = source.new("l")
    source.line(f"{cells} = [{text} for _ in range(q)]", *rules)
    loop = source.rng.choice(("for c in {0}:", "for c, x in zip({0}, q):", "for i, c in enumerate({0}):"))
    source.line(loop.format(cells))
    source.line(f"    y, _ = {spelt}(c, q, dtype='float32')", rule)


def both_ways(source):
    one, _ = made(source)
    same = source.rng.random() < 0.4
    other = one if same else made(source)[0]
    spelt, rule = source.name("bidirectional_dynamic_rnn")
    source.line(f"{spelt}({one}, {other}, q)", rule, "RNN512" if same else "")


def wrapped(source):
    name, _ = made(source)
    outer, leaf = source.new("w"), source.rng.choice(("DropoutWrapper", "DropoutWrapper", "ResidualWrapper"))
    spelt, rule = source.name(leaf)
    keep, trap = source.rng.choice(((", 0.5", ""), (", output_keep_prob=q.r", "RNN514"), ("", "RNN515")))
    if leaf == "ResidualWrapper":
        keep, trap = "", ""
    source.line(f"{outer} = {spelt}({name}{keep})", rule, trap)
    unroll(source, outer)


def arms(source):
    name, _ = made(source)
    first, rule = source.name("dynamic_rnn")
    source.line("def " + source.new("h") + "(q):")
    source.line("    if q:")
    source.line(f"        return {first}({name}, q)", rule)
    source.line(f"    return {source.tf}.nn.static_rnn({name}, [q])", "RNN109")


def zeros(source):
    name, _ = made(source)
    source.line(f"{source.new('z')} = {name}.zero_state(q, 'float32')", "RNN524")


def odd(source):
    for text in source.rng.choice(ODD):
        source.line(text.format(n=source.number))
    source.number += 1


BLOCKS = (plain, stacked, shared, several, both_ways, wrapped, arms, zeros)


def write(seed):
    """Return the `Source` of a seed: every fifth is Python 2."""
    source = Source(seed, by_text=seed % 5 == 4)
    for _ in range(source.rng.randint(2, 6)):
        for _ in range(source.rng.randrange(3)):
            odd(source)
        source.rng.choice(BLOCKS)(source)
    if source.by_text:
        source.line(source.rng.choice(PYTHON_2))
        source.expected = {(line, rule) for line, rule in source.expected if rule < "RNN500"}
    return source


def missed_and_false(source, text=None):
    """Return ({what a scan did not find}, {what it found that is not there}), each a set of (line, rule)."""
    found = {(one.line, one.rule) for one in scan(["-"], stdin=(text or source.text()).encode()).findings}
    unread = {one for one in found if one[1] in ("RNN006", "RNN012", "RNN001") and not source.by_text}
    found = {one for one in found if one[1] >= "RNN100"}
    return source.expected - found, (found - source.expected) | unread


def main(count):
    """Run seeds 0 to count - 1; print what went wrong and the totals; return 1 if anything did."""
    uses = traps = missed = false = 0
    for seed in range(count):
        source = write(seed)
        lost, extra = missed_and_false(source)
        uses += sum(rule < "RNN500" for _, rule in source.expected)
        traps += sum(rule >= "RNN500" for _, rule in source.expected)
        missed, false = missed + len(lost), false + len(extra)
        for what, ones in (("missed", lost), ("false", extra)):
            for line, rule in sorted(ones):
                print(f"seed {seed}: {what} {rule} at line {line}: {source.lines[line - 1]}")
    print(f"{count} sources, {uses} uses and {traps} traps: {missed} missed, {false} false")
    return int(bool(missed or false))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 500))
