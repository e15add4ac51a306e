"""The command line: commands, their arguments and their output.

Nothing here is needed by a running desk.
"""
