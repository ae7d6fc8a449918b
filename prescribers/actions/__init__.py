"""The acts on prescribers: becoming certified, program staff's oversight, and delegates."""

from prescribers.actions.certify import PrescriberIdentity, certify_prescriber, save_prescriber_identity
from prescribers.actions.delegates import add_delegate, end_delegation, plan_delegation_end
from prescribers.actions.details import change_prescriber_details
from prescribers.actions.oversight import (
    decertify_prescriber,
    reinstate_prescriber,
    reopen_prescriber_certification,
    suspend_prescriber,
)

__all__ = [
    "PrescriberIdentity",
    "add_delegate",
    "certify_prescriber",
    "change_prescriber_details",
    "decertify_prescriber",
    "end_delegation",
    "plan_delegation_end",
    "reinstate_prescriber",
    "reopen_prescriber_certification",
    "save_prescriber_identity",
    "suspend_prescriber",
]
