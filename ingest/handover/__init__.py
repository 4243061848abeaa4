"""移交: a call's cases as a tree of files for the experts, with an index, letters and a report.

The store is read, files are written; nothing in the office changes. Strangers' bytes are taken out
of their mails in the disposable worker and are opened nowhere else.
"""
