"""How OKX speaks: signing, calls and replies. No I/O."""
