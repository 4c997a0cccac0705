"""Where new accounts come from and whom to call today; owns segment, lead, campaign, occasion and counter-plan."""
