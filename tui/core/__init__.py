"""Values and rules, pure: no I/O, no asyncio, no screen."""
