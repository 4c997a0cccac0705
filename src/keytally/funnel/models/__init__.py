"""Tables of the funnel: opportunities and their way, the evidence for it, and the people around it."""

from keytally.funnel.models.evidence import GateEvidence, OpportunityPaper
from keytally.funnel.models.forecasts import ForecastChance, ForecastRun
from keytally.funnel.models.history import HistoryImport, HistoryRecord
from keytally.funnel.models.opportunities import Opportunity, StageEntry, StageHandOver
from keytally.funnel.models.team import CustomerNeed, OpportunityCompetitor, ReviewNote, TeamMember

__all__ = [
    "CustomerNeed",
    "ForecastChance",
    "ForecastRun",
    "GateEvidence",
    "HistoryImport",
    "HistoryRecord",
    "Opportunity",
    "OpportunityCompetitor",
    "OpportunityPaper",
    "ReviewNote",
    "StageEntry",
    "StageHandOver",
    "TeamMember",
]
