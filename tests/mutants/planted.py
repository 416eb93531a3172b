"""The mistakes that are planted: the tables of all rooms."""

from tests.mutants.table_around import AROUND
from tests.mutants.table_commands import COMMANDS
from tests.mutants.table_cudnn import CUDNN
from tests.mutants.table_drawn import DRAWN_NUMBERS
from tests.mutants.table_finding import FINDING
from tests.mutants.table_layers import LAYERS
from tests.mutants.table_long import LONG_GRAPHS
from tests.mutants.table_proving import PROVING
from tests.mutants.table_reading import READING
from tests.mutants.table_recovered import RECOVERED
from tests.mutants.table_running import RUNNING
from tests.mutants.table_scanning import SCANNING
from tests.mutants.table_serving import SERVING
from tests.mutants.table_single_cells import SINGLE_CELLS
from tests.mutants.table_sizes import SIZES
from tests.mutants.table_sparse import SPARSE
from tests.mutants.table_steps import STEPS
from tests.mutants.table_translating import TRANSLATING
from tests.mutants.table_writing import WRITING

PLANTED = [
    *LAYERS,
    *RUNNING,
    *READING,
    *FINDING,
    *PROVING,
    *WRITING,
    *SCANNING,
    *COMMANDS,
    *AROUND,
    *SERVING,
    *TRANSLATING,
    *STEPS,
    *SINGLE_CELLS,
    *RECOVERED,
    *SIZES,
    *SPARSE,
    *DRAWN_NUMBERS,
    *LONG_GRAPHS,
    *CUDNN,
]
