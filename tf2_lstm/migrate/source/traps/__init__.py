"""Traps: changes of numbers without an error. Each file holds its rules and the checks that find them."""

from tf2_lstm.migrate.source.traps import arguments, dropout, keras1, sharing, state, structure

_GROUPS = (arguments, dropout, keras1, sharing, state, structure)


def _checks(name):
    return tuple(check for group in _GROUPS for check in getattr(group, name, ()))


RULES = tuple(rule for group in _GROUPS for rule in group.RULES)
ON_CALL = _checks("ON_CALL")
ON_ATTRIBUTE = _checks("ON_ATTRIBUTE")
ON_SUBSCRIPT = _checks("ON_SUBSCRIPT")
ON_UNPACK = _checks("ON_UNPACK")
ON_KEY = _checks("ON_KEY")
ON_CLASS = _checks("ON_CLASS")
