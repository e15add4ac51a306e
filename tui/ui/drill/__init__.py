"""The screens of a drill."""
