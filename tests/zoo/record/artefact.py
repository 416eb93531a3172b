"""What a builder says of its artefact, and the table that holds the builders."""

from collections import OrderedDict

#: name -> Artefact, filled by the theme files as they are imported.
TABLE = OrderedDict()

#: The two feeds of an artefact: run.npz and run_2.npz.
SIZES = ({"B": 3, "T": 5}, {"B": 2, "T": 4})


class Artefact:
    """A row of the table: a name, why it is there, the function that builds its graph, the folder it is kept in."""

    def __init__(self, name, why, build, folder):
        self.name, self.why, self.build, self.folder = name, why, build, folder


class Built:
    """What a builder returns: how its graph is fed, and what its program is known to be.

    `feeds` maps placeholders to functions of `feeds.py`. `recurrences`, `not_converted` and `unclaimed` are written
    by hand from the program. `fetches` are tensors that run.npz holds besides the edges. `sizes` are the sizes of the
    feeds. `options` are what the user must say besides the path. `prepare(session)` runs before saving.
    `save(session)` writes the artefact into the current folder and returns what the user would name.
    `results(session, sizes)` gives the run where the artefact's own graph does not, and `ran` says how;
    `weights=False` leaves the variables alone. `outside` are tensors that the program may fetch and no model gives.
    """

    def __init__(
        self, feeds, recurrences=(), not_converted=(), unclaimed=(), fetches=(), sizes=SIZES, **more
    ):
        self.feeds, self.recurrences, self.not_converted = feeds, list(recurrences), list(not_converted)
        self.unclaimed, self.fetches, self.sizes = list(unclaimed), list(fetches), sizes
        self.save = more.pop("save", None)
        self.prepare = more.pop("prepare", None)
        self.results = more.pop("results", None)
        self.ran = more.pop("ran", "")
        self.options = more.pop("options", {})
        self.weights = more.pop("weights", True)
        self.outside = more.pop("outside", [])
        if more:
            raise TypeError("unknown: {}".format(", ".join(sorted(more))))


def artefact(why, name=None, folder="files", **options):
    """Enter a builder into the table under its own name, or under `name` with `options` given to it."""

    def enter(build):
        known = name or build.__name__
        if known in TABLE:
            raise ValueError(f"two artefacts are named {known}")
        TABLE[known] = Artefact(known, why, lambda: build(**options), folder)
        return build

    return enter


def whole_program(why, name=None, **options):
    """Enter the builder of a whole program, from what is fed to what is fetched, as `artefact` does."""
    return artefact(why, name, folder="whole", **options)
