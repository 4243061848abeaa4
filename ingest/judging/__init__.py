"""Judging a case: the interpreter here, the engine beside it in a child process that may die."""
