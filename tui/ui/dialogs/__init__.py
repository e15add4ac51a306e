"""The base of all dialogs, and those that belong to no other folder."""
