"""Runs a program in a fresh instance of CPython and says what it printed, returned and wrote."""
