"""OKX's side of the wire, written from its pages. Shares no code with `tui.venues`."""
