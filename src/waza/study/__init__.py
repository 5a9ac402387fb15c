"""What is compared: studies, the engine that runs them, statistics, claims and the run store."""

from waza.study.claims import Claim as Claim
from waza.study.claims import Finding as Finding
from waza.study.claims import Part as Part
from waza.study.claims import PartFinding as PartFinding
from waza.study.results import diverged as diverged
from waza.study.results import final as final
from waza.study.runner import Interrupted as Interrupted
from waza.study.runner import run as run
from waza.study.study import Study as Study
from waza.study.study import vary as vary
from waza.study.watch import Watch as Watch
