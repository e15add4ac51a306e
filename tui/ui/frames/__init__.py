"""The log of requests and responses: its buffer, table, filter, search and detail view."""
