"""The themes of the desk: dark, light, and one of high contrast that no eye needs red or green for.

Every text stands on its ground with a contrast of 4.5 at least, in the high-contrast theme of 7
(WCAG AA and AAA); tests measure it on the drawn screen. The dark grounds and the yellow are chosen
so that what a terminal of 256 or 16 colours makes of them still differs.
"""

from __future__ import annotations

from dataclasses import replace

from textual.theme import Theme


def _thin_bars(foreground: str) -> dict[str, str]:
    """Scrollbars of a shade of the text, on whatever ground they stand."""
    shades = {"": "33", "-hover": "59", "-active": "73"}
    return {
        **{f"scrollbar{of}": foreground + alpha for of, alpha in shades.items()},
        **{f"scrollbar-background{of}": "transparent" for of in shades},
    }


DARK = Theme(
    name="killdesk-dark",
    primary="#1f6feb",
    secondary="#58a6ff",
    accent="#58a6ff",
    success="#3fb950",
    warning="#d29922",
    error="#f85149",
    foreground="#c9d1d9",
    background="#0a0d12",
    surface="#10151d",
    panel="#161c26",
    dark=True,
    variables={
        # states
        "killdesk-good": "#3fb950",
        "killdesk-careful": "#e8b020",
        "killdesk-on-careful": "#1a1200",
        "killdesk-bad": "#ff7b72",
        "killdesk-alarm": "#d92b2e",
        "killdesk-on-alarm": "#ffffff",
        # buttons
        "killdesk-act": "#931419",
        "killdesk-act-calm": "#4a171b",
        "killdesk-act-hover": "#c4242b",
        "killdesk-on-act": "#ffffff",
        "killdesk-tool": "#282d35",
        "killdesk-barred": "#1e2228",
        # words
        "killdesk-strong": "#f4f7fa",
        "killdesk-quiet": "#98a2ad",
        "killdesk-faint": "#87909b",
        "killdesk-figure": "#8fa1b8",
        "killdesk-track": "#31363f",
        # grounds
        "killdesk-bar": "#171a1f",
        "killdesk-head": "#1d2127",
        "killdesk-head-careful": "#2b210a",
        "killdesk-head-bad": "#3f1115",
        "killdesk-selected": "#181c24",
        "footer-background": "#171a1f",
        # what the desk is: live, paper, demo, watched only, locked
        "killdesk-live": "#1a66dd",
        "killdesk-on-live": "#ffffff",
        "killdesk-paper": "#4fd6c8",
        "killdesk-paper-ground": "#0c3032",
        "killdesk-demo": "#d2a8ff",
        "killdesk-demo-ground": "#30203f",
        "killdesk-mark": "#e6edf3",
        "killdesk-on-mark": "#0a0d12",
        # frames and orders
        "killdesk-out": "#79c0ff",
        "killdesk-in": "#56d364",
        "killdesk-fault": "#ff9d94",
        "killdesk-key": "#8fb8e0",
        "killdesk-string": "#b9d9f5",
        "killdesk-number": "#d2b8f0",
        "killdesk-match": "#f0c040",
        "killdesk-account-0": "#79c0ff",
        "killdesk-account-1": "#d2a8ff",
        "killdesk-account-2": "#7ee0d0",
        "killdesk-account-3": "#f0b6d6",
        "killdesk-account-4": "#a5b4fc",
        "killdesk-account-5": "#d9cf9a",
        "killdesk-buy": "#7ee0d0",
        "killdesk-sell": "#f0b6d6",
        **_thin_bars("#c9d1d9"),
    },
)

LIGHT = Theme(
    name="killdesk-light",
    primary="#0a58ca",
    secondary="#0969da",
    accent="#0969da",
    success="#1a7f37",
    warning="#9a6700",
    error="#cf222e",
    foreground="#24292f",
    background="#e9edf2",
    surface="#f8fafc",
    panel="#ffffff",
    dark=False,
    variables={
        "killdesk-good": "#14702e",
        "killdesk-careful": "#8a5200",
        "killdesk-on-careful": "#ffffff",
        "killdesk-bad": "#b01a24",
        "killdesk-alarm": "#cf222e",
        "killdesk-on-alarm": "#ffffff",
        "killdesk-act": "#b8181f",
        "killdesk-act-calm": "#9c5559",
        "killdesk-act-hover": "#d1242f",
        "killdesk-on-act": "#ffffff",
        "killdesk-tool": "#dfe5ec",
        "killdesk-barred": "#e3e8ee",
        "killdesk-strong": "#0b1016",
        "killdesk-quiet": "#4d5660",
        "killdesk-faint": "#5a636d",
        "killdesk-figure": "#55657a",
        "killdesk-track": "#c3ccd6",
        "killdesk-bar": "#d9e0e8",
        "killdesk-head": "#e4eaf1",
        "killdesk-head-careful": "#fbeccb",
        "killdesk-head-bad": "#fbdadd",
        "killdesk-selected": "#ffffff",
        "footer-background": "#d9e0e8",
        "killdesk-live": "#0a58ca",
        "killdesk-on-live": "#ffffff",
        "killdesk-paper": "#075e57",
        "killdesk-paper-ground": "#c6efe9",
        "killdesk-demo": "#6424ad",
        "killdesk-demo-ground": "#e6d8f7",
        "killdesk-mark": "#1b222b",
        "killdesk-on-mark": "#ffffff",
        "killdesk-out": "#0550ae",
        "killdesk-in": "#116329",
        "killdesk-fault": "#b3201b",
        "killdesk-key": "#0a3f7d",
        "killdesk-string": "#24507e",
        "killdesk-number": "#6a2fb5",
        "killdesk-match": "#8a4b00",
        "killdesk-account-0": "#0550ae",
        "killdesk-account-1": "#7640c8",
        "killdesk-account-2": "#0f6d66",
        "killdesk-account-3": "#a03070",
        "killdesk-account-4": "#4350af",
        "killdesk-account-5": "#6b5d10",
        "killdesk-buy": "#0f6d66",
        "killdesk-sell": "#a03070",
        **_thin_bars("#24292f"),
    },
)

