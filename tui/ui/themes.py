"""The two themes of the desk: a dark calm ground, one hue for act and one for careful."""

from __future__ import annotations

from textual.theme import Theme

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
        "killdesk-good": "#3fb950",
        "killdesk-careful": "#e3a520",
        "killdesk-on-careful": "#1a1200",
        "killdesk-bad": "#ff7b72",
        "killdesk-act": "#a3161c",
        "killdesk-act-calm": "#571a1f",
        "killdesk-act-hover": "#c4242b",
        "killdesk-alarm": "#da2f36",
        "killdesk-on-act": "#ffffff",
        "killdesk-quiet": "#8b949e",
        "killdesk-faint": "#626b76",
        "killdesk-strong": "#f4f7fa",
        "killdesk-figure": "#8fa1b8",
        "killdesk-live": "#1f6feb",
        "killdesk-on-live": "#ffffff",
        "killdesk-demo": "#d2a8ff",
        "killdesk-demo-ground": "#2a1b3d",
        "killdesk-track": "#252d38",
        "killdesk-tool": "#1d2530",
        "killdesk-selected": "#171e29",
        "killdesk-bar": "#141a23",
        "footer-background": "#141a23",
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
        "killdesk-careful": "#9a5b00",
        "killdesk-on-careful": "#ffffff",
        "killdesk-bad": "#b91c26",
        "killdesk-act": "#b8181f",
        "killdesk-act-calm": "#9c5559",
        "killdesk-act-hover": "#d1242f",
        "killdesk-alarm": "#cf222e",
        "killdesk-on-act": "#ffffff",
        "killdesk-quiet": "#57606a",
        "killdesk-faint": "#7a838d",
        "killdesk-strong": "#0b1016",
        "killdesk-figure": "#5f6f84",
        "killdesk-live": "#0a58ca",
        "killdesk-on-live": "#ffffff",
        "killdesk-demo": "#6f2dbd",
        "killdesk-demo-ground": "#e6d8f7",
        "killdesk-track": "#cfd6de",
        "killdesk-tool": "#e3e8ee",
        "killdesk-selected": "#ffffff",
        "killdesk-bar": "#dde3ea",
        "footer-background": "#dde3ea",
    },
)


def variables_for(*, dark: bool) -> dict[str, str]:
    """Our colours for a theme that is not ours."""
    return dict((DARK if dark else LIGHT).variables)
