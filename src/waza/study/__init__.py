"""What is compared: studies, the engine that runs them, statistics, claims and the run store."""

from waza.core.vary import vary as vary
from waza.engine.watch import Interrupted as Interrupted
from waza.engine.watch import Watch as Watch
from waza.study.claims import Claim as Claim
from waza.study.claims import Exact as Exact
from waza.study.claims import Finding as Finding
from waza.study.claims import MoreOften as MoreOften
from waza.study.claims import Part as Part
from waza.study.claims import PartFinding as PartFinding
from waza.study.claims import Rule as Rule
from waza.study.claims import Share as Share
from waza.study.conduct import run as run
from waza.study.deciding import decide as decide
from waza.study.kept import variables_of as variables_of
from waza.study.results import diverged as diverged
from waza.study.results import final as final
from waza.study.study import Study as Study
from waza.study.sweep import rate_name as rate_name
from waza.study.trained import Trained as Trained
from waza.study.tuning import Tuning as Tuning
from waza.study.tuning import geometric as geometric
from waza.study.tuning import tuned_name as tuned_name
