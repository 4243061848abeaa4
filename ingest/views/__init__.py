"""What people and programs are shown of the store: lists, status, health, digest. Reads only,
decides nothing.
"""
