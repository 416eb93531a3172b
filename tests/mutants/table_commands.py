"""Mistakes in the command line: arguments, processes, exit codes."""

from tests.mutants.mistake import mistakes

COMMANDS = [
    *mistakes(
        "distributions/small.py",
        "tests/test_distributions.py::test_what_is_imported_in_a_function_is_found_and_its_bounds_are_those_of_the_whole",
        ("in ast.walk(ast.parse(", "in ast.iter_child_nodes(ast.parse("),
        ("if _name(line) in others", "if _name(line) not in others"),
    ),
    *mistakes(
        "tf2_lstm/migrate/artifacts/crc.py",
        "tests/migrate/artifacts/test_crc.py::test_large_data_go_in_chunks",
        ("google_crc32c.extend(crc, ", "google_crc32c.extend(0, "),
    ),
    *mistakes(
        "distributions/tf2_lstm_scan/__init__.py",
        "tests/test_distributions.py::test_where_both_are_installed_the_whole_one_runs",
        ("sys.path.append(", "sys.path.insert(0, "),
    ),
    *mistakes(
        "tf2_lstm/cli/isolation.py",
        "tests/test_isolation.py::test_each_part_has_the_whole_limit",
        ("self._part, self._since = names[-1] or None, time.monotonic()", "self._part = names[-1] or None"),
    ),
    *mistakes(
        "tf2_lstm/cli/isolation.py",
        "tests/test_isolation.py::test_parts_are_left_out_one_by_one",
        ("names[-1] or None", "names[-1]"),
        ("names[-1] or None", "names[0] or None"),
    ),
    *mistakes(
        "tf2_lstm/cli/process.py",
        "tests/test_process.py::test_a_reader_that_has_gone_is_exit_1_and_no_word",
        ("        _discard_output()\n        return 1\n", "        _discard_output()\n        return 0\n"),
    ),
    *mistakes(
        "tf2_lstm/cli/process.py",
        "tests/test_process.py::test_a_full_memory_is_one_line",
        ("    except MemoryError as error:\n", "    except RecursionError as error:\n"),
    ),
    *mistakes(
        "tf2_lstm/cli/process.py",
        "tests/test_process.py::test_a_command_runs_in_any_thread",
        (" or threading.current_thread() is not threading.main_thread()", ""),
    ),
    *mistakes(
        "tf2_lstm/cli/model_arguments.py",
        "tests/test_arguments.py::test_a_limit_is_a_number_above_0",
        ("if 0 < float(text) < math.inf:", "if 0 <= float(text) < math.inf:"),
        ("if 0 < float(text) < math.inf:", "if 0 < float(text):"),
    ),
    *mistakes(
        "tf2_lstm/cli/model_arguments.py",
        "tests/test_arguments.py::test_limits_are_in_seconds_and_in_gib",
        ("arguments.memory_limit * 2**30", "arguments.memory_limit * 2**20"),
    ),
    *mistakes(
        "tf2_lstm/cli/model_arguments.py",
        "tests/test_arguments.py::test_without_a_word_the_limits_are_those_of_the_help",
        ("default=600.0", "default=60.0"),
        ("return 0.9 * os", "return 9 * os"),
    ),
    *mistakes(
        "tf2_lstm/cli/model_arguments.py",
        "tests/test_arguments.py::test_every_argument_reaches_the_request",
        ("        arguments.ema,\n", "        False,\n"),
        ("        tuple(arguments.assume),\n", "        tuple(arguments.assume[-1:]),\n"),
        ("        arguments.assume_defaults,\n", "        True,\n"),
        ("        arguments.weights,\n", "        None,\n"),
        ("        task.skipped,\n", "        {},\n"),
    ),
    *mistakes(
        "tf2_lstm/cli/isolation.py",
        "tests/test_isolation.py::test_whatever_ends_a_command_its_process_leaves_nothing",
        ("_End(128 + self._asked,", "_End(self._asked,"),
        ("ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)", "pass"),
        (
            "            self._settle(parent)\n            self._hear()\n",
            "            self._settle(parent)\n",
        ),
        ("        if self._asked:\n            return", "        if False:\n            return"),
    ),
    *mistakes(
        "tf2_lstm/cli/process.py",
        "tests/test_process.py::test_what_the_system_refuses_is_one_line",
        ('Check the disk and the permissions.", 2', 'Check the disk and the permissions.", 1'),
    ),
    *mistakes(
        "tf2_lstm/cli/process.py",
        "tests/test_process.py::test_a_terminal_of_ascii_gets_what_it_can_show",
        ('        sys.stdout.reconfigure(errors="replace")', "        pass"),
        ("        sys.stdout.flush()\n        return code", "        return code"),
    ),
    *mistakes(
        "tf2_lstm/cli/process.py",
        "tests/test_process.py::test_what_ends_a_command_leaves_nothing",
        ("    finally:\n        _on_terminate(earlier)", "    finally:\n        pass"),
        ("128 + signal.SIGINT", "128 + signal.SIGTERM"),
    ),
    *mistakes(
        "tf2_lstm/cli/process.py",
        "tests/test_process.py::test_what_the_user_can_mend_is_one_line_that_no_terminal_acts_on",
        ('return printable(" ".join(str(error).split()))', 'return " ".join(str(error).split())'),
    ),
    *mistakes(
        "tf2_lstm/cli/process.py",
        "tests/test_process.py::test_who_asks_for_it_gets_the_traceback",
        ("        if TRACEBACK in os.environ:\n            raise\n", ""),
    ),
    *mistakes(
        "tf2_lstm/cli/process.py",
        "tests/test_process.py::test_an_error_that_nobody_foresaw_is_one_line_with_its_place",
        ("*_, (frame, line)", "(frame, line), *_"),
    ),
    *mistakes(
        "tf2_lstm/cli/model_arguments.py",
        "tests/migrate/convert/test_convert_command.py::test_inputs_that_cannot_be_fed_are_refused",
        ('        getattr(arguments, "inputs", None),\n', "        None,\n"),
    ),
    *mistakes(
        "tf2_lstm/cli/convert.py",
        "tests/migrate/convert/test_convert_command.py::test_what_is_half_convertible_is_half_converted_and_exit_1",
        ("return 0 if conversion.complete else 1", "return 0 if conversion.models else 1"),
    ),
    *mistakes(
        "tf2_lstm/cli/isolation.py",
        "tests/test_isolation.py::test_memory_that_is_only_reserved_does_not_count",
        ("file.read().split()[1]", "file.read().split()[0]"),
    ),
    *mistakes(
        "tf2_lstm/cli/main.py",
        "tests/test_isolation.py::test_what_is_wrong_around_a_command_is_one_line",
        ("        (file or sys.stdout).write(self.format_help())\n", "        super().print_help(file)\n"),
        ("        sys.stdout.flush()\n", "        str(status)\n"),
    ),
    *mistakes(
        "tf2_lstm/cli/main.py",
        "tests/test_main.py::test_a_program_that_calls_it_is_not_forked",
        ("forked = argv is None and can_isolate()", "forked = can_isolate()"),
    ),
    *mistakes(
        "tf2_lstm/cli/main.py",
        "tests/test_main.py::test_an_unknown_argument_does_nothing_to_a_terminal",
        ("super().error(printable(message))", "super().error(message)"),
    ),
]
