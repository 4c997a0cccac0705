"""The tables of people: one module per subject."""

from keytally.people.models.documents import ControlledDocument, DocumentSignature, DocumentVersion
from keytally.people.models.duties import PositionDescription
from keytally.people.models.handbook import HandbookAcknowledgement, HandbookEdition
from keytally.people.models.handover import Handover, HandoverItem
from keytally.people.models.organisation import (
    Delegation,
    Holding,
    OrganisationVersion,
    Position,
    PositionRole,
    ReportingLine,
    Unit,
)
from keytally.people.models.tasks import TeamTask
from keytally.people.models.training import (
    ExtraAttempt,
    TrainingAnswer,
    TrainingAttempt,
    TrainingCourse,
    TrainingQuestion,
    TrainingRecord,
)

__all__ = [
    "ControlledDocument",
    "Delegation",
    "DocumentSignature",
    "DocumentVersion",
    "ExtraAttempt",
    "HandbookAcknowledgement",
    "HandbookEdition",
    "Handover",
    "HandoverItem",
    "Holding",
    "OrganisationVersion",
    "Position",
    "PositionDescription",
    "PositionRole",
    "ReportingLine",
    "TeamTask",
    "TrainingAnswer",
    "TrainingAttempt",
    "TrainingCourse",
    "TrainingQuestion",
    "TrainingRecord",
    "Unit",
]
