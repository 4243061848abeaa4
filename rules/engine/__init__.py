"""A rulebook compiled for durable-rules and run by it; held to the interpreter in
``rules/logic.py``.
"""
