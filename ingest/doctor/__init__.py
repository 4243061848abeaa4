"""``mailroom doctor``: what around the program may keep it from serving well, each with its mend.

``check`` asks whether the configuration is right; here the machine, the account and the domain are
looked at. Nothing is changed, nothing of an applicant is read.
"""
