"""What learns: the contract, and one kind of learner a file."""

from waza.core.measure import Mean as Mean
from waza.core.measure import Measure as Measure
from waza.core.measure import Measures as Measures
from waza.learners.aggressive_inference import AggressiveInference as AggressiveInference
from waza.learners.corpus_stream import CorpusStream as CorpusStream
from waza.learners.descent import Descent as Descent
from waza.learners.dialogue_stream import DialogueStream as DialogueStream
from waza.learners.learner import Learner as Learner
from waza.learners.parallel_stream import ParallelStream as ParallelStream
from waza.learners.reconstruction import Reconstruction as Reconstruction
from waza.learners.row_stream import RowStream as RowStream
from waza.learners.rows import as_inputs as as_inputs
from waza.learners.source import Resident as Resident
from waza.learners.source import Source as Source
from waza.learners.source import Stream as Stream
from waza.learners.spans import log_gains as log_gains
from waza.learners.supervised import Supervised as Supervised
from waza.learners.teacher_forcing import ScheduledSampling as ScheduledSampling
from waza.learners.teacher_forcing import TeacherForcing as TeacherForcing
from waza.learners.truncated_bptt import TruncatedBPTT as TruncatedBPTT
from waza.learners.utterance_prediction import UtterancePrediction as UtterancePrediction
from waza.learners.variational import Variational as Variational
from waza.learners.word_vectors import WordVectors as WordVectors
