"""`mailroom demo`: the whole main job on an embedded mailbox and SMTP sink, with invented
applicants.
"""
