"""For whoever writes rule files: checks, examples, mutants, handbook, schema. Nothing here decides
a case.
"""
