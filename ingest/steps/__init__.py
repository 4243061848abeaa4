"""One unit of work per step: receive, read, judge, send, digest. A step does its work, or says
there is none.

Steps carry out what pure functions decide; each durable point is one transaction.
"""
