"""Tables of accounts: the tree and its parties, classes, people, figures, practice, merges, imports and search."""

from keytally.accounts.models.classification import AccountTier, Classification, ClassificationAxis, ClassificationValue
from keytally.accounts.models.contacts import Contact, RungEvidence
from keytally.accounts.models.coordination import CoordinationMatter
from keytally.accounts.models.figures import AccountMeasure, ScoreJudgement, ScoreRecord
from keytally.accounts.models.imports import AccountImport, AccountImportContact, AccountImportRow
from keytally.accounts.models.keepers import AccountGrant, DedicatedManager
from keytally.accounts.models.merging import AccountMerge, NotDuplicate
from keytally.accounts.models.nodes import AccountAncestor, AccountCode, AccountNode, AccountPlacement, LegalParty
from keytally.accounts.models.parties import PartyRoles
from keytally.accounts.models.practice import AccountPromise, DevelopmentStep, SettlementProcedure, SettlementStep
from keytally.accounts.models.search import SearchEntry
from keytally.accounts.models.standing import CreditGrade, SupplyLayer
from keytally.accounts.models.visits import Competitor, CompetitorSighting, Visit

__all__ = [
    "AccountAncestor",
    "AccountCode",
    "AccountGrant",
    "AccountImport",
    "AccountImportContact",
    "AccountImportRow",
    "AccountMeasure",
    "AccountMerge",
    "AccountNode",
    "AccountPlacement",
    "AccountPromise",
    "AccountTier",
    "Classification",
    "ClassificationAxis",
    "ClassificationValue",
    "Competitor",
    "CompetitorSighting",
    "Contact",
    "CoordinationMatter",
    "CreditGrade",
    "DedicatedManager",
    "DevelopmentStep",
    "LegalParty",
    "NotDuplicate",
    "PartyRoles",
    "RungEvidence",
    "ScoreJudgement",
    "ScoreRecord",
    "SearchEntry",
    "SettlementProcedure",
    "SettlementStep",
    "SupplyLayer",
    "Visit",
]
