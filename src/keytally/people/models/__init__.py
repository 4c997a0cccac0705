"""The tables of people: one module per subject."""

from keytally.people.models.organisation import (
    Delegation,
    Holding,
    OrganisationVersion,
    Position,
    PositionRole,
    ReportingLine,
    Unit,
)

__all__ = ["Delegation", "Holding", "OrganisationVersion", "Position", "PositionRole", "ReportingLine", "Unit"]
