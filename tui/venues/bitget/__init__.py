"""How Bitget speaks: signing, calls and replies. No I/O."""
