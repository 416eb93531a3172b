"""Messages that people paste: each is what TensorFlow and Keras say here, and each is found."""

import warnings
from pathlib import Path

import pytest
from provoked import files, layers, names, sessions

from legacy_tf1 import compat
from tf2_lstm.cli import main
from tf2_lstm.migrate.source.pasted import find, messages

ROOT = Path(__file__).resolve().parents[3]
ZOO = ROOT / "tests" / "zoo" / "files"
PROVOKED = names.PROVOKED | layers.PROVOKED | files.PROVOKED | sessions.PROVOKED
ENTRIES = {entry.name: entry for entry in messages.ENTRIES}


def said(name, folder):
    """What a program says that makes this mistake: the class of the exception, and its message."""
    with warnings.catch_warnings():
        compat.hush_deprecations()
        warnings.simplefilter("ignore")
        with pytest.raises(Exception) as raised:  # noqa: PT011 - the message is what is tested
            PROVOKED[name](folder)
    return raised.type.__name__, str(raised.value)


def shows(message, text):
    """Say whether a message has the pieces of an entry's text, letter by letter, in their order."""
    place, message = 0, " ".join(message.split())
    for piece in (" ".join(piece.split()) for piece in text.split("...")):
        place = message.find(piece, place)
        if place < 0:
            return False
        place += len(piece)
    return True


@pytest.mark.parametrize("name", PROVOKED)
def test_the_message_is_what_is_said_and_it_is_found(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    kind, message = said(name, ZOO)
    assert kind == ENTRIES[name].kind
    assert shows(message, ENTRIES[name].text), message
    assert find.find(f"Traceback (most recent call last):\n  File ...\n{kind}: {message}").name == name
    assert find.find(message).name == name


def test_every_entry_is_provoked_or_says_why_not():
    assert set(PROVOKED) == {entry.name for entry in messages.ENTRIES if not entry.source}
    assert len(PROVOKED) >= 40
    assert len(ENTRIES) == len(messages.ENTRIES)


@pytest.mark.parametrize("entry", messages.ENTRIES, ids=lambda entry: entry.name)
def test_an_entry_finds_itself_and_has_a_page(entry):
    assert find.find(entry.text) is entry
    assert (ROOT / entry.page).is_file()
    assert entry.cause.endswith((".", "...", "!"))
    assert entry.do.endswith(".")


@pytest.mark.parametrize(
    ("pasted", "name"),
    [
        ("has no attribute 'contrib'", "no-contrib"),
        ("module 'tensorflow_core._api.v2.nn' has no attribute 'rnn_cell'", "no-rnn-cell"),
        ("`GRUCell` is not available with Keras 3", "not-with-keras-3"),
        ("KEY model/rnn/kernel/Adam_1 not found\n in checkpoint", "key-not-found"),
        ("Unrecognized \x1b[1mkeyword\x1b[0m arguments passed to GRU: {'time_major': False}", "time-major"),
        ("File format not supported", "format-not-supported"),
        ("Op type not registered", "op-not-registered"),
        ("not found in checkpoint, the Key rnn/kernel", None),
        ("opaque_kernel_saveable", None),
        ("contrib", None),
        ("a message that nobody knows", None),
        ("", None),
    ],
)
def test_a_part_of_a_message_is_enough_and_a_word_is_not(pasted, name):
    found = find.find(pasted)
    assert (found and found.name) == name


def test_the_comparison_can_fail():
    assert not shows("Key x not found in file", "Key ... not found in checkpoint")
    assert not shows("not found in checkpoint: Key x", "Key ... not found in checkpoint")
    assert not shows("key x not found in checkpoint", "Key ... not found in checkpoint")


def test_explain_answers_a_message_with_quotes_and_without(capsys):
    assert main(["explain", "AttributeError: module 'tensorflow' has no attribute 'contrib'"]) == 0
    quoted = capsys.readouterr().out
    assert main(["explain", *["module", "tensorflow", "has", "no", "attribute", "contrib"]]) == 0
    assert capsys.readouterr().out == quoted
    assert quoted.startswith("# no-contrib\n")
    assert "docs/rules/README.md" in quoted


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["basic_lst"], "Did you mean basic_lstm"),
        (["RNN1010"], "Did you mean RNN110, RNN101"),
        (["qqqqqq"], "no rule is called 'qqqqqq'. Without"),
        (["no such message at all"], "docs/errors.md"),
        (["gru", "basic_lst"], "Did you mean basic_lstm"),
    ],
)
def test_what_is_not_known_is_one_line_with_near_names(words, said, capsys):
    assert main(["explain", *words]) == 2
    written = capsys.readouterr()
    assert written.out == ""
    assert written.err.count("\n") == 1
    assert said in written.err
