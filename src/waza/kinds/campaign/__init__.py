"""Campaigns: a policy learned from a log, which says whom to mail, and its value on customers it has not seen."""
