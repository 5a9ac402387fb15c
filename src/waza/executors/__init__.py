"""Executors: where a study's units of work are computed, in this process or by the workers of a Ray cluster.

>>> import waza as wz
>>> wz.run(study, "runs", executor=wz.executors.Ray("ray://head:10001"))   # doctest: +SKIP
"""

from waza.engine.executors import Executor as Executor
from waza.engine.executors import InProcess as InProcess
from waza.executors.ray import Ray as Ray
