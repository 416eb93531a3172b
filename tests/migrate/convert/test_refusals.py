"""Every sentence that refuses: a program that gives it, through the command, and its next step, followed.

A row makes a refused command, says words of the sentence, and follows its next step: what the sentence tells is done,
and then the command, or the one that the sentence names, goes through.
"""

import pytest
from refused_programs import ZOO, save, session_of, unrolled

from tf2_lstm.cli import main

ALONE = str(ZOO / "weights_alone_defaults" / "model.ckpt")


def convert(path, folder, *more):
    return ["convert", str(path), "-o", str(folder / "out"), "--overwrite", *more]


def told(arguments, capsys):
    """The exit code and all that a command says, its lines joined."""
    code = main(arguments)
    said = capsys.readouterr()
    return code, " ".join((said.out + said.err).split())


class Renamed:
    """A checkpoint that has the graph's variables under other names."""

    words = ("which the checkpoint does not have", "The shapes agree, the names do not", "tf.train.Saver({")

    def refused(self, folder):
        self.session = session_of(unrolled)
        return convert(save(self.session, folder / "old", "before/{}".format), folder)

    def followed(self, folder):
        """What restores it by a Saver with the old names saves it under the graph's."""
        return convert(save(self.session, folder / "new"), folder)


class ExportLikeNothing:
    """A model that goes back into a checkpoint of which nothing is known without the options of convert."""

    words = ("found none that converts, whatever its name", "Give export the options that convert had")

    def refused(self, folder):
        assert main(convert(ALONE, folder, "--assume-defaults")) == 0
        return ["export", str(folder / "out" / "rnn.keras"), "--like", ALONE, "-o", str(folder / "new")]

    def followed(self, folder):
        return [*self.refused(folder), "--assume-defaults"]


class ExportUnnamed:
    """A model whose name is that of no recurrence of the checkpoint."""

    words = (
        "its name is rnn, expected that of a recurrence",
        "siamese_rnn, siamese_1_rnn. Say which with --name",
    )

    def refused(self, folder):
        source = str(ZOO / "siamese_reuse" / "model.ckpt")
        assert main(convert(source, folder)) == 0
        model = folder / "out" / "siamese_rnn.keras"
        self.export = ["export", str(model), "--like", source, "-o", str(folder / "new"), "--name"]
        return [*self.export, "rnn"]

    def followed(self, folder):
        return [*self.export, "siamese_rnn"]


ROWS = [Renamed, ExportLikeNothing, ExportUnnamed]


@pytest.mark.parametrize("row", ROWS, ids=[row.__name__ for row in ROWS])
def test_a_refusal_says_what_and_its_next_step_goes_through(row, tmp_path, capsys):
    one = row()
    code, said = told(one.refused(tmp_path), capsys)
    assert code in (1, 2)
    assert [words for words in one.words if words not in said] == [], said
    code, said = told(one.followed(tmp_path), capsys)
    assert code == 0, said
