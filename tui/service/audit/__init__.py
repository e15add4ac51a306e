"""The record on disk: written, compressed, read and checked."""
