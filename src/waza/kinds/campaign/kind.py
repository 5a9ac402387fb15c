"""Policies of campaigns, as a kind of model: `waza campaign` learns them, and `waza use` applies them."""

from pathlib import Path
from typing import Any

from waza.kinds.campaign.options import CampaignInput
from waza.kinds.kind import Kind
from waza.kinds.using import Predictions


class CampaignModel(Kind):
    """Networks that say how much a mail brings for each customer."""

    data = "campaigns"
    unit = "customers"
    use_options = CampaignInput
    preparation = "campaign"
    folder = Path(__file__).parent

    def preparation_type(self) -> Any:
        """`CampaignPreparation`."""
        from waza.kinds.campaign.preparation import CampaignPreparation

        return CampaignPreparation

    def use(self, model: Any, asked: CampaignInput, language: str) -> Predictions:
        """Whom to mail: a row a customer, in the order of the file."""
        assert asked.input is not None
        frame, notes = model.preparation.read([Path(path) for path in asked.input])
        outputs = model.outputs(model.preparation.apply(frame))
        share = None if asked.budget is None else asked.budget / 100
        return Predictions(model.preparation.answers(outputs, frame, share), notes)

    def exportable(self, model: Any) -> Any:
        """The network from a number for each column to expected gains."""
        from waza.kinds.campaign.exported import exportable

        return exportable(model)


KIND = CampaignModel()
