"""Find uses by text, in sources that no parser takes: names and the aliases that their imports show."""

import re
from types import SimpleNamespace

from tf2_lstm.migrate.source.binding import starred
from tf2_lstm.migrate.source.namespaces import look_up
from tf2_lstm.migrate.source.observer import DISTINCTIVE
from tf2_lstm.migrate.source.rules import known, message_of, short
from tf2_lstm.migrate.source.traps.trap import Trap

_IMPORT = re.compile(r"(?:^|;)[ \t]*import[ \t]+([^\n#;]+)", re.M)
_FROM = re.compile(r"(?:^|;)[ \t]*from[ \t]+([\w.]+)[ \t]+import[ \t]+(\([^()]*\)|[^\n#;]+)", re.M)
_ALIAS = re.compile(r"^[ \t]*(\w+)[ \t]*=[ \t]*(\w+(?:\.\w+)+)[ \t]*$", re.M)
_CHAIN = re.compile(r"(?<![\w.])[A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)*")
# A string that is not closed counts as code to its line's end, which is looked at once.
_NOT_CODE = re.compile(
    r"'''.*?'''|\"\"\".*?\"\"\"|'(?:\\.|[^'\\\n])*(?P<one>'?)|\"(?:\\.|[^\"\\\n])*(?P<two>\"?)|#[^\n]*", re.S
)


def search(text, clock):
    """Yield a `Trap` for each TF1 RNN name in a text, in a time that is linear in its length.

    Args:
        text: the source; strings and comments in it are left out.
        clock: a `limits.Clock`, checked before every name.

    Raises:
        TooMuch: the time is over.
    """
    code = _NOT_CODE.sub(_blank, text)
    aliases, places = _aliases(code)
    starts = [0] + [match.end() for match in re.finditer("\n", code)]
    line, at = 0, 0
    for match in _CHAIN.finditer(code):
        clock.check()
        while at < len(places) and places[at][1] <= match.start():
            at += 1
        if at < len(places) and places[at][0] <= match.start():
            continue
        while line + 1 < len(starts) and starts[line + 1] <= match.start():
            line += 1
        written = re.sub(r"\s", "", match.group())
        trap = _trap(written, aliases)
        if trap:
            node = _node(line + 1, match.start() - starts[line], len(match.group()))
            yield Trap(trap[0], node, trap[1] + " (found by text)", trap[2], trap[3])


def _blank(match):
    if "" in (match["one"], match["two"]):
        return match.group()
    return re.sub(r"[^\n]", " ", match.group())


def _node(line, column, length):
    return SimpleNamespace(lineno=line, col_offset=column, end_lineno=line, end_col_offset=column + length)


def _aliases(code):
    aliases, places = {}, []
    for match in _IMPORT.finditer(code):
        modules = [part.split() for part in match.group(1).split(",") if part.strip()]
        for words in modules:
            renamed = len(words) == 3 and words[1] == "as"
            root = words[0].split(".")[0]
            aliases[words[2] if renamed else root] = words[0] if renamed else root
        if not any(look_up(words[0]) for words in modules):
            places.append(match.span())
    for match in _FROM.finditer(code):
        for part in match.group(2).strip("()").split(","):
            words = part.split()
            if words and words[0] == "*":
                aliases.update({name: f"{match.group(1)}.{name}" for name in starred(match.group(1))})
            elif words:
                aliases[words[-1] if len(words) == 3 else words[0]] = f"{match.group(1)}.{words[0]}"
    for match in _ALIAS.finditer(code):
        full = _full(match.group(2), aliases)
        if look_up(full):
            aliases.setdefault(match.group(1), full)
    return aliases, places


def _full(written, aliases):
    head, dot, rest = written.partition(".")
    return aliases.get(head, head) + dot + rest


def _trap(written, aliases):
    use = look_up(_full(written, aliases))
    if use and use.family != "keras3":
        if use.what == "name":
            return known(use).rule, message_of(use), use.name, known(use).pair
        rule = "RNN011" if use.what == "namespace" else "RNN012"
        return rule, f"{short(use.name)} is of TF1's RNNs", use.name, None
    leaf = written.rsplit(".", 1)[-1]
    if leaf in DISTINCTIVE:
        return "RNN008", f"{written} may be TF1's {leaf}", written, None
    return None
