"""What the help says of the frame log beyond its keys."""

from __future__ import annotations

from tui.ui.frames.export import MOST_BYTES
from tui.ui.frames.json_text import size
from tui.ui.frames.row_renderer import ERROR

FRAMES_HELP: tuple[tuple[tuple[str, str], str], ...] = (
    (("↑ ↓", ".ink--strong"), "A cursor, a click, the wheel: the log stands still and counts what "
     "comes. end follows the newest again, home goes to the oldest, ← → move long payloads."),
    (("shift+↑ ↓", ".ink--strong"), "Marks rows on the way, as ctrl+click does; esc takes "
     "away the search, the filter, then the marks."),
    (("filter", ".ink--text"), "A frame is shown when it holds every word. :in :out :note :ws "
     ":rest :error and @account narrow it further; clicks on the title write the same words."),
    (("⏎", ".ink--strong"), "In full, as a double click: headers without secrets, JSON laid out "
     "or raw (r), its reply or request (g), its neighbours (← →)."),
    (("▌ │ ▐", ".ink--text"), "The cursor, the other half of its pair, a mark."),
    ((f"→ ← · {ERROR}", ".ink--text"), "Sent, received, a note on the connection, an error."),
    (("copied", ".ink--text"), f"To the terminal's clipboard (OSC 52, up to {size(MOST_BYTES)}, "
     "which no terminal confirms) and by wl-copy, xclip, xsel, pbcopy, clip or tmux."),
    (("saved", ".ink--text"), "As lines of JSON in a new file for you alone, in the folder frames "
     "of the state folder (killdesk where)."),
)  # fmt: skip
