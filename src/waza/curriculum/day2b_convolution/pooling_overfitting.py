"""E7: does pooling reduce overfitting on 500 images?"""

from waza import data, optim
from waza.curriculum.day2b_convolution.networks import POOLED, UNPOOLED, three_ways
from waza.curriculum.day2b_convolution.overfitting import first_rows, reduces_overfitting
from waza.curriculum.figures.loss_gap import loss_gap
from waza.learners import Supervised
from waza.report import over_steps
from waza.study import Claim, Study

ROWS = 500
FIGURES = (over_steps, loss_gap)


def study(data_name: str = "digits") -> Study:
    """8@5x5 - 16@3x3 - 64, pooled, unpooled and strided, on 500 images; Adam 0.001, 300 steps of 50 rows."""
    dataset = first_rows(data.load(data_name), ROWS)
    return Study(
        name="pooling-overfitting",
        data=dataset,
        variants={
            name: Supervised(model, optim.Adam(0.001), batch_size=50, probes=False)
            for name, model in three_ways(dataset).items()
        },
        baseline=UNPOOLED,
        seeds=20,
        steps=300,
        evaluate_every=100,
        claims=(C29,),
        figures=FIGURES,
    )


C29 = Claim("C29", reduces_overfitting(POOLED, UNPOOLED))
