"""What the adapters of several venues share. Nothing of a single venue."""