CONTRAST = Theme(
    # Blue is well, yellow is careful, rose is bad: three that no colour-blindness brings together.
    name="killdesk-contrast",
    primary="#62b4ff",
    secondary="#9cd0ff",
    accent="#9cd0ff",
    success="#62b4ff",
    warning="#ffe14d",
    error="#ff7f9f",
    foreground="#e8e8e8",
    background="#000000",
    surface="#050505",
    panel="#0c0c0c",
    dark=True,
    variables={
        "killdesk-good": "#62b4ff",
        "killdesk-careful": "#ffe14d",
        "killdesk-on-careful": "#000000",
        "killdesk-bad": "#ff7f9f",
        "killdesk-alarm": "#ff7f9f",
        "killdesk-on-alarm": "#000000",
        "killdesk-act": "#8a1c42",
        "killdesk-act-calm": "#45182a",
        "killdesk-act-hover": "#6b1232",
        "killdesk-on-act": "#ffffff",
        "killdesk-tool": "#262626",
        "killdesk-barred": "#1c1c1c",
        "killdesk-strong": "#ffffff",
        "killdesk-quiet": "#c8c8c8",
        "killdesk-faint": "#c0c0c0",
        "killdesk-figure": "#c4d0de",
        "killdesk-track": "#4a4a4a",
        "killdesk-bar": "#161616",
        "killdesk-head": "#1a1a1a",
        "killdesk-head-careful": "#2a2400",
        "killdesk-head-bad": "#3d0a1a",
        "killdesk-selected": "#10161d",
        "footer-background": "#161616",
        "killdesk-live": "#0b4fb3",
        "killdesk-on-live": "#ffffff",
        "killdesk-paper": "#7df0e4",
        "killdesk-paper-ground": "#00221f",
        "killdesk-demo": "#e0c4ff",
        "killdesk-demo-ground": "#240f40",
        "killdesk-mark": "#ffffff",
        "killdesk-on-mark": "#000000",
        "killdesk-out": "#8cc8ff",
        "killdesk-in": "#ffffff",
        "killdesk-fault": "#ff9db5",
        "killdesk-key": "#a8d2ff",
        "killdesk-string": "#e8f3ff",
        "killdesk-number": "#e0c4ff",
        "killdesk-match": "#ffe14d",
        "killdesk-account-0": "#8cc8ff",
        "killdesk-account-1": "#e0c4ff",
        "killdesk-account-2": "#7df0e4",
        "killdesk-account-3": "#ffc4e4",
        "killdesk-account-4": "#c4ccff",
        "killdesk-account-5": "#f0e6a8",
        "killdesk-buy": "#7df0e4",
        "killdesk-sell": "#ffc4e4",
        **_thin_bars("#e8e8e8"),
    },
)

OWN = (DARK, LIGHT, CONTRAST)

_GREYS = {
    True: {
        "killdesk-good": "#a4a4a4",
        "killdesk-careful": "#d0d0d0",
        "killdesk-on-careful": "#000000",
        "killdesk-bad": "#ffffff",
        "killdesk-alarm": "#ffffff",
        "killdesk-on-alarm": "#000000",
        "killdesk-head-careful": "#303030",
        "killdesk-head-bad": "#363636",
        "killdesk-faint": "#bbbbbb",
        "killdesk-quiet": "#c4c4c4",
    },
    False: {
        "killdesk-good": "#5a5a5a",
        "killdesk-careful": "#383838",
        "killdesk-on-careful": "#ffffff",
        "killdesk-bad": "#000000",
        "killdesk-alarm": "#000000",
        "killdesk-on-alarm": "#ffffff",
        "killdesk-head-careful": "#d4d4d4",
        "killdesk-head-bad": "#bebebe",
        "killdesk-faint": "#4a4a4a",
        "killdesk-quiet": "#444444",
    },
}
"""By brightness instead of by colour: the worse, the farther from the ground."""


def without_colour(theme: Theme) -> Theme:
    """The theme for a screen that is drawn in greys."""
    return replace(theme, variables={**theme.variables, **_GREYS[theme.dark]})


def variables_for(*, dark: bool) -> dict[str, str]:
    """Our colours for a theme that is not ours."""
    return dict((DARK if dark else LIGHT).variables)
