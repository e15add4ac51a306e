"""How HTX speaks: signing, calls and replies of both account types. No I/O."""
