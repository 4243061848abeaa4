"""From readings to cases: who sent it, what belongs together, what the rules are asked. Pure
decisions only.
"""
