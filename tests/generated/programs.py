"""How programs are drawn: a hypothesis strategy over the columns of `program.Program`."""

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.generated.program import BOTH_WAYS, DROPOUTS, LISTED, Layer, Program, objection

_ACTIVATIONS = {"BasicRNN": ("relu", "sigmoid"), "GRU": ("relu", "sigmoid"), "BasicLSTM": ("relu", "sigmoid")}
_OPTIONS = {
    "BasicLSTM": {"forget_bias": (0.0, 2.5), "state_is_tuple": (False,)},
    "LSTM": {
        "use_peepholes": (True,),
        "cell_clip": (0.5,),
        "num_proj": (2, 3),
        "proj_clip": (0.3,),
        "forget_bias": (0.0, 2.5),
        "state_is_tuple": (False,),
        "activation": ("relu",),
    },
    "GRU": {},
    "BasicRNN": {},
}
_WRAPPERS = ("residual", "device", *DROPOUTS)
#: What a rarer choice needs of another column; without it the choice would go back to the plain one.
_NEEDS = {
    ("lengths", "computed"): ("source", "embedding"),
    ("lengths", "constant"): ("batch", 3),
    ("start", "variable"): ("batch", 2),
    ("source", "stack"): ("time", 3),
    ("source", "image"): ("time", 4),
}
_UNROLLS = ("dynamic", "dynamic", "static", "loop", "step", "steps", "raw", *BOTH_WAYS)


def _rarely(draw, usual, *others):
    """Draw the usual value in half of the cases, so that a program has few oddities at once."""
    return draw(st.sampled_from((usual,) * max(1, len(others)) + others))


@st.composite
def layers(draw, width):
    """Draw one cell with its options and wrappers, given the width that it reads."""
    kind = draw(st.sampled_from(tuple(_OPTIONS)))
    table = dict(_OPTIONS[kind])
    if kind in _ACTIVATIONS:
        table["activation"] = _ACTIVATIONS[kind]
    names = draw(st.lists(st.sampled_from(sorted(table)), max_size=2, unique=True)) if table else []
    options = {name: draw(st.sampled_from(table[name])) for name in sorted(names)}
    if "proj_clip" in options:
        options.setdefault("num_proj", 2)
    wrappers = tuple(draw(st.lists(st.sampled_from(_WRAPPERS), max_size=2))) if draw(st.booleans()) else ()
    units = draw(st.integers(2, 4))
    if "residual" in wrappers:
        options.pop("num_proj", None), options.pop("proj_clip", None)
        units = width
    return Layer(kind, units, tuple(sorted(options.items())), wrappers)


@st.composite
def programs(draw):
    """Draw a program that TensorFlow 1.15 takes."""
    unroll, width = draw(st.sampled_from(_UNROLLS)), draw(st.integers(2, 4))
    both = 2 if unroll == "stack_bidirectional" else 1
    found, read = [], width
    for _ in range(_rarely(draw, 1, 2, 3) if unroll != "stack_bidirectional" else draw(st.integers(1, 2))):
        found.append(draw(layers(read)))
        read = found[-1].width * both
    listed, single = unroll in LISTED, unroll in ("step", "steps", "raw")
    by_step = unroll in ("step", "steps")
    start = ("zero_state", "zeros", "fed", "variable")
    fixed = draw(st.sampled_from((None, None, 2, 3)))
    time = draw(st.integers(1, 4)) if listed else _rarely(draw, None, 3, 4)
    choose = {
        "layers": tuple(found),
        "unroll": unroll,
        "width": width,
        "stacked": _rarely(draw, False, True) and unroll != "stack_bidirectional",
        "outer": _rarely(draw, "", "", "residual", "dropout_in", "dropout_out"),
        "lengths": "none"
        if by_step or unroll == "loop"
        else _rarely(draw, "none", "constant", "placeholder", "int64", "computed"),
        "start": draw(st.sampled_from(start))
        if single or unroll == "loop"
        else _rarely(draw, "none", *start),
        "batch": fixed,
        "time": time,
        "source": _rarely(
            draw, "placeholder", "embedding", "reshape", *(() if by_step else ("image", "stack"))
        ),
        "control": _rarely(draw, False, False, True),
        "again": _rarely(draw, "no", "no", "cell", "model"),
        "time_major": not (listed or single) and _rarely(draw, False, True),
        "dtype": _rarely(draw, "float32", "float32", "float64"),
        "keep": draw(st.sampled_from(("one", "constant", "placeholder", "default"))),
        "training": _rarely(draw, False, False, True),
        "resource": _rarely(draw, False, False, True),
        "functional": _rarely(draw, False, False, True),
    }
    choose["stack_is_tuple"] = _rarely(draw, True, False)
    for (name, value), (needed, other) in _NEEDS.items():
        if choose[name] == value and choose[needed] in (None, "placeholder"):
            choose[needed] = other
    return fitted(choose)


def fitted(choose):
    """Turn what was drawn into a program: a choice that its others rule out goes back to the plain one."""
    plain = {
        "lengths": "none",
        "source": "placeholder",
        "stack_is_tuple": True,
        "outer": "",
        "start": "zero_state",
        "time_major": False,
    }
    while why := objection(Program(**choose)):
        name = next(one for one in plain if objection(Program(**{**choose, one: plain[one]})) != why)
        choose = {**choose, name: plain[name]}
    return Program(**choose)


def drawn(number, count):
    """Return the first programs of a seed, without those that it draws again.

    Args:
        number: the seed.
        count: how many are drawn.

    Returns:
        A list of at most `count` `Program`s.
    """
    found = {}

    @seed(number)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(programs())
    def draw(program):
        found[program] = None

    draw()
    return list(found)
