"""Mistakes in scan: traps, their texts, formats, files that are left out, limits."""

from tests.mutants.mistake import mistakes

_ROOM = "tf2_lstm/migrate/source/"
_TRAPS = "tests/migrate/source/test_source_traps.py::test_finds_each_trap_where_it_is"
_MESSAGES = "tests/migrate/source/test_source_messages.py::"
_FORMATS = "tests/migrate/source/test_source_formats.py::"
_FILES = "tests/migrate/source/test_source_file_walk.py::"
_LIMITS = "tests/migrate/source/test_source_limits.py::"
_PASTED = "tests/migrate/source/test_source_pasted.py::"
_COMMAND = "tests/migrate/source/test_source_command.py::"

SCANNING = [
    *mistakes(
        _ROOM + "traps/state.py",
        _TRAPS,
        ('part = "c" if key == 0 else "h"', "return"),
        (
            'if isinstance(key, Made) and key.role == "state":',
            'if isinstance(key, Made) and key.role == "cell":',
        ),
        ("if len(target.elts) != 2 or len(names) != 2:", "if len(target.elts) != 3 or len(names) != 2:"),
    ),
    *mistakes(
        _ROOM + "traps/state.py",
        _MESSAGES + "test_nothing_else_is_said_of_any_trap",
        ('part = "c" if key == 0 else "h"', 'part = "h" if key == 0 else "c"'),
        ('of a state: TF1 orders (c, h), Keras [h, c]"', 'of a state: TF1 orders (h, c), Keras [c, h]"'),
        (
            "unpacked as (c, h), TF1's order; Keras returns [h, c]",
            "unpacked as (h, c), TF1's order; Keras returns [c, h]",
        ),
    ),
    *mistakes(
        _ROOM + "traps/sharing.py",
        _TRAPS,
        ("return len(sites) != len(set(sites))", "return len(sites) == len(set(sites))"),
        ('if (clash or looped) and "*" not in cell.maker:', 'if clash and "*" not in cell.maker:'),
        ("len(cells.items) == 1 and not cells.several and not cells.shared", "len(cells.items) == 1"),
        ("return all(arms.get(branch, arm) == arm for branch, arm in other)", "return True"),
    ),
    *mistakes(
        _ROOM + "traps/keras1.py",
        _MESSAGES + "test_nothing_else_is_said_of_any_trap",
        (
            "has slope 0.2 in tf.keras 1.x and 1/6 in Keras 3",
            "has slope 1/6 in tf.keras 1.x and 0.2 in Keras 3",
        ),
        ("reset_after was False by default", "reset_after was True by default"),
    ),
    *mistakes(
        _ROOM + "traps/dropout.py",
        _MESSAGES + "test_nothing_else_is_said_of_any_trap",
        (
            'Keras has rate = 1 - keep_prob and the training argument"',
            'Keras has rate = keep_prob and the training argument"',
        ),
        (
            'what = "a placeholder" if fed else "not a constant"',
            'what = "not a constant" if fed else "a placeholder"',
        ),
    ),
    *mistakes(
        _ROOM + "traps/dropout.py",
        _MESSAGES + "test_how_grave_a_trap_is_and_who_mends_it",
        ('trap_rule(514, "keep-prob-tensor", "manual"', 'trap_rule(514, "keep-prob-tensor", "safe"'),
    ),
    *mistakes(
        _ROOM + "traps/structure.py",
        _TRAPS,
        ("if seen.loops and not resolver.made_in(seen.loops[-1], cell, or_met=False):", "if seen.loops:"),
        ('if strip_root(name) in ("train.Saver", ', 'if strip_root(name) in ("train.Server", '),
    ),
    *mistakes(
        _ROOM + "noqa.py",
        _TRAPS,
        ("not codes or any(rule.startswith(code) for code in codes)", "True"),
    ),
    *mistakes(
        _ROOM + "formats/as_github.py",
        _FORMATS + "test_github_writes_workflow_commands_and_escapes",
        ('.replace(",", "%2C")', ""),
        ('"warning": "warning"', '"warning": "notice"'),
    ),
    *mistakes(
        _ROOM + "formats/as_sarif.py",
        _FORMATS + "test_sarif_quotes_paths",
        ('quote(os.fsencode(finding.path.replace("\\\\", "/")))', 'finding.path.replace("\\\\", "/")'),
    ),
    *mistakes(
        _ROOM + "formats/as_terminal.py",
        "tests/migrate/source/test_source_terminal.py::test_it_fits_the_terminal_and_nothing_of_the_source_acts_on_it",
        ("printable(part) for part in (text[", "part for part in (text["),
        ("before = before[-_BEFORE:]", "before = before[-2 * width :]"),
    ),
    *mistakes(
        _ROOM + "formats/as_json.py",
        _FORMATS + "test_json_has_exactly_the_fields_of_schema_1",
        ('"end_column": finding.end_column', '"end_column": finding.column'),
    ),
    *mistakes(
        _ROOM + "formats/as_markdown.py",
        _FORMATS + "test_what_needs_a_person_is_marked_where_it_stands",
        ("{marked(said(one))} |", "{marked(one.message)} |"),
    ),
    *mistakes(
        _ROOM + "summary.py",
        _FORMATS + "test_the_summary_counts_uses_with_and_without_a_pair",
        (
            "paired = sum(one.pair is not None for one in uses)",
            "paired = sum(one.pair is None for one in uses)",
        ),
    ),
    *mistakes(
        _ROOM + "summary.py",
        _FORMATS + "test_text_is_a_line_a_finding_and_a_summary",
        ('traps = sum(one.rule >= "RNN500" for one', 'traps = sum(one.rule > "RNN501" for one'),
    ),
    *mistakes(
        _ROOM + "scan.py",
        _COMMAND + "test_select_does_not_silence_a_file_that_could_not_be_read",
        ("return not options.select or RULES[one.rule].fixed or any", "return not options.select or any"),
    ),
    *mistakes(
        _ROOM + "gitignore.py",
        _LIMITS + "test_a_gitignore_of_many_slow_lines_is_dropped",
        (
            "            if time.monotonic() - start > SECONDS:\n",
            "            if False:\n",
        ),
    ),
    *mistakes(
        _ROOM + "gitignore.py",
        _FILES + "test_the_innermost_gitignore_decides",
        (
            "return next((one for one in reversed(said) if one is not None), False)",
            "return next((one for one in said if one is not None), False)",
        ),
    ),
    *mistakes(
        _ROOM + "limits.py",
        _LIMITS + "test_a_file_is_read_up_to_its_limit_and_one_byte",
        ("return file.read(limit + 1)", "return file.read(limit)"),
    ),
    *mistakes(
        _ROOM + "resolver.py",
        "tests/migrate/source/test_source_modules.py::test_packages_and_relative_imports",
        ("            for _ in range(level - 1):\n", "            for _ in range(level):\n"),
    ),
    *mistakes(
        _ROOM + "pasted/find.py",
        _PASTED + "test_the_message_is_what_is_said_and_it_is_found",
        ("return max(whole, key", "return min(whole, key"),
        ("return sum(map(len, _pieces(entry)))", "return 0"),
    ),
    *mistakes(
        _ROOM + "pasted/find.py",
        _PASTED + "test_a_part_of_a_message_is_enough_and_a_word_is_not",
        ("place = found + len(piece)", "place = 0"),
        (' and " " in text:', ":"),
        ('pieces[-1].rstrip(".")', "pieces[-1]"),
        ("text).casefold()", "text)"),
        (r"\x1b\[[0-9;]*m|[`'", "[`'"),
    ),
    *mistakes(
        _ROOM + "pasted/keras3.py",
        _PASTED + "test_the_message_is_what_is_said_and_it_is_found",
        ("Matrix size-incompatible: In[0]", "Matrix size incompatible: In[0]"),
    ),
    *mistakes(
        "tf2_lstm/cli/explain.py",
        _PASTED + "test_what_is_not_known_is_one_line_with_near_names",
        ("get_close_matches(name.lower()", "get_close_matches(name.swapcase()"),
    ),
]
