"""Every cell, stack, wrapper, unroll and program makes the variables that TF 1.15.5 makes."""

import json
import pathlib

import legacy_variable_cases
import pytest

TABLE = json.loads(pathlib.Path(__file__).with_name("variables_tf115.json").read_text())


def test_table_and_cases_cover_each_other():
    assert set(TABLE) == set(legacy_variable_cases.CASES)


@pytest.mark.parametrize("case", sorted(TABLE))
def test_variables_are_those_of_tf115(case):
    assert legacy_variable_cases.variables(case) == TABLE[case]
