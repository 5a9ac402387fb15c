"""The simulated campaign: customers who receive mails or not, week by week, calibrated on a real campaign."""

from waza.rl.environments.campaign.customers import Customer as Customer
from waza.rl.environments.campaign.customers import draw_customer as draw_customer
from waza.rl.environments.campaign.mailing import Campaign as Campaign
from waza.rl.environments.campaign.mailing import CampaignState as CampaignState
from waza.rl.environments.campaign.mailing import Outcome as Outcome
from waza.rl.environments.campaign.response import Rates as Rates
from waza.rl.environments.campaign.response import Response as Response
from waza.rl.environments.campaign.small import SmallCampaign as SmallCampaign
