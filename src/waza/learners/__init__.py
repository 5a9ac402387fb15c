"""What learns: the contract, and one kind of learner a file."""

from waza.learners.descent import Descent as Descent
from waza.learners.learner import Learner as Learner
from waza.learners.measure import Mean as Mean
from waza.learners.measure import Measure as Measure
from waza.learners.measure import Measures as Measures
from waza.learners.source import Resident as Resident
from waza.learners.source import Source as Source
from waza.learners.source import Stream as Stream
from waza.learners.spans import log_gains as log_gains
from waza.learners.supervised import Supervised as Supervised
from waza.learners.supervised import as_inputs as as_inputs
from waza.learners.truncated_bptt import TruncatedBPTT as TruncatedBPTT
