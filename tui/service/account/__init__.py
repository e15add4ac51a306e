"""One account: its worker, its state, its open orders.

How cancels run is in `cancel`, how bytes travel in `network`.
"""
