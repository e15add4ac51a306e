"""Which frames a reader has marked, to be saved."""

from __future__ import annotations


class Marks:
    """Numbers of frames. A stretch that grows with shift shrinks again on the way back."""

    def __init__(self) -> None:
        self.seqs: set[int] = set()
        self._anchor: int | None = None

    def __contains__(self, seq: int) -> bool:
        return seq in self.seqs

    def __len__(self) -> int:
        return len(self.seqs)

    def toggle(self, seq: int) -> None:
        self._anchor = None
        self.seqs ^= {seq}

    def stretch(self, left: int, reached: int) -> None:
        """The cursor went with shift from one row to the one beside it."""
        if self._anchor is None:
            self._anchor = left
        self.seqs.add(left)
        if abs(reached - self._anchor) < abs(left - self._anchor):
            self.seqs.discard(left)
        self.seqs.add(reached)

    def release(self) -> None:
        """The cursor went without shift: the next stretch is another one."""
        self._anchor = None

    def drop(self, oldest: int) -> None:
        """Forgets the frames before that one."""
        if self.seqs and min(self.seqs) < oldest:
            self.seqs = {seq for seq in self.seqs if seq >= oldest}

    def clear(self) -> None:
        self.seqs.clear()
        self._anchor = None
