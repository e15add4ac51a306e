"""An account that has none of some products: they are neither read nor cancelled nor counted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from tui.core.actions import Action
from tui.core.orders import Kind
from tui.venues.base.protocol import VenueAdapter
from tui.venues.base.specs import Profile
from tui.venues.common.delegating import Delegating


class Without(Delegating):
    """An adapter without these kinds of order, and without the actions that only they have."""

    def __init__(self, adapter: VenueAdapter, absent: Collection[str]) -> None:
        super().__init__(adapter)
        self._absent = frozenset(absent)

    def kinds(self, profile: Profile) -> tuple[Kind, ...]:
        return tuple(one for one in super().kinds(profile) if one.id not in self._absent)

    def actions(self, profile: Profile) -> tuple[Action, ...]:
        rest = (self._rest_of(action) for action in super().actions(profile))
        return tuple(action for action in rest if action.kinds)

    def _rest_of(self, action: Action) -> Action:
        return replace(action, kinds=tuple(k for k in action.kinds if k not in self._absent))
