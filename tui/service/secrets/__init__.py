"""Credentials and PIN in the OS keyring."""
