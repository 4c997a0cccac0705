"""Writes of reconciliations, one module for each use: opening, running, deciding, cases, mending, signing."""

from keytally.reconciliation.services.carrying import FoundAlready, find_again, let_go
from keytally.reconciliation.services.following import follow
from keytally.reconciliation.services.holding import AtWork, Change, ChangedMeanwhile, SignedOff, note_conflict
from keytally.reconciliation.services.laying import inputs_of, lay_out, write_decisions
from keytally.reconciliation.services.learning import UnableToLearn, keep, refuse, withdraw
from keytally.reconciliation.services.maps import run_maps, with_learned_shapes
from keytally.reconciliation.services.opening import (
    Correction,
    NewReconciliation,
    UnableToOpen,
    correct,
    demo_folder,
    open_demo,
    open_reconciliation,
    profile_of,
    read_again,
)
from keytally.reconciliation.services.pruning import prune_runs, sweep_folders
from keytally.reconciliation.services.refusing import UnableToRefuse, offer_again, refuse_offer
from keytally.reconciliation.services.running import (
    DRY_RUN_KIND,
    JOB_KIND,
    Found,
    UnableToStop,
    dry_run,
    failure_sentence,
    hand_over,
    keep_dry_run,
    keep_failure,
    keep_result,
    run,
    stop,
)

__all__ = [
    "DRY_RUN_KIND",
    "JOB_KIND",
    "AtWork",
    "Change",
    "ChangedMeanwhile",
    "Correction",
    "Found",
    "FoundAlready",
    "NewReconciliation",
    "SignedOff",
    "UnableToLearn",
    "UnableToOpen",
    "UnableToRefuse",
    "UnableToStop",
    "correct",
    "demo_folder",
    "dry_run",
    "failure_sentence",
    "find_again",
    "follow",
    "hand_over",
    "inputs_of",
    "keep",
    "keep_dry_run",
    "keep_failure",
    "keep_result",
    "lay_out",
    "let_go",
    "note_conflict",
    "offer_again",
    "open_demo",
    "open_reconciliation",
    "profile_of",
    "prune_runs",
    "read_again",
    "refuse",
    "refuse_offer",
    "run",
    "run_maps",
    "stop",
    "sweep_folders",
    "with_learned_shapes",
    "withdraw",
    "write_decisions",
]
