"""What keeps running: sockets, HTTP clients, heartbeats, cancel runs, settings, the keyring."""
