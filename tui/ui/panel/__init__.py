"""One account's panel: counts, buttons, outcome, timer gauge and charts."""
