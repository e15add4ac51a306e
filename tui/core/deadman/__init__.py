"""The dead-man timer as pure values: the machine, its plan, and how it is shown.

No clock is read here.
"""
