"""E9: AlexNet's form for small images, with and without dropout on its wide dense layers."""

from waza import data, models, optim
from waza.core.vary import vary
from waza.curriculum.day2b_convolution.networks import classes_of, image_of
from waza.curriculum.day2b_convolution.overfitting import first_rows, reduces_overfitting
from waza.curriculum.figures.loss_gap import loss_gap
from waza.learners import Supervised
from waza.report import over_steps
from waza.study import Claim, Study

ROWS = 300
WIDE = (1024, 1024)
DROPOUT, NONE = "dropout 0.5", "no dropout"
FIGURES = (over_steps, loss_gap)


def study(data_name: str = "digits") -> Study:
    """Five convolutions and 1024-1024 dense units on 300 images; Adam 0.001, 300 steps of 32 rows.

    As in AlexNet, the two wide layers hold most of the parameters: four fifths of two million here, 87 % of 62 million
    in AlexNet.
    """
    dataset = first_rows(data.load(data_name), ROWS)
    model = vary(models.small_alexnet(image_of(dataset), classes_of(dataset)), hidden=WIDE)
    dropped = Supervised(model, optim.Adam(0.001), batch_size=32, probes=False)
    return Study(
        name="alexnet",
        data=dataset,
        variants={NONE: vary(dropped, model={"dropout": {"rate": 0.0}}), DROPOUT: dropped},
        steps=300,
        evaluate_every=150,
        claims=(C31,),
        figures=FIGURES,
    )


C31 = Claim("C31", reduces_overfitting(DROPOUT, NONE))
