"""A report for a terminal: tables of every tensor or every case; in brief, one line for all that is equal."""

import io
from dataclasses import replace

import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from tf2_lstm.migrate.report.rich_text import for_rich
from tf2_lstm.migrate.report.rows import (
    closing_line,
    equal_line,
    failures_of,
    references_of,
    rows_of,
    worst_of,
)
from tf2_lstm.migrate.report.speed import speed_line

#: With at most this many cases each tensor is shown.
_DETAILED = 6


def render(report, width=None, brief=False):
    """Return a `Report` as text, coloured when standard output is a terminal.

    Args:
        report: the `Report`.
        width: the columns; None for the terminal's, at least 100 where there is none.
        brief: a line for all tensors of a case that are equal, a table of the others. If not, a row a tensor with few
            cases, with many a row a case.

    Returns:
        The text, without a newline at its end.
    """
    terminal = Console()
    console = Console(
        file=io.StringIO(),
        width=width or (terminal.width if terminal.is_terminal else max(terminal.width, 100)),
        force_terminal=terminal.is_terminal and width is None,
        highlight=False,
    )
    for note in report.notes:
        console.print(f"[yellow]{for_rich(note)}[/]")
    if brief:
        for case in report.cases:
            _show_in_brief(console, case)
            _show_failures(console, case)
            _show_speed(console, case)
    elif len(report.cases) <= _DETAILED:
        for case in report.cases:
            _show_values(console, case)
            console.print(_tensor_table(case))
            _show_failures(console, case)
            _show_speed(console, case)
    else:
        console.print(_case_table(report))
        for case in report.cases:
            _show_failures(console, case)
            _show_speed(console, case)
    for side, versions in report.versions.items():
        console.print(
            for_rich(f"{side}: {', '.join(f'{name} {version}' for name, version in versions.items())}")
        )
    console.print(
        f"[{'green' if report.passed else 'bold red'}]{for_rich(closing_line(report))}[/]", soft_wrap=True
    )
    return "\n".join(line.rstrip() for line in console.file.getvalue().splitlines())


def _verdict(passed):
    return "[green]equal[/]" if passed else "[bold red]DIFFERENT[/]"


def _show_in_brief(console, case):
    """Print a table of the tensors that differ, and one line for all that are equal."""
    different = replace(case, tensors=[tensor for tensor in case.tensors if not tensor.passed])
    if different.tensors:
        console.print(_tensor_table(different))
    line = equal_line(case)
    if line:
        console.print(f"[green]{for_rich(line)}[/]", soft_wrap=True)


def _tensor_table(case):
    references = references_of(case)
    table = Table(title=for_rich(case.name), title_justify="left", title_style="bold")
    table.add_column("tensor", overflow="fold")
    table.add_column("shape")
    for reference in references:
        table.add_column(f"max |difference|\n{for_rich(reference)}", justify="right")
    table.add_column("tolerance", justify="right")
    table.add_column("verdict")
    for row in rows_of(case):
        differences = [for_rich(row.differences[reference]) for reference in references]
        table.add_row(for_rich(row.name), row.shape, *differences, row.tolerance, _verdict(row.passed))
    return table


def _case_table(report):
    references = list(dict.fromkeys(reference for case in report.cases for reference in references_of(case)))
    table = Table()
    table.add_column("case", overflow="fold")
    table.add_column("tensors", justify="right")
    for reference in references:
        table.add_column(f"max |difference|\n{for_rich(reference)}", justify="right")
    table.add_column("verdict")
    for case in report.cases:
        worst = [worst_of(case, reference) for reference in references]
        table.add_row(for_rich(case.name), str(len(rows_of(case))), *worst, _verdict(case.passed))
    return table


def _show_failures(console, case):
    for failure in failures_of(case):
        console.print(f"[red]{for_rich(case.name)}: {for_rich(failure)}[/]", soft_wrap=True)
    if case.diagnosis:
        console.print(f"[bold red]{for_rich(case.name)}: {for_rich(case.diagnosis)}[/]", soft_wrap=True)


def _show_speed(console, case):
    line = speed_line(case)
    if line:
        console.print(for_rich(line), soft_wrap=True)


def _show_values(console, case):
    """Print outputs and states of the live session and of Keras, as a notebook shows them."""
    for result in case.results:
        if result.side.startswith("TF 1.15"):
            continue
        console.print(f"[bold]{for_rich(case.name)}, {result.side}[/]")
        for line in notebook_lines(result.tensors):
            console.print(escape(line), soft_wrap=True)
        console.print()


def notebook_lines(tensors):
    """Return the results (not gradients, not trained weights) as lines, each c and h pair as an LSTMStateTuple."""
    lines, names = [], [n for n in tensors if not n.startswith(("gradient of", "trained "))]
    for name in names:
        value = tensors[name]
        if name.endswith(".c"):
            tuple_text = f"LSTMStateTuple(c={_array(value)}, h={_array(tensors[name[:-2] + '.h'])})"
            lines.append(f"{name[:-2]} = {tuple_text}")
        elif not (name.endswith(".h") and name[:-2] + ".c" in tensors):
            lines.append(f"{name} = {_array(value)}")
    return lines


def _array(value):
    return np.array_repr(np.asarray(value), max_line_width=110) if np.size(value) <= 60 else _summary(value)


def _summary(value):
    return f"<array {'x'.join(map(str, value.shape))} {value.dtype}, {value.min():.6g} to {value.max():.6g}>"
