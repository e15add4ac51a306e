"""A recorded session as a desk to look at."""
