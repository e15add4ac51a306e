"""The application: its start, its threads, its styles, and the bridge from the service."""
