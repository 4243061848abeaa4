"""Files that can be edited: Word, its old and foreign formats, spreadsheets.
Runs in the disposable worker only.
"""
