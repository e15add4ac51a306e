"""The summary of a panic."""
