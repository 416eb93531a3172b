"""A report as a page of HTML for a browser: pictures and numbers. It loads nothing from elsewhere and runs nothing."""

from tf2_lstm.migrate.report.rows import closing_line, failures_of, references_of, rows_of
from tf2_lstm.migrate.report.speed import SPEED_HEADS, speed_remarks, speed_rows
from tf2_lstm.migrate.report.svg import difference_picture, html, model_picture

#: A case with more rows is folded.
_MOST_ROWS = 60
#: Even if a stranger's name became an element, the page would run and load nothing.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
_STYLE = """
:root { color-scheme: light dark; --good: #1a7f37; --bad: #c9252d; --line: #8884; --layer: #2f6fed22; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 70rem; padding: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.15rem; margin-top: 2.5rem; }
.equal { color: var(--good); } .different { color: var(--bad); font-weight: 600; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; margin: .5rem 0; overflow-wrap: normal; }
th, td { border-bottom: 1px solid var(--line); padding: .2rem .7rem .2rem 0; text-align: right; }
th:first-child, td:first-child, .speed :is(th, td):nth-child(2) { text-align: left; }
td { font-variant-numeric: tabular-nums; white-space: nowrap; }
svg { display: block; margin: .5rem 0; } svg text { fill: currentColor; font: 11.5px ui-monospace, monospace;
text-anchor: middle; } svg .first { font-weight: 700; } .layer { fill: var(--layer); stroke: #2f6fed; }
.plain { fill: none; stroke: var(--line); } .arrow { fill: none; stroke: currentColor; opacity: .5; }
.off { fill: var(--bad); stroke: var(--line); stroke-width: .5; } figure { margin: 1rem 0; }
summary { cursor: pointer; }
@media (max-width: 40rem) { table { font-size: .72rem; } th, td { padding-right: .35rem; }
td:first-child { min-width: 5.6rem; overflow-wrap: anywhere; white-space: normal; } }
"""


def render(report, width=None):
    """Return a `Report` as a page of HTML; `width` is for the other formats.

    Every text in it may be a stranger's: it is escaped, and the page allows no script and no address.
    """
    verdict = "equal" if report.passed else "different"
    subject = f": {report.subject}" if report.subject else ""
    versions = [f"{name}: {_versions(found)}" for name, found in report.versions.items()]
    parts = [
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<title>tf2-lstm{html(subject)}: {html(closing_line(report))}</title>\n<link rel="icon" href="data:,">',
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<h1>tf2-lstm{html(subject)}</h1>",
        f'<p class="{verdict}">{html(closing_line(report))}</p>',
        _listed(report.notes),
        *map(_case, report.cases),
        _listed(versions),
        "</body>\n</html>",
    ]
    return "\n".join(filter(None, parts))


def _case(case):
    verdict = (
        '<span class="equal">equal</span>' if case.passed else '<span class="different">DIFFERENT</span>'
    )
    parts = [f"<section>\n<h2>{html(case.name)}: {verdict}</h2>"]
    if case.drawing:
        parts.append(f'<div class="wide">{model_picture(case.drawing)}</div>')
    parts.append(_listed([*failures_of(case), *filter(None, [case.diagnosis])], "different"))
    parts += [_difference(tensor) for tensor in case.tensors if tensor.profile and not tensor.passed]
    parts.append(_speed(case))
    parts.append(_table(case))
    return "\n".join([*filter(None, parts), "</section>"])


def _difference(tensor):
    axes = " (down) and ".join(filter(None, tensor.profile.axes))
    said = (
        f"{tensor.name} against the {tensor.reference}: |difference| by {axes} (across), the "
        f"largest {tensor.max_abs_diff:.2g}; pale is within the tolerance of {tensor.tolerance:.2g}"
    )
    picture = difference_picture(tensor.profile, tensor.tolerance)
    return f'<figure><figcaption>{html(said)}</figcaption><div class="wide">{picture}</div></figure>'


def _speed(case):
    rows = [_line(map(html, one), "td") for one in speed_rows(case)]
    lines = [_line(map(html, SPEED_HEADS), "th"), *rows]
    table = f'<div class="wide"><table class="speed">\n{chr(10).join(lines)}\n</table></div>' if rows else ""
    return table + _listed(speed_remarks(case))


def _table(case):
    rows, references = rows_of(case), references_of(case)
    if not rows:
        return ""
    heads = ["tensor", "shape", *(f"max |difference|, {who}" for who in references), "tolerance", "verdict"]
    lines = [_line(map(html, heads), "th"), *(_row(row, references) for row in rows)]
    shown = " open" if len(rows) <= _MOST_ROWS or not case.passed else ""
    return (
        f"<details{shown}><summary>{len(rows)} tensor(s)</summary>\n"
        f'<div class="wide"><table>\n{chr(10).join(lines)}\n</table></div></details>'
    )


def _row(row, references):
    cells = [f"<code>{html(row.name)}</code>", row.shape, *(html(row.differences[who]) for who in references)]
    verdict = ("equal", "equal") if row.passed else ("different", "DIFFERENT")
    return _line([*cells, row.tolerance, '<span class="{}">{}</span>'.format(*verdict)], "td")


def _line(cells, kind):
    return "<tr>" + "".join(f"<{kind}>{cell}</{kind}>" for cell in cells) + "</tr>"


def _listed(texts, kind=""):
    shown = f' class="{kind}"' if kind else ""
    lines = [f"<li{shown}>{html(text)}</li>" for text in texts]
    return f"<ul>\n{chr(10).join(lines)}\n</ul>" if lines else ""


def _versions(found):
    return ", ".join(f"{name} {version}" for name, version in found.items())
