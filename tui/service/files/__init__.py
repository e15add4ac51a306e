"""Files and places outside the settings and the record."""
