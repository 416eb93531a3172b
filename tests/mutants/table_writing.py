"""Mistakes in what writes: the output folder, its hashes, exports, the written source, a process of its own."""

from tests.mutants.mistake import mistakes

_FOLDER = "tests/migrate/convert/test_convert_folder.py::"
_DISK = "tests/migrate/convert/test_on_disk.py::"
_EMIT = "tests/migrate/convert/test_emit.py::"
_DEFECTS = "tests/test_defects.py::test_a_defect_is_to_be_reported"
_EXPORT = "tests/migrate/convert/test_export_command.py::"
_ISOLATION = "tests/test_isolation.py::"

WRITING = [
    *mistakes(
        "tf2_lstm/migrate/translate/writing/needed.py",
        "tests/migrate/translate/test_unread_steps.py::test_a_step_that_is_not_read_is_no_output",
        ("name not in read and step < last", "step < last"),
        ("name not in read and step < last", "name not in read"),
        ("name not in read and step < last", "False"),
    ),
    *mistakes(
        "tf2_lstm/migrate/translate/writing/needed.py",
        "tests/migrate/translate/test_unread_steps.py::test_where_all_outputs_are_taken_together_all_stay",
        ("one if name in unknown else _read_alone(one, read[name])", "_read_alone(one, read[name])"),
    ),
    *mistakes(
        "tf2_lstm/migrate/emit.py",
        "tests/migrate/convert/test_emit.py::test_it_gives_the_numbers_of_the_saved_model[static_rnn]",
        ("for step in range({len(names)})", "for step in range({len(names) - 1})"),
        ("{of}[step] for", "{of}[step - 1] for"),
    ),
    *mistakes(
        "tf2_lstm/migrate/prove/replay.py",
        _DEFECTS,
        ("except import_errors() as error:", "except Exception as error:"),
    ),
    *mistakes("tf2_lstm/migrate/graph/shapes.py", _DEFECTS, ("except import_errors():", "except Exception:")),
    *mistakes(
        "tf2_lstm/migrate/equivalence/goldens.py",
        _DEFECTS,
        ("except (OSError, ValueError, TypeError,", "except (Exception, TypeError,"),
    ),
    *mistakes(
        "tf2_lstm/migrate/artifacts/old_names.py",
        _EXPORT + "test_export_writes_an_object_based_checkpoint_back",
        ("parts=variable.parts or stored", "parts=stored"),
    ),
    *mistakes(
        "tf2_lstm/migrate/convert/folder.py",
        _DISK + "test_an_output_is_on_the_disk_before_and_after_it_has_its_name",
        ("        os.fsync(descriptor)\n", "        os.fstat(descriptor)\n"),
        ("for path in [*staging.iterdir(), staging]:", "for path in [*staging.iterdir()]:"),
        ("for path in [*staging.iterdir(), staging]:", "for path in [staging]:"),
        ("    sync(out.absolute().parent)\n", ""),
    ),
    *mistakes(
        "tf2_lstm/migrate/convert/folder.py",
        _FOLDER + "test_names_are_safe_short_and_unique",
        ("        used.add(one.lower())\n", "        used.add(one)\n"),
        ('.strip("_")[:_LONGEST] or "rnn"', '.strip("_")[:_LONGEST]'),
        ('re.sub(r"[^A-Za-z0-9]+", "_", name)', 're.sub(r"[^A-Za-z0-9/]+", "_", name)'),
    ),
    *mistakes(
        "tf2_lstm/migrate/convert/folder.py",
        _FOLDER + "test_what_is_there_is_not_touched",
        ("    if inside:\n", "    if len(inside) > 9:\n"),
        ("    if not overwrite:\n", "    if overwrite is None:\n"),
        ("if folder.is_symlink() or not folder.is_dir()", "if not folder.is_dir()"),
        ("    if others:\n", "    if len(others) > 1:\n"),
    ),
    *mistakes(
        "tf2_lstm/migrate/convert/folder.py",
        _FOLDER + "test_what_convert_did_not_write_is_never_replaced",
        ("            _check_own(staging, out)\n        except", "            pass\n        except"),
        ("            renaming.exchange(staging, out)\n            raise", "            raise"),
        ("if folder.is_symlink() or not folder.is_dir()", "if not folder.is_dir()"),
    ),
    *mistakes(
        "tf2_lstm/migrate/convert/folder.py",
        _FOLDER + "test_a_hidden_folder_of_a_killed_run_is_named_and_that_of_a_live_one_is_not",
        ("return sorted(path for path in found if _is_free(path))", "return sorted(found)"),
        ('re.fullmatch("[a-z0-9_]{8}", ending)', 're.match("", ending)'),
    ),
    *mistakes(
        "tf2_lstm/migrate/convert/folder.py",
        _FOLDER + "test_nothing_is_left_of_a_failure",
        ("shutil.rmtree(staging, ignore_errors=True)", "os.listdir(staging)"),
    ),
    *mistakes(
        "tf2_lstm/migrate/convert/written.py",
        _FOLDER + "test_what_convert_did_not_write_is_never_replaced",
        ("and _digest(folder / name) == digest)", ")"),
        ('is_own = own == _of_text(_text({**found, "written": written})) and', "is_own ="),
        (' and text == _text(found) + "\\n"', ""),
    ),
    *mistakes(
        "tf2_lstm/migrate/convert/written.py",
        _FOLDER + "test_what_else_is_kept_beside_an_imported_source_is_somebodys",
        (' and path.suffix == ".pyc"', ""),
        ("if own == found and all(", "if all("),
        ("all(path.name.partition", "any(path.name.partition"),
    ),
    *mistakes(
        "tf2_lstm/migrate/emit.py",
        "tests/migrate/convert/test_dropout_rates.py::test_load_gives_the_weights_and_leaves_the_rate",
        ("keeps_rates = defaults and wrapped", "keeps_rates = wrapped and not defaults"),
    ),
    *mistakes(
        "tf2_lstm/migrate/convert/written.py",
        _FOLDER + "test_an_output_of_a_version_without_hashes_is_not_replaced",
        ("except (OSError, ValueError, KeyError, TypeError", "except (OSError, ValueError, TypeError"),
    ),
    *mistakes(
        "tf2_lstm/migrate/export/to_checkpoint.py",
        _DISK + "test_an_export_is_on_the_disk_and_its_index_comes_last",
        ("                sync(path)\n", "                os.stat(path)\n"),
        (
            'ENDINGS = (".data-00000-of-00001", ".meta", ".index")',
            'ENDINGS = (".index", ".data-00000-of-00001", ".meta")',
        ),
        ("        sync(output.parent)\n", ""),
    ),
    *mistakes(
        "tf2_lstm/migrate/export/to_checkpoint.py",
        _EXPORT + "test_no_graph_of_an_earlier_export_stays_beside_another_checkpoint",
        (
            '                    Path(f"{output}{ending}").unlink(missing_ok=True)\n',
            "                    pass\n",
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/export/to_checkpoint.py",
        _EXPORT + "test_exports_that_are_refused",
        ("    if there and not overwrite:\n", "    if there and overwrite:\n"),
        ("    if other:\n", "    if False:\n"),
        ('in ("", os.curdir, os.pardir)', 'in ("",)'),
        ("        nan_check.finite(value, name, path)\n", "        str(value)\n"),
    ),
    *mistakes(
        "tf2_lstm/migrate/export/bundles.py",
        _EXPORT + "test_export_copies_all_other_variables",
        (
            "yield name, new[name] if name in new else tensors.read(name)",
            "yield name, new.get(name, tensors.read(name) * 0)",
        ),
    ),
    *mistakes(
        "tf2_lstm/migrate/keras_code/write.py",
        _EMIT + "test_a_comment_keeps_to_its_line",
        ("for word in python_comment(text).split(", "for word in text.split("),
    ),
    *mistakes(
        "tf2_lstm/migrate/report/printable.py",
        _EMIT + "test_a_name_cannot_become_code",
        ("ascii(text))\n", '"\'" + text + "\'")\n'),
        ("    quoted = _MARK.sub(", "    quoted = re.sub('^$', "),
    ),
    *mistakes(
        "tf2_lstm/migrate/keras_code/write.py",
        _EMIT + "test_the_formatter_leaves_it_alone",
        ("WIDTH = 88", "WIDTH = 120"),
    ),
    *mistakes(
        "tf2_lstm/migrate/keras_code/expression.py",
        _EMIT + "test_a_name_that_is_no_identifier_is_no_variable",
        (
            "if not self.name.isidentifier() or keyword.iskeyword(self.name):",
            "if not self.name.isidentifier():",
        ),
    ),
    *mistakes(
        "tf2_lstm/cli/isolation.py",
        _ISOLATION + "test_parts_are_left_out_one_by_one",
        ("        if end.reason:\n            clean()\n", ""),
        ("            return _End(code)\n", "            return _End(0)\n"),
        ("            if self._is_done:\n                continue\n", ""),
    ),
    *mistakes(
        "tf2_lstm/cli/isolation.py",
        _ISOLATION + "test_what_ends_before_any_recurrence_is_one_line",
        ("if memory(self.pid) > self._limits.bytes:", "if memory(self.pid) < 0:"),
        (
            "if time.monotonic() - self._since > self._limits.seconds:",
            "if time.monotonic() - self._since > 4000 * self._limits.seconds:",
        ),
    ),
    *mistakes(
        "tf2_lstm/cli/process.py",
        "tests/test_process.py::test_what_ends_a_command_leaves_nothing",
        ("128 + signal.SIGTERM", "127 + signal.SIGTERM"),
    ),
]
