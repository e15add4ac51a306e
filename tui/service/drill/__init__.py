"""A rehearsal of the panic against the simulator, and its history."""
