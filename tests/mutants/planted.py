"""The mistakes that are planted: the tables of all rooms."""

from tests.mutants.table_layers import LAYERS

PLANTED = [*LAYERS]
