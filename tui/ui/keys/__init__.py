"""Keys: what they are bound to, the trader's own, and which presses count.

Pure rules and declarations, and the command palette over them; no other screen.
"""
