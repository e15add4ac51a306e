"""killdesk: a kill switch for a trading desk, in a terminal."""
