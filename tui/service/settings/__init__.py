"""The settings file: read, checked, edited and watched. Secrets are never in it."""
