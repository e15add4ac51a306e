"""The screen lock: what is allowed while locked, and the PIN dialog."""
