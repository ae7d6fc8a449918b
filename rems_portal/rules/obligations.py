"""Which patients an obligation of the REMS speaks about.

A rule cites every obligation it serves; a finding shown to somebody cites only those that concern the patient at hand.
The obligations themselves are listed in docs/obligations.csv.
"""

from rems_portal.rules.vocabulary import RuleGroup

_BY_PREFIX = {
    "PF": frozenset({RuleGroup.FCGP}),
    "PN": frozenset({RuleGroup.AFN}),
    "PC": frozenset({RuleGroup.FCN}),
    "PM": frozenset({RuleGroup.MALE}),
}

_BY_ID = {
    **dict.fromkeys(("PR-04", "PR-06", "PR-12", "PR-13", "PR-14", "PR-16"), frozenset({RuleGroup.FCGP})),
    **dict.fromkeys(("PR-07", "PR-17"), frozenset({RuleGroup.MALE})),
    **dict.fromkeys(("PH-04", "PH-16"), frozenset({RuleGroup.FCGP})),
    "PH-05": frozenset({RuleGroup.FCN}),
    "PH-06": frozenset({RuleGroup.MALE}),
    "PH-15": frozenset({RuleGroup.AFN, RuleGroup.FCN, RuleGroup.MALE}),
}

_EVERY_GROUP = frozenset(RuleGroup)


def concerns(obligation: str, group: RuleGroup) -> bool:
    """Whether an obligation speaks about patients of a group."""
    return group in (_BY_ID.get(obligation) or _BY_PREFIX.get(obligation[:2]) or _EVERY_GROUP)


def for_group(obligations: tuple[str, ...], group: RuleGroup) -> tuple[str, ...]:
    """Those obligations, in their order, that concern patients of a group."""
    return tuple(obligation for obligation in obligations if concerns(obligation, group))
