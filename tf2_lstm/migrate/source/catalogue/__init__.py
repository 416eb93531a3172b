"""Every public RNN name of TF 1.x, by family, whether or not this project has a pair for it."""

from tf2_lstm.migrate.source.catalogue.contrib_rnn import CONTRIB_RNN
from tf2_lstm.migrate.source.catalogue.core import ADDONS, ANCIENT, CORE, RAW_OPS
from tf2_lstm.migrate.source.catalogue.cudnn_grid import CUDNN, ESTIMATORS, GRID, RECURRENT
from tf2_lstm.migrate.source.catalogue.entry import Entry
from tf2_lstm.migrate.source.catalogue.keras1 import KERAS
from tf2_lstm.migrate.source.catalogue.neighbours import CRF, CTC, LITE, PRUNING
from tf2_lstm.migrate.source.catalogue.seq2seq import ADDONS_SEQ2SEQ, LEGACY_SEQ2SEQ, SEQ2SEQ

FAMILIES = {
    "rnn": CORE + ANCIENT + CONTRIB_RNN + CTC,
    "cudnn": CUDNN,
    "grid": GRID,
    "recurrent": RECURRENT,
    "seq2seq": SEQ2SEQ,
    "legacy_seq2seq": LEGACY_SEQ2SEQ,
    "addons_rnn": ADDONS,
    "addons_seq2seq": ADDONS_SEQ2SEQ,
    "keras": KERAS,
    "estimators": ESTIMATORS,
    "raw_ops": RAW_OPS,
    "crf": CRF,
    "lite": LITE,
    "pruning": PRUNING,
}

ENTRIES = tuple(entry for family in FAMILIES.values() for entry in family)

__all__ = ["ENTRIES", "FAMILIES", "Entry"]
