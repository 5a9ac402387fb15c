"""What a policy of a campaign gives to be exported."""

from waza.interop.part import BATCH, Exportable, Tensor
from waza.interop.serving import Affine, Columns
from waza.kinds.exported import column_facts, part_of, table_input, table_sample
from waza.kinds.model import Model


def exportable(model: Model) -> Exportable:
    """The network from a number for each column to the expected gain of each arm but the control."""
    preparation = model.preparation
    columns = preparation.table.columns
    part = part_of(
        model,
        table_input(columns),
        Tensor("gains", "float32", (BATCH, preparation.outputs)),
        (Columns(columns),),
        (Affine(preparation.table.scale, 0.0),),
        table_sample(columns),
    )
    facts = {"arms": [*preparation.arms], "cost": preparation.cost, "value": preparation.value}
    return Exportable((part,), {**facts, "columns": column_facts(columns)})
