"""What learns: the contract, and one kind of learner a file."""

from waza.learners.descent import Descent as Descent
from waza.learners.learner import Learner as Learner
from waza.learners.learner import Measures as Measures
from waza.learners.spans import log_gains as log_gains
from waza.learners.supervised import Supervised as Supervised
from waza.learners.supervised import as_inputs as as_inputs
from waza.learners.truncated_bptt import TruncatedBPTT as TruncatedBPTT
