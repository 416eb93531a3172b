"""Turn names of variables that TensorFlow used before 1.2 into today's.

Until 1.1 a cell's variables were `weights` and `biases`; until 0.12 scopes were spelled like classes and a variable
was `RNN/MultiRNNCell/Cell0/BasicLSTMCell/Linear/Matrix`. A Saver in the graph says which variable is which; these names
are for a checkpoint without a graph. Source: the release notes of TensorFlow 1.0 and 1.2, and
`tensorflow/contrib/rnn/python/tools/checkpoint_convert.py` of 1.15, which lists the same pairs.
"""

import re
from collections import Counter, OrderedDict
from dataclasses import replace

#: A path is a cell's if one of its parts is a cell's name; `fully_connected/weights` stays as it is.
CELL = re.compile(r"rnn|lstm|gru|_cell", re.IGNORECASE)
CLASS = re.compile(r"(?:Basic|Multi|Layer|Block|Input|Output)?(?:RNN|LSTM|GRU)(?:Cell)?$")
LEAVES = (
    (re.compile(r"/(?:BiRNN|bidirectional_rnn)_(FW|BW)(?=/)"), r"/BiRNN/\1"),
    (re.compile(r"/(FW|BW)(?=/)"), lambda match: f"/{match[1].lower()}"),
    (re.compile(r"/BiRNN(?=/)"), "/bidirectional_rnn"),
    (re.compile(r"/Linear/Matrix(?=/|$)"), "/kernel"),
    (re.compile(r"/Linear/Bias(?=/|$)"), "/bias"),
    (re.compile(r"/weights(?=/|$)"), "/kernel"),
    (re.compile(r"/biases(?=/|$)"), "/bias"),
    (re.compile(r"/Gates/"), "/gates/"),
    (re.compile(r"/Candidate/"), "/candidate/"),
    (re.compile(r"/Cell(\d+)(?=/)"), r"/cell_\1"),
    (re.compile(r"/LSTMCell/W_P_(\d+)(?=/|$)"), r"/lstm_cell/projection/kernel/part_\1"),
    (re.compile(r"/LSTMCell/W_(\d+)(?=/|$)"), r"/lstm_cell/kernel/part_\1"),
    (re.compile(r"/LSTMCell/B(?=/|$)"), "/lstm_cell/bias"),
    (re.compile(r"/W_([FIO])_diag(?=/|$)"), lambda match: f"/w_{match[1].lower()}_diag"),
)


def current_name(name):
    """Return today's name of a variable; a name of today, or of no cell, stays as it is.

    Args:
        name: a name of a checkpoint.
    """
    if not any(CELL.search(part) for part in name.split("/")[:-1]):
        return name
    found = "/" + name
    for pattern, replacement in LEAVES:
        found = pattern.sub(replacement, found)
    return "/".join(_snake_case(part) for part in found[1:].split("/"))


def _snake_case(part):
    if not CLASS.match(part):
        return part
    return re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", part).lower()


def rename(variables, which=lambda name: True):
    """Give variables of a checkpoint today's names.

    Args:
        variables: checkpoint name -> `Variable`.
        which: a function from today's name to whether a variable is renamed.

    Returns:
        (variables, notes). Where two variables would get one name, they keep theirs.
    """
    names = {name: current_name(name) for name in variables}
    names = {name: new if which(new) else name for name, new in names.items()}
    taken = Counter(names.values())
    renamed = OrderedDict()
    for name, variable in variables.items():
        new = names[name] if taken[names[name]] == 1 else name
        stored = {name: tuple(slice(0, size) for size in variable.shape)} if new != name else {}
        renamed[new] = replace(variable, name=new, parts=variable.parts or stored)
    changed = {old: new for old, new in zip(variables, renamed, strict=True) if old != new}
    return renamed, notes(changed)


def by_todays_name(variables):
    """Return today's name -> checkpoint name, for names that only one variable has.

    Args:
        variables: the names of the checkpoint.
    """
    names = {name: current_name(name) for name in variables}
    taken = Counter(names.values())
    return {new: name for name, new in names.items() if taken[new] == 1}


def notes(changed):
    """Return the note on names that were read as others.

    Args:
        changed: the checkpoint's name -> today's.

    Returns:
        A list of one sentence, or of none.

    Example:
        ```python
        assert notes({}) == [] and len(notes({"rnn/gru_cell/gates/biases": "rnn/gru_cell/gates/bias"})) == 1
        ```
    """
    shown = ", ".join(f"{old} as {new}" for old, new in list(changed.items())[:4])
    more = f" and {len(changed) - 4} more" if len(changed) > 4 else ""
    return [f"Names from before TensorFlow 1.2 are read as today's: {shown}{more}."] if changed else []
